/*
 * POST /contact/contacts/<id>/account makes the account of a contact, and
 * .../account/reset-password gives it another temporary password: the only two
 * answers that ever hold one. The pool is the one that hashes.
 */
#include "base/secret.h"
#include "directory/account.h"
#include "directory/username.h"
#include "endpoint/employee.h"
#include "endpoint/items.h"
#include "endpoint/json_body.h"
#include "endpoint/routes.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/enrol.h"
#include "identity/throttle.h"

#define ANSWER_MAX 1024

#define IN_USE                                                                 \
	"The address is the username of another account. Its owner has to "    \
	"accept a link to this dossier; until the hub sends mail, an "         \
	"operator "                                                            \
	"makes it with hubctl account link."

static const char *
text_of(struct call *call, struct str text)
{
	return arena_str(call->req->arena, text).p;
}

/* What the caller hears of an account's new password. */
struct told {
	struct str username;
	const char *state;
	char *temporary; /* the text, told once; NULL: it is mailed */
	int64_t until;   /* that it is good; 0 if it is mailed */
};

static void
put_temporary(struct json_out *j, const struct told *told)
{
	json_out_name(j, "temporaryPassword");
	if (told->temporary != NULL)
		json_out_cstr(j, told->temporary);
	else
		json_out_null(j);
	contact_put_time(j, "temporaryPasswordUntil", told->until);
	json_out_name(j, "delivery");
	json_out_cstr(j, told->temporary != NULL ? "shown" : "mailed");
}

static void
answer(struct call *call, int status, const struct told *told)
{
	struct json_out j;
	struct buf body;
	int rc;

	buf_init_arena(&body, call->req->arena, ANSWER_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "username");
	json_out_str(&j, told->username);
	json_out_name(&j, "state");
	json_out_cstr(&j, told->state);
	put_temporary(&j, told);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	if (told->temporary != NULL)
		secret_clear(told->temporary, PASSWORD_TEMPORARY_LEN + 1);
	BUF_LIT(&body, ITEMS_TAIL);
	if (rc != 0 || buf_error(&body) != 0)
		call_failed(call, rc != 0 ? rc : buf_error(&body));
	else
		resp_body(
		    call->resp, status, "application/json", buf_view(&body));
}

static bool
read_email(struct call *call, struct str *email)
{
	static const char *const names[] = { "email", NULL };
	const struct json *body;
	struct why why;

	if (!json_body_read(call, names, false, &body))
		return false;
	if (json_get(body, "email") == NULL) {
		json_body_refuse(call, STR("email"), "missing");
		return false;
	}
	if (!json_string(json_get(body, "email"), email)) {
		json_body_refuse(call, STR("email"), "not text");
		return false;
	}
	if (username_check(*email, email, &why) != 0) {
		json_body_refuse(
		    call, STR("email"), text_of(call, str_of(why.text)));
		return false;
	}
	return true;
}

static void
throttled(struct call *call, int64_t wait_ms)
{
	problem(call->req, call->resp, 429,
	    "Too many addresses that are in use: try again later.");
	resp_header(call->resp, "Retry-After",
	    str_of(arena_printf(call->req->arena, "%lld",
		(long long)((wait_ms + 999) / 1000))));
}

/* Whether the employee has to wait; 0 or the milliseconds. */
static bool
must_wait(struct call *call)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	int64_t wait = throttle_conflict_wait(
	    vault, call->account.id, clock_now_us() / 1000);
	int rc = store_read_end(vault);

	if (rc != 0)
		call_failed(call, rc);
	else if (wait > 0)
		throttled(call, wait);
	return rc != 0 || wait > 0;
}

struct conflict {
	struct str employee;
	struct audit_rec found, refused;
	int64_t wait;
};

static int
count_conflict(struct txn *vault, void *arg)
{
	struct conflict *c = arg;
	bool first;

	c->wait = throttle_conflict(
	    vault, c->employee, clock_now_us() / 1000, &first);
	if (c->wait == 0)
		audit_put(vault, &c->found);
	else if (first)
		audit_put(vault, &c->refused);
	return 0;
}

/* The address is another account's: counted, audited, and told. */
static void
address_in_use(struct call *call, const struct contact_rec *contact)
{
	struct actor actor = employee_actor(call, contact);
	struct conflict c = { .employee = call->account.id };
	int rc;

	act_event(&c.found, &actor, "account.address_in_use", STR(""), NULL);
	act_event(
	    &c.refused, &actor, "account.address_throttled", STR(""), NULL);
	if (call_look_end(call) != 0)
		return;
	rc = store_write(
	    call->service->vault, call->req->arena, count_conflict, &c);
	if (rc != 0)
		call_failed(call, rc);
	else if (c.wait > 0)
		throttled(call, c.wait);
	else
		contact_conflict(call, "address-in-use", STR_NONE, IN_USE);
}

static void
has_account(struct call *call, struct str username)
{
	contact_conflict(call, "contact-has-account", username,
	    "The contact has an account already.");
}

