#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "base/json_out.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;
static struct buf out;

static int
make_room(void **state)
{
	(void)state;
	arena = arena_new(16384, 16 * 1024 * 1024);
	buf_init(&out, 1024 * 1024);
	return arena == NULL;
}

static int
drop_room(void **state)
{
	(void)state;
	buf_free(&out);
	arena_free(arena);
	return 0;
}

static const struct json *
parsed(struct str text)
{
	const struct json *root;
	struct why why = { "" };

	if (json_parse(arena, text, 1024 * 1024, &root, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(text), why.text);
	return root;
}

static void
assert_out(const char *text)
{
	assert_int_equal(out.n, strlen(text));
	assert_memory_equal(out.p, text, out.n);
}

static void
writes_every_kind_of_value(void **state)
{
	struct json_out j;

	(void)state;
	json_out_begin(&j, &out);
	json_out_object(&j);
	json_out_name(&j, "text");
	json_out_str(&j, STR("a\0b"));
	json_out_name(&j, "none");
	json_out_str(&j, STR_NONE);
	json_out_name(&j, "empty");
	json_out_str(&j, STR(""));
	json_out_name(&j, "c");
	json_out_cstr(&j, "x");
	json_out_name(&j, "no c");
	json_out_cstr(&j, NULL);
	json_out_name(&j, "numbers");
	json_out_array(&j);
	json_out_int(&j, 0);
	json_out_int(&j, INT64_MAX);
	json_out_int(&j, INT64_MIN);
	json_out_array_end(&j);
	json_out_name(&j, "yes");
	json_out_bool(&j, true);
	json_out_name(&j, "no");
	json_out_bool(&j, false);
	json_out_name(&j, "null");
	json_out_null(&j);
	json_out_name(&j, "o");
	json_out_object(&j);
	json_out_object_end(&j);
	json_out_object_end(&j);
	assert_int_equal(json_out_end(&j), 0);
	assert_out("{\"text\":\"a\\u0000b\",\"none\":null,\"empty\":\"\","
		   "\"c\":\"x\",\"no c\":null,\"numbers\":[0,"
		   "9223372036854775807,-9223372036854775808],\"yes\":true,"
		   "\"no\":false,\"null\":null,\"o\":{}}");
}

static void
writes_a_lone_value(void **state)
{
	struct json_out j;

	(void)state;
	json_out_begin(&j, &out);
	json_out_cstr(&j, "alone");
	assert_int_equal(json_out_end(&j), 0);
	assert_out("\"alone\"");
}

static void
appends_to_what_the_buffer_holds(void **state)
{
	struct json_out j;

	(void)state;
	BUF_LIT(&out, "[");
	for (int i = 0; i < 2; i++) {
		if (i > 0)
			BUF_LIT(&out, ",");
		json_out_begin(&j, &out);
		json_out_int(&j, i);
		assert_int_equal(json_out_end(&j), 0);
	}
	BUF_LIT(&out, "]");
	assert_out("[0,1]");
}

/* Every character comes back, and nothing below the space stands raw. */
static void
escapes_what_must_be_escaped(void **state)
{
	char text[128];
	struct json_out j;
	struct str s;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	json_out_begin(&j, &out);
	json_out_str(&j, (struct str){ text + 1, sizeof(text) - 1 });
	assert_int_equal(json_out_end(&j), 0);
	for (size_t i = 0; i < out.n; i++)
		assert_true(out.p[i] >= 0x20);
	assert_true(json_string(parsed(buf_view(&out)), &s));
	assert_int_equal(s.n, sizeof(text) - 1);
	assert_memory_equal(s.p, text + 1, s.n);
}

static void
refuses_text_that_is_not_utf8(void **state)
{
	static const char *const bad[] = { "\xff", "\xc0\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "a\xc3", "\x80" };
	struct json_out j;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		buf_reset(&out);
		json_out_begin(&j, &out);
		json_out_cstr(&j, bad[i]);
		assert_int_equal(json_out_end(&j), HUB_EINVAL);
	}
}

/*
 * One letter a call: { } [ ] open and close, n is a name, s a string, 0 a
 * number, t a boolean, z null, v a parsed value, m a parsed member.
 */
static int
run(const char *calls)
{
	const struct json *object = parsed(STR("{\"m\":[1]}"));
	struct json_out j;

	buf_reset(&out);
	json_out_begin(&j, &out);
	for (; *calls != '\0'; calls++) {
		if (*calls == '{')
			json_out_object(&j);
		else if (*calls == '}')
			json_out_object_end(&j);
		else if (*calls == '[')
			json_out_array(&j);
		else if (*calls == ']')
			json_out_array_end(&j);
		else if (*calls == 'n')
			json_out_name(&j, "n");
		else if (*calls == 's')
			json_out_cstr(&j, "s");
		else if (*calls == '0')
			json_out_int(&j, 0);
		else if (*calls == 't')
			json_out_bool(&j, true);
		else if (*calls == 'z')
			json_out_null(&j);
		else if (*calls == 'v')
			json_out_value(&j, object);
		else if (*calls == 'm')
			json_out_member(&j, object->child);
		else
			fail_msg("no call is named %c", *calls);
	}
	return json_out_end(&j);
}

static void
takes_the_calls_that_make_json(void **state)
{
	static const char *const good[] = { "s", "0", "t", "z", "v", "[]", "{}",
		"[s0tzv[]{}]", "{ns}", "{nz}", "{ntm}", "{nvm}", "{n[]m}",
		"[[[{n[{}]}]]]", "{n{n{n{}}}}" };

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		if (run(good[i]) != 0)
			fail_msg("%s: refused", good[i]);
		parsed(buf_view(&out));
	}
}

