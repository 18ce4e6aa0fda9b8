#ifndef STORE_CODE_REC_H
#define STORE_CODE_REC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * An authorization code; vault, table code, by its digest. One that was used
 * stays for a while, so that its second use is recognised.
 */
struct code_rec {
	bool used;
	int64_t expires; /* seconds since 1970 */
	struct str client, redirect_uri;
	struct str challenge; /* S256 (RFC 7636), "" without PKCE */
	struct str nonce;     /* "" if there was none */
	struct str scope;     /* words split at single spaces */
	struct str account;   /* id */
	uint64_t epoch;       /* the account's when it was issued */
	struct str sid;       /* of the session that it came from */
	int64_t auth_time;
	uint8_t methods; /* enum auth_method, of that session */
	struct str gid;  /* of the grant that it becomes */
};

/* Encoding fails in the buffer; decoding gives 0 or HUB_ECORRUPT and views. */
void code_rec_put(struct buf *out, const struct code_rec *rec);
int code_rec_get(struct str bytes, struct code_rec *rec);

#endif
