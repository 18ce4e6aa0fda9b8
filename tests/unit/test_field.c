#include "directory/field.h"

#include <string.h>
#include "arena_fixture.h"
#include "base/buf.h"
#include "unit.h"

static struct why why;

static const struct json *
json(const char *text)
{
	const struct json *root;

	if (json_parse(arena, str_of(text), 1 << 20, &root, &why) != 0)
		fail_msg("%s: %s", text, why.text);
	return root;
}

static void
text_must_be_there_and_of_a_length(void **state)
{
	struct str out;

	(void)state;
	assert_int_equal(
	    field_text(json("{\"a\":\"xy\"}"), "a", 2, &out, &why), 0);
	assert_true(str_eq(out, STR("xy")));
	assert_int_equal(
	    field_text(json("{\"b\":\"x\"}"), "a", 2, &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/a: missing");
	assert_null(out.p);
	assert_int_equal(
	    field_text(json("{\"a\":\"xyz\"}"), "a", 2, &out, &why),
	    HUB_EINVAL);
	assert_string_equal(why.text, "/a: not between 1 and 2 bytes long");
	assert_int_equal(
	    field_text(json("{\"a\":\"\"}"), "a", 2, &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/a: not between 1 and 2 bytes long");
}

static void
only_a_string_is_text(void **state)
{
	static const char *const records[] = { "{\"a\":1}", "{\"a\":true}",
		"{\"a\":[]}", "{\"a\":{}}", "{\"a\":[\"x\"]}" };
	struct str out;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		assert_int_equal(
		    field_text(json(records[i]), "a", 9, &out, &why),
		    HUB_EINVAL);
		assert_string_equal(why.text, "/a: not a string");
		assert_int_equal(
		    field_text_or_null(json(records[i]), "a", 9, &out, &why),
		    HUB_EINVAL);
		assert_string_equal(why.text, "/a: not a string");
	}
	assert_int_equal(
	    field_text(json("{\"a\":null}"), "a", 9, &out, &why), HUB_EINVAL);
}

static void
null_empty_and_absent_are_the_same_where_allowed(void **state)
{
	struct str out = STR("untouched");

	(void)state;
	assert_int_equal(field_text_or_null(json("{}"), "a", 9, &out, &why), 0);
	assert_null(out.p);
	out = STR("untouched");
	assert_int_equal(
	    field_text_or_null(json("{\"a\":null}"), "a", 9, &out, &why), 0);
	assert_null(out.p);
	assert_int_equal(
	    field_text_or_null(json("{\"a\":\"x\"}"), "a", 9, &out, &why), 0);
	assert_true(str_eq(out, STR("x")));
	assert_int_equal(
	    field_text_or_null(json("{\"a\":\"\"}"), "a", 9, &out, &why), 0);
	assert_null(out.p);
}

/* A record of one member "id" with this value. */
static int
try_id(const char *id, struct str *out)
{
	return field_id(
	    json(arena_printf(arena, "{\"id\":\"%s\"}", id)), "id", out, &why);
}

static void
an_id_has_1_to_64_of_its_characters(void **state)
{
	static const char longest[] = "0123456789abcdef0123456789abcdef"
				      "0123456789abcdef0123456789abcdef";
	static const char *const good[] = { "a", "0", "A-Z.a_z:0-9", "..", "-",
		"5f3c1a90-7d1e-4a55-9a0e-2f7f6f0c1b11", longest };
	static const char *const bad[] = { "a b", " a", "a/b", "a~b", "a@b",
		"caf\xc3\xa9", "a\\n", "a,b", "a+b", "*", "{a}" };
	struct str out;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(try_id(good[i], &out), 0);
		assert_true(str_eq(out, str_of(good[i])));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(try_id(bad[i], &out), HUB_EINVAL);
		assert_string_equal(why.text,
		    "/id: not 1 to 64 characters of A-Z a-z 0-9 . _ : -");
	}
	assert_int_equal(try_id("", &out), HUB_EINVAL);
	assert_int_equal(
	    try_id(arena_printf(arena, "%s0", longest), &out), HUB_EINVAL);
	assert_int_equal(
	    field_id(json("{\"id\":1001}"), "id", &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/id: not a string");
	assert_int_equal(field_id(json("{}"), "id", &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/id: missing");
}

static void
a_truth_value_is_true_false_or_absent(void **state)
{
	bool given, out;

	(void)state;
	assert_int_equal(
	    field_bool(json("{\"e\":true}"), "e", &given, &out, &why), 0);
	assert_true(given && out);
	assert_int_equal(
	    field_bool(json("{\"e\":false}"), "e", &given, &out, &why), 0);
	assert_true(given && !out);
	out = true;
	assert_int_equal(field_bool(json("{}"), "e", &given, &out, &why), 0);
	assert_true(!given && !out);
	assert_int_equal(
	    field_bool(json("{\"e\":null}"), "e", &given, &out, &why),
	    HUB_EINVAL);
	assert_int_equal(
	    field_bool(json("{\"e\":\"true\"}"), "e", &given, &out, &why),
	    HUB_EINVAL);
	assert_int_equal(
	    field_bool(json("{\"e\":1}"), "e", &given, &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/e: not true or false");
}

/* An array of N ids. */
static const struct json *
many_ids(unsigned int n)
{
	struct buf text;

	buf_init_arena(&text, arena, 1 << 20);
	buf_byte(&text, '[');
	for (unsigned int i = 0; i < n; i++)
		buf_printf(&text, "%s\"id%u\"", i > 0 ? "," : "", i);
	BUF_LIT(&text, "]");
	return json(arena_str(arena, buf_view(&text)).p);
}

static void
ids_are_an_array_of_distinct_ids(void **state)
{
	(void)state;
	assert_int_equal(field_ids(NULL, "/g", &why), 0);
	assert_int_equal(field_ids(json("[]"), "/g", &why), 0);
	assert_int_equal(field_ids(json("[\"a\",\"A\"]"), "/g", &why), 0);
	assert_int_equal(field_ids(many_ids(1000), "/g", &why), 0);
	assert_int_equal(field_ids(many_ids(1001), "/g", &why), HUB_EINVAL);
	assert_string_equal(why.text, "/g: more than 1000 ids");
}

static void
what_is_wrong_with_ids_is_pointed_at(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "null", "/r/x: not an array" },
		{ "\"a\"", "/r/x: not an array" },
		{ "{}", "/r/x: not an array" },
		{ "[\"a\",101]", "/r/x/1: not 1 to 64 characters" },
		{ "[\"\"]", "/r/x/0: not 1 to 64 characters" },
		{ "[\"a\",\"b\",\"c d\"]", "/r/x/2: not 1 to 64 characters" },
		{ "[\"a\",null]", "/r/x/1: not 1 to 64 characters" },
		{ "[\"a\",\"b\",\"a\"]", "/r/x/2: stands twice" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    field_ids(json(cases[i].text), "/r/x", &why), HUB_EINVAL);
		assert_memory_equal(
		    why.text, cases[i].reason, strlen(cases[i].reason));
	}
}

static void
an_object_or_nothing(void **state)
{
	const struct json *out;

	(void)state;
	assert_int_equal(
	    field_object(json("{\"d\":{\"a\":1}}"), "d", &out, &why), 0);
	assert_int_equal(out->count, 1);
	assert_int_equal(field_object(json("{}"), "d", &out, &why), 0);
	assert_null(out);
	assert_int_equal(
	    field_object(json("{\"d\":[]}"), "d", &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "/d: not an object");
	assert_int_equal(
	    field_object(json("{\"d\":null}"), "d", &out, &why), HUB_EINVAL);
}

static void
names_are_compared_whole(void **state)
{
	static const char *const names[] = { "type", "version", NULL };

	(void)state;
	assert_true(name_among(STR("version"), names));
	assert_false(name_among(STR("Version"), names));
	assert_false(name_among(STR("vers"), names));
	assert_false(name_among(STR(""), names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_must_be_there_and_of_a_length),
		cmocka_unit_test(only_a_string_is_text),
		cmocka_unit_test(
		    null_empty_and_absent_are_the_same_where_allowed),
		cmocka_unit_test(an_id_has_1_to_64_of_its_characters),
		cmocka_unit_test(a_truth_value_is_true_false_or_absent),
		cmocka_unit_test(ids_are_an_array_of_distinct_ids),
		cmocka_unit_test(what_is_wrong_with_ids_is_pointed_at),
		cmocka_unit_test(an_object_or_nothing),
		cmocka_unit_test(names_are_compared_whole),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, arena_setup, arena_teardown);
}
