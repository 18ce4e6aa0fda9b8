#ifndef IDENTITY_SIGNING_KEY_H
#define IDENTITY_SIGNING_KEY_H

#include "base/arena.h"
#include "store/signing_key_rec.h"
#include "store/txn.h"
#include "token/keyset.h"

/* A pair of keys that sign tokens, ready to be stored: see key_ring.h. */
struct signing_key {
	char kid[KID_LEN + 1];
	struct private_key_rec private;
	struct public_key_rec public;
};

/*
 * A new pair in the arena, cleared at its reset, made now and signing from now
 * on; takes its time, so outside of transactions.
 */
int signing_key_make(struct arena *arena, struct signing_key *out);

/* The pair whose private half signs at NOW by the vault. HUB_ENOENT. */
int signing_key_find(struct txn *vault, int64_t now, struct signing_key *out);

void signing_key_put_private(struct txn *vault, const struct signing_key *key);

/* Raises the generation. */
void signing_key_put_public(
    struct txn *directory, const struct signing_key *key);

#endif
