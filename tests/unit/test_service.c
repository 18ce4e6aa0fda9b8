/* Which request is answered how: order of refusals, paths, methods, tags. */
#include "endpoint/service.h"

#include <stdio.h>
#include "endpoint/routes.h"
#include "service_fixture.h"
#include "unit.h"

#define REALM "Bearer realm=\"hub\""
#define INVALID_REQUEST REALM ", error=\"invalid_request\""
#define INVALID_TOKEN REALM ", error=\"invalid_token\""

#define JAN                                                                    \
	"{\"data\":{\"items\":[{\"id\":\"jan\",\"name\":\"Jan@example.nl\","   \
	"\"email\":\"Jan@example.nl\",\"firstName\":\"Jan\",\"middleName\":"   \
	"null,\"lastName\":\"Janssen\",\"dossiers\":{\"1001\":\"204517\"},"    \
	"\"groupIds\":[\"101\"]}]}}"

static void
a_good_token_gets_the_account_in_its_envelope(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_as(f, jan_bearer(f)), 200);
	assert_str(f->answer.body, JAN);
	assert_field(f, "Content-Type", "application/json");
	assert_field(f, "Content-Length",
	    arena_printf(f->hub->arena, "%zu", sizeof(JAN) - 1));
	assert_true(field(f, "ETag").n > 2);
	assert_common(f);
}

