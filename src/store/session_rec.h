#ifndef STORE_SESSION_REC_H
#define STORE_SESSION_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* What a session opens. */
enum session_kind {
	SESSION_SIGNED_IN = 0,
	SESSION_CHANGE = 1, /* the form that changes a temporary password */
	SESSION_CODE = 2,   /* the form that asks for the second factor */
	SESSION_ENROL = 3,  /* the form that adds one, which is required */
};

/* A browser's session; vault, table session, by the digest of its cookie. */
struct session_rec {
	uint8_t kind;        /* enum session_kind */
	uint8_t methods;     /* enum auth_method: what it was begun with */
	struct str sid;      /* how tokens name it */
	struct str account;  /* id */
	uint64_t epoch;      /* the account's when it began */
	uint64_t serial;     /* of SESSION_CHANGE: of the temporary password */
	int64_t auth_time;   /* seconds since 1970: the sign-in */
	int64_t used;        /* last, to within a minute */
	int64_t expires;     /* absolutely */
	int64_t listed;      /* where it stands in table expiry */
	struct str source;   /* the address that it began from */
	struct str proposal; /* secret of a second factor to be added, or "" */
	int64_t proposed;    /* when that was made */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void session_rec_put(struct buf *out, const struct session_rec *rec);
int session_rec_get(struct str bytes, struct session_rec *rec);

#endif
