#include "base/clock.h"
#include "endpoint/browser.h"
#include "endpoint/factor_place.h"
#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "endpoint/visit.h"
#include "http/cookie.h"
#include "identity/factor_act.h"
#include "identity/signin.h"

#define PATH "second-factor"

/* The page that is shown, with what went wrong with it the last time. */
struct view {
	struct visit *visit;
	const struct factor_place *place;
	enum text reason;  /* TEXTS: nothing */
	struct str insert; /* of the reason */
	bool invalid;      /* the fields are what is wrong */
	int status;
};

/* What a form brings back as "step", so that an old page does nothing else. */
static const char *const steps[] = {
	[FACTOR_NOBODY] = "",
	[FACTOR_CODE] = "code",
	[FACTOR_ADD] = "add",
	[FACTOR_PASSWORD] = "password",
	[FACTOR_ON] = "on",
};

static void
put_paragraph(struct page *page, enum text text)
{
	page_html(page, "<p>");
	page_text(page, text);
	page_html(page, "</p>\n");
}

static void
begin(struct page *page, const struct view *view, enum text title)
{
	struct visit *visit = view->visit;

	page_begin(page, visit->call, visit->request.ui_locales, title);
	page->form_target = visit->target;
	page_form(page, visit_link(visit, PATH));
	buf_printf(&page->html,
	    "<input type=\"hidden\" name=\"step\" value=\"%s\">\n",
	    steps[view->place->step]);
	if (view->reason == TEXTS)
		return;
	page_html(page, "<p class=\"alert\" id=\"reason\" role=\"alert\">");
	page_text_with(page, view->reason, view->insert);
	page_html(page, "</p>\n");
}

static void
put_field(struct page *page, const struct view *view, const char *name,
    enum text label, const char *attributes)
{
	buf_printf(&page->html, "<label for=\"%s\">", name);
	page_text(page, label);
	buf_printf(&page->html, "</label>\n<input id=\"%s\" name=\"%s\" %s",
	    name, name, attributes);
	if (view->reason != TEXTS)
		page_html(page, " aria-describedby=\"reason\"");
	if (view->invalid)
		page_html(page, " aria-invalid=\"true\"");
	page_html(page, " required>\n");
}

#define CODE_INPUT                                                             \
	"type=\"text\" inputmode=\"numeric\" autocomplete=\"one-time-code\" "  \
	"autocapitalize=\"none\" autocorrect=\"off\" spellcheck=\"false\""
#define PASSWORD_INPUT "type=\"password\" autocomplete=\"current-password\""

/* Who has come from there goes back; who is on the way in does not. */
static void
put_way_back(struct page *page, const struct view *view)
{
	if (view->place->step == FACTOR_CODE || view->place->must)
		return;
	page_html(page, "<p><a class=\"button second\" href=\"");
	page_str(page, visit_link(view->visit, "account"));
	page_html(page, "\">");
	page_text(page, TEXT_TO_ACCOUNT);
	page_html(page, "</a></p>\n");
}

static void
end_form(struct page *page, const struct view *view)
{
	page_html(page, "</form>\n");
	put_way_back(page, view);
	page_end(page, view->status);
}

static void
end(struct page *page, const struct view *view, enum text button)
{
	page_html(page, "<button type=\"submit\">");
	page_text(page, button);
	page_html(page, "</button>\n");
	end_form(page, view);
}

/* Password managers want the name too; it is not sent. */
static void
put_account(struct page *page, const struct view *view)
{
	page_html(page, "<label for=\"account\">");
	page_text(page, TEXT_USERNAME);
	page_html(page,
	    "</label>\n<input id=\"account\" type=\"text\" "
	    "autocomplete=\"username\" readonly value=\"");
	page_str(page, view->place->account.name);
	page_html(page, "\">\n");
}

static void
show_code(const struct view *view)
{
	struct page page;

	begin(&page, view, TEXT_CODE);
	put_paragraph(&page, TEXT_CODE_NOTE);
	put_account(&page, view);
	put_field(
	    &page, view, "code", TEXT_CODE_FIELD, CODE_INPUT " autofocus");
	end(&page, view, TEXT_CODE_SEND);
}

static void
show_password(const struct view *view)
{
	struct page page;

	begin(&page, view, TEXT_FACTOR);
	put_paragraph(&page, TEXT_FACTOR_NOTE);
	put_paragraph(&page, TEXT_FACTOR_PASSWORD_NOTE);
	put_account(&page, view);
	put_field(&page, view, "password", TEXT_PASSWORD,
	    PASSWORD_INPUT " autofocus");
	end(&page, view, TEXT_CODE_SEND);
}

