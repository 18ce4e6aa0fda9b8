#ifndef DIRECTORY_ACCOUNT_H
#define DIRECTORY_ACCOUNT_H

#include "base/json_in.h"
#include "store/account_rec.h"
#include "store/txn.h"

/*
 * An account as it comes in, checked; epoch and pending are not its matter.
 * rec.born is what a new one gets, or 0: then it is the epoch it begins with,
 * which no account of this id has had. Whoever sets it takes a new id.
 */
struct account {
	struct account_rec rec;
	bool enabled_given;      /* rec.enabled stood in the record */
	struct str folded;       /* the username in lower case */
	struct str employers;    /* list: organisations of its roles */
	const struct json *line; /* all of it, to point at what is wrong */
};

/*
 * From a parsed line: checks it, makes its lists and, if it RENDERS, the item
 * and the source that are stored; text is in the arena, and LINE lives as long.
 * HUB_EINVAL with pointer: reason. Whether the organisations and groups exist
 * is the caller's matter.
 */
int account_parse(struct arena *arena, const struct json *line, bool renders,
    struct account *out, struct why *why);

/*
 * Makes or changes the account and its indexes. What is absent in the record
 * stays: enabled (true for a new one) and blocked, epoch, pending, born. Turning enabled from
 * true to false raises the epoch. HUB_ECONFLICT, with the reason, when the
 * username or a dossier is another account's.
 */
int account_put(
    struct txn *directory, const struct account *account, struct why *why);

/* Deletes account and indexes; false if there was none. */
bool account_delete(struct txn *directory, struct str id);

/* False if there is none; damage fails the transaction. */
bool account_get(struct txn *directory, struct str id, struct account_rec *rec);

bool account_by_name(
    struct txn *directory, struct str name, struct account_rec *rec);

/* The id of whom a dossier belongs to. */
bool account_of_dossier(struct txn *directory, struct str organization,
    struct str dossier, struct str *id);

/* Whether it may be used at this moment: enabled, nothing pending. */
bool account_is_usable(const struct account_rec *rec);

/*
 * The next request sees it. Disabling and revoking raise the epoch, so that
 * enabling again revives no token. HUB_ENOENT.
 */
int account_set_enabled(struct txn *directory, struct str id, bool enabled);

/*
 * Disables in an employee's name, whose colleagues may enable it again: rec.blocked.
 * One that is disabled stays whose it is. HUB_ENOENT.
 */
int account_block(struct txn *directory, struct str id);
int account_revoke(struct txn *directory, struct str id);

/*
 * Raises the epochs of up to MAX accounts by EPOCH_LEAP, from the key FROM on
 * (empty: from the first), which is moved behind them. Gives their number;
 * fewer than MAX: it was the last of them, or the transaction has failed.
 */
unsigned int account_leap(
    struct txn *directory, struct key *from, unsigned int max);

/*
 * Whether a temporary password waits to be changed: the account cannot be used
 * then, and its epoch is raised when that begins. HUB_ENOENT.
 */
int account_set_pending(struct txn *directory, struct str id, bool pending);

#endif
