/*
 * yajl escapes and punctuates. It lets an array be closed as an object, a name
 * stand without its value and a text end early, so that is watched here.
 */
#include "base/json_out.h"

#include <yajl/yajl_gen.h>
#include "base/err.h"

static void
print(void *ctx, const char *p, size_t n)
{
	buf_put(ctx, p, n);
}

void
json_out_begin(struct json_out *j, struct buf *buf)
{
	*j = (struct json_out){ .buf = buf, .gen = yajl_gen_alloc(NULL) };
	if (j->gen == NULL) {
		j->err = HUB_ENOMEM;
		return;
	}
	yajl_gen_config(j->gen, yajl_gen_print_callback, print, buf);
}

static void
fail(struct json_out *j, int err)
{
	if (j->err == 0)
		j->err = err;
}

int
json_out_end(struct json_out *j)
{
	fail(j, buf_error(j->buf));
	if (!j->complete)
		fail(j, HUB_EINVAL);
	if (j->gen != NULL)
		yajl_gen_free(j->gen);
	j->gen = NULL;
	return j->err;
}

/* Whether a step may be taken: no earlier one failed, the buffer neither. */
static bool
usable(struct json_out *j)
{
	fail(j, buf_error(j->buf));
	return j->err == 0;
}

/* Whether a value may stand here, which then has the name that waited. */
static bool
value_fits(struct json_out *j)
{
	if (!usable(j))
		return false;
	if (j->complete ||
	    (j->depth > 0 && j->object[j->depth - 1] != j->named)) {
		fail(j, HUB_EINVAL);
		return false;
	}
	j->named = false;
	j->complete = j->depth == 0;
	return true;
}

/* Reports what yajl says of a step that was in its place. */
static void
took(struct json_out *j, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		fail(j, HUB_EINVAL);
}

static void
open_level(struct json_out *j, bool object)
{
	if (!value_fits(j))
		return;
	if (j->depth == JSON_OUT_DEPTH) {
		fail(j, HUB_ETOOBIG);
		return;
	}
	j->complete = false;
	j->object[j->depth++] = object;
	took(j,
	    object ? yajl_gen_map_open(j->gen) : yajl_gen_array_open(j->gen));
}

static void
close_level(struct json_out *j, bool object)
{
	if (!usable(j))
		return;
	if (j->depth == 0 || j->object[j->depth - 1] != object || j->named) {
		fail(j, HUB_EINVAL);
		return;
	}
	j->complete = --j->depth == 0;
	took(j,
	    object ? yajl_gen_map_close(j->gen) : yajl_gen_array_close(j->gen));
}

void
json_out_object(struct json_out *j)
{
	open_level(j, true);
}

void
json_out_object_end(struct json_out *j)
{
	close_level(j, true);
}

void
json_out_array(struct json_out *j)
{
	open_level(j, false);
}

void
json_out_array_end(struct json_out *j)
{
	close_level(j, false);
}

/* Text that is UTF-8 for certain: a literal, or what json_parse() has made. */
static void
put_string(struct json_out *j, struct str s)
{
	took(j, yajl_gen_string(j->gen, (const unsigned char *)s.p, s.n));
}

static void
put_name(struct json_out *j, struct str name)
{
	if (!usable(j))
		return;
	if (j->depth == 0 || !j->object[j->depth - 1] || j->named ||
	    name.p == NULL) {
		fail(j, HUB_EINVAL);
		return;
	}
	j->named = true;
	put_string(j, name);
}

void
json_out_name(struct json_out *j, const char *name)
{
	put_name(j, str_of(name));
}

/* yajl's own check of UTF-8 takes overlong forms and surrogates. */
void
json_out_str(struct json_out *j, struct str s)
{
	if (s.p == NULL)
		json_out_null(j);
	else if (!str_is_utf8(s))
		fail(j, HUB_EINVAL);
	else if (value_fits(j))
		put_string(j, s);
}

void
json_out_cstr(struct json_out *j, const char *s)
{
	json_out_str(j, str_of(s));
}

void
json_out_int(struct json_out *j, int64_t v)
{
	if (value_fits(j))
		took(j, yajl_gen_integer(j->gen, v));
}

void
json_out_bool(struct json_out *j, bool v)
{
	if (value_fits(j))
		took(j, yajl_gen_bool(j->gen, v));
}

void
json_out_null(struct json_out *j)
{
	if (value_fits(j))
		took(j, yajl_gen_null(j->gen));
}

/* To yajl a number is text that stands as it is. */
static void
put_spelled(struct json_out *j, struct str text)
{
	if (value_fits(j))
		took(j, yajl_gen_number(j->gen, text.p, text.n));
}

static void
put_children(struct json_out *j, const struct json *value)
{
	for (const struct json *c = value->child; c != NULL; c = c->next) {
		if (value->type == JSON_OBJECT)
			json_out_member(j, c);
		else
			json_out_value(j, c);
	}
}

/* Recursion ends at JSON_DEPTH, which json_parse() has checked. */
void
json_out_value(struct json_out *j, const struct json *value)
{
	if (value->spelled.n > 0) {
		put_spelled(j, value->spelled);
		return;
	}
	switch (value->type) {
	case JSON_NULL:
		json_out_null(j);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
		json_out_bool(j, value->type == JSON_TRUE);
		break;
	case JSON_NUMBER:
		put_spelled(j, value->text);
		break;
	case JSON_STRING:
		if (value_fits(j))
			put_string(j, value->text);
		break;
	case JSON_ARRAY:
		json_out_array(j);
		put_children(j, value);
		json_out_array_end(j);
		break;
	case JSON_OBJECT:
		json_out_object(j);
		put_children(j, value);
		json_out_object_end(j);
		break;
	}
}

void
json_out_member(struct json_out *j, const struct json *member)
{
	put_name(j, member->name);
	json_out_value(j, member);
}
