#include "endpoint/page.h"

#include "base/clock.h"
#include "endpoint/browser.h"
#include "endpoint/html.h"
#include "endpoint/style.h"
#include "http/form.h"
#include "http/param.h"

#define PAGE_MAX (128 * 1024)
#define POLICY_MAX 2048
#define ADDRESS_MAX (32 * 1024)

#define POLICY                                                                 \
	"default-src 'none'; style-src 'self'; img-src 'self'; "               \
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

void
page_html(struct page *page, const char *html)
{
	buf_str(&page->html, str_of(html));
}

void
page_str(struct page *page, struct str s)
{
	html_put(&page->html, s);
}

void
page_text(struct page *page, enum text text)
{
	page_str(page, text_of(text, page->language));
}

/* The text up to its "{}", and in AFTER what follows; false if it has none. */
static bool
put_before(struct page *page, enum text text, struct str *after)
{
	struct str rest = text_of(text, page->language), before;

	if (str_split(&rest, '{', &before))
		page_str(page, before);
	if (rest.n == 0)
		return false;
	*after = (struct str){ rest.p + 1, rest.n - 1 };
	return true;
}

void
page_text_with(struct page *page, enum text text, struct str insert)
{
	struct str after;

	if (!put_before(page, text, &after))
		return;
	page_str(page, insert);
	page_str(page, after);
}

/* "24 november 2026, 14:03 UTC", of what clock_text() writes. */
static void
put_moment(struct page *page, const char text[CLOCK_TEXT])
{
	const char *day = text[8] == '0' ? text + 9 : text + 8;
	unsigned int month =
	    (unsigned int)(text[5] - '0') * 10 + (unsigned int)(text[6] - '0');

	buf_printf(&page->html,
	    "<time datetime=\"%s\">%.*s %s %.4s, %.5s UTC</time>", text,
	    (int)(text + 10 - day), day, language_month(page->language, month),
	    text, text + 11);
}

void
page_text_with_moment(struct page *page, enum text text, int64_t seconds)
{
	char moment[CLOCK_TEXT];
	struct str after;

	clock_text(seconds, moment);
	if (!put_before(page, text, &after))
		return;
	if (moment[0] != '\0')
		put_moment(page, moment);
	page_str(page, after);
}

struct str
page_locales(struct call *call)
{
	struct param_list list;

	param_read(call->req->arena, call->req->query, &list);
	return param_get(&list, "ui_locales");
}

static void
put_head(struct page *page, enum text title, struct str insert)
{
	char version[STYLE_VERSION];

	style_version(version);
	buf_printf(&page->html,
	    "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
	    language_code(page->language));
	page_text_with(page, title, insert);
	page_html(page, " - ");
	page_text(page, TEXT_PRODUCT);
	buf_printf(&page->html,
	    "</title>\n"
	    "<link rel=\"stylesheet\" href=\"hub.css?v=%s\">\n"
	    "<link rel=\"icon\" type=\"image/svg+xml\" href=\"hub.svg?v=%s\">\n"
	    "</head>\n<body>\n<header><img src=\"hub.svg?v=%s\" alt=\"\" "
	    "width=\"32\" height=\"32\"> ",
	    version, version, version);
	page_text(page, TEXT_PRODUCT);
}

void
page_begin_with(struct page *page, struct call *call, struct str ui_locales,
    enum text title, struct str insert)
{
	*page = (struct page){
		.call = call,
		.language =
		    language_choose(ui_locales, call->req->accept_language),
	};
	buf_init_arena(&page->html, call->req->arena, PAGE_MAX);
	put_head(page, title, insert);
	page_html(page, "</header>\n<main>\n<h1>");
	page_text_with(page, title, insert);
	page_html(page, "</h1>\n");
}

void
page_begin(struct page *page, struct call *call, struct str ui_locales,
    enum text title)
{
	page_begin_with(page, call, ui_locales, title, STR_NONE);
}

void
page_link(struct page *page, struct str address, enum text text)
{
	page_html(page, "<p><a class=\"button\" href=\"");
	page_str(page, address);
	page_html(page, "\">");
	page_text(page, text);
	page_html(page, "</a></p>\n");
}

void
page_form(struct page *page, struct str action)
{
	page_html(page, "<form method=\"post\" action=\"");
	page_str(page, action);
	page_html(page, "\">\n<input type=\"hidden\" name=\"form\" value=\"");
	page_str(page, browser_form_token(page->call));
	page_html(page, "\">\n");
}

/* One parameter as it was sent, but for bytes that no address has. */
static void
put_piece(struct buf *address, struct str piece)
{
	buf_byte(address, '&');
	for (size_t i = 0; i < piece.n; i++) {
		unsigned char c = (unsigned char)piece.p[i];

		if (c > ' ' && c < 0x7f)
			buf_byte(address, (char)c);
		else
			buf_printf(address, "%%%02X", c);
	}
}

