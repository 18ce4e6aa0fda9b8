#ifndef STORE_ACCOUNT_REC_H
#define STORE_ACCOUNT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * An account as the directory keeps it: what is looked at in each request
 * first, then the item of the API already rendered, then the record as it came
 * in, for export. Lists are pieces of rec.h one after the other (rec_list.h).
 */
struct account_rec {
	bool enabled;
	bool pending;   /* a temporary password waits to be changed */
	bool blocked;   /* not enabled, by an employee, who may take it back */
	uint64_t epoch; /* tokens of an older one are dead */
	struct str id;
	struct str name;          /* the username as given */
	struct str groups;        /* list: effective group ids */
	struct str organizations; /* list: organisation ids, in id order */
	struct str dossiers; /* list: organisation id, dossier number, ... */
	struct str item;     /* JSON */
	struct str etag;     /* of the item, with its quotes */
	struct str source;   /* JSON; without type and enabled */

	/*
	 * Which life of the id this is: another one after each deletion. What
	 * belongs to an account and outlives it names its life.
	 */
	uint64_t born;
};

/* Encoding fails in the buffer. */
void account_rec_put(struct buf *out, const struct account_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int account_rec_get(struct str bytes, struct account_rec *rec);

#endif
