/*
 * POST /contact/contacts/<id>/account/email: an address that nobody has proven
 * to read becomes another one. What its owner has proven is the owner's to
 * change.
 */
#include "endpoint/contact_address.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"
#include "identity/email_set.h"
#include "identity/proven.h"

#define ANSWER_MAX 1024

static bool
is_proven(struct call *call, const struct account_rec *account, bool *proven)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	int rc;

	*proven = proven_is(vault, account);
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	return rc == 0;
}

static void
refuse_proven(struct call *call)
{
	contact_conflict(call, "address-proven", STR_NONE,
	    "The owner of the account has proven the address: only the owner "
	    "changes it, on the account page.");
}

static bool
may_change(struct call *call, const struct contact_item *item)
{
	const struct contact_account *account = &item->account;
	bool proven;

	if (!account->exists) {
		contact_conflict(call, "no-account", STR_NONE,
		    "The contact has no account.");
		return false;
	}
	if (account->shared) {
		contact_conflict(call, "shared-account", STR_NONE,
		    "The account is not this organisation's alone: its owner "
		    "changes the address, on the account page.");
		return false;
	}
	if (!is_proven(call, &account->rec, &proven))
		return false;
	if (proven)
		refuse_proven(call);
	return !proven && contact_is_as_seen(call, item, true) &&
	    !contact_must_wait(call);
}

static void
answer(
    struct call *call, const struct str username, const struct contact_rec *rec)
{
	struct contact_item item;
	struct json_out j;
	struct buf body;
	int rc;

	if (!contact_item_get(call, rec, &item))
		return;
	buf_init_arena(&body, call->req->arena, ANSWER_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "username");
	json_out_str(&j, username);
	json_out_name(&j, "state");
	json_out_cstr(&j, item.account.exists ? item.account.state : "none");
	json_out_object_end(&j);
	rc = json_out_end(&j);
	BUF_LIT(&body, ITEMS_TAIL);
	if (rc != 0 || buf_error(&body) != 0)
		call_failed(call, rc != 0 ? rc : buf_error(&body));
	else
		resp_body(call->resp, 200, "application/json", buf_view(&body));
}

static void
change(struct call *call, const struct contact_rec *contact,
    const struct contact_item *item, struct str email)
{
	const struct dossier_seen seen = contact_seen(contact, &item->account);
	struct actor actor = employee_actor(call, contact);
	struct hub hub = call_hub(call);
	struct email_set in = {
		.account = seen.account.id,
		.address = email,
		.seen = &seen,
	};
	struct why why;
	int rc = email_change_set(&hub, &actor, &in, &why);

	if (rc == HUB_ECONFLICT && in.taken)
		contact_address_found(call, &actor, "account.address_in_use",
		    "address-in-use",
		    "The address is the username of another account.");
	else if (rc == HUB_ECONFLICT || rc == HUB_ENOENT)
		contact_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		answer(call, in.username, contact);
}

void
contact_account_email(struct call *call)
{
	struct employee employee;
	struct contact_item item;
	struct contact_rec rec;
	struct str email;

	if (employee_contact(call, &employee, &rec) &&
	    contact_read_email(call, &email) &&
	    contact_item_get(call, &rec, &item) && may_change(call, &item) &&
	    call_look_end(call) == 0)
		change(call, &rec, &item, email);
}
