#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "arena_fixture.h"
#include "base/json_in.h"

#define MAX_TEXT (2 * 1024 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct json *
parsed(struct str text)
{
	const struct json *root;
	struct why why = { "" };

	if (json_parse(arena, text, MAX_TEXT, &root, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(text), why.text);
	assert_non_null(root);
	return root;
}

/* A refusal leaves no tree and says why in a short plain sentence. */
static void
assert_refused(const char *name, struct str text, int err)
{
	const struct json *root = (const struct json *)&root;
	struct why why = { "" };
	int rc = json_parse(arena, text, MAX_TEXT, &root, &why);
	size_t n = strlen(why.text);

	if (rc != err || root != NULL)
		fail_msg("%s: %d (%s)", name, rc, why.text);
	if (n == 0 || n > 120 || !str_is_print((struct str){ why.text, n }))
		fail_msg("%s: the sentence is '%s'", name, why.text);
	arena_reset(arena);
}

/*
 * The names of the next two tables are those of JSONTestSuite, as far as it
 * has the case.
 */
struct text {
	const char *name;
	struct str text;
};

/* As STR(), but a constant expression. */
#define LIT(literal)                                                           \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct text good[] = {
	{ "y_structure_lonely_null", LIT("null") },
	{ "y_structure_lonely_true", LIT("true") },
	{ "y_structure_lonely_false", LIT("false") },
	{ "y_structure_lonely_int", LIT("42") },
	{ "y_structure_lonely_negative_real", LIT("-0.1") },
	{ "y_structure_lonely_string", LIT("\"asd\"") },
	{ "y_structure_string_empty", LIT("\"\"") },
	{ "y_structure_trailing_newline", LIT("[\"a\"]\n") },
	{ "y_structure_whitespace_array", LIT(" [] ") },
	{ "y_all_whitespace", LIT("\t\r\n {\t\r\n }\t\r\n ") },
	{ "y_array_empty", LIT("[]") },
	{ "y_array_arraysWithSpaces", LIT("[[]   ]") },
	{ "y_array_heterogeneous", LIT("[null, 1, \"1\", {}]") },
	{ "y_array_with_several_null", LIT("[1,null,null,null,2]") },
	{ "y_number", LIT("[123e65]") },
	{ "y_number_0e+1", LIT("[0e+1]") },
	{ "y_number_0e1", LIT("[0e1]") },
	{ "y_number_after_space", LIT("[ 4]") },
	{ "y_number_double_close_to_zero", LIT("[-0.00000000000000000001]") },
	{ "y_number_int_with_exp", LIT("[20e1]") },
	{ "y_number_minus_zero", LIT("[-0]") },
	{ "y_number_negative_int", LIT("[-123]") },
	{ "y_number_real_capital_e_neg_exp", LIT("[1E-2]") },
	{ "y_number_real_capital_e_pos_exp", LIT("[1E+2]") },
	{ "y_number_real_fraction_exponent", LIT("[123.456e78]") },
	{ "i_number_huge_exp", LIT("[0.4e00669999999999999999999999]") },
	{ "i_number_too_big_pos_int", LIT("[100000000000000000000]") },
	{ "i_number_real_overflow", LIT("[123123e100000]") },
	{ "y_object_empty", LIT("{}") },
	{ "y_object_empty_key", LIT("{\"\":0}") },
	{ "y_object_basic", LIT("{\"asd\":\"sdf\"}") },
	{ "y_object_with_newlines", LIT("{\n\"a\": \"b\"\n}") },
	{ "y_object_names_of_two_cases", LIT("{\"a\":1,\"A\":2}") },
	{ "y_object_same_name_on_two_levels", LIT("{\"a\":{\"a\":1}}") },
	{ "y_string_allowed_escapes", LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"") },
	{ "y_string_backslash_and_u_escaped_zero", LIT("\"\\\\u0000\"") },
	{ "y_string_backslash_and_u_escaped_low", LIT("\"\\\\uDC00\"") },
	{ "y_string_accepted_surrogate_pair", LIT("\"\\uD801\\udc37\"") },
	{ "y_string_two_pairs", LIT("\"\\uD83d\\uDe39\\uD83d\\uDc8d\"") },
	{ "y_string_last_surrogates", LIT("\"\\uDBFF\\uDFFF\"") },
	{ "y_string_nonCharacter_ffff", LIT("\"\\uFFFF\"") },
	{ "y_string_escaped_control_character", LIT("\"\\u0012\"") },
	{ "y_string_unescaped_del", LIT("\"\x7f\"") },
	{ "y_string_double_escape_a", LIT("\"\\\\a\"") },
	{ "y_string_comments", LIT("\"a/*b*/c//d#e\"") },
	{ "y_string_utf8", LIT("\"\xe2\x82\xac\xf0\x9d\x84\x9e\"") },
	{ "y_string_u+2028_line_sep", LIT("\"\xe2\x80\xa8\"") },
	{ "y_string_BOM_inside", LIT("\"\xef\xbb\xbf\"") },
};

