#include "endpoint/routes.h"

#include <stdio.h>
#include "base/clock.h"
#include "identity_fixture.h"
#include "identity/opaque.h"
#include "store/schema.h"
#include "unit.h"

static const char *
jan(struct fixture *f)
{
	return sign_in(f, "jan", "sid-jan", clock_now());
}

static void
a_good_request_gets_a_code_state_and_issuer(void **state)
{
	struct fixture *f = *state;
	const char *code = code_for(f, jan(f), "portal", "&unknown=1");

	assert_int_equal(strlen(code), OPAQUE_LEN);
	assert_string_equal(location_param(f, "state"), "s t");
	assert_string_equal(location_param(f, "iss"), BASE_URL "/identity");
	assert_null(location_param(f, "error"));
	assert_int_equal(f->answer.body.n, 0);
	assert_string_not_equal(code, code_for(f, jan(f), "portal", ""));
}

static void
parameters_stand_behind_the_query_of_the_redirect_uri(void **state)
{
	struct fixture *f = *state;

	code_for(f, jan(f), "shop", "");
	assert_location(f, SHOP_URI "&code=");
	code_for(f, jan(f), "phone", "");
	assert_location(f, PHONE_URI "?code=");
}

static void
post_asks_by_its_body_alone(void **state)
{
	struct fixture *f = *state;
	const char *uri = authorize_uri(f, "portal", ""), *cookie = jan(f);
	struct ask request = {
		.method = "POST",
		.uri = "/identity/authorize",
		.cookie = cookie,
		.body = strchr(uri, '?') + 1,
	};

	ask(f, request);
	assert_location(f, PORTAL_URI "?code=");
	request.uri = uri;
	request.body = "";
	ask(f, request);
	assert_page(f, 400);
	request.body = strchr(uri, '?') + 1;
	request.content_type = "text/plain";
	ask(f, request);
	assert_page(f, 400);
}

static int
look_at_codes(struct txn *vault, void *arg)
{
	struct str key, bytes;
	struct cursor cursor;
	unsigned int *n = arg;

	*n = 0;
	txn_cursor(&cursor, vault, VAULT_CODE, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &bytes))
		++*n;
	txn_cursor_close(&cursor);
	return 0;
}

static unsigned int
codes(struct fixture *f)
{
	unsigned int n;

	hub_write(f->hub, f->hub->vault, look_at_codes, &n);
	return n;
}

/* Where the client or its address is wrong nobody is sent anywhere. */
static void
a_wrong_client_or_address_is_a_page(void **state)
{
	static const char *const queries[] = {
		"",
		"client_id=portal",
		"client_id=nobody&redirect_uri=" PORTAL_URI,
		"redirect_uri=" PORTAL_URI,
		"client_id=&redirect_uri=" PORTAL_URI,
		"client_id=portal&redirect_uri=",
		"client_id=portal&redirect_uri=" SHOP_URI,
		"client_id=portal&redirect_uri=" PORTAL_URI "/",
		"client_id=portal&redirect_uri=" PORTAL_URI "/../x",
		"client_id=portal&redirect_uri=" PORTAL_URI "?a=b",
		"client_id=portal&redirect_uri=" PORTAL_URI "%23a",
		"client_id=portal&redirect_uri=" PORTAL_URI "%3Fa",
		"client_id=portal&redirect_uri=" PORTAL_URI "%20",
		"client_id=portal&redirect_uri=https://portal.example.nl:443/"
		"callback",
		"client_id=portal&redirect_uri=https://Portal.example.nl/"
		"callback",
		"client_id=portal&redirect_uri=HTTPS://portal.example.nl/"
		"callback",
		"client_id=portal&redirect_uri=https://portal.example.nl/"
		"Callback",
		"client_id=portal&redirect_uri=https://portal.example.nl/"
		"%2563allback",
		"client_id=portal&redirect_uri=http://portal.example.nl/"
		"callback",
		"client_id=portal&redirect_uri=https://portal.example.nl@evil."
		"example/callback",
		"client_id=portal&redirect_uri=https://evil.example/callback",
		"client_id=portal&redirect_uri=//portal.example.nl/callback",
		"client_id=portal&redirect_uri=http://127.0.0.1:1/other",
		"client_id=portal&redirect_uri=http://127.0.0.1:x/callback",
		"client_id=portal&redirect_uri=http://127.0.0.1:99999/callback",
		"client_id=portal&redirect_uri=http://localhost:1/callback",
		"client_id=portal&redirect_uri=http://127.0.0.1:1@e.example/"
		"callback",
		"client_id=portal&redirect_uri=https://127.0.0.1:1/callback",
		"client_id=portal&client_id=portal&redirect_uri=" PORTAL_URI,
		"client_id=portal&client_id=shop&redirect_uri=" PORTAL_URI,
		"client_id=portal&redirect_uri=" PORTAL_URI
		"&redirect_uri=https://evil.example/",
		"client_id=portal&redirect_uri=https://evil.example/"
		"&redirect_uri=" PORTAL_URI,
		"client_id=portal&redirect_uri=" PORTAL_URI "&state=%zz",
		"client_id=portal&redirect_uri=" PORTAL_URI "&x=%00",
		"client_id=portal%00&redirect_uri=" PORTAL_URI,
		"client_id=hubctl&redirect_uri=" PORTAL_URI,
		"client_id=api&redirect_uri=" PORTAL_URI,
	};
	struct fixture *f = *state;
	const char *cookie = jan(f);

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		browse(f,
		    form_of(f,
			"/identity/authorize?%s&response_type=code&scope=openid"
			"&code_challenge=" CHALLENGE
			"&code_challenge_method=S256",
			queries[i]),
		    cookie);
		if (f->answer.status != 400)
			fail_msg("%s: %d", queries[i], f->answer.status);
		assert_page(f, 400);
		assert_false(answer_holds(f, "href=\"http"));
	}
	enable_client(f, "portal", false);
	browse(f, authorize_uri(f, "portal", ""), cookie);
	assert_page(f, 400);
	assert_int_equal(codes(f), 0);
}

