/*
 * Nothing here uses the rules' ways to look a record up: they make the
 * transaction fail over damage, and damage is what this looks for. Keys are
 * ids and digests, so that a finding gives no secret away.
 */
#include "identity/verify_vault.h"

#include "identity/audit.h"
#include "identity/code.h"
#include "identity/expiry.h"
#include "identity/mail.h"
#include "identity/opaque.h"
#include "identity/second_factor.h"
#include "store/audit_rec.h"
#include "store/client_secret_rec.h"
#include "store/consent_rec.h"
#include "store/credential_rec.h"
#include "store/email_change_rec.h"
#include "store/grant_rec.h"
#include "store/invitation_rec.h"
#include "store/proven_rec.h"
#include "store/rec.h"
#include "store/schema.h"
#include "store/second_factor_rec.h"
#include "store/session_rec.h"
#include "store/signing_key_rec.h"
#include "store/throttle_rec.h"

/* Seconds: what lies beyond is no time of ours, and cannot be reckoned with. */
#define TIME_MAX ((int64_t)1 << 40)

/* The key as one piece of text. */
static bool
take_text(struct verify_look *l, struct str *text)
{
	struct str rest = l->key;

	if (key_take_str(&rest, text) && rest.n == 0)
		return true;
	verify_found(l, "the key is not one text");
	return false;
}

static bool
take_pair(struct verify_look *l, struct str *one, struct str *two)
{
	struct str rest = l->key;

	if (key_take_str(&rest, one) && key_take_str(&rest, two) && rest.n == 0)
		return true;
	verify_found(l, "the key is not made of two texts");
	return false;
}

static bool
get(struct verify_look *l, unsigned int table, struct str name,
    struct str *bytes)
{
	struct key key;

	key_of(&key, name);
	/* A name that is no key leads nowhere, and must not fail the look. */
	return !key.bad && txn_get(l->txn, table, &key, bytes);
}

static bool
get_grant(struct verify_look *l, struct str gid, struct grant_rec *rec)
{
	struct str bytes;

	return get(l, VAULT_GRANT, gid, &bytes) &&
	    grant_rec_get(bytes, rec) == 0;
}

static bool
get_session(struct verify_look *l, struct str digest, struct session_rec *rec)
{
	struct str bytes;

	return get(l, VAULT_SESSION, digest, &bytes) &&
	    session_rec_get(bytes, rec) == 0;
}

static bool
get_code(struct verify_look *l, struct str digest, struct code_rec *rec)
{
	struct str bytes;

	return get(l, VAULT_CODE, digest, &bytes) &&
	    code_rec_get(bytes, rec) == 0;
}

static bool
get_email_change(
    struct verify_look *l, struct str account, struct email_change_rec *rec)
{
	struct str bytes;

	return get(l, VAULT_EMAIL_CHANGE, account, &bytes) &&
	    email_change_rec_get(bytes, rec) == 0;
}

static bool
get_invitation(
    struct verify_look *l, struct str contact, struct invitation_rec *rec)
{
	struct str bytes;

	return get(l, VAULT_INVITATION, contact, &bytes) &&
	    invitation_rec_get(bytes, rec) == 0;
}

static bool
is_time(int64_t time)
{
	return time >= 0 && time < TIME_MAX;
}

/* That the sweep will find the record. */
static void
check_listed(
    struct verify_look *l, int64_t when, enum expiry_kind kind, struct str name)
{
	struct key key;

	expiry_key(&key, when, kind, name);
	if (key.bad || !txn_has(l->txn, VAULT_EXPIRY, &key))
		verify_found(
		    l, "is missing in expiry at %lld", (long long)when);
}

/* That the index leads from ACCOUNT and ID here, with this value. */
static void
check_owned(struct verify_look *l, unsigned int table, const char *index,
    struct str account, struct str id, struct str value)
{
	struct str found;
	struct key key;

	key_begin(&key);
	key_str(&key, account);
	key_str(&key, id);
	if (key.bad || !txn_get(l->txn, table, &key, &found))
		verify_found(l, "is missing in %s under %.*s %.*s", index,
		    STR_ARG(account), STR_ARG(id));
	else if (!str_eq(found, value))
		verify_found(l, "%s leads elsewhere under %.*s %.*s", index,
		    STR_ARG(account), STR_ARG(id));
}

