#ifndef STORE_PROVEN_REC_H
#define STORE_PROVEN_REC_H

#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* The address that an account's owner has shown to read; vault, table proven. */
struct proven_rec {
	struct str address; /* in lower case */
	uint64_t born;      /* the account's */
	int64_t at;         /* seconds since 1970 */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void proven_rec_put(struct buf *out, const struct proven_rec *rec);
int proven_rec_get(struct str bytes, struct proven_rec *rec);

#endif