static void
too_many_parameters_are_a_page(void **state)
{
	struct fixture *f = *state;
	char many[2000] = "";
	size_t n = 0;

	for (int i = 0; i < 80; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "&p%d=1", i);
	browse(f, authorize_uri(f, "portal", many), jan(f));
	assert_page(f, 400);
}

static void
only_the_port_of_a_loopback_address_may_differ(void **state)
{
	struct fixture *f = *state;
	const char *code;

	browse(f,
	    "/identity/authorize?response_type=code&client_id=portal&scope="
	    "openid&redirect_uri=http://127.0.0.1:49152/callback"
	    "&code_challenge=" CHALLENGE "&code_challenge_method=S256",
	    jan(f));
	assert_location(f, "http://127.0.0.1:49152/callback?code=");
	code = location_param(f, "code");
	assert_null(location_param(f, "state"));
	/* And it is bound to the very port. */
	post(f, "token",
	    form_of(f,
		"grant_type=authorization_code&client_id=portal&code=%s"
		"&redirect_uri=" LOOP_URI "&code_verifier=" VERIFIER,
		code));
	assert_oauth_error(f, 400, "invalid_grant");
	post(f, "token",
	    form_of(f,
		"grant_type=authorization_code&client_id=portal&code=%s"
		"&redirect_uri=http://127.0.0.1:49152/callback"
		"&code_verifier=" VERIFIER,
		code));
	answered(f);
}

#define GOOD_PKCE "&code_challenge=" CHALLENGE "&code_challenge_method=S256"
#define GOOD_TYPE "&response_type=code"
#define GOOD GOOD_TYPE GOOD_PKCE "&scope=openid"

