#ifndef STORE_SECOND_FACTOR_REC_H
#define STORE_SECOND_FACTOR_REC_H

#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* A second factor; vault, table second_factor, by account id. */
struct second_factor_rec {
	struct str secret;   /* bytes that codes are made of */
	int64_t added;       /* seconds since 1970 */
	uint64_t last_step;  /* of the code used last; older ones are used up */
	struct str recovery; /* list: digests of the codes that are left */
	uint64_t born;       /* the account's: nobody else's factor */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void second_factor_rec_put(
    struct buf *out, const struct second_factor_rec *rec);
int second_factor_rec_get(struct str bytes, struct second_factor_rec *rec);

#endif
