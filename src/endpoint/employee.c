#include "endpoint/employee.h"

#include "base/json_in.h"
#include "directory/account.h"
#include "directory/contact.h"
#include "directory/field.h"
#include "directory/render.h"
#include "http/etag.h"
#include "identity/credential.h"
#include "identity/invitation.h"
#include "identity/proven.h"

bool
employee_enter(struct call *call, struct employee *out)
{
	int rc = employee_of(call->req->arena, &call->account, out);

	if (rc != 0) {
		call_failed(call, rc);
		return false;
	}
	if (out->n > 0)
		return true;
	problem(call->req, call->resp, 403,
	    "The account is no employee's: it has neither group 102 nor 103 "
	    "at any organisation.");
	resp_header(call->resp, "WWW-Authenticate",
	    STR("Bearer realm=\"hub\", error=\"insufficient_scope\""));
	return false;
}

bool
employee_contact(
    struct call *call, struct employee *employee, struct contact_rec *out)
{
	struct str id = call->req->param[0];

	if (!employee_enter(call, employee))
		return false;
	if (str_is_id(id) && contact_get(call->txn, id, out) &&
	    employee_is_at(employee, out->organization))
		return true;
	problem(call->req, call->resp, 404, NULL);
	return false;
}

/*
 * The vault's credential is the truth about a temporary password; one that is
 * to be mailed is made when that is sent.
 */
static const char *
state_of(const struct account_rec *account,
    const struct credential_rec *credential, bool mail_waits, int64_t now)
{
	if (!account->enabled)
		return "blocked";
	if (credential->lasting.n > 0)
		return "active";
	if (credential->temporary.n == 0)
		return mail_waits ? "pending" : "none";
	return now < credential->temporary_until ? "pending" : "expired";
}

/* The newer one of the mails that bring a first password, or another one. */
static void
find_mail(struct txn *vault, struct contact_account *account)
{
	const struct account_rec *rec = &account->rec;
	struct mail_rec reset;

	account->mail_waits =
	    mail_find(vault, rec->id, rec->born, MAIL_WELCOME, &account->mail);
	if (!mail_find(vault, rec->id, rec->born, MAIL_RESET, &reset) ||
	    (account->mail_waits && account->mail.made > reset.made))
		return;
	account->mail_waits = true;
	account->mail = reset;
}

void
employee_account_get(struct txn *vault, struct contact_account *out)
{
	struct str id = out->rec.id;
	struct credential_rec credential;

	out->exists = true;
	/* What it signed in with before it was deleted is nobody's. */
	if (credential_for(vault, id, out->rec.born, &credential))
		out->signed_in = credential_signed_in(vault, id);
	out->proven = proven_is(vault, &out->rec);
	if (credential.lasting.n == 0)
		find_mail(vault, out);
	out->state =
	    state_of(&out->rec, &credential, out->mail_waits, clock_now());
	out->serial = credential.temporary_serial;
	out->lasting = credential.lasting.n > 0;
	if (!out->lasting && credential.temporary.n > 0) {
		out->until = credential.temporary_until;
		out->mailed = credential.mailed_to.n > 0;
	}
}

void
contact_account_get(struct call *call, struct txn *vault,
    const struct contact_rec *contact, struct contact_account *out)
{
	struct str id;
	int rc;

	*out = (struct contact_account){ 0 };
	if (!account_of_dossier(
		call->txn, contact->organization, contact->dossier, &id) ||
	    !account_get(call->txn, id, &out->rec)) {
		out->invited = invitation_of_contact(
		    vault, contact, clock_now(), &out->invitation);
		return;
	}
	employee_account_get(vault, out);
	rc = employee_account_is_shared(
	    call->req->arena, &out->rec, contact->organization, &out->shared);
	if (rc != 0)
		txn_fail(call->txn, rc);
	/* It may have been at another organisation's portal. */
	if (out->shared)
		out->signed_in = 0;
}

