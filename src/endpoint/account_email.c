/* The section of the account page that is about the user's e-mail address. */
#include "endpoint/account_view.h"
#include "endpoint/password_fields.h"

static bool
is_refused(const struct account_view *view)
{
	return view->reason != TEXTS && view->of_email;
}

static void
put_note(struct page *page, enum text text, struct str insert)
{
	page_html(page, "<p class=\"note\">");
	page_text_with(page, text, insert);
	page_html(page, "</p>\n");
}

static void
put_state(struct page *page, const struct account_view *view)
{
	page_html(page, "<p>");
	page_text_with(page, TEXT_EMAIL_IS, view->address);
	page_html(page, " ");
	page_text(page, view->proven ? TEXT_EMAIL_PROVEN : TEXT_EMAIL_UNPROVEN);
	page_html(page, "</p>\n");
}

static void
put_described(struct page *page, bool refused)
{
	page_html(page,
	    refused ? " aria-describedby=\"reason\" aria-invalid=\"true\" "
		      "autofocus required>\n"
		    : " required>\n");
}

/* The code that was sent, or no change after all. */
static void
put_code(struct page *page, const struct account_view *view)
{
	put_note(page, TEXT_EMAIL_WAITS, view->change.to);
	account_form_begin(page, view, "email-code", NULL, STR_NONE);
	if (is_refused(view))
		account_put_reason(page, view);
	password_put_label(page, "email_code", TEXT_EMAIL_CODE);
	page_html(page,
	    "<input id=\"email_code\" name=\"email_code\" type=\"text\" "
	    "maxlength=\"32\" autocomplete=\"one-time-code\" "
	    "autocapitalize=\"none\" spellcheck=\"false\"");
	put_described(page, is_refused(view));
	page_html(page, "<button type=\"submit\">");
	page_text(page, TEXT_EMAIL_CONFIRM);
	page_html(page, "</button>\n</form>\n");
	account_form_begin(page, view, "email-stop", NULL, STR_NONE);
	account_button_form_end(page, TEXT_EMAIL_STOP, "email");
}

static void
put_new(struct page *page, const struct account_view *view)
{
	bool refused = is_refused(view);

	account_form_begin(page, view, "email", NULL, STR_NONE);
	if (refused)
		account_put_reason(page, view);
	password_put_label(page, "new_email", TEXT_EMAIL_NEW);
	page_html(page,
	    "<input id=\"new_email\" name=\"new_email\" type=\"email\" "
	    "maxlength=\"254\" autocomplete=\"email\" value=\"");
	page_str(page, view->typed);
	page_html(page, "\"");
	put_described(page, refused && !view->wrong);
	password_put_label(page, "email_password", TEXT_CURRENT_PASSWORD);
	page_html(page,
	    "<input id=\"email_password\" name=\"email_password\" "
	    "type=\"password\" autocomplete=\"current-password\"");
	put_described(page, refused && view->wrong);
	put_note(page, TEXT_EMAIL_NOTE, STR_NONE);
	page_html(page, "<button type=\"submit\">");
	page_text(page, TEXT_EMAIL_SEND);
	page_html(page, "</button>\n</form>\n");
}

void
account_put_email(struct page *page, const struct account_view *view)
{
	if (!conf_sends_mail(page->call->service->conf))
		return;
	account_section_begin(page, "email", TEXT_EMAIL);
	put_state(page, view);
	if (view->waits)
		put_code(page, view);
	else
		put_new(page, view);
	page_html(page, "</section>\n");
}

/* How a form of the section ends; DONE: the word for the page. */
static void
answer(struct account_view *view, const struct email_form *in,
    enum email_result result, const char *done)
{
	view->of_email = true;
	view->typed = in->address;
	switch (result) {
	case EMAIL_DONE:
		account_done(view, done);
		break;
	case EMAIL_REFUSED:
		account_refuse(view, 422, TEXT_EMAIL_BAD);
		break;
	case EMAIL_PASSWORD:
		view->wrong = true;
		account_refuse(view, 403, TEXT_CURRENT_WRONG);
		break;
	case EMAIL_CODE:
		account_refuse(view, 403, TEXT_EMAIL_CODE_WRONG);
		break;
	case EMAIL_ENDED:
		account_refuse(view, 403, TEXT_EMAIL_ENDED);
		break;
	case EMAIL_TAKEN:
		account_refuse(view, 409, TEXT_EMAIL_TAKEN);
		break;
	case EMAIL_THROTTLED:
		account_throttle(
		    view, in->wait_ms, TEXT_EMAIL_SECONDS, TEXT_EMAIL_MINUTES);
		break;
	case EMAIL_CLOSED:
		visit_sign_in(view->visit);
		break;
	case EMAIL_FAILED:
		call_failed(view->visit->call, in->err);
		break;
	}
}

/* False when the answer stands: there is no such form without mail. */
static bool
begin(struct account_view *view, struct email_form *in)
{
	struct call *call = view->visit->call;

	*in = (struct email_form){
		.account = &view->browser.account,
		.source = call->req->remote_addr,
		.language =
		    page_mail_language(call, view->visit->request.ui_locales),
	};
	if (conf_sends_mail(call->service->conf))
		return true;
	page_error(
	    call, view->visit->request.ui_locales, 400, TEXT_ERROR_FORM, NULL);
	return false;
}

static void
ask(struct account_view *view, const struct param_list *fields)
{
	struct hub hub = call_hub(view->visit->call);
	struct email_form in;

	if (!begin(view, &in))
		return;
	in.address = param_get(fields, "new_email");
	in.password = param_get(fields, "email_password");
	answer(view, &in, email_change_ask(&hub, &in), "sent");
}

static void
confirm(struct account_view *view, const struct param_list *fields)
{
	struct hub hub = call_hub(view->visit->call);
	enum email_result result;
	struct email_form in;

	if (!begin(view, &in))
		return;
	in.code = param_get(fields, "email_code");
	result = email_change_confirm(&hub, &in);
	answer(view, &in, result, in.only_proven ? "proven" : "email");
}

static void
stop(struct account_view *view, const struct param_list *fields)
{
	struct hub hub = call_hub(view->visit->call);
	struct email_form in;

	(void)fields;
	if (begin(view, &in))
		answer(view, &in, email_change_drop(&hub, &in), "stopped");
}

const struct account_act account_email_acts[] = {
	{ "email", ask },
	{ "email-code", confirm },
	{ "email-stop", stop },
	{ NULL, NULL },
};
