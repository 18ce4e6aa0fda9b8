#ifndef DIRECTORY_IMPORT_CHECK_H
#define DIRECTORY_IMPORT_CHECK_H

#include "directory/record.h"
#include "store/txn.h"

/*
 * What can be said about a record only in the light of the whole import and
 * of the directory: that what it refers to exists, and that its username and
 * dossiers are free when its turn comes. Nothing is written.
 */
struct import_check;

/* NULL when out of memory. */
struct import_check *import_check_new(void);
void import_check_free(struct import_check *check);

/* First for every record, in any order: what the import brings. */
int import_check_declare(
    struct import_check *check, const struct record *record);

/*
 * Then for every record, in the order of the file. HUB_ECONFLICT or HUB_EINVAL
 * with pointer: reason.
 */
int import_check_record(struct import_check *check, struct txn *directory,
    struct arena *arena, const struct record *record, struct why *why);

#endif
