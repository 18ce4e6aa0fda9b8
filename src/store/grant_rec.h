#ifndef STORE_GRANT_REC_H
#define STORE_GRANT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * A grant, which is the family of its refresh tokens; vault, table grant, by
 * gid. Of the tokens only digests are here; the one of their common handle leads
 * to it by table refresh.
 */
struct grant_rec {
	struct str client, account; /* ids */
	uint64_t epoch;             /* the account's when it began */
	struct str scope;
	struct str sid; /* of the session that it began in, or "" */
	int64_t auth_time;
	uint8_t methods;        /* enum auth_method, of that session */
	struct str nonce;       /* of the authorization request, or "" */
	int64_t began, used;    /* seconds since 1970; last refresh */
	int64_t listed;         /* where it stands in table expiry */
	struct str handle;      /* digest of what its tokens begin with */
	struct str current;     /* digest of the token that counts */
	struct str previous;    /* of the one before, "" for none */
	int64_t previous_until; /* it still gives the same successor */
	struct str seed; /* 32 random bytes while that window is open, or "" */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void grant_rec_put(struct buf *out, const struct grant_rec *rec);
int grant_rec_get(struct str bytes, struct grant_rec *rec);

#endif
