#include "base/clock.h"
#include "directory/account.h"
#include "directory/revoked.h"
#include "endpoint/credential.h"
#include "endpoint/oauth.h"
#include "endpoint/routes.h"
#include "endpoint/shown_token.h"
#include "identity/grant.h"
#include "token/acr.h"

#define ANSWER_MAX 8192

/*
 * Issued to the client, or meant for the service that the client is. The hub's
 * own audience, which every app has by default, makes nobody that service.
 */
static bool
may_know(struct call *call, const struct oauth_client *client,
    const struct shown_token *shown)
{
	struct str own = str_of(call->service->verifier.domain.audience);
	struct str audience = client->rec->audience;

	if (shown->kind == SHOWN_REFRESH)
		return str_eq(shown->grant.client, client->id);
	return str_eq(str_of(shown->claims.client_id), client->id) ||
	    (audience.n > 0 && !str_eq(audience, own) &&
		str_eq(audience, shown->audience));
}

static bool
grant_is_alive(struct call *call, const struct shown_token *shown)
{
	const struct grant_rec *grant = &shown->grant;
	struct account_rec account;

	return shown->current &&
	    account_get(call->txn, grant->account, &account) &&
	    account_is_usable(&account) && account.epoch == grant->epoch &&
	    !revoked_has(call->txn, REVOKED_GRANT, shown->gid) &&
	    !revoked_has(call->txn, REVOKED_SESSION, grant->sid);
}

/* As at the five endpoints: what ends a token shows at once. */
static bool
is_alive(struct call *call, const struct shown_token *shown)
{
	if (shown->kind == SHOWN_REFRESH)
		return grant_is_alive(call, shown);
	return credential_why_dead(call) == NULL;
}

static void
put_text(struct json_out *j, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	json_out_name(j, name);
	json_out_str(j, value);
}

static void
put_time(struct json_out *j, const char *name, int64_t value)
{
	if (value == 0)
		return;
	json_out_name(j, name);
	json_out_int(j, value);
}

static void
put_access(
    struct json_out *j, struct call *call, const struct shown_token *shown)
{
	const struct claims *c = &shown->claims;

	put_text(j, "token_type", STR("Bearer"));
	put_text(j, "iss", str_of(call->service->verifier.domain.issuer));
	put_text(j, "sub", str_of(c->sub));
	put_text(j, "aud", shown->audience);
	put_text(j, "client_id", str_of(c->client_id));
	put_text(j, "scope", str_of(c->scope));
	put_text(j, "jti", str_of(c->jti));
	put_time(j, "exp", c->exp);
	put_time(j, "iat", c->iat);
	put_time(j, "auth_time", c->auth_time);
	acr_put(j, c->methods);
	if (c->user && claims_have_scope(c, "profile"))
		put_text(j, "username", call->account.name);
}

static void
put_refresh(
    struct json_out *j, struct call *call, const struct shown_token *shown)
{
	const struct grant_rec *grant = &shown->grant;

	put_text(j, "iss", str_of(call->service->verifier.domain.issuer));
	put_text(j, "sub", grant->account);
	put_text(j, "client_id", grant->client);
	put_text(j, "scope", grant->scope);
	put_time(j, "exp", grant_end(call->service->conf, grant));
	put_time(j, "iat", grant->used);
	put_time(j, "auth_time", grant->auth_time);
	acr_put(j, grant->methods);
}

static void
describe(struct call *call, const struct shown_token *shown, bool active)
{
	struct json_out j;
	struct buf text;

	buf_init_arena(&text, call->req->arena, ANSWER_MAX);
	json_out_begin(&j, &text);
	json_out_object(&j);
	json_out_name(&j, "active");
	json_out_bool(&j, active);
	if (active && shown->kind == SHOWN_ACCESS)
		put_access(&j, call, shown);
	if (active && shown->kind == SHOWN_REFRESH)
		put_refresh(&j, call, shown);
	json_out_object_end(&j);
	oauth_answer(call, &j, &text);
}

/*
 * POST /identity/introspect (RFC 7662), for confidential clients. Of a token
 * that is not active, or not this client's to know, nothing else is said.
 */
void
introspection(struct call *call)
{
	struct oauth_client client;
	struct shown_token shown;
	struct param_list form;
	struct str text;

	if (!oauth_form(call, &form) || !oauth_client(call, &form, &client))
		return;
	if (client.rec->public) {
		oauth_error(call, 401, "invalid_client",
		    "only a client with a secret may ask");
		resp_header(call->resp, "WWW-Authenticate",
		    STR("Basic realm=\"hub\", charset=\"UTF-8\""));
		return;
	}
	text = param_get(&form, "token");
	if (text.p == NULL) {
		oauth_error(call, 400, "invalid_request", "token is missing");
		return;
	}
	if (shown_token_read(call, text, &shown) != 0)
		return;
	describe(call, &shown,
	    shown.kind != SHOWN_NONE && may_know(call, &client, &shown) &&
		is_alive(call, &shown));
}
