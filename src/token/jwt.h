#ifndef TOKEN_JWT_H
#define TOKEN_JWT_H

#include "base/arena.h"
#include "base/str.h"
#include "token/claims.h"
#include "token/jws.h"
#include "token/keyset.h"
#include "token/signer.h"

/* Tokens longer than this are refused before they are looked at. */
#define JWT_MAX JWS_MAX

/* Whom tokens come from and whom they are for; fixed by the configuration. */
struct token_domain {
	char issuer[288];   /* base_url + "/identity" */
	char audience[256]; /* base_url */
};

/*
 * A base URL that is too long, which the configuration does not let through,
 * gives the empty domain: it signs and takes no token.
 */
void token_domain_of(struct token_domain *domain, const char *base_url);

/*
 * An access token of RFC 9068 (JWS compact, typ at+jwt, RS256) with CLAIMS,
 * in the arena. AUDIENCE is its aud; empty: the domain's. HUB_EINVAL for claims
 * that jwt_verify() would refuse: ids that are none, times that do not fit
 * together, a lifetime over TOKEN_LIFETIME_MAX. Nothing is cut to fit.
 */
int jwt_sign(struct arena *arena, const struct signer_key *key,
    const struct token_domain *domain, struct str audience,
    const struct claims *claims, struct str *token);

/* What a token is checked against. */
struct jwt_check {
	struct arena *arena; /* scratch */
	const struct keyset *keys;
	const struct token_domain *domain;
	int64_t now;          /* seconds since 1970 */
	struct str *audience; /* NULL: it must be the domain's; else whatever
				 it is comes here, in the arena */
};

/*
 * Checks a token whole, by RFC 9068 section 4 and RFC 8725: form, type,
 * algorithm, key by name, signature, issuer, audience, times, and that each
 * claim has its type and size.
 *
 * HUB_EDENIED for every fault of the token but a lapsed time, which is
 * HUB_EEXPIRED and tells that all else was right; HUB_ENOMEM or HUB_ECRYPTO if
 * it could not be checked. *REASON, if not NULL, then points to a few static
 * words for the log. CLAIMS is written on success only; its exp is the end of
 * the token or of its key, whichever comes first.
 */
int jwt_verify(const struct jwt_check *check, struct str token,
    struct claims *claims, const char **reason);

#endif
