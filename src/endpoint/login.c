#include "base/clock.h"
#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "endpoint/visit.h"
#include "http/cookie.h"
#include "identity/signin.h"

/* The form, with what went wrong with it the last time, if anything. */
struct form {
	struct str username;
	enum text reason;  /* TEXTS: none */
	struct str insert; /* of the reason */
	bool invalid;      /* the fields are what is wrong */
	int status;
};

static void
put_alert(struct page *page, const struct form *form)
{
	if (form->reason == TEXTS)
		return;
	page_html(page, "<p class=\"alert\" id=\"reason\" role=\"alert\">");
	page_text_with(page, form->reason, form->insert);
	page_html(page, "</p>\n");
}

static void
put_state(struct page *page, const struct form *form, bool focus)
{
	if (form->reason != TEXTS)
		page_html(page, " aria-describedby=\"reason\"");
	if (form->invalid)
		page_html(page, " aria-invalid=\"true\"");
	page_html(page, focus ? " required autofocus>\n" : " required>\n");
}

static void
put_fields(struct page *page, const struct form *form)
{
	bool named = form->username.n > 0;

	page_html(page, "<label for=\"username\">");
	page_text(page, TEXT_USERNAME);
	page_html(page,
	    "</label>\n<input id=\"username\" name=\"username\" type=\"text\" "
	    "inputmode=\"email\" autocomplete=\"username\" "
	    "autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\" "
	    "value=\"");
	page_str(page, form->username);
	page_html(page, "\"");
	put_state(page, form, !named);
	page_html(page, "<label for=\"password\">");
	page_text(page, TEXT_PASSWORD);
	page_html(page,
	    "</label>\n<input id=\"password\" name=\"password\" "
	    "type=\"password\" autocomplete=\"current-password\"");
	put_state(page, form, named);
}

/* Behind the form: Enter sends that. */
static void
put_forgot(struct page *page, const struct visit *visit)
{
	if (!conf_sends_mail(visit->call->service->conf))
		return;
	page_html(page, "<p><a href=\"");
	page_str(page, visit_link(visit, "forgot"));
	page_html(page, "\">");
	page_text(page, TEXT_FORGOT_LINK);
	page_html(page, "</a></p>\n");
}

static void
show_form(struct visit *visit, const struct form *form)
{
	struct page page;

	page_begin_with(&page, visit->call, visit->request.ui_locales,
	    visit->asked ? TEXT_SIGN_IN_FOR : TEXT_SIGN_IN, visit->client);
	page.form_target = visit->target;
	page_form(&page, visit_link(visit, "login"));
	put_alert(&page, form);
	put_fields(&page, form);
	page_html(&page, "<button type=\"submit\">");
	page_text(&page, TEXT_SIGN_IN);
	page_html(&page, "</button>\n</form>\n");
	put_forgot(&page, visit);
	page_end(&page, form->status);
}

static void
show_signed_in(struct visit *visit, const struct browser *browser)
{
	struct page page;

	page_begin(
	    &page, visit->call, visit->request.ui_locales, TEXT_SIGNED_IN);
	page_html(&page, "<p>");
	page_text_with(&page, TEXT_SIGNED_IN_NOTE, browser->account.name);
	page_html(&page,
	    "</p>\n<form method=\"post\" action=\"logout\">\n"
	    "<button type=\"submit\">");
	page_text(&page, TEXT_SIGN_OUT);
	page_html(&page,
	    "</button>\n</form>\n<p><a class=\"button second\" "
	    "href=\"account\">");
	page_text(&page, TEXT_ACCOUNT);
	page_html(&page, "</a></p>\n");
	page_end(&page, 200);
}

/* The temporary password was right, but too late. */
static void
show_expired(struct visit *visit)
{
	struct page page;

	page_begin(&page, visit->call, visit->request.ui_locales, TEXT_EXPIRED);
	page_html(&page, "<p role=\"alert\">");
	page_text(&page, TEXT_EXPIRED_NOTE);
	page_html(&page, "</p>\n");
	page_link(&page, visit_link(visit, "login"), TEXT_TO_SIGN_IN);
	put_forgot(&page, visit);
	page_end(&page, 403);
}

/*
 * Whether the request is content with the session that is there. Whom a hint
 * names only authorize looks at, and it has sent the visitor here.
 */
static bool
is_enough(const struct visit *visit, const struct browser *browser)
{
	int64_t age = clock_now() - browser->session.auth_time;

	return browser->signed_in && !visit->prompt_login &&
	    visit->request.id_token_hint.n == 0 &&
	    (visit->max_age < 0 || age <= visit->max_age);
}

static void
show(struct visit *visit)
{
	struct form form = {
		.username = visit->request.login_hint,
		.reason = TEXTS,
		.status = 200,
	};
	struct browser browser;

	if (browser_look(visit->call, &browser) != 0)
		return;
	if (visit->asked && visit->prompt_none)
		visit_go_on(visit, false);
	else if (!is_enough(visit, &browser))
		show_form(visit, &form);
	else if (visit->asked)
		visit_go_on(visit, false);
	else
		show_signed_in(visit, &browser);
}

static void
refuse(struct visit *visit, struct str username)
{
	show_form(visit,
	    &(struct form){
		.username = username,
		.reason = TEXT_SIGN_IN_WRONG,
		.invalid = true,
		.status = 403,
	    });
}

static void
throttle(struct visit *visit, const struct signin *in)
{
	struct form form = { .username = in->username, .status = 429 };
	bool minutes;

	form.insert = page_wait(visit->call, in->wait_ms, &minutes);
	form.reason = minutes ? TEXT_SIGN_IN_MINUTES : TEXT_SIGN_IN_SECONDS;
	show_form(visit, &form);
}

static void
try(struct visit *visit, const struct param_list *fields)
{
	struct call *call = visit->call;
	struct hub hub = call_hub(call);
	struct signin in = {
		.username = param_get(fields, "username"),
		.password = param_get(fields, "password"),
		.source = call->req->remote_addr,
	};
	struct browser_device device;

	if (browser_device(call,
		page_mail_language(call, visit->request.ui_locales),
		&device) != 0)
		return;
	in.device = device.device;
	switch (signin(&hub, &in)) {
	case SIGNIN_DONE:
		browser_device_keep(call, &device);
		cookie_set(call->resp, COOKIE_SESSION, str_of(in.cookie.text));
		visit_go_on(visit, true);
		break;
	case SIGNIN_CHANGE:
		cookie_set(call->resp, COOKIE_CHANGE, str_of(in.cookie.text));
		visit_go(visit, "password");
		break;
	case SIGNIN_FACTOR:
		cookie_set(call->resp, COOKIE_FACTOR, str_of(in.cookie.text));
		visit_go(visit, "second-factor");
		break;
	case SIGNIN_WRONG:
		refuse(visit, in.username);
		break;
	case SIGNIN_EXPIRED:
		show_expired(visit);
		break;
	case SIGNIN_THROTTLED:
		throttle(visit, &in);
		break;
	case SIGNIN_FAILED:
		call_failed(call, in.err);
		break;
	}
}

/* GET and POST /identity/login */
void
login(struct call *call)
{
	struct param_list fields;
	struct visit visit;

	if (!visit_begin(&visit, call))
		return;
	if (call->req->method != METHOD_POST)
		show(&visit);
	else if (visit_form(&visit, "login", &fields))
		try(&visit, &fields);
}
