#include "http/etag.h"

#include "unit.h"

static void
assert_matches(const char *value, bool wanted)
{
	if (etag_matches(str_of(value), STR("\"abc\"")) != wanted)
		fail_msg("If-None-Match: %s", value);
}

static void
a_tag_alone_or_in_a_list_matches(void **state)
{
	static const char *const values[] = {
		"\"abc\"",
		"  \"abc\"\t",
		"\"x\", \"abc\"",
		"\"abc\",\"x\"",
		"\"x\" , \"abc\" , \"y\"",
		"\"a,b\", \"abc\"",
		", \"abc\", ,",
		"\"\", \"abc\"",
		"\"\xc3\xa9\", \"abc\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_matches(values[i], true);
}

/* The web server weakens the tag of what it compresses. */
static void
a_weak_tag_matches_too(void **state)
{
	(void)state;
	assert_matches("W/\"abc\"", true);
	assert_matches("\"x\", W/\"abc\"", true);
	assert_matches("W/\"x\"", false);
}

static void
a_star_matches_anything(void **state)
{
	(void)state;
	assert_matches("*", true);
	assert_matches(" * ", true);
	assert_matches("\"*\"", false);
}

static void
another_tag_does_not_match(void **state)
{
	static const char *const values[] = {
		"",
		" ",
		",",
		"\"\"",
		"\"ABC\"",
		"\"ab\"",
		"\"abcd\"",
		"\" abc\"",
		"\"x\", \"y\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_matches(values[i], false);
}

static void
a_value_that_is_not_well_formed_matches_nothing(void **state)
{
	static const char *const values[] = {
		"abc",
		"\"abc",
		"abc\"",
		"'abc'",
		"w/\"abc\"",
		"W\"abc\"",
		"W/ \"abc\"",
		"W/",
		"W/W/\"abc\"",
		"\"abc\" \"x\"",
		"\"abc\"\"x\"",
		"\"abc\"x",
		"\"abc\", x",
		"\"abc\", *",
		"*, \"abc\"",
		"**",
		"\"abc\", \"x",
		"\"abc\"; \"x\"",
		"\"abc\", \"x y\"",
		"\"abc\", \"x\x7f\"",
		"\"abc\", \"x\ty\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_matches(values[i], false);
	assert_false(etag_matches(STR("\"abc\", \"\0\""), STR("\"abc\"")));
	assert_false(etag_matches(STR_NONE, STR("\"abc\"")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_alone_or_in_a_list_matches),
		cmocka_unit_test(a_weak_tag_matches_too),
		cmocka_unit_test(a_star_matches_anything),
		cmocka_unit_test(another_tag_does_not_match),
		cmocka_unit_test(
		    a_value_that_is_not_well_formed_matches_nothing),
	};

	return UNIT_RUN(tests);
}
