#ifndef ENDPOINT_AUTHORIZE_ANSWER_H
#define ENDPOINT_AUTHORIZE_ANSWER_H

#include "endpoint/call.h"

/* 303, so that a POST becomes a GET (RFC 9700 section 4.12). */
void authorize_go(struct call *call, struct str address);

/*
 * Back to the client, to a redirect URI that was judged to be its own: with
 * NAME=VALUE, an error's DESCRIPTION for developers (NULL: none), STATE (p NULL:
 * none) and iss (RFC 9207) behind what query the address has.
 */
struct authorize_answer {
	struct str redirect_uri, state;
	const char *name;
	struct str value;
	const char *description;
};

void authorize_answer(struct call *call, const struct authorize_answer *answer);

#endif