/* This page in another language: the query as it is but for ui_locales. */
static struct str
address_in(struct page *page, enum language language)
{
	const struct req *req = page->call->req;
	struct str rest = req->query, piece, path = req->path, segment;
	struct buf address;

	while (str_split(&path, '/', &segment))
		continue;
	buf_init_arena(&address, req->arena, ADDRESS_MAX);
	buf_str(&address, segment);
	buf_printf(&address, "?ui_locales=%s", language_code(language));
	while (str_split(&rest, '&', &piece)) {
		struct str value = piece, raw, name;

		if (piece.n == 0 || !str_split(&value, '=', &raw))
			continue;
		if (!percent_decode(req->arena, raw, true, &name) ||
		    !str_eq(name, STR("ui_locales")))
			put_piece(&address, piece);
	}
	if (buf_error(&address) != 0)
		buf_fail(&page->html, buf_error(&address));
	return buf_view(&address);
}

static void
put_languages(struct page *page)
{
	page_html(page, "<footer>\n<nav aria-label=\"");
	page_text(page, TEXT_LANGUAGE);
	page_html(page, "\">\n");
	for (int l = 0; l < LANGUAGES; l++) {
		const char *code = language_code((enum language)l);

		if (l == (int)page->language) {
			buf_printf(&page->html, "<span>%s</span>\n",
			    language_name((enum language)l));
			continue;
		}
		buf_printf(&page->html,
		    "<a lang=\"%s\" hreflang=\"%s\" href=\"", code, code);
		page_str(page, address_in(page, (enum language)l));
		buf_printf(&page->html, "\">%s</a>\n",
		    language_name((enum language)l));
	}
	page_html(page, "</nav>\n</footer>\n");
}

static void
put_fields(struct page *page)
{
	struct resp *resp = page->call->resp;
	struct buf policy;

	buf_init_arena(&policy, page->call->req->arena, POLICY_MAX);
	BUF_LIT(&policy, POLICY);
	if (page->form_target.n > 0) {
		buf_byte(&policy, ' ');
		buf_str(&policy, page->form_target);
	}
	if (buf_error(&policy) != 0)
		buf_fail(&resp->headers, buf_error(&policy));
	resp_header(resp, "Content-Security-Policy", buf_view(&policy));
	resp_header(resp, "X-Frame-Options", STR("DENY"));
	resp_header(resp, "Referrer-Policy", STR("no-referrer"));
	resp_header(resp, "Cross-Origin-Opener-Policy", STR("same-origin"));
	resp_header(resp, "Permissions-Policy",
	    STR("camera=(), geolocation=(), microphone=(), payment=()"));
	resp_header(resp, "X-Robots-Tag", STR("noindex"));
	resp_header(
	    resp, "Content-Language", str_of(language_code(page->language)));
}

void
page_end(struct page *page, int status)
{
	struct call *call = page->call;

	page_html(page, "</main>\n");
	put_languages(page);
	page_html(page, "</body>\n</html>\n");
	if (buf_error(&page->html) != 0) {
		call_failed(call, buf_error(&page->html));
		buf_reset(&page->html);
	}
	resp_body(call->resp, status, "text/html; charset=utf-8",
	    buf_view(&page->html));
	put_fields(page);
}

void
page_error(struct call *call, struct str ui_locales, int status, enum text text,
    const char *detail)
{
	struct page page;

	resp_clear(call->resp);
	page_begin(&page, call, ui_locales, TEXT_ERROR);
	page_html(&page, "<p>");
	page_text(&page, text);
	page_html(&page, "</p>\n<p class=\"note\">");
	page_text_with(&page, TEXT_REFERENCE, call->req->id);
	if (detail != NULL) {
		page_html(&page, "<br>\n<span lang=\"en\">");
		page_str(&page, str_of(detail));
		page_html(&page, "</span>");
	}
	page_html(&page, "</p>\n");
	page_end(&page, status);
}

struct str
page_wait(struct call *call, int64_t wait_ms, bool *minutes)
{
	struct arena *arena = call->req->arena;
	long long seconds = (wait_ms + 999) / 1000, shown;

	*minutes = seconds > 90;
	/* Nobody minds a second more, and there is no "1 seconds". */
	shown = *minutes ? (seconds + 59) / 60 : seconds < 2 ? 2 : seconds;
	resp_header(call->resp, "Retry-After",
	    str_of(arena_printf(arena, "%lld", seconds)));
	return str_of(arena_printf(arena, "%lld", shown));
}

enum mail_language
page_mail_language(struct call *call, struct str ui_locales)
{
	return language_choose(ui_locales, call->req->accept_language) ==
		LANGUAGE_NL
	    ? MAIL_NL
	    : MAIL_EN;
}
