#ifndef TOKEN_CLAIMS_H
#define TOKEN_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/*
 * What an access token says (RFC 9068 section 2.2), copied out of it, so that
 * it outlives the request in the cache of verified tokens. Text is ended by
 * NUL; "" means that the token does not have the claim.
 */
#define CLAIM_ID 65 /* an id of the hub and its NUL */
#define CLAIM_SCOPE 257

/*
 * Two kinds of subjects. A user's is the id of an account; that of a token
 * without a user is this prefix and the id of its client, and no account's id
 * begins so. So neither is ever taken for the other.
 */
#define CLAIM_CLIENT "client:"
#define CLAIM_CLIENT_MAX (64 - (sizeof(CLAIM_CLIENT) - 1)) /* of such an id */

struct claims {
	int64_t exp, iat, auth_time; /* seconds since 1970; auth_time 0: none */
	uint64_t epoch;              /* the account's; of user tokens only */
	bool user;                   /* there is a user behind it */
	uint8_t methods; /* enum auth_method, as acr tells them; 0: nothing */
	char sub[CLAIM_ID];
	char client_id[CLAIM_ID];
	char jti[CLAIM_ID];
	char gid[CLAIM_ID];      /* the grant it came from */
	char sid[CLAIM_ID];      /* the session behind it */
	char scope[CLAIM_SCOPE]; /* words split at single spaces */
};

/* Whether a sub, or what would be an account's id, is of a client. */
static inline bool
claims_sub_is_client(struct str sub)
{
	return str_starts(sub, STR(CLAIM_CLIENT));
}

/* Whether the scope holds the word NAME. */
static inline bool
claims_have_scope(const struct claims *claims, const char *name)
{
	return str_has_word(str_of(claims->scope), str_of(name));
}

#endif
