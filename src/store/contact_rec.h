#ifndef STORE_CONTACT_REC_H
#define STORE_CONTACT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* A contact (customer dossier), or the tombstone of one. */
struct contact_rec {
	bool deleted;
	bool versioned; /* version was given */
	uint64_t version;
	struct str id;
	struct str organization; /* empty in a tombstone, like the rest */
	struct str dossier;
	struct str source; /* JSON; without type, version and deleted */
};

/* Encoding fails in the buffer. */
void contact_rec_put(struct buf *out, const struct contact_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int contact_rec_get(struct str bytes, struct contact_rec *rec);

#endif
