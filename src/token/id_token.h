#ifndef TOKEN_ID_TOKEN_H
#define TOKEN_ID_TOKEN_H

#include "base/arena.h"
#include "base/str.h"
#include "token/jwt.h"
#include "token/keyset.h"
#include "token/signer.h"

/* Bytes; a longer nonce makes no token. */
#define ID_TOKEN_NONCE_MAX 512

/* ID tokens (OpenID Connect Core 1.0 section 2), RS256, typ JWT. */
struct id_token {
	struct str sub, client;  /* the client is the audience */
	struct str nonce, sid;   /* left out where n is 0 */
	struct str access_token; /* for at_hash (section 3.1.3.6) */
	int64_t iat, exp, auth_time;
	unsigned int methods; /* enum auth_method, for acr and amr */
};

/*
 * The token, in the arena. HUB_EINVAL for ids or times that are none, a sub
 * that is no account's, a nonce that is too long or not UTF-8.
 */
int id_token_sign(struct arena *arena, const struct signer_key *key,
    const struct token_domain *domain, const struct id_token *id,
    struct str *token);

/*
 * Reads an ID token of this hub that comes back as id_token_hint, however old:
 * sub, client, sid, nonce and times are filled, in the arena. Its key must still
 * be there. HUB_EDENIED for anything else, an access token too; HUB_ENOMEM or
 * HUB_ECRYPTO if it could not be checked.
 */
int id_token_read(struct arena *arena, const struct keyset *keys,
    const struct token_domain *domain, struct str token, struct id_token *id);

#endif
