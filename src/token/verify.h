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

/*
 * jwt_verify() with the cache before it. *CLAIMS points to STORAGE or into
 * the cache and is valid until the next call, as is *NOTE: what the caller has
 * written down about a token that the cache knows, else NULL. Results as
 * jwt_verify().
 */
int token_verify(struct verifier *verifier, struct arena *arena,
    struct str token, int64_t now, struct claims *storage,
    const struct claims **claims, struct token_note **note,
    const char **reason);

#endif
