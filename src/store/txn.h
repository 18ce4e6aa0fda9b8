#ifndef STORE_TXN_H
#define STORE_TXN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/key.h"

/*
 * The few calls that everything above the store is written against: tables of
 * byte keys and byte values, read and changed in transactions. No engine shows
 * through; engine.h is what an engine has to offer.
 *
 * A transaction keeps its first error. After it every get says "absent", every
 * change does nothing, and the end tells the error once. So "absent" may be
 * believed only when the transaction has ended without an error; until then
 * nothing that was decided may leave the process.
 */
struct store;
struct txn;
struct engine_cursor;

enum store_access { STORE_READ, STORE_WRITE };

struct store_spec {
	const char *folder;        /* of this store alone */
	const char *kind;          /* stands in it and is compared */
	const char *const *tables; /* names; the index is the table's number */
	unsigned int table_count;
	uint32_t format; /* of the records; a newer one is refused */
	uint64_t map_size;
	uint32_t max_readers;
	mode_t folder_mode, data_mode, lock_mode;
	const char *group; /* of folder and files; "": left alone */
};

/*
 * Makes an empty store: folder (not those above it), tables, kind and format.
 * A store is there whole or not at all; once this returns 0 it survives a power
 * failure. After a crash in between the same call completes it. HUB_EEXIST if
 * the folder holds a store already.
 */
int store_create(const struct store_spec *spec, struct why *why);

/*
 * The first half of store_create(): a store that is open for writing and not
 * yet to be seen by anybody. It is empty or, with FILL, what FILL writes into
 * FD: all that store_copy() gave; tables that it lacks are made. Errors of
 * store_create(), of FILL, and of the copy as in store_open().
 * store_publish() makes it durable under its name; after that, or to give it
 * up, store_close(), and nothing else.
 */
int store_draft(struct store **out, const struct store_spec *spec,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx,
    struct why *why);
int store_publish(
    struct store *store, const struct store_spec *spec, struct why *why);

/*
 * Opens a store; after fork only, once a process. Nothing of SPEC is kept.
 * A writer sets right the modes and the group of the files, if it owns them,
 * and makes tables that the store lacks. Reader slots of dead processes are
 * freed. HUB_ENOENT (no store there), HUB_EVERSION (a newer format),
 * HUB_ECORRUPT (another kind), HUB_EDENIED (files or the lock file may not be
 * used: a reader without a writable lock file would read without locks),
 * HUB_ESTORE (no reader slot is free, a table is missing).
 */
int store_open(struct store **out, const struct store_spec *spec,
    enum store_access access, struct why *why);

/* NULL is allowed. */
void store_close(struct store *store);

/* Frees reader slots of dead processes; gives their number. */
unsigned int store_sweep_readers(struct store *store);

/* Of bytes used and readers the most there have been: neither ever shrinks. */
struct store_stat {
	uint64_t bytes_used, bytes_max;
	uint64_t bytes_free; /* of those used: given up, for the next write */
	uint64_t disk_free,
	    disk_size; /* of the disk, as this user may use it */
	uint64_t last_txn;
	uint32_t readers, readers_max;
};

/* No transaction of this store may be open (HUB_EINVAL). */
int store_stat(struct store *store, struct store_stat *out);

/*
 * Gives TAKE all bytes of a copy of the store as it is in one look, piece by
 * piece, without what the store has free. Others go on meanwhile; pages that
 * they give up are not used again before the end, so the store grows by what
 * they write. A result of TAKE other than 0 ends it and is returned, WHY left
 * as it is. One reader slot is taken for as long; not inside a transaction.
 */
int store_copy(struct store *store, int (*take)(void *ctx, struct str piece),
    void *ctx, struct why *why);

/*
 * Opens the file that such a copy was written to, for reading. Nobody may
 * change it meanwhile, and no lock file is made. Errors as store_open().
 */
int store_open_copy(struct store **out, const struct store_spec *spec,
    const char *file, struct why *why);

/* Who has the store open at this moment. */
struct store_readers {
	uint32_t slots;  /* that are taken, one by this process */
	long slowest;    /* the process with the oldest look; 0: none looks */
	uint64_t behind; /* transactions that have been committed since */
	uint32_t swept;  /* of dead processes, freed when we opened it */
};

int store_readers(struct store *store, struct store_readers *out);

/* How many records a table holds; 0 after an error, which sticks. */
uint64_t txn_count(struct txn *txn, unsigned int table);

/*
 * One look at a store, as it was at this moment. One at a time for each
 * store: a second one makes the first fail and is the same. Never NULL: a
 * failure sticks in it. Values are copied into ARENA.
 */
struct txn *store_read_begin(struct store *store, struct arena *arena);

/* Ends it; the first error or 0. */
int store_read_end(struct txn *txn);

/*
 * The number of the state that a look sees, which is never 0: another look with
 * the same number, in the time that this process has the store open, sees the
 * same records in every table. 0 in a write transaction, and after an error.
 */
uint64_t txn_state(const struct txn *txn);

/*
 * Runs FN in a write transaction and commits: durable when this returns 0,
 * and nothing at all has happened otherwise. FN's result other than 0 aborts
 * and is returned, unless the transaction has an error of its own: that comes
 * first, since FN may have decided on it. FN may be run twice by an engine
 * that finds a conflict, so it starts from ARG as it found it. No hashing,
 * network, output or other slow work in FN: every other writer waits for it.
 * No read transaction of the same store may be open here (HUB_EINVAL).
 */
int store_write(struct store *store, struct arena *arena,
    int (*fn)(struct txn *txn, void *arg), void *arg);

/*
 * True if the record exists; *VALUE is then a copy in the transaction's arena,
 * aligned for any type. False: absent, or the transaction has failed.
 */
bool txn_get(struct txn *txn, unsigned int table, const struct key *key,
    struct str *value);

bool txn_has(struct txn *txn, unsigned int table, const struct key *key);

/* Whether any key of the table begins with PREFIX. */
bool txn_has_prefix(
    struct txn *txn, unsigned int table, const struct key *prefix);

/* Makes or replaces a record; in a write transaction only. */
void txn_put(struct txn *txn, unsigned int table, const struct key *key,
    struct str value);

/* True if there was one to delete. */
bool txn_del(struct txn *txn, unsigned int table, const struct key *key);

/* Makes the transaction fail with ERR, unless it has failed already. */
void txn_fail(struct txn *txn, int err);

/* The error so far. */
int txn_error(const struct txn *txn);

/* The arena that values are copied into. */
struct arena *txn_arena(struct txn *txn);

/*
 * A walk over the records of a table in the order of their keys. Changes of
 * that table end the walk's validity. txn_cursor_close() must follow before
 * the transaction ends.
 */
struct cursor {
	struct txn *txn;
	struct engine_cursor *engine; /* NULL: nothing more to come */
	unsigned int table;
	bool started, after;
	struct key prefix, from;
};

/*
 * All records whose key begins with PREFIX (NULL: all), from the key FROM on,
 * or after it if AFTER is set (FROM NULL: from the first).
 */
void txn_cursor(struct cursor *cursor, struct txn *txn, unsigned int table,
    const struct key *prefix, const struct key *from, bool after);

/*
 * The next record, copied into the transaction's arena (arena_mark() and
 * arena_rewind() keep a long walk small). False at the end or after an error.
 */
bool txn_cursor_next(struct cursor *cursor, struct str *key, struct str *value);

void txn_cursor_close(struct cursor *cursor);

#endif
