/*
 * POST /contact/contacts/<id>/account makes the account of a contact, and
 * .../account/reset-password gives it another temporary password: the only two
 * answers that ever hold one. The pool is the one that hashes.
 */
#include "directory/account.h"
#include "endpoint/contact_address.h"
#include "endpoint/json_body.h"
#include "endpoint/password_answer.h"
#include "endpoint/routes.h"
#include "identity/enrol.h"

#define IN_USE                                                                 \
	"The address is the username of another account. Its owner has to "    \
	"accept a link to this dossier: "
#define INVITE "invite the owner."
#define ASK_OPERATOR                                                           \
	"the hub sends no mail, so an operator makes it, with hubctl account " \
	"link."

/* The address is another account's: counted, audited, and told. */
static void
address_in_use(struct call *call, const struct contact_rec *contact)
{
	struct actor actor = employee_actor(call, contact);

	if (call_look_end(call) == 0)
		contact_address_found(call, &actor, "account.address_in_use",
		    "address-in-use",
		    conf_sends_mail(call->service->conf) ? IN_USE INVITE
							 : IN_USE ASK_OPERATOR);
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
	if (contact_must_wait(call))
		return false;
	if (account_by_name(call->txn, email, &other)) {
		address_in_use(call, contact);
		return false;
	}
	return contact_is_as_seen(call, &item, false);
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
		.mailed = password_is_mailed(call),
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
	password_answer_pending(
	    call, 201, in.account, in.username, in.temporary);
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
	    contact_read_email(call, &email) && may_add(call, &rec, email) &&
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
	return true;
}

/* As it was seen, so that the employee knows of the block. */
static bool
is_open(struct call *call, const struct contact_account *account)
{
	if (account->rec.enabled)
		return true;
	contact_conflict(call, "account-blocked", STR_NONE,
	    "The account is blocked: a new password would open nothing. "
	    "Unblock it first.");
	return false;
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
	    &hub, &actor, &seen, password_is_mailed(call) ? NULL : temporary);

	if (rc == HUB_ECONFLICT)
		contact_has_changed(call);
	else if (rc != 0)
		call_failed(call, rc);
	else
		password_answer_pending(
		    call, 200, account->rec.id, account->rec.name, temporary);
}

/* The owner alone hears of it, and loses nothing by it. */
static void
reset_shared(struct call *call, const struct contact_rec *contact,
    const struct contact_account *account)
{
	struct actor actor = employee_actor(call, contact);
	struct dossier_seen seen = contact_seen(contact, account);
	const struct password_told told = {
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
		password_answer(call, 202, &told);
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
	    contact_is_as_seen(call, &item, true) &&
	    is_open(call, &item.account) && call_look_end(call) == 0)
		(item.account.shared ? reset_shared : reset)(
		    call, &rec, &item.account);
}
