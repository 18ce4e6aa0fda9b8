#ifndef TOKEN_JWS_H
#define TOKEN_JWS_H

#include "base/arena.h"
#include "base/json_in.h"
#include "base/str.h"
#include "token/keyset.h"
#include "token/signer.h"

/*
 * JWS compact serialisation (RFC 7515) with the refusals of RFC 8725: what all
 * kinds of tokens of the hub have in common. Nothing in a token chooses how it
 * is checked: there is one algorithm, RS256, the key's name only picks one of
 * our own keys, and parameters that point at keys elsewhere (jku, x5u, jwk,
 * x5c) are not looked at.
 */
#define JWS_MAX 4096 /* bytes; longer ones are refused before anything else */

/* The largest number in a token: what every JSON parser can hold. */
#define JWS_NUMBER_MAX ((1ULL << 53) - 1)

/* A kind of token, which is never taken for another (RFC 8725 section 3.11). */
struct jws_kind {
	const char *typ;   /* "at+jwt" */
	const char *fault; /* reason when it is another */
};

/*
 * PAYLOAD signed, in the arena. HUB_EINVAL for a key that is none, HUB_ETOOBIG
 * over JWS_MAX.
 */
int jws_sign(struct arena *arena, const struct signer_key *key,
    const struct jws_kind *kind, struct str payload, struct str *token);

/* A token whose signature is right. */
struct jws {
	const struct json *payload; /* in the arena */
	const struct keyset_key *key;
};

/*
 * Checks form, type, algorithm, key by name and signature, and parses the
 * payload; what it says is not looked at, nor whether the key has ended.
 * HUB_EDENIED for every fault of the token; HUB_ENOMEM or HUB_ECRYPTO if it
 * could not be checked. *REASON is static words for the log, else left alone.
 */
int jws_open(struct arena *arena, const struct keyset *keys,
    const struct jws_kind *kind, struct str token, struct jws *out,
    const char **reason);

#endif
