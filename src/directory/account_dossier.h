#ifndef DIRECTORY_ACCOUNT_DOSSIER_H
#define DIRECTORY_ACCOUNT_DOSSIER_H

#include "directory/account.h"

/*
 * One dossier more or less in an account, as a line of an import would bring it:
 * enabled, epoch and pending stay.
 */

/*
 * Takes the dossier away. HUB_ENOENT if there is no such account or it has not
 * that dossier.
 */
int account_dossier_drop(struct txn *directory, struct str account,
    struct str organization, struct str dossier);

/*
 * Adds it, and the customers' group. HUB_ENOENT (the account), HUB_EEXIST (it
 * has a dossier of that organisation), HUB_ECONFLICT (the dossier is another
 * account's), with the sentence.
 */
int account_dossier_add(struct txn *directory, struct str account,
    struct str organization, struct str dossier, struct why *why);

#endif