static void
show_on(const struct view *view)
{
	const char *left = arena_printf(
	    view->visit->call->req->arena, "%u", view->place->left);
	struct page page;

	begin(&page, view, TEXT_FACTOR);
	page_html(&page, "<p>");
	page_text_with(&page, TEXT_FACTOR_ON, str_of(left));
	page_html(&page, "</p>\n");
	put_paragraph(&page, TEXT_FACTOR_REMOVE_NOTE);
	put_account(&page, view);
	put_field(&page, view, "password", TEXT_PASSWORD, PASSWORD_INPUT);
	put_field(&page, view, "code", TEXT_CODE_FIELD, CODE_INPUT);
	/* Enter alone presses the first. */
	page_html(
	    &page, "<button type=\"submit\" name=\"act\" value=\"renew\">");
	page_text(&page, TEXT_FACTOR_RENEW);
	page_html(&page,
	    "</button>\n<button class=\"second\" type=\"submit\" "
	    "name=\"act\" value=\"remove\">");
	page_text(&page, TEXT_FACTOR_REMOVE);
	page_html(&page, "</button>\n");
	end_form(&page, view);
}

/* In groups of four, as people copy it. */
static void
put_secret(struct page *page, const struct factor_place *place)
{
	char text[TOTP_TEXT];

	page_html(page, "<p class=\"secret\"><span>");
	page_text(page, TEXT_FACTOR_KEY);
	page_html(page, "</span> <code>");
	if (totp_text(place->session.proposal, text) != 0)
		buf_fail(&page->html, HUB_EINVAL);
	for (size_t i = 0; i < strlen(text); i += 4)
		buf_printf(&page->html, "%s%.4s", i > 0 ? " " : "", text + i);
	page_html(page, "</code></p>\n");
}

static void
show_add(const struct view *view)
{
	const struct factor_place *place = view->place;
	struct str uri = factor_place_uri(view->visit->call, place);
	struct page page;

	begin(&page, view, TEXT_FACTOR);
	put_paragraph(
	    &page, place->must ? TEXT_FACTOR_REQUIRED : TEXT_FACTOR_NOTE);
	put_paragraph(&page, TEXT_FACTOR_SCAN);
	page_html(&page, "<img class=\"qr\" src=\"second-factor.svg\" alt=\"");
	page_text(&page, TEXT_FACTOR_PICTURE);
	page_html(&page, "\" width=\"220\" height=\"220\">\n");
	put_secret(&page, place);
	page_html(&page, "<p><a href=\"");
	page_str(&page, uri);
	page_html(&page, "\">");
	page_text(&page, TEXT_FACTOR_OPEN);
	page_html(&page, "</a></p>\n");
	put_field(&page, view, "code", TEXT_FACTOR_CONFIRM, CODE_INPUT);
	if (uri.p == NULL)
		buf_fail(&page.html, HUB_ETOOBIG);
	end(&page, view, TEXT_FACTOR_SET);
}

static void
show_view(const struct view *view)
{
	switch (view->place->step) {
	case FACTOR_NOBODY:
		visit_go(view->visit, "login");
		break;
	case FACTOR_CODE:
		show_code(view);
		break;
	case FACTOR_ADD:
		show_add(view);
		break;
	case FACTOR_PASSWORD:
		show_password(view);
		break;
	case FACTOR_ON:
		show_on(view);
		break;
	}
}

static void
refuse(struct visit *visit, const struct factor_place *place, enum text reason)
{
	show_view(&(struct view){
	    .visit = visit,
	    .place = place,
	    .reason = reason,
	    .invalid = true,
	    .status = 403,
	});
}

static void
throttle(struct visit *visit, const struct factor_place *place, int64_t wait_ms)
{
	struct view view = { .visit = visit, .place = place, .status = 429 };
	bool minutes;

	view.insert = page_wait(visit->call, wait_ms, &minutes);
	view.reason = minutes ? TEXT_CODE_MINUTES : TEXT_CODE_SECONDS;
	show_view(&view);
}

/* The codes for recovery leave here, once. */
static void
show_recovery(
    struct visit *visit, const struct recovery *recovery, enum text note)
{
	struct page page;

	page_begin(
	    &page, visit->call, visit->request.ui_locales, TEXT_RECOVERY);
	put_paragraph(&page, note);
	page_html(&page, "<ul class=\"codes\">\n");
	for (size_t i = 0; i < RECOVERY_CODES; i++)
		buf_printf(&page.html, "<li><code>%s</code></li>\n",
		    recovery->text[i]);
	page_html(&page, "</ul>\n");
	page_link(&page, visit_on(visit, "account"), TEXT_RECOVERY_KEPT);
	page_end(&page, 200);
}

/* The answers that all forms share; DONE is the caller's. */
static void
answer(struct visit *visit, const struct factor_place *place,
    enum factor_result result, const struct factor_form *in, enum text wrong)
{
	switch (result) {
	case FACTOR_DONE:
		break;
	case FACTOR_WRONG:
		refuse(visit, place, wrong);
		break;
	case FACTOR_THROTTLED:
		throttle(visit, place, in->wait_ms);
		break;
	case FACTOR_CLOSED:
		/* The page as things are now, or the sign-in. */
		visit_go(visit, PATH);
		break;
	case FACTOR_FAILED:
		call_failed(visit->call, in->err);
		break;
	}
}

static void
begin_session(struct call *call, const struct factor_form *in)
{
	cookie_set(call->resp, COOKIE_SESSION, str_of(in->cookie.text));
	cookie_clear(call->resp, COOKIE_FACTOR);
}

