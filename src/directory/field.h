#ifndef DIRECTORY_FIELD_H
#define DIRECTORY_FIELD_H

#include <stdbool.h>
#include "base/err.h"
#include "base/json_in.h"
#include "base/str.h"

/*
 * Reads members of a record that comes in. A failure is HUB_EINVAL and a
 * sentence that begins with the member's JSON pointer (RFC 6901).
 */

/* An id that must be there. */
int field_id(const struct json *record, const char *name, struct str *out,
    struct why *why);

/* Text that must be there, 1 to MAX bytes. */
int field_text(const struct json *record, const char *name, size_t max,
    struct str *out, struct why *why);

/*
 * The same, but null, empty or absent is allowed: then out->p is NULL. Other
 * systems export what they do not know as an empty string.
 */
int field_text_or_null(const struct json *record, const char *name, size_t max,
    struct str *out, struct why *why);

/* A dossier number that must be there: 1 to 64 printable ASCII characters. */
int field_dossier(const struct json *record, const char *name, struct str *out,
    struct why *why);

/* true or false; GIVEN says whether it is there. */
int field_bool(const struct json *record, const char *name, bool *given,
    bool *out, struct why *why);

/*
 * ARRAY is NULL (absent) or an array of at most 1000 distinct ids. POINTER is
 * its place, for errors ("/groupIds").
 */
int field_ids(const struct json *array, const char *pointer, struct why *why);

/* An object or absent; *OUT is NULL then. */
int field_object(const struct json *record, const char *name,
    const struct json **out, struct why *why);

/* Whether NAME is one of the words of a NULL-ended list. */
bool name_among(struct str name, const char *const *names);

#endif
