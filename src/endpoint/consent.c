/*
 * What a client of a third party asks for, put to its user in words. The form
 * carries a seal of all that the page has told, and the answer counts only if
 * the same would be told again.
 */
#include "base/clock.h"
#include "endpoint/authorize_answer.h"
#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "endpoint/scope_text.h"
#include "endpoint/visit.h"
#include "identity/audit.h"
#include "identity/consent.h"
#include "store/rec.h"

#define SEAL_MAX 4096
#define DAY 86400

/* All that is told: who, to whom, what, for how long, and where it leads to. */
static struct str
what_is_told(struct visit *visit, const struct browser *browser)
{
	const struct conf *conf = visit->call->service->conf;
	struct buf told;

	buf_init_arena(&told, visit->call->req->arena, SEAL_MAX);
	rec_put_str(&told, browser->session.account);
	rec_put_str(&told, visit->request.client_id);
	rec_put_str(&told, visit->client);
	rec_put_str(&told, visit->scope);
	rec_put_str(&told, visit->request.redirect_uri);
	rec_put_u64(&told,
	    visit->refreshes ? conf->refresh_lifetime : conf->token_lifetime);
	rec_put_u8(&told, visit->refreshes);
	if (buf_error(&told) != 0)
		call_failed(visit->call, buf_error(&told));
	return buf_view(&told);
}

static void
put_paragraph(struct page *page, enum text text, struct str insert)
{
	page_html(page, "<p>");
	page_text_with(page, text, insert);
	page_html(page, "</p>\n");
}

/* Rounded up, so that no more is taken than was told. */
static void
put_time(struct page *page, const struct visit *visit)
{
	const struct conf *conf = visit->call->service->conf;
	uint64_t n = visit->refreshes ? (conf->refresh_lifetime + DAY - 1) / DAY
				      : (conf->token_lifetime + 59) / 60;

	put_paragraph(page,
	    visit->refreshes ? TEXT_CONSENT_DAYS : TEXT_CONSENT_MINUTES,
	    str_of(arena_printf(
		visit->call->req->arena, "%llu", (unsigned long long)n)));
}

static void
put_question(
    struct page *page, struct visit *visit, const struct browser *browser)
{
	struct call *call = visit->call;

	put_paragraph(page, TEXT_CONSENT_ASKS, visit->client);
	scope_text_put(page, visit->scope);
	put_time(page, visit);
	put_paragraph(page, TEXT_CONSENT_WITHDRAW,
	    str_of(arena_printf(call->req->arena, "%s/identity/account",
		call->service->conf->base_url)));
	page_html(page, "<p class=\"note\">");
	page_text_with(page, TEXT_SIGNED_IN_AS, browser->account.name);
	page_html(page, "<br>\n");
	page_text_with(page, TEXT_CONSENT_BACK, visit->target);
	page_html(page, "</p>\n");
}

static void
put_buttons(struct page *page)
{
	page_html(
	    page, "<button type=\"submit\" name=\"decision\" value=\"allow\">");
	page_text(page, TEXT_ALLOW);
	page_html(page,
	    "</button>\n<button class=\"second\" type=\"submit\" "
	    "name=\"decision\" value=\"deny\">");
	page_text(page, TEXT_DENY);
	page_html(page, "</button>\n");
}

/* CHANGED: this is not what the form that came back has told. */
static void
show(struct visit *visit, const struct browser *browser, bool changed)
{
	struct call *call = visit->call;
	struct page page;

	page_begin_with(&page, call, visit->request.ui_locales, TEXT_CONSENT,
	    visit->client);
	page.form_target = visit->target;
	page_form(&page, visit_link(visit, "consent"));
	page_html(&page, "<input type=\"hidden\" name=\"shown\" value=\"");
	page_str(&page, browser_seal(call, what_is_told(visit, browser)));
	page_html(&page, "\">\n");
	if (changed) {
		page_html(&page, "<p class=\"alert\" role=\"alert\">");
		page_text(&page, TEXT_CONSENT_CHANGED);
		page_html(&page, "</p>\n");
	}
	put_question(&page, visit, browser);
	put_buttons(&page);
	page_html(&page, "</form>\n");
	page_end(&page, changed ? 409 : 200);
}

struct giving {
	struct str account, client, scope;
	uint64_t born; /* the account's */
	struct audit_rec event;
	int64_t now;
};

static int
give(struct txn *vault, void *arg)
{
	const struct giving *g = arg;

	consent_put(vault, g->account, g->born, g->client, g->scope, g->now);
	audit_put(vault, &g->event);
	return 0;
}

static void
allow(struct visit *visit, const struct browser *browser)
{
	struct call *call = visit->call;
	const struct actor actor = { .client = visit->request.client_id,
		.source = call->req->remote_addr,
		.by = browser->session.account };
	struct giving giving = {
		.account = browser->session.account,
		.client = visit->request.client_id,
		.born = browser->account.born,
		.scope = visit->scope,
		.now = clock_now(),
	};
	const char *detail =
	    arena_printf(call->req->arena, "scope %.*s", STR_ARG(visit->scope));
	int rc = detail == NULL ? HUB_ENOMEM : 0;

	act_event(
	    &giving.event, &actor, "consent.given", giving.account, detail);
	if (rc == 0)
		rc = store_write(
		    call->service->vault, call->req->arena, give, &giving);
	if (rc != 0)
		call_failed(call, rc);
	else
		visit_consented(visit);
}

static void
deny(struct visit *visit)
{
	authorize_answer(visit->call,
	    &(struct authorize_answer){
		.redirect_uri = visit->request.redirect_uri,
		.state = visit->request.state,
		.name = "error",
		.value = STR("access_denied"),
		.description = "the user has not given consent",
	    });
}

static void
decide(struct visit *visit, const struct browser *browser)
{
	struct param_list fields;
	struct str decision;
	bool same;

	if (!visit_form(visit, "consent", &fields))
		return;
	decision = param_get(&fields, "decision");
	if (str_eq(decision, STR("deny"))) {
		deny(visit);
		return;
	}
	same = str_eq(decision, STR("allow")) &&
	    browser_seal_is(visit->call, what_is_told(visit, browser),
		param_get(&fields, "shown"));
	if (visit->call->failed != 0)
		return;
	if (same)
		allow(visit, browser);
	else
		show(visit, browser, true);
}

/*
 * GET and POST /identity/consent: on the way of an authorization request, which
 * alone decides whether anybody comes by here.
 */
void
consent(struct call *call)
{
	struct browser browser;
	struct visit visit;

	if (!visit_begin(&visit, call))
		return;
	if (!visit.asked) {
		page_error(call, visit.request.ui_locales, 400,
		    TEXT_ERROR_REQUEST, "there is no authorization request");
		return;
	}
	if (browser_look(call, &browser) != 0)
		return;
	if (!browser.signed_in || !visit.third_party || visit.prompt_none)
		visit_go_on(&visit, false);
	else if (call->req->method == METHOD_POST)
		decide(&visit, &browser);
	else
		show(&visit, &browser, false);
}
