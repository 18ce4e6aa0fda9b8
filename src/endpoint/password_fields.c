#include "endpoint/password_fields.h"

static const enum text reasons[PASSWORD_FAULTS] = {
	[PASSWORD_GOOD] = TEXTS,
	[PASSWORD_SHORT] = TEXT_CHANGE_SHORT,
	[PASSWORD_LONG] = TEXT_CHANGE_LONG,
	[PASSWORD_UNREADABLE] = TEXT_CHANGE_UNREADABLE,
	[PASSWORD_COMMON] = TEXT_CHANGE_COMMON,
	[PASSWORD_OWN] = TEXT_CHANGE_OWN,
	[PASSWORD_TEMPORARY] = TEXT_CHANGE_TEMPORARY,
};

enum text
password_reason(enum password_fault fault)
{
	return reasons[fault];
}

struct str
password_least(struct call *call)
{
	return str_of(arena_printf(call->req->arena, "%llu",
	    (unsigned long long)call->service->conf->password_min));
}

void
password_put_label(struct page *page, const char *name, enum text label)
{
	buf_printf(&page->html, "<label for=\"%s\">", name);
	page_text(page, label);
	page_html(page, "</label>\n");
}

void
password_put_account(struct page *page, struct str username)
{
	password_put_label(page, "account", TEXT_USERNAME);
	page_html(page,
	    "<input id=\"account\" type=\"text\" "
	    "autocomplete=\"username\" readonly value=\"");
	page_str(page, username);
	page_html(page, "\">\n");
}

static void
put_input(struct page *page, const char *name, bool refused, bool focus)
{
	buf_printf(&page->html,
	    "<input id=\"%s\" name=\"%s\" type=\"password\" "
	    "autocomplete=\"new-password\" aria-describedby=\"%s\"%s "
	    "required%s>\n",
	    name, name, refused ? "reason rule" : "rule",
	    refused ? " aria-invalid=\"true\"" : "", focus ? " autofocus" : "");
}

void
password_put_new(struct page *page, bool refused, bool focus)
{
	password_put_label(page, "new_password", TEXT_NEW_PASSWORD);
	page_html(page, "<p class=\"hint\" id=\"rule\">");
	page_text_with(
	    page, TEXT_NEW_PASSWORD_NOTE, password_least(page->call));
	page_html(page, "</p>\n");
	put_input(page, "new_password", refused, focus);
	password_put_label(
	    page, "new_password_repeat", TEXT_NEW_PASSWORD_REPEAT);
	put_input(page, "new_password_repeat", refused, false);
}
