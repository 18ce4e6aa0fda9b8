/*
 * yajl calls back for each token; the tree grows in the arena. yajl keeps its
 * own small state in malloc's memory (its realloc hook gets no old size, so an
 * arena does not fit it) and gives it back at the end of json_parse().
 *
 * What yajl leaves to us is done here: duplicate names, lone surrogates,
 * \u0000, strict UTF-8, depth and length, and the form feeds and vertical tabs
 * that it takes for white space. A text that is sound and plain is done
 * by json_quick.c, in less time.
 */
#include "base/json_in.h"

#include <yajl/yajl_parse.h>
#include "base/json_quick.h"
#include "base/json_tree.h"

static const char out_of_memory[] = JSON_TREE_NO_MEMORY;

/* The callbacks below give 1 to go on, 0 to have yajl stop. */
static int
add_text(struct json_tree *t, enum json_type type, const char *p, size_t n)
{
	struct json *node = json_tree_add(t, type);

	if (node == NULL)
		return 0;
	node->text = arena_str(t->arena, (struct str){ p, n });
	return node->text.p != NULL ||
	    json_tree_stop(t, HUB_ENOMEM, out_of_memory);
}

static int
on_null(void *ctx)
{
	return json_tree_add(ctx, JSON_NULL) != NULL;
}

static int
on_bool(void *ctx, int yes)
{
	return json_tree_add(ctx, yes ? JSON_TRUE : JSON_FALSE) != NULL;
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
	struct json_tree *t = ctx;

	t->name = arena_str(t->arena, (struct str){ (const char *)p, n });
	return t->name.p != NULL ||
	    json_tree_stop(t, HUB_ENOMEM, out_of_memory);
}

static int
on_array(void *ctx)
{
	return json_tree_open(ctx, JSON_ARRAY) != NULL;
}

static int
on_object(void *ctx)
{
	return json_tree_open(ctx, JSON_OBJECT) != NULL;
}

static int
on_end(void *ctx)
{
	return json_tree_close(ctx);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
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
run_parser(struct json_tree *t, struct str text)
{
	yajl_handle handle = yajl_alloc(&callbacks, NULL, t);
	yajl_status status;
	size_t at;
	int rc = 0;

	if (handle == NULL)
		return why_set(t->why, HUB_ENOMEM, "out of memory");
	status = yajl_parse(handle, (const unsigned char *)text.p, text.n);
	/* Before the end is told: that is a text of its own to yajl. */
	at = yajl_get_bytes_consumed(handle);
	if (status == yajl_status_ok)
		status = yajl_complete_parse(handle);
	/* A string that is not closed passes for an end, behind a value. */
	if (status == yajl_status_ok)
		status = yajl_parse(handle, (const unsigned char *)"\n", 1);
	if (t->err != 0)
		rc = t->err;
	else if (status != yajl_status_ok)
		rc = syntax_error(handle, at, t->why);
	yajl_free(handle);
	return rc;
}

/* A line may have come with its end, of one kind or the other. */
static struct str
without_end(struct str text)
{
	while (text.n > 0 &&
	    (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	return text;
}

/* The tree of a line that is plain; NULL leaves it to yajl. */
static const struct json *
quick(struct arena *arena, struct str line, unsigned int how)
{
	const struct json *root = NULL;

	if ((how & JSON_SKIMMED) != 0)
		root = json_quick(arena, line, how);
	return root != NULL ? root
			    : json_quick(arena, line, how & ~JSON_SKIMMED);
}

int
json_parse_as(struct arena *arena, struct str text, size_t max,
    unsigned int how, const struct json **out, struct why *why)
{
	struct json_tree t = { .arena = arena, .why = why };
	const char *bad = NULL;
	struct str line;
	bool plain;
	int rc;

	*out = NULL;
	if (text.n > max)
		return why_set(why, HUB_ETOOBIG, "longer than %zu bytes", max);
	line = without_end(text);
	plain = json_quick_is_plain(line);
	if (plain && (*out = quick(arena, line, how)) != NULL)
		return 0;
	if (!plain)
		bad = !str_is_utf8(text) ? "not UTF-8" : bad_character(text);
	if (bad != NULL)
		return why_set(why, HUB_EINVAL, "%s", bad);
	rc = run_parser(&t, text);
	if (rc == 0)
		*out = t.root;
	return rc;
}

int
json_parse(struct arena *arena, struct str text, size_t max,
    const struct json **out, struct why *why)
{
	return json_parse_as(arena, text, max, 0, out, why);
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
