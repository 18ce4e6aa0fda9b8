#ifndef IDENTITY_AUTHORIZE_H
#define IDENTITY_AUTHORIZE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "directory/client_public.h"

/*
 * An authorization request (RFC 6749 section 4.1.1, OpenID Connect Core 1.0
 * section 3.1.2.1), judged without anybody signed in: authorize and the
 * sign-in form, which the request travels through, need the same verdict.
 */
struct authorize_request {
	/* As sent; p is NULL where absent. */
	struct str response_type, response_mode, client_id, redirect_uri;
	struct str scope, state, nonce, prompt, max_age, id_token_hint;
	struct str login_hint, ui_locales;
	struct str code_challenge, code_challenge_method;
	struct str request, request_uri;
	bool bad;           /* it could not be read whole */
	bool twice;         /* some parameter of these stands twice */
	bool twice_address; /* client_id or redirect_uri is that one */
};

enum authorize_verdict {
	AUTHORIZE_GOOD,
	AUTHORIZE_PAGE, /* no redirect: the client or its address is wrong */
	AUTHORIZE_REDIRECT, /* the error goes to the redirect URI */
};

struct authorize_ask {
	const struct client_rec *client;
	struct str redirect_uri; /* trusted in all verdicts but PAGE */
	struct str state;        /* that the answer carries, or p is NULL */
	struct str scope;        /* what the client gets, single spaces */
	bool prompt_none, prompt_login, prompt_consent;
	int64_t max_age; /* seconds; -1: none asked */

	/* Of a verdict that is not good. */
	const char *error;  /* RFC 6749 section 4.1.2.1, OIDC 3.1.2.6 */
	const char *reason; /* English, for developers */
};

enum authorize_verdict authorize_judge(struct arena *arena,
    const struct client_set *clients, const struct authorize_request *request,
    struct authorize_ask *ask);

#endif