static void
errors_go_to_the_client_with_state_and_issuer(void **state)
{
	static const struct {
		const char *query, *error;
	} rows[] = {
		{ GOOD_PKCE "&scope=openid", "invalid_request" },
		{ GOOD_PKCE "&scope=openid&response_type=token",
		    "unsupported_response_type" },
		{ GOOD_PKCE "&scope=openid&response_type=code+id_token",
		    "unsupported_response_type" },
		{ GOOD "&response_mode=fragment", "invalid_request" },
		{ GOOD "&response_mode=form_post", "invalid_request" },
		{ GOOD "&request=a.b.c", "request_not_supported" },
		{ GOOD "&request_uri=https://portal.example.nl/r",
		    "request_uri_not_supported" },
		{ GOOD "&nonce=a&nonce=a", "invalid_request" },
		{ GOOD "&scope=openid", "invalid_request" },
		{ GOOD "&prompt=none+login", "invalid_request" },
		{ GOOD "&prompt=nothing", "invalid_request" },
		{ GOOD "&max_age=-1", "invalid_request" },
		{ GOOD "&max_age=1.5", "invalid_request" },
		{ GOOD "&max_age=99999999999999999999", "invalid_request" },
		{ GOOD "&nonce=%ff", "invalid_request" },
		{ GOOD "&id_token_hint=a.b.c", "invalid_request" },
		{ GOOD_TYPE "&scope=openid", "invalid_request" },
		{ GOOD_TYPE "&scope=openid&code_challenge=" CHALLENGE,
		    "invalid_request" },
		{ GOOD_TYPE "&scope=openid&code_challenge_method=S256",
		    "invalid_request" },
		{ GOOD_TYPE "&scope=openid&code_challenge=" CHALLENGE
			    "&code_challenge_method=plain",
		    "invalid_request" },
		{ GOOD_TYPE "&scope=openid&code_challenge=short"
			    "&code_challenge_method=S256",
		    "invalid_request" },
		{ GOOD_TYPE GOOD_PKCE "&scope=open%22id", "invalid_scope" },
	};
	static const char *const clients[] = {
		"portal&redirect_uri=" PORTAL_URI,
		"shop&redirect_uri=https://shop.example.nl/callback%3Ffrom=hub"
	};
	struct fixture *f = *state;
	const char *cookie = jan(f);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int c = 0; c < 2; c++) {
			browse(f,
			    form_of(f,
				"/identity/authorize?client_id=%s&state=s%%20t"
				"%s",
				clients[c], rows[i].query),
			    cookie);
			assert_redirected_error(
			    f, c == 0 ? PORTAL_URI : SHOP_URI, rows[i].error);
		}
	}
	assert_int_equal(codes(f), 0);
}

/* A state nobody can be sure of does not come back. */
static void
a_state_that_stands_twice_or_is_too_long_does_not_come_back(void **state)
{
	struct fixture *f = *state;
	char longer[2100];

	browse(f, authorize_uri(f, "portal", "&state=other"), jan(f));
	assert_location(f, PORTAL_URI "?error=invalid_request");
	assert_null(location_param(f, "state"));
	memset(longer, 'a', 2049);
	longer[2049] = '\0';
	browse(f,
	    form_of(f,
		"/identity/authorize?client_id=portal&redirect_uri=" PORTAL_URI
		"%s&state=%s",
		GOOD, longer),
	    jan(f));
	assert_location(f, PORTAL_URI "?error=invalid_request");
	assert_null(location_param(f, "state"));
}

/* The largest answer fits into what a web server takes. */
static void
the_longest_state_comes_back_whole(void **state)
{
	struct fixture *f = *state;
	char body[8000] =
	    "client_id=portal&redirect_uri=" PORTAL_URI GOOD "&state=",
	     bytes[2049];
	size_t n = strlen(body);

	for (int i = 0; i < 2048; i++)
		n += (size_t)snprintf(body + n, sizeof(body) - n, "%%E9");
	memset(bytes, 0xe9, 2048);
	bytes[2048] = '\0';
	ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/authorize",
		.cookie = jan(f),
		.body = body });
	assert_location(f, PORTAL_URI "?code=");
	assert_string_equal(location_param(f, "state"), bytes);
}

static void
assert_sign_in(struct fixture *f, const char *uri)
{
	struct str location;

	assert_location(f, BASE_URL "/identity/login?");
	location = field(f, "Location");
	/* What was asked goes along, and nothing else. */
	assert_string_equal(location_param(f, "client_id"), "portal");
	assert_string_equal(location_param(f, "redirect_uri"), PORTAL_URI);
	assert_string_equal(location_param(f, "scope"), "openid profile email");
	assert_string_equal(location_param(f, "state"), "s t");
	assert_string_equal(location_param(f, "nonce"), "n-1");
	assert_string_equal(location_param(f, "code_challenge"), CHALLENGE);
	assert_null(location_param(f, "unknown"));
	assert_true(location.n < 8192);
	assert_non_null(uri);
}

static void
who_is_not_signed_in_goes_to_the_form_with_the_request(void **state)
{
	struct fixture *f = *state;
	const char *uri = authorize_uri(f, "portal", "&unknown=1");
	int64_t now = clock_now();
	const char *const cookies[] = {
		NULL,
		"",
		"__Host-hub=",
		"__Host-hub=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"__Host-hub=short",
		"__Host-hub-change=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		sign_in(f, "jan", "sid-old",
		    now - (int64_t)f->hub->conf.session_lifetime),
		sign_in(f, "jan", "sid-idle",
		    now - (int64_t)f->hub->conf.session_idle),
		form_of(f, "%s; %s", sign_in(f, "jan", "a", now),
		    sign_in(f, "bare", "b", now)),
	};

	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		browse(f, uri, cookies[i]);
		assert_sign_in(f, uri);
	}
}

