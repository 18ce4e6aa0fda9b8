#include "http/route.h"

#include "arena_fixture.h"
#include "unit.h"

#define BIT(method) (1U << (method))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ROW(method, path, pools)                                               \
	{                                                                      \
		method, path, pools, CREDENTIAL_NONE, NULL, NULL,              \
		    ERROR_PROBLEM, NULL                                        \
	}

static const struct route table[] = {
	ROW(METHOD_GET, "/account/mine", POOL_BIT(POOL_READERS)),
	ROW(METHOD_GET, "/contract/contracts/mycontracts",
	    POOL_BIT(POOL_READERS)),
	ROW(METHOD_GET, "/contract/contracts/{id}/mine",
	    POOL_BIT(POOL_READERS)),
	ROW(METHOD_GET, "/things/{id}", POOL_BIT(POOL_KEEPERS)),
	ROW(METHOD_PUT, "/things/{id}", POOL_BIT(POOL_KEEPERS)),
	ROW(METHOD_POST, "/things/{id}", POOL_BIT(POOL_SIGNIN)),
	ROW(METHOD_GET, "/things/special", POOL_BIT(POOL_KEEPERS)),
	ROW(METHOD_GET, "/four/{a}/{b}/{c}/{d}", POOL_BIT(POOL_KEEPERS)),
	ROW(METHOD_GET, "/health/ready", POOL_ALL),
};

struct look {
	enum route_result result;
	const struct route *route;
	unsigned int allow;
	struct req req;
};

static struct look
look(struct arena *a, enum pool pool, enum method method, struct str path)
{
	struct look l;

	req_begin(&l.req, a);
	l.req.method = method;
	l.req.path = path;
	l.result =
	    route_find(table, COUNT(table), pool, &l.req, &l.route, &l.allow);
	assert_int_equal(l.result == ROUTE_FOUND, l.route != NULL);
	return l;
}

static void
assert_row(struct look l, enum method method, const char *path)
{
	assert_int_equal(l.result, ROUTE_FOUND);
	assert_string_equal(l.route->path, path);
	assert_int_equal(l.route->method, method);
}

static void
a_literal_path_finds_its_row(void **state)
{
	struct look l =
	    look(*state, POOL_READERS, METHOD_GET, STR("/account/mine"));

	assert_row(l, METHOD_GET, "/account/mine");
	assert_int_equal(l.req.param_count, 0);
}

static void
a_variable_segment_is_handed_over_decoded(void **state)
{
	struct look l = look(*state, POOL_READERS, METHOD_GET,
	    STR("/contract/contracts/c%2D9%20%c3%a9+/mine"));

	assert_row(l, METHOD_GET, "/contract/contracts/{id}/mine");
	assert_int_equal(l.req.param_count, 1);
	assert_true(str_eq(l.req.param[0], STR("c-9 \xc3\xa9+")));
}

static void
several_segments_come_in_their_order(void **state)
{
	struct look l =
	    look(*state, POOL_KEEPERS, METHOD_GET, STR("/four/1/2/3/4"));

	assert_int_equal(l.result, ROUTE_FOUND);
	assert_int_equal(l.req.param_count, 4);
	assert_true(str_eq(l.req.param[0], STR("1")));
	assert_true(str_eq(l.req.param[3], STR("4")));
}

static void
a_literal_segment_may_be_escaped(void **state)
{
	assert_row(
	    look(*state, POOL_READERS, METHOD_GET, STR("/%61cc%6Funt/min%65")),
	    METHOD_GET, "/account/mine");
}

static void
segments_are_decoded_once_only(void **state)
{
	struct look l =
	    look(*state, POOL_READERS, METHOD_GET, STR("/%2561ccount/mine"));

	assert_int_equal(l.result, ROUTE_UNKNOWN);
	l = look(*state, POOL_KEEPERS, METHOD_GET, STR("/things/%252F"));
	assert_row(l, METHOD_GET, "/things/{id}");
	assert_true(str_eq(l.req.param[0], STR("%2F")));
	l = look(*state, POOL_KEEPERS, METHOD_GET, STR("/things/%252e%252e"));
	assert_true(str_eq(l.req.param[0], STR("%2e%2e")));
}

static void
malformed_paths_are_unknown(void **state)
{
	static const char *const paths[] = {
		"",
		"/",
		"//",
		"account/mine",
		"*",
		"http://host/account/mine",
		"/account",
		"/account/",
		"/account/mine/",
		"//account/mine",
		"/account//mine",
		"/account/mine/more",
		"/account/mine;a=b",
		"/account/mine%20",
		"/account/mine%00",
		"/account/mine%",
		"/account/mine%2",
		"/account/min%zz",
		"/account%2Fmine",
		"/account%2fmine",
		"/Account/mine",
		"/account/./mine",
		"/./account/mine",
		"/account/x/../mine",
		"/../account/mine",
		"/account/mine/.",
		"/account/mine/..",
		"/account/%2e/mine",
		"/account/%2E%2E/account/mine",
		"/account/.%2e/mine",
		"/contract/contracts//mine",
		"/contract/contracts/./mine",
		"/contract/contracts/../mine",
		"/contract/contracts/%2e%2e/mine",
		"/contract/contracts/a%2Fb/mine",
		"/contract/contracts/a%00/mine",
		"/contract/contracts/%00/mine",
		"/contract/contracts/a%/mine",
		"/contract/contracts/a/b/mine",
		"/contract/contracts/a/MINE",
		"/a/b/c/d/e/f/g/h/i/j/k/l",
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct look l =
		    look(*state, POOL_READERS, METHOD_GET, str_of(paths[i]));

		if (l.result != ROUTE_UNKNOWN || l.allow != 0)
			fail_msg("%s is known", paths[i]);
	}
	assert_int_equal(
	    look(*state, POOL_READERS, METHOD_GET, STR_NONE).result,
	    ROUTE_UNKNOWN);
	assert_int_equal(
	    look(*state, POOL_READERS, METHOD_GET, STR("/account/mine\0"))
		.result,
	    ROUTE_UNKNOWN);
}

