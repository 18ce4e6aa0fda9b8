#include "endpoint/authorize_request.h"

#include "base/clock.h"
#include "base/rand.h"
#include "endpoint/authorize_answer.h"
#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "endpoint/routes.h"
#include "identity/code.h"
#include "identity/consent.h"
#include "token/id_token.h"

/* DESCRIPTION: of an error, or NULL. */
static void
answer_client(struct call *call, const struct authorize_ask *ask,
    const char *name, struct str value, const char *description)
{
	authorize_answer(call,
	    &(struct authorize_answer){
		.redirect_uri = ask->redirect_uri,
		.state = ask->state,
		.name = name,
		.value = value,
		.description = description,
	    });
}

static void
refuse(struct call *call, const struct authorize_ask *ask, const char *error,
    const char *description)
{
	answer_client(call, ask, "error", str_of(error), description);
}

/* The page for what has to be done first, with the request behind it. */
static void
go_to_page(struct call *call, const struct authorize_request *request,
    const struct authorize_ask *ask, const char *page)
{
	struct str query =
	    authorize_request_query(call->req->arena, request, STEP_NONE);
	const char *address;

	if (query.p == NULL) {
		refuse(call, ask, "invalid_request", "the request is too long");
		return;
	}
	address = arena_printf(call->req->arena, "%s/identity/%s?%.*s",
	    call->service->conf->base_url, page, STR_ARG(query));
	authorize_go(call, str_of(address));
}

struct issue {
	struct opaque code;
	struct opaque_digest digest;
	struct code_rec rec;
	int64_t now;
};

static int
write_code(struct txn *vault, void *arg)
{
	struct issue *issue = arg;

	code_put(vault, &issue->digest, &issue->rec, issue->now);
	return 0;
}

/* The session and the account may end meanwhile: redeeming looks again. */
static void
issue_code(struct call *call, const struct authorize_request *request,
    const struct authorize_ask *ask, const struct browser *browser)
{
	struct issue issue = {
		.rec = {
			.client = request->client_id,
			.redirect_uri = request->redirect_uri,
			.challenge = request->code_challenge,
			.nonce = request->nonce,
			.scope = ask->scope,
			.account = browser->session.account,
			.epoch = browser->session.epoch,
			.sid = browser->session.sid,
			.auth_time = browser->session.auth_time,
			.methods = browser->session.methods,
		},
		.now = clock_now(),
	};
	char gid[RAND_ID];
	int rc;

	rand_id(gid);
	issue.rec.gid = str_of(gid);
	opaque_make(&issue.code);
	rc = opaque_digest_of(str_of(issue.code.text), &issue.digest);
	if (rc == 0)
		rc = store_write(
		    call->service->vault, call->req->arena, write_code, &issue);
	if (rc != 0)
		call_failed(call, rc);
	else
		answer_client(call, ask, "code", str_of(issue.code.text), NULL);
}

/* What a hint says of who is signed in. */
enum hint { HINT_NONE, HINT_SAME, HINT_OTHER, HINT_UNREADABLE };

/* 0, or the error of a check that could not be made. */
static int
read_hint(struct call *call, const struct authorize_request *request,
    const struct browser *browser, enum hint *hint)
{
	const struct verifier *verifier = &call->service->verifier;
	struct id_token id;
	int rc;

	*hint = HINT_NONE;
	if (request->id_token_hint.n == 0)
		return 0;
	rc = id_token_read(call->req->arena, &verifier->keys, &verifier->domain,
	    request->id_token_hint, &id);
	if (rc == HUB_EDENIED)
		*hint = HINT_UNREADABLE;
	else if (rc == 0)
		*hint = browser->signed_in &&
			str_eq(id.sub, browser->session.account)
		    ? HINT_SAME
		    : HINT_OTHER;
	return rc == HUB_EDENIED ? 0 : rc;
}

/* Whether this request wants a sign-in although somebody may be signed in. */
static bool
wants_sign_in(const struct authorize_ask *ask, const struct browser *browser)
{
	int64_t age = clock_now() - browser->session.auth_time;

	return !browser->signed_in || ask->prompt_login ||
	    (ask->max_age >= 0 && age > ask->max_age);
}

/* Whether the user has to be asked for consent. 0 or the error of the store. */
static int
look_for_consent(struct call *call, const struct authorize_request *request,
    const struct authorize_ask *ask, const struct browser *browser,
    bool *missing)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	struct consent_rec rec;

	*missing = !consent_get(vault, browser->session.account,
		       request->client_id, &rec) ||
	    !consent_covers(&rec, browser->account.born, ask->scope);
	return store_read_end(vault);
}

/*
 * A good request of a third party that nobody has to sign in for. Whether the
 * consent is there is looked at again when the code is redeemed.
 */
static void
decide_by_consent(struct call *call, const struct authorize_request *request,
    const struct authorize_ask *ask, const struct browser *browser)
{
	bool missing;
	int rc = look_for_consent(call, request, ask, browser, &missing);

	if (rc != 0)
		call_failed(call, rc);
	else if (!missing && !ask->prompt_consent)
		issue_code(call, request, ask, browser);
	else if (ask->prompt_none)
		refuse(call, ask, "consent_required", NULL);
	else
		go_to_page(call, request, ask, "consent");
}

/*
 * A good request, with the look at the directory open. Nobody gets a code in
 * place of the user that the hint names (OpenID Connect Core section 3.1.2.1);
 * one whose key is gone names nobody any more.
 */
static void
decide(struct call *call, const struct authorize_request *request,
    const struct authorize_ask *ask, const struct browser *browser)
{
	bool third_party = ask->client->third_party;
	enum hint hint;
	int rc = read_hint(call, request, browser, &hint);

	if (call_look_end(call) != 0)
		return;
	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	if (hint == HINT_UNREADABLE && !ask->prompt_none)
		refuse(call, ask, "invalid_request",
		    "id_token_hint is no ID token of this hub, or too old");
	else if (hint <= HINT_SAME && !wants_sign_in(ask, browser)) {
		if (third_party)
			decide_by_consent(call, request, ask, browser);
		else
			issue_code(call, request, ask, browser);
	} else if (ask->prompt_none)
		refuse(call, ask, "login_required", NULL);
	else
		go_to_page(call, request, ask, "login");
}

static void
read_request(struct call *call, struct authorize_request *request)
{
	struct param_list list;

	if (call->req->method != METHOD_POST)
		param_read(call->req->arena, call->req->query, &list);
	else if (!param_read_body(call->req, &list))
		list.bad = true;
	authorize_request_of(&list, request);
}

/* GET and POST /identity/authorize (RFC 6749 section 4.1.1, OIDC Core 3.1.2). */
void
authorize(struct call *call)
{
	struct authorize_request request;
	struct authorize_ask ask;
	struct browser browser;

	read_request(call, &request);
	if (browser_look(call, &browser) != 0 || call_look(call) != 0)
		return;
	switch (authorize_judge(
	    call->req->arena, &call->service->clients, &request, &ask)) {
	case AUTHORIZE_GOOD:
		decide(call, &request, &ask, &browser);
		break;
	case AUTHORIZE_REDIRECT:
		refuse(call, &ask, ask.error, ask.reason);
		break;
	case AUTHORIZE_PAGE:
		page_error(call, request.ui_locales, 400, TEXT_ERROR_REQUEST,
		    ask.reason);
		break;
	}
}
