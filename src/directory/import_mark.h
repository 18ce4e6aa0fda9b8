#ifndef DIRECTORY_IMPORT_MARK_H
#define DIRECTORY_IMPORT_MARK_H

#include "base/secret.h"
#include "store/txn.h"

/*
 * How far an import has come that is loading, or was when it stopped. Every
 * transaction of it moves the mark with what it writes; the last takes it away.
 */
struct import_mark {
	unsigned char digest[SHA256_LEN]; /* of the whole input */
	uint64_t line;                    /* the last one that is done */
	uint64_t bad;                     /* lines left out so far */
	int64_t began;                    /* seconds since 1970 */
};

/* False if no import is unfinished; damage fails the transaction. */
bool import_mark_get(struct txn *directory, struct import_mark *mark);
void import_mark_put(struct txn *directory, const struct import_mark *mark);
void import_mark_drop(struct txn *directory);

/* Whether it tells of the input with this digest. */
bool import_mark_is_of(
    const struct import_mark *mark, const unsigned char digest[SHA256_LEN]);

/* Whether both tell of the same input, at the same line, begun together. */
bool import_mark_eq(const struct import_mark *a, const struct import_mark *b);

/*
 * How often organisations and groups have been taken away: while the number
 * stays, references that were found to be good still are.
 */
uint64_t import_removals(struct txn *directory);
void import_removals_raise(struct txn *directory);

#endif
