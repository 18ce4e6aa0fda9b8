#ifndef ENDPOINT_PAGE_H
#define ENDPOINT_PAGE_H

#include "base/buf.h"
#include "endpoint/call.h"
#include "endpoint/text.h"
#include "store/mail_rec.h"

/*
 * The server-rendered pages: Dutch and English, no script, one main form that
 * stands first, a strict Content-Security-Policy. Text is escaped here and
 * nowhere else. All pages stand directly under /identity/, and what they lead
 * to is named relative to that.
 */
struct page {
	struct call *call;
	enum language language;
	struct buf html;
	struct str form_target; /* a further source for CSP, or n is 0: where
				   the answer to the form redirects to */
};

/*
 * The language by UI_LOCALES (a parameter, n 0 for none), then
 * Accept-Language, then Dutch. Writes the page's head and the title.
 */
void page_begin(struct page *page, struct call *call, struct str ui_locales,
    enum text title);

/* The same; INSERT stands for "{}" in the title. */
void page_begin_with(struct page *page, struct call *call,
    struct str ui_locales, enum text title, struct str insert);

/* Text of the table, or of a record or request, escaped. */
void page_text(struct page *page, enum text text);
void page_str(struct page *page, struct str s);

/* Text of the table with INSERT for its "{}"; both are escaped. */
void page_text_with(struct page *page, enum text text, struct str insert);

/*
 * Text of the table with a moment for its "{}", as people read it: a day of the
 * calendar and a time that says it is UTC, since the hub does not know where
 * the user is. What reads the page by machine has it in datetime.
 */
void page_text_with_moment(struct page *page, enum text text, int64_t seconds);

/* Markup as it is; a literal. */
void page_html(struct page *page, const char *html);

/* A link to ADDRESS that looks like the main thing to do. */
void page_link(struct page *page, struct str address, enum text text);

/* The beginning of the main form, with its token; "</form>" is the caller's. */
void page_form(struct page *page, struct str action);

/* Ends the page and makes it the answer, beside what is set there already. */
void page_end(struct page *page, int status);

/*
 * The whole page of an error, in place of what the answer was. TEXT says what
 * happened and what to do next; DETAIL is English for developers, or NULL.
 */
void page_error(struct call *call, struct str ui_locales, int status,
    enum text text, const char *detail);

/*
 * How long to wait for another try, as a number of seconds, or minutes, to be
 * read by people; sets Retry-After.
 */
struct str page_wait(struct call *call, int64_t wait_ms, bool *minutes);

/* In which language a mail is that a page in that language leads to. */
enum mail_language page_mail_language(struct call *call, struct str ui_locales);

/* The parameter ui_locales of the request's query; n is 0 without. */
struct str page_locales(struct call *call);

#endif