static const struct text bad[] = {
	{ "n_structure_no_data", LIT("") },
	{ "n_single_space", LIT(" ") },
	{ "n_only_whitespace", LIT("\r\n\t \n") },
	{ "i_structure_UTF-8_BOM_empty_object", LIT("\xef\xbb\xbf{}") },
	{ "n_structure_UTF8_BOM_no_data", LIT("\xef\xbb\xbf") },
	{ "n_structure_incomplete_UTF8_BOM", LIT("\xef\xbb{}") },
	{ "i_string_utf16LE", LIT("[\0\"\0a\0\"\0]\0") },
	{ "n_structure_whitespace_formfeed", LIT("[\f]") },
	{ "n_structure_vertical_tab", LIT("\v[]") },
	{ "n_structure_no-break_space", LIT("[\xc2\xa0]") },
	{ "n_structure_word_joiner", LIT("[\xe2\x81\xa0]") },
	{ "n_structure_null-byte-outside-string", LIT("[\0]") },
	{ "n_multidigit_number_then_00", LIT("123\0") },
	{ "n_structure_nul_behind_the_end", LIT("{}\0") },
	{ "n_structure_trailing_quotation_mark", LIT("{}\"") },
	{ "n_structure_unclosed_string_behind", LIT("\"asd\"\"a") },
	{ "n_structure_unclosed_string_behind_a_number", LIT("1 \"\\\"") },
	{ "n_structure_object_with_trailing_garbage", LIT("{\"a\":1}#") },
	{ "n_structure_double_array", LIT("[][]") },
	{ "n_structure_two_documents", LIT("{}\n{}\n") },
	{ "n_structure_two_numbers", LIT("1 2") },
	{ "n_structure_close_unopened_array", LIT("1]") },
	{ "n_structure_trailing_bracket", LIT("[1]]") },
	{ "n_structure_end_array", LIT("]") },
	{ "n_structure_lone_comma", LIT(",") },
	{ "n_structure_comma_behind", LIT("{},") },
	{ "n_structure_open_array", LIT("[") },
	{ "n_structure_open_object", LIT("{") },
	{ "n_structure_unclosed_array", LIT("[1") },
	{ "n_structure_unclosed_array_comma", LIT("[1,") },
	{ "n_structure_unclosed_object", LIT("{\"a\":1") },
	{ "n_structure_array_closed_as_object", LIT("[}") },
	{ "n_structure_object_closed_as_array", LIT("{]") },
	{ "n_structure_comment", LIT("[1/*c*/]") },
	{ "n_structure_line_comment", LIT("[1]// c\n") },
	{ "n_structure_comment_before", LIT("/**/{}") },
	{ "n_structure_hash_comment", LIT("# c\n{}") },
	{ "n_structure_capitalized_True", LIT("[True]") },
	{ "n_structure_null_capital", LIT("NULL") },
	{ "n_incomplete_false", LIT("[fals]") },
	{ "n_incomplete_null", LIT("[nul]") },
	{ "n_incomplete_true_lonely", LIT("tru") },
	{ "n_structure_word_too_long", LIT("[truer]") },
	{ "n_structure_ascii_word", LIT("[asd]") },
	{ "n_structure_angle_bracket", LIT("[<null>]") },
	{ "n_structure_uescaped_LF", LIT("[\\u000A\"\"]") },
	{ "n_structure_backslash", LIT("[\\]") },
	{ "n_array_extra_comma", LIT("[\"\",]") },
	{ "n_array_double_comma", LIT("[1,,2]") },
	{ "n_array_comma_first", LIT("[,1]") },
	{ "n_array_just_comma", LIT("[,]") },
	{ "n_array_inner_array_no_comma", LIT("[3[4]]") },
	{ "n_array_1_true_without_comma", LIT("[1 true]") },
	{ "n_array_colon_instead_of_comma", LIT("[\"\": 1]") },
	{ "n_array_star_inside", LIT("[*]") },
	{ "n_number_lonely_minus", LIT("-") },
	{ "n_number_minus", LIT("[-]") },
	{ "n_number_minus_space_1", LIT("[- 1]") },
	{ "n_number_neg_int_starting_with_zero", LIT("[-012]") },
	{ "n_number_-01", LIT("[-01]") },
	{ "n_number_with_leading_zero", LIT("[012]") },
	{ "n_number_lonely_leading_zero", LIT("01") },
	{ "n_number_double_zero", LIT("00") },
	{ "n_number_1.", LIT("1.") },
	{ "n_number_-2.", LIT("[-2.]") },
	{ "n_number_2.e3", LIT("[2.e3]") },
	{ "n_number_2.e-3", LIT("[2.e-3]") },
	{ "n_number_.5", LIT(".5") },
	{ "n_number_-.123", LIT("[-.123]") },
	{ "n_number_1e", LIT("1e") },
	{ "n_number_0_capital_E+", LIT("[0E+]") },
	{ "n_number_1.0e-", LIT("[1.0e-]") },
	{ "n_number_1eE2", LIT("[1eE2]") },
	{ "n_number_1e1.5", LIT("[1e1.5]") },
	{ "n_number_++", LIT("[++1234]") },
	{ "n_number_+1", LIT("+1") },
	{ "n_number_1_000", LIT("[1 000.0]") },
	{ "n_number_1_000_underscore", LIT("[1_000]") },
	{ "n_number_hex", LIT("[0x42]") },
	{ "n_number_NaN", LIT("[NaN]") },
	{ "n_number_nan", LIT("nan") },
	{ "n_number_Inf", LIT("[Inf]") },
	{ "n_number_infinity", LIT("[Infinity]") },
	{ "n_number_minus_infinity", LIT("[-Infinity]") },
	{ "n_number_with_alpha", LIT("[1.2a-3]") },
	{ "n_number_U+FF11_fullwidth_digit", LIT("[\xef\xbc\x91]") },
	{ "n_object_bad_value", LIT("[\"x\", truth]") },
	{ "n_object_missing_value", LIT("{\"a\":") },
	{ "n_object_missing_value_closed", LIT("{\"a\":}") },
	{ "n_object_no-colon", LIT("{\"a\"") },
	{ "n_object_missing_colon", LIT("{\"a\" b}") },
	{ "n_object_double_colon", LIT("{\"x\"::\"b\"}") },
	{ "n_object_comma_instead_of_colon", LIT("{\"x\", null}") },
	{ "n_object_unquoted_key", LIT("{a: \"b\"}") },
	{ "n_object_single_quote", LIT("{'a':0}") },
	{ "n_object_non_string_key", LIT("{1:1}") },
	{ "n_object_null_key", LIT("{null:1}") },
	{ "n_object_trailing_comma", LIT("{\"id\":0,}") },
	{ "n_object_two_commas_in_a_row", LIT("{\"a\":0,,\"b\":1}") },
	{ "n_object_lone_comma", LIT("{,}") },
	{ "n_object_key_with_no_value", LIT("{\"a\"}") },
	{ "n_object_several_members_no_comma", LIT("{\"a\":1 \"b\":2}") },
	{ "y_object_duplicated_key", LIT("{\"a\":\"b\",\"a\":\"c\"}") },
	{ "y_object_duplicated_key_and_value", LIT("{\"a\":1,\"a\":1}") },
	{ "y_object_duplicated_empty_key", LIT("{\"\":1,\"\":1}") },
	{ "n_object_twins_by_escape", LIT("{\"a\":1,\"\\u0061\":2}") },
	{ "n_object_twins_by_solidus", LIT("{\"/\":1,\"\\/\":2}") },
	{ "n_object_twins_by_surrogates",
	    LIT("{\"\xf0\x9d\x84\x9e\":1,\"\\uD834\\uDD1E\":2}") },
	{ "n_object_twins_far_apart",
	    LIT("{\"a\":1,\"b\":2,\"c\":{\"a\":1},\"d\":[{}],\"a\":3}") },
	{ "n_object_twins_deep_inside",
	    LIT("[{\"x\":[{\"b\":1,\"a\":2,\"b\":1}]}]") },
	{ "n_string_unclosed", LIT("\"abc") },
	{ "n_string_single_doublequote", LIT("\"") },
	{ "n_string_single_quote", LIT("['x']") },
	{ "n_string_escaped_closing_quote", LIT("\"a\\\"") },
	{ "n_string_escape_x", LIT("\"\\x00\"") },
	{ "n_string_escaped_emoji", LIT("\"\\\xf0\x9f\x8c\x80\"") },
	{ "n_string_escape_capital_U", LIT("\"\\U0041\"") },
	{ "n_string_backslash_at_the_end", LIT("\"\\") },
	{ "n_string_backslash_00", LIT("\"\\\0\"") },
	{ "n_string_incomplete_escaped_character", LIT("\"\\u00A\"") },
	{ "n_string_u_at_the_end", LIT("\"\\u") },
	{ "n_string_invalid_unicode_escape", LIT("\"\\uqqqq\"") },
	{ "n_string_escape_of_spaces", LIT("\"\\u 041\"") },
	{ "n_string_unescaped_newline", LIT("\"new\nline\"") },
	{ "n_string_unescaped_tab", LIT("\"\t\"") },
	{ "n_string_unescaped_return", LIT("\"\r\"") },
	{ "n_string_unescaped_ctrl_char", LIT("\"a\0a\"") },
	{ "n_string_unescaped_1f", LIT("\"\x1f\"") },
	{ "n_string_newline_in_name", LIT("{\"a\n\":1}") },
	{ "y_string_null_escape", LIT("\"\\u0000\"") },
	{ "n_string_null_escape_in_name", LIT("{\"a\\u0000b\":1}") },
	{ "n_string_null_escape_behind_others", LIT("\"\\\\\\u0041\\u0000\"") },
	{ "i_string_1st_surrogate_but_2nd_missing", LIT("\"\\uDADA\"") },
	{ "n_string_high_and_no_end", LIT("\"\\uD800") },
	{ "i_string_1st_valid_surrogate_2nd_invalid",
	    LIT("\"\\uD888\\u1234\"") },
	{ "i_string_incomplete_surrogates_escape",
	    LIT("\"\\uD800\\uD800\\n\"") },
	{ "i_string_inverted_surrogates", LIT("\"\\uDd1e\\uD834\"") },
	{ "i_string_lone_second_surrogate", LIT("\"\\uDFAA\"") },
	{ "n_string_1_surrogate_then_escape_u", LIT("\"\\uD800\\u\"") },
	{ "n_string_1_surrogate_then_escape_u1x", LIT("\"\\uD800\\u1x\"") },
	{ "n_string_surrogate_then_letter", LIT("\"\\uD800x\"") },
	{ "n_string_pair_then_low", LIT("\"\\uD834\\uDD1E\\uDC00\"") },
	{ "i_string_invalid_utf-8", LIT("\"\xff\"") },
	{ "i_string_iso_latin_1", LIT("\"\xe9\"") },
	{ "i_string_lone_utf8_continuation_byte", LIT("\"\x81\"") },
	{ "i_string_overlong_sequence_2_bytes", LIT("\"\xc0\xaf\"") },
	{ "i_string_not_in_unicode_range", LIT("\"\xf4\xbf\xbf\xbf\"") },
	{ "i_string_UTF8_surrogate_U+D800", LIT("\"\xed\xa0\x80\"") },
	{ "i_string_truncated-utf-8", LIT("\"\xe0\xff\"") },
	{ "n_string_utf8_cut_by_the_quote", LIT("\"\xc3\"") },
	{ "n_object_overlong_name", LIT("{\"\xc1\xa1\":1}") },
	{ "n_structure_invalid_utf8_behind", LIT("[]\xff") },
};

