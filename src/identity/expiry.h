#ifndef IDENTITY_EXPIRY_H
#define IDENTITY_EXPIRY_H

#include <stdint.h>
#include "base/str.h"
#include "store/key.h"
#include "store/txn.h"

/*
 * What in the vault has an end, in the order of time, for the sweep: table
 * expiry. Each record has one entry and knows its time. A record that came to
 * live longer keeps its entry; the sweep finds it alive and moves the entry.
 */
enum expiry_kind {
	EXPIRY_CODE = 'c',    /* name: digest */
	EXPIRY_GRANT = 'g',   /* gid */
	EXPIRY_SESSION = 's', /* digest of the cookie */
	EXPIRY_WINDOW = 'w',  /* gid: of the successor that may be repeated */
	EXPIRY_EMAIL_CHANGE = 'e', /* account id */
	EXPIRY_INVITATION = 'i',   /* contact id */
};

/* Enters a record that may be swept from WHEN (seconds since 1970) on. */
void expiry_put(
    struct txn *vault, int64_t when, enum expiry_kind kind, struct str name);

/* Takes that entry back; none is no fault. */
void expiry_del(
    struct txn *vault, int64_t when, enum expiry_kind kind, struct str name);

/* The key of an entry, and back; false for a key that has not this shape. */
void expiry_key(
    struct key *key, int64_t when, enum expiry_kind kind, struct str name);
bool expiry_of_key(
    struct str key, int64_t *when, enum expiry_kind *kind, struct str *name);

struct expiry {
	int64_t when;
	enum expiry_kind kind;
	struct str name;
};

/*
 * The first entry whose time has come at NOW; false if there is none. Damage
 * fails the transaction.
 */
bool expiry_first(struct txn *vault, int64_t now, struct expiry *out);

#endif
