#ifndef STORE_CREDENTIAL_REC_H
#define STORE_CREDENTIAL_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * What an account signs in with; vault, table credential, by account id. Both
 * hashes are the text of libsodium's crypto_pwhash_str(), "" where there is
 * none. The temporary one beside a lasting one is a forgotten password's: the
 * lasting one keeps working until the change form is completed.
 */
struct credential_rec {
	struct str lasting;
	int64_t lasting_at; /* seconds since 1970, when it was set */
	struct str temporary;
	int64_t temporary_until;   /* it opens nothing from then on */
	uint64_t temporary_serial; /* of the one made last; none comes twice */
	struct str mailed_to;      /* it was, and never shown; "": shown */
	uint64_t born;             /* the account's: nobody else's credential */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void credential_rec_put(struct buf *out, const struct credential_rec *rec);
int credential_rec_get(struct str bytes, struct credential_rec *rec);

#endif
