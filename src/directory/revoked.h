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

/*
 * How long an entry stays after its last token's end, in seconds: a clock that
 * is set back by less revives none.
 */
#define REVOKED_REST 86400

/* "" is never revoked. */
bool revoked_has(struct txn *directory, enum revoked_kind kind, struct str id);

/*
 * From the commit on, no token with this id is taken. ACCOUNT: whose it is, ""
 * if nobody's. UNTIL: seconds since 1970 after which no such token can live;
 * REVOKED_REST later the entry may be swept.
 */
void revoked_put(struct txn *directory, enum revoked_kind kind, struct str id,
    struct str account, int64_t until);

struct revoked {
	enum revoked_kind kind;
	struct str id, account;
	int64_t until;
};

/*
 * The entry after the key *AT, which is that entry's from then on; the first
 * if *AT is empty. False after the last. Damage fails the transaction.
 */
bool revoked_next(struct txn *directory, struct key *at, struct revoked *out);

/* Whether at NOW no token can name it any more, with REVOKED_REST. */
bool revoked_is_over(const struct revoked *entry, int64_t now);

/* Takes it away if it is over at NOW; true if it went. */
bool revoked_expire(
    struct txn *directory, enum revoked_kind kind, struct str id, int64_t now);

/* The value of an entry. 0 or HUB_ECORRUPT. */
int revoked_decode(struct str bytes, struct revoked *out);

#endif
