#include "endpoint/browser.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "http/cookie.h"
#include "identity/session.h"
#include "token/acr.h"

struct touch {
	const struct opaque_digest *cookie;
	int64_t now;
};

static int
touch(struct txn *vault, void *arg)
{
	const struct touch *t = arg;

	session_touch(vault, t->cookie, t->now);
	return 0;
}

static int
find_session(struct call *call, int64_t now, struct browser *out, bool *found)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);

	*found = session_get(vault, s->conf, &out->cookie, now, &out->session);
	return store_read_end(vault);
}

/* After the directory has told which life the account is in. */
static int
find_factor(struct call *call, struct browser *out)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);

	out->has_factor = second_factor_get(
	    vault, out->account.id, out->account.born, &out->factor);
	return store_read_end(vault);
}

static bool
is_strong_enough(const struct call *call, const struct browser *b)
{
	return (b->session.methods & AUTH_CODE) != 0 ||
	    (!b->has_factor &&
		!second_factor_is_required(call->service->conf, &b->account));
}

/* What the directory says of it now. */
static bool
is_alive(struct call *call, struct browser *out)
{
	return out->session.kind == SESSION_SIGNED_IN &&
	    account_get(call->txn, out->session.account, &out->account) &&
	    account_is_usable(&out->account) &&
	    out->account.epoch == out->session.epoch &&
	    !revoked_has(call->txn, REVOKED_SESSION, out->session.sid);
}

int
browser_look(struct call *call, struct browser *out)
{
	struct str cookie = cookie_get(call->req, COOKIE_SESSION);
	struct touch use = { &out->cookie, clock_now() };
	bool found;
	int rc;

	out->signed_in = false;
	if (cookie.p == NULL || opaque_digest_of(cookie, &out->cookie) != 0)
		return 0;
	rc = find_session(call, use.now, out, &found);
	if (rc != 0) {
		call_failed(call, rc);
		return rc;
	}
	if (!found)
		return 0;
	if ((rc = call_look(call)) != 0)
		return rc;
	out->signed_in = is_alive(call, out);
	if ((rc = call_look_end(call)) != 0 || !out->signed_in)
		return rc;
	if ((rc = find_factor(call, out)) != 0) {
		call_failed(call, rc);
		return rc;
	}
	out->signed_in = is_strong_enough(call, out);
	if (!out->signed_in || !session_is_stale(&out->session, use.now))
		return 0;
	rc = store_write(call->service->vault, call->req->arena, touch, &use);
	/* A full vault keeps nobody from reading on. */
	if (rc == HUB_EFULL)
		return 0;
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

int
browser_device(
    struct call *call, enum mail_language language, struct browser_device *out)
{
	struct str cookie = cookie_get(call->req, COOKIE_DEVICE);
	int rc;

	out->device.language = language;
	rc = opaque_digest_of(cookie, &out->device.cookie);
	if (rc == 0) {
		memcpy(out->cookie.text, cookie.p, OPAQUE_LEN);
		out->cookie.text[OPAQUE_LEN] = '\0';
		return 0;
	}
	opaque_make(&out->cookie);
	rc = opaque_digest_of(str_of(out->cookie.text), &out->device.cookie);
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

void
browser_device_keep(struct call *call, const struct browser_device *device)
{
	cookie_keep(call->resp, COOKIE_DEVICE, str_of(device->cookie.text),
	    DEVICE_LIFETIME);
}
