#include "base/map.h"

#include <stdio.h>
#include "unit.h"

static int
make_map(void **state)
{
	*state = map_new();
	return *state == NULL;
}

static int
drop_map(void **state)
{
	map_free(*state);
	return 0;
}

static void
assert_value(const struct map *m, struct str name, struct str wanted)
{
	struct str value;

	assert_true(map_get(m, name, &value));
	assert_true(str_eq(value, wanted));
}

static void
a_name_is_found_after_it_was_put(void **state)
{
	struct map *m = *state;
	struct str value;

	assert_false(map_get(m, STR("a"), &value));
	assert_true(map_put(m, STR("a"), STR("1")));
	assert_value(m, STR("a"), STR("1"));
	assert_false(map_get(m, STR("A"), &value));
	assert_false(map_get(m, STR("ab"), &value));
	assert_false(map_get(m, STR(""), &value));
}

static void
a_value_is_replaced(void **state)
{
	struct map *m = *state;

	assert_true(map_put(m, STR("a"), STR("1")));
	assert_true(map_put(m, STR("b"), STR("2")));
	assert_true(map_put(m, STR("a"), STR("longer than before")));
	assert_value(m, STR("a"), STR("longer than before"));
	assert_value(m, STR("b"), STR("2"));
}

/* A check over an import compares with what stood there a moment ago. */
static void
a_replaced_value_can_still_be_read(void **state)
{
	struct map *m = *state;
	struct str old;

	assert_true(map_put(m, STR("a"), STR("old")));
	assert_true(map_get(m, STR("a"), &old));
	assert_true(map_put(m, STR("a"), STR("new")));
	assert_true(str_eq(old, STR("old")));
}

static void
empty_texts_and_any_byte_are_allowed(void **state)
{
	struct map *m = *state;

	assert_true(map_put(m, STR(""), STR("")));
	assert_true(map_put(m, STR("a\0b"), STR("c\0d")));
	assert_value(m, STR(""), STR(""));
	assert_value(m, STR("a\0b"), STR("c\0d"));
	assert_true(map_put(m, STR("a\0c"), STR_NONE));
	assert_value(m, STR("a\0c"), STR(""));
	assert_value(m, STR("a\0b"), STR("c\0d"));
}

static void
both_texts_are_copied(void **state)
{
	struct map *m = *state;
	char name[] = "name", value[] = "value";

	assert_true(map_put(m, str_of(name), str_of(value)));
	name[0] = value[0] = 'x';
	assert_value(m, STR("name"), STR("value"));
}

static void
all_names_survive_growth(void **state)
{
	struct map *m = *state;
	char name[32], value[32];

	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "account-%d", i % 10000);
		snprintf(value, sizeof(value), "%d", i);
		assert_true(map_put(m, str_of(name), str_of(value)));
	}
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "account-%d", i);
		snprintf(value, sizeof(value), "%d", i + 10000);
		assert_value(m, str_of(name), str_of(value));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_map, drop_map)
		TEST(a_name_is_found_after_it_was_put),
		TEST(a_value_is_replaced),
		TEST(a_replaced_value_can_still_be_read),
		TEST(empty_texts_and_any_byte_are_allowed),
		TEST(both_texts_are_copied),
		TEST(all_names_survive_growth),
#undef TEST
	};

	return UNIT_RUN(tests);
}
