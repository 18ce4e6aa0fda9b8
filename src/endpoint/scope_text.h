#ifndef ENDPOINT_SCOPE_TEXT_H
#define ENDPOINT_SCOPE_TEXT_H

#include "endpoint/page.h"

/* What an app with this scope can do, as a list in words for its user. */
void scope_text_put(struct page *page, struct str scope);

#endif
