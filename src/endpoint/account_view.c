#include "endpoint/account_view.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "directory/account_email.h"
#include "endpoint/address_part.h"
#include "endpoint/password_fields.h"
#include "endpoint/scope_text.h"
#include "identity/session.h"

struct loading {
	struct account_view *view;
	const struct conf *conf;
	int64_t now;
};

/* Those that let their browser in; what has ended otherwise is not looked at. */
static bool
add_session(void *ctx, const struct session_rec *rec)
{
	const struct loading *l = ctx;
	struct account_view *view = l->view;

	if (rec->kind != SESSION_SIGNED_IN ||
	    rec->epoch != view->browser.account.epoch ||
	    l->now >= session_end(l->conf, rec))
		return true;
	if (view->session_count == ACCOUNT_SESSIONS) {
		view->more_sessions = true;
		return false;
	}
	view->sessions[view->session_count++] = *rec;
	return true;
}

static int
compare_sessions(const void *a, const void *b)
{
	const struct session_rec *one = a, *other = b;

	if (one->auth_time != other->auth_time)
		return one->auth_time < other->auth_time ? 1 : -1;
	return str_cmp(one->sid, other->sid);
}

/* What has to do with the e-mail address, and so with mail. */
static int
load_address(struct account_view *view, struct txn *vault, int64_t now)
{
	struct call *call = view->visit->call;
	const struct account_rec *account = &view->browser.account;
	struct txn *directory;
	int rc;

	view->invitation_count = 0;
	view->waits = false;
	if (!conf_sends_mail(call->service->conf))
		return 0;
	rc = account_email(call->req->arena, account, &view->address);
	if (rc != 0)
		return rc;
	view->proven = proven_is(vault, account);
	view->waits = email_change_waits(vault, account, now, &view->change);
	directory =
	    store_read_begin(call->service->directory, call->req->arena);
	view->invitation_count = invitation_list(vault, directory, account, now,
	    view->invitations, ACCOUNT_INVITATIONS);
	return store_read_end(directory);
}

bool
account_view_load(struct account_view *view)
{
	struct call *call = view->visit->call;
	struct str account = view->browser.account.id;
	struct loading l = { view, call->service->conf, clock_now() };
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	int rc, end;

	view->session_count = 0;
	view->more_sessions = false;
	session_walk(vault, account, add_session, &l);
	app_list(vault, l.conf, &view->browser.account, l.now, &view->apps);
	rc = load_address(view, vault, l.now);
	end = store_read_end(vault);
	if (rc != 0 || end != 0) {
		call_failed(call, rc != 0 ? rc : end);
		return false;
	}
	qsort(view->sessions, view->session_count, sizeof(view->sessions[0]),
	    compare_sessions);
	return true;
}

static void
put_line(struct page *page, enum text text, int64_t seconds)
{
	page_text_with_moment(page, text, seconds);
	page_html(page, "<br>\n");
}

