/*
 * Each act looks at both stores first, computes outside of transactions, and
 * settles in one transaction of the vault, which looks again: that of two
 * requests with one code one is right is decided there.
 */
#include "identity/factor_act.h"

#include "base/clock.h"
#include "base/rand.h"
#include "base/secret.h"
#include "directory/account.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/notice.h"
#include "identity/session.h"
#include "identity/signin.h"
#include "identity/throttle.h"
#include "token/acr.h"

/* One request with a form. */
struct work {
	const struct hub *hub;
	struct factor_form *in;
	unsigned int kinds; /* of sessions that will do: bits of their kinds */
	struct session_rec session;
	struct account_rec account;
	bool has; /* a factor, which is this: */
	struct second_factor_rec factor;
	struct factor_code code;

	/* Of a try that is counted, and of one that is right. */
	int64_t wait;
	bool first, used;
	const char *reason; /* of a failure, for the audit log */

	/* Of a session that begins, and of a proposal. */
	struct opaque_digest cookie;
	char sid[RAND_ID];
	unsigned char secret[TOTP_SECRET];
	struct str digests;
};

#define KIND_BIT(kind) (1U << (kind))

bool
factor_has_proposal(const struct session_rec *session, int64_t now)
{
	return session->proposal.n == TOTP_SECRET &&
	    now - session->proposed < FACTOR_PROPOSAL_LIFETIME;
}

static bool
find_session(struct txn *vault, struct work *w)
{
	return session_get(vault, w->hub->conf, &w->in->session, clock_now(),
		   &w->session) &&
	    (w->kinds & KIND_BIT(w->session.kind)) != 0;
}

/* The factor of the account as it lives now. */
static bool
find_factor(struct txn *vault, struct work *w)
{
	return second_factor_get(
	    vault, w->account.id, w->account.born, &w->factor);
}

static int
look_at_session(struct work *w)
{
	struct txn *vault = store_read_begin(w->hub->vault, w->hub->arena);
	bool found = find_session(vault, w);
	int rc = store_read_end(vault);

	return rc == 0 && !found ? HUB_EDENIED : rc;
}

static int
look_at_account(struct work *w)
{
	const struct hub *hub = w->hub;
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	bool found;
	int rc;

	found = account_get(txn, w->session.account, &w->account) &&
	    account_is_usable(&w->account) &&
	    w->account.epoch == w->session.epoch &&
	    !revoked_has(txn, REVOKED_SESSION, w->session.sid);
	rc = store_read_end(txn);
	return rc == 0 && !found ? HUB_EDENIED : rc;
}

/* 0, HUB_EDENIED if the session is over or will not do, or a store's error. */
static int
look(struct work *w)
{
	struct txn *vault;
	int rc = look_at_session(w);

	if (rc == 0)
		rc = look_at_account(w);
	if (rc != 0)
		return rc;
	vault = store_read_begin(w->hub->vault, w->hub->arena);
	w->has = find_factor(vault, w);
	return store_read_end(vault);
}

static enum factor_result
end_work(struct work *w, int rc)
{
	if (rc == 0)
		return FACTOR_DONE;
	if (rc == HUB_EDENIED)
		return FACTOR_CLOSED;
	secret_clear(&w->in->cookie, sizeof(w->in->cookie));
	w->in->err = rc;
	return FACTOR_FAILED;
}

static void
put_event(struct txn *vault, const struct work *w, const char *event,
    const char *detail)
{
	const struct actor actor = { .source = w->in->source,
		.by = w->session.account };
	struct audit_rec rec;

	act_event(&rec, &actor, event, w->session.account, detail);
	audit_put(vault, &rec);
}

static int
enter(struct txn *vault, void *arg)
{
	struct work *w = arg;

	w->wait = throttle_enter_code(vault, w->session.account, w->in->source,
	    clock_now_us() / 1000, &w->first);
	if (w->first)
		put_event(vault, w, "second-factor.throttled", NULL);
	return 0;
}

static int
record_failure(struct txn *vault, void *arg)
{
	const struct work *w = arg;

	put_event(vault, w, "second-factor.failed", w->reason);
	return 0;
}

/* Counts the try and looks at its code; FACTOR_DONE if that is right. */
static enum factor_result
judge_code(struct work *w)
{
	const struct hub *hub = w->hub;
	int rc = store_write(hub->vault, hub->arena, enter, w);

	if (rc != 0)
		return end_work(w, rc);
	w->in->wait_ms = w->wait;
	if (w->wait > 0)
		return FACTOR_THROTTLED;
	rc = factor_code_read(
	    hub->arena, &w->factor, w->in->code, clock_now(), &w->code);
	if (rc != HUB_EDENIED)
		return end_work(w, rc);
	rc = store_write(hub->vault, hub->arena, record_failure, w);
	return rc == 0 ? FACTOR_WRONG : end_work(w, rc);
}

/* In the transaction that settles: uses the code up, or records a failure. */
static bool
use_code(struct txn *vault, struct work *w)
{
	w->used = factor_code_use(vault, w->session.account, &w->code);
	if (!w->used) {
		put_event(vault, w, "second-factor.failed",
		    "the code was used before");
		return false;
	}
	throttle_succeed_code(vault, w->session.account, w->in->source);
	if (w->code.recovery)
		put_event(vault, w, "second-factor.recovery-used", NULL);
	return true;
}

