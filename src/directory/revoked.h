#ifndef DIRECTORY_REVOKED_H
#define DIRECTORY_REVOKED_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"
#include "store/txn.h"

/* Ids whose tokens are dead before their time. */
enum revoked_kind {
	REVOKED_SESSION = 's', /* sid */
	REVOKED_GRANT = 'g',   /* gid */
	REVOKED_TOKEN = 't',   /* jti */
};

/* "" is never revoked. */
bool revoked_has(struct txn *directory, enum revoked_kind kind, struct str id);

/*
 * From the commit on, no token with this id is taken. UNTIL: seconds since
 * 1970 after which no such token can live; the entry may then be swept.
 */
void revoked_put(struct txn *directory, enum revoked_kind kind, struct str id,
    int64_t until);

#endif
