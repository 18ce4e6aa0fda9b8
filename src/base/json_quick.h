#ifndef BASE_JSON_QUICK_H
#define BASE_JSON_QUICK_H

#include "base/json_in.h"

/*
 * The ordinary text in a fraction of yajl's time: without a backslash and
 * without a control character, as records and requests nearly always are. If
 * such a text is sound it becomes the tree that yajl would make of it; all else
 * is left to yajl, which so is the judge of every text that is refused.
 */

/* Whether a text is UTF-8 and may be given to json_quick(). */
bool json_quick_is_plain(struct str text);

/*
 * The tree, or NULL: then it has to be made in another way, and nothing is left
 * in the arena. HOW is that of json_parse_as(). JSON_KEPT: each value has its
 * spelling, a view of TEXT, if that is what json_out_value() would write.
 * JSON_SKIMMED: an array or object that is a member of the root comes without
 * what is in it, and all texts are views of TEXT.
 */
const struct json *json_quick(
    struct arena *arena, struct str text, unsigned int how);

#endif
