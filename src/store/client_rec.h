#ifndef STORE_CLIENT_REC_H
#define STORE_CLIENT_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/* What a client may get tokens by; bits of client_rec.grants. */
enum client_grant {
	CLIENT_GRANT_CODE = 1,
	CLIENT_GRANT_REFRESH = 2,
	CLIENT_GRANT_CREDENTIALS = 4,
};

/*
 * The public part of an OAuth client, as the directory keeps it: what a reader
 * needs to judge a token and an Origin, and what is no secret of the rest. Of a
 * client that was removed only the time stays from which its id is free again.
 */
struct client_rec {
	bool enabled;
	bool third_party;
	bool builtin;        /* cannot be removed and has no grants */
	struct str name;     /* for people */
	struct str scope;    /* words split at single spaces */
	struct str audience; /* of its tokens; empty: the hub's base URL */
	struct str origins;  /* list (rec_list.h), for CORS */
	bool public;         /* has no secret */
	bool pkce_optional;  /* of a confidential client that cannot do it */
	uint8_t grants;      /* of enum client_grant */
	struct str redirect_uris, post_logout_uris; /* lists */
	struct str organization; /* that it belongs to, or empty */
	int64_t free_from;       /* seconds since 1970; 0: it is not removed */
};

/* Encoding fails in the buffer. */
void client_rec_put(struct buf *out, const struct client_rec *rec);

/* 0 or HUB_ECORRUPT; the text is a view of BYTES. */
int client_rec_get(struct str bytes, struct client_rec *rec);

#endif
