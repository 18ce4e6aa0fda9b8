#include "directory/version.h"

#include <stdio.h>
#include "base/arena.h"
#include "unit.h"

static int
parse(const char *text, struct version *out, struct why *why)
{
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *line;
	int rc;

	assert_int_equal(json_parse(arena, str_of(text), 4096, &line, why), 0);
	rc = version_parse(line, out, why);
	arena_free(arena);
	return rc;
}

static void
a_version_is_an_unsigned_64_bit_number_or_absent(void **state)
{
	static const char *const bad[] = { "-1", "1.0", "1e3", "\"1\"", "null",
		"18446744073709551616", "true" };
	struct version v;
	struct why why;
	char text[64];

	(void)state;
	assert_int_equal(parse("{}", &v, &why), 0);
	assert_false(v.given);
	assert_int_equal(parse("{\"version\":0}", &v, &why), 0);
	assert_true(v.given);
	assert_int_equal(v.number, 0);
	assert_int_equal(
	    parse("{\"version\":18446744073709551615}", &v, &why), 0);
	assert_true(v.number == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"version\":%s}", bad[i]);
		assert_int_equal(parse(text, &v, &why), HUB_EINVAL);
		assert_int_equal(strncmp(why.text, "/version: ", 10), 0);
	}
}

static void
only_a_smaller_version_comes_too_late(void **state)
{
	static const struct version none = { false, 0 }, one = { true, 1 },
				    two = { true, 2 };

	(void)state;
	assert_true(version_is_older(one, two));
	assert_false(version_is_older(two, one));
	assert_false(version_is_older(one, one));
	assert_false(version_is_older(none, two));
	assert_false(version_is_older(one, none));
	assert_int_equal(version_after(none, two).number, 2);
	assert_true(version_after(none, two).given);
	assert_int_equal(version_after(one, none).number, 1);
	assert_false(version_after(none, none).given);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_version_is_an_unsigned_64_bit_number_or_absent),
		cmocka_unit_test(only_a_smaller_version_comes_too_late),
	};

	return UNIT_RUN(tests);
}
