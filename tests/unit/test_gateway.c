#include "gateway/gateway.h"

#include <string.h>
#include "unit.h"

static struct req
params(struct arena *arena, const char *const *variables, size_t limit)
{
	struct req req;

	req_begin(&req, arena);
	gateway_params(&req, (char *const *)variables, limit);
	return req;
}

static void
variables_are_cut_at_the_first_equals_sign(void **state)
{
	static const char *const variables[] = { "REQUEST_URI=/a?b=c", "none",
		"HTTP_COOKIE=", "=value", NULL };
	struct req req = params(*state, variables, 100);

	assert_int_equal(req.refused, 0);
	assert_true(str_eq(req.uri, STR("/a?b=c")));
	assert_non_null(req.cookie.p);
	assert_int_equal(req.cookie.n, 0);
}

/* A pair is counted as it is packed: with one or four bytes for each length. */
static void
the_limit_is_that_of_the_packed_parameters(void **state)
{
	static char value[400];
	static const struct {
		size_t value, size; /* of a name of 11 characters */
	} cases[] = { { 0, 13 }, { 127, 140 }, { 128, 144 }, { 300, 316 } };
	const char *const variables[] = { value, "HTTPS=on", NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct req req;

		memset(value, 0, sizeof(value));
		memcpy(value, "HTTP_COOKIE=", 12);
		memset(value + 12, 'v', cases[i].value);
		req = params(*state, variables, cases[i].size + 9);
		assert_int_equal(req.refused, 0);
		assert_int_equal(req.cookie.n, cases[i].value);
		assert_true(str_eq(req.https_text, STR("on")));
		/* What comes before the limit still counts. */
		req = params(*state, variables, cases[i].size + 8);
		assert_int_equal(req.refused, 431);
		assert_int_equal(req.cookie.n, cases[i].value);
		assert_null(req.https_text.p);
		req = params(*state, variables, cases[i].size - 1);
		assert_int_equal(req.refused, 431);
		assert_null(req.cookie.p);
	}
}

static int
setup(void **state)
{
	*state = arena_new(4096, 65536);
	return *state == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(variables_are_cut_at_the_first_equals_sign),
		TEST(the_limit_is_that_of_the_packed_parameters),
	};

	return UNIT_RUN(tests);
}