static void
head_is_get_without_the_body(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag, *length;

	ask_as(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	length = hub_text(f->hub, field(f, "Content-Length"));
	assert_int_equal(
	    ask(f, (struct ask){ .method = "HEAD", .authorization = bearer }),
	    200);
	assert_int_equal(f->answer.body.n, 0);
	assert_field(f, "ETag", etag);
	assert_field(f, "Content-Length", length);
	assert_int_equal(ask(f, (struct ask){ .method = "HEAD" }), 401);
	assert_int_equal(f->answer.body.n, 0);
	assert_field(f, "WWW-Authenticate", REALM);
}

/* Each row is wrong in more than one way; the first in the order decides. */
static void
answers_are_decided_in_their_order(void **state)
{
	struct fixture *f = *state;
	const char *good = jan_bearer(f),
		   *two = arena_printf(f->hub->arena, "%s, %s", good, good);
	static char long_uri[9000] = "/";
	const struct {
		struct ask ask;
		int status;
		const char *challenge, *allow;
	} rows[] = {
		{ { .uri = long_uri, .method = "POST" }, 414, NULL, NULL },
		{ { .refused = 431, .uri = "/x", .authorization = two }, 431,
		    NULL, NULL },
		{ { .refused = 413, .method = "POST" }, 413, NULL, NULL },
		{ { .uri = "/x?access_token=a", .authorization = two }, 404,
		    NULL, NULL },
		{ { .uri = "/x", .method = "POST" }, 404, NULL, NULL },
		{ { .uri = "/x", .method = "OPTIONS" }, 404, NULL, NULL },
		{ { .uri = "/x", .authorization = "Bearer bad" }, 404, NULL,
		    NULL },
		{ { .method = "POST", .authorization = two }, 405, NULL,
		    "GET, HEAD, OPTIONS" },
		{ { .method = "PATCH", .uri = "/account/mine?access_token=a" },
		    405, NULL, "GET, HEAD, OPTIONS" },
		{ { .method = "DELETE" }, 405, NULL, "GET, HEAD, OPTIONS" },
		{ { .authorization = two }, 400, INVALID_REQUEST, NULL },
		{ { .authorization = "Bearer bad, Basic YQ==" }, 400,
		    INVALID_REQUEST, NULL },
		{ { .uri = "/account/mine?access_token=a",
		      .authorization = "Bearer bad" },
		    400, INVALID_REQUEST, NULL },
		{ { .uri = "/account/mine?access_token=a" }, 400,
		    INVALID_REQUEST, NULL },
		{ { .if_none_match = "*" }, 401, REALM, NULL },
		{ { .authorization = "Bearer bad", .if_none_match = "*" }, 401,
		    INVALID_TOKEN, NULL },
	};

	memset(long_uri + 1, 'a', sizeof(long_uri) - 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(f, rows[i].ask);
		assert_problem(f, rows[i].status, rows[i].challenge);
		assert_field(f, "Allow", rows[i].allow);
		assert_common(f);
	}
}

static void
paths_are_split_before_they_are_decoded(void **state)
{
	static const struct {
		const char *uri;
		int status;
	} rows[] = {
		{ "/account/mine", 401 },
		{ "/account/m%69ne", 401 },
		{ "/account/mine?limit=%zz", 401 },
		{ "/", 404 },
		{ "/account", 404 },
		{ "/account/mine/", 404 },
		{ "/account/mine/x", 404 },
		{ "//account/mine", 404 },
		{ "/account//mine", 404 },
		{ "/account/./mine", 404 },
		{ "/x/../account/mine", 404 },
		{ "/x/%2e%2e/account/mine", 404 },
		{ "/account%2Fmine", 404 },
		{ "/account/mine%00", 404 },
		{ "/account/mine%", 404 },
		{ "/account/mine%zz", 404 },
		{ "/account/m%2569ne", 404 },
		{ "/Account/mine", 404 },
		{ "*", 404 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(f, (struct ask){ .uri = rows[i].uri }) !=
		    rows[i].status)
			fail_msg("%s: %d", rows[i].uri, f->answer.status);
	}
}

static void
a_body_over_its_limit_is_413(void **state)
{
	struct fixture *f = *state;
	static char body[65538];

	memset(body, 'x', sizeof(body) - 1);
	ask(f, (struct ask){ .method = "POST", .body = body });
	assert_problem(f, 413, NULL);
	body[65536] = '\0';
	ask(f, (struct ask){ .method = "POST", .body = body });
	assert_problem(f, 405, NULL);
}

static void
a_matching_tag_is_304(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f), *etag;

	ask_as(f, bearer);
	etag = hub_text(f->hub, field(f, "ETag"));
	const struct {
		const char *tags;
		int status;
	} rows[] = {
		{ etag, 304 },
		{ arena_printf(f->hub->arena, "W/%s", etag), 304 },
		{ arena_printf(f->hub->arena, "\"a\", W/\"b,c\" , %s", etag),
		    304 },
		{ arena_printf(f->hub->arena, "%s, %s", etag, etag), 304 },
		{ "*", 304 },
		{ "\"x\"", 200 },
		{ arena_printf(f->hub->arena, "%s.", etag), 200 },
		{ "", 200 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (ask(f,
			(struct ask){ .authorization = bearer,
			    .if_none_match = rows[i].tags }) != rows[i].status)
			fail_msg("%s: %d", rows[i].tags, f->answer.status);
		assert_field(f, "ETag", etag);
		assert_common(f);
		if (rows[i].status == 304)
			assert_int_equal(f->answer.body.n, 0);
	}
}

static void
options_tells_the_methods(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct ask){ .method = "OPTIONS" }), 204);
	assert_field(f, "Allow", "GET, HEAD, OPTIONS");
	assert_field(f, "Access-Control-Allow-Origin", NULL);
	assert_field(f, "Content-Length", NULL);
	assert_int_equal(f->answer.body.n, 0);
	assert_common(f);
}

/* The path of a row with a plain word for each variable segment. */
static const char *
path_of(struct fixture *f, const struct route *route)
{
	struct str rest = str_of(route->path + 1), part;
	struct buf path;

	buf_init_arena(&path, f->hub->arena, 1024);
	while (str_split(&rest, '/', &part))
		buf_printf(&path, "/%.*s",
		    STR_ARG(part.p[0] == '{' ? STR("x") : part));
	return hub_text(f->hub, buf_view(&path));
}

