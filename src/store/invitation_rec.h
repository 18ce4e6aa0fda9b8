#ifndef STORE_INVITATION_REC_H
#define STORE_INVITATION_REC_H

#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * An account that is there is asked to take a contact's dossier; vault, table
 * invitation, by the contact's id. It says what was asked, so that it does
 * nothing when that is so no longer.
 */
struct invitation_rec {
	struct str organization; /* id: the contact's */
	struct str dossier;      /* number: likewise */
	struct str account;      /* id: who is asked */
	uint64_t born;           /* the account's */
	struct str address;      /* the username that was invited */
	struct str inviter;      /* account id, or "" of an operator */
	int64_t made;            /* seconds since 1970 */
	int64_t expires;         /* where it stands in table expiry */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void invitation_rec_put(struct buf *out, const struct invitation_rec *rec);
int invitation_rec_get(struct str bytes, struct invitation_rec *rec);

#endif
