#include "endpoint/factor_place.h"

#include "base/buf.h"
#include "base/clock.h"
#include "directory/account.h"
#include "http/cookie.h"
#include "identity/factor_act.h"
#include "identity/session.h"

#define URI_MAX 1024

/* A sign-in that is older does not show that its owner still sits there. */
#define FRESH 300 /* seconds */

static int
find_session(struct call *call, struct factor_place *out, bool *found)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);
	int rc;

	*found = session_get(
	    vault, s->conf, &out->cookie, clock_now(), &out->session);
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

/* A form that adds one is over when another has added one. */
static int
close_if_added(struct call *call, struct factor_place *out)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	struct second_factor_rec factor;
	int rc;

	if (second_factor_get(
		vault, out->account.id, out->account.born, &factor))
		out->step = FACTOR_NOBODY;
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

/* The form that a right password has opened. */
static int
find_form(struct call *call, struct factor_place *out)
{
	struct str cookie = cookie_get(call->req, COOKIE_FACTOR);
	uint8_t kind;
	bool found;
	int rc;

	if (opaque_digest_of(cookie, &out->cookie) != 0)
		return 0;
	if ((rc = find_session(call, out, &found)) != 0 || !found)
		return rc;
	kind = out->session.kind;
	if (kind != SESSION_CODE && kind != SESSION_ENROL)
		return 0;
	if ((rc = call_look(call)) != 0)
		return rc;
	if (account_get(call->txn, out->session.account, &out->account) &&
	    account_is_usable(&out->account) &&
	    out->account.epoch == out->session.epoch)
		out->step = kind == SESSION_CODE ? FACTOR_CODE : FACTOR_ADD;
	out->must = kind == SESSION_ENROL;
	rc = call_look_end(call);
	return rc == 0 && out->step == FACTOR_ADD ? close_if_added(call, out)
						  : rc;
}

static enum factor_step
step_of(const struct browser *browser)
{
	int64_t now = clock_now();

	if (browser->has_factor)
		return FACTOR_ON;
	if (factor_has_proposal(&browser->session, now) ||
	    now - browser->session.auth_time <= FRESH)
		return FACTOR_ADD;
	return FACTOR_PASSWORD;
}

int
factor_place_find(struct call *call, struct factor_place *out)
{
	struct browser browser;
	int rc;

	*out = (struct factor_place){ .step = FACTOR_NOBODY };
	rc = find_form(call, out);
	if (rc != 0 || out->step != FACTOR_NOBODY)
		return rc;
	rc = browser_look(call, &browser);
	if (rc != 0 || !browser.signed_in)
		return rc;
	*out = (struct factor_place){
		.step = step_of(&browser),
		.cookie = browser.cookie,
		.session = browser.session,
		.account = browser.account,
		.left = second_factor_left(&browser.factor),
	};
	return 0;
}

/* RFC 3986 section 2.1, all but what is never reserved. */
static void
put_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (char_is_alnum(c) || c == '-' || c == '.' || c == '_')
			buf_byte(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

/* The base URL's host: what tells this hub from another in the app's list. */
static struct str
host_of(const struct call *call)
{
	struct str rest = str_of(call->service->conf->base_url), host;

	str_split(&rest, ':', &host);
	rest = (struct str){ rest.p + 2, rest.n - 2 };
	host.p = rest.p;
	for (host.n = 0;
	     host.n < rest.n && rest.p[host.n] != ':' && rest.p[host.n] != '/';
	     host.n++)
		continue;
	return host.n > 0 && host.p[0] != '[' ? host : STR("hub");
}

struct str
factor_place_uri(const struct call *call, const struct factor_place *place)
{
	struct str host = host_of(call);
	char text[TOTP_TEXT];
	struct buf uri;

	if (totp_text(place->session.proposal, text) != 0)
		return STR_NONE;
	buf_init_arena(&uri, call->req->arena, URI_MAX);
	buf_str(&uri, STR("otpauth://totp/"));
	put_escaped(&uri, host);
	buf_byte(&uri, ':');
	put_escaped(&uri, place->account.name);
	buf_printf(&uri, "?secret=%s&issuer=", text);
	put_escaped(&uri, host);
	buf_printf(&uri, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS,
	    TOTP_STEP);
	return buf_error(&uri) == 0 ? buf_view(&uri) : STR_NONE;
}