static bool
pool_has_path(enum pool pool, const char *path)
{
	for (size_t i = 0; i < route_count; i++) {
		if (strcmp(routes[i].path, path) == 0 &&
		    (routes[i].pools & POOL_BIT(pool)) != 0)
			return true;
	}
	return false;
}

/* Over plain HTTP the paths of sign-in and employees ask for TLS before anything else. */
static int
expected_of_nobody(const struct route *route, bool http)
{
	if (http &&
	    (str_starts(str_of(route->path), STR("/identity/")) ||
		str_starts(str_of(route->path), STR("/contact/"))))
		return 403;
	/* No form at all comes before the question who sends it. */
	return route->credential == CREDENTIAL_CLIENT ? 400 : 401;
}

static void
every_row_with_a_credential_answers_nobody_without_one(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < 2 * route_count; i++) {
		const struct route *route = &routes[i / 2];
		const struct ask bare = { .method = method_name(route->method),
			.uri = path_of(f, route),
			.http = i % 2 == 0 };

		for (int pool = 0; pool < POOL_COUNT; pool++) {
			if ((route->pools & POOL_BIT(pool)) == 0 ||
			    route->credential == CREDENTIAL_NONE)
				continue;
			f->service.pool = (enum pool)pool;
			if (ask(f, bare) !=
			    expected_of_nobody(route, bare.http))
				fail_msg("%s: %d", bare.uri, f->answer.status);
			assert_field(f, "ETag", NULL);
		}
	}
}

/* A decision in every column: none is left open by an empty one. */
static void
every_row_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &routes[i];

		assert_non_null(r->fn);
		assert_int_equal(r->path[0], '/');
		assert_true(r->method > METHOD_OTHER &&
		    r->method < METHOD_OPTIONS && r->method != METHOD_HEAD);
		assert_true(r->pools != 0 && (r->pools & ~POOL_ALL) == 0);
		assert_true((r->credential == CREDENTIAL_USER ||
				r->credential == CREDENTIAL_USERINFO) ==
		    (r->scope != NULL));
	}
}

static void
a_pool_answers_its_own_rows_only(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);

	/* Some pages are there only where mail is sent. */
	snprintf(f->hub->conf.mail_server, sizeof(f->hub->conf.mail_server),
	    "%s", "127.0.0.1:25");
	for (int pool = 0; pool < POOL_COUNT; pool++) {
		f->service.pool = (enum pool)pool;
		for (size_t i = 0; i < route_count; i++) {
			const char *uri = path_of(f, &routes[i]);
			bool own =
			    pool_has_path((enum pool)pool, routes[i].path);

			/* Nothing is proposed to nobody. */
			if (routes[i].fn == factor_picture)
				own = false;
			ask(f,
			    (struct ask){
				.uri = uri, .authorization = bearer });
			assert_true((f->answer.status != 404) == own);
		}
		assert_int_equal(
		    ask(f, (struct ask){ .uri = "/health/ready" }), 200);
		assert_int_equal(
		    ask_as(f, bearer), pool == POOL_READERS ? 200 : 404);
	}
}

static void
readiness_says_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, (struct ask){ .uri = "/health/ready" }), 200);
	assert_str(f->answer.body, "{\"status\":\"ready\"}");
	assert_common(f);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_good_token_gets_the_account_in_its_envelope),
		TEST(head_is_get_without_the_body),
		TEST(answers_are_decided_in_their_order),
		TEST(paths_are_split_before_they_are_decoded),
		TEST(a_body_over_its_limit_is_413),
		TEST(a_matching_tag_is_304),
		TEST(options_tells_the_methods),
		TEST(every_row_with_a_credential_answers_nobody_without_one),
		TEST(every_row_is_complete),
		TEST(a_pool_answers_its_own_rows_only),
		TEST(readiness_says_nothing_else),
	};

	return UNIT_RUN(tests);
}
