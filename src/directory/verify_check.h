#ifndef DIRECTORY_VERIFY_CHECK_H
#define DIRECTORY_VERIFY_CHECK_H

#include <stdbool.h>
#include "base/buf.h"
#include "store/txn.h"

/* One record that is checked, within a look at its store. */
struct verify_look {
	struct txn *txn;
	const char *table;
	struct str key;       /* bytes */
	bool unfinished;      /* an import: references are not looked for */
	struct buf *findings; /* table, key, reason in turn (rec_list.h) */
};

#define VERIFY_UNREADABLE "cannot be read"

/* Adds a finding about the record. */
void verify_found(struct verify_look *look, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Finds fault with a record of the table. */
typedef void verify_fn(struct verify_look *look, struct str value);

/* For the tables of the directory, in their order. */
extern verify_fn *const verify_directory[];

#endif
