#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/json_in.h"
#include "base/str.h"

/* Levels that can be written: a parsed tree and what is put around it. */
#define JSON_OUT_DEPTH (JSON_DEPTH + 8)

/*
 * Writes JSON through yajl into a buffer. The first error sticks: HUB_EINVAL
 * for calls that make no JSON (a value where a name belongs, the wrong end, a
 * second text) and for strings that are not UTF-8, HUB_ETOOBIG for too many
 * levels, and what the buffer says.
 */
struct json_out {
	struct buf *buf;
	void *gen; /* yajl_gen */
	size_t depth;
	bool object[JSON_OUT_DEPTH]; /* of each open level; else an array */
	bool named;                  /* a name waits for its value */
	bool complete;               /* the one value of the text is there */
	int err;
};

/* json_out_end() must follow, whatever happens between. */
void json_out_begin(struct json_out *j, struct buf *buf);

/*
 * 0, or the first error, which an unfinished text is too; the memory of yajl
 * is given back.
 */
int json_out_end(struct json_out *j);

void json_out_object(struct json_out *j);
void json_out_object_end(struct json_out *j);
void json_out_array(struct json_out *j);
void json_out_array_end(struct json_out *j);

/* The name of the member that follows; a literal. */
void json_out_name(struct json_out *j, const char *name);

/* A string, or null when S.p is NULL. */
void json_out_str(struct json_out *j, struct str s);
void json_out_cstr(struct json_out *j, const char *s);
void json_out_int(struct json_out *j, int64_t v);
void json_out_bool(struct json_out *j, bool v);
void json_out_null(struct json_out *j);

/*
 * A parsed value again: the members' order and the numbers' spelling stay. It
 * comes from json_parse(), so that its strings are UTF-8 is not looked at once
 * more.
 */
void json_out_value(struct json_out *j, const struct json *value);

/* The same with its name, for members of an object. */
void json_out_member(struct json_out *j, const struct json *member);

#endif
