#include "http/form.h"

#include "arena_fixture.h"
#include "base/buf.h"
#include "unit.h"

static void
assert_decodes(struct arena *a, struct str raw, bool plus, struct str wanted)
{
	struct str out;

	if (!percent_decode(a, raw, plus, &out) || !str_eq(out, wanted))
		fail_msg("%.*s became %.*s", STR_ARG(raw), STR_ARG(out));
}

static void
escapes_are_decoded_once(void **state)
{
	assert_decodes(*state, STR(""), false, STR(""));
	assert_decodes(*state, STR("abc"), false, STR("abc"));
	assert_decodes(*state, STR("%41%7a%7A%2f"), false, STR("Azz/"));
	assert_decodes(*state, STR("%2561"), false, STR("%61"));
	assert_decodes(*state, STR("%25"), false, STR("%"));
	assert_decodes(*state, STR("a%00b"), false, STR("a\0b"));
	assert_decodes(*state, STR("%C3%A9%ff"), false, STR("\xc3\xa9\xff"));
}

static void
plus_is_a_space_only_where_it_is_asked_for(void **state)
{
	assert_decodes(*state, STR("a+b+"), true, STR("a b "));
	assert_decodes(*state, STR("a%2Bb+c"), true, STR("a+b c"));
	assert_decodes(*state, STR("a+b"), false, STR("a+b"));
	assert_decodes(*state, STR("a+b%41"), false, STR("a+bA"));
}

static void
text_without_escapes_is_not_copied(void **state)
{
	struct str raw = STR("plain+"), out;

	assert_true(percent_decode(*state, raw, false, &out));
	assert_ptr_equal(out.p, raw.p);
}

static void
bad_escapes_are_refused(void **state)
{
	static const char *const bad[] = { "%", "%4", "a%", "a%4", "%zz", "%4z",
		"%z4", "%%41", "%-1", "% 1", "%+1", "%u0041", "ok%41%" };
	struct str out;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (percent_decode(*state, str_of(bad[i]), true, &out))
			fail_msg("%s was taken", bad[i]);
	}
}

static void
lack_of_memory_is_no_text(void **state)
{
	struct arena *small = arena_new(16, 16);
	struct str out;

	(void)state;
	assert_false(percent_decode(
	    small, STR("%41bcdefghijklmnopqrstuvwxyz"), false, &out));
	arena_free(small);
}

/* The pairs as "name:value|..."; "!" where one was bad. */
static const char *
pairs(struct arena *a, struct str text)
{
	struct str rest = text, name, value;
	struct buf out;
	bool bad;

	buf_init_arena(&out, a, 4096);
	for (;;) {
		if (form_next(a, &rest, &name, &value, &bad))
			buf_printf(
			    &out, "%.*s:%.*s|", STR_ARG(name), STR_ARG(value));
		else if (bad)
			buf_byte(&out, '!');
		else
			break;
	}
	return arena_str(a, buf_view(&out)).p;
}

static void
pairs_come_in_order(void **state)
{
	assert_string_equal(pairs(*state, STR("a=1&b=2")), "a:1|b:2|");
	assert_string_equal(pairs(*state, STR("a=1&a=2")), "a:1|a:2|");
	assert_string_equal(pairs(*state, STR("a=b=c")), "a:b=c|");
	assert_string_equal(pairs(*state, STR("a;b=1")), "a;b:1|");
}

static void
empty_pairs_are_passed_over(void **state)
{
	assert_string_equal(pairs(*state, STR("")), "");
	assert_string_equal(pairs(*state, STR_NONE), "");
	assert_string_equal(pairs(*state, STR("&")), "");
	assert_string_equal(pairs(*state, STR("&&a=1&&b=2&&")), "a:1|b:2|");
}

static void
name_or_value_may_be_empty(void **state)
{
	assert_string_equal(pairs(*state, STR("a")), "a:|");
	assert_string_equal(pairs(*state, STR("a=")), "a:|");
	assert_string_equal(pairs(*state, STR("=")), ":|");
	assert_string_equal(pairs(*state, STR("=1&b")), ":1|b:|");
}

static void
a_value_is_never_without_memory(void **state)
{
	struct str rest = STR("a"), name, value;
	bool bad;

	assert_true(form_next(*state, &rest, &name, &value, &bad));
	assert_non_null(value.p);
}

static void
names_and_values_are_decoded_after_the_split(void **state)
{
	assert_string_equal(pairs(*state, STR("a%3Db=c%26d&e+f=g%2Bh+i")),
	    "a=b:c&d|e f:g+h i|");
}

static void
a_bad_pair_is_told_and_the_next_can_be_read(void **state)
{
	assert_string_equal(pairs(*state, STR("a=1&b=%zz&c=3")), "a:1|!c:3|");
	assert_string_equal(pairs(*state, STR("%=1&c=3")), "!c:3|");
	assert_string_equal(pairs(*state, STR("a=%")), "!");
}

static void
a_nul_is_bad(void **state)
{
	assert_string_equal(pairs(*state, STR("a%00b=1")), "!");
	assert_string_equal(pairs(*state, STR("a=1%00&b=2")), "!b:2|");
	assert_string_equal(pairs(*state, STR("a=\0")), "!");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
		TEST(escapes_are_decoded_once),
		TEST(plus_is_a_space_only_where_it_is_asked_for),
		TEST(text_without_escapes_is_not_copied),
		TEST(bad_escapes_are_refused),
		TEST(lack_of_memory_is_no_text),
		TEST(pairs_come_in_order),
		TEST(empty_pairs_are_passed_over),
		TEST(name_or_value_may_be_empty),
		TEST(a_value_is_never_without_memory),
		TEST(names_and_values_are_decoded_after_the_split),
		TEST(a_bad_pair_is_told_and_the_next_can_be_read),
		TEST(a_nul_is_bad),
#undef TEST
	};

	return UNIT_RUN(tests);
}
