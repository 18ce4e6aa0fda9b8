/*
 * What an Organisatiebeheerder does with the employees of the organisation: POST
 * .../employees makes the account of another one, .../employees/<account>/roles
 * gives and takes the role Relatiebeheerder, and .../reset-password gives another
 * temporary password. Nobody here makes an Organisatiebeheerder, or ends one.
 */
#include "directory/account.h"
#include "directory/group.h"
#include "endpoint/colleague.h"
#include "endpoint/contact_address.h"
#include "endpoint/items.h"
#include "endpoint/json_body.h"
#include "endpoint/password_answer.h"
#include "endpoint/routes.h"
#include "identity/enrol.h"
#include "identity/role.h"

#define IN_USE                                                                 \
	"The address is the username of another account: an operator can "     \
	"give that one a role here, with hubctl account role."

/* The one group that may stand in a body. */
static bool
take_group(struct call *call, const struct json *value, struct str member)
{
	struct str text;

	if (json_string(value, &text) &&
	    str_eq(text, STR(GROUP_RELATIEBEHEERDER)))
		return true;
	json_body_refuse(call, member,
	    "only \"" GROUP_RELATIEBEHEERDER "\" can be given and taken here");
	return false;
}

struct invitee {
	struct str email;
	bool role;
};

static bool
read_invitee(struct call *call, struct invitee *out)
{
	static const char *const names[] = { "email", "roles", NULL };
	const struct json *body, *roles;

	if (!json_body_read(call, names, false, &body) ||
	    !contact_take_email(call, body, &out->email))
		return false;
	roles = json_get(body, "roles");
	out->role = false;
	if (roles == NULL)
		return true;
	if (roles->type != JSON_ARRAY || roles->count > 1) {
		json_body_refuse(
		    call, STR("roles"), "not a list of at most one role");
		return false;
	}
	out->role = roles->count == 1;
	return !out->role || take_group(call, roles->child, STR("roles"));
}

static void
address_in_use(struct call *call, const struct actor *actor)
{
	if (call_look_end(call) == 0)
		contact_address_found(call, actor, "account.address_in_use",
		    "address-in-use", IN_USE);
}

static void
invite(struct call *call, struct str organization,
    const struct invitee *invitee, const struct actor *actor)
{
	const struct str group = STR(GROUP_RELATIEBEHEERDER);
	struct hub hub = call_hub(call);
	struct enrol in = {
		.email = invitee->email,
		.organization = organization,
		.groups = &group,
		.group_count = invitee->role,
		.mailed = password_is_mailed(call),
	};
	struct why why;
	int rc = enrol(&hub, actor, &in, &why);

	if (rc == HUB_ECONFLICT && in.taken)
		address_in_use(call, actor);
	else if (rc == HUB_ENOENT)
		problem(call->req, call->resp, 404, NULL);
	else if (rc != 0)
		call_failed(call, rc);
	if (rc != 0)
		return;
	password_answer_pending(
	    call, 201, in.account, in.username, in.temporary);
	resp_header(call->resp, "Location",
	    str_of(arena_printf(call->req->arena,
		"/organization/organizations/%.*s/employees/%.*s",
		STR_ARG(organization), STR_ARG(in.account))));
}

void
organization_invite(struct call *call)
{
	struct account_rec other;
	struct str organization;
	struct invitee invitee;
	struct actor actor;

	if (!colleague_enter(call, true, &organization) ||
	    !read_invitee(call, &invitee) || contact_must_wait(call))
		return;
	actor = employee_actor_at(call, organization);
	if (account_by_name(call->txn, invitee.email, &other))
		address_in_use(call, &actor);
	else if (call_look_end(call) == 0)
		invite(call, organization, &invitee, &actor);
}

static bool
is_another(struct call *call, const struct colleague *c, const char *sentence)
{
	if (!str_eq(c->account.rec.id, call->account.id))
		return true;
	problem(call->req, call->resp, 403, sentence);
	return false;
}

static bool
read_role(struct call *call, bool *give)
{
	static const char *const names[] = { "give", "take", NULL };
	const struct json *body, *value;

	if (!json_body_read(call, names, false, &body))
		return false;
	if (body->count != 1) {
		json_body_refuse(
		    call, STR(""), "either give or take must be there");
		return false;
	}
	value = json_get(body, "give");
	*give = value != NULL;
	return take_group(call, *give ? value : json_get(body, "take"),
	    *give ? STR("give") : STR("take"));
}

