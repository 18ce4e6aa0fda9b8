#ifndef IDENTITY_THROTTLE_H
#define IDENTITY_THROTTLE_H

#include <stdint.h>
#include "base/str.h"
#include "store/txn.h"

/*
 * Tries to sign in, counted by submitted name, existing or not, and by source
 * address, in a bounded table that all workers share. Three wrong tries of a
 * name cost no delay (twenty of an address); then each doubles it from a
 * second up to a quarter of an hour. Nobody is ever locked out for good.
 */

/*
 * Counts a try before its password is looked at, so that tries at the same
 * moment count too. Gives 0, or the milliseconds to wait before the next is
 * let in; then nothing is counted. NAME is folded to lower case. NOW_MS:
 * milliseconds since 1970.
 */
int64_t throttle_enter(
    struct txn *vault, struct str name, struct str source, int64_t now_ms);

/* The try was right: the name begins anew, the address loses one try. */
void throttle_succeed(struct txn *vault, struct str name, struct str source);

/* Removes up to MOST counters that say nothing any more; gives their number. */
unsigned int throttle_sweep(
    struct txn *vault, int64_t now_ms, unsigned int most);

#endif
