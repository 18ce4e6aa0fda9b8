#include "endpoint/oauth.h"

#include "base/clock.h"
#include "identity_fixture.h"
#include "unit.h"

#define OWN "grant_type=client_credentials"

static int
ask_token(struct fixture *f, const char *authorization, const char *form)
{
	return ask(f,
	    (struct ask){
		.method = "POST",
		.uri = "/identity/token",
		.authorization = authorization,
		.body = form,
	    });
}

static void
a_client_shows_its_secret_in_the_header_or_in_the_form(void **state)
{
	struct fixture *f = *state;
	const char *secret = secret_of(f, "shop");
	const char *basic = basic_of(f, "shop", secret);

	ask_token(f, basic, OWN);
	answered(f);
	ask_token(f, basic, OWN "&client_id=shop");
	answered(f);
	ask_token(f, form_of(f, "bAsIc   %s ", basic + 6), OWN);
	answered(f);
	ask_token(f, NULL, form_of(f, OWN "&%s", auth_of(f, "shop")));
	answered(f);
	/* Every character may be escaped (RFC 6749 section 2.3.1). */
	ask_token(f, basic_of(f, "sh\x6fp", secret), OWN);
	answered(f);
}

static void
who_does_not_authenticate_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *shop = secret_of(f, "shop"), *api = secret_of(f, "api");
	const struct {
		const char *authorization, *form;
	} rows[] = {
		{ NULL, OWN },
		{ NULL, OWN "&client_id=shop" },
		{ NULL, OWN "&client_id=shop&client_secret=" },
		{ NULL, OWN "&client_id=shop&client_secret=x" },
		{ NULL,
		    form_of(f, OWN "&client_id=shop&client_secret=%s", api) },
		{ NULL,
		    form_of(
			f, OWN "&client_id=nobody&client_secret=%s", shop) },
		{ NULL, form_of(f, OWN "&client_secret=%s", shop) },
		{ NULL,
		    form_of(
			f, OWN "&client_id=shop&client_secret=%s%%20", shop) },
		{ NULL,
		    form_of(
			f, OWN "&client_id=portal&client_secret=%s", shop) },
		{ NULL, OWN "&client_id=hubctl" },
		{ NULL, OWN "&client_id=hubctl&client_secret=x" },
		{ basic_of(f, "shop", api), OWN },
		{ basic_of(f, "shop", ""), OWN },
		{ basic_of(f, "", shop), OWN },
		{ basic_of(f, "portal", ""), OWN },
		{ basic_of(f, "nobody", shop), OWN },
		{ basic_of(f, "shop\n", shop), OWN },
		{ "Basic", OWN "&client_id=shop" },
		{ "Basic ", OWN },
		{ "Basic !!!!", OWN },
		{ "Basic c2hvcA==", OWN },     /* "shop" */
		{ "Basic c2hvcDolemU=", OWN }, /* "shop:%ze" */
		{ "Bearer abc", OWN "&client_id=shop" },
		{ "Digest abc", OWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask_token(f, rows[i].authorization, rows[i].form);
		if (f->answer.status != 401)
			fail_msg("row %zu: %d", i, f->answer.status);
		assert_oauth_error(f, 401, "invalid_client");
		assert_false(answer_holds(f, shop));
	}
	enable_client(f, "shop", false);
	ask_token(f, basic_of(f, "shop", shop), OWN);
	assert_oauth_error(f, 401, "invalid_client");
}

static void
what_is_not_clear_is_no_request(void **state)
{
	struct fixture *f = *state;
	const char *basic = basic_of(f, "shop", secret_of(f, "shop"));
	const struct {
		const char *authorization, *form;
	} rows[] = {
		{ basic, form_of(f, OWN "&%s", auth_of(f, "shop")) },
		{ basic, OWN "&client_id=api" },
		{ basic, OWN "&" OWN },
		{ basic, OWN "&x=1&x=2" },
		{ basic, OWN "&scope=%zz" },
		{ basic, OWN "&scope=%00" },
		{ basic, "" },
		{ basic, "grant_type=" },
		{ NULL,
		    form_of(f, OWN "&client_id=api&%s", auth_of(f, "shop")) },
	};
	struct ask request = {
		.method = "POST",
		.uri = "/identity/token?" OWN,
		.authorization = basic,
		.body = OWN,
		.content_type = "application/json",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask_token(f, rows[i].authorization, rows[i].form);
		assert_oauth_error(f, 400, "invalid_request");
	}
	ask(f, request);
	assert_oauth_error(f, 400, "invalid_request");
	/* Nothing is read from the query. */
	request.content_type = NULL;
	request.body = "a=b";
	ask(f, request);
	assert_oauth_error(f, 400, "invalid_request");
	request.body = OWN;
	request.content_type =
	    "Application/X-WWW-Form-Urlencoded; charset=utf-8";
	ask(f, request);
	answered(f);
}

