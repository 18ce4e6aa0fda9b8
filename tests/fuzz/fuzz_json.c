/* Covers: base/json_in.c base/json_quick.c base/json_tree.c base/json_out.c */
#include "fuzz.h"

#include "base/json_in.h"
#include "base/json_out.h"

#define TEXT_MAX (64 * 1024)

static int
parse(struct arena *arena, struct str text, const struct json **root)
{
	struct why why = { "" };
	int rc = json_parse(arena, text, TEXT_MAX * 6, root, &why);

	FUZZ_HOLDS((rc == 0) == (*root != NULL));
	FUZZ_HOLDS((rc == 0) == (why.text[0] == '\0'));
	FUZZ_HOLDS(str_is_print(str_of(why.text)));
	return rc;
}

static struct str
write_out(struct arena *arena, const struct json *root)
{
	struct json_out j;
	struct buf out;

	buf_init_arena(&out, arena, TEXT_MAX * 6);
	json_out_begin(&j, &out);
	json_out_value(&j, root);
	FUZZ_HOLDS(json_out_end(&j) == 0);
	return buf_view(&out);
}

/* What a reader of the tree relies on, and that no name comes twice. */
static void
check_tree(const struct json *node)
{
	size_t n = 0;

	FUZZ_HOLDS(str_is_utf8(node->text) && str_is_utf8(node->name));
	FUZZ_HOLDS(str_index(node->text, '\0') < 0);
	FUZZ_HOLDS(str_index(node->name, '\0') < 0);
	for (const struct json *c = node->child; c != NULL; c = c->next, n++) {
		check_tree(c);
		if (node->type != JSON_OBJECT || n >= 100)
			continue;
		for (const struct json *d = c->next; d != NULL; d = d->next)
			FUZZ_HOLDS(!str_eq(c->name, d->name));
	}
	FUZZ_HOLDS(n == node->count);
	FUZZ_HOLDS(n == 0 || node->type >= JSON_ARRAY);
}

/* What was parsed can be written and parsed again, and is then the same. */
static void
check_round_trip(struct arena *arena, struct str text)
{
	const struct json *root;
	struct str first;

	if (parse(arena, text, &root) != 0)
		return;
	FUZZ_HOLDS(str_is_utf8(text));
	check_tree(root);
	first = write_out(arena, root);
	FUZZ_HOLDS(parse(arena, first, &root) == 0);
	FUZZ_HOLDS(str_eq(write_out(arena, root), first));
}

/* Any text without a NUL can be said as a string, if it is UTF-8. */
static void
check_string(struct arena *arena, struct str text)
{
	const struct json *root;
	struct json_out j;
	struct buf out;
	struct str back;
	int rc;

	buf_init_arena(&out, arena, TEXT_MAX * 6 + 2);
	json_out_begin(&j, &out);
	json_out_str(&j, text);
	rc = json_out_end(&j);
	FUZZ_HOLDS(rc == (str_is_utf8(text) ? 0 : HUB_EINVAL));
	if (rc != 0 || out.n > (size_t)TEXT_MAX * 6)
		return;
	rc = parse(arena, buf_view(&out), &root);
	FUZZ_HOLDS((rc == 0) == (str_index(text, '\0') < 0));
	if (rc == 0)
		FUZZ_HOLDS(json_string(root, &back) && str_eq(back, text));
}

static void
check_same(const struct json *a, const struct json *b)
{
	FUZZ_HOLDS(a->type == b->type && a->count == b->count);
	FUZZ_HOLDS(str_eq(a->text, b->text) && str_eq(a->name, b->name));
	a = a->child;
	b = b->child;
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		check_same(a, b);
	FUZZ_HOLDS(a == NULL && b == NULL);
}

/*
 * A tab is white space that json_quick() does not take: so yajl has the same
 * text behind it, and both must find the same in it. And what is written by
 * the spelling is what is written without.
 */
static void
check_both_ways(struct arena *arena, struct str text)
{
	const struct json *one, *two, *kept;
	struct buf longer;
	struct why why;
	int rc;

	buf_init_arena(&longer, arena, TEXT_MAX + 1);
	buf_byte(&longer, '\t');
	buf_str(&longer, text);
	rc = parse(arena, text, &one);
	FUZZ_HOLDS(parse(arena, buf_view(&longer), &two) == rc);
	FUZZ_HOLDS(json_parse_as(arena, text, TEXT_MAX * 6, JSON_KEPT, &kept,
		       &why) == rc);
	if (rc != 0)
		return;
	check_same(one, two);
	check_same(one, kept);
	FUZZ_HOLDS(str_eq(write_out(arena, one), write_out(arena, kept)));
}

/* What is skimmed is refused alike, and written out alike if it is kept. */
static void
check_skimmed(struct arena *arena, struct str text)
{
	const struct json *whole, *kept, *skimmed;
	struct why why;
	int rc = parse(arena, text, &whole);

	FUZZ_HOLDS(json_parse_as(arena, text, TEXT_MAX * 6,
		       JSON_SKIMMED | JSON_KEPT, &kept, &why) == rc);
	FUZZ_HOLDS(json_parse_as(arena, text, TEXT_MAX * 6, JSON_SKIMMED,
		       &skimmed, &why) == rc);
	if (rc != 0)
		return;
	FUZZ_HOLDS(str_eq(write_out(arena, whole), write_out(arena, kept)));
	FUZZ_HOLDS(whole->type == skimmed->type);
	whole = whole->child;
	skimmed = skimmed->child;
	for (; whole != NULL && skimmed != NULL;
	     whole = whole->next, skimmed = skimmed->next)
		FUZZ_HOLDS(whole->type == skimmed->type &&
		    str_eq(whole->name, skimmed->name) &&
		    str_eq(whole->text, skimmed->text));
	FUZZ_HOLDS(whole == NULL && skimmed == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(TEXT_MAX, 64 * 1024 * 1024);
	struct str text = { (const char *)data, size };

	if (size <= TEXT_MAX) {
		check_round_trip(arena, text);
		check_both_ways(arena, text);
		check_skimmed(arena, text);
		check_string(arena, size == 0 ? STR("") : text);
	}
	arena_free(arena);
	return 0;
}
