/*
 * Signing in. What comes from outside is counted before it is looked at; then
 * there is one look at each store, one computation of a hash outside of
 * transactions, and one transaction of the vault that begins the session or
 * records the failure. All ways cost the same up to that last transaction.
 */
#include "identity/signin.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/secret.h"
#include "directory/account.h"
#include "directory/account_email.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/mail.h"
#include "identity/notice.h"
#include "identity/proven.h"
#include "identity/second_factor.h"
#include "identity/session.h"
#include "identity/throttle.h"
#include "token/acr.h"

/* A session that may begin, if the password that was looked at still counts. */
struct opening {
	const struct conf *conf;
	struct session_rec session;
	bool required; /* the second factor is */
	uint8_t began; /* enum session_kind: what has */
	struct opaque_digest cookie;
	struct str hash;    /* that was compared with */
	const char *better; /* in its place from now on, or NULL */
	const struct account_rec *account;
	const struct device *device;
	struct str name; /* that was tried, or STR_NONE */
	struct audit_rec failed;
	struct actor actor;
	char sid[RAND_ID];
	bool stale; /* it no longer counts: nothing has begun */
};

/* What a right password, which is no temporary one, opens. */
static uint8_t
kind_now(struct txn *vault, const struct opening *o)
{
	struct second_factor_rec factor;

	if (second_factor_get(
		vault, o->session.account, o->account->born, &factor))
		return SESSION_CODE;
	return o->required ? SESSION_ENROL : SESSION_SIGNED_IN;
}

static const char *const opened[] = {
	[SESSION_SIGNED_IN] = "signin.succeeded",
	[SESSION_CHANGE] = "signin.succeeded",
	[SESSION_CODE] = "second-factor.asked",
	[SESSION_ENROL] = "second-factor.required",
};

static void
record_opening(struct txn *vault, const struct opening *o)
{
	struct actor actor = o->actor;
	struct audit_rec event;

	actor.by = o->session.account;
	act_event(&event, &actor, opened[o->began], o->session.account,
	    o->began == SESSION_CHANGE ? "with a temporary password" : NULL);
	audit_put(vault, &event);
}

static int
open_session(struct txn *vault, void *arg)
{
	struct opening *o = arg;
	struct session_rec session = o->session;
	struct credential_rec now;
	bool known = credential_get(vault, session.account, &now);
	struct str *hash =
	    session.kind == SESSION_CHANGE ? &now.temporary : &now.lasting;

	o->stale =
	    !known || now.born != o->account->born || !str_eq(*hash, o->hash);
	if (o->stale) {
		audit_put(vault, &o->failed);
		return 0;
	}
	if (o->better != NULL) {
		*hash = str_of(o->better);
		credential_put(vault, session.account, &now);
	}
	if (session.kind != SESSION_CHANGE) {
		session.kind = kind_now(vault, o);
		session.methods = AUTH_PASSWORD;
	}
	o->began = session.kind;
	session.serial = now.temporary_serial;
	session_put(vault, o->conf, &o->cookie, &session);
	if (session.kind == SESSION_SIGNED_IN)
		device_sign_in(vault, o->conf, o->account, o->device,
		    session.source, session.auth_time);
	if (o->name.p != NULL)
		throttle_succeed(vault, o->name, session.source);
	record_opening(vault, o);
	return 0;
}

/* Begins the session; *COOKIE is empty unless it has begun. */
static int
begin_session(const struct hub *hub, struct opening *o, struct opaque *cookie)
{
	int rc;

	o->actor = (struct actor){ .source = o->session.source };
	o->conf = hub->conf;
	rand_id(o->sid);
	o->session.sid = str_of(o->sid);
	o->session.auth_time = clock_now();
	act_event(&o->failed, &o->actor, "signin.failed", o->session.account,
	    "the password was replaced meanwhile");
	opaque_make(cookie);
	rc = opaque_digest_any(str_of(cookie->text), &o->cookie);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, open_session, o);
	if (rc != 0 || o->stale)
		secret_clear(cookie, sizeof(*cookie));
	return rc;
}

/* One try to sign in. */
struct attempt {
	const struct hub *hub;
	struct signin *in;
	int64_t wait;
	bool first; /* the first try that this delay keeps out */
	bool known;
	struct account_rec account;
	struct credential_rec credential;
	bool temporary; /* what was typed has the form of one */
	struct str hash;
	char better[PASSWORD_HASH];
	const char *reason; /* of a failure, for the audit log */
};

