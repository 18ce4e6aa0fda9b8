#ifndef IDENTITY_AUDIT_H
#define IDENTITY_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include "store/audit_rec.h"
#include "store/txn.h"

/*
 * Adds one event to the audit log, at this moment. To be called in the vault's
 * transaction that does what is recorded; where only the directory changes,
 * in one of its own right after it.
 */
void audit_put(struct txn *vault, const struct audit_rec *rec);

/* Where in the log a reader of it is. */
struct audit_place {
	struct key key;
	bool after; /* that event was read already */
};

/* Before the first event of a moment, in microseconds since 1970. */
void audit_place_at(struct audit_place *place, int64_t time_us);

/*
 * Calls FN for up to MOST events from PLACE on, in the order of time, and moves
 * PLACE behind the last: a long log is read in several transactions. False when
 * there are no more.
 */
bool audit_page(struct txn *vault, struct audit_place *place, unsigned int most,
    void (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx);

/* Calls FN for each event in the order of time. FN's false ends it. */
void audit_walk(struct txn *vault,
    bool (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx);

/* Whether there is an event of TIME_US or later. */
bool audit_has_after(struct txn *vault, int64_t time_us);

/* Whether there is an event from before TIME_US (microseconds since 1970). */
bool audit_has_before(struct txn *vault, int64_t time_us);

/* Removes up to MOST of those, the oldest first; gives their number. */
unsigned int audit_expire(
    struct txn *vault, int64_t time_us, unsigned int most);

#endif
