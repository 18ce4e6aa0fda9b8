#include "unit.h"

#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
compares_by_bytes_and_then_by_length(void **state)
{
	(void)state;
	assert_int_equal(str_cmp(STR("abc"), STR("abc")), 0);
	assert_true(str_cmp(STR("abc"), STR("abd")) < 0);
	assert_true(str_cmp(STR("ab"), STR("abc")) < 0);
	assert_true(str_cmp(STR("abc"), STR("ab")) > 0);
	assert_true(str_cmp(STR("\x7f"), STR("\x80")) < 0);
	assert_true(str_cmp(STR("a\0b"), STR("a\0c")) < 0);
	assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
	assert_true(str_cmp(STR_NONE, STR("a")) < 0);
	assert_true(str_eq(STR_NONE, STR("")));
	assert_true(str_eq(STR("a\0b"), STR("a\0b")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_false(str_eq(STR("a"), STR("ab")));
}

static void
ignores_the_case_of_ascii_letters_only(void **state)
{
	(void)state;
	assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
	assert_true(str_eq_nocase(STR("AZaz"), STR("azAZ")));
	assert_false(str_eq_nocase(STR("@"), STR("`")));
	assert_false(str_eq_nocase(STR("["), STR("{")));
	assert_false(str_eq_nocase(STR("\xc3\x89"), STR("\xc3\xa9")));
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
	assert_true(str_eq_nocase(STR_NONE, STR("")));
}

static void
finds_prefixes_and_characters(void **state)
{
	(void)state;
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("abc")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_true(str_starts(STR_NONE, STR_NONE));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_false(str_starts(STR("abc"), STR("b")));
	assert_int_equal(str_index(STR("a=b=c"), '='), 1);
	assert_int_equal(str_index(STR("abc="), '='), 3);
	assert_int_equal(str_index(STR("abc"), '='), -1);
	assert_int_equal(str_index(STR("ab\0c"), '\0'), 2);
	assert_int_equal(str_index(STR_NONE, 'a'), -1);
}

static void
trims_spaces_and_tabs_only(void **state)
{
	(void)state;
	assert_true(str_eq(str_trim(STR(" \t a b\t ")), STR("a b")));
	assert_true(str_eq(str_trim(STR("a")), STR("a")));
	assert_true(str_eq(str_trim(STR("\na\r")), STR("\na\r")));
	assert_int_equal(str_trim(STR(" \t ")).n, 0);
	assert_int_equal(str_trim(STR("")).n, 0);
	assert_int_equal(str_trim(STR_NONE).n, 0);
}

/* PARTS are joined with '|', each followed by one. */
static void
check_split(struct str text, const char *parts)
{
	char seen[64] = "";
	size_t n = 0;
	struct str part;

	while (str_split(&text, ',', &part)) {
		assert_true(n + part.n + 2 < sizeof(seen));
		memcpy(seen + n, part.p, part.n);
		n += part.n;
		seen[n++] = '|';
	}
	seen[n] = '\0';
	assert_string_equal(seen, parts);
	assert_false(str_split(&text, ',', &part));
}

static void
splits_into_as_many_parts_as_separators_and_one(void **state)
{
	(void)state;
	check_split(STR("a,,b"), "a||b|");
	check_split(STR("a"), "a|");
	check_split(STR("a,"), "a||");
	check_split(STR(",a"), "|a|");
	check_split(STR(","), "||");
	check_split(STR(""), "|");
	check_split(STR_NONE, "");
}

static void
finds_whole_words_only(void **state)
{
	(void)state;
	assert_true(str_has_word(STR("openid profile"), STR("openid")));
	assert_true(str_has_word(STR("openid profile"), STR("profile")));
	assert_true(str_has_word(STR("a  b"), STR("b")));
	assert_false(str_has_word(STR("openid"), STR("open")));
	assert_false(str_has_word(STR("openid"), STR("id")));
	assert_false(str_has_word(STR("OpenId"), STR("openid")));
	assert_false(str_has_word(STR("a b"), STR("a b")));
	assert_false(str_has_word(STR("a\tb"), STR("a")));
	assert_false(str_has_word(STR("a  b"), STR("")));
	assert_false(str_has_word(STR(""), STR("")));
	assert_false(str_has_word(STR_NONE, STR("a")));
}

static void
reads_numbers_up_to_the_maximum(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(str_u64(STR("0"), 0, &v));
	assert_int_equal(v, 0);
	assert_true(str_u64(STR("007"), 7, &v));
	assert_int_equal(v, 7);
	assert_true(str_u64(STR("255"), 255, &v));
	assert_int_equal(v, 255);
	assert_false(str_u64(STR("256"), 255, &v));
	assert_int_equal(v, 0);
	assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
}

static void
refuses_what_is_no_number_or_overflows(void **state)
{
	static const char *const bad[] = { "", " 1", "1 ", "+1", "-1", "-0",
		"0x10", "1e3", "1.0", "/", ":", "1a", "18446744073709551616",
		"18446744073709551620", "18446744073709551700",
		"99999999999999999999", "184467440737095516150",
		"36893488147419103232" };
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		v = 1;
		if (str_u64(str_of(bad[i]), UINT64_MAX, &v) || v != 0)
			fail_msg("'%s' was read", bad[i]);
	}
	assert_false(str_u64(STR("1\0"), UINT64_MAX, &v));
	assert_false(str_u64(STR_NONE, UINT64_MAX, &v));
}

/* The edges of Unicode's table 3-7, "Well-Formed UTF-8 Byte Sequences". */
static const struct {
	const char *text;
	bool good;
} sequences[] = {
	{ "plain", true },
	{ "\x7f", true },
	{ "\x80", false },
	{ "\xbf", false },
	{ "\xc0\x80", false },
	{ "\xc1\xbf", false },
	{ "\xc2\x7f", false },
	{ "\xc2\x80", true },
	{ "\xc2\xbf", true },
	{ "\xc2\xc0", false },
	{ "\xdf\xbf", true },
	{ "\xdf", false },
	{ "\xe0\x9f\xbf", false },
	{ "\xe0\xa0\x80", true },
	{ "\xe0\xbf\xbf", true },
	{ "\xe1\x80\x80", true },
	{ "\xe1\x80\x7f", false },
	{ "\xe1\x80\xc0", false },
	{ "\xe1\x80", false },
	{ "\xec\xbf\xbf", true },
	{ "\xed\x80\x80", true },
	{ "\xed\x9f\xbf", true },
	{ "\xed\xa0\x80", false },
	{ "\xed\xbf\xbf", false },
	{ "\xee\x80\x80", true },
	{ "\xef\xbf\xbf", true },
	{ "\xf0\x8f\xbf\xbf", false },
	{ "\xf0\x90\x80\x80", true },
	{ "\xf0\x90\x80", false },
	{ "\xf1\x80\x80\x80", true },
	{ "\xf3\xbf\xbf\xbf", true },
	{ "\xf4\x80\x80\x80", true },
	{ "\xf4\x8f\xbf\xbf", true },
	{ "\xf4\x90\x80\x80", false },
	{ "\xf5\x80\x80\x80", false },
	{ "\xf8\x88\x80\x80\x80", false },
	{ "\xff", false },
	{ "a\xc3\xa9z", true },
	{ "a\xc3z", false },
	{ "\xc3\xa9\xa9", false },
};

static void
takes_exactly_the_well_formed_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(sequences); i++) {
		if (str_is_utf8(str_of(sequences[i].text)) != sequences[i].good)
			fail_msg("sequence %zu", i);
	}
	assert_true(str_is_utf8(STR_NONE));
	assert_true(str_is_utf8(STR("a\0b")));
}

