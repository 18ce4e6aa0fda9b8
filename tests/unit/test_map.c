#include "unit.h"

#include <stdio.h>
#include <string.h>
#include "base/map.h"

static void
finds_what_was_put(void **state)
{
	struct map *m = map_new();
	struct str v;

	(void)state;
	assert_false(map_get(m, STR("a"), &v));
	assert_true(map_put(m, STR("a"), STR("one")));
	assert_true(map_put(m, STR(""), STR("empty name")));
	assert_true(map_put(m, STR("a\0b"), STR("")));
	assert_true(map_get(m, STR("a"), &v));
	assert_true(str_eq(v, STR("one")));
	assert_true(map_get(m, STR(""), &v));
	assert_true(str_eq(v, STR("empty name")));
	assert_true(map_get(m, STR("a\0b"), &v));
	assert_int_equal(v.n, 0);
	assert_false(map_get(m, STR("a\0c"), &v));
	assert_false(map_get(m, STR("A"), &v));
	map_free(m);
	map_free(NULL);
}

static void
replaces_a_value(void **state)
{
	struct map *m = map_new();
	struct str v;

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(map_put(m, STR("a"), STR("old")));
	assert_true(map_put(m, STR("a"), STR("new")));
	assert_true(map_get(m, STR("a"), &v));
	assert_true(str_eq(v, STR("new")));
	map_free(m);
}

static void
copies_name_and_value(void **state)
{
	char name[] = "name", value[] = "value";
	struct map *m = map_new();
	struct str v;

	(void)state;
	assert_true(map_put(m, str_of(name), str_of(value)));
	memset(name, 'x', sizeof(name));
	memset(value, 'x', sizeof(value));
	assert_true(map_get(m, STR("name"), &v));
	assert_true(str_eq(v, STR("value")));
	map_free(m);
}

static void
keeps_many_names_apart(void **state)
{
	enum { NAMES = 20000 };
	struct map *m = map_new();
	char name[16], value[16];
	struct str v;

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(value, sizeof(value), "%d", i * 7);
		assert_true(map_put(m, str_of(name), str_of(value)));
	}
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		snprintf(value, sizeof(value), "%d", i * 7);
		assert_true(map_get(m, str_of(name), &v));
		assert_true(str_eq(v, str_of(value)));
	}
	assert_false(map_get(m, STR("n20000"), &v));
	map_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_put),
		cmocka_unit_test(replaces_a_value),
		cmocka_unit_test(copies_name_and_value),
		cmocka_unit_test(keeps_many_names_apart),
	};

	return UNIT_RUN(tests);
}
