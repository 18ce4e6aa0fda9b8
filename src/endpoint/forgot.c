#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "endpoint/visit.h"
#include "identity/forgotten.h"

/* REASON: why the last one was kept out, for which INSERT stands, or TEXTS. */
static void
show_form(struct visit *visit, struct str username, enum text reason,
    struct str insert)
{
	bool refused = reason != TEXTS;
	struct page page;

	page_begin(&page, visit->call, visit->request.ui_locales, TEXT_FORGOT);
	page_form(&page, visit_link(visit, "forgot"));
	page_html(&page,
	    refused ? "<p class=\"alert\" id=\"reason\" role=\"alert\">"
		    : "<p>");
	page_text_with(&page, refused ? reason : TEXT_FORGOT_NOTE, insert);
	page_html(&page, "</p>\n<label for=\"username\">");
	page_text(&page, TEXT_USERNAME);
	page_html(&page,
	    "</label>\n<input id=\"username\" name=\"username\" type=\"text\" "
	    "inputmode=\"email\" autocomplete=\"username\" "
	    "autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\" "
	    "value=\"");
	page_str(&page, username);
	page_html(&page, refused ? "\" aria-describedby=\"reason\"" : "\"");
	page_html(&page, " required autofocus>\n<button type=\"submit\">");
	page_text(&page, TEXT_FORGOT_SEND);
	page_html(&page, "</button>\n</form>\n");
	page_link(&page, visit_link(visit, "login"), TEXT_TO_SIGN_IN);
	page_end(&page, refused ? 429 : 200);
}

static void
show_sent(struct visit *visit)
{
	struct page page;

	page_begin(
	    &page, visit->call, visit->request.ui_locales, TEXT_FORGOT_SENT);
	page_html(&page, "<p role=\"status\">");
	page_text(&page, TEXT_FORGOT_SENT_NOTE);
	page_html(&page, "</p>\n");
	page_link(&page, visit_link(visit, "login"), TEXT_TO_SIGN_IN);
	page_end(&page, 200);
}

static void
throttle(struct visit *visit, const struct forgotten *in)
{
	bool minutes;
	struct str wait = page_wait(visit->call, in->wait_ms, &minutes);

	show_form(visit, in->username,
	    minutes ? TEXT_FORGOT_MINUTES : TEXT_FORGOT_SECONDS, wait);
}

static void
send(struct visit *visit, const struct param_list *fields)
{
	struct call *call = visit->call;
	struct hub hub = call_hub(call);
	struct forgotten in = {
		.username = param_get(fields, "username"),
		.source = call->req->remote_addr,
		.language = page_mail_language(call, visit->request.ui_locales),
	};

	switch (forgotten_ask(&hub, &in)) {
	case FORGOTTEN_DONE:
		show_sent(visit);
		break;
	case FORGOTTEN_THROTTLED:
		throttle(visit, &in);
		break;
	case FORGOTTEN_FAILED:
		call_failed(call, in.err);
		break;
	}
}

/* GET and POST /identity/forgot, where mail is sent: a temporary password. */
void
forgot(struct call *call)
{
	struct param_list fields;
	struct visit visit;

	if (!conf_sends_mail(call->service->conf)) {
		page_error(
		    call, page_locales(call), 404, TEXT_ERROR_NOT_FOUND, NULL);
		return;
	}
	if (!visit_begin(&visit, call))
		return;
	if (call->req->method != METHOD_POST)
		show_form(&visit, visit.request.login_hint, TEXTS, STR_NONE);
	else if (visit_form(&visit, "forgot", &fields))
		send(&visit, &fields);
}
