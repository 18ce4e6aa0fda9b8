#ifndef BASE_JSON_TREE_H
#define BASE_JSON_TREE_H

#include "base/json_in.h"

/*
 * A tree of json_in.h while it grows, token by token; of the parts of
 * json_parse() alone.
 */
struct json_tree {
	struct arena *arena;
	struct why *why;
	struct json *root;
	struct json *open[JSON_DEPTH]; /* the containers around us */
	struct json *last[JSON_DEPTH]; /* the last child of each */
	size_t depth;
	struct str name; /* of the next member */
	int err;
};

/* False from here on, with the reason: it cannot be done. */
bool json_tree_stop(struct json_tree *tree, int err, const char *reason);

/* The next value, without its text; NULL if there is no memory. */
struct json *json_tree_add(struct json_tree *tree, enum json_type type);

/* An array or object, of which the next values are, until it is closed. */
struct json *json_tree_open(struct json_tree *tree, enum json_type type);

/* An object is refused that has a member twice. */
bool json_tree_close(struct json_tree *tree);

/*
 * One bit of 64 for a name, so that names whose bits differ need no comparing.
 * The ends of names differ more often than their beginnings.
 */
static inline uint64_t
json_tree_name_bit(struct str name)
{
	unsigned int sum = (unsigned int)name.n;

	if (name.n > 0)
		sum += (unsigned char)name.p[0] * 7U +
		    (unsigned char)name.p[name.n / 2] * 5U +
		    (unsigned char)name.p[name.n - 1] * 3U;
	return 1ULL << sum % 64;
}

#define JSON_TREE_NO_MEMORY "too much for the memory of a request"

#endif
