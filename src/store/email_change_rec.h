#ifndef STORE_EMAIL_CHANGE_REC_H
#define STORE_EMAIL_CHANGE_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * A change of e-mail address that the account's owner has asked for; vault,
 * table email_change, by account id.
 */
struct email_change_rec {
	uint64_t born;   /* the account's */
	struct str to;   /* as typed */
	struct str from; /* the address when it was asked for */
	struct str code; /* digest of the one that was mailed last, or "" */
	int64_t made;    /* seconds since 1970 */
	int64_t expires; /* no code is taken any more */
	uint32_t wrong;  /* tries with another code */
	uint32_t asked;  /* times since FIRST */
	int64_t first;
	bool proven; /* the code was right: the directory has it, or is next */

	/* The old address that is still to be told of a change, or "". */
	struct str former;
	int64_t listed; /* where it stands in table expiry */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void email_change_rec_put(struct buf *out, const struct email_change_rec *rec);
int email_change_rec_get(struct str bytes, struct email_change_rec *rec);

#endif