static int
make_session(struct work *w)
{
	rand_id(w->sid);
	opaque_make(&w->in->cookie);
	return opaque_digest_any(str_of(w->in->cookie.text), &w->cookie);
}

/* In place of the form, which ends. */
static void
begin_session(struct txn *vault, struct work *w)
{
	struct session_rec fresh = {
		.kind = SESSION_SIGNED_IN,
		.methods = AUTH_PASSWORD | AUTH_CODE,
		.sid = str_of(w->sid),
		.account = w->session.account,
		.epoch = w->session.epoch,
		.serial = w->session.serial,
		.auth_time = clock_now(),
		.source = w->in->source,
	};

	session_del(vault, &w->in->session);
	session_put(vault, w->hub->conf, &w->cookie, &fresh);
	device_sign_in(vault, w->hub->conf, &w->account, &w->in->device,
	    w->in->source, fresh.auth_time);
	put_event(vault, w, "signin.succeeded", "with a second factor");
}

static int
finish_signin(struct txn *vault, void *arg)
{
	struct work *w = arg;

	if (!find_session(vault, w))
		return HUB_EDENIED;
	if (use_code(vault, w))
		begin_session(vault, w);
	return 0;
}

enum factor_result
factor_signin(const struct hub *hub, struct factor_form *in)
{
	struct work w = { hub, in, .kinds = KIND_BIT(SESSION_CODE) };
	enum factor_result result;
	int rc = look(&w);

	in->cookie.text[0] = '\0';
	if (rc == 0 && !w.has)
		rc = HUB_EDENIED;
	if (rc != 0)
		return end_work(&w, rc);
	result = judge_code(&w);
	if (result != FACTOR_DONE)
		return result;
	rc = make_session(&w);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, finish_signin, &w);
	if (rc == 0 && w.used)
		return FACTOR_DONE;
	secret_clear(&in->cookie, sizeof(in->cookie));
	return rc == 0 ? FACTOR_WRONG : end_work(&w, rc);
}

#define MAY_ADD (KIND_BIT(SESSION_SIGNED_IN) | KIND_BIT(SESSION_ENROL))

static int
write_proposal(struct txn *vault, void *arg)
{
	struct work *w = arg;

	if (!find_session(vault, w) || find_factor(vault, w))
		return HUB_EDENIED;
	w->session.proposal =
	    (struct str){ (const char *)w->secret, sizeof(w->secret) };
	w->session.proposed = clock_now();
	session_update(vault, &w->in->session, &w->session);
	return 0;
}

enum factor_result
factor_propose(const struct hub *hub, struct factor_form *in)
{
	struct work w = { hub, in, .kinds = MAY_ADD };
	int rc = look(&w);

	if (rc == 0) {
		totp_make(w.secret);
		rc = store_write(hub->vault, hub->arena, write_proposal, &w);
		secret_clear(w.secret, sizeof(w.secret));
	}
	return end_work(&w, rc);
}

static int
finish_add(struct txn *vault, void *arg)
{
	struct work *w = arg;
	struct second_factor_rec factor = {
		.secret = w->code.secret,
		.added = clock_now(),
		.last_step = w->code.step,
		.recovery = w->digests,
		.born = w->account.born,
	};

	if (!find_session(vault, w) ||
	    !secret_eq(w->session.proposal, factor.secret) ||
	    find_factor(vault, w))
		return HUB_EDENIED;
	second_factor_put(vault, w->session.account, &factor);
	put_event(vault, w, "second-factor.added", NULL);
	notice_put(vault, w->hub->conf, MAIL_FACTOR_ADDED,
	    w->in->device.language, &w->account);
	if (w->session.kind == SESSION_ENROL) {
		begin_session(vault, w);
		return 0;
	}
	w->session.methods |= AUTH_CODE;
	w->session.proposal = STR("");
	w->session.proposed = 0;
	session_move(vault, w->hub->conf, &w->in->session, &w->cookie,
	    &w->session, clock_now());
	return 0;
}

enum factor_result
factor_add(const struct hub *hub, struct factor_form *in)
{
	struct work w = { hub, in, .kinds = MAY_ADD };
	struct second_factor_rec proposal = { .recovery = STR("") };
	int rc = look(&w);

	in->cookie.text[0] = '\0';
	if (rc == 0 && (w.has || !factor_has_proposal(&w.session, clock_now())))
		rc = HUB_EDENIED;
	if (rc != 0)
		return end_work(&w, rc);
	proposal.secret = w.session.proposal;
	rc = factor_code_read(
	    hub->arena, &proposal, in->code, clock_now(), &w.code);
	if (rc == HUB_EDENIED)
		return FACTOR_WRONG;
	if (rc == 0)
		rc = recovery_make(hub->arena, &in->recovery, &w.digests);
	if (rc == 0)
		rc = make_session(&w);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, finish_add, &w);
	if (rc != 0) {
		secret_clear(&in->recovery, sizeof(in->recovery));
		secret_clear(&in->cookie, sizeof(in->cookie));
	}
	return end_work(&w, rc);
}