static int
enter(struct txn *vault, void *arg)
{
	struct attempt *a = arg;
	struct actor actor = { .source = a->in->source };
	struct audit_rec event;

	a->wait = throttle_enter(vault, a->in->username, a->in->source,
	    clock_now_us() / 1000, &a->first);
	if (!a->first)
		return 0;
	act_event(&event, &actor, "signin.throttled", STR(""), NULL);
	audit_put(vault, &event);
	return 0;
}

static int
look_up(struct attempt *a)
{
	const struct hub *hub = a->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	int rc;

	a->known = account_by_name(txn, a->in->username, &a->account);
	rc = store_read_end(txn);
	if (rc != 0)
		return rc;
	/* The look is taken for nobody, too. */
	txn = store_read_begin(hub->vault, hub->arena);
	credential_get(
	    txn, a->known ? a->account.id : STR("-"), &a->credential);
	if (a->known && a->credential.born != a->account.born)
		a->credential = (struct credential_rec){ .lasting = STR("") };
	if (credential_has_strayed(hub->arena, &a->account, &a->credential))
		a->credential.temporary = STR("");
	return store_read_end(txn);
}

/* 0 if the password is right, HUB_EDENIED, or why nobody knows. */
static int
compare(struct attempt *a)
{
	const struct hub *hub = a->hub;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct str password;
	int rc;

	a->temporary = password_is_temporary(a->in->password, temporary);
	rc = password_normalize(hub->arena, a->in->password, &password);
	if (rc == HUB_ENOMEM)
		return rc;
	if (a->known && a->account.enabled && rc == 0)
		a->hash = a->temporary ? a->credential.temporary
				       : a->credential.lasting;
	if (a->temporary)
		password = str_of(temporary);
	rc = password_verify(hub->conf, a->hash, password);
	if (rc == 0 && !a->temporary && password_is_cheap(hub->conf, a->hash))
		rc = password_hash(hub->conf, password, a->better);
	secret_clear(temporary, sizeof(temporary));
	return rc;
}

static int
record_failure(struct txn *vault, void *arg)
{
	const struct attempt *a = arg;
	struct actor actor = { .source = a->in->source };
	struct audit_rec event;

	act_event(&event, &actor, "signin.failed",
	    a->known ? a->account.id : STR(""), a->reason);
	audit_put(vault, &event);
	return 0;
}

static enum signin_result
fail(struct attempt *a, int err)
{
	a->in->err = err;
	return SIGNIN_FAILED;
}

static enum signin_result
refuse(struct attempt *a, enum signin_result result, const char *reason)
{
	int rc;

	a->reason = reason;
	rc = store_write(a->hub->vault, a->hub->arena, record_failure, a);
	return rc == 0 ? result : fail(a, rc);
}

/*
 * Where a crash came between the two stores the credential is what counts. The
 * epoch is another one then.
 */
static int
set_right(struct attempt *a)
{
	bool pending = a->credential.lasting.n == 0;
	int rc;

	if (a->account.pending == pending)
		return 0;
	rc = credential_settle(a->hub, a->account.id, pending);
	return rc == 0 ? look_up(a) : rc;
}

static enum signin_result
result_of(uint8_t began)
{
	if (began == SESSION_SIGNED_IN)
		return SIGNIN_DONE;
	return began == SESSION_CHANGE ? SIGNIN_CHANGE : SIGNIN_FACTOR;
}

static enum signin_result
let_in(struct attempt *a)
{
	struct opening o = {
		.session.kind =
		    a->temporary ? SESSION_CHANGE : SESSION_SIGNED_IN,
		.hash = a->hash,
		.better = a->better[0] != '\0' ? a->better : NULL,
		.account = &a->account,
		.device = &a->in->device,
		.name = a->in->username,
	};
	int rc = set_right(a);

	o.session.account = a->account.id;
	o.session.epoch = a->account.epoch;
	o.session.source = a->in->source;
	o.required = second_factor_is_required(a->hub->conf, &a->account);
	if (rc == 0)
		rc = begin_session(a->hub, &o, &a->in->cookie);
	if (rc != 0)
		return fail(a, rc);
	if (o.stale)
		return SIGNIN_WRONG;
	return result_of(o.began);
}

