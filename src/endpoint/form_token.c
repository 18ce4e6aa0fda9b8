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
token_of(struct str cookie, struct opaque *token)
{
	unsigned char mac[SHA256_LEN];
	int rc = hmac_sha256(cookie, STR("form"), mac);

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

struct str
browser_form_token(struct call *call)
{
	struct str cookie = cookie_get(call->req, COOKIE_FORM);
	struct opaque fresh, token;
	int rc;

	if (!is_cookie(cookie)) {
		opaque_make(&fresh);
		cookie = str_of(fresh.text);
		cookie_set(call->resp, COOKIE_FORM, cookie);
	}
	rc = token_of(cookie, &token);
	if (rc != 0) {
		call_failed(call, rc);
		return STR_NONE;
	}
	return arena_str(call->req->arena, str_of(token.text));
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
	rc = token_of(cookie, &expected);
	if (rc != 0)
		call_failed(call, rc);
	return rc == 0 && secret_eq(token, str_of(expected.text));
}
