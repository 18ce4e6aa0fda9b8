#ifndef ENDPOINT_PAGE_H
#define ENDPOINT_PAGE_H

#include "base/buf.h"
#include "endpoint/call.h"
#include "endpoint/text.h"

/*
 * The server-rendered pages: Dutch and English, no script, one main form that
 * stands first, a strict Content-Security-Policy. Text is escaped here and
 * nowhere else.
 */
struct page {
	struct call *call;
	enum language language;
	struct buf html;
	struct str form_action; /* a further source for CSP, or n is 0 */
};

/*
 * The language by UI_LOCALES (a parameter, n 0 for none), then
 * Accept-Language, then Dutch. Writes the page's head.
 */
void page_begin(struct page *page, struct call *call, struct str ui_locales,
    enum text title);

/* Text of the table, or of a record or request, escaped. */
void page_text(struct page *page, enum text text);
void page_str(struct page *page, struct str s);

/* Markup as it is; a literal. */
void page_html(struct page *page, const char *html);

/* Ends the page and makes it the answer. */
void page_end(struct page *page, int status);

/*
 * The whole page of an error. TEXT says what happened and what to do next;
 * DETAIL is English for developers, or NULL.
 */
void page_error(struct call *call, struct str ui_locales, int status,
    enum text text, const char *detail);

#endif