void
contact_put_time(struct json_out *j, const char *name, int64_t seconds)
{
	char text[CLOCK_TEXT];

	json_out_name(j, name);
	if (seconds == 0) {
		json_out_null(j);
		return;
	}
	clock_text(seconds, text);
	json_out_cstr(j, text);
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

static const struct json *
parse(struct call *call, const struct contact_rec *contact)
{
	const struct json *record = NULL;

	if (json_parse(call->req->arena, contact->source, RENDER_MAX, &record,
		NULL) != 0)
		txn_fail(call->txn, HUB_ECORRUPT);
	return record;
}

static void
put_members(struct json_out *j, const struct contact_rec *contact,
    const struct json *record)
{
	put_text(j, "id", contact->id);
	put_text(j, "organizationId", contact->organization);
	put_text(j, "dossierNumber", contact->dossier);
	put_member(j, record, "kind");
	put_member(j, record, "firstName");
	put_member(j, record, "middleName");
	put_member(j, record, "lastName");
	put_member(j, record, "email");
}

void
contact_put_listed(struct call *call, struct json_out *j,
    const struct contact_rec *contact, const struct contact_account *account)
{
	json_out_object(j);
	put_members(j, contact, parse(call, contact));
	json_out_name(j, "account");
	if (account->exists) {
		json_out_object(j);
		put_text(j, "username", account->rec.name);
		put_text(j, "state", str_of(account->state));
		json_out_object_end(j);
	} else {
		json_out_null(j);
	}
	json_out_object_end(j);
}

static void
put_mail(struct json_out *j, const struct contact_account *account)
{
	const struct mail_rec *mail = &account->mail;

	json_out_name(j, "mail");
	if (!account->mail_waits) {
		json_out_null(j);
		return;
	}
	json_out_object(j);
	json_out_name(j, "template");
	json_out_cstr(
	    j, mail_template_name((enum mail_template)mail->template));
	json_out_name(j, "state");
	json_out_cstr(j, mail->failed ? "failed" : "waiting");
	contact_put_time(j, "since", mail->made);
	json_out_name(j, "tries");
	json_out_int(j, mail->tries);
	json_out_object_end(j);
}

static void
put_account(struct json_out *j, const struct contact_account *account)
{
	json_out_name(j, "account");
	if (!account->exists) {
		json_out_null(j);
		return;
	}
	json_out_object(j);
	put_text(j, "username", account->rec.name);
	put_text(j, "state", str_of(account->state));
	contact_put_time(j, "lastSignIn", account->signed_in);
	contact_put_time(j, "temporaryPasswordUntil", account->until);
	json_out_name(j, "temporaryPasswordMailed");
	json_out_bool(j, account->mailed);
	put_mail(j, account);
	json_out_name(j, "emailProven");
	json_out_bool(j, account->proven);
	json_out_name(j, "shared");
	json_out_bool(j, account->shared);
	json_out_object_end(j);
}

static void
put_invitation(struct json_out *j, const struct contact_account *account)
{
	const struct invitation_rec *invitation = &account->invitation;

	json_out_name(j, "invitation");
	if (!account->invited) {
		json_out_null(j);
		return;
	}
	json_out_object(j);
	put_text(j, "email", invitation->address);
	contact_put_time(j, "sentAt", invitation->made);
	contact_put_time(j, "until", invitation->expires);
	json_out_object_end(j);
}

/* What a page has to know before it asks for anything. */
static void
put_hub(struct json_out *j, const struct conf *conf)
{
	json_out_name(j, "hub");
	json_out_object(j);
	json_out_name(j, "sendsMail");
	json_out_bool(j, conf_sends_mail(conf));
	json_out_name(j, "delivery");
	json_out_cstr(
	    j, conf->delivery == DELIVERY_MAILED ? "mailed" : "shown");
	json_out_object_end(j);
}

int
employee_tag(struct arena *arena, struct str text,
    const struct contact_account *account, struct str *etag)
{
	const char *all = arena_printf(arena, "%.*s %llu %llu", STR_ARG(text),
	    (unsigned long long)account->rec.epoch,
	    (unsigned long long)account->serial);

	return all == NULL ? HUB_ENOMEM : render_etag(arena, str_of(all), etag);
}

static int
render(struct call *call, const struct contact_rec *contact,
    struct contact_item *out)
{
	static const char *const not_again[] = { "id", "organizationId",
		"dossierNumber", "kind", "firstName", "middleName", "lastName",
		"email", "account", "invitation", "hub", "type", "version",
		"deleted", NULL };
	const struct json *record = parse(call, contact);
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, call->req->arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	put_members(&j, contact, record);
	for (const struct json *m = record == NULL ? NULL : record->child;
	     m != NULL; m = m->next) {
		if (!name_among(m->name, not_again))
			json_out_member(&j, m);
	}
	put_account(&j, &out->account);
	put_invitation(&j, &out->account);
	put_hub(&j, call->service->conf);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	out->text = buf_view(&buf);
	return rc == 0 ? employee_tag(call->req->arena, out->text,
			     &out->account, &out->etag)
		       : rc;
}

bool
contact_item_get(struct call *call, const struct contact_rec *contact,
    struct contact_item *out)
{
	struct txn *vault;
	int rc, end;

	if (call_look(call) != 0)
		return false;
	vault = store_read_begin(call->service->vault, call->req->arena);
	contact_account_get(call, vault, contact, &out->account);
	end = store_read_end(vault);
	rc = txn_error(call->txn);
	if (rc == 0)
		rc = end;
	if (rc == 0)
		rc = render(call, contact, out);
	if (rc != 0)
		call_failed(call, rc);
	return rc == 0;
}

bool
employee_names_seen(struct call *call, const char *what, bool needed)
{
	struct str tag = call->req->if_match;
	bool any = str_eq(str_trim(tag), STR("*"));

	if (!any && (tag.n > 0 || !needed))
		return true;
	problem(call->req, call->resp, 428,
	    arena_printf(call->req->arena,
		"If-Match must name the ETag of the %s as it was seen%s", what,
		any ? ": * names nothing that was seen." : "."));
	return false;
}

bool
contact_is_as_seen(
    struct call *call, const struct contact_item *item, bool needed)
{
	if (!employee_names_seen(call, "contact", needed))
		return false;
	/* One form of the contact: a tag that a gateway weakened is its. */
	if (call->req->if_match.n == 0 ||
	    etag_matches(call->req->if_match, item->etag))
		return true;
	contact_has_changed(call);
	return false;
}

void
contact_has_changed(struct call *call)
{
	struct problem_more more = { .reason = "changed" };

	problem_more(call->req, call->resp, 412,
	    "The contact or its account has changed since: look at it again.",
	    &more);
}

struct dossier_seen
contact_seen(
    const struct contact_rec *contact, const struct contact_account *account)
{
	return (struct dossier_seen){
		.contact = *contact,
		.account = account->rec,
		.shared = account->shared,
		.serial = account->serial,
		.lasting = account->lasting,
	};
}

void
contact_conflict(struct call *call, const char *reason, struct str username,
    const char *detail)
{
	struct problem_more more = { .reason = reason, .username = username };

	problem_more(call->req, call->resp, 409, detail, &more);
}

struct actor
employee_actor(struct call *call, const struct contact_rec *contact)
{
	struct actor actor = employee_actor_at(call, contact->organization);

	actor.contact = contact->id;
	return actor;
}

struct actor
employee_actor_at(struct call *call, struct str organization)
{
	/* The claims are those of a cache that may drop them. */
	return (struct actor){
		.client = arena_str(
		    call->req->arena, str_of(call->claims->client_id)),
		.source = call->req->remote_addr,
		.by = call->account.id,
		.organization = organization,
	};
}
