#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

#include <stdbool.h>
#include "base/str.h"

/*
 * Whether a field value of If-None-Match (RFC 9110 section 13.1.2) names ETAG,
 * which is given with its quotes: a list of tags, weak or strong, compared
 * weakly, or "*". A value that is not well-formed matches nothing.
 */
bool etag_matches(struct str if_none_match, struct str etag);

#endif