static void
takes_all_of_the_grammar(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		const struct json *root;
		struct why why = { "" };

		if (json_parse(arena, good[i].text, MAX_TEXT, &root, &why) != 0)
			fail_msg("%s: %s", good[i].name, why.text);
		assert_non_null(root);
		arena_reset(arena);
	}
}

static void
refuses_all_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_refused(bad[i].name, bad[i].text, HUB_EINVAL);
	assert_refused("no text", STR_NONE, HUB_EINVAL);
}

/* A prefix of an object or array is none yet, wherever it is cut. */
static void
refuses_every_prefix(void **state)
{
	const struct str whole = STR("{\"a\\u00e9\": [1.5e+3, true, false, "
				     "null, \"\\ud834\\udd1e\xc3\xa9\"]}");

	(void)state;
	for (size_t n = 0; n < whole.n; n++)
		assert_refused(
		    "prefix", (struct str){ whole.p, n }, HUB_EINVAL);
	parsed(whole);
}

static void
builds_the_tree_in_the_order_of_the_text(void **state)
{
	const struct json *root =
	    parsed(STR("{\"b\": [1, \"x\", null], \"a\": {\"c\": true}, "
		       "\"d\": false}"));
	const struct json *m = root->child;

	(void)state;
	assert_int_equal(root->type, JSON_OBJECT);
	assert_int_equal(root->count, 3);
	assert_null(root->next);
	assert_true(str_eq(m->name, STR("b")));
	assert_int_equal(m->type, JSON_ARRAY);
	assert_int_equal(m->count, 3);
	assert_int_equal(m->child->type, JSON_NUMBER);
	assert_true(str_eq(m->child->text, STR("1")));
	assert_null(m->child->name.p);
	assert_int_equal(m->child->next->type, JSON_STRING);
	assert_int_equal(m->child->next->next->type, JSON_NULL);
	assert_null(m->child->next->next->next);
	m = m->next;
	assert_true(str_eq(m->name, STR("a")));
	assert_int_equal(m->count, 1);
	assert_true(str_eq(m->child->name, STR("c")));
	assert_int_equal(m->child->type, JSON_TRUE);
	m = m->next;
	assert_true(str_eq(m->name, STR("d")));
	assert_int_equal(m->type, JSON_FALSE);
	assert_null(m->next);
}