static void
send_code(struct visit *visit, const struct factor_place *place,
    struct factor_form *in)
{
	struct hub hub = call_hub(visit->call);
	enum factor_result result = factor_signin(&hub, in);

	answer(visit, place, result, in, TEXT_CODE_WRONG);
	if (result != FACTOR_DONE)
		return;
	begin_session(visit->call, in);
	visit_go_on(visit, true);
}

static void
send_add(struct visit *visit, const struct factor_place *place,
    struct factor_form *in)
{
	struct hub hub = call_hub(visit->call);
	enum factor_result result = factor_add(&hub, in);

	answer(visit, place, result, in, TEXT_CODE_WRONG);
	if (result != FACTOR_DONE)
		return;
	begin_session(visit->call, in);
	show_recovery(visit, &in->recovery, TEXT_RECOVERY_NOTE);
}

/* One that is there is taken away, or gets other codes for recovery. */
static void
send_on(struct visit *visit, const struct factor_place *place,
    struct factor_form *in, struct str act)
{
	struct hub hub = call_hub(visit->call);
	bool renew = str_eq(act, STR("renew"));
	enum factor_result result = FACTOR_CLOSED;

	if (renew)
		result = factor_renew(&hub, in);
	else if (str_eq(act, STR("remove")))
		result = factor_remove(&hub, in);
	answer(visit, place, result, in, TEXT_FACTOR_REMOVE_WRONG);
	if (result != FACTOR_DONE)
		return;
	if (renew) {
		show_recovery(visit, &in->recovery, TEXT_RECOVERY_NEW);
		return;
	}
	cookie_set(visit->call->resp, COOKIE_DONE, STR("factor"));
	visit_go(visit, "account");
}

/* What is proposed then tells that the password was right. */
static void
send_password(struct visit *visit, const struct factor_place *place,
    struct factor_form *in)
{
	struct hub hub = call_hub(visit->call);
	struct signin confirm = {
		.username = place->account.name,
		.password = in->password,
		.source = in->source,
	};
	enum factor_result result = FACTOR_WRONG;

	switch (signin_confirm(&hub, &confirm)) {
	case SIGNIN_DONE:
		result = factor_propose(&hub, in);
		break;
	case SIGNIN_THROTTLED:
		result = FACTOR_THROTTLED;
		in->wait_ms = confirm.wait_ms;
		break;
	case SIGNIN_FAILED:
		result = FACTOR_FAILED;
		in->err = confirm.err;
		break;
	default:
		break;
	}
	answer(visit, place, result, in, TEXT_FACTOR_PASSWORD_WRONG);
	if (result == FACTOR_DONE)
		visit_go(visit, PATH);
}

static void
submit(struct visit *visit, const struct factor_place *place,
    const struct param_list *fields)
{
	static void (*const send[])(struct visit * visit,
	    const struct factor_place *place, struct factor_form *in) = {
		[FACTOR_CODE] = send_code,
		[FACTOR_ADD] = send_add,
		[FACTOR_PASSWORD] = send_password,
	};
	struct factor_form in = {
		.session = place->cookie,
		.code = param_get(fields, "code"),
		.password = param_get(fields, "password"),
		.source = visit->call->req->remote_addr,
	};
	struct call *call = visit->call;
	struct browser_device device;

	if (browser_device(call,
		page_mail_language(call, visit->request.ui_locales),
		&device) != 0)
		return;
	in.device = device.device;
	if (place->step == FACTOR_NOBODY ||
	    !str_eq(param_get(fields, "step"), str_of(steps[place->step])))
		visit_go(visit, PATH);
	else if (place->step == FACTOR_ON)
		send_on(visit, place, &in, param_get(fields, "act"));
	else
		send[place->step](visit, place, &in);
	if (in.cookie.text[0] != '\0')
		browser_device_keep(call, &device);
}

/* A secret is proposed to who may add one and has none to see yet. */
static void
show(struct visit *visit, struct factor_place *place)
{
	struct call *call = visit->call;
	struct factor_form in = { .session = place->cookie };
	struct hub hub = call_hub(call);
	enum factor_result result;

	if (place->step == FACTOR_ADD &&
	    !factor_has_proposal(&place->session, clock_now())) {
		result = factor_propose(&hub, &in);
		if (result == FACTOR_FAILED)
			call_failed(call, in.err);
		if (result == FACTOR_FAILED ||
		    factor_place_find(call, place) != 0)
			return;
	}
	show_view(&(struct view){
	    .visit = visit, .place = place, .reason = TEXTS, .status = 200 });
}

/*
 * GET and POST /identity/second-factor: the code that a sign-in asks for, and
 * how one comes to have such codes.
 */
void
second_factor(struct call *call)
{
	struct factor_place place;
	struct param_list fields;
	struct visit visit;

	if (!visit_begin(&visit, call) || factor_place_find(call, &place) != 0)
		return;
	if (call->req->method != METHOD_POST)
		show(&visit, &place);
	else if (visit_form(&visit, PATH, &fields))
		submit(&visit, &place, &fields);
}
