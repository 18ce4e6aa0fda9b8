#ifndef IDENTITY_THROTTLE_H
#define IDENTITY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"
#include "store/txn.h"

/*
 * Tries to sign in, counted by submitted name, existing or not, and by source
 * address (of IPv6 by network, /64), in a table that all workers share. Three
 * wrong tries of a name cost no delay (twenty of an address); then each doubles
 * it from a second up to a quarter of an hour. Nobody is ever locked out for
 * good: what rests for an hour is forgotten.
 *
 * The table has a bound. When it is full a new counter takes the place of the
 * least of a few that chance picks: who fills the table throws out what he
 * filled it with, and a counter that delays somebody stays.
 */

/* Counters there can be. */
#define THROTTLE_MAX 262144

/*
 * Counts a try before its password is looked at, so that tries at the same
 * moment count too. Gives 0, or the milliseconds to wait before the next is
 * let in; then nothing is counted, and *FIRST says whether it is the first that
 * this delay keeps out: that one is worth an event. NOW_MS: milliseconds since
 * 1970, read inside the transaction.
 */
int64_t throttle_enter(struct txn *vault, struct str name, struct str source,
    int64_t now_ms, bool *first);

/* The try was right: the name begins anew, the address loses one try. */
void throttle_succeed(struct txn *vault, struct str name, struct str source);

/*
 * The same for codes of a second factor, by account id. Six digits are few, and
 * who tries them knows the password: a counter is remembered for a day, and the
 * delay grows up to an hour.
 */
int64_t throttle_enter_code(struct txn *vault, struct str account,
    struct str source, int64_t now_ms, bool *first);
void throttle_succeed_code(
    struct txn *vault, struct str account, struct str source);

/*
 * Requests for a forgotten password, whosever the name is: counted as tries are,
 * by counters of their own, and none of them is right.
 */
int64_t throttle_forgotten(struct txn *vault, struct str name,
    struct str source, int64_t now_ms, bool *first);

/*
 * Employees who find addresses that are in use: five cost one no delay, then it
 * is as above. throttle_conflict_wait() changes nothing and is asked before
 * anything is told about an address; throttle_conflict() counts one, or gives
 * the milliseconds to wait, as throttle_enter() does.
 */
int64_t throttle_conflict_wait(
    struct txn *vault, struct str account, int64_t now_ms);
int64_t throttle_conflict(
    struct txn *vault, struct str account, int64_t now_ms, bool *first);

/*
 * Invitations of one account by one organisation, whichever of its contacts and
 * employees they are of: its owner is mailed each time. Three cost no delay; then
 * it grows up to an hour, and is remembered for a day.
 */
int64_t throttle_invitation(struct txn *vault, struct str organization,
    struct str account, int64_t now_ms);

/*
 * Removes up to MOST counters that say nothing any more; gives their number.
 * Looks at a bounded part of the table, from a place that chance picks.
 */
unsigned int throttle_sweep(
    struct txn *vault, int64_t now_ms, unsigned int most);

#endif