/* The employee as he is now. */
static void
answer(struct call *call, struct str organization, struct str id)
{
	struct colleague c;
	struct buf body;

	if (!colleague_find(call, organization, id, &c))
		return;
	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	buf_str(&body, c.text);
	BUF_LIT(&body, ITEMS_TAIL);
	if (buf_error(&body) != 0) {
		call_failed(call, buf_error(&body));
		return;
	}
	resp_body(call->resp, 200, "application/json", buf_view(&body));
	resp_header(call->resp, "ETag", c.etag);
}

static void
change(struct call *call, struct str organization, const struct colleague *c,
    bool give)
{
	const struct dossier_seen seen = colleague_seen(organization, c);
	const struct role_change in = {
		.account = seen.account.id,
		.organization = organization,
		.group = STR(GROUP_RELATIEBEHEERDER),
		.give = give,
		.seen = &seen,
	};
	struct actor actor = employee_actor_at(call, organization);
	struct hub hub = call_hub(call);
	struct why why;
	int rc = role_change(&hub, &actor, &in, &why);

	if (rc == 0)
		answer(call, organization, seen.account.id);
	else if (rc == HUB_ECONFLICT)
		colleague_has_changed(call);
	else if (rc == HUB_ENOENT || rc == HUB_EEXIST)
		contact_conflict(call, give ? "has-role" : "no-role", STR_NONE,
		    give ? "The employee has the role already."
			 : "The employee does not have the role.");
	else
		call_failed(call, rc);
}

void
organization_role(struct call *call)
{
	struct str organization;
	struct colleague c;
	bool give;

	if (colleague_enter(call, true, &organization) &&
	    read_role(call, &give) &&
	    colleague_find(call, organization, call->req->param[1], &c) &&
	    is_another(call, &c,
		"Nobody gives or takes a role of their own: another "
		"Organisatiebeheerder or an operator does.") &&
	    colleague_is_as_seen(call, &c) && call_look_end(call) == 0)
		change(call, organization, &c, give);
}

static void
reset_own(struct call *call, const struct dossier_seen *seen,
    const struct actor *actor)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1] = "";
	struct hub hub = call_hub(call);
	int rc = enrol_reset_seen(
	    &hub, actor, seen, password_is_mailed(call) ? NULL : temporary);

	if (rc == HUB_ECONFLICT)
		colleague_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		password_answer_pending(
		    call, 200, seen->account.id, seen->account.name, temporary);
}

/* The owner alone hears of it, and loses nothing by it. */
static void
reset_shared(struct call *call, const struct dossier_seen *seen,
    const struct actor *actor, const char *state)
{
	const struct password_told told = {
		.username = seen->account.name,
		.state = state,
	};
	struct hub hub = call_hub(call);
	int rc = enrol_reset_shared(&hub, actor, seen);

	if (rc == HUB_EDENIED)
		contact_conflict(call, "shared-account", STR_NONE,
		    "The account is not this organisation's alone: its owner "
		    "gets a new password by mail only, to an address that was "
		    "proven before; an operator can make one.");
	else if (rc == HUB_ECONFLICT)
		colleague_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		password_answer(call, 202, &told);
}

static void
reset(struct call *call, struct str organization, const struct colleague *c)
{
	const struct dossier_seen seen = colleague_seen(organization, c);
	struct actor actor = employee_actor_at(call, organization);

	if (!seen.account.enabled)
		contact_conflict(call, "account-blocked", STR_NONE,
		    "The account is disabled: a new password would open "
		    "nothing. An operator can enable it.");
	else if (seen.shared)
		reset_shared(call, &seen, &actor, c->account.state);
	else
		reset_own(call, &seen, &actor);
}

void
organization_reset(struct call *call)
{
	static const char *const none[] = { NULL };
	const struct json *body;
	struct str organization;
	struct colleague c;

	if (colleague_enter(call, true, &organization) &&
	    json_body_read(call, none, true, &body) &&
	    colleague_find(call, organization, call->req->param[1], &c) &&
	    is_another(call, &c,
		"One's own password is changed on the account page.") &&
	    colleague_is_as_seen(call, &c) && call_look_end(call) == 0)
		reset(call, organization, &c);
}
