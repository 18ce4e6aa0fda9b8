/*
 * POST /contact/contacts/<id>/account/invitation asks the owner of an account
 * that is there to take the contact's dossier, and .../withdraw takes that back.
 * What the owner answers is not told here: the contact has an account then, or
 * there is no invitation any more.
 */
#include "endpoint/contact_address.h"
#include "endpoint/items.h"
#include "endpoint/json_body.h"
#include "endpoint/routes.h"
#include "identity/invitation.h"

#define ANSWER_MAX 1024

static void
answer(struct call *call, const struct invitation_rec *made)
{
	struct json_out j;
	struct buf body;
	int rc;

	buf_init_arena(&body, call->req->arena, ANSWER_MAX);
	BUF_LIT(&body, ITEMS_HEAD);
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "invitation");
	json_out_object(&j);
	json_out_name(&j, "email");
	json_out_str(&j, made->address);
	contact_put_time(&j, "sentAt", made->made);
	contact_put_time(&j, "until", made->expires);
	json_out_object_end(&j);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	BUF_LIT(&body, ITEMS_TAIL);
	if (rc != 0 || buf_error(&body) != 0)
		call_failed(call, rc != 0 ? rc : buf_error(&body));
	else
		resp_body(call->resp, 202, "application/json", buf_view(&body));
}

/* What is known before anything is looked up about the address. */
static bool
may_invite(struct call *call, const struct contact_rec *contact)
{
	struct contact_item item;

	if (!contact_item_get(call, contact, &item))
		return false;
	if (item.account.exists) {
		contact_conflict(call, "contact-has-account",
		    item.account.rec.name,
		    "The contact has an account already.");
		return false;
	}
	if (!conf_sends_mail(call->service->conf)) {
		contact_conflict(call, "no-mail", STR_NONE,
		    "The hub sends no mail, so nobody can be invited: an "
		    "operator can link the account, with hubctl account "
		    "link.");
		return false;
	}
	return contact_is_as_seen(call, &item, false) &&
	    !contact_must_wait(call);
}

static void
refuse(struct call *call, const struct actor *actor,
    const struct invitation_form *in, int rc)
{
	if (rc == HUB_ENOENT && in->unknown)
		contact_address_found(call, actor, "invitation.address_unknown",
		    "no-such-account",
		    "No account has this address: make one for the contact.");
	else if (rc == HUB_ENOENT)
		problem(call->req, call->resp, 404, NULL);
	else if (rc == HUB_EEXIST && in->username.n > 0)
		contact_conflict(call, "contact-has-account", in->username,
		    "The contact has an account already.");
	else if (rc == HUB_EEXIST)
		contact_conflict(call, "account-has-dossier", STR_NONE,
		    "The account has another dossier of this organisation "
		    "already.");
	else if (rc == HUB_ETOOBIG && in->wait_ms > 0)
		contact_throttled(call, in->wait_ms,
		    "The owner of the account has been invited again and "
		    "again: try again later.");
	else if (rc == HUB_ETOOBIG)
		contact_conflict(call, "too-many-invitations", STR_NONE,
		    "The owner of the account has other invitations to answer "
		    "first.");
	else
		call_failed(call, rc);
}

static void
invite(struct call *call, const struct contact_rec *contact, struct str email)
{
	struct actor actor = employee_actor(call, contact);
	struct hub hub = call_hub(call);
	struct invitation_form in = {
		.contact = contact->id,
		.within = contact->organization,
		.address = email,
		.inviter = call->account.id,
	};
	struct why why;
	int rc = invitation_make(&hub, &actor, &in, &why);

	if (rc == 0)
		answer(call, &in.made);
	else
		refuse(call, &actor, &in, rc);
}

void
contact_account_invite(struct call *call)
{
	struct employee employee;
	struct contact_rec rec;
	struct str email;

	if (employee_contact(call, &employee, &rec) &&
	    contact_read_email(call, &email) && may_invite(call, &rec) &&
	    call_look_end(call) == 0)
		invite(call, &rec, email);
}

void
contact_account_withdraw(struct call *call)
{
	static const char *const none[] = { NULL };
	struct employee employee;
	const struct json *body;
	struct contact_rec rec;
	struct actor actor;
	struct hub hub;
	int rc;

	if (!employee_contact(call, &employee, &rec) ||
	    !json_body_read(call, none, true, &body) ||
	    call_look_end(call) != 0)
		return;
	hub = call_hub(call);
	actor = employee_actor(call, &rec);
	rc = invitation_withdraw(&hub, &actor, &rec);
	if (rc == HUB_ENOENT)
		contact_conflict(call, "no-invitation", STR_NONE,
		    "The contact has no invitation that waits.");
	else if (rc != 0)
		call_failed(call, rc);
	else
		call->resp->status = 204;
}