static void
only_post_over_tls_is_heard(void **state)
{
	static const char *const paths[] = { "/identity/token",
		"/identity/revoke", "/identity/introspect" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 3; i++) {
		struct ask request = {
			.uri = form_of(f, "%s?%s&" OWN "&token=x", paths[i],
			    auth_of(f, "shop")),
		};

		ask(f, request);
		assert_oauth_error(f, 405, "invalid_request");
		assert_field(f, "Allow", "POST, OPTIONS");
		request.method = "POST";
		request.body =
		    form_of(f, "%s&" OWN "&token=x", auth_of(f, "shop"));
		request.http = true;
		ask(f, request);
		assert_oauth_error(f, 403, "invalid_request");
		assert_true(answer_holds(f, "TLS"));
	}
}

static void
grants_are_the_clients(void **state)
{
	struct fixture *f = *state;

	post(f, "token", form_of(f, OWN "&%s", auth_of(f, "plain")));
	assert_oauth_error(f, 400, "unauthorized_client");
	post(f, "token",
	    form_of(f, "grant_type=refresh_token&refresh_token=x&%s",
		auth_of(f, "plain")));
	assert_oauth_error(f, 400, "unauthorized_client");
	post(f, "token", OWN "&client_id=portal");
	assert_oauth_error(f, 400, "unauthorized_client");
	post(f, "token",
	    form_of(f, "grant_type=authorization_code&code=x&%s",
		auth_of(f, "api")));
	assert_oauth_error(f, 400, "unauthorized_client");
	post(f, "token",
	    form_of(f, "grant_type=password&username=jan&password=x&%s",
		auth_of(f, "shop")));
	assert_oauth_error(f, 400, "unsupported_grant_type");
	assert_false(answer_holds(f, "jan"));
}

static void
a_clients_own_token_has_no_user(void **state)
{
	struct fixture *f = *state;
	struct claims claims;
	struct tokens t;
	const char *aud;

	post(f, "token", form_of(f, OWN "&%s", auth_of(f, "shop")));
	t = answered(f);
	assert_null(t.refresh);
	assert_null(t.id);
	assert_string_equal(t.scope, "records.write");
	claims = claims_of(f, t.access, &aud);
	assert_string_equal(aud, BASE_URL);
	assert_string_equal(claims.sub, "client:shop");
	assert_string_equal(claims.client_id, "shop");
	assert_string_equal(claims.scope, "records.write");
	assert_false(claims.user);
	assert_string_equal(claims.gid, "");
	assert_string_equal(claims.sid, "");
	assert_int_equal(claims.auth_time, 0);
	assert_int_equal(claims.exp - claims.iat, f->hub->conf.token_lifetime);
	post(f, "token", form_of(f, OWN "&%s", auth_of(f, "api")));
	t = answered(f);
	assert_null(t.scope);
	claims_of(f, t.access, &aud);
	assert_string_equal(aud, API);
	/* It opens nothing that is a user's. */
	ask(f,
	    (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", t.access) });
	assert_problem(
	    f, 403, "Bearer realm=\"hub\", error=\"insufficient_scope\"");
}

static void
a_client_asks_for_no_more_than_is_its_own(void **state)
{
	static const char *const refused[] = { "openid", "hub.read",
		"records.write+hub.read", "records.write+offline_access",
		"other", "hub.manage", "records.write++", "Records.write" };
	struct fixture *f = *state;
	const char *auth = auth_of(f, "shop");
	char many[4000] = OWN "&scope=records.write";
	size_t n = strlen(many);

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		post(f, "token",
		    form_of(f, OWN "&%s&scope=%s", auth, refused[i]));
		assert_oauth_error(f, 400, "invalid_scope");
	}
	post(f, "token", form_of(f, OWN "&%s&scope=", auth));
	assert_string_equal(answered(f).scope, "records.write");
	for (int i = 0; i < 100; i++, n += 14)
		memcpy(many + n, "+records.write", 15);
	post(f, "token", form_of(f, "%s&%s", many, auth));
	assert_string_equal(answered(f).scope, "records.write");
}

static void
without_a_key_nothing_is_used_up(void **state)
{
	struct fixture *f = *state;
	const char *code =
	    code_for(f, sign_in(f, "jan", "s", clock_now()), "portal", "");
	const char *form =
	    form_of(f, "%s&client_id=portal", code_form(f, "portal", code));
	struct signer kept = f->service.signer;

	memset(&f->service.signer, 0, sizeof(f->service.signer));
	post(f, "token", form);
	assert_oauth_error(f, 503, "temporarily_unavailable");
	assert_true(field(f, "Retry-After").n > 0);
	f->service.signer = kept;
	post(f, "token", form);
	answered(f);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(a_client_shows_its_secret_in_the_header_or_in_the_form),
		T(who_does_not_authenticate_is_refused),
		T(what_is_not_clear_is_no_request),
		T(only_post_over_tls_is_heard),
		T(grants_are_the_clients),
		T(a_clients_own_token_has_no_user),
		T(a_client_asks_for_no_more_than_is_its_own),
		T(without_a_key_nothing_is_used_up),
	};

	return UNIT_RUN(tests);
}
