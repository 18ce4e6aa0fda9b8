#ifndef ENDPOINT_SHOWN_TOKEN_H
#define ENDPOINT_SHOWN_TOKEN_H

#include "endpoint/call.h"
#include "store/grant_rec.h"

/*
 * A token that a client shows to have it revoked (RFC 7009) or looked at
 * (RFC 7662), of whatever kind. Expired access tokens and unknown text are
 * SHOWN_NONE.
 */
enum shown_kind { SHOWN_NONE, SHOWN_ACCESS, SHOWN_REFRESH };

struct shown_token {
	enum shown_kind kind;

	/* Of an access token. */
	struct claims claims;
	struct str audience;

	/* Of a refresh token. */
	struct str gid;
	struct grant_rec grant;
	bool current; /* it is the one that counts now, or may be repeated */
};

/* With the look at the directory open. 0, or the error of a store. */
int shown_token_read(
    struct call *call, struct str text, struct shown_token *out);

#endif
