#ifndef DIRECTORY_ACCOUNT_ROLE_H
#define DIRECTORY_ACCOUNT_ROLE_H

#include "directory/account.h"

/*
 * One group more or less of an account at an organisation, as a line of an
 * import would bring it: enabled, epoch and pending stay, and the next request
 * sees it. Who has lost the last group remains an employee there, so that a
 * colleague finds who may be given one again.
 */

/*
 * Gives it: the account belongs to the organisation from then on. HUB_ENOENT
 * (account, organisation or group), HUB_EEXIST (it has it), with the sentence.
 */
int account_role_give(struct txn *directory, struct str account,
    struct str organization, struct str group, struct why *why);

/* Whether it can be given; changes nothing. */
int account_role_may_give(struct txn *directory, struct str account,
    struct str organization, struct str group, struct why *why);

/* HUB_ENOENT (the account, or it has it not), with the sentence. */
int account_role_take(struct txn *directory, struct str account,
    struct str organization, struct str group, struct why *why);

#endif
