#ifndef DIRECTORY_ACCOUNT_RENAME_H
#define DIRECTORY_ACCOUNT_RENAME_H

#include "directory/account.h"

/*
 * Gives the account another address, checked by username_check(), as username
 * and as e-mail address; enabled, epoch and pending stay. HUB_ENOENT;
 * HUB_ECONFLICT if it is another account's username, with the sentence.
 */
int account_rename(struct txn *directory, struct str account,
    struct str address, struct why *why);

#endif
