#ifndef HTTP_PARAM_H
#define HTTP_PARAM_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/str.h"
#include "http/req.h"

/*
 * The parameters of a query or form body by name. An empty value is an absent
 * one (RFC 6749 section 3.1). What stands twice is told, since nothing may be
 * decided by it.
 */
#define PARAM_MAX 64

struct param_list {
	struct {
		struct str name, value;
	} at[PARAM_MAX];
	unsigned int n;
	struct str twice; /* the first name that stands twice, else n is 0 */
	bool bad; /* something cannot be decoded, or there are too many */
};

/* Text is decoded into the arena. */
void param_read(struct arena *arena, struct str text, struct param_list *list);

/*
 * Those of a POST body: false if the request has none or it is no
 * application/x-www-form-urlencoded.
 */
bool param_read_body(const struct req *req, struct param_list *list);

/* p is NULL if it is not there. */
struct str param_get(const struct param_list *list, const char *name);

/* Whether NAME is the one that stands twice. */
bool param_is_twice(const struct param_list *list, const char *name);

#endif
