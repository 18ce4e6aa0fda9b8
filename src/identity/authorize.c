#include "identity/authorize.h"

#include "base/buf.h"
#include "identity/code.h"
#include "identity/scope.h"
#include "identity/uri.h"
#include "store/rec_list.h"

/* What is kept with a code and comes back in a token or an address. */
#define STATE_MAX 2048
#define NONCE_MAX 512
#define SCOPE_MAX 256
#define AGE_MAX 1000000000

static enum authorize_verdict
page(struct authorize_ask *ask, const char *reason)
{
	ask->error = "invalid_request";
	ask->reason = reason;
	return AUTHORIZE_PAGE;
}

static enum authorize_verdict
refuse(struct authorize_ask *ask, const char *error, const char *reason)
{
	ask->error = error;
	ask->reason = reason;
	return AUTHORIZE_REDIRECT;
}

/* Who asks, and where the answer may go. Nothing is sent there before. */
static enum authorize_verdict
judge_address(const struct client_set *clients,
    const struct authorize_request *request, struct authorize_ask *ask)
{
	struct str list, registered;

	if (request->bad)
		return page(ask,
		    "the request cannot be read: bad escapes, too many "
		    "parameters, or a body that is no form");
	if (request->twice_address)
		return page(ask, "client_id or redirect_uri stands twice");
	if (request->client_id.n == 0)
		return page(ask, "client_id is missing");
	ask->client = client_set_find(clients, request->client_id);
	if (ask->client == NULL || !ask->client->enabled)
		return page(ask, "there is no such client");
	if (request->redirect_uri.n == 0)
		return page(ask, "redirect_uri is missing");
	list = ask->client->redirect_uris;
	while (rec_list_next(&list, &registered)) {
		if (uri_is_redirect(registered, request->redirect_uri)) {
			ask->redirect_uri = request->redirect_uri;
			if (request->state.n <= STATE_MAX)
				ask->state = request->state;
			return AUTHORIZE_GOOD;
		}
	}
	return page(ask, "redirect_uri is not one of the client's");
}

static enum authorize_verdict
judge_form(const struct authorize_request *request, struct authorize_ask *ask)
{
	if (request->twice)
		return refuse(
		    ask, "invalid_request", "a parameter stands twice");
	if (request->request.n > 0)
		return refuse(ask, "request_not_supported",
		    "request objects are not supported");
	if (request->request_uri.n > 0)
		return refuse(ask, "request_uri_not_supported",
		    "request objects are not supported");
	if (request->response_type.n == 0)
		return refuse(
		    ask, "invalid_request", "response_type is missing");
	if (!str_eq(request->response_type, STR("code")))
		return refuse(ask, "unsupported_response_type",
		    "response_type must be code");
	if (request->response_mode.n > 0 &&
	    !str_eq(request->response_mode, STR("query")))
		return refuse(
		    ask, "invalid_request", "response_mode must be query");
	if ((ask->client->grants & CLIENT_GRANT_CODE) == 0)
		return refuse(ask, "unauthorized_client",
		    "the client does not have this grant");
	if (request->state.n > STATE_MAX)
		return refuse(ask, "invalid_request", "state is too long");
	if (request->nonce.n > NONCE_MAX || !str_is_utf8(request->nonce))
		return refuse(
		    ask, "invalid_request", "nonce is too long or not UTF-8");
	return AUTHORIZE_GOOD;
}

/* RFC 7636; plain protects nobody, and public clients have nothing else. */
static enum authorize_verdict
judge_pkce(const struct authorize_request *request, struct authorize_ask *ask)
{
	if (request->code_challenge.n == 0) {
		if (request->code_challenge_method.n > 0)
			return refuse(ask, "invalid_request",
			    "code_challenge is missing");
		if (ask->client->public || !ask->client->pkce_optional)
			return refuse(ask, "invalid_request",
			    "code_challenge is required (PKCE, S256)");
		return AUTHORIZE_GOOD;
	}
	if (!str_eq(request->code_challenge_method, STR("S256")))
		return refuse(ask, "invalid_request",
		    "code_challenge_method must be S256");
	if (!code_is_challenge(request->code_challenge))
		return refuse(ask, "invalid_request",
		    "code_challenge is not the base64url of a SHA-256");
	return AUTHORIZE_GOOD;
}

static enum authorize_verdict
judge_prompt(const struct authorize_request *request, struct authorize_ask *ask)
{
	struct str rest = request->prompt, word;
	unsigned int words = 0;
	uint64_t age;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		words++;
		if (str_eq(word, STR("none")))
			ask->prompt_none = true;
		else if (str_eq(word, STR("login")) ||
		    str_eq(word, STR("select_account")))
			ask->prompt_login = true;
		else if (str_eq(word, STR("consent")))
			ask->prompt_consent = true;
		else
			return refuse(ask, "invalid_request",
			    "prompt is none of: none login consent "
			    "select_account");
	}
	if (ask->prompt_none && words > 1)
		return refuse(
		    ask, "invalid_request", "prompt none goes with no other");
	ask->max_age = -1;
	if (request->max_age.n == 0)
		return AUTHORIZE_GOOD;
	if (!str_u64(request->max_age, AGE_MAX, &age))
		return refuse(ask, "invalid_request",
		    "max_age is not a number of seconds");
	ask->max_age = (int64_t)age;
	/* The same as prompt=login, however fast the clock is. */
	if (age == 0)
		ask->prompt_login = true;
	return AUTHORIZE_GOOD;
}

static bool
is_scope_text(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < ' ' || text.p[i] > '~' || text.p[i] == '"' ||
		    text.p[i] == '\\')
			return false;
	}
	return true;
}

static void
add_word(struct buf *scope, struct str word)
{
	if (word.n == 0 || str_has_word(buf_view(scope), word))
		return;
	if (scope->n > 0)
		buf_byte(scope, ' ');
	buf_str(scope, word);
}

/*
 * What of the wish the client may have; the rest is passed over (OpenID Connect
 * Core section 3.1.2.1). A first party always gets the customer API.
 */
static enum authorize_verdict
judge_scope(struct arena *arena, const struct authorize_request *request,
    struct authorize_ask *ask)
{
	struct str rest = request->scope, word;
	struct buf scope;

	if (!is_scope_text(request->scope))
		return refuse(ask, "invalid_scope",
		    "scope holds a character that no "
		    "scope has");
	buf_init_arena(&scope, arena, SCOPE_MAX);
	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		if (scope_is_known(word) &&
		    str_has_word(ask->client->scope, word))
			add_word(&scope, word);
	}
	if (!ask->client->third_party)
		add_word(&scope, STR(SCOPE_READ));
	if (scope.n == 0 || buf_error(&scope) != 0)
		return refuse(ask, "invalid_scope",
		    "nothing of the scope is this client's to ask for");
	ask->scope = buf_view(&scope);
	return AUTHORIZE_GOOD;
}

enum authorize_verdict
authorize_judge(struct arena *arena, const struct client_set *clients,
    const struct authorize_request *request, struct authorize_ask *ask)
{
	enum authorize_verdict verdict;

	*ask = (struct authorize_ask){ .max_age = -1 };
	verdict = judge_address(clients, request, ask);
	if (verdict == AUTHORIZE_GOOD)
		verdict = judge_form(request, ask);
	if (verdict == AUTHORIZE_GOOD)
		verdict = judge_pkce(request, ask);
	if (verdict == AUTHORIZE_GOOD)
		verdict = judge_prompt(request, ask);
	if (verdict == AUTHORIZE_GOOD)
		verdict = judge_scope(arena, request, ask);
	return verdict;
}