static int
finish_remove(struct txn *vault, void *arg)
{
	struct work *w = arg;

	if (!find_session(vault, w))
		return HUB_EDENIED;
	if (!use_code(vault, w))
		return 0;
	second_factor_del(vault, w->session.account);
	put_event(vault, w, "second-factor.removed", NULL);
	notice_put(vault, w->hub->conf, MAIL_FACTOR_REMOVED,
	    w->in->device.language, &w->account);
	return 0;
}

static int
finish_renew(struct txn *vault, void *arg)
{
	struct work *w = arg;

	if (!find_session(vault, w))
		return HUB_EDENIED;
	/* What is used up stays so, whichever codes come now. */
	if (!use_code(vault, w) || !find_factor(vault, w))
		return 0;
	w->factor.recovery = w->digests;
	second_factor_put(vault, w->session.account, &w->factor);
	put_event(vault, w, "second-factor.recovery-renewed", NULL);
	return 0;
}

/* The password of who is signed in, once more. */
static enum factor_result
judge_password(struct work *w)
{
	struct signin in = {
		.username = w->account.name,
		.password = w->in->password,
		.source = w->in->source,
	};

	switch (signin_confirm(w->hub, &in)) {
	case SIGNIN_DONE:
		return FACTOR_DONE;
	case SIGNIN_THROTTLED:
		w->in->wait_ms = in.wait_ms;
		return FACTOR_THROTTLED;
	case SIGNIN_FAILED:
		return end_work(w, in.err);
	default:
		return FACTOR_WRONG;
	}
}

/* FACTOR_DONE: the session's owner has shown password and code. */
static enum factor_result
judge_both(struct work *w)
{
	enum factor_result result;
	int rc = look(w);

	if (rc == 0 && !w->has)
		rc = HUB_EDENIED;
	if (rc != 0)
		return end_work(w, rc);
	result = judge_password(w);
	return result == FACTOR_DONE ? judge_code(w) : result;
}

enum factor_result
factor_remove(const struct hub *hub, struct factor_form *in)
{
	struct work w = { hub, in, .kinds = KIND_BIT(SESSION_SIGNED_IN) };
	enum factor_result result = judge_both(&w);
	int rc;

	if (result != FACTOR_DONE)
		return result;
	rc = store_write(hub->vault, hub->arena, finish_remove, &w);
	return rc == 0 && !w.used ? FACTOR_WRONG : end_work(&w, rc);
}

enum factor_result
factor_renew(const struct hub *hub, struct factor_form *in)
{
	struct work w = { hub, in, .kinds = KIND_BIT(SESSION_SIGNED_IN) };
	enum factor_result result = judge_both(&w);
	int rc;

	if (result != FACTOR_DONE)
		return result;
	rc = recovery_make(hub->arena, &in->recovery, &w.digests);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, finish_renew, &w);
	if (rc == 0 && w.used)
		return FACTOR_DONE;
	secret_clear(&in->recovery, sizeof(in->recovery));
	return rc == 0 ? FACTOR_WRONG : end_work(&w, rc);
}

/* What an operator does. */
struct resetting {
	const struct conf *conf;
	struct str account;
	struct account_rec rec;
	uint64_t epoch; /* of what is opened from now on */
	struct audit_rec event;
};

static int
end_access(struct txn *directory, void *arg)
{
	struct resetting *r = arg;
	struct account_rec rec;
	int rc = account_revoke(directory, r->account);

	if (rc == 0 && account_get(directory, r->account, &rec))
		r->epoch = rec.epoch;
	return rc;
}

static int
take_factor(struct txn *vault, void *arg)
{
	const struct resetting *r = arg;

	if (!second_factor_del(vault, r->account))
		return HUB_ENOENT;
	audit_put(vault, &r->event);
	notice_put(vault, r->conf, MAIL_FACTOR_REMOVED,
	    (enum mail_language)r->conf->mail_language, &r->rec);
	return 0;
}

int
factor_reset(
    const struct hub *hub, const struct actor *actor, struct str account)
{
	struct resetting r = { .conf = hub->conf, .account = account };
	struct txn *txn = store_read_begin(hub->directory, hub->arena);
	struct second_factor_rec factor;
	bool has = account_get(txn, account, &r.rec);
	int rc = store_read_end(txn);

	if (rc != 0 || !has)
		return rc != 0 ? rc : HUB_ENOENT;
	txn = store_read_begin(hub->vault, hub->arena);
	has = second_factor_get(txn, account, r.rec.born, &factor);
	rc = store_read_end(txn);
	if (rc != 0 || !has)
		return rc != 0 ? rc : HUB_ENOENT;
	act_event(&r.event, actor, "second-factor.reset", account, NULL);
	rc = store_write(hub->directory, hub->arena, end_access, &r);
	if (rc == 0)
		rc = store_write(hub->vault, hub->arena, take_factor, &r);
	return rc == 0 ? act_tidy(hub, account, r.epoch) : rc;
}
