#include "endpoint/visit.h"

#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "http/form.h"
#include "identity/uri.h"

/* 303, so that a POST becomes a GET (RFC 9700 section 4.12). */
static void
redirect(struct visit *visit, const char *path, struct str query)
{
	struct call *call = visit->call;
	const char *address = arena_printf(call->req->arena,
	    "%s/identity/%s%s%.*s", call->service->conf->base_url, path,
	    query.n > 0 ? "?" : "", STR_ARG(query));

	call->resp->status = 303;
	resp_header(call->resp, "Location", str_of(address));
}

void
visit_go(struct visit *visit, const char *path)
{
	redirect(visit, path, visit->query);
}

static void
go_on(struct visit *visit, const char *path, enum authorize_step done)
{
	redirect(visit, path,
	    authorize_request_query(
		visit->call->req->arena, &visit->request, done));
}

void
visit_go_on(struct visit *visit, bool fresh)
{
	if (visit->asked)
		go_on(visit, "authorize", fresh ? STEP_SIGN_IN : STEP_NONE);
	else if (visit->to_account)
		go_on(visit, "account", STEP_NONE);
	else
		visit_go(visit, "login");
}

void
visit_consented(struct visit *visit)
{
	go_on(visit, "authorize", STEP_CONSENT);
}

/* What is to come travels behind the request that is none. */
static void
point_to_account(struct visit *visit)
{
	struct arena *arena = visit->call->req->arena;
	struct buf query;

	visit->to_account = true;
	buf_init_arena(&query, arena, visit->query.n + 16);
	buf_str(&query, visit->query);
	form_put(&query, "to", STR("account"));
	visit->query = buf_view(&query);
	if (buf_error(&query) != 0)
		call_failed(visit->call, buf_error(&query));
}

void
visit_sign_in(struct visit *visit)
{
	point_to_account(visit);
	visit_go(visit, "login");
}

struct str
visit_link(const struct visit *visit, const char *path)
{
	return str_of(arena_printf(visit->call->req->arena, "%s%s%.*s", path,
	    visit->query.n > 0 ? "?" : "", STR_ARG(visit->query)));
}

/* The clients may be loaded anew at the next look: what is shown is copied. */
static void
keep(struct visit *visit, const struct authorize_ask *ask)
{
	visit->asked = true;
	visit->client = arena_str(visit->call->req->arena, ask->client->name);
	visit->target = uri_source(ask->redirect_uri);
	visit->scope = ask->scope;
	visit->third_party = ask->client->third_party;
	visit->refreshes = (ask->client->grants & CLIENT_GRANT_REFRESH) != 0;
	visit->prompt_none = ask->prompt_none;
	visit->prompt_login = ask->prompt_login;
	visit->prompt_consent = ask->prompt_consent;
	visit->max_age = ask->max_age;
}

static bool
judge(struct visit *visit)
{
	struct call *call = visit->call;
	struct authorize_ask ask;
	enum authorize_verdict verdict;

	if (call_look(call) != 0)
		return false;
	verdict = authorize_judge(
	    call->req->arena, &call->service->clients, &visit->request, &ask);
	if (verdict == AUTHORIZE_GOOD)
		keep(visit, &ask);
	if (call_look_end(call) != 0)
		return false;
	if (verdict == AUTHORIZE_PAGE)
		page_error(call, visit->request.ui_locales, 400,
		    TEXT_ERROR_REQUEST, ask.reason);
	else if (verdict == AUTHORIZE_REDIRECT)
		visit_go(visit, "authorize");
	return verdict == AUTHORIZE_GOOD;
}

bool
visit_begin(struct visit *visit, struct call *call)
{
	struct arena *arena = call->req->arena;
	struct param_list list;

	*visit = (struct visit){ .call = call, .max_age = -1 };
	param_read(arena, call->req->query, &list);
	authorize_request_of(&list, &visit->request);
	visit->query =
	    authorize_request_query(arena, &visit->request, STEP_NONE);
	if (visit->request.client_id.n == 0 &&
	    visit->request.redirect_uri.n == 0) {
		if (str_eq(param_get(&list, "to"), STR("account")))
			point_to_account(visit);
		return true;
	}
	if (visit->query.n == 0) {
		page_error(call, visit->request.ui_locales, 400,
		    TEXT_ERROR_REQUEST, "the request is too long");
		return false;
	}
	return judge(visit);
}

struct str
visit_on(const struct visit *visit, const char *path)
{
	struct arena *arena = visit->call->req->arena;
	struct str query;

	if (!visit->asked)
		return visit_link(visit, path);
	query = authorize_request_query(arena, &visit->request, true);
	return str_of(arena_printf(arena, "authorize?%.*s", STR_ARG(query)));
}

static void
show_form_error(struct visit *visit, const char *path)
{
	struct page page;

	page_begin(&page, visit->call, visit->request.ui_locales, TEXT_ERROR);
	page_html(&page, "<p>");
	page_text(&page, TEXT_ERROR_FORM);
	page_html(&page, "</p>\n");
	page_link(&page, visit_link(visit, path), TEXT_BEGIN_AGAIN);
	page_end(&page, 400);
}

bool
visit_form(struct visit *visit, const char *path, struct param_list *fields)
{
	struct call *call = visit->call;
	bool ours = param_read_body(call->req, fields) && !fields->bad &&
	    fields->twice.n == 0 &&
	    browser_form_is_ours(call, param_get(fields, "form"));

	if (!ours && call->failed == 0)
		show_form_error(visit, path);
	return ours;
}