static void
decodes_strings_and_names(void **state)
{
	static const struct {
		struct str text, decoded;
	} cases[] = {
		{ LIT("\"\""), LIT("") },
		{ LIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
		    LIT("\"\\/\b\f\n\r\t") },
		{ LIT("\"\\u0041\\u00e9\\u20AC\""),
		    LIT("A\xc3\xa9\xe2\x82"
			"\xac") },
		{ LIT("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\""),
		    LIT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf") },
		{ LIT("\"\\ud834\\uDD1E\""), LIT("\xf0\x9d\x84\x9e") },
		{ LIT("\"\\ud800\\udc00\\udbff\\udfff\""),
		    LIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
		{ LIT("\"a\\\\u0000\""), LIT("a\\u0000") },
		{ LIT("\"\xe2\x82\xac\""), LIT("\xe2\x82\xac") },
		{ LIT("\"\\u0001\""), LIT("\x01") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct json *root = parsed(cases[i].text);
		struct str s;

		if (!json_string(root, &s) || !str_eq(s, cases[i].decoded))
			fail_msg("%.*s", STR_ARG(cases[i].text));
		assert_int_equal(s.p[s.n], '\0');
	}
	assert_non_null(json_get(parsed(STR("{\"\\u0061\\n\":1}")), "a\n"));
}

static void
copies_the_text(void **state)
{
	char text[] = "{\"name\": \"value\", \"n\": 12}";
	const struct json *root = parsed(str_of(text));
	struct str s;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_true(json_string(json_get(root, "name"), &s));
	assert_true(str_eq(s, STR("value")));
	assert_true(str_eq(json_get(root, "n")->text, STR("12")));
}

static void
keeps_the_spelling_of_numbers(void **state)
{
	static const char *const spelled[] = { "0", "-0", "1.0", "1E+2",
		"1e-02", "0.10", "123456789012345678901234567890",
		"-0.00000000000000000000000000000000000000001", "1e999999" };

	(void)state;
	for (size_t i = 0; i < COUNT(spelled); i++) {
		const struct json *root = parsed(str_of(spelled[i]));

		assert_int_equal(root->type, JSON_NUMBER);
		assert_true(str_eq(root->text, str_of(spelled[i])));
	}
}

static void
finds_members_by_their_whole_name(void **state)
{
	const struct json *root = parsed(STR("{\"ab\":1,\"a\":2,\"\":3}"));
	uint64_t v;

	(void)state;
	assert_true(json_u64(json_get(root, "a"), 9, &v));
	assert_int_equal(v, 2);
	assert_true(json_u64(json_get(root, ""), 9, &v));
	assert_int_equal(v, 3);
	assert_null(json_get(root, "abc"));
	assert_null(json_get(root, "A"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_get(parsed(STR("[\"a\"]")), "a"));
	assert_null(json_get(parsed(STR("\"a\"")), "a"));
}

static void
reads_whole_numbers_only(void **state)
{
	static const char *const not_whole[] = { "-1", "-0", "1.0", "1e0",
		"0.0", "18446744073709551616", "\"1\"", "true", "null", "[]",
		"{}" };
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < COUNT(not_whole); i++) {
		v = 1;
		if (json_u64(parsed(str_of(not_whole[i])), UINT64_MAX, &v) ||
		    v != 0)
			fail_msg("%s", not_whole[i]);
	}
	assert_false(json_u64(NULL, UINT64_MAX, &v));
	assert_true(json_u64(parsed(STR("0")), 0, &v));
	assert_int_equal(v, 0);
	assert_true(json_u64(parsed(STR("100")), 100, &v));
	assert_int_equal(v, 100);
	assert_false(json_u64(parsed(STR("101")), 100, &v));
	assert_true(
	    json_u64(parsed(STR("18446744073709551615")), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
}

static void
reads_strings_only_as_strings(void **state)
{
	static const char *const others[] = { "1", "true", "null", "[]", "{}" };
	struct str s;

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++) {
		s = STR("left");
		assert_false(json_string(parsed(str_of(others[i])), &s));
		assert_null(s.p);
	}
	assert_false(json_string(NULL, &s));
}

/* N openings, a value and as many closings, in turn arrays and objects. */
static struct str
nested(size_t n)
{
	char *text = arena_alloc(arena, 8 * n + 8);
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		const char *open = i % 2 == 0 ? "[" : "{\"a\":";

		memcpy(text + at, open, strlen(open));
		at += strlen(open);
	}
	text[at++] = '1';
	for (size_t i = n; i-- > 0;)
		text[at++] = i % 2 == 0 ? ']' : '}';
	return (struct str){ text, at };
}

static void
goes_down_64_levels_and_no_further(void **state)
{
	(void)state;
	parsed(nested(JSON_DEPTH));
	assert_refused("65 levels", nested(JSON_DEPTH + 1), HUB_ETOOBIG);
	assert_refused("many levels", nested(100000), HUB_ETOOBIG);
	parsed(STR("[[[]],[[]],{\"a\":[]}]"));
}

static void
refuses_a_text_over_the_maximum(void **state)
{
	const struct json *root;
	struct why why = { "" };

	(void)state;
	assert_int_equal(json_parse(arena, STR("[1]"), 3, &root, &why), 0);
	assert_int_equal(
	    json_parse(arena, STR("[1] "), 3, &root, &why), HUB_ETOOBIG);
	assert_null(root);
	assert_string_equal(why.text, "longer than 3 bytes");
	assert_int_equal(
	    json_parse(arena, STR("1"), 0, &root, NULL), HUB_ETOOBIG);
}

static void
takes_long_strings_numbers_and_lists(void **state)
{
	const size_t n = 1000000;
	char *text = malloc(n + 2);
	const struct json *root;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n + 2);
	text[0] = text[n + 1] = '"';
	root = parsed((struct str){ text, n + 2 });
	assert_int_equal(root->text.n, n);
	arena_reset(arena);

	memset(text, '7', n);
	root = parsed((struct str){ text, n });
	assert_int_equal(root->text.n, n);
	arena_reset(arena);

	for (size_t i = 0; i < n / 2; i++)
		memcpy(text + 2 * i, i == 0 ? "[1" : ",1", 2);
	text[n] = ']';
	root = parsed((struct str){ text, n + 1 });
	assert_int_equal(root->count, n / 2);
	free(text);
}

/* The twins are looked for by sorting, so that many members are no burden. */
static void
finds_twins_among_many_members(void **state)
{
	enum { MEMBERS = 20000 };
	char *text = malloc(MEMBERS * 16);
	size_t n = 0;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < MEMBERS; i++)
		n += (size_t)snprintf(text + n, 16, "%c\"%zu\":0",
		    i == 0 ? '{' : ',', i * 7919 % MEMBERS);
	text[n++] = '}';
	assert_int_equal(parsed((struct str){ text, n })->count, MEMBERS);
	arena_reset(arena);
	n += (size_t)snprintf(text + n - 1, 16, ",\"%d\":0}", MEMBERS / 2) - 1;
	assert_refused("twins", (struct str){ text, n }, HUB_EINVAL);
	free(text);
}

/* Whatever the ceiling of the arena, there is a tree or a clean refusal. */
static void
is_out_of_memory_where_the_arena_ends(void **state)
{
	const struct str text = STR("{\"b\":[1,\"two\",{}],\"a\":{\"c\":null,"
				    "\"d\":true},\"e\":\"text\"}");
	int rc = HUB_ENOMEM;

	(void)state;
	for (size_t max = 16; rc == HUB_ENOMEM; max += 16) {
		struct arena *small = arena_new(16, max);
		const struct json *root;
		struct why why = { "" };

		rc = json_parse(small, text, MAX_TEXT, &root, &why);
		if (rc == 0) {
			assert_int_equal(root->count, 3);
			assert_true(max > 500);
		} else {
			assert_int_equal(rc, HUB_ENOMEM);
			assert_null(root);
			assert_true(arena_failed(small));
			assert_true(strlen(why.text) > 0);
		}
		arena_free(small);
	}
	assert_int_equal(rc, 0);
}

/* The sentence reaches logs and peers: nothing of the text may be in it. */
static void
echoes_nothing_of_the_text(void **state)
{
	static const char *const hostile[] = {
		"{\"password\": \"MARK\x1b[31m\"}", "{\"a\": MARK}",
		"{MARK: 1}", "{\"MARK\":1,\"MARK\":2}", "[\"MARK\"",
		"[\"\\ud800MARK\"]", "MARK\xff", "1 \"MARK\"", "\"MARK\\q\""
	};
	const struct json *root;
	struct why why;

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		memset(&why, 0, sizeof(why));
		assert_int_equal(json_parse(arena, str_of(hostile[i]), MAX_TEXT,
				     &root, &why),
		    HUB_EINVAL);
		assert_null(strstr(why.text, "MARK"));
		assert_refused(hostile[i], str_of(hostile[i]), HUB_EINVAL);
	}
}

