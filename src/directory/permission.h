#ifndef DIRECTORY_PERMISSION_H
#define DIRECTORY_PERMISSION_H

#include <stdbool.h>
#include "store/account_rec.h"
#include "store/txn.h"

/*
 * Whether one of the account's groups gives the permission, as the groups are
 * at this moment.
 */
bool permission_held(struct txn *directory, const struct account_rec *account,
    struct str permission);

#endif
