#ifndef STORE_ENGINE_H
#define STORE_ENGINE_H

#include "base/err.h"
#include "base/str.h"
#include "store/txn.h"

/*
 * What txn.c needs of an engine: tables of ordered byte keys, one reading look
 * or one writing transaction at a time. txn.c keeps the rules of store/txn.h
 * (the sticky error, who may do what, copies); an engine translates its own
 * errors into HUB_E* and logs those that an operator has to know.
 *
 * Tables are the spec's, by their place, and one more after them (number
 * table_count) that txn.c uses itself.
 */
struct engine;

#define ENGINE_META "meta" /* the name of that table */

/*
 * A new store with all its tables, open for writing and not yet to be seen by
 * anybody: engine_publish() makes it durable under its name. It begins empty
 * or, where FILL is not NULL, with the bytes of a copy that FILL writes.
 * HUB_EEXIST if there is one already. engine_close() gives up what was not
 * published.
 */
int engine_draft(struct engine **out, const struct store_spec *spec,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx,
    struct why *why);
int engine_publish(
    struct engine *engine, const struct store_spec *spec, struct why *why);

/* Opens a store and the tables that are there. Nothing of SPEC is kept. */
int engine_open(struct engine **out, const struct store_spec *spec,
    enum store_access access, struct why *why);

/* The same for the file of a copy, for reading, without locks. */
int engine_open_copy(struct engine **out, const struct store_spec *spec,
    const char *file, struct why *why);

/* See store_copy(). */
int engine_copy(struct engine *engine, int (*take)(void *ctx, struct str piece),
    void *ctx, struct why *why);

/*
 * Sees to it that all tables of SPEC are there: a writer makes the missing
 * ones, a reader fails.
 */
int engine_complete(struct engine *engine, const struct store_spec *spec,
    enum store_access access, struct why *why);

/* Ends what is open. NULL is allowed. */
void engine_close(struct engine *engine);

unsigned int engine_sweep_readers(struct engine *engine);

/* In a read, and with a walk over all pages that were given up. */
int engine_stat(struct engine *engine, struct store_stat *out);

int engine_readers(struct engine *engine, struct store_readers *out);

/* Costs next to nothing and allocates nothing. */
int engine_read_begin(struct engine *engine);
void engine_read_end(struct engine *engine);

/*
 * Which state of the store the read that is open sees: states with the same
 * number are the same, byte for byte, for as long as the store is open. A read
 * that two commits have overtaken at its very begin may see more than its
 * number says; no later one has that number then.
 */
uint64_t engine_state(struct engine *engine);

/* Waits for the other writers. engine_commit() or engine_abort() follows. */
int engine_write_begin(struct engine *engine);

/* The transaction is over whatever the result; durable if it is 0. */
int engine_commit(struct engine *engine);
void engine_abort(struct engine *engine);

/*
 * HUB_ENOENT if absent. The value is the engine's memory, valid until the next
 * change or the end of the transaction.
 */
int engine_get(struct engine *engine, unsigned int table, struct str key,
    struct str *value);
int engine_put(struct engine *engine, unsigned int table, struct str key,
    struct str value);
int engine_del(struct engine *engine, unsigned int table, struct str key);
int engine_count(struct engine *engine, unsigned int table, uint64_t *out);

/* A place in a table; closed before the transaction ends. */
struct engine_cursor;

int engine_cursor_open(
    struct engine *engine, unsigned int table, struct engine_cursor **out);
void engine_cursor_close(
    struct engine *engine, unsigned int table, struct engine_cursor *cursor);

/* The first record at or after FROM; HUB_ENOENT after the last. */
int engine_cursor_seek(struct engine *engine, struct engine_cursor *cursor,
    struct str from, struct str *key, struct str *value);

/* The one after it. */
int engine_cursor_next(struct engine *engine, struct engine_cursor *cursor,
    struct str *key, struct str *value);

#endif
