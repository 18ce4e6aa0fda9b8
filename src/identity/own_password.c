#include "identity/own_password.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/mail.h"
#include "identity/notice.h"
#include "identity/session.h"
#include "identity/throttle.h"

struct changing {
	const struct hub *hub;
	struct own_change *in;
	struct session_rec session;
	struct account_rec account;
	struct credential_rec credential;
	int64_t wait;
	bool first;     /* the first try that this delay keeps out */
	struct str old; /* the hash that was compared with */
	char hash[PASSWORD_HASH];
	struct opaque_digest cookie; /* of the new session */
	char sid[RAND_ID];
};

static bool
is_signed_in(struct txn *vault, struct changing *c)
{
	return session_get(vault, c->hub->conf, &c->in->session, clock_now(),
		   &c->session) &&
	    c->session.kind == SESSION_SIGNED_IN &&
	    credential_get(vault, c->session.account, &c->credential) &&
	    c->credential.lasting.n > 0;
}

/* Both stores as they are now. HUB_EDENIED: nobody is signed in. */
static int
look(struct changing *c)
{
	const struct hub *hub = c->hub;
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	bool found = is_signed_in(txn, c);
	int rc = store_read_end(txn);

	if (rc != 0 || !found)
		return rc != 0 ? rc : HUB_EDENIED;
	txn = store_read_begin(hub->directory, hub->arena);
	found = account_get(txn, c->session.account, &c->account) &&
	    account_is_usable(&c->account) &&
	    c->account.epoch == c->session.epoch &&
	    !revoked_has(txn, REVOKED_SESSION, c->session.sid);
	rc = store_read_end(txn);
	return rc != 0 || found ? rc : HUB_EDENIED;
}

static void
put_event(struct txn *vault, const struct changing *c, const char *event,
    const char *detail)
{
	const struct actor actor = { .source = c->in->source,
		.by = c->account.id };
	struct audit_rec rec;

	act_event(&rec, &actor, event, c->account.id, detail);
	audit_put(vault, &rec);
}

static int
enter(struct txn *vault, void *arg)
{
	struct changing *c = arg;

	c->wait = throttle_enter(vault, c->account.name, c->in->source,
	    clock_now_us() / 1000, &c->first);
	if (c->first)
		put_event(
		    vault, c, "signin.throttled", "at a change of password");
	return 0;
}

static int
record_failure(struct txn *vault, void *arg)
{
	put_event(vault, arg, "signin.failed", "at a change of password");
	return 0;
}

static int
record_success(struct txn *vault, void *arg)
{
	const struct changing *c = arg;

	throttle_succeed(vault, c->account.name, c->in->source);
	return 0;
}

static enum own_result
end(struct changing *c, int err)
{
	if (err == HUB_EDENIED || err == HUB_ENOENT)
		return OWN_CLOSED;
	c->in->err = err;
	return OWN_FAILED;
}

/* OWN_DONE if the current password is right. */
static enum own_result
compare(struct changing *c)
{
	const struct hub *hub = c->hub;
	struct str password;
	int rc = store_write(hub->vault, hub->arena, enter, c), written;

	if (rc != 0)
		return end(c, rc);
	c->in->wait_ms = c->wait;
	if (c->wait > 0)
		return OWN_THROTTLED;
	c->old = c->credential.lasting;
	rc = password_normalize(hub->arena, c->in->current, &password);
	if (rc == 0)
		rc = password_verify(hub->conf, c->old, password);
	if (rc == HUB_ENOMEM)
		return end(c, rc);
	written = store_write(hub->vault, hub->arena,
	    rc == 0 ? record_success : record_failure, c);
	if (written != 0)
		return end(c, written);
	return rc == 0 ? OWN_DONE : OWN_WRONG;
}

static int
set_lasting(struct txn *vault, void *arg)
{
	struct changing *c = arg;

	/* Another one may have been set since the comparison. */
	if (!is_signed_in(vault, c) || !str_eq(c->credential.lasting, c->old))
		return HUB_EDENIED;
	credential_set_lasting(&c->credential, c->hash, clock_now());
	credential_put(vault, c->account.id, &c->credential);
	mail_drop_passwords(vault, c->account.id);
	put_event(vault, c, "password.changed", NULL);
	notice_put(vault, c->hub->conf, MAIL_PASSWORD_CHANGED, c->in->language,
	    &c->account);
	return 0;
}

static int
open_session(struct txn *vault, void *arg)
{
	const struct changing *c = arg;
	struct session_rec session = c->session;
	struct credential_rec now;

	if (!credential_get(vault, session.account, &now) ||
	    !str_eq(now.lasting, str_of(c->hash)))
		return HUB_EDENIED;
	session_put(vault, c->hub->conf, &c->cookie, &session);
	return 0;
}

/*
 * A new session that says of its sign-in what the old one said, but for when:
 * the password has just been shown. With the epoch that counts now.
 */
static int
go_on(struct changing *c)
{
	const struct hub *hub = c->hub;
	struct own_change *in = c->in;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool usable = account_get(txn, c->session.account, &c->account) &&
	    account_is_usable(&c->account);
	int rc = store_read_end(txn);

	if (rc != 0 || !usable)
		return rc != 0 ? rc : HUB_EDENIED;
	rand_id(c->sid);
	c->session.sid = str_of(c->sid);
	c->session.epoch = c->account.epoch;
	c->session.auth_time = clock_now();
	c->session.source = in->source;
	opaque_make(&in->cookie);
	rc = opaque_digest_of(str_of(in->cookie.text), &c->cookie);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, open_session, c);
	if (rc != 0)
		secret_clear(&in->cookie, sizeof(in->cookie));
	return rc;
}

static int
replace(struct changing *c)
{
	struct str old = c->old;
	/* Hashing took its time. */
	int rc = look(c);

	if (rc == 0 && !str_eq(c->credential.lasting, old))
		rc = HUB_EDENIED;
	if (rc == 0)
		rc = credential_replace(
		    c->hub, c->account.id, false, set_lasting, c);
	return rc == 0 ? go_on(c) : rc;
}

enum own_result
own_password_change(
    const struct hub *hub, const struct blocklist *list, struct own_change *in)
{
	struct changing c = { .hub = hub, .in = in };
	enum own_result result;
	int rc = look(&c);

	in->fault = PASSWORD_GOOD;
	in->wait_ms = in->err = 0;
	in->cookie.text[0] = '\0';
	if (rc != 0)
		return end(&c, rc);
	result = compare(&c);
	if (result != OWN_DONE)
		return result;
	rc = credential_choose(
	    hub, list, &c.account, in->password, &in->fault, c.hash);
	if (rc == 0 && in->fault != PASSWORD_GOOD)
		return OWN_REFUSED;
	if (rc == 0)
		rc = replace(&c);
	return rc == 0 ? OWN_DONE : end(&c, rc);
}