/* SIGNIN_DONE: the password is the account's, temporary or not. */
static enum signin_result
judge(struct attempt *a)
{
	const struct hub *hub = a->hub;
	int rc;

	a->in->cookie.text[0] = '\0';
	a->in->wait_ms = a->in->err = 0;
	rc = store_write(hub->vault, hub->arena, enter, a);
	if (rc != 0)
		return fail(a, rc);
	a->in->wait_ms = a->wait;
	if (a->wait > 0)
		return SIGNIN_THROTTLED;
	if ((rc = look_up(a)) != 0)
		return fail(a, rc);
	rc = compare(a);
	if (rc == HUB_EDENIED)
		return refuse(a, SIGNIN_WRONG,
		    a->known && !a->account.enabled ? "the account is disabled"
						    : NULL);
	return rc == 0 ? SIGNIN_DONE : fail(a, rc);
}

enum signin_result
signin(const struct hub *hub, struct signin *in)
{
	struct attempt a = { .hub = hub, .in = in, .hash = STR("") };
	enum signin_result result = judge(&a);

	if (result != SIGNIN_DONE)
		return result;
	if (a.temporary && clock_now() >= a.credential.temporary_until)
		return refuse(
		    &a, SIGNIN_EXPIRED, "the temporary password has expired");
	return let_in(&a);
}

static int
forgive(struct txn *vault, void *arg)
{
	const struct attempt *a = arg;

	throttle_succeed(vault, a->in->username, a->in->source);
	return 0;
}

enum signin_result
signin_confirm(const struct hub *hub, struct signin *in)
{
	struct attempt a = { .hub = hub, .in = in, .hash = STR("") };
	enum signin_result result = judge(&a);
	int rc;

	if (result != SIGNIN_DONE)
		return result;
	if (a.temporary)
		return refuse(&a, SIGNIN_WRONG, "a temporary password");
	rc = store_write(hub->vault, hub->arena, forgive, &a);
	return rc == 0 ? SIGNIN_DONE : fail(&a, rc);
}

/* A change form that has come back. */
struct changing {
	const struct hub *hub;
	struct change *in;
	struct session_rec form;
	struct account_rec account;
	struct credential_rec credential;
	char hash[PASSWORD_HASH];
};

/*
 * Where the form stands: 0 while the temporary password waits; HUB_EEXIST if
 * it was this form's and has been changed, so that the form came twice;
 * HUB_EDENIED if it is no such form or no longer.
 */
static int
find_form(struct txn *vault, struct changing *c)
{
	if (!session_get(
		vault, c->hub->conf, &c->in->form, clock_now(), &c->form) ||
	    c->form.kind != SESSION_CHANGE ||
	    !credential_get(vault, c->form.account, &c->credential) ||
	    c->credential.temporary_serial != c->form.serial)
		return HUB_EDENIED;
	return c->credential.temporary.n > 0 ? 0 : HUB_EEXIST;
}

static int
look_at_form(struct changing *c)
{
	const struct hub *hub = c->hub;
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	int found = find_form(txn, c), rc = store_read_end(txn);

	if (rc != 0 || found == HUB_EDENIED)
		return rc != 0 ? rc : found;
	txn = store_read_begin(hub->directory, hub->arena);
	if (!account_get(txn, c->form.account, &c->account) ||
	    !c->account.enabled || c->account.born != c->credential.born ||
	    credential_has_strayed(hub->arena, &c->account, &c->credential))
		found = HUB_EDENIED;
	rc = store_read_end(txn);
	return rc != 0 ? rc : found;
}

static void
put_event(struct txn *vault, const struct changing *c, const char *name)
{
	const struct actor actor = { .source = c->in->source,
		.by = c->account.id };
	struct audit_rec event;

	act_event(&event, &actor, name, c->account.id, NULL);
	audit_put(vault, &event);
}

/* What was mailed to the account's address and nowhere else has come back. */
static int
prove_address(struct txn *vault, const struct changing *c)
{
	struct str address;
	int rc;

	if (c->credential.mailed_to.n == 0 || proven_is(vault, &c->account))
		return 0;
	rc = account_email(txn_arena(vault), &c->account, &address);
	if (rc != 0)
		return rc;
	proven_put(vault, &c->account, address, clock_now());
	put_event(vault, c, "account.address_proven");
	return 0;
}

