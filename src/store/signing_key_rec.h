#ifndef STORE_SIGNING_KEY_REC_H
#define STORE_SIGNING_KEY_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* The two halves of a signing key: directory, table key; vault, table key. */
struct public_key_rec {
	int64_t created; /* seconds since 1970 */
	int64_t ends;    /* no token is taken after it; 0: no end is set */
	struct str der;  /* SubjectPublicKeyInfo */
};

struct private_key_rec {
	int64_t created;
	int64_t signs_from; /* the key whose time came last signs */
	struct str der;     /* PKCS #8 */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void public_key_rec_put(struct buf *out, const struct public_key_rec *rec);
int public_key_rec_get(struct str bytes, struct public_key_rec *rec);

void private_key_rec_put(struct buf *out, const struct private_key_rec *rec);
int private_key_rec_get(struct str bytes, struct private_key_rec *rec);

#endif
