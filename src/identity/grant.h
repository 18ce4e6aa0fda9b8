#ifndef IDENTITY_GRANT_H
#define IDENTITY_GRANT_H

#include "base/conf.h"
#include "base/err.h"
#include "identity/refresh.h"
#include "store/grant_rec.h"
#include "store/txn.h"

/*
 * Grants and their refresh tokens, rotated at each use (RFC 9700 section
 * 4.14.2). The successor of a token is made of the presented token and the
 * grant's seed: the same old token, shown again within the window, gives the
 * same successor, and nothing that is stored can be used. The window closes
 * when its time is over or the successor was used.
 */

/*
 * Begins a grant with its first refresh token. Of REC the caller gives client,
 * account, epoch, scope, sid, auth_time and nonce; the rest is set here.
 */
void grant_put(struct txn *vault, const struct conf *conf, struct str gid,
    const struct refresh *first, struct grant_rec *rec, int64_t now);

/* The record, whether its time is over or not. */
bool grant_get(struct txn *vault, struct str gid, struct grant_rec *rec);

/* When it ends if it is not used any more: seconds since 1970. */
int64_t grant_end(const struct conf *conf, const struct grant_rec *rec);

/*
 * The gid of the family that a refresh token, of whatever age, belongs to.
 * False for what is none, or of no family that is there.
 */
bool grant_of_refresh(struct txn *vault, struct str token, struct str *gid);

/*
 * Uses a refresh token. 0: *next is the token to give out, *gid and *rec say
 * for what. Else nothing has changed and the answer is invalid_grant:
 * HUB_ENOENT (no token of ours), HUB_EDENIED (another client's), HUB_EEXPIRED
 * (idle or absolute time over), or HUB_EEXIST: a token that had its time, so
 * the grant *gid must end with an audit event. Whether account, epoch, client
 * and revocations still allow it is looked at by the caller before, in the
 * directory.
 */
struct grant_use {
	struct str token, client;
	unsigned char seed[REFRESH_SEED]; /* random, made beforehand */
	int64_t now;

	/* Results. */
	struct refresh next;
	struct str gid;
	struct grant_rec rec;
};

int grant_refresh(
    struct txn *vault, const struct conf *conf, struct grant_use *use);

/* Whether at NOW a refresh token of the grant would be taken. */
bool grant_is_current(const struct conf *conf, const struct grant_rec *rec,
    struct str token, int64_t now);

/* Ends the window of a successor that was not used in time; true if it did. */
bool grant_close_window(struct txn *vault, struct str gid, int64_t now);

/* Takes it away with its indexes; false if there is none. */
bool grant_del(struct txn *vault, struct str gid);

/*
 * Takes it away if its time is over at NOW; else it is looked at again when it
 * may be. True if it went.
 */
bool grant_expire(
    struct txn *vault, const struct conf *conf, struct str gid, int64_t now);

/*
 * The grant after AFTER ("": the first) of an account, and of all of them, in
 * the order of the gids; false after the last. With arena_mark() between them
 * a long walk needs little memory, and it may go on in another transaction.
 */
bool grant_next(struct txn *vault, struct str account, struct str after,
    struct str *gid, struct grant_rec *rec);
bool grant_next_of_all(struct txn *vault, struct str after, struct str *gid,
    struct grant_rec *rec);

/*
 * Calls FN for each grant of an account until it gives false. FN changes
 * nothing.
 */
void grant_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, struct str gid, const struct grant_rec *rec),
    void *ctx);

#endif