/* A sequence must not be completed by bytes behind the end. */
static void
looks_at_no_byte_behind_the_end(void **state)
{
	const char *euro = "\xe2\x82\xac";

	(void)state;
	assert_false(str_is_utf8((struct str){ euro, 1 }));
	assert_false(str_is_utf8((struct str){ euro, 2 }));
	assert_true(str_is_utf8((struct str){ euro, 3 }));
	assert_false(str_is_id((struct str){ "abc", 0 }));
	assert_true(str_is_id((struct str){ "abc/", 3 }));
}

/* At every place of a text, whose bytes are looked at many at a time. */
static void
overlooks_no_byte_of_a_long_text(void **state)
{
	char text[100];

	(void)state;
	for (size_t n = 2; n < sizeof(text); n++) {
		memset(text, 'x', n);
		for (size_t i = 0; i < n - 1; i++) {
			text[i] = '\xc3';
			assert_false(str_is_utf8((struct str){ text, n }));
			text[i + 1] = '\xab';
			assert_true(str_is_utf8((struct str){ text, n }));
			text[i] = text[i + 1] = 'x';
		}
		text[n - 1] = '\xff';
		assert_false(str_is_utf8((struct str){ text, n }));
	}
}

static void
knows_identifiers(void **state)
{
	char longest[66];
	size_t good = 0;

	(void)state;
	for (int c = 0; c < 256; c++) {
		char text = (char)c;
		bool known = c != 0 && c < 128 &&
		    strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789._:-",
			c) != NULL;

		assert_int_equal(str_is_id((struct str){ &text, 1 }), known);
		good += known;
	}
	assert_int_equal(good, 66);
	memset(longest, 'x', sizeof(longest));
	assert_true(str_is_id((struct str){ longest, 64 }));
	assert_false(str_is_id((struct str){ longest, 65 }));
	assert_true(str_is_id(STR("urn:group_1.a-B9")));
	assert_false(str_is_id(STR("")));
	assert_false(str_is_id(STR("a b")));
	assert_false(str_is_id(STR("a/b")));
	assert_false(str_is_id(STR("a\0")));
	assert_false(str_is_id(STR("\xc3\xa9")));
}

