/* What pages of other origins may read, which is for the clients to say. */
#include "endpoint/service.h"

#include "service_fixture.h"
#include "unit.h"

static void
assert_open_to(const struct fixture *f, const char *origin)
{
	const char *expose =
	    "ETag, X-Request-Id, WWW-Authenticate, Retry-After";

	assert_field(f, "Access-Control-Allow-Origin", origin);
	assert_field(
	    f, "Access-Control-Expose-Headers", origin ? expose : NULL);
	assert_common(f);
}

static void
a_preflight_of_an_enabled_clients_origin_is_let_through(void **state)
{
	static const char *const others[] = { "https://evil.example", "null",
		APP_ORIGIN "/", APP_ORIGIN ":443", "http://app.example.nl",
		"https://APP.example.nl", "*" };
	struct fixture *f = *state;
	struct ask preflight = { .method = "OPTIONS", .origin = APP_ORIGIN };

	assert_int_equal(ask(f, preflight), 204);
	assert_open_to(f, APP_ORIGIN);
	assert_field(f, "Access-Control-Allow-Methods", "GET, HEAD, OPTIONS");
	assert_field(
	    f, "Access-Control-Allow-Headers", "Authorization, If-None-Match");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		preflight.origin = others[i];
		assert_int_equal(ask(f, preflight), 204);
		assert_open_to(f, NULL);
		assert_field(f, "Access-Control-Allow-Methods", NULL);
		assert_field(f, "Allow", "GET, HEAD, OPTIONS");
	}
}

/* Not one of these looks at the directory for any other reason. */
static void
errors_and_answers_carry_the_cors_fields(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	const struct ask rows[] = {
		{ .origin = APP_ORIGIN, .authorization = bearer },
		{ .origin = APP_ORIGIN,
		    .authorization = bearer,
		    .if_none_match = "*" },
		{ .origin = APP_ORIGIN },
		{ .origin = APP_ORIGIN, .authorization = "Bearer x" },
		{ .origin = APP_ORIGIN, .uri = "/account/mine?access_token=x" },
		{ .origin = APP_ORIGIN, .uri = "/x" },
		{ .origin = APP_ORIGIN, .method = "POST" },
		{ .origin = APP_ORIGIN, .refused = 431 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(f, rows[i]);
		assert_open_to(f, APP_ORIGIN);
		assert_field(f, "Access-Control-Allow-Methods", NULL);
	}
}

static void
an_origin_is_judged_by_the_clients_of_this_moment(void **state)
{
	static const struct ask rows[] = {
		{ .origin = APP_ORIGIN, .method = "OPTIONS" },
		{ .origin = APP_ORIGIN },
		{ .origin = APP_ORIGIN, .uri = "/x" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put_client(f, "app", false, APP_ORIGIN);
		ask(f, rows[i]);
		assert_open_to(f, NULL);
		put_client(f, "app", true, APP_ORIGIN);
		ask(f, rows[i]);
		assert_open_to(f, APP_ORIGIN);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_preflight_of_an_enabled_clients_origin_is_let_through),
		TEST(errors_and_answers_carry_the_cors_fields),
		TEST(an_origin_is_judged_by_the_clients_of_this_moment),
	};

	return UNIT_RUN(tests);
}
