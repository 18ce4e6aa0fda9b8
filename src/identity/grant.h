#ifndef IDENTITY_GRANT_H
#define IDENTITY_GRANT_H

#include "base/conf.h"
#include "base/err.h"
#include "identity/opaque.h"
#include "store/grant_rec.h"
#include "store/txn.h"

/*
 * Grants and their refresh tokens, rotated at each use (RFC 9700 section
 * 4.14.2). The successor of a token is HMAC-SHA-256 with the presented token
 * as key and the grant's seed as message: the same old token, shown again
 * within the window, gives the same successor, and nothing that is stored can
 * be used. The window closes when its time is over or the successor was used.
 */

/*
 * Begins a grant; CURRENT is the digest of its first refresh token. REC's
 * began, used, current, previous and seed are set here.
 */
void grant_put(struct txn *vault, const struct conf *conf, struct str gid,
    const struct opaque_digest *current, struct grant_rec *rec, int64_t now);

bool grant_get(struct txn *vault, struct str gid, struct grant_rec *rec);

/* The gid that a refresh token of whatever age leads to; false if unknown. */
bool grant_of_refresh(
    struct txn *vault, const struct opaque_digest *token, struct str *gid);

/*
 * Uses the refresh token TOKEN for CLIENT at NOW. SEED: 32 random bytes made
 * beforehand, for the case that this use rotates. 0: *NEXT is the token to
 * give out, *GID and *REC say for what. Else the answer is invalid_grant:
 * HUB_ENOENT (unknown), HUB_EDENIED (another client's: nothing changes),
 * HUB_EEXPIRED (idle or absolute time over), or HUB_EEXIST: a token that had
 * its time, so the grant *GID must end with an audit event.
 * Whether account, epoch, client and revocations still allow it is looked at
 * by the caller before, in the directory.
 */
int grant_refresh(struct txn *vault, const struct conf *conf, struct str token,
    struct str client, const unsigned char seed[32], int64_t now,
    struct opaque *next, struct str *gid, struct grant_rec *rec);

/* Takes it away with all its tokens and indexes; false if there is none. */
bool grant_del(struct txn *vault, struct str gid);

/*
 * Calls FN for each grant of an account until it gives false. FN changes
 * nothing.
 */
void grant_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, struct str gid, const struct grant_rec *rec),
    void *ctx);

#endif
