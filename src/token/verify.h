#ifndef TOKEN_VERIFY_H
#define TOKEN_VERIFY_H

#include "base/arena.h"
#include "base/counters.h"
#include "base/str.h"
#include "token/cache.h"
#include "token/jwt.h"

/* All that a worker needs to check access tokens. */
struct verifier {
	struct token_domain domain;
	struct keyset keys;
	struct token_cache *cache;
	struct counters *counters; /* token_hits, token_misses; may be NULL */
};

/* Of one token; valid until the next is verified. */
struct verified {
	const struct claims *claims; /* NULL if it is refused */
	struct token_note *note;     /* NULL if it was not remembered */
};

/*
 * jwt_verify() with the cache before it. The claims are in STORAGE or in the
 * cache. Results as jwt_verify().
 */
int token_verify(struct verifier *verifier, struct arena *arena,
    struct str token, int64_t now, struct claims *storage,
    struct verified *verified, const char **reason);

#endif
