#ifndef TOKEN_KEYSET_H
#define TOKEN_KEYSET_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/txn.h"
#include "token/rsa.h"

/* The public signing keys of the hub, parsed, as a worker holds them. */
#define KEYSET_MAX 16
#define KID_LEN 43 /* a key's name: its RFC 7638 thumbprint in base64url */

struct keyset_key {
	char kid[KID_LEN + 1];
	int64_t ends; /* no token is taken after it; 0: no end is set */
	struct rsa_key *rsa;
};

struct keyset {
	struct keyset_key key[KEYSET_MAX];
	unsigned int n;
};

/*
 * Reads all public keys of the directory into SET, which is all zeros or was
 * loaded before; on failure it stays as it was. HUB_ECORRUPT for a key that
 * cannot be parsed or is not the one that its name tells, HUB_ETOOBIG for
 * more than KEYSET_MAX, else the transaction's error.
 */
int keyset_load(struct keyset *set, struct txn *directory);

void keyset_free(struct keyset *set);

/* NULL if there is none of that name. */
const struct keyset_key *keyset_find(const struct keyset *set, struct str kid);

/* The RFC 7638 thumbprint of a key. */
int key_thumbprint(const struct rsa_key *key, char kid[KID_LEN + 1]);

/*
 * Fills KID and compares it with the key of a record that KEY stands under in
 * either store. HUB_ECORRUPT if they differ: one of the two was changed by
 * something else than this software.
 */
int key_check_name(
    const struct rsa_key *key, struct str stored, char kid[KID_LEN + 1]);

#endif