static void
a_session_that_was_ended_is_none(void **state)
{
	struct fixture *f = *state;
	const char *uri = authorize_uri(f, "portal", "");
	const char *cookie = jan(f);

	browse(f, uri, cookie);
	assert_location(f, PORTAL_URI "?code=");
	revoke_in_directory(f, REVOKED_SESSION, "sid-jan");
	browse(f, uri, cookie);
	assert_sign_in(f, uri);
	cookie = sign_in(f, "jan", "sid-2", clock_now());
	browse(f, uri, cookie);
	assert_location(f, PORTAL_URI "?code=");
	raise_epoch(f, "jan");
	browse(f, uri, cookie);
	assert_sign_in(f, uri);
}

static void
prompt_login_and_max_age_ask_again(void **state)
{
	struct fixture *f = *state;
	const char *cookie = sign_in(f, "jan", "sid-1", clock_now() - 100);
	static const struct {
		const char *more;
		bool again;
	} rows[] = {
		{ "&prompt=login", true },
		{ "&prompt=select_account", true },
		{ "&prompt=login+consent", true },
		{ "&prompt=consent", false },
		{ "&max_age=1", true },
		{ "&max_age=0", true },
		{ "&max_age=50", true },
		{ "&max_age=10000", false },
		{ "&max_age=", false },
		{ "&login_hint=x&ui_locales=nl&claims_locales=nl&acr_values=1",
		    false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *uri = authorize_uri(f, "portal", rows[i].more);

		browse(f, uri, cookie);
		if (rows[i].again)
			assert_sign_in(f, uri);
		else
			assert_location(f, PORTAL_URI "?code=");
	}
	/* However fresh the session is. */
	cookie = jan(f);
	browse(f, authorize_uri(f, "portal", "&max_age=0"), cookie);
	assert_sign_in(f, "max_age=0");
}

static void
prompt_none_never_shows_a_form(void **state)
{
	struct fixture *f = *state;
	const char *uri = authorize_uri(f, "portal", "&prompt=none");

	browse(f, uri, NULL);
	assert_redirected_error(f, PORTAL_URI, "login_required");
	browse(f, uri, jan(f));
	assert_location(f, PORTAL_URI "?code=");
	browse(f, authorize_uri(f, "portal", "&prompt=none&max_age=0"), jan(f));
	assert_redirected_error(f, PORTAL_URI, "login_required");
	browse(f, authorize_uri(f, "portal", "&prompt=none&max_age=1"),
	    sign_in(f, "jan", "sid-1", clock_now() - 10));
	assert_redirected_error(f, PORTAL_URI, "login_required");
}

static void
nobody_gets_a_code_in_place_of_the_hints_user(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now();
	const char *hint =
	    tokens_for(f, sign_in(f, "jan", "s1", now), "shop", "").id;
	const char *silent = form_of(f, "&prompt=none&id_token_hint=%s", hint),
		   *loud = form_of(f, "&id_token_hint=%s", hint);

	browse(f, authorize_uri(f, "portal", silent), jan(f));
	assert_location(f, PORTAL_URI "?code=");
	browse(f, authorize_uri(f, "portal", loud), jan(f));
	assert_location(f, PORTAL_URI "?code=");
	browse(f, authorize_uri(f, "portal", silent),
	    sign_in(f, "bare", "s2", now));
	assert_redirected_error(f, PORTAL_URI, "login_required");
	browse(
	    f, authorize_uri(f, "portal", loud), sign_in(f, "bare", "s3", now));
	assert_sign_in(f, loud);
	browse(f, authorize_uri(f, "portal", silent), NULL);
	assert_redirected_error(f, PORTAL_URI, "login_required");
	/* One that nobody can read names nobody. */
	browse(f, authorize_uri(f, "portal", "&prompt=none&id_token_hint=x"),
	    jan(f));
	assert_redirected_error(f, PORTAL_URI, "login_required");
	/* An access token is no ID token. */
	browse(f,
	    authorize_uri(f, "portal",
		form_of(f, "&id_token_hint=%s",
		    tokens_for(f, jan(f), "shop", "").access)),
	    jan(f));
	assert_redirected_error(f, PORTAL_URI, "invalid_request");
}

static void
third_parties_wait_for_consent(void **state)
{
	struct fixture *f = *state;

	browse(f, authorize_uri(f, "third", ""), jan(f));
	assert_location(f, BASE_URL "/identity/consent?");
	browse(f, authorize_uri(f, "third", "&prompt=none"), jan(f));
	assert_redirected_error(f, THIRD_URI, "consent_required");
	browse(f, authorize_uri(f, "third", "&prompt=none"), NULL);
	assert_redirected_error(f, THIRD_URI, "login_required");
	assert_int_equal(codes(f), 0);
}

static void
what_is_too_long_for_the_way_through_the_form_is_refused(void **state)
{
	struct fixture *f = *state;
	char longer[9000] = "client_id=portal&redirect_uri=" PORTAL_URI GOOD
			    "&state=s+t&login_hint=";
	size_t n = strlen(longer);

	memset(longer + n, 'a', sizeof(longer) - n - 1);
	longer[sizeof(longer) - 1] = '\0';
	ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/authorize",
		.body = longer });
	assert_redirected_error(f, PORTAL_URI, "invalid_request");
	/* Who is signed in does not go that way. */
	ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/authorize",
		.cookie = jan(f),
		.body = longer });
	assert_location(f, PORTAL_URI "?code=");
}

