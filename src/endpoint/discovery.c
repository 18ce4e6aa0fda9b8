#include "base/json_out.h"
#include "endpoint/oauth.h"
#include "endpoint/routes.h"
#include "identity/scope.h"
#include "token/acr.h"

#define DOCUMENT_MAX 8192

/* Apps ask once in a while, not for each user. */
#define CACHE "public, max-age=3600"

static void
put_url(struct json_out *j, struct call *call, const char *path)
{
	const char *base = call->service->conf->base_url;

	json_out_cstr(
	    j, arena_printf(call->req->arena, "%s/identity%s", base, path));
}

static void
put_words(struct json_out *j, const char *words)
{
	struct str rest = str_of(words), word;

	json_out_array(j);
	while (str_split(&rest, ' ', &word))
		json_out_str(j, word);
	json_out_array_end(j);
}

static void
put_endpoints(struct json_out *j, struct call *call)
{
	json_out_name(j, "issuer");
	put_url(j, call, "");
	json_out_name(j, "authorization_endpoint");
	put_url(j, call, "/authorize");
	json_out_name(j, "token_endpoint");
	put_url(j, call, "/token");
	json_out_name(j, "userinfo_endpoint");
	put_url(j, call, "/userinfo");
	json_out_name(j, "jwks_uri");
	put_url(j, call, "/jwks");
	json_out_name(j, "revocation_endpoint");
	put_url(j, call, "/revoke");
	json_out_name(j, "introspection_endpoint");
	put_url(j, call, "/introspect");
	json_out_name(j, "end_session_endpoint");
	put_url(j, call, "/logout");
}

static void
put_abilities(struct json_out *j)
{
	json_out_name(j, "scopes_supported");
	put_words(j, scope_offered());
	json_out_name(j, "response_types_supported");
	put_words(j, "code");
	json_out_name(j, "response_modes_supported");
	put_words(j, "query");
	json_out_name(j, "grant_types_supported");
	put_words(j, "authorization_code refresh_token client_credentials");
	json_out_name(j, "subject_types_supported");
	put_words(j, "public");
	json_out_name(j, "id_token_signing_alg_values_supported");
	put_words(j, "RS256");
	json_out_name(j, "token_endpoint_auth_methods_supported");
	put_words(j, "client_secret_basic client_secret_post none");
	json_out_name(j, "revocation_endpoint_auth_methods_supported");
	put_words(j, "client_secret_basic client_secret_post none");
	json_out_name(j, "introspection_endpoint_auth_methods_supported");
	put_words(j, "client_secret_basic client_secret_post");
	json_out_name(j, "code_challenge_methods_supported");
	put_words(j, "S256");
	json_out_name(j, "acr_values_supported");
	put_words(j, ACR_PASSWORD " " ACR_MFA);
	json_out_name(j, "claims_supported");
	put_words(j,
	    "sub iss aud exp iat auth_time acr amr nonce at_hash sid name "
	    "given_name "
	    "middle_name family_name preferred_username email "
	    "email_verified");
	json_out_name(j, "prompt_values_supported");
	put_words(j, "none login consent select_account");
	json_out_name(j, "ui_locales_supported");
	put_words(j, "nl en");
}

static void
put_refusals(struct json_out *j)
{
	json_out_name(j, "authorization_response_iss_parameter_supported");
	json_out_bool(j, true);
	json_out_name(j, "claims_parameter_supported");
	json_out_bool(j, false);
	json_out_name(j, "request_parameter_supported");
	json_out_bool(j, false);
	json_out_name(j, "request_uri_parameter_supported");
	json_out_bool(j, false);
}

/*
 * GET /identity/.well-known/openid-configuration (OpenID Connect Discovery 1.0)
 * and /.well-known/oauth-authorization-server/identity (RFC 8414): the same
 * document, of nothing but what works.
 */
void
discovery(struct call *call)
{
	struct json_out j;
	struct buf text;

	buf_init_arena(&text, call->req->arena, DOCUMENT_MAX);
	json_out_begin(&j, &text);
	json_out_object(&j);
	put_endpoints(&j, call);
	put_abilities(&j);
	put_refusals(&j);
	json_out_object_end(&j);
	oauth_answer(call, &j, &text);
	call->cache = CACHE;
}
