/*
 * The gate of every route: RFC 6750, and the promise that whatever ends a
 * token shows at the very next request. A verified token may come out of the
 * cache; what can change about it is judged by the directory each time. Beside
 * the token stands what it opened and in which state of the directory that was,
 * and in the readers the account as it was then: in the same state it opens it
 * again, and nothing of it has to be looked up. Any change at all makes another
 * state.
 */
#include "endpoint/credential.h"

#include "base/clock.h"
#include "base/log.h"
#include "directory/account.h"
#include "directory/permission.h"
#include "directory/revoked.h"
#include "endpoint/routes.h"
#include "http/form.h"
#include "http/param.h"

/*
 * Answers with a challenge (RFC 6750 section 3). ERROR is its code, NULL when
 * there were no credentials; SCOPE is told where one is lacking.
 */
static bool
refuse(struct call *call, int status, const char *error, const char *scope,
    const char *detail)
{
	const char *challenge = "Bearer realm=\"hub\"";

	if (scope != NULL)
		challenge = arena_printf(call->req->arena,
		    "%s, error=\"%s\", scope=\"%s\"", challenge, error, scope);
	else if (error != NULL)
		challenge = arena_printf(
		    call->req->arena, "%s, error=\"%s\"", challenge, error);
	problem(call->req, call->resp, status, detail);
	resp_header(call->resp, "WWW-Authenticate", str_of(challenge));
	return false;
}

static bool
refuse_token(struct call *call, const char *reason)
{
	log_debug(
	    "request %.*s: token refused: %s", STR_ARG(call->req->id), reason);
	return refuse(call, 401, "invalid_token", NULL,
	    "The access token is not valid, or no longer.");
}

/* A part that cannot be decoded hides nothing that comes after it. */
static bool
query_has_token(struct req *req)
{
	struct str rest = req->query, name = STR_NONE, value;
	bool bad;

	while (form_next(req->arena, &rest, &name, &value, &bad) || bad) {
		if (str_eq(name, STR("access_token")))
			return true;
	}
	return false;
}

/* RFC 6750 section 2.2; *TWICE: there are two, or what there is is not clear. */
static struct str
body_token(struct req *req, bool *twice)
{
	struct param_list form;

	if (!param_read_body(req, &form))
		return STR_NONE;
	*twice = form.bad || param_is_twice(&form, "access_token");
	return param_get(&form, "access_token");
}

bool
credential_read(struct call *call, const struct route *route, struct str *token)
{
	struct req *req = call->req;
	struct str header = str_trim(req->authorization), scheme;
	bool twice = false;

	*token = STR_NONE;
	if (route->credential != CREDENTIAL_USER &&
	    route->credential != CREDENTIAL_USERINFO)
		return true;
	if (req->query.n > 0 && query_has_token(req))
		return refuse(call, 400, "invalid_request", NULL,
		    "An access token belongs in the Authorization header.");
	if (route->credential == CREDENTIAL_USERINFO &&
	    req->method == METHOD_POST)
		*token = body_token(req, &twice);
	if (twice || (token->n > 0 && header.n > 0))
		return refuse(call, 400, "invalid_request", NULL,
		    "More than one credential was sent.");
	if (token->n > 0)
		return true;
	if (header.n == 0)
		return refuse(call, 401, NULL, NULL,
		    "This address needs a Bearer token.");
	if (req->two_credentials || str_index(header, ',') >= 0)
		return refuse(call, 400, "invalid_request", NULL,
		    "More than one credential was sent.");
	if (!str_split(&header, ' ', &scheme) ||
	    !str_eq_nocase(scheme, STR("Bearer")))
		return refuse(call, 401, NULL, NULL,
		    "This address needs a Bearer token.");
	/* RFC 6750 section 2.1: spaces before the token, nothing else. */
	while (header.n > 0 && header.p[0] == ' ') {
		header.p++;
		header.n--;
	}
	*token = header;
	return true;
}

static bool
is_revoked(struct txn *txn, const struct claims *claims)
{
	return revoked_has(txn, REVOKED_TOKEN, str_of(claims->jti)) ||
	    revoked_has(txn, REVOKED_GRANT, str_of(claims->gid)) ||
	    revoked_has(txn, REVOKED_SESSION, str_of(claims->sid));
}

const char *
credential_why_dead(struct call *call)
{
	const struct claims *claims = call->claims;
	const struct client_rec *client =
	    client_set_find(&call->service->clients, str_of(claims->client_id));

	if (client == NULL || !client->enabled)
		return "its client is gone or disabled";
	if (is_revoked(call->txn, claims))
		return "revoked";
	if (!claims->user)
		return NULL;
	if (!account_get(call->txn, str_of(claims->sub), &call->account))
		return "no such account";
	if (!account_is_usable(&call->account))
		return "the account is disabled or must change its password";
	if (call->account.epoch != claims->epoch)
		return "older than the account's epoch";
	return NULL;
}

