#ifndef DIRECTORY_REFERENCE_H
#define DIRECTORY_REFERENCE_H

#include "directory/record.h"

/*
 * Told about each organisation and group that a record refers to. A result
 * other than 0 ends the walk; the reason is what it puts into WHY.
 */
typedef int reference_fn(
    void *ctx, enum record_kind kind, struct str id, struct why *why);

/*
 * Walks the references of a parsed record in their order; one that is deleted
 * has none. 0, or the result of FN with the pointer before its reason.
 */
int reference_walk(
    const struct record *record, reference_fn *fn, void *ctx, struct why *why);

#endif
