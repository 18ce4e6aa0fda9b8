#include "endpoint/credential.h"

#include "base/clock.h"
#include "identity/proven.h"
#include "identity_fixture.h"
#include "unit.h"

#define REALM "Bearer realm=\"hub\""
#define INVALID_REQUEST REALM ", error=\"invalid_request\""
#define INVALID_TOKEN REALM ", error=\"invalid_token\""

static const char *
token_with(struct fixture *f, const char *scope)
{
	struct claims claims = jan_claims();

	memcpy(claims.scope, scope, strlen(scope) + 1);
	memcpy(claims.client_id, "portal", 7);
	return sign_claims(f, &claims);
}

static int
get(struct fixture *f, const char *token)
{
	return ask(f,
	    (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", token) });
}

static void
claims_are_those_of_the_scope(void **state)
{
	static const struct {
		const char *scope, *body;
	} rows[] = {
		{ "openid", "{\"sub\":\"jan\"}" },
		{ "openid profile",
		    "{\"sub\":\"jan\",\"name\":\"Jan Janssen\",\"given_name\":"
		    "\"Jan\",\"family_name\":\"Janssen\","
		    "\"preferred_username\":\"Jan@example.nl\"}" },
		{ "email openid",
		    "{\"sub\":\"jan\",\"email\":\"Jan@example.nl\","
		    "\"email_verified\":false}" },
		{ "openid profile email",
		    "{\"sub\":\"jan\",\"name\":\"Jan Janssen\",\"given_name\":"
		    "\"Jan\",\"family_name\":\"Janssen\","
		    "\"preferred_username\":\"Jan@example.nl\",\"email\":"
		    "\"Jan@example.nl\",\"email_verified\":false}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get(f, token_with(f, rows[i].scope)), 200);
		assert_str(f->answer.body, rows[i].body);
		assert_field(f, "Content-Type", "application/json");
		assert_field(f, "Cache-Control", "no-store");
	}
}

struct proof {
	struct account_rec account;
	const char *address;
};

static int
prove_now(struct txn *vault, void *arg)
{
	const struct proof *p = arg;

	proven_put(vault, &p->account, str_of(p->address), clock_now());
	return 0;
}

static void
an_address_is_verified_while_its_proof_is_of_it(void **state)
{
	struct fixture *f = *state;
	struct proof p = {
		.account = hub_account(f->hub, "jan"),
		.address = "jan@example.nl",
	};
	const char *token = token_with(f, "openid email");

	hub_write(f->hub, f->hub->vault, prove_now, &p);
	assert_int_equal(get(f, token), 200);
	assert_str(f->answer.body,
	    "{\"sub\":\"jan\",\"email\":\"Jan@example.nl\","
	    "\"email_verified\":true}");
	p.address = "other@example.nl";
	hub_write(f->hub, f->hub->vault, prove_now, &p);
	assert_int_equal(get(f, token), 200);
	assert_true(answer_holds(f, "\"email_verified\":false}"));
}

static void
what_is_not_known_is_left_out(void **state)
{
	struct fixture *f = *state;

	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":null,\"middleName\":\"van \\\"der\\\"\",\"lastName\":"
	    "\"\xc3\x89t\xc3\xa9\"}");
	assert_int_equal(get(f, token_with(f, "openid profile email")), 200);
	assert_str(f->answer.body,
	    "{\"sub\":\"jan\",\"name\":\"van \\\"der\\\" \xc3\x89t\xc3\xa9\","
	    "\"middle_name\":\"van \\\"der\\\"\",\"family_name\":"
	    "\"\xc3\x89t\xc3\xa9\",\"preferred_username\":\"Jan@example.nl\"}");
}

static void
names_of_the_greatest_length_fit(void **state)
{
	struct fixture *f = *state;
	size_t n = 800; /* half of them backslashes */
	char *name = arena_zalloc(f->hub->arena, n + 1);
	const char *line;

	assert_non_null(name);
	memset(name, '"', n);
	for (size_t i = 0; i < n; i += 2)
		name[i] = '\\';
	line = arena_printf(f->hub->arena,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":null,\"firstName\":\"%s\",\"middleName\":\"%s\","
	    "\"lastName\":"
	    "\"%s\"}",
	    name, name, name);
	if (hub_try(f->hub, line) != 0)
		fail_msg("%s", f->hub->why.text);
	assert_int_equal(get(f, token_with(f, "openid profile")), 200);
	assert_true(f->answer.body.n > 3 * n);
}

static int
post_body(struct fixture *f, const char *authorization, const char *body)
{
	return ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/userinfo",
		.authorization = authorization,
		.body = body });
}

