#ifndef DIRECTORY_IMPORT_CHECK_H
#define DIRECTORY_IMPORT_CHECK_H

#include "directory/record.h"
#include "store/txn.h"

/*
 * What can be said about a record only in the light of the whole import and
 * of the directory: that what it refers to exists, that its username and
 * dossiers are free when its turn comes, that nothing needs what it deletes.
 * Nothing is written.
 *
 * Contracts take no memory here. Every contact or account of the import does,
 * with its claims: some 360 bytes for an ordinary one of either kind.
 */
struct import_check;

/* NULL when out of memory. */
struct import_check *import_check_new(void);
void import_check_free(struct import_check *check);

/*
 * First for every record, in any order: what the import brings and refers to.
 * *SETTLED when import_check_record() has nothing more to say about it.
 */
int import_check_declare(struct import_check *check, struct txn *directory,
    const struct record *record, bool *settled);

/*
 * Then for every record that is not settled, in the order of the file.
 * HUB_ECONFLICT or HUB_EINVAL with pointer: reason; such a record claims and
 * gives up nothing.
 */
int import_check_record(struct import_check *check, struct txn *directory,
    struct arena *arena, const struct record *record, struct why *why);

#endif
