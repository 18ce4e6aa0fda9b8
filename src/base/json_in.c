/*
 * yajl calls back for each token; the tree grows in the arena. yajl keeps its
 * own small state in malloc's memory (its realloc hook gets no old size, so an
 * arena does not fit it) and gives it back at the end of json_parse().
 *
 * What yajl leaves to us is done here: duplicate names, lone surrogates,
 * \u0000, strict UTF-8, depth and length, and the form feeds and vertical tabs
 * that it takes for white space.
 */
#include "base/json_in.h"

#include <stdlib.h>
#include <yajl/yajl_parse.h>

struct builder {
	struct arena *arena;
	struct why *why;
	struct json *root;
	struct json *open[JSON_DEPTH]; /* the containers around us */
	struct json *last[JSON_DEPTH]; /* the last child of each */
	size_t depth;
	struct str name;
	int err;
};

static const char out_of_memory[] = "too much for the memory of a request";

/* The callbacks below give 1 to go on, 0 to have yajl stop. */
static int
stop(struct builder *b, int err, const char *reason)
{
	b->err = why_set(b->why, err, "%s", reason);
	return 0;
}

static struct json *
add(struct builder *b, enum json_type type)
{
	struct json *node = arena_zalloc(b->arena, sizeof(*node));
	struct json *parent;

	if (node == NULL) {
		stop(b, HUB_ENOMEM, out_of_memory);
		return NULL;
	}
	node->type = type;
	if (b->depth == 0) {
		b->root = node;
		return node;
	}
	parent = b->open[b->depth - 1];
	if (parent->type == JSON_OBJECT)
		node->name = b->name;
	if (parent->child == NULL)
		parent->child = node;
	else
		b->last[b->depth - 1]->next = node;
	b->last[b->depth - 1] = node;
	parent->count++;
	return node;
}

static int
add_text(struct builder *b, enum json_type type, const char *p, size_t n)
{
	struct json *node = add(b, type);

	if (node == NULL)
		return 0;
	node->text = arena_str(b->arena, (struct str){ p, n });
	if (node->text.p == NULL)
		return stop(b, HUB_ENOMEM, out_of_memory);
	return 1;
}

static int
on_null(void *ctx)
{
	return add(ctx, JSON_NULL) != NULL;
}

static int
on_bool(void *ctx, int yes)
{
	return add(ctx, yes ? JSON_TRUE : JSON_FALSE) != NULL;
}

static int
on_number(void *ctx, const char *p, size_t n)
{
	return add_text(ctx, JSON_NUMBER, p, n);
}

static int
on_string(void *ctx, const unsigned char *p, size_t n)
{
	return add_text(ctx, JSON_STRING, (const char *)p, n);
}

static int
on_key(void *ctx, const unsigned char *p, size_t n)
{
	struct builder *b = ctx;

	b->name = arena_str(b->arena, (struct str){ (const char *)p, n });
	if (b->name.p == NULL)
		return stop(b, HUB_ENOMEM, out_of_memory);
	return 1;
}

static int
open_container(struct builder *b, enum json_type type)
{
	struct json *node;

	if (b->depth == JSON_DEPTH)
		return stop(b, HUB_ETOOBIG, "nested deeper than 64 levels");
	if ((node = add(b, type)) == NULL)
		return 0;
	b->open[b->depth++] = node;
	return 1;
}

static int
on_array(void *ctx)
{
	return open_container(ctx, JSON_ARRAY);
}

static int
on_object(void *ctx)
{
	return open_container(ctx, JSON_OBJECT);
}

static int
on_array_end(void *ctx)
{
	struct builder *b = ctx;

	b->depth--;
	return 1;
}

static int
compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Objects up to this size are compared name by name. */
#define FEW_MEMBERS 16

static bool
few_have_twins(const struct json *object)
{
	for (const struct json *m = object->child; m != NULL; m = m->next) {
		for (const struct json *o = m->next; o != NULL; o = o->next) {
			if (str_eq(m->name, o->name))
				return true;
		}
	}
	return false;
}

/* Sorted, since an object of a peer's making may have thousands of members. */
static int
refuse_twins(struct builder *b, const struct json *object)
{
	struct arena_mark mark = arena_mark(b->arena);
	struct str *names;
	bool twins = false;
	size_t n = 0;

	if (object->count <= FEW_MEMBERS)
		return few_have_twins(object)
		    ? stop(b, HUB_EINVAL, "an object has a member twice")
		    : 1;
	names = arena_alloc(b->arena, object->count * sizeof(*names));
	if (names == NULL)
		return stop(b, HUB_ENOMEM, out_of_memory);
	for (const struct json *m = object->child; m != NULL; m = m->next)
		names[n++] = m->name;
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 1; i < n && !twins; i++)
		twins = str_eq(names[i - 1], names[i]);
	arena_rewind(b->arena, mark);
	return twins ? stop(b, HUB_EINVAL, "an object has a member twice") : 1;
}