static void
knows_printable_text(void **state)
{
	(void)state;
	assert_true(str_is_print(STR(" ~")));
	assert_true(str_is_print(STR("")));
	assert_false(str_is_print(STR("\x1f")));
	assert_false(str_is_print(STR("\x7f")));
	assert_false(str_is_print(STR("a\tb")));
	assert_false(str_is_print(STR("\x80")));
	assert_false(str_is_print(STR("\xff")));
}

static void
classifies_every_single_byte(void **state)
{
	(void)state;
	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		bool digit = i >= 48 && i <= 57;
		bool upper = i >= 65 && i <= 90;
		bool lower = i >= 97 && i <= 122;
		int hex = -1;

		if (digit)
			hex = i - 48;
		else if (i >= 65 && i <= 70)
			hex = i - 55;
		else if (i >= 97 && i <= 102)
			hex = i - 87;
		assert_int_equal(char_is_digit(c), digit);
		assert_int_equal(char_is_alnum(c), digit || upper || lower);
		assert_int_equal(char_lower(c), upper ? (char)(i + 32) : c);
		assert_int_equal(char_hex(c), hex);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_by_bytes_and_then_by_length),
		cmocka_unit_test(ignores_the_case_of_ascii_letters_only),
		cmocka_unit_test(finds_prefixes_and_characters),
		cmocka_unit_test(trims_spaces_and_tabs_only),
		cmocka_unit_test(
		    splits_into_as_many_parts_as_separators_and_one),
		cmocka_unit_test(finds_whole_words_only),
		cmocka_unit_test(reads_numbers_up_to_the_maximum),
		cmocka_unit_test(refuses_what_is_no_number_or_overflows),
		cmocka_unit_test(takes_exactly_the_well_formed_utf8),
		cmocka_unit_test(looks_at_no_byte_behind_the_end),
		cmocka_unit_test(overlooks_no_byte_of_a_long_text),
		cmocka_unit_test(knows_identifiers),
		cmocka_unit_test(knows_printable_text),
		cmocka_unit_test(classifies_every_single_byte),
	};

	return UNIT_RUN(tests);
}
