#include "endpoint/browser.h"
#include "endpoint/oauth.h"
#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "http/cookie.h"
#include "http/form.h"
#include "store/rec_list.h"
#include "token/id_token.h"

#define ADDRESS_MAX RESP_HEADERS_MAX
#define STATE_MAX 2048

/* OpenID Connect RP-Initiated Logout 1.0 section 2. */
struct logout_request {
	struct str hint, client_id, address, state, ui_locales;
	bool wants_back; /* names an address, whether clear or not */
};

static void
read_request(struct call *call, struct logout_request *out)
{
	struct param_list list;

	if (call->req->method != METHOD_POST)
		param_read(call->req->arena, call->req->query, &list);
	else if (!param_read_body(call->req, &list))
		list.bad = true;
	*out = (struct logout_request){
		.client_id = param_get(&list, "client_id"),
		.ui_locales = param_get(&list, "ui_locales"),
		.wants_back =
		    param_get(&list, "post_logout_redirect_uri").p != NULL,
	};
	/* What is not clear leads nowhere; it still signs out. */
	if (list.bad || list.twice.n > 0)
		return;
	out->hint = param_get(&list, "id_token_hint");
	out->address = param_get(&list, "post_logout_redirect_uri");
	out->state = param_get(&list, "state");
}

/*
 * The ID token of the hint, if it is one and was made for CLIENT_ID where that
 * is said: its client n is 0 otherwise. With the look at the directory open.
 */
static void
read_hint(struct call *call, const struct logout_request *request,
    struct id_token *hint)
{
	const struct verifier *verifier = &call->service->verifier;
	int rc;

	*hint = (struct id_token){ .client = STR_NONE };
	if (request->hint.p == NULL)
		return;
	rc = id_token_read(call->req->arena, &verifier->keys, &verifier->domain,
	    request->hint, hint);
	if (rc != 0 && rc != HUB_EDENIED)
		call_failed(call, rc);
	if (rc != 0 ||
	    (request->client_id.p != NULL &&
		!str_eq(request->client_id, hint->client)))
		*hint = (struct id_token){ .client = STR_NONE };
}

/*
 * Whether the browser may go where it is asked to: an address that the hint's
 * client has registered, compared as exact strings.
 */
static bool
may_go(struct call *call, const struct logout_request *request,
    const struct id_token *hint)
{
	const struct client_rec *client =
	    client_set_find(&call->service->clients, hint->client);

	return request->address.p != NULL && request->state.n <= STATE_MAX &&
	    client != NULL && client->enabled &&
	    rec_list_has(client->post_logout_uris, request->address);
}

static void
go(struct call *call, const struct logout_request *request)
{
	struct buf address;

	buf_init_arena(&address, call->req->arena, ADDRESS_MAX);
	buf_str(&address, request->address);
	if (request->state.p != NULL) {
		struct buf query;

		buf_init_arena(&query, call->req->arena, ADDRESS_MAX);
		form_put(&query, "state", request->state);
		buf_byte(
		    &address, str_index(request->address, '?') < 0 ? '?' : '&');
		buf_str(&address, buf_view(&query));
		if (buf_error(&query) != 0)
			buf_fail(&address, buf_error(&query));
	}
	if (buf_error(&address) != 0) {
		call_failed(call, buf_error(&address));
		return;
	}
	call->resp->status = 303;
	resp_header(call->resp, "Location", buf_view(&address));
}

static void
show_page(struct call *call, const struct logout_request *request)
{
	struct page page;

	page_begin(&page, call, request->ui_locales, TEXT_SIGNED_OUT);
	page_html(&page, "<p role=\"status\">");
	page_text(&page, TEXT_SIGNED_OUT_NOTE);
	page_html(&page, "</p>\n");
	if (request->wants_back) {
		page_html(&page, "<p class=\"alert\" role=\"alert\">");
		page_text(&page, TEXT_SIGNED_OUT_STAY);
		page_html(&page, "</p>\n");
	}
	page_end(&page, 200);
}

/* 0 also when there is nothing to end. */
static int
end_one(
    struct call *call, struct str client, struct str account, struct str sid)
{
	struct hub hub = call_hub(call);
	const struct actor actor = { .client = client,
		.source = call->req->remote_addr,
		.by = account };
	int rc = act_end_session(&hub, &actor, "session.ended", account, sid);

	return rc == HUB_ENOENT ? 0 : rc;
}

/*
 * The browser's session, and that of the hint: a browser whose session has
 * lapsed still holds an app's tokens that came of it, and who signs out of the
 * app means those.
 */
static int
end_sessions(struct call *call, const struct browser *browser,
    const struct id_token *hint)
{
	int rc = 0;

	if (browser->signed_in)
		rc = end_one(call, hint->client, browser->session.account,
		    browser->session.sid);
	if (rc == 0 && hint->sid.n > 0 &&
	    !(browser->signed_in && str_eq(hint->sid, browser->session.sid)))
		rc = end_one(call, hint->client, hint->sub, hint->sid);
	return rc;
}

/*
 * GET and POST /identity/logout: signs the browser's user out, everywhere that
 * this session led to, and goes back where that is allowed.
 */
void
end_session(struct call *call)
{
	struct logout_request request;
	struct browser browser;
	struct id_token hint;
	bool may;
	int rc;

	read_request(call, &request);
	if (browser_look(call, &browser) != 0 || call_look(call) != 0)
		return;
	read_hint(call, &request, &hint);
	may = may_go(call, &request, &hint);
	if (call_look_end(call) != 0 || call->failed != 0)
		return;
	rc = end_sessions(call, &browser, &hint);
	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	if (may)
		go(call, &request);
	else
		show_page(call, &request);
	cookie_clear(call->resp, COOKIE_SESSION);
}