static void
refuses_the_calls_that_make_no_json(void **state)
{
	static const char *const bad[] = { "", "[", "{", "{n", "{ns", "[[]",
		"}", "]", "n", "m", "[}", "{]", "{n}", "{n]", "[n]", "[ns]",
		"[m]", "{s}", "{0}", "{t}", "{z}", "{v}", "{[]}", "{{}}",
		"{nn}", "{nns}", "{nm}", "{nss}", "{ns0}", "ss", "[][]", "{}s",
		"s]", "[]]", "{}}", "{}n", "[]m", "[s}]", "{ns]}" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		if (run(bad[i]) != HUB_EINVAL)
			fail_msg("%s: not refused", bad[i]);
	}
}

static void
writes_nothing_after_an_error(void **state)
{
	struct json_out j;

	(void)state;
	json_out_begin(&j, &out);
	json_out_object(&j);
	json_out_int(&j, 1);
	json_out_name(&j, "a");
	json_out_value(&j, parsed(STR("[1,{\"b\":2}]")));
	json_out_object_end(&j);
	assert_int_equal(json_out_end(&j), HUB_EINVAL);
	assert_out("{");
}

static void
goes_down_as_far_as_its_depth(void **state)
{
	char calls[2 * JSON_OUT_DEPTH + 3] = "";

	(void)state;
	memset(calls, '[', JSON_OUT_DEPTH);
	memset(calls + JSON_OUT_DEPTH, ']', JSON_OUT_DEPTH);
	assert_int_equal(run(calls), 0);
	memset(calls, '[', JSON_OUT_DEPTH + 1);
	memset(calls + JSON_OUT_DEPTH + 1, ']', JSON_OUT_DEPTH + 1);
	assert_int_equal(run(calls), HUB_ETOOBIG);
}

static void
reports_a_full_buffer_first(void **state)
{
	struct json_out j;
	struct buf small;

	(void)state;
	buf_init(&small, 8);
	json_out_begin(&j, &small);
	json_out_array(&j);
	json_out_cstr(&j, "0123456789");
	json_out_object_end(&j);
	assert_int_equal(json_out_end(&j), HUB_ETOOBIG);
	assert_int_equal(buf_error(&small), HUB_ETOOBIG);
	assert_true(small.n <= 8);
	buf_reset(&small);
	json_out_begin(&j, &small);
	json_out_cstr(&j, "012345");
	assert_int_equal(json_out_end(&j), 0);
	assert_int_equal(small.n, 8);
	buf_free(&small);
}

static void
reports_what_the_buffer_failed_with_before(void **state)
{
	struct json_out j;

	(void)state;
	buf_fail(&out, HUB_ENOMEM);
	json_out_begin(&j, &out);
	json_out_array(&j);
	json_out_array_end(&j);
	assert_int_equal(json_out_end(&j), HUB_ENOMEM);
}

static void
write_value(struct buf *to, const struct json *value)
{
	struct json_out j;

	json_out_begin(&j, to);
	json_out_value(&j, value);
	assert_int_equal(json_out_end(&j), 0);
}

static void
keeps_order_and_spelling_of_what_was_parsed(void **state)
{
	static const char *const texts[] = {
		"{\"z\":1.0,\"a\":[1E+2,-0,0.10,1e-02],\"m\":{\"b\":2}}",
		"[123456789012345678901234567890,-0.0,1e999999]",
		"[true,false,null,\"\",{},[]]",
		"\"\xe2\x82\xac \xf0\x9d\x84\x9e / \\\\ \\\" \\n\"",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		buf_reset(&out);
		write_value(&out, parsed(str_of(texts[i])));
		assert_out(texts[i]);
	}
}

