#ifndef TOKEN_JWKS_H
#define TOKEN_JWKS_H

#include "base/arena.h"
#include "base/str.h"
#include "token/keyset.h"

/*
 * The public keys as a JWK Set (RFC 7517): kty, use, alg, kid, n, e of each
 * that still counts at NOW, in the arena.
 */
int jwks_render(struct arena *arena, const struct keyset *keys, int64_t now,
    struct str *json);

#endif
