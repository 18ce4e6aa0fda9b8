/* What the hub says of itself: the discovery document and the keys. */
#include "endpoint/routes.h"

#include "base/json_in.h"
#include "identity_fixture.h"
#include "unit.h"

#define ISSUER BASE_URL "/identity"
#define CONFIGURATION "/identity/.well-known/openid-configuration"
#define METADATA "/.well-known/oauth-authorization-server/identity"

static const struct json *
document(struct fixture *f, const char *uri)
{
	const struct json *body;
	struct why why;

	assert_int_equal(ask(f, (struct ask){ .uri = uri }), 200);
	assert_field(f, "Content-Type", "application/json");
	if (json_parse(f->hub->arena, f->answer.body, 65536, &body, &why) != 0)
		fail_msg("%s", why.text);
	return body;
}

static void
assert_text(const struct json *object, const char *name, const char *value)
{
	struct str text = STR_NONE;

	json_string(json_get(object, name), &text);
	if (!str_eq(text, str_of(value)))
		fail_msg("%s: %.*s", name, STR_ARG(text));
}

/* The words of an array of strings, a space between. */
static const char *
words(struct fixture *f, const struct json *object, const char *name)
{
	const struct json *array = json_get(object, name);
	struct buf all;

	assert_non_null(array);
	assert_int_equal(array->type, JSON_ARRAY);
	buf_init_arena(&all, f->hub->arena, 4096);
	for (const struct json *one = array->child; one != NULL;
	     one = one->next) {
		if (all.n > 0)
			buf_byte(&all, ' ');
		buf_str(&all, one->text);
	}
	return hub_text(f->hub, buf_view(&all));
}

static void
both_paths_give_the_same_document(void **state)
{
	struct fixture *f = *state;
	const char *first;

	document(f, CONFIGURATION);
	assert_field(f, "Cache-Control", "public, max-age=3600");
	first = hub_text(f->hub, f->answer.body);
	document(f, METADATA);
	assert_str(f->answer.body, first);
}

static void
every_address_begins_with_the_issuer_and_is_answered(void **state)
{
	static const struct {
		const char *name, *path, *method;
	} rows[] = {
		{ "issuer", "", NULL },
		{ "authorization_endpoint", "/authorize", "GET" },
		{ "token_endpoint", "/token", "POST" },
		{ "userinfo_endpoint", "/userinfo", "GET" },
		{ "jwks_uri", "/jwks", "GET" },
		{ "revocation_endpoint", "/revoke", "POST" },
		{ "introspection_endpoint", "/introspect", "POST" },
		{ "end_session_endpoint", "/logout", "GET" },
	};
	struct fixture *f = *state;
	const struct json *d = document(f, CONFIGURATION);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_text(
		    d, rows[i].name, form_of(f, ISSUER "%s", rows[i].path));
		if (rows[i].method == NULL)
			continue;
		ask(f,
		    (struct ask){ .method = rows[i].method,
			.uri = form_of(f, "/identity%s", rows[i].path) });
		assert_int_not_equal(f->answer.status, 404);
		assert_int_not_equal(f->answer.status, 405);
	}
}

static void
only_what_works_is_advertised(void **state)
{
	static const struct {
		const char *name, *words;
	} rows[] = {
		{ "scopes_supported",
		    "openid profile email offline_access hub.read "
		    "hub.manage" },
		{ "response_types_supported", "code" },
		{ "response_modes_supported", "query" },
		{ "grant_types_supported",
		    "authorization_code refresh_token client_credentials" },
		{ "subject_types_supported", "public" },
		{ "id_token_signing_alg_values_supported", "RS256" },
		{ "token_endpoint_auth_methods_supported",
		    "client_secret_basic client_secret_post none" },
		{ "code_challenge_methods_supported", "S256" },
		{ "ui_locales_supported", "nl en" },
	};
	struct fixture *f = *state;
	const struct json *d = document(f, CONFIGURATION);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(words(f, d, rows[i].name), rows[i].words);
	assert_int_equal(
	    json_get(d, "authorization_response_iss_parameter_supported")->type,
	    JSON_TRUE);
	assert_int_equal(
	    json_get(d, "request_uri_parameter_supported")->type, JSON_FALSE);
	assert_int_equal(
	    json_get(d, "request_parameter_supported")->type, JSON_FALSE);
	assert_null(json_get(d, "registration_endpoint"));
}

static void
the_keys_are_public_halves_only(void **state)
{
	static const char *const private[] = { "d", "p", "q", "dp", "dq", "qi",
		"oth", "k" };
	struct fixture *f = *state;
	const struct json *key =
	    json_get(document(f, "/identity/jwks"), "keys")->child;

	assert_non_null(key);
	assert_null(key->next);
	assert_text(key, "kid", f->key.kid);
	assert_text(key, "kty", "RSA");
	assert_text(key, "use", "sig");
	assert_text(key, "alg", "RS256");
	assert_text(key, "e", "AQAB");
	for (size_t i = 0; i < sizeof(private) / sizeof(private[0]); i++)
		assert_null(json_get(key, private[i]));
	/* Shorter than a new key is known ahead of its use. */
	assert_field(f, "Cache-Control",
	    form_of(f, "public, max-age=%llu",
		(unsigned long long)f->hub->conf.key_ahead / 2));
}

static void
any_page_reads_them_over_tls(void **state)
{
	static const char *const paths[] = { CONFIGURATION, METADATA,
		"/identity/jwks" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct ask request = { .uri = paths[i],
			.origin = "https://anybody.example" };

		assert_int_equal(ask(f, request), 200);
		assert_field(f, "Access-Control-Allow-Origin", "*");
		assert_field(f, "Access-Control-Allow-Credentials", NULL);
		request.method = "HEAD";
		assert_int_equal(ask(f, request), 200);
		assert_int_equal(f->answer.body.n, 0);
		request.method = "POST";
		ask(f, request);
		assert_problem(f, 405, NULL);
		assert_field(f, "Access-Control-Allow-Origin", "*");
		request.method = NULL;
		request.http = true;
		ask(f, request);
		assert_problem(f, 403, NULL);
		assert_field(f, "Cache-Control", "no-store");
	}
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(both_paths_give_the_same_document),
		T(every_address_begins_with_the_issuer_and_is_answered),
		T(only_what_works_is_advertised),
		T(the_keys_are_public_halves_only),
		T(any_page_reads_them_over_tls),
	};

	return UNIT_RUN(tests);
}