static void
writes_single_members_of_an_object(void **state)
{
	const struct json *o = parsed(STR("{\"a\":[1],\"\":2,\"c\":\"x\"}"));
	struct json_out j;

	(void)state;
	json_out_begin(&j, &out);
	json_out_object(&j);
	json_out_member(&j, json_get(o, "c"));
	json_out_member(&j, json_get(o, ""));
	json_out_name(&j, "own");
	json_out_value(&j, json_get(o, "a"));
	json_out_object_end(&j);
	assert_int_equal(json_out_end(&j), 0);
	assert_out("{\"c\":\"x\",\"\":2,\"own\":[1]}");
}

static void
refuses_an_element_as_a_member(void **state)
{
	struct json_out j;

	(void)state;
	json_out_begin(&j, &out);
	json_out_object(&j);
	json_out_member(&j, parsed(STR("[1]"))->child);
	json_out_object_end(&j);
	assert_int_equal(json_out_end(&j), HUB_EINVAL);
}

static uint32_t seed;

/* A number below N; the same ones at each run. */
static uint32_t
chance(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static struct str
random_text(void)
{
	static const char *const pieces[] = { "a", "\"", "\\", "/", "\n",
		"\x01", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x84\x9e",
		"\xef\xbf\xbf", "\\u0041" };
	struct buf b;

	buf_init_arena(&b, arena, 1024);
	for (uint32_t n = chance(6); n > 0; n--)
		buf_str(&b, str_of(pieces[chance(COUNT(pieces))]));
	return arena_str(arena, buf_view(&b));
}

static struct json *
random_tree(size_t depth)
{
	static const char *const numbers[] = { "0", "-0", "1.50", "1E+9",
		"18446744073709551616", "-1e-7" };
	struct json *node = arena_zalloc(arena, sizeof(*node));
	struct json **link = &node->child;

	node->type = (enum json_type)chance(depth == 0 ? 5 : 7);
	if (node->type == JSON_NUMBER)
		node->text = str_of(numbers[chance(COUNT(numbers))]);
	else if (node->type == JSON_STRING)
		node->text = random_text();
	if (node->type < JSON_ARRAY)
		return node;
	node->count = chance(6);
	for (size_t i = 0; i < node->count; i++) {
		struct str rest = random_text();

		*link = random_tree(depth - 1);
		if (node->type == JSON_OBJECT)
			(*link)->name = str_of(
			    arena_printf(arena, "%zu%.*s", i, STR_ARG(rest)));
		link = &(*link)->next;
	}
	return node;
}

static void
assert_same(const struct json *a, const struct json *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->count, b->count);
	assert_true(str_eq(a->name, b->name));
	assert_true(str_eq(a->text, b->text));
	a = a->child;
	b = b->child;
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		assert_same(a, b);
	assert_null(a);
	assert_null(b);
}

static void
parses_back_what_it_wrote_for_random_trees(void **state)
{
	struct buf again;

	(void)state;
	buf_init(&again, 1024 * 1024);
	seed = 1;
	for (int round = 0; round < 1000; round++) {
		const struct json *tree = random_tree(chance(7));
		const struct json *back;

		buf_reset(&out);
		write_value(&out, tree);
		back = parsed(buf_view(&out));
		assert_same(tree, back);
		buf_reset(&again);
		write_value(&again, back);
		assert_true(str_eq(buf_view(&again), buf_view(&out)));
		arena_reset(arena);
	}
	buf_free(&again);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_room, drop_room)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_every_kind_of_value),
		TEST(writes_a_lone_value),
		TEST(appends_to_what_the_buffer_holds),
		TEST(escapes_what_must_be_escaped),
		TEST(refuses_text_that_is_not_utf8),
		TEST(takes_the_calls_that_make_json),
		TEST(refuses_the_calls_that_make_no_json),
		TEST(writes_nothing_after_an_error),
		TEST(goes_down_as_far_as_its_depth),
		TEST(reports_a_full_buffer_first),
		TEST(reports_what_the_buffer_failed_with_before),
		TEST(keeps_order_and_spelling_of_what_was_parsed),
		TEST(writes_single_members_of_an_object),
		TEST(refuses_an_element_as_a_member),
		TEST(parses_back_what_it_wrote_for_random_trees),
	};

	return UNIT_RUN(tests);
}
