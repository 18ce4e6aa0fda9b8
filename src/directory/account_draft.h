#ifndef DIRECTORY_ACCOUNT_DRAFT_H
#define DIRECTORY_ACCOUNT_DRAFT_H

#include "directory/account.h"

/*
 * An account's record that is about to be changed in a member or two, as a line
 * of an import would change it: enabled, epoch, pending and born stay. What was
 * parsed stays as it is; the members of ROOT are a list of the draft's own, and
 * those of a member are after account_draft_own(). Memory that is short fails
 * the transaction.
 */
struct account_draft {
	struct txn *txn;
	struct account_rec rec; /* as it is in the store */
	struct json root;
};

/* HUB_ENOENT, HUB_ECORRUPT, HUB_ENOMEM. */
int account_draft_begin(
    struct account_draft *draft, struct txn *directory, struct str account);

/* The member of the root, made if it is missing; NULL if memory is short. */
struct json *account_draft_member(
    struct account_draft *draft, const char *name, enum json_type type);

/* Makes PARENT's list the draft's own, without the member LEFT_OUT ("": all). */
void account_draft_own(
    struct account_draft *draft, struct json *parent, struct str left_out);

/* Adds a last member or element to a list of the draft's own. */
struct json *account_draft_append(struct account_draft *draft,
    struct json *parent, enum json_type type, struct str name, struct str text);

/* Checks and puts it: errors of account_parse() and account_put(). */
int account_draft_end(struct account_draft *draft, struct why *why);

#endif
