#ifndef STORE_THROTTLE_REC_H
#define STORE_THROTTLE_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* Tries at a name or from an address; vault, table throttle. */
struct throttle_rec {
	uint32_t tries; /* since the last success or long rest */
	int64_t last;   /* milliseconds since 1970 */
	bool refused;   /* a try has been kept out since */
	bool slow;      /* of codes and invitations: remembered for longer */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT. */
void throttle_rec_put(struct buf *out, const struct throttle_rec *rec);
int throttle_rec_get(struct str bytes, struct throttle_rec *rec);

#endif
