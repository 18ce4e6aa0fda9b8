#include "base/json_quick.h"

#include <stdlib.h>
#include "arena_fixture.h"
#include "base/json_out.h"
#include "unit.h"

#define MAX_TEXT (64 * 1024)

static const char *const seeds[] = {
	"{\"type\":\"contract\",\"id\":\"c-1\",\"version\":13,\"metadata\":"
	"{\"a\":\"021\",\"b\":1123.80,\"c\":[]},\"content\":{\"x\":[{},{\"y\":"
	"[1,-2,3e4]}],\"z\":null,\"t\":true,\"f\":false}}",
	"{\"a\":{\"a\":{\"b\":[[[1]]]}},\"naam\":\"Zo\xc3\xab\"}",
	"[0,-0,1.5,1E+2,2e-3,\"\",\"ab\",{\"\":0},[ ] , { } ]",
	"[true,false,null]",
	"\"text\"",
	"-12.5e+07",
	" { \"a\" : [ 1 , 2 ] } ",
};

static bool
same(const struct json *a, const struct json *b)
{
	if (a->type != b->type || a->count != b->count ||
	    !str_eq(a->text, b->text) || !str_eq(a->name, b->name))
		return false;
	a = a->child;
	b = b->child;
	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if (!same(a, b))
			return false;
	}
	return a == NULL && b == NULL;
}

static struct str
written(const struct json *value)
{
	struct json_out j;
	struct buf buf;

	buf_init_arena(&buf, arena, MAX_TEXT);
	json_out_begin(&j, &buf);
	json_out_value(&j, value);
	assert_int_equal(json_out_end(&j), 0);
	return buf_view(&buf);
}

/*
 * TEXT and the same behind a tab, which only yajl takes: both are refused for the same reason or give the same tree.
 */
static bool
agree(struct str text)
{
	char *longer = arena_printf(arena, "\t%.*s", STR_ARG(text));
	const struct json *quick, *slow, *kept;
	struct why why = { "" }, other = { "" };
	int rc = json_parse(arena, text, MAX_TEXT, &quick, &why);

	if (json_parse(arena, str_of(longer), MAX_TEXT, &slow, &other) != rc ||
	    json_parse_as(arena, text, MAX_TEXT, JSON_KEPT, &kept, NULL) != rc)
		return false;
	if (rc != 0)
		return quick == NULL && why.text[0] != '\0';
	return why.text[0] == '\0' && same(quick, slow) && same(quick, kept) &&
	    str_eq(written(quick), written(kept));
}

static bool
same_members(const struct json *whole, const struct json *skimmed)
{
	if (whole->type != skimmed->type)
		return false;
	whole = whole->child;
	skimmed = skimmed->child;
	for (; whole != NULL && skimmed != NULL;
	     whole = whole->next, skimmed = skimmed->next) {
		if (whole->type != skimmed->type ||
		    !str_eq(whole->name, skimmed->name) ||
		    !str_eq(whole->text, skimmed->text))
			return false;
	}
	return whole == NULL && skimmed == NULL;
}

/* TEXT skimmed is refused alike, or has the same members and spelling. */
static bool
skims_alike(struct str text)
{
	const struct json *whole, *skimmed, *kept;
	struct why why = { "" }, other = { "" };
	int rc = json_parse(arena, text, MAX_TEXT, &whole, &why);

	if (json_parse_as(
		arena, text, MAX_TEXT, JSON_SKIMMED, &skimmed, &other) != rc ||
	    json_parse_as(arena, text, MAX_TEXT, JSON_SKIMMED | JSON_KEPT,
		&kept, NULL) != rc)
		return false;
	if (rc != 0)
		return skimmed == NULL && kept == NULL &&
		    strcmp(why.text, other.text) == 0;
	return same_members(whole, skimmed) && same_members(whole, kept) &&
	    str_eq(written(whole), written(kept));
}

static void
yajl_finds_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		struct str text = str_of(seeds[i]);

		assert_true(json_quick_is_plain(text));
		assert_non_null(json_quick(arena, text, JSON_KEPT));
		assert_true(agree(text));
		assert_true(skims_alike(text));
		arena_reset(arena);
	}
}

