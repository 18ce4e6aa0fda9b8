#ifndef STORE_CONSENT_REC_H
#define STORE_CONSENT_REC_H

#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* What an account allows a client; vault, table consent, by both. */
struct consent_rec {
	struct str scope; /* split at single spaces */
	int64_t given;    /* seconds since 1970: the last time */
	uint64_t born;    /* the account's: nobody else's consent */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void consent_rec_put(struct buf *out, const struct consent_rec *rec);
int consent_rec_get(struct str bytes, struct consent_rec *rec);

#endif