static void
post_takes_the_token_in_the_header_or_in_the_form(void **state)
{
	struct fixture *f = *state;
	const char *token = token_with(f, "openid");
	const char *bearer = form_of(f, "Bearer %s", token);
	const char *form = form_of(f, "access_token=%s", token);

	assert_int_equal(post_body(f, bearer, NULL), 200);
	assert_int_equal(post_body(f, bearer, ""), 200);
	assert_int_equal(post_body(f, bearer, "a=b"), 200);
	assert_int_equal(post_body(f, NULL, form), 200);
	post_body(f, bearer, form);
	assert_problem(f, 400, INVALID_REQUEST);
	post_body(f, NULL, form_of(f, "%s&%s", form, form));
	assert_problem(f, 400, INVALID_REQUEST);
	post_body(f, bearer, form_of(f, "%s&%s", form, form));
	assert_problem(f, 400, INVALID_REQUEST);
	post_body(f, NULL, form_of(f, "%s&x=%%zz", form));
	assert_problem(f, 400, INVALID_REQUEST);
	post_body(f, NULL, "access_token=x");
	assert_problem(f, 401, INVALID_TOKEN);
	post_body(f, NULL, "access_token=");
	assert_problem(f, 401, REALM);
	post_body(f, NULL, NULL);
	assert_problem(f, 401, REALM);
	/* Of another type of body nothing is read, nor of the body of a GET. */
	ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/userinfo",
		.content_type = "text/plain",
		.body = form });
	assert_problem(f, 401, REALM);
	ask(f, (struct ask){ .uri = "/identity/userinfo", .body = form });
	assert_problem(f, 401, REALM);
	ask(f,
	    (struct ask){ .uri = form_of(f, "/identity/userinfo?%s", form) });
	assert_problem(f, 400, INVALID_REQUEST);
}

static void
it_takes_user_tokens_with_openid_only(void **state)
{
	struct fixture *f = *state;

	get(f, token_with(f, "hub.read profile"));
	assert_problem(
	    f, 403, REALM ", error=\"insufficient_scope\", scope=\"openid\"");
	ask(f, (struct ask){ .uri = "/identity/userinfo" });
	assert_problem(f, 401, REALM);
	ask(f,
	    (struct ask){
		.uri = "/identity/userinfo", .authorization = "Basic YTpi" });
	assert_problem(f, 401, REALM);
	get(f, "a.b.c");
	assert_problem(f, 401, INVALID_TOKEN);
	revoke_in_directory(f, REVOKED_GRANT, "grant-1");
	get(f, token_with(f, "openid"));
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
what_ends_a_token_ends_it_here(void **state)
{
	struct fixture *f = *state;
	const char *token = token_with(f, "openid");

	enable_client(f, "portal", false);
	get(f, token);
	assert_problem(f, 401, INVALID_TOKEN);
	enable_client(f, "portal", true);
	assert_int_equal(get(f, token), 200);
	raise_epoch(f, "jan");
	get(f, token);
	assert_problem(f, 401, INVALID_TOKEN);
}

static void
pages_of_clients_read_it_and_plain_http_does_not(void **state)
{
	struct fixture *f = *state;
	struct ask request = {
		.uri = "/identity/userinfo",
		.origin = PORTAL_ORIGIN,
		.authorization =
		    form_of(f, "Bearer %s", token_with(f, "openid")),
	};

	assert_int_equal(ask(f, request), 200);
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
	request.http = true;
	ask(f, request);
	assert_problem(f, 403, NULL);
	request.method = "OPTIONS";
	ask(f, request);
	assert_problem(f, 403, NULL);
	request.http = false;
	assert_int_equal(ask(f, request), 204);
	assert_field(f, "Allow", "GET, HEAD, POST, OPTIONS");
	request.method = NULL;
	request.authorization = NULL;
	ask(f, request);
	assert_problem(f, 401, REALM);
	assert_field(f, "Access-Control-Allow-Origin", PORTAL_ORIGIN);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(claims_are_those_of_the_scope),
		T(an_address_is_verified_while_its_proof_is_of_it),
		T(what_is_not_known_is_left_out),
		T(names_of_the_greatest_length_fit),
		T(post_takes_the_token_in_the_header_or_in_the_form),
		T(it_takes_user_tokens_with_openid_only),
		T(what_ends_a_token_ends_it_here),
		T(pages_of_clients_read_it_and_plain_http_does_not),
	};

	return UNIT_RUN(tests);
}