/* What is known before anything is made; true if it may be. */
static bool
may_add(struct call *call, const struct contact_rec *contact, struct str email)
{
	struct contact_item item;
	struct account_rec other;

	if (!contact_item_get(call, contact, &item))
		return false;
	if (item.account.exists) {
		has_account(call, item.account.rec.name);
		return false;
	}
	if (must_wait(call))
		return false;
	if (account_by_name(call->txn, email, &other)) {
		address_in_use(call, contact);
		return false;
	}
	return contact_is_as_seen(call, &item, false);
}

static bool
is_mailed(const struct call *call)
{
	return call->service->conf->delivery == DELIVERY_MAILED;
}

/* TEMPORARY leaves with the answer, unless it is "" and was mailed. */
static void
answer_pending(struct call *call, int status, struct str account,
    struct str username, char temporary[PASSWORD_TEMPORARY_LEN + 1])
{
	struct told told = { .username = username, .state = "pending" };
	struct txn *vault;
	struct credential_rec rec;
	int rc;

	if (temporary[0] == '\0') {
		answer(call, status, &told);
		return;
	}
	vault = store_read_begin(call->service->vault, call->req->arena);
	credential_get(vault, account, &rec);
	rc = store_read_end(vault);
	if (rc != 0) {
		secret_clear(temporary, PASSWORD_TEMPORARY_LEN + 1);
		call_failed(call, rc);
		return;
	}
	told.temporary = temporary;
	told.until = rec.temporary_until;
	answer(call, status, &told);
}

static void
add(struct call *call, const struct contact_rec *contact, struct str email)
{
	struct actor actor = employee_actor(call, contact);
	struct hub hub = call_hub(call);
	struct enrol in = {
		.email = email,
		.contact = contact->id,
		.within = contact->organization,
		.mailed = is_mailed(call),
	};
	struct why why;
	int rc = enrol(&hub, &actor, &in, &why);

	if (rc == HUB_EEXIST)
		has_account(call, in.username);
	else if (rc == HUB_ECONFLICT && in.taken)
		address_in_use(call, contact);
	else if (rc == HUB_ECONFLICT)
		contact_conflict(call, "changed", STR_NONE,
		    "The contact has changed meanwhile: look at it again.");
	else if (rc == HUB_ENOENT)
		problem(call->req, call->resp, 404, NULL);
	else if (rc != 0)
		call_failed(call, rc);
	if (rc != 0)
		return;
	answer_pending(call, 201, in.account, in.username, in.temporary);
	resp_header(call->resp, "Location",
	    str_of(arena_printf(call->req->arena, "/contact/contacts/%.*s",
		STR_ARG(contact->id))));
}

void
contact_account_add(struct call *call)
{
	struct employee employee;
	struct contact_rec rec;
	struct str email;

	if (employee_contact(call, &employee, &rec) &&
	    read_email(call, &email) && may_add(call, &rec, email) &&
	    call_look_end(call) == 0)
		add(call, &rec, email);
}

/* An account that this organisation may do with as it sees fit. */
static bool
has_one(struct call *call, const struct contact_account *account)
{
	if (!account->exists) {
		contact_conflict(call, "no-account", STR_NONE,
		    "The contact has no account.");
		return false;
	}
	if (!account->rec.enabled) {
		contact_conflict(call, "account-blocked", STR_NONE,
		    "The account is blocked: a new password would open "
		    "nothing. Unblock it first.");
		return false;
	}
	return true;
}

static void
reset(struct call *call, const struct contact_rec *contact,
    const struct contact_account *account)
{
	struct actor actor = employee_actor(call, contact);
	char temporary[PASSWORD_TEMPORARY_LEN + 1] = "";
	struct dossier_seen seen = contact_seen(contact, account);
	struct hub hub = call_hub(call);
	int rc = enrol_reset_seen(
	    &hub, &actor, &seen, is_mailed(call) ? NULL : temporary);

	if (rc == HUB_ECONFLICT)
		contact_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		answer_pending(
		    call, 200, account->rec.id, account->rec.name, temporary);
}

/* The owner alone hears of it, and loses nothing by it. */
static void
reset_shared(struct call *call, const struct contact_rec *contact,
    const struct contact_account *account)
{
	struct actor actor = employee_actor(call, contact);
	struct dossier_seen seen = contact_seen(contact, account);
	const struct told told = {
		.username = account->rec.name,
		.state = account->state,
	};
	struct hub hub = call_hub(call);
	int rc = enrol_reset_shared(&hub, &actor, &seen);

	if (rc == HUB_EDENIED)
		contact_conflict(call, "shared-account", STR_NONE,
		    "The account is not this organisation's alone: its owner "
		    "gets a new password by mail only, to an address that was "
		    "proven before; an operator can make one.");
	else if (rc == HUB_ECONFLICT)
		contact_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		answer(call, 202, &told);
}

void
contact_account_reset(struct call *call)
{
	static const char *const none[] = { NULL };
	struct employee employee;
	const struct json *body;
	struct contact_item item;
	struct contact_rec rec;

	if (employee_contact(call, &employee, &rec) &&
	    json_body_read(call, none, true, &body) &&
	    contact_item_get(call, &rec, &item) &&
	    has_one(call, &item.account) &&
	    contact_is_as_seen(call, &item, true) && call_look_end(call) == 0)
		(item.account.shared ? reset_shared : reset)(
		    call, &rec, &item.account);
}
