/*
 * Forms bring back what another site cannot know: a keyed hash of a random
 * cookie that no other host can set (prefix "__Host-"). Nothing is stored, and
 * several forms in one browser stand side by side.
 */
#include "base/secret.h"
#include "endpoint/browser.h"
#include "http/cookie.h"
#include "identity/uri.h"

static int
token_of(struct str cookie, struct str message, struct opaque *token)
{
	unsigned char mac[SHA256_LEN];
	int rc = hmac_sha256(cookie, message, mac);

	if (rc == 0)
		opaque_of(mac, token);
	return rc;
}

static bool
is_cookie(struct str cookie)
{
	struct opaque_digest digest;

	return opaque_digest_of(cookie, &digest) == 0;
}

/* All forms of a page are bound to the same one, also to one that is new. */
static struct str
cookie_of(struct call *call)
{
	struct str cookie = call->form_cookie;

	return cookie.n > 0 ? cookie : cookie_get(call->req, COOKIE_FORM);
}

static struct str
token_in_arena(struct call *call, struct str cookie, struct str message)
{
	struct opaque token;
	int rc = token_of(cookie, message, &token);

	if (rc != 0) {
		call_failed(call, rc);
		return STR_NONE;
	}
	return arena_str(call->req->arena, str_of(token.text));
}

struct str
browser_form_token(struct call *call)
{
	struct opaque fresh;

	if (!is_cookie(cookie_of(call))) {
		opaque_make(&fresh);
		call->form_cookie =
		    arena_str(call->req->arena, str_of(fresh.text));
		cookie_set(call->resp, COOKIE_FORM, call->form_cookie);
	}
	return token_in_arena(call, cookie_of(call), STR("form"));
}

/* Another message than that of a form's token, whatever bytes the text has. */
static struct str
sealed(struct call *call, struct str text)
{
	struct buf message;

	buf_init_arena(&message, call->req->arena, text.n + 16);
	BUF_LIT(&message, "shown ");
	buf_str(&message, text);
	if (buf_error(&message) != 0)
		call_failed(call, buf_error(&message));
	return buf_view(&message);
}

struct str
browser_seal(struct call *call, struct str text)
{
	return token_in_arena(call, cookie_of(call), sealed(call, text));
}

bool
browser_seal_is(struct call *call, struct str text, struct str seal)
{
	struct str expected = browser_seal(call, text);

	return call->failed == 0 && expected.n > 0 && secret_eq(seal, expected);
}

/*
 * Browsers say "null" of a form on a page that sends no referrer, as ours do
 * not (Fetch standard, "append a request Origin header"). So Origin can only
 * refuse; what lets in is the token.
 */
static bool
is_elsewhere(const struct call *call)
{
	struct str origin = call->req->origin;

	return origin.n > 0 && !str_eq(origin, STR("null")) &&
	    !str_eq(origin, uri_origin(str_of(call->service->conf->base_url)));
}

bool
browser_form_is_ours(struct call *call, struct str token)
{
	struct str cookie = cookie_get(call->req, COOKIE_FORM);
	struct opaque expected;
	int rc;

	if (is_elsewhere(call) || !is_cookie(cookie))
		return false;
	rc = token_of(cookie, STR("form"), &expected);
	if (rc != 0)
		call_failed(call, rc);
	return rc == 0 && secret_eq(token, str_of(expected.text));
}
