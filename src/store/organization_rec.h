#ifndef STORE_ORGANIZATION_REC_H
#define STORE_ORGANIZATION_REC_H

#include "base/buf.h"
#include "base/str.h"

/* An organisation: the API's item, rendered, and the record as it came in. */
struct organization_rec {
	struct str item;   /* JSON */
	struct str etag;   /* of the item, with its quotes */
	struct str source; /* JSON; without type */
};

/* Encoding fails in the buffer. */
void organization_rec_put(struct buf *out, const struct organization_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int organization_rec_get(struct str bytes, struct organization_rec *rec);

#endif
