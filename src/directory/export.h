#ifndef DIRECTORY_EXPORT_H
#define DIRECTORY_EXPORT_H

#include "directory/record.h"
#include "store/txn.h"

/*
 * Appends to OUT the line that brings in a stored record again, with its
 * newline. ID is the record's key and BYTES its value in the table of its
 * kind. HUB_ECORRUPT if they make no sense; OUT keeps errors of its own.
 */
int export_line(
    struct buf *out, enum record_kind kind, struct str id, struct str bytes);

/* The table of a kind: store/schema.h. */
unsigned int export_table(enum record_kind kind);

/*
 * Gives all records of a kind to WRITE as lines, many at a time, in the order
 * of their ids. No look at the directory is open while WRITE runs; what is
 * changed meanwhile may or may not show, but each record is whole. WRITE's
 * result other than 0 ends it. The reason of another failure is in WHY.
 */
int export_kind(struct store *directory, enum record_kind kind,
    int (*write)(void *ctx, struct str lines), void *ctx, struct why *why);

#endif