int
credential_verify_any(struct call *call, struct str token,
    struct claims *claims, struct str *audience, const char **reason)
{
	const struct verifier *verifier = &call->service->verifier;
	const struct jwt_check check = {
		.arena = call->req->arena,
		.keys = &verifier->keys,
		.domain = &verifier->domain,
		.now = clock_now(),
		.audience = audience,
	};

	call->claims = claims;
	return jwt_verify(&check, token, claims, reason);
}

static uint64_t
route_bit(const struct route *route)
{
	return UINT64_C(1) << (route - routes);
}

/* Whether the note says that in the present state it opens the route. */
static bool
has_opened(const struct call *call, const struct token_note *note,
    const struct route *route)
{
	uint64_t state = txn_state(call->txn);

	return note != NULL && state != 0 && note->state == state &&
	    (note->opens & route_bit(route)) != 0;
}

/* Of these none looks at an account's source, which is half of its record. */
static bool
is_readers(const struct route *route)
{
	return route->pools == POOL_BIT(POOL_READERS);
}

/* If it is not large; in the form of the store. */
static void
keep_account(struct call *call, struct token_note *note)
{
	struct account_rec rec = call->account;
	struct buf bytes;

	note->account_n = 0;
	rec.source = STR("");
	buf_init_arena(&bytes, call->req->arena, TOKEN_NOTE_MAX);
	account_rec_put(&bytes, &rec);
	if (buf_error(&bytes) != 0)
		return;
	memcpy(note->account, bytes.p, bytes.n);
	note->account_n = bytes.n;
}

/* Of a note for the present state; the text is a view of it. */
static bool
kept_account(
    struct call *call, const struct token_note *note, const struct route *route)
{
	struct str bytes = { note->account, note->account_n };

	return is_readers(route) && bytes.n > 0 &&
	    account_rec_get(bytes, &call->account) == 0;
}

static void
write_down(
    struct call *call, struct token_note *note, const struct route *route)
{
	uint64_t state = txn_state(call->txn);

	if (state == 0)
		return;
	if (note->state != state)
		note->opens = note->account_n = 0;
	note->state = state;
	note->opens |= route_bit(route);
	if (is_readers(route))
		keep_account(call, note);
}

/* Whether a token that was verified opens the route, as credential_check(). */
static bool
opens(struct call *call, const struct route *route)
{
	const char *reason = credential_why_dead(call);

	if (txn_error(call->txn) != 0)
		return false;
	if (reason != NULL)
		return refuse_token(call, reason);
	if (!call->claims->user)
		return refuse(call, 403, "insufficient_scope", NULL,
		    "The token has no user behind it.");
	if (route->scope != NULL &&
	    !claims_have_scope(call->claims, route->scope))
		return refuse(call, 403, "insufficient_scope", route->scope,
		    "The token does not have the scope.");
	if (route->permission != NULL &&
	    !permission_held(
		call->txn, &call->account, str_of(route->permission)))
		return refuse(call, 403, "insufficient_scope", NULL,
		    "The account does not have the permission.");
	return txn_error(call->txn) == 0;
}

bool
credential_check(struct call *call, const struct route *route, struct str token)
{
	struct verified verified = { 0 };
	struct token_note *note;
	const char *reason = NULL;
	struct str audience;
	int rc;

	if (route->credential == CREDENTIAL_USER) {
		rc = token_verify(&call->service->verifier, call->req->arena,
		    token, call->service->clock.now, &call->storage, &verified,
		    &reason);
		call->claims = verified.claims;
	} else if (route->credential == CREDENTIAL_USERINFO) {
		rc = credential_verify_any(
		    call, token, &call->storage, &audience, &reason);
	} else {
		return true;
	}
	if (rc == HUB_EDENIED || rc == HUB_EEXPIRED)
		return refuse_token(call, reason);
	/* A token that cannot be checked is no fault of its bearer. */
	if (rc != 0) {
		txn_fail(call->txn, rc);
		return false;
	}
	note = verified.note;
	if (has_opened(call, note, route) &&
	    (kept_account(call, note, route) ||
		account_get(
		    call->txn, str_of(call->claims->sub), &call->account)))
		return true;
	if (!opens(call, route))
		return false;
	if (note != NULL)
		write_down(call, note, route);
	return true;
}

bool
credential_holds(struct call *call)
{
	const struct route *route = call->route;

	return clock_now() < call->claims->exp &&
	    credential_why_dead(call) == NULL && txn_error(call->txn) == 0 &&
	    (route->permission == NULL ||
		permission_held(
		    call->txn, &call->account, str_of(route->permission)));
}