void
account_section_begin(struct page *page, const char *id, enum text title)
{
	buf_printf(&page->html,
	    "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">", id, id);
	page_text(page, title);
	page_html(page, "</h2>\n");
}

void
account_form_begin(struct page *page, const struct account_view *view,
    const char *does, const char *name, struct str value)
{
	page_form(page, visit_link(view->visit, "account"));
	buf_printf(&page->html,
	    "<input type=\"hidden\" name=\"do\" value=\"%s\">\n", does);
	if (name == NULL)
		return;
	buf_printf(
	    &page->html, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	page_str(page, value);
	page_html(page, "\">\n");
}

void
account_button_form_end(
    struct page *page, enum text label, const char *described)
{
	buf_printf(&page->html,
	    "<button class=\"second\" type=\"submit\" "
	    "aria-describedby=\"%s\">",
	    described);
	page_text(page, label);
	page_html(page, "</button>\n</form>\n");
}

void
account_put_reason(struct page *page, const struct account_view *view)
{
	page_html(page, "<p class=\"alert\" id=\"reason\" role=\"alert\">");
	page_text_with(page, view->reason, view->insert);
	page_html(page, "</p>\n");
}

static void
put_current(struct page *page, const struct account_view *view)
{
	bool refused = view->reason != TEXTS && !view->of_email;

	password_put_label(page, "current_password", TEXT_CURRENT_PASSWORD);
	page_html(page,
	    "<input id=\"current_password\" name=\"current_password\" "
	    "type=\"password\" autocomplete=\"current-password\"");
	if (refused)
		page_html(page, " aria-describedby=\"reason\" autofocus");
	page_html(page,
	    refused && view->wrong ? " aria-invalid=\"true\" required>\n"
				   : " required>\n");
}

static void
put_password(struct page *page, const struct account_view *view)
{
	bool refused = view->reason != TEXTS && !view->of_email;

	account_section_begin(page, "password", TEXT_OWN_PASSWORD);
	account_form_begin(page, view, "password", NULL, STR_NONE);
	if (refused)
		account_put_reason(page, view);
	password_put_account(page, view->browser.account.name);
	put_current(page, view);
	password_put_new(page, refused && !view->wrong, false);
	page_html(page, "<p class=\"note\">");
	page_text(page, TEXT_OWN_PASSWORD_NOTE);
	page_html(page, "</p>\n<button type=\"submit\">");
	page_text(page, TEXT_OWN_PASSWORD_SAVE);
	page_html(page, "</button>\n</form>\n</section>\n");
}

static void
put_factor(struct page *page, const struct account_view *view)
{
	const struct second_factor_rec *factor = &view->browser.factor;
	bool on = view->browser.has_factor;

	account_section_begin(page, "second-factor", TEXT_FACTOR);
	if (on) {
		page_html(page, "<p class=\"note\">");
		put_line(page, TEXT_FACTOR_SINCE, factor->added);
		page_text_with(page, TEXT_FACTOR_LEFT,
		    str_of(arena_printf(page->call->req->arena, "%u",
			second_factor_left(factor))));
	} else {
		page_html(page, "<p>");
		page_text(page, TEXT_FACTOR_OFF);
		page_html(page, " ");
		page_text(page, TEXT_FACTOR_NOTE);
	}
	page_html(page, "</p>\n");
	page_link(page, visit_link(view->visit, "second-factor"),
	    on ? TEXT_FACTOR_CHANGE : TEXT_FACTOR_BEGIN);
	page_html(page, "</section>\n");
}

static void
put_session(struct page *page, const struct account_view *view, unsigned int i)
{
	const struct session_rec *session = &view->sessions[i];
	bool this = str_eq(session->sid, view->browser.session.sid);
	char id[32];

	snprintf(id, sizeof(id), "session-%u", i);
	buf_printf(&page->html, "<article>\n<h3 id=\"%s\">", id);
	page_text(page, this ? TEXT_SESSION_THIS : TEXT_SESSION_OTHER);
	page_html(page, "</h3>\n<p class=\"note\">");
	put_line(page, TEXT_SESSION_SINCE, session->auth_time);
	put_line(page, TEXT_SESSION_USED, session->used);
	if (session->source.n > 0)
		page_text_with(page, TEXT_SESSION_FROM,
		    address_part(page->call->req->arena, session->source));
	page_html(page, "</p>\n");
	account_form_begin(page, view, "session", "session", session->sid);
	account_button_form_end(page, TEXT_SIGN_OUT, id);
	page_html(page, "</article>\n");
}

static void
put_more(struct page *page, bool more)
{
	if (!more)
		return;
	page_html(page, "<p class=\"note\">");
	page_text(page, TEXT_MORE);
	page_html(page, "</p>\n");
}

static void
put_sessions(struct page *page, const struct account_view *view)
{
	account_section_begin(page, "sessions", TEXT_SESSIONS);
	page_html(page, "<p class=\"note\">");
	page_text(page, TEXT_SESSIONS_UTC);
	page_html(page, "</p>\n");
	for (unsigned int i = 0; i < view->session_count; i++)
		put_session(page, view, i);
	put_more(page, view->more_sessions);
	page_html(page, "</section>\n");
}

static void
put_app(struct page *page, const struct account_view *view, unsigned int i)
{
	const struct app *app = &view->apps.at[i];
	const struct client_rec *client =
	    client_set_find(&page->call->service->clients, app->client);
	char id[32];

	snprintf(id, sizeof(id), "app-%u", i);
	buf_printf(&page->html, "<article>\n<h3 id=\"%s\">", id);
	page_str(page, client != NULL ? client->name : app->client);
	page_html(page, "</h3>\n<p class=\"note\">");
	page_text_with_moment(page, TEXT_APP_SINCE, app->since);
	page_html(page, "</p>\n");
	scope_text_put(page, app->scope);
	account_form_begin(page, view, "app", "client", app->client);
	account_button_form_end(page, TEXT_APP_END, id);
	page_html(page, "</article>\n");
}

static void
put_apps(struct page *page, const struct account_view *view)
{
	account_section_begin(page, "apps", TEXT_APPS);
	for (unsigned int i = 0; i < view->apps.n; i++)
		put_app(page, view, i);
	if (view->apps.n == 0) {
		page_html(page, "<p>");
		page_text(page, TEXT_APPS_NONE);
		page_html(page, "</p>\n");
	}
	put_more(page, view->apps.more);
	page_html(page, "</section>\n");
}

static void
put_everywhere(struct page *page, const struct account_view *view)
{
	account_section_begin(page, "everywhere", TEXT_EVERYWHERE);
	page_html(page, "<p>");
	page_text(page, TEXT_EVERYWHERE_NOTE);
	page_html(page, "</p>\n");
	account_form_begin(page, view, "everywhere", NULL, STR_NONE);
	account_button_form_end(page, TEXT_EVERYWHERE, "everywhere");
	page_html(page, "</section>\n");
}

/* The main form first. */
static void (*const sections[])(
    struct page *page, const struct account_view *view) = {
	put_password,
	account_put_invitations,
	account_put_email,
	put_factor,
	put_sessions,
	put_apps,
	put_everywhere,
};

void
account_view_show(const struct account_view *view, int status)
{
	struct page page;

	page_begin(&page, view->visit->call, view->visit->request.ui_locales,
	    TEXT_ACCOUNT);
	if (view->done != TEXTS) {
		page_html(&page, "<p class=\"status\" role=\"status\">");
		page_text(&page, view->done);
		page_html(&page, "</p>\n");
	}
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		sections[i](&page, view);
	page_end(&page, status);
}