/* One to three bytes are changed, taken away or doubled. */
static struct str
spoil(char *text, struct str seed)
{
	static const char bytes[] = "{}[]\",: 019-+.eEtfnulsra\\\tx\xc3";
	size_t n = seed.n;

	memcpy(text, seed.p, n);
	for (long times = random() % 3; times >= 0 && n > 1; times--) {
		size_t at = (size_t)random() % n;

		switch (random() % 3) {
		case 0:
			text[at] =
			    bytes[(size_t)random() % (sizeof(bytes) - 1)];
			break;
		case 1:
			memmove(text + at, text + at + 1, --n - at);
			break;
		default:
			memmove(text + at + 1, text + at, n++ - at);
			break;
		}
	}
	return (struct str){ text, n };
}

static void
yajl_finds_the_same_in_spoilt_texts(void **state)
{
	char bytes[1024];

	(void)state;
	srandom(1);
	for (int i = 0; i < 40000; i++) {
		struct str seed = str_of(seeds[i % 7]);
		struct str text = spoil(bytes, seed);

		if (!agree(text) || !skims_alike(text))
			fail_msg("%.*s", STR_ARG(text));
		arena_reset(arena);
	}
}

static void
whatever_is_odd_is_left_to_yajl(void **state)
{
	static const char *const odd[] = { "", "[\"\\n\"]", "\t[1]",
		"[\"a\x1f\"]", "        \\", "       \r        ", "[\"\xff\"]",
		"[\"0123456789abcdef\xc3\"]",
		"[\"0123456789abc\xff, and more than 16 behind it\"]" };

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_false(json_quick_is_plain(str_of(odd[i])));
	assert_true(json_quick_is_plain(STR("[\"\x7f \xc3\xa9\"]")));
}

static void
a_failure_leaves_nothing_in_the_arena(void **state)
{
	struct arena_mark before = arena_mark(arena), after;

	(void)state;
	assert_null(json_quick(arena, STR("[1,2,{\"a\":1,\"a\":2}]"), 0));
	after = arena_mark(arena);
	assert_ptr_equal(before.chunk, after.chunk);
	assert_int_equal(before.used, after.used);
	assert_false(arena_failed(arena));
}

/* What does not fit is not tried, so that no arena fails for it. */
static void
a_small_arena_is_not_tried(void **state)
{
	struct arena *small = arena_new(512, 2048);
	char text[600];

	(void)state;
	memset(text, ' ', sizeof(text));
	text[0] = '1';
	assert_null(json_quick(small, (struct str){ text, sizeof(text) }, 0));
	assert_false(arena_failed(small));
	arena_free(small);
}

static void
spelling_is_kept_where_no_blank_stands(void **state)
{
	struct str text = STR("{\"a\":[1,\"x\"], \"b\":{\"c\":2}}");
	const struct json *root;

	(void)state;
	assert_int_equal(
	    json_parse_as(arena, text, MAX_TEXT, JSON_KEPT, &root, NULL), 0);
	assert_true(str_eq(json_get(root, "a")->spelled, STR("[1,\"x\"]")));
	assert_int_equal(json_get(root, "b")->spelled.n, 0);
	assert_int_equal(root->spelled.n, 0);
	assert_true(
	    str_eq(written(root), STR("{\"a\":[1,\"x\"],\"b\":{\"c\":2}}")));
	assert_int_equal(json_parse(arena, text, MAX_TEXT, &root, NULL), 0);
	assert_int_equal(json_get(root, "a")->spelled.n, 0);
}

static void
what_is_skimmed_has_no_tree(void **state)
{
	struct str text =
	    STR("{\"a\":{\"b\":[1]},\"c\":\"d\",\"e\":[],\"f\":[{}]}");
	const struct json *root =
			      json_quick(arena, text, JSON_SKIMMED | JSON_KEPT),
			  *a;

	(void)state;
	assert_non_null(root);
	a = json_get(root, "a");
	assert_int_equal(a->type, JSON_OBJECT);
	assert_null(a->child);
	assert_true(str_eq(a->spelled, STR("{\"b\":[1]}")));
	assert_int_equal(json_get(root, "e")->type, JSON_ARRAY);
	assert_int_equal(root->count, 4);
	assert_ptr_equal(json_get(root, "c")->text.p, text.p + 20);
}

