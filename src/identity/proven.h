#ifndef IDENTITY_PROVEN_H
#define IDENTITY_PROVEN_H

#include <stdbool.h>
#include <stdint.h>
#include "store/account_rec.h"
#include "store/txn.h"

/*
 * Which account's e-mail address is proven: its owner has signed in with what
 * was mailed there and shown to nobody. The proof is of the address that the
 * account has now: of another one, whoever has changed it, nothing is proven. It
 * ends when somebody else gives the account a password.
 */

/* Whether the address of ACCOUNT, as the directory has it now, is proven. */
bool proven_is(struct txn *vault, const struct account_rec *account);

/*
 * The address is proven at NOW (seconds since 1970), in the transaction of what
 * proves it; the event is the caller's. ADDRESS: of the account, or the one that
 * it is about to get.
 */
void proven_put(struct txn *vault, const struct account_rec *account,
    struct str address, int64_t now);

/* Ends it; for the sweep, of an account that is not there. True: it was there. */
bool proven_del(struct txn *vault, struct str account);

#endif
