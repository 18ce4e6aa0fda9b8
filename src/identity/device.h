#ifndef IDENTITY_DEVICE_H
#define IDENTITY_DEVICE_H

#include "base/conf.h"
#include "identity/opaque.h"
#include "store/account_rec.h"
#include "store/key.h"
#include "store/mail_rec.h"
#include "store/txn.h"

/*
 * The browsers that an account has been signed in with, each known by a cookie
 * that holds nothing but chance: it opens nothing, says nothing of who has
 * signed in, and is the same for all accounts of a browser.
 */

/* Seconds after a sign-in that a browser is known; devices of an account. */
#define DEVICE_LIFETIME (400 * 86400)
#define DEVICE_MAX 20

/* The browser that an act comes from. */
struct device {
	struct opaque_digest cookie; /* "": none, and none is noted */
	enum mail_language language; /* of the mails about it */
};

/*
 * The account has been signed in with it at NOW (seconds since 1970), a lasting
 * password and the second factor, if there is one: that is its last sign-in. On
 * a device which the account has not been signed in with, its owner gets
 * MAIL_NEW_DEVICE; who signs in for the first time has none that is known, and
 * hears nothing. The device that was used longest ago makes room.
 */
void device_sign_in(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, const struct device *device,
    struct str source, int64_t now);

/* Of an account that is gone: all of them. */
void device_drop(struct txn *vault, struct str account);

/*
 * How many of up to MOST devices behind AT, which moves on, are over at NOW.
 * TAKE: they go. *END: there is nothing behind these.
 */
unsigned int device_sweep(struct txn *vault, struct key *at, int64_t now,
    unsigned int most, bool take, bool *end);

#endif