static int
set_lasting(struct txn *vault, void *arg)
{
	struct changing *c = arg;
	int rc = find_form(vault, c);

	if (rc != 0)
		return rc;
	if (c->credential.born != c->account.born ||
	    credential_has_strayed(
		txn_arena(vault), &c->account, &c->credential))
		return HUB_EDENIED;
	rc = prove_address(vault, c);
	if (rc != 0)
		return rc;
	if (c->credential.lasting.n > 0)
		notice_put(vault, c->hub->conf, MAIL_PASSWORD_CHANGED,
		    c->in->device.language, &c->account);
	credential_set_lasting(&c->credential, c->hash, clock_now());
	credential_put(vault, c->account.id, &c->credential);
	mail_drop_passwords(vault, c->account.id);
	put_event(vault, c, "password.changed");
	return 0;
}

static enum change_result
end_change(struct changing *c, int err)
{
	if (err == HUB_EDENIED || err == HUB_ENOENT)
		return CHANGE_CLOSED;
	c->in->err = err;
	return CHANGE_FAILED;
}

/* Begins the session with the epoch that counts after the change. */
static enum change_result
go_on(struct changing *c, struct str hash)
{
	struct opening o = {
		.session = {
			.kind = SESSION_SIGNED_IN,
			.account = c->account.id,
			.source = c->in->source,
		},
		.account = &c->account,
		.device = &c->in->device,
		.hash = hash,
	};
	int rc = look_at_form(c);

	if (rc != 0 && rc != HUB_EEXIST)
		return end_change(c, rc);
	o.session.epoch = c->account.epoch;
	o.required = second_factor_is_required(c->hub->conf, &c->account);
	rc = begin_session(c->hub, &o, &c->in->cookie);
	if (rc != 0)
		return end_change(c, rc);
	if (o.stale)
		return CHANGE_CLOSED;
	return o.began == SESSION_SIGNED_IN ? CHANGE_DONE : CHANGE_FACTOR;
}

static int
close_form(struct txn *vault, void *arg)
{
	session_del(vault, arg);
	return 0;
}

/*
 * The same form once more, from an impatient browser: it goes on as the first
 * did if it brings the password that was set. It has one guess.
 */
static enum change_result
change_again(struct changing *c)
{
	const struct hub *hub = c->hub;
	struct str password, hash;
	int rc = look_at_form(c);

	if (rc != HUB_EEXIST)
		return end_change(c, rc == 0 ? HUB_EDENIED : rc);
	hash = c->credential.lasting;
	rc = password_normalize(hub->arena, c->in->password, &password);
	if (rc == 0 && hash.n > 0)
		rc = password_verify(hub->conf, hash, password);
	else if (rc != HUB_ENOMEM)
		rc = HUB_EDENIED;
	if (rc == 0)
		rc = credential_settle(hub, c->account.id, false);
	if (rc == 0)
		return go_on(c, hash);
	if (rc == HUB_EDENIED)
		rc = store_write(
		    hub->vault, hub->arena, close_form, &c->in->form);
	return rc == 0 ? CHANGE_CLOSED : end_change(c, rc);
}

/* HUB_EEXIST: the form has been here before. */
static int
change_first(struct changing *c, const struct blocklist *list)
{
	const struct hub *hub = c->hub;
	int rc = look_at_form(c);

	if (rc == 0)
		rc = credential_choose(hub, list, &c->account, c->in->password,
		    &c->in->fault, c->hash);
	if (rc != 0 || c->in->fault != PASSWORD_GOOD)
		return rc;
	/* That took its time; another one may have come before. */
	rc = look_at_form(c);
	if (rc != 0)
		return rc;
	return c->account.pending
	    ? credential_replace_pending(hub, c->account.id, set_lasting, c)
	    : credential_replace(hub, c->account.id, false, set_lasting, c);
}

enum change_result
signin_change(
    const struct hub *hub, const struct blocklist *list, struct change *in)
{
	struct changing c = { .hub = hub, .in = in };
	int rc;

	in->cookie.text[0] = '\0';
	in->fault = PASSWORD_GOOD;
	in->err = 0;
	rc = change_first(&c, list);
	if (rc == HUB_EEXIST)
		return change_again(&c);
	if (rc != 0)
		return end_change(&c, rc);
	if (in->fault != PASSWORD_GOOD)
		return CHANGE_REFUSED;
	return go_on(&c, str_of(c.hash));
}
