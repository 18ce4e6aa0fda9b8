#ifndef IDENTITY_CODE_H
#define IDENTITY_CODE_H

#include "base/err.h"
#include "identity/opaque.h"
#include "store/code_rec.h"
#include "store/txn.h"

/* Authorization codes (RFC 6749 section 4.1, RFC 7636). */
#define CODE_LIFETIME 60 /* seconds */

/* Stores a code that was just made; REC->expires and REC->used are set here. */
void code_put(struct txn *vault, const struct opaque_digest *code,
    struct code_rec *rec, int64_t now);

/* What a client shows with a code. */
struct code_use {
	struct str client, redirect_uri;
	struct str verifier; /* PKCE, p NULL if it was not sent */
};

/*
 * Takes a code for its one use. 0: *REC says what it stands for, and it is
 * used from the commit on. Else nothing has changed and the answer is
 * invalid_grant: HUB_ENOENT (unknown), HUB_EEXPIRED, HUB_EDENIED (another
 * client's or redirect URI, a wrong, missing or uncalled-for verifier), or
 * HUB_EEXIST: it was used before, by whomever, so the grant REC->gid must end.
 */
int code_take(struct txn *vault, const struct opaque_digest *code,
    const struct code_use *use, int64_t now, struct code_rec *rec);

/*
 * Takes the code away if nobody has to remember it any more at NOW, used or
 * not; false if it was not there.
 */
bool code_expire(struct txn *vault, struct str digest, int64_t now);

/* When a code goes: its second use is recognised until then. */
int64_t code_end(const struct code_rec *rec);

/* Whether TEXT may be a code_challenge of S256: 43 characters of base64url. */
bool code_is_challenge(struct str text);

#endif