static void
no_page_reads_the_answer_and_nothing_goes_without_tls(void **state)
{
	struct fixture *f = *state;
	struct ask request = {
		.uri = authorize_uri(f, "portal", ""),
		.cookie = jan(f),
		.origin = PORTAL_ORIGIN,
	};

	ask(f, request);
	assert_location(f, PORTAL_URI);
	request.method = "OPTIONS";
	assert_int_equal(ask(f, request), 204);
	assert_field(f, "Access-Control-Allow-Origin", NULL);
	request.method = "PUT";
	ask(f, request);
	assert_page(f, 405);
	assert_field(f, "Allow", "GET, HEAD, POST, OPTIONS");
	request.method = NULL;
	request.http = true;
	ask(f, request);
	assert_page(f, 403);
	assert_true(answer_holds(f, "TLS"));
}

static void
a_pkce_downgrade_is_refused_both_ways(void **state)
{
	struct fixture *f = *state;
	const char *bare = "/identity/authorize?response_type=code&client_id="
			   "plain&scope=openid&redirect_uri=" PLAIN_URI,
		   *code;

	browse(f, bare, jan(f));
	assert_location(f, PLAIN_URI "?code=");
	code = location_param(f, "code");
	post(f, "token",
	    form_of(
		f, "%s&%s", code_form(f, "plain", code), auth_of(f, "plain")));
	assert_oauth_error(f, 400, "invalid_grant");
	post(f, "token",
	    form_of(f,
		"grant_type=authorization_code&code=%s&redirect_uri=" PLAIN_URI
		"&%s",
		code, auth_of(f, "plain")));
	assert_null(answered(f).refresh);
	code = code_for(f, jan(f), "plain", "");
	post(f, "token",
	    form_of(f,
		"grant_type=authorization_code&code=%s&redirect_uri=" PLAIN_URI
		"&%s",
		code, auth_of(f, "plain")));
	assert_oauth_error(f, 400, "invalid_grant");
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(a_good_request_gets_a_code_state_and_issuer),
		T(parameters_stand_behind_the_query_of_the_redirect_uri),
		T(post_asks_by_its_body_alone),
		T(a_wrong_client_or_address_is_a_page),
		T(too_many_parameters_are_a_page),
		T(only_the_port_of_a_loopback_address_may_differ),
		T(errors_go_to_the_client_with_state_and_issuer),
		T(a_state_that_stands_twice_or_is_too_long_does_not_come_back),
		T(the_longest_state_comes_back_whole),
		T(who_is_not_signed_in_goes_to_the_form_with_the_request),
		T(a_session_that_was_ended_is_none),
		T(prompt_login_and_max_age_ask_again),
		T(prompt_none_never_shows_a_form),
		T(nobody_gets_a_code_in_place_of_the_hints_user),
		T(third_parties_wait_for_consent),
		T(what_is_too_long_for_the_way_through_the_form_is_refused),
		T(no_page_reads_the_answer_and_nothing_goes_without_tls),
		T(a_pkce_downgrade_is_refused_both_ways),
	};

	return UNIT_RUN(tests);
}