static void
names_the_byte_near_the_fault(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{ "[1,,2]",
		    "parse error: unallowed token at this point in JSON text "
		    "(byte 4)" },
		{ "[1, 2", "parse error: premature EOF (byte 5)" },
		{ "", "parse error: premature EOF (byte 0)" },
		{ "\"\\u0000\"", "\\u0000 in a string" },
		{ "\"\xff\"", "not UTF-8" },
		{ "{\"a\":1,\"a\":1}", "an object has a member twice" },
	};
	const struct json *root;
	struct why why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		json_parse(arena, str_of(cases[i].text), MAX_TEXT, &root, &why);
		assert_string_equal(why.text, cases[i].sentence);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(takes_all_of_the_grammar),
		TEST(refuses_all_else),
		TEST(refuses_every_prefix),
		TEST(builds_the_tree_in_the_order_of_the_text),
		TEST(decodes_strings_and_names),
		TEST(copies_the_text),
		TEST(keeps_the_spelling_of_numbers),
		TEST(finds_members_by_their_whole_name),
		TEST(reads_whole_numbers_only),
		TEST(reads_strings_only_as_strings),
		TEST(goes_down_64_levels_and_no_further),
		TEST(refuses_a_text_over_the_maximum),
		TEST(takes_long_strings_numbers_and_lists),
		TEST(finds_twins_among_many_members),
		TEST(is_out_of_memory_where_the_arena_ends),
		TEST(echoes_nothing_of_the_text),
		TEST(names_the_byte_near_the_fault),
	};

	return UNIT_RUN(tests);
}
