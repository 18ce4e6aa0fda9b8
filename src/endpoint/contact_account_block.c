/*
 * POST /contact/contacts/<id>/account/block and .../unblock. An account that is
 * this organisation's alone is disabled, and all that it was given ends. Of one
 * that has to do with others only this organisation's dossier is taken away:
 * what it is elsewhere is not this employee's to end.
 */
#include "endpoint/employee.h"
#include "endpoint/items.h"
#include "endpoint/json_body.h"
#include "endpoint/routes.h"
#include "identity/dossier.h"

/* The contact as it is now. */
static void
answer(struct call *call, const struct contact_rec *contact)
{
	struct contact_item item;
	struct buf body;

	if (!contact_item_get(call, contact, &item))
		return;
	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	buf_str(&body, item.text);
	BUF_LIT(&body, ITEMS_TAIL);
	if (buf_error(&body) != 0) {
		call_failed(call, buf_error(&body));
		return;
	}
	resp_body(call->resp, 200, "application/json", buf_view(&body));
	resp_header(call->resp, "ETag", item.etag);
}

/* What both need; the look has ended then. */
static bool
enter(struct call *call, struct contact_rec *rec, struct contact_item *item)
{
	static const char *const none[] = { NULL };
	struct employee employee;
	const struct json *body;

	if (!employee_contact(call, &employee, rec) ||
	    !json_body_read(call, none, true, &body) ||
	    !contact_item_get(call, rec, item))
		return false;
	if (!item->account.exists) {
		contact_conflict(call, "no-account", STR_NONE,
		    "The contact has no account.");
		return false;
	}
	return contact_is_as_seen(call, item, true) && call_look_end(call) == 0;
}

static void
finish(struct call *call, const struct contact_rec *contact, int rc)
{
	if (rc == 0)
		answer(call, contact);
	else if (rc == HUB_ECONFLICT)
		contact_has_changed(call);
	else
		call_failed(call, rc);
}

void
contact_account_block(struct call *call)
{
	struct contact_item item;
	struct dossier_seen seen;
	struct contact_rec rec;
	struct actor actor;
	struct hub hub;

	if (!enter(call, &rec, &item))
		return;
	hub = call_hub(call);
	actor = employee_actor(call, &rec);
	seen = contact_seen(&rec, &item.account);
	finish(call, &rec, dossier_block(&hub, &actor, &seen));
}

void
contact_account_unblock(struct call *call)
{
	struct contact_item item;
	struct dossier_seen seen;
	struct contact_rec rec;
	struct actor actor;
	struct hub hub;

	if (!enter(call, &rec, &item))
		return;
	if (item.account.shared) {
		contact_conflict(call, "shared-account", STR_NONE,
		    "The account is not this organisation's alone: an "
		    "operator can enable it.");
		return;
	}
	if (!item.account.rec.enabled && !item.account.rec.blocked) {
		contact_conflict(call, "disabled-by-operator", STR_NONE,
		    "An operator has disabled the account, and only an "
		    "operator can enable it.");
		return;
	}
	hub = call_hub(call);
	actor = employee_actor(call, &rec);
	seen = contact_seen(&rec, &item.account);
	finish(call, &rec, dossier_unblock(&hub, &actor, &seen));
}
