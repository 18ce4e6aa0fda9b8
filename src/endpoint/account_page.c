/*
 * The user's own page. Each form answers with 303 to the page itself, where a
 * cookie that no other site can set says what has been done.
 */
#include "base/secret.h"
#include "endpoint/account_view.h"
#include "endpoint/password_fields.h"
#include "endpoint/routes.h"
#include "http/cookie.h"
#include "identity/own_password.h"

static const struct {
	const char *word;
	enum text text;
} outcomes[] = {
	{ "password", TEXT_DONE_PASSWORD },
	{ "session", TEXT_DONE_SESSION },
	{ "app", TEXT_DONE_APP },
	{ "factor", TEXT_DONE_FACTOR },
	{ "already", TEXT_DONE_ALREADY },
	{ "sent", TEXT_DONE_SENT },
	{ "proven", TEXT_DONE_PROVEN },
	{ "email", TEXT_DONE_EMAIL },
	{ "stopped", TEXT_DONE_STOPPED },
	{ "linked", TEXT_DONE_LINKED },
	{ "declined", TEXT_DONE_DECLINED },
	{ "gone", TEXT_DONE_GONE },
	{ "prove", TEXT_INVITATION_PROVE },
};

static enum text
outcome_of(struct str word)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (str_eq(word, str_of(outcomes[i].word)))
			return outcomes[i].text;
	}
	return TEXTS;
}

static void
show(struct account_view *view)
{
	struct call *call = view->visit->call;
	struct str word = cookie_get(call->req, COOKIE_DONE);

	if (!account_view_load(view))
		return;
	view->done = outcome_of(word);
	account_view_show(view, 200);
	if (word.p != NULL)
		cookie_clear(call->resp, COOKIE_DONE);
}

void
account_refuse(struct account_view *view, int status, enum text reason)
{
	view->reason = reason;
	if (account_view_load(view))
		account_view_show(view, status);
}

void
account_done(struct account_view *view, const char *word)
{
	cookie_set(view->visit->call->resp, COOKIE_DONE, str_of(word));
	visit_go(view->visit, "account");
}

/* Nobody is signed in with this browser any more. */
static void
leave(struct account_view *view)
{
	cookie_clear(view->visit->call->resp, COOKIE_SESSION);
	visit_go(view->visit, "login");
}

void
account_throttle(struct account_view *view, int64_t wait_ms, enum text seconds,
    enum text minutes)
{
	bool long_wait;

	view->insert = page_wait(view->visit->call, wait_ms, &long_wait);
	account_refuse(view, 429, long_wait ? minutes : seconds);
}

static void
change_password(struct account_view *view, const struct param_list *fields)
{
	struct call *call = view->visit->call;
	struct hub hub = call_hub(call);
	struct own_change in = {
		.session = view->browser.cookie,
		.current = param_get(fields, "current_password"),
		.password = param_get(fields, "new_password"),
		.source = call->req->remote_addr,
		.language =
		    page_mail_language(call, view->visit->request.ui_locales),
	};

	view->insert = password_least(call);
	if (!secret_eq(in.password, param_get(fields, "new_password_repeat"))) {
		account_refuse(view, 422, TEXT_CHANGE_DIFFER);
		return;
	}
	switch (own_password_change(&hub, call->service->blocklist, &in)) {
	case OWN_DONE:
		cookie_set(call->resp, COOKIE_SESSION, str_of(in.cookie.text));
		account_done(view, "password");
		break;
	case OWN_REFUSED:
		account_refuse(view, 422, password_reason(in.fault));
		break;
	case OWN_WRONG:
		view->wrong = true;
		account_refuse(view, 403, TEXT_CURRENT_WRONG);
		break;
	case OWN_THROTTLED:
		view->wrong = true;
		account_throttle(view, in.wait_ms, TEXT_SIGN_IN_SECONDS,
		    TEXT_SIGN_IN_MINUTES);
		break;
	case OWN_CLOSED:
		visit_sign_in(view->visit);
		break;
	case OWN_FAILED:
		call_failed(call, in.err);
		break;
	}
}

static void
end_one_session(struct account_view *view, const struct param_list *fields)
{
	struct call *call = view->visit->call;
	struct hub hub = call_hub(call);
	const struct actor actor = { .source = call->req->remote_addr,
		.by = view->browser.account.id };
	struct str sid = param_get(fields, "session");
	int rc = act_end_session(
	    &hub, &actor, "session.ended", view->browser.account.id, sid);

	if (rc != 0 && rc != HUB_ENOENT)
		call_failed(call, rc);
	else if (str_eq(sid, view->browser.session.sid))
		leave(view);
	else
		account_done(view, rc == 0 ? "session" : "already");
}

static void
end_app(struct account_view *view, const struct param_list *fields)
{
	struct call *call = view->visit->call;
	struct hub hub = call_hub(call);
	const struct actor actor = { .source = call->req->remote_addr,
		.by = view->browser.account.id };
	int rc = app_end(&hub, &actor, view->browser.account.id,
	    param_get(fields, "client"));

	if (rc != 0 && rc != HUB_ENOENT)
		call_failed(call, rc);
	else
		account_done(view, rc == 0 ? "app" : "already");
}

static void
end_everything(struct account_view *view, const struct param_list *fields)
{
	struct call *call = view->visit->call;
	struct hub hub = call_hub(call);
	const struct actor actor = { .source = call->req->remote_addr,
		.by = view->browser.account.id };
	int rc = act_end_all(
	    &hub, &actor, "account.revoked", view->browser.account.id, false);

	(void)fields;
	if (rc != 0)
		call_failed(call, rc);
	else
		leave(view);
}

static const struct account_act own_acts[] = {
	{ "password", change_password },
	{ "session", end_one_session },
	{ "app", end_app },
	{ "everywhere", end_everything },
	{ NULL, NULL },
};

static const struct account_act *const acts[] = {
	own_acts,
	account_email_acts,
	account_invitation_acts,
};

static const struct account_act *
act_of(struct str word)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		for (const struct account_act *a = acts[i]; a->word; a++) {
			if (str_eq(word, str_of(a->word)))
				return a;
		}
	}
	return NULL;
}

static void
act(struct account_view *view, const struct param_list *fields)
{
	const struct account_act *act = act_of(param_get(fields, "do"));

	if (act != NULL)
		act->fn(view, fields);
	else
		page_error(view->visit->call, view->visit->request.ui_locales,
		    400, TEXT_ERROR_FORM, NULL);
}

/* Of what the address says only the language goes on, into every form. */
static void
keep_language(struct visit *visit)
{
	struct str wish = visit->request.ui_locales;
	enum language language =
	    language_choose(wish, visit->call->req->accept_language);

	visit->query = STR_NONE;
	if (wish.n > 0)
		visit->query = str_of(arena_printf(visit->call->req->arena,
		    "ui_locales=%s", language_code(language)));
}

/* GET and POST /identity/account */
void
account_page(struct call *call)
{
	struct account_view view = { .done = TEXTS, .reason = TEXTS };
	struct param_list fields;
	struct visit visit;

	if (!visit_begin(&visit, call) ||
	    browser_look(call, &view.browser) != 0)
		return;
	keep_language(&visit);
	view.visit = &visit;
	if (call->req->method == METHOD_POST &&
	    !visit_form(&visit, "account", &fields))
		return;
	if (!view.browser.signed_in)
		visit_sign_in(&visit);
	else if (call->req->method == METHOD_POST)
		act(&view, &fields);
	else
		show(&view);
}
