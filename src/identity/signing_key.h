#ifndef IDENTITY_SIGNING_KEY_H
#define IDENTITY_SIGNING_KEY_H

#include "base/arena.h"
#include "store/signing_key_rec.h"
#include "store/txn.h"
#include "token/keyset.h"

/*
 * A pair of keys for access tokens, ready to be stored: its private half goes
 * into the vault first, then the public one into the directory. A crash between
 * leaves a key that nobody trusts yet, and the same two steps complete it.
 */
struct signing_key {
	char kid[KID_LEN + 1];
	struct private_key_rec private;
	struct public_key_rec public;
};

/*
 * A new pair in the arena, cleared at its reset, made at NOW; outside of
 * transactions.
 */
int signing_key_make(struct arena *arena, int64_t now, int64_t signs_from,
    struct signing_key *out);

/* The pair whose private half signs at NOW by the vault. HUB_ENOENT. */
int signing_key_find(struct txn *vault, int64_t now, struct signing_key *out);

void signing_key_put_private(struct txn *vault, const struct signing_key *key);

/* Raises the generation. */
void signing_key_put_public(
    struct txn *directory, const struct signing_key *key);

/* Calls FN for each public key in the order of the kids. */
void signing_key_walk(struct txn *directory,
    void (*fn)(void *ctx, struct str kid, const struct public_key_rec *rec),
    void *ctx);

#endif
