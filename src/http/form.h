#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/*
 * Decodes the percent escapes of S into the arena (S itself where there are
 * none); PLUS turns + into a space, as forms and queries do. False for a bad
 * escape or when memory is short.
 */
bool percent_decode(
    struct arena *arena, struct str s, bool plus, struct str *out);

/*
 * Takes the next NAME=VALUE of a query or form body off *REST, both decoded.
 * False at the end, and with *BAD set at something that cannot be decoded or
 * holds a NUL; more may follow it then. *NAME stands then too if it can be
 * decoded, else as it came.
 */
bool form_next(struct arena *arena, struct str *rest, struct str *name,
    struct str *value, bool *bad);

/*
 * Appends NAME=VALUE to a query, with "&" before it if there is something
 * already. The value is escaped but for the unreserved characters of RFC 3986.
 */
void form_put(struct buf *query, const char *name, struct str value);

#endif
