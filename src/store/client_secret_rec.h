#ifndef STORE_CLIENT_SECRET_REC_H
#define STORE_CLIENT_SECRET_REC_H

#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* A confidential client's secret; vault, table client_secret, by client id. */
struct client_secret_rec {
	struct str digest; /* of the secret, as in identity/opaque.h */
	int64_t made;      /* seconds since 1970 */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void client_secret_rec_put(
    struct buf *out, const struct client_secret_rec *rec);
int client_secret_rec_get(struct str bytes, struct client_secret_rec *rec);

#endif