static void
check_key(struct verify_look *l, struct str value)
{
	struct private_key_rec rec;

	if (private_key_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_audit(struct verify_look *l, struct str value)
{
	struct str rest = l->key;
	struct audit_subjects all;
	struct audit_mark mark;
	struct audit_rec rec;
	struct key key;
	bool good = audit_mark_take(&rest, &mark) && rest.n == 0;

	if (!good)
		verify_found(l, "the key is not made of a time and a number");
	if (audit_rec_get(value, &rec) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!good)
		return;
	audit_subjects(&rec, &all);
	for (unsigned int i = 0; i < all.n; i++) {
		audit_about_key(&key, all.at[i], &mark);
		if (!txn_has(l->txn, VAULT_AUDIT_ABOUT, &key))
			verify_found(l,
			    "is missing in audit_about under %c %.*s",
			    (char)all.at[i].kind, STR_ARG(all.at[i].id));
	}
}

static bool
is_about(const struct audit_rec *rec, struct audit_subject subject)
{
	struct audit_subjects all;

	audit_subjects(rec, &all);
	for (unsigned int i = 0; i < all.n; i++) {
		if (all.at[i].kind == subject.kind &&
		    str_eq(all.at[i].id, subject.id))
			return true;
	}
	return false;
}

static void
check_audit_about(struct verify_look *l, struct str value)
{
	struct audit_subject subject;
	struct audit_mark mark;
	struct audit_rec rec;
	struct str bytes;
	struct key key;

	if (!audit_about_take(l->key, &subject, &mark)) {
		verify_found(l,
		    "the key is not made of what an event is "
		    "about and the event's");
		return;
	}
	audit_mark_key(&key, &mark);
	if (!txn_get(l->txn, VAULT_AUDIT, &key, &bytes) ||
	    audit_rec_get(bytes, &rec) != 0)
		verify_found(l, "leads to an event that is not there");
	else if (!is_about(&rec, subject))
		verify_found(l, "the event is not about that");
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_credential(struct verify_look *l, struct str value)
{
	struct credential_rec rec;
	struct str account;

	if (take_text(l, &account) && credential_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_client_secret(struct verify_look *l, struct str value)
{
	struct client_secret_rec rec;
	struct str client;

	if (take_text(l, &client) && client_secret_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_code(struct verify_look *l, struct str value)
{
	struct code_rec rec;
	struct str digest;

	if (!take_text(l, &digest))
		return;
	if (code_rec_get(value, &rec) != 0 || !is_time(rec.expires))
		verify_found(l, VERIFY_UNREADABLE);
	else
		check_listed(l, code_end(&rec), EXPIRY_CODE, digest);
}

static void
check_grant(struct verify_look *l, struct str value)
{
	struct grant_rec rec;
	struct str gid, found;

	if (!take_text(l, &gid))
		return;
	if (grant_rec_get(value, &rec) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	if (!get(l, VAULT_REFRESH, rec.handle, &found))
		verify_found(l, "is missing in refresh");
	else if (!str_eq(found, gid))
		verify_found(l, "refresh leads to %.*s", STR_ARG(found));
	check_owned(
	    l, VAULT_ACCOUNT_GRANT, "account_grant", rec.account, gid, STR(""));
	check_listed(l, rec.listed, EXPIRY_GRANT, gid);
	if (rec.seed.n > 0)
		check_listed(l, rec.previous_until, EXPIRY_WINDOW, gid);
}

static void
check_refresh(struct verify_look *l, struct str value)
{
	struct grant_rec rec;
	struct str handle;

	if (!take_text(l, &handle))
		return;
	if (!get_grant(l, value, &rec))
		verify_found(l, "leads to grant %.*s, which is not there",
		    STR_ARG(value));
	else if (!str_eq(rec.handle, handle))
		verify_found(
		    l, "grant %.*s has another handle", STR_ARG(value));
}

static void
check_account_grant(struct verify_look *l, struct str value)
{
	struct str account, gid;
	struct grant_rec rec;

	if (!take_pair(l, &account, &gid))
		return;
	if (!get_grant(l, gid, &rec))
		verify_found(
		    l, "leads to grant %.*s, which is not there", STR_ARG(gid));
	else if (!str_eq(rec.account, account))
		verify_found(
		    l, "grant %.*s is another account's", STR_ARG(gid));
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_session(struct verify_look *l, struct str value)
{
	struct session_rec rec;
	struct str digest;

	if (!take_text(l, &digest))
		return;
	if (session_rec_get(value, &rec) != 0) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	check_owned(l, VAULT_ACCOUNT_SESSION, "account_session", rec.account,
	    rec.sid, digest);
	check_listed(l, rec.listed, EXPIRY_SESSION, digest);
}

static void
check_account_session(struct verify_look *l, struct str value)
{
	struct str account, sid;
	struct session_rec rec;

	if (!take_pair(l, &account, &sid))
		return;
	if (!get_session(l, value, &rec))
		verify_found(l, "leads to a session that is not there");
	else if (!str_eq(rec.account, account) || !str_eq(rec.sid, sid))
		verify_found(l, "leads to session %.*s of account %.*s",
		    STR_ARG(rec.sid), STR_ARG(rec.account));
}

static void
check_throttle(struct verify_look *l, struct str value)
{
	struct throttle_rec rec;
	struct str name;

	if (take_text(l, &name) && throttle_rec_get(value, &rec) != 0)
		verify_found(l, VERIFY_UNREADABLE);
}

/* Whether the record says that it stands at this place. */
static bool
claims_place(
    struct verify_look *l, int64_t when, enum expiry_kind kind, struct str name)
{
	struct invitation_rec invitation;
	struct email_change_rec change;
	struct session_rec session;
	struct grant_rec grant;
	struct code_rec code;

	switch (kind) {
	case EXPIRY_CODE:
		return get_code(l, name, &code) && is_time(code.expires) &&
		    code_end(&code) == when;
	case EXPIRY_GRANT:
		return get_grant(l, name, &grant) && grant.listed == when;
	case EXPIRY_SESSION:
		return get_session(l, name, &session) && session.listed == when;
	case EXPIRY_EMAIL_CHANGE:
		return get_email_change(l, name, &change) &&
		    change.listed == when;
	case EXPIRY_INVITATION:
		return get_invitation(l, name, &invitation) &&
		    invitation.expires == when;
	case EXPIRY_WINDOW:
		return get_grant(l, name, &grant) && grant.seed.n > 0 &&
		    grant.previous_until == when;
	}
	return false;
}

static void
check_expiry(struct verify_look *l, struct str value)
{
	enum expiry_kind kind;
	struct str name;
	int64_t when;

	if (!expiry_of_key(l->key, &when, &kind, &name)) {
		verify_found(l,
		    "the key is not made of a time, a kind and a "
		    "name");
		return;
	}
	if (!claims_place(l, when, kind, name))
		verify_found(l, "no record stands at this place");
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_consent(struct verify_look *l, struct str value)
{
	struct str account, client;
	struct consent_rec rec;

	if (!take_pair(l, &account, &client))
		return;
	if (consent_rec_get(value, &rec) != 0 || !is_time(rec.given))
		verify_found(l, VERIFY_UNREADABLE);
	else if (rec.scope.n == 0)
		verify_found(l, "allows nothing");
}

static void
check_second_factor(struct verify_look *l, struct str value)
{
	struct second_factor_rec rec;
	struct str account;

	if (!take_text(l, &account))
		return;
	if (second_factor_rec_get(value, &rec) != 0 || !is_time(rec.added) ||
	    !second_factor_is_whole(&rec))
		verify_found(l, VERIFY_UNREADABLE);
}

/* It comes and goes with the account's credential. */
static void
check_signed_in(struct verify_look *l, struct str value)
{
	struct str id, bytes;
	struct rec_in in;
	uint64_t when;

	if (!take_text(l, &id))
		return;
	rec_in_begin(&in, value);
	when = rec_u64(&in);
	if (rec_in_end(&in) != 0 || when >= (uint64_t)TIME_MAX)
		verify_found(l, VERIFY_UNREADABLE);
	if (!get(l, VAULT_CREDENTIAL, id, &bytes))
		verify_found(l,
		    "account %.*s has no credential: if there is such an "
		    "account give it a password with hubctl account "
		    "reset-password, else nobody reads this",
		    STR_ARG(id));
}

static void
check_email_change(struct verify_look *l, struct str value)
{
	struct email_change_rec rec;
	struct str account;

	if (!take_text(l, &account))
		return;
	if (email_change_rec_get(value, &rec) != 0 || !is_time(rec.listed) ||
	    !is_time(rec.expires) || !is_time(rec.first) ||
	    (rec.code.n != 0 && rec.code.n != OPAQUE_LEN))
		verify_found(l, VERIFY_UNREADABLE);
	else
		check_listed(l, rec.listed, EXPIRY_EMAIL_CHANGE, account);
}

static void
check_invitation(struct verify_look *l, struct str value)
{
	struct invitation_rec rec;
	struct str contact;

	if (!take_text(l, &contact))
		return;
	if (invitation_rec_get(value, &rec) != 0 || !is_time(rec.expires)) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	check_owned(l, VAULT_ACCOUNT_INVITATION, "account_invitation",
	    rec.account, contact, STR(""));
	check_listed(l, rec.expires, EXPIRY_INVITATION, contact);
}

static void
check_account_invitation(struct verify_look *l, struct str value)
{
	struct str account, contact;
	struct invitation_rec rec;

	if (!take_pair(l, &account, &contact))
		return;
	if (!get_invitation(l, contact, &rec))
		verify_found(l,
		    "leads to the invitation of contact %.*s, which is not "
		    "there",
		    STR_ARG(contact));
	else if (!str_eq(rec.account, account))
		verify_found(l,
		    "the invitation of contact %.*s is another account's",
		    STR_ARG(contact));
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_mail(struct verify_look *l, struct str value)
{
	struct mail_rec rec;
	struct str name;
	struct key key;

	if (!take_text(l, &name))
		return;
	if (mail_rec_get(value, &rec) != 0 || !is_time(rec.made) ||
	    !is_time(rec.begun) || !is_time(rec.due)) {
		verify_found(l, VERIFY_UNREADABLE);
		return;
	}
	mail_due_key(&key, rec.due, name);
	if (!rec.failed && !txn_has(l->txn, VAULT_MAIL_DUE, &key))
		verify_found(l, "is missing in mail_due: nobody sends it");
}

static void
check_mail_due(struct verify_look *l, struct str value)
{
	struct str rest = l->key, name, bytes;
	struct mail_rec rec;
	uint64_t when;

	if (!key_take_u64(&rest, &when) || !key_take_str(&rest, &name) ||
	    rest.n != 0) {
		verify_found(l, "the key is not made of a time and a name");
		return;
	}
	if (!get(l, VAULT_MAIL, name, &bytes) ||
	    mail_rec_get(bytes, &rec) != 0 || rec.failed ||
	    (uint64_t)rec.due != when)
		verify_found(l, "no mail is due then");
	if (value.n != 0)
		verify_found(l, "holds something");
}

static void
check_proven(struct verify_look *l, struct str value)
{
	struct proven_rec rec;
	struct str id;

	if (take_text(l, &id) &&
	    (proven_rec_get(value, &rec) != 0 || !is_time(rec.at)))
		verify_found(l, VERIFY_UNREADABLE);
}

static void
check_device(struct verify_look *l, struct str value)
{
	struct str account, digest;
	struct rec_in in;

	rec_in_begin(&in, value);
	if (take_pair(l, &account, &digest) &&
	    (rec_u64(&in) > INT64_MAX || rec_in_end(&in) != 0))
		verify_found(l, VERIFY_UNREADABLE);
}

verify_fn *const verify_vault[VAULT_TABLES] = {
	[VAULT_KEY] = check_key,
	[VAULT_AUDIT] = check_audit,
	[VAULT_CREDENTIAL] = check_credential,
	[VAULT_CLIENT_SECRET] = check_client_secret,
	[VAULT_CODE] = check_code,
	[VAULT_GRANT] = check_grant,
	[VAULT_REFRESH] = check_refresh,
	[VAULT_ACCOUNT_GRANT] = check_account_grant,
	[VAULT_SESSION] = check_session,
	[VAULT_ACCOUNT_SESSION] = check_account_session,
	[VAULT_THROTTLE] = check_throttle,
	[VAULT_EXPIRY] = check_expiry,
	[VAULT_CONSENT] = check_consent,
	[VAULT_SECOND_FACTOR] = check_second_factor,
	[VAULT_SIGNED_IN] = check_signed_in,
	[VAULT_EMAIL_CHANGE] = check_email_change,
	[VAULT_INVITATION] = check_invitation,
	[VAULT_ACCOUNT_INVITATION] = check_account_invitation,
	[VAULT_MAIL] = check_mail,
	[VAULT_MAIL_DUE] = check_mail_due,
	[VAULT_PROVEN] = check_proven,
	[VAULT_DEVICE] = check_device,
	[VAULT_AUDIT_ABOUT] = check_audit_about,
};
