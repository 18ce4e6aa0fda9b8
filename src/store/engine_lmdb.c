#include "store/engine_lmdb.h"

#include <assert.h>
#include <stdlib.h>
#include "store/engine_lmdb_error.h"

/*
 * LMDB 0.9. Chosen and left out on purpose: sync on every commit, no
 * MDB_WRITEMAP (a full disk would be a SIGBUS), no MDB_DUPSORT, MDB_NOTLS so
 * that the one reading transaction may live beside a writing one.
 */

static_assert(KEY_MAX == 511, "LMDB's longest key");

#define APPEND_REST 30

static struct engine *
engine_new(const struct store_spec *spec)
{
	unsigned int count = spec->table_count + 1;
	struct engine *e = calloc(1, sizeof(*e) + count * sizeof(e->table[0]));

	if (e != NULL)
		e->table_count = count;
	return e;
}

static const char *
table_name(const struct store_spec *spec, unsigned int table)
{
	return table < spec->table_count ? spec->tables[table] : ENGINE_META;
}

static int
env_open(struct engine *e, const struct store_spec *spec, const char *path,
    unsigned int flags)
{
	int rc = mdb_env_create(&e->env);

	if (rc == 0)
		rc = mdb_env_set_mapsize(e->env, spec->map_size);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(e->env, spec->max_readers);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(e->env, e->table_count);
	if (rc == 0)
		rc = mdb_env_open(
		    e->env, path, flags | MDB_NOTLS, spec->data_mode);
	return rc;
}

/* Opens the tables that are there, or with MDB_CREATE all of them. */
static int
open_tables(struct engine *e, const struct store_spec *spec, MDB_txn *txn,
    unsigned int flags)
{
	for (unsigned int i = 0; i < e->table_count; i++) {
		struct table *t = &e->table[i];
		int rc;

		if (t->there)
			continue;
		rc = mdb_dbi_open(txn, table_name(spec, i), flags, &t->dbi);
		if (rc != 0 && rc != MDB_NOTFOUND)
			return rc;
		t->there = rc == 0;
	}
	return 0;
}

/* In a transaction of its own: the numbers are good only after its commit. */
static int
tables_begin(struct engine *e, const struct store_spec *spec, bool create)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(e->env, NULL, create ? 0 : MDB_RDONLY, &txn);

	if (rc != 0)
		return rc;
	rc = open_tables(e, spec, txn, create ? MDB_CREATE : 0);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return rc;
	}
	return mdb_txn_commit(txn);
}

/*
 * The process keeps its slot in the table of readers from here on, so that a
 * full table shows at the start and never at a request.
 */
static int
take_slot(struct engine *e)
{
	int rc = mdb_txn_begin(e->env, NULL, MDB_RDONLY, &e->reader);

	if (rc == 0)
		mdb_txn_reset(e->reader);
	return rc;
}

/* All that is open in the environment, and itself. */
static void
env_close(struct engine *e)
{
	if (e->writer != NULL)
		mdb_txn_abort(e->writer);
	for (unsigned int i = 0; i < e->table_count; i++)
		mdb_cursor_close(e->table[i].spare);
	if (e->reader != NULL)
		mdb_txn_abort(e->reader);
	if (e->env != NULL)
		mdb_env_close(e->env);
	for (unsigned int i = 0; i < e->table_count; i++)
		e->table[i].spare = NULL;
	e->writer = e->reader = e->now = NULL;
	e->env = NULL;
}

