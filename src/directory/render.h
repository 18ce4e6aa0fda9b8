#ifndef DIRECTORY_RENDER_H
#define DIRECTORY_RENDER_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/str.h"

/* How records become the JSON that is stored beside them, ready to be sent. */

/*
 * Renders the members of RECORD, in their order, but those in LEFT_OUT, and
 * then MORE (or NULL), as an object into the arena.
 */
int render_without(struct arena *arena, const struct json *record,
    const char *const *left_out, const struct json *more, struct str *out);

/* The entity tag of a rendered item, with its quotes. */
int render_etag(struct arena *arena, struct str item, struct str *etag);

/* Passes RC on; the sentence says what the maker of the record can do. */
int render_result(int rc, struct why *why);

/* What a rendered record may measure: an NDJSON line and some more. */
#define RENDER_MAX (2 * 1024 * 1024)

/* What an item of the API may measure: an answer holds it whole. */
#define ITEM_MAX (256 * 1024)

/* The same of an item in a list, of which an answer holds many. */
#define LIST_ITEM_MAX (48 * 1024)

/* Rendering a record from a line of no more than this breaks no bound. */
#define RENDER_SURE (32 * 1024)

#endif
