#include "endpoint/colleague.h"

#include "directory/account.h"
#include "directory/field.h"
#include "directory/group.h"
#include "directory/render.h"
#include "http/etag.h"

bool
colleague_enter(struct call *call, bool manages, struct str *organization)
{
	const struct json *roles;
	struct employee employee;
	int rc;

	*organization = call->req->param[0];
	if (!employee_enter(call, &employee))
		return false;
	if (!employee_is_at(&employee, *organization)) {
		problem(call->req, call->resp, 404, NULL);
		return false;
	}
	rc = employee_roles(
	    call->req->arena, &call->account, *organization, &roles);
	if (rc != 0) {
		call_failed(call, rc);
		return false;
	}
	if (!manages ||
	    employee_has_role(roles, STR(GROUP_ORGANISATIEBEHEERDER)))
		return true;
	problem(call->req, call->resp, 403,
	    "This is for who has group " GROUP_ORGANISATIEBEHEERDER
	    " at the organisation.");
	return false;
}

static void
put_text(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text);
}

/* A text of the record; what is absent, null or empty is null. */
static void
put_member(struct json_out *j, const struct json *record, const char *name)
{
	struct str text = STR_NONE;

	if (!json_string(json_get(record, name), &text) || text.n == 0)
		text = STR_NONE;
	put_text(j, name, text);
}

static void
put_item(
    struct json_out *j, const struct colleague *c, const struct json *record)
{
	const struct contact_account *account = &c->account;

	json_out_object(j);
	put_text(j, "id", account->rec.id);
	put_text(j, "username", account->rec.name);
	put_member(j, record, "firstName");
	put_member(j, record, "middleName");
	put_member(j, record, "lastName");
	json_out_name(j, "roles");
	json_out_array(j);
	for (const struct json *r = c->roles->child; r != NULL; r = r->next)
		json_out_str(j, r->text);
	json_out_array_end(j);
	put_text(j, "state", str_of(account->state));
	contact_put_time(j, "lastSignIn", account->signed_in);
	json_out_name(j, "shared");
	json_out_bool(j, account->shared);
	json_out_object_end(j);
}

static int
render(struct call *call, struct colleague *c)
{
	struct arena *arena = call->req->arena;
	const struct json *record;
	struct json_out j;
	struct buf buf;
	int rc;

	if (json_parse(
		arena, c->account.rec.source, RENDER_MAX, &record, NULL) != 0)
		return HUB_ECORRUPT;
	buf_init_arena(&buf, arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	put_item(&j, c, record);
	rc = json_out_end(&j);
	c->text = buf_view(&buf);
	return rc == 0 ? employee_tag(arena, c->text, &c->account, &c->etag)
		       : rc;
}

void
colleague_get(struct call *call, struct txn *vault, struct str organization,
    struct colleague *c)
{
	struct arena *arena = call->req->arena;
	struct contact_account *account = &c->account;
	int rc = employee_roles(arena, &account->rec, organization, &c->roles);

	if (rc == 0 && c->roles == NULL)
		rc = HUB_ECORRUPT;
	if (rc == 0)
		rc = employee_is_shared(
		    arena, &account->rec, organization, &account->shared);
	if (rc == 0) {
		employee_account_get(vault, account);
		/* It may have been at another organisation's portal. */
		if (account->shared)
			account->signed_in = 0;
		rc = render(call, c);
	}
	if (rc != 0)
		txn_fail(call->txn, rc);
}

/* Whether the account is an employee's there. */
static bool
works_there(struct call *call, struct str organization, struct str id,
    struct account_rec *rec)
{
	const struct json *roles;
	int rc;

	if (!str_is_id(id) || !account_get(call->txn, id, rec))
		return false;
	rc = employee_roles(call->req->arena, rec, organization, &roles);
	if (rc != 0)
		txn_fail(call->txn, rc);
	return rc == 0 && roles != NULL;
}

bool
colleague_find(struct call *call, struct str organization, struct str id,
    struct colleague *out)
{
	struct txn *vault;
	bool found;
	int rc, end = 0;

	*out = (struct colleague){ 0 };
	if (call_look(call) != 0)
		return false;
	found = works_there(call, organization, id, &out->account.rec);
	if (found) {
		vault =
		    store_read_begin(call->service->vault, call->req->arena);
		colleague_get(call, vault, organization, out);
		end = store_read_end(vault);
	}
	rc = txn_error(call->txn) != 0 ? txn_error(call->txn) : end;
	if (rc != 0)
		call_failed(call, rc);
	else if (!found)
		problem(call->req, call->resp, 404, NULL);
	return rc == 0 && found;
}

void
colleague_has_changed(struct call *call)
{
	struct problem_more more = { .reason = "changed" };

	problem_more(call->req, call->resp, 412,
	    "The employee's account has changed since: look at it again.",
	    &more);
}

bool
colleague_is_as_seen(struct call *call, const struct colleague *colleague)
{
	if (!employee_names_seen(call, "employee", true))
		return false;
	if (etag_matches(call->req->if_match, colleague->etag))
		return true;
	colleague_has_changed(call);
	return false;
}

struct dossier_seen
colleague_seen(struct str organization, const struct colleague *colleague)
{
	const struct contact_account *account = &colleague->account;

	return (struct dossier_seen){
		.employer = organization,
		.account = account->rec,
		.shared = account->shared,
		.serial = account->serial,
		.lasting = account->lasting,
	};
}
