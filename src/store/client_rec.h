#ifndef STORE_CLIENT_REC_H
#define STORE_CLIENT_REC_H

#include <stdbool.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * The public part of an OAuth client, as the directory keeps it: what a reader
 * needs to judge a token and an Origin.
 */
struct client_rec {
	bool enabled;
	bool third_party;
	bool builtin;     /* cannot be removed and has no grants */
	struct str name;  /* for people */
	struct str scope; /* words split at single spaces */
	struct str audience;
	struct str origins; /* list (rec_list.h), for CORS */
};

/* Encoding fails in the buffer. */
void client_rec_put(struct buf *out, const struct client_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int client_rec_get(struct str bytes, struct client_rec *rec);

#endif