static void
dots_within_a_segment_are_letters(void **state)
{
	static const char *const ids[] = { "...", ".a", "a.", "a..b" };

	for (size_t i = 0; i < COUNT(ids); i++) {
		char *path = arena_printf(*state, "/things/%s", ids[i]);
		struct look l =
		    look(*state, POOL_KEEPERS, METHOD_GET, str_of(path));

		assert_int_equal(l.result, ROUTE_FOUND);
		assert_true(str_eq(l.req.param[0], str_of(ids[i])));
	}
}

static void
the_first_row_that_fits_is_taken(void **state)
{
	struct look l =
	    look(*state, POOL_KEEPERS, METHOD_GET, STR("/things/special"));

	assert_row(l, METHOD_GET, "/things/{id}");
	assert_int_equal(l.req.param_count, 1);
}

static void
the_method_chooses_among_rows_of_a_path(void **state)
{
	struct look l =
	    look(*state, POOL_KEEPERS, METHOD_PUT, STR("/things/x"));

	assert_row(l, METHOD_PUT, "/things/{id}");
	assert_true(str_eq(l.req.param[0], STR("x")));
}

static void
head_finds_the_row_of_get(void **state)
{
	assert_row(
	    look(*state, POOL_READERS, METHOD_HEAD, STR("/account/mine")),
	    METHOD_GET, "/account/mine");
}

static void
another_method_is_told_what_is_allowed(void **state)
{
	struct look l;

	l = look(*state, POOL_READERS, METHOD_POST, STR("/account/mine"));
	assert_int_equal(l.result, ROUTE_METHOD);
	assert_int_equal(l.allow, BIT(METHOD_GET));
	l = look(*state, POOL_READERS, METHOD_OTHER, STR("/account/mine"));
	assert_int_equal(l.result, ROUTE_METHOD);
	l = look(*state, POOL_KEEPERS, METHOD_DELETE, STR("/things/x"));
	assert_int_equal(l.result, ROUTE_METHOD);
	assert_int_equal(l.allow, BIT(METHOD_GET) | BIT(METHOD_PUT));
	l = look(*state, POOL_SIGNIN, METHOD_HEAD, STR("/things/x"));
	assert_int_equal(l.result, ROUTE_METHOD);
	assert_int_equal(l.allow, BIT(METHOD_POST));
}

static void
options_of_a_known_path_is_told_apart(void **state)
{
	struct look l;

	l = look(*state, POOL_KEEPERS, METHOD_OPTIONS, STR("/things/x"));
	assert_int_equal(l.result, ROUTE_OPTIONS);
	assert_int_equal(l.allow, BIT(METHOD_GET) | BIT(METHOD_PUT));
	l = look(*state, POOL_KEEPERS, METHOD_OPTIONS, STR("/nothing"));
	assert_int_equal(l.result, ROUTE_UNKNOWN);
}

static void
a_pool_answers_its_own_rows_only(void **state)
{
	struct look l;

	l = look(*state, POOL_KEEPERS, METHOD_GET, STR("/account/mine"));
	assert_int_equal(l.result, ROUTE_UNKNOWN);
	assert_int_equal(l.allow, 0);
	l = look(*state, POOL_SIGNIN, METHOD_GET, STR("/things/x"));
	assert_int_equal(l.result, ROUTE_METHOD);
	for (int pool = 0; pool < POOL_COUNT; pool++)
		assert_row(look(*state, (enum pool)pool, METHOD_GET,
			       STR("/health/ready")),
		    METHOD_GET, "/health/ready");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
		TEST(a_literal_path_finds_its_row),
		TEST(a_variable_segment_is_handed_over_decoded),
		TEST(several_segments_come_in_their_order),
		TEST(a_literal_segment_may_be_escaped),
		TEST(segments_are_decoded_once_only),
		TEST(malformed_paths_are_unknown),
		TEST(dots_within_a_segment_are_letters),
		TEST(the_first_row_that_fits_is_taken),
		TEST(the_method_chooses_among_rows_of_a_path),
		TEST(head_finds_the_row_of_get),
		TEST(another_method_is_told_what_is_allowed),
		TEST(options_of_a_known_path_is_told_apart),
		TEST(a_pool_answers_its_own_rows_only),
#undef TEST
	};

	return UNIT_RUN(tests);
}
