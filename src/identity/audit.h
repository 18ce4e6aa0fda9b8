#ifndef IDENTITY_AUDIT_H
#define IDENTITY_AUDIT_H

#include "store/audit_rec.h"
#include "store/txn.h"

/*
 * Adds one event to the audit log, at this moment. To be called in the vault's
 * transaction that does what is recorded; where only the directory changes,
 * in one of its own right after it.
 */
void audit_put(struct txn *vault, const struct audit_rec *rec);

/* Calls FN for each event in the order of time. FN's false ends it. */
void audit_walk(struct txn *vault,
    bool (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx);

/* Whether there is an event of TIME_US or later. */
bool audit_has_after(struct txn *vault, int64_t time_us);

#endif
