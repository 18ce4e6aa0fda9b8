#ifndef DIRECTORY_PERMISSION_H
#define DIRECTORY_PERMISSION_H

#include <stdbool.h>
#include "store/account_rec.h"
#include "store/txn.h"

/*
 * Whether one of the account's groups gives the permission, as the groups are
 * at this moment. Leaves nothing in the transaction's arena.
 */
bool permission_held(struct txn *directory, const struct account_rec *account,
    struct str permission);

/*
 * The permissions of all of the account's groups, each once, in byte order:
 * those that are stored sorted in each group, merged.
 */
struct permission_union {
	struct str *lists; /* what is left of each group's; in the arena */
	size_t n;
};

void permission_union_begin(struct permission_union *all, struct txn *directory,
    const struct account_rec *account);

/* The next one; false at the end. */
bool permission_union_next(struct permission_union *all, struct str *name);

#endif