int
engine_draft(struct engine **out, const struct store_spec *spec,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx, struct why *why)
{
	struct engine *e = engine_new(spec);
	int rc;

	*out = NULL;
	if (e == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = folder_of(&e->folder, spec, why);
	if (rc == 0)
		rc = folder_claim(&e->folder, spec, why);
	if (rc == 0 && fill != NULL)
		rc = folder_fill(&e->folder, fill, ctx, why);
	/* The claim on the folder stands for LMDB's own lock. */
	if (rc == 0)
		rc = engine_explain(e,
		    env_open(
			e, spec, e->folder.draft, MDB_NOSUBDIR | MDB_NOLOCK),
		    why);
	if (rc == 0)
		rc = engine_explain(e, tables_begin(e, spec, true), why);
	if (rc == 0)
		rc = engine_explain(e, take_slot(e), why);
	if (rc != 0) {
		engine_close(e);
		return rc;
	}
	*out = e;
	return 0;
}

int
engine_publish(struct engine *e, const struct store_spec *spec, struct why *why)
{
	env_close(e);
	return folder_publish(&e->folder, spec, why);
}

static int
start(struct engine *e, const struct store_spec *spec, struct why *why)
{
	int rc = tables_begin(e, spec, false);

	if (rc == 0 && !e->table[spec->table_count].there)
		return why_set(why, HUB_ECORRUPT,
		    "the data file in %s is no store of the hub: move it away, "
		    "or name another folder",
		    e->folder.path);
	if (rc == 0)
		rc = take_slot(e);
	return engine_explain(e, rc, why);
}

int
engine_open(struct engine **out, const struct store_spec *spec,
    enum store_access access, struct why *why)
{
	unsigned int flags = access == STORE_READ ? MDB_RDONLY : 0;
	struct engine *e = engine_new(spec);
	int rc;

	*out = NULL;
	if (e == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = folder_of(&e->folder, spec, why);
	if (rc == 0)
		rc = folder_check(&e->folder, access, why);
	if (rc == 0)
		rc = engine_explain(
		    e, env_open(e, spec, e->folder.path, flags), why);
	if (rc == 0 && access == STORE_WRITE)
		rc = folder_set_rights(&e->folder, spec, why);
	if (rc == 0)
		e->swept = engine_sweep_readers(e);
	if (rc == 0)
		rc = start(e, spec, why);
	if (rc != 0) {
		engine_close(e);
		return rc;
	}
	*out = e;
	return 0;
}

int
engine_open_copy(struct engine **out, const struct store_spec *spec,
    const char *file, struct why *why)
{
	struct store_spec copy = *spec;
	struct engine *e = engine_new(spec);
	int rc;

	*out = NULL;
	if (e == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	copy.folder = file;
	rc = folder_of(&e->folder, &copy, why);
	if (rc == 0)
		rc = engine_explain(e,
		    env_open(
			e, spec, file, MDB_RDONLY | MDB_NOSUBDIR | MDB_NOLOCK),
		    why);
	if (rc == 0)
		rc = start(e, spec, why);
	if (rc != 0) {
		engine_close(e);
		return rc;
	}
	*out = e;
	return 0;
}

int
engine_complete(struct engine *e, const struct store_spec *spec,
    enum store_access access, struct why *why)
{
	for (unsigned int i = 0; i < e->table_count; i++) {
		if (e->table[i].there)
			continue;
		if (access == STORE_WRITE)
			return engine_explain(
			    e, tables_begin(e, spec, true), why);
		return why_set(why, HUB_ESTORE,
		    "the store in %s has no table %s yet: start the keepers or "
		    "hubctl first",
		    e->folder.path, table_name(spec, i));
	}
	return 0;
}

void
engine_close(struct engine *e)
{
	if (e == NULL)
		return;
	env_close(e);
	folder_release(&e->folder);
	free(e);
}

int
engine_read_begin(struct engine *e)
{
	int rc = mdb_txn_renew(e->reader);

	if (rc == 0)
		e->now = e->reader;
	return engine_result(e, rc, "begin of a read");
}

void
engine_read_end(struct engine *e)
{
	mdb_txn_reset(e->reader);
	e->now = NULL;
}

/* LMDB counts its commits; a look sees the last one. */
uint64_t
engine_state(struct engine *e)
{
	return mdb_txn_id(e->reader);
}

int
engine_write_begin(struct engine *e)
{
	int rc = mdb_txn_begin(e->env, NULL, 0, &e->writer);

	if (rc != 0)
		e->writer = NULL;
	e->now = e->writer;
	return engine_result(e, rc, "begin of a write");
}

int
engine_commit(struct engine *e)
{
	MDB_txn *txn = e->writer;

	/* LMDB frees the transaction even if the commit fails. */
	e->writer = e->now = NULL;
	return engine_result(e, mdb_txn_commit(txn), "commit");
}

void
engine_abort(struct engine *e)
{
	mdb_txn_abort(e->writer);
	e->writer = e->now = NULL;
}

static MDB_val
val_of(struct str s)
{
	return (MDB_val){ .mv_size = s.n, .mv_data = (void *)s.p };
}

static struct str
str_of_val(MDB_val v)
{
	return (struct str){ v.mv_data, v.mv_size };
}

int
engine_get(
    struct engine *e, unsigned int table, struct str key, struct str *value)
{
	MDB_val k = val_of(key), v = { 0 };
	int rc = mdb_get(e->now, e->table[table].dbi, &k, &v);

	*value = str_of_val(v);
	return engine_result(e, rc, "get");
}

/*
 * Keys often come in their order. One that is known to be the last leaves the
 * page before it full; LMDB, left alone, would take a record out of it again
 * into the next one. Where a key was not the last, it is not tried for a while.
 */
static int
put_last(struct engine *e, struct table *t, MDB_val *key, MDB_val *value)
{
	int rc;

	if (t->rest > 0) {
		t->rest--;
		return MDB_KEYEXIST;
	}
	rc = mdb_put(e->now, t->dbi, key, value, MDB_APPEND);
	if (rc == MDB_KEYEXIST)
		t->rest = APPEND_REST;
	return rc;
}

int
engine_put(
    struct engine *e, unsigned int table, struct str key, struct str value)
{
	MDB_val k = val_of(key), v = val_of(value);
	struct table *t = &e->table[table];
	int rc = put_last(e, t, &k, &v);

	if (rc == MDB_KEYEXIST)
		rc = mdb_put(e->now, t->dbi, &k, &v, 0);
	return engine_result(e, rc, "put");
}

int
engine_del(struct engine *e, unsigned int table, struct str key)
{
	MDB_val k = val_of(key);

	return engine_result(
	    e, mdb_del(e->now, e->table[table].dbi, &k, NULL), "delete");
}

int
engine_count(struct engine *e, unsigned int table, uint64_t *out)
{
	MDB_stat stat = { 0 };
	int rc = mdb_stat(e->now, e->table[table].dbi, &stat);

	*out = stat.ms_entries;
	return engine_result(e, rc, "count");
}

int
engine_cursor_open(
    struct engine *e, unsigned int table, struct engine_cursor **out)
{
	struct table *t = &e->table[table];
	MDB_cursor *cursor = NULL;
	int rc;

	if (e->now == e->reader && t->spare != NULL) {
		rc = mdb_cursor_renew(e->now, t->spare);
		if (rc == 0) {
			cursor = t->spare;
			t->spare = NULL;
		}
	} else {
		rc = mdb_cursor_open(e->now, t->dbi, &cursor);
	}
	*out = (struct engine_cursor *)cursor;
	return engine_result(e, rc, "cursor");
}

void
engine_cursor_close(
    struct engine *e, unsigned int table, struct engine_cursor *cursor)
{
	struct table *t = &e->table[table];

	if (e->now == e->reader && t->spare == NULL)
		t->spare = (MDB_cursor *)cursor;
	else
		mdb_cursor_close((MDB_cursor *)cursor);
}

static int
cursor_get(struct engine *e, struct engine_cursor *cursor, MDB_val k,
    MDB_cursor_op op, struct str *key, struct str *value)
{
	MDB_val v = { 0 };
	int rc = mdb_cursor_get((MDB_cursor *)cursor, &k, &v, op);

	*key = str_of_val(k);
	*value = str_of_val(v);
	return engine_result(e, rc, "walk");
}

int
engine_cursor_seek(struct engine *e, struct engine_cursor *cursor,
    struct str from, struct str *key, struct str *value)
{
	/* LMDB takes no empty key. */
	return cursor_get(e, cursor, val_of(from),
	    from.n == 0 ? MDB_FIRST : MDB_SET_RANGE, key, value);
}

int
engine_cursor_next(struct engine *e, struct engine_cursor *cursor,
    struct str *key, struct str *value)
{
	return cursor_get(e, cursor, (MDB_val){ 0 }, MDB_NEXT, key, value);
}
