#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Strict JSON (RFC 8259) as a tree in an arena. Refused beyond the grammar:
 * members with the same name, lone surrogates, \u0000, ill-formed UTF-8, more
 * depth or length than the caller allows.
 */
enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	struct str name;    /* of this member, decoded; in an object only */
	struct str text;    /* a string decoded, a number as it was spelled */
	struct json *child; /* the first element or member */
	struct json *next;
	size_t count; /* elements or members */
	/*
	 * With JSON_KEPT: how the value stands in the text, if that is what
	 * json_out_value() makes of it; or empty.
	 */
	struct str spelled;
};

/* Depth of arrays and objects that json_parse() goes down to at most. */
#define JSON_DEPTH 64

/*
 * Parses TEXT of at most MAX bytes; the tree and its strings are copies in
 * the arena. HUB_EINVAL, HUB_ETOOBIG or HUB_ENOMEM with the reason in WHY.
 */
int json_parse(struct arena *arena, struct str text, size_t max,
    const struct json **out, struct why *why);

/*
 * The same, with the same refusals, for less. TEXT lives as long as the tree,
 * which may refer to it. HOW:
 * JSON_KEPT     values may have their spelling, so that to write them out again
 *               costs less
 * JSON_SKIMMED  for who wants the members of the root and nothing below: an
 *               array or object among them may come without what is in it, CHILD
 *               and COUNT; with JSON_KEPT it then has its spelling
 */
#define JSON_KEPT 1U
#define JSON_SKIMMED 2U

int json_parse_as(struct arena *arena, struct str text, size_t max,
    unsigned int how, const struct json **out, struct why *why);

/* The member of an object; NULL if there is none or OBJECT is no object. */
const struct json *json_get(const struct json *object, const char *name);

/* A string's text; false if NODE is NULL or something else. */
bool json_string(const struct json *node, struct str *out);

/* A number spelled as digits only, at most MAX; false otherwise. */
bool json_u64(const struct json *node, uint64_t max, uint64_t *out);

#endif