/* Kept without its spelling it would be lost. */
static void
a_blank_makes_a_kept_tree_whole(void **state)
{
	struct str text = STR("{\"a\": {\"b\":[1]}}");
	const struct json *root;

	(void)state;
	assert_non_null(json_quick(arena, text, JSON_SKIMMED));
	assert_null(json_quick(arena, text, JSON_SKIMMED | JSON_KEPT));
	assert_int_equal(json_parse_as(arena, text, MAX_TEXT,
			     JSON_SKIMMED | JSON_KEPT, &root, NULL),
	    0);
	assert_true(str_eq(written(root), STR("{\"a\":{\"b\":[1]}}")));
}

/* {"":{"n0":0,...}} of N members, the last with the name of member TWIN. */
static struct str
members(size_t n, size_t twin)
{
	struct buf buf;

	buf_init_arena(&buf, arena, MAX_TEXT);
	buf_str(&buf, STR("{\"\":{"));
	for (size_t i = 0; i < n; i++)
		buf_printf(&buf, "%s\"n%zu\":0", i == 0 ? "" : ",",
		    i == n - 1 ? twin : i);
	buf_str(&buf, STR("}}"));
	assert_int_equal(buf_error(&buf), 0);
	return buf_view(&buf);
}

static void
twins_are_found_among_many(void **state)
{
	(void)state;
	for (size_t n = 2; n < 300; n++) {
		assert_true(skims_alike(members(n, n - 1)));
		assert_int_equal(json_quick(arena, members(n, n - 1),
				     JSON_SKIMMED | JSON_KEPT) != NULL,
		    n <= 256);
		assert_null(json_quick(
		    arena, members(n, n / 3), JSON_SKIMMED | JSON_KEPT));
		assert_null(json_quick(arena, members(n, n / 3), JSON_KEPT));
		assert_true(skims_alike(members(n, n / 3)));
		arena_reset(arena);
	}
}

/* As many arrays as N around nothing, in an object. */
static struct str
nested(char *text, size_t n)
{
	memcpy(text, "{\"a\":", 5);
	memset(text + 5, '[', n);
	memset(text + 5 + n, ']', n);
	text[5 + n * 2] = '}';
	return (struct str){ text, n * 2 + 6 };
}

static void
skims_as_deep_as_it_parses(void **state)
{
	char text[256];

	(void)state;
	for (size_t n = 1; n < 80; n++) {
		struct str deep = nested(text, n);

		assert_true(skims_alike(deep));
		assert_int_equal(
		    json_quick(arena, deep, JSON_SKIMMED | JSON_KEPT) != NULL,
		    n < JSON_DEPTH);
		arena_reset(arena);
	}
}

/* A mark or an odd byte at every place of what is looked at at once. */
static void
no_byte_is_overlooked(void **state)
{
	char text[80];

	(void)state;
	for (size_t n = 2; n < sizeof(text); n++) {
		memset(text, 'x', n);
		text[0] = text[n - 1] = '"';
		assert_true(json_quick_is_plain((struct str){ text, n }));
		assert_non_null(
		    json_quick(arena, (struct str){ text, n }, JSON_KEPT));
		for (size_t i = 1; i < n - 1; i++) {
			text[i] = '"';
			assert_null(json_quick(
			    arena, (struct str){ text, n }, JSON_KEPT));
			text[i] = '\\';
			assert_false(
			    json_quick_is_plain((struct str){ text, n }));
			text[i] = 0x1f;
			assert_false(
			    json_quick_is_plain((struct str){ text, n }));
			text[i] = 'x';
		}
		arena_reset(arena);
	}
}

#define TEST(fn)                                                               \
	cmocka_unit_test_setup_teardown(fn, arena_setup, arena_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(yajl_finds_the_same),
		TEST(yajl_finds_the_same_in_spoilt_texts),
		TEST(whatever_is_odd_is_left_to_yajl),
		TEST(a_failure_leaves_nothing_in_the_arena),
		TEST(a_small_arena_is_not_tried),
		TEST(spelling_is_kept_where_no_blank_stands),
		TEST(what_is_skimmed_has_no_tree),
		TEST(a_blank_makes_a_kept_tree_whole),
		TEST(twins_are_found_among_many),
		TEST(skims_as_deep_as_it_parses),
		TEST(no_byte_is_overlooked),
	};

	return UNIT_RUN(tests);
}
