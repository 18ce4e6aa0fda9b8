#include "base/clock.h"
#include "base/secret.h"
#include "directory/account.h"
#include "endpoint/browser.h"
#include "endpoint/password_fields.h"
#include "endpoint/routes.h"
#include "endpoint/visit.h"
#include "http/cookie.h"
#include "identity/session.h"
#include "identity/signin.h"

/* The form that a right temporary password has opened. */
struct form {
	struct opaque_digest cookie;
	struct session_rec session;
	struct account_rec account;
};

static bool
find_session(struct call *call, struct form *form)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);
	bool found = session_get(
	    vault, s->conf, &form->cookie, clock_now(), &form->session);
	int rc = store_read_end(vault);

	if (rc != 0)
		call_failed(call, rc);
	return rc == 0 && found && form->session.kind == SESSION_CHANGE;
}

/* False also when a store has failed. */
static bool
is_open(struct call *call, struct form *form)
{
	struct str cookie = cookie_get(call->req, COOKIE_CHANGE);
	bool found;

	if (opaque_digest_of(cookie, &form->cookie) != 0 ||
	    !find_session(call, form) || call_look(call) != 0)
		return false;
	found = account_get(call->txn, form->session.account, &form->account) &&
	    form->account.enabled && form->account.epoch == form->session.epoch;
	return call_look_end(call) == 0 && found;
}

/* REASON: why the last one was refused, or TEXTS. */
static void
show_form(struct visit *visit, const struct form *form, enum text reason)
{
	struct call *call = visit->call;
	bool refused = reason != TEXTS;
	struct page page;

	page_begin(&page, call, visit->request.ui_locales, TEXT_CHANGE);
	page.form_target = visit->target;
	page_form(&page, visit_link(visit, "password"));
	page_html(&page,
	    refused ? "<p class=\"alert\" id=\"reason\" role=\"alert\">"
		    : "<p>");
	page_text_with(
	    &page, refused ? reason : TEXT_CHANGE_NOTE, password_least(call));
	page_html(&page, "</p>\n");
	password_put_account(&page, form->account.name);
	password_put_new(&page, refused, true);
	page_html(&page, "<button type=\"submit\">");
	page_text(&page, TEXT_SAVE);
	page_html(&page, "</button>\n</form>\n");
	page_end(&page, refused ? 422 : 200);
}

static void
show_closed(struct visit *visit)
{
	struct page page;

	page_begin(
	    &page, visit->call, visit->request.ui_locales, TEXT_CHANGE_CLOSED);
	page_html(&page, "<p role=\"alert\">");
	page_text(&page, TEXT_CHANGE_CLOSED_NOTE);
	page_html(&page, "</p>\n");
	page_link(&page, visit_link(visit, "login"), TEXT_TO_SIGN_IN);
	page_end(&page, 403);
	cookie_clear(visit->call->resp, COOKIE_CHANGE);
}

static void
change(struct visit *visit, const struct form *form, struct str password)
{
	struct call *call = visit->call;
	struct hub hub = call_hub(call);
	struct change in = {
		.form = form->cookie,
		.password = password,
		.source = call->req->remote_addr,
	};
	struct browser_device device;

	if (browser_device(call,
		page_mail_language(call, visit->request.ui_locales),
		&device) != 0)
		return;
	in.device = device.device;
	switch (signin_change(&hub, call->service->blocklist, &in)) {
	case CHANGE_DONE:
		browser_device_keep(call, &device);
		cookie_set(call->resp, COOKIE_SESSION, str_of(in.cookie.text));
		cookie_clear(call->resp, COOKIE_CHANGE);
		visit_go_on(visit, true);
		break;
	case CHANGE_FACTOR:
		cookie_set(call->resp, COOKIE_FACTOR, str_of(in.cookie.text));
		cookie_clear(call->resp, COOKIE_CHANGE);
		visit_go(visit, "second-factor");
		break;
	case CHANGE_REFUSED:
		show_form(visit, form, password_reason(in.fault));
		break;
	case CHANGE_CLOSED:
		show_closed(visit);
		break;
	case CHANGE_FAILED:
		call_failed(call, in.err);
		break;
	}
}

static void
submit(struct visit *visit, const struct form *form,
    const struct param_list *fields)
{
	struct str password = param_get(fields, "new_password");

	if (secret_eq(password, param_get(fields, "new_password_repeat")))
		change(visit, form, password);
	else
		show_form(visit, form, TEXT_CHANGE_DIFFER);
}

/* GET and POST /identity/password: a temporary one becomes the user's own. */
void
password_change(struct call *call)
{
	struct param_list fields;
	struct visit visit;
	struct form form;

	if (!visit_begin(&visit, call))
		return;
	if (!is_open(call, &form)) {
		if (call->failed == 0)
			show_closed(&visit);
	} else if (call->req->method != METHOD_POST)
		show_form(&visit, &form, TEXTS);
	else if (visit_form(&visit, "password", &fields))
		submit(&visit, &form, &fields);
}
