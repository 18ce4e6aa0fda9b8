#ifndef ENDPOINT_HTML_H
#define ENDPOINT_HTML_H

#include "base/buf.h"
#include "base/str.h"

/*
 * Appends S as text of HTML, between tags and in attributes in double quotes
 * alike: what means something there is escaped, what is not UTF-8 and control
 * characters become U+FFFD.
 */
void html_put(struct buf *out, struct str s);

#endif
