#ifndef STORE_ENGINE_LMDB_H
#define STORE_ENGINE_LMDB_H

#include <lmdb.h>
#include <stdbool.h>
#include "store/engine.h"
#include "store/folder.h"

/*
 * The engine inside. Of the files engine_lmdb*.c alone: nobody else sees LMDB.
 */

struct table {
	MDB_dbi dbi; /* good if it is there */
	bool there;
	MDB_cursor *spare; /* of reading transactions, for the next walk */
	unsigned int rest; /* puts before one is tried behind the last key */
};

struct engine {
	struct folder folder;
	MDB_env *env;
	MDB_txn *reader; /* kept with its slot, reset between two looks */
	MDB_txn *writer;
	MDB_txn *now;       /* the one of the two that is open */
	unsigned int swept; /* slots of dead processes, at the start */
	unsigned int table_count;
	struct table table[]; /* the spec's, then ENGINE_META */
};

#endif
