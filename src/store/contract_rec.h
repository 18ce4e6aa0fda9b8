#ifndef STORE_CONTRACT_REC_H
#define STORE_CONTRACT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * A contract, or the tombstone of one: whose it is and the item of the detail
 * call, rendered. The record as it came in is the item with type, version and
 * organizationId before it, so it is not kept twice.
 */
struct contract_rec {
	bool deleted;
	bool versioned; /* version was given */
	uint64_t version;
	struct str id;
	struct str organization; /* empty in a tombstone, like the rest */
	struct str dossier;
	struct str etag; /* of the item, with its quotes */
	struct str item; /* JSON */
};

/* Encoding fails in the buffer. */
void contract_rec_put(struct buf *out, const struct contract_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int contract_rec_get(struct str bytes, struct contract_rec *rec);

/*
 * What the list of a dossier's contracts keeps of each, under organisation,
 * dossier and contract id: a list is one walk, without another look-up.
 */
struct contract_line {
	struct str format;
	struct str status;
	struct str etag; /* of the item, with its quotes */
	struct str item; /* JSON of the list: five members */
};

void contract_line_put(struct buf *out, const struct contract_line *line);
int contract_line_get(struct str bytes, struct contract_line *line);

#endif