static int
on_object_end(void *ctx)
{
	struct builder *b = ctx;
	const struct json *object = b->open[--b->depth];

	return object->count < 2 ? 1 : refuse_twins(b, object);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_array_end,
};

/* All below the space but the white space of RFC 8259. */
static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

/* The four digits of \uXXXX at P, or -1. */
static int
escape_value(const char *p, size_t left)
{
	int v = 0;

	if (left < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		int digit = char_hex(p[i]);

		if (digit < 0)
			return -1;
		v = v << 4 | digit;
	}
	return v;
}

/*
 * What yajl lets pass: control characters outside strings, and \u escapes that
 * are digits but no characters. A backslash is legal only within a string, a
 * control character other than white space nowhere, so no state is needed.
 */
static const char *
bad_character(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		int v, low;

		if (text.p[i] != '\\') {
			if (is_control(text.p[i]))
				return "a control character";
			continue;
		}
		v = escape_value(text.p + i, text.n - i);
		if (v < 0) {
			i++;
			continue;
		}
		if (v == 0)
			return "\\u0000 in a string";
		if (v >= 0xdc00 && v <= 0xdfff)
			return "a lone surrogate in a string";
		i += 5;
		if (v < 0xd800 || v > 0xdbff)
			continue;
		low = escape_value(text.p + i + 1, text.n - i - 1);
		if (low < 0xdc00 || low > 0xdfff)
			return "a lone surrogate in a string";
		i += 6;
	}
	return NULL;
}

/* yajl's sentence without its excerpt of the text, which may be hostile. */
static int
syntax_error(yajl_handle handle, size_t at, struct why *why)
{
	unsigned char *text = yajl_get_error(handle, 0, NULL, 0);
	struct str reason = str_of((const char *)text);

	while (reason.n > 0 && reason.p[reason.n - 1] == '\n')
		reason.n--;
	if (reason.n == 0)
		reason = STR("not JSON");
	why_say(why, "%.*s (byte %zu)", STR_ARG(reason), at);
	yajl_free_error(handle, text);
	return HUB_EINVAL;
}

static int
run_parser(struct builder *b, struct str text)
{
	yajl_handle handle = yajl_alloc(&callbacks, NULL, b);
	yajl_status status;
	size_t at;
	int rc = 0;

	if (handle == NULL)
		return why_set(b->why, HUB_ENOMEM, "out of memory");
	status = yajl_parse(handle, (const unsigned char *)text.p, text.n);
	/* Before the end is told: that is a text of its own to yajl. */
	at = yajl_get_bytes_consumed(handle);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(handle);
	if (b->err != 0)
		rc = b->err;
	else if (status != yajl_status_ok)
		rc = syntax_error(handle, at, b->why);
	yajl_free(handle);
	return rc;
}

int
json_parse(struct arena *arena, struct str text, size_t max,
    const struct json **out, struct why *why)
{
	struct builder b = { .arena = arena, .why = why };
	const char *bad;
	int rc;

	*out = NULL;
	if (text.n > max)
		return why_set(why, HUB_ETOOBIG, "longer than %zu bytes", max);
	if (!str_is_utf8(text))
		return why_set(why, HUB_EINVAL, "not UTF-8");
	if ((bad = bad_character(text)) != NULL)
		return why_set(why, HUB_EINVAL, "%s", bad);
	rc = run_parser(&b, text);
	if (rc == 0)
		*out = b.root;
	return rc;
}

const struct json *
json_get(const struct json *object, const char *name)
{
	struct str want = str_of(name);

	if (object == NULL || object->type != JSON_OBJECT)
		return NULL;
	for (const struct json *m = object->child; m != NULL; m = m->next) {
		if (str_eq(m->name, want))
			return m;
	}
	return NULL;
}

bool
json_string(const struct json *node, struct str *out)
{
	*out = STR_NONE;
	if (node == NULL || node->type != JSON_STRING)
		return false;
	*out = node->text;
	return true;
}

bool
json_u64(const struct json *node, uint64_t max, uint64_t *out)
{
	*out = 0;
	return node != NULL && node->type == JSON_NUMBER &&
	    str_u64(node->text, max, out) &&
	    (node->text.n == 1 || node->text.p[0] != '0');
}
