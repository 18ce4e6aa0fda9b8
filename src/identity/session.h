#ifndef IDENTITY_SESSION_H
#define IDENTITY_SESSION_H

#include "base/conf.h"
#include "identity/opaque.h"
#include "store/session_rec.h"
#include "store/txn.h"

/*
 * Sessions of browsers: single sign-on, and the forms that stand before it, of
 * a temporary password and of the second factor. Their end by time ends single sign-on only, not the grants that
 * began in them.
 */

/* How long a form that stands before a session may be worked on, in seconds. */
#define SESSION_FORM_LIFETIME 900

/*
 * Stores a session that was just made, with its index by account and its place
 * among what expires. REC's used, expires and listed are set here, from CONF
 * and REC->auth_time.
 */
void session_put(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *cookie, struct session_rec *rec);

/* When it ends, if nothing happens any more: seconds since 1970. */
int64_t session_end(const struct conf *conf, const struct session_rec *rec);

/*
 * The session of a cookie, if at NOW it is alive by idle and absolute time.
 * Whether its account's epoch still is the session's is the caller's matter.
 */
bool session_get(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *cookie, int64_t now, struct session_rec *rec);

/*
 * Whether the use at NOW is worth a write, and the write itself, which does
 * nothing when the session is gone.
 */
bool session_is_stale(const struct session_rec *rec, int64_t now);
void session_touch(
    struct txn *vault, const struct opaque_digest *cookie, int64_t now);

/*
 * Writes what session_get() gave, changed in nothing but its proposal, in the
 * same transaction.
 */
void session_update(struct txn *vault, const struct opaque_digest *cookie,
    const struct session_rec *rec);

/*
 * The same session, used at NOW, under another cookie: it can do more than
 * before, so who has held the old one must not go along. REC is what
 * session_get() gave, with what has changed.
 */
void session_move(struct txn *vault, const struct conf *conf,
    const struct opaque_digest *from, const struct opaque_digest *to,
    struct session_rec *rec, int64_t now);

/* Takes it away with its index; false if there is none. */
bool session_del(struct txn *vault, const struct opaque_digest *cookie);
bool session_del_by_sid(struct txn *vault, struct str account, struct str sid);

/*
 * Takes it away if its time is over at NOW; else it is looked at again when it
 * may be. True if it went.
 */
bool session_expire(
    struct txn *vault, const struct conf *conf, struct str digest, int64_t now);

/*
 * The session after the sid AFTER ("": the first) of an account, in their
 * order; false after the last. As with grant_next() the walk may go on in
 * another transaction.
 */
bool session_next(struct txn *vault, struct str account, struct str after,
    struct session_rec *rec);

/*
 * Calls FN for each session of an account, of all kinds, until it gives
 * false. FN changes nothing.
 */
void session_walk(struct txn *vault, struct str account,
    bool (*fn)(void *ctx, const struct session_rec *rec), void *ctx);

#endif
