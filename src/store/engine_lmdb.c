#include "store/engine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/log.h"
#include "store/folder.h"

/*
 * LMDB 0.9. Chosen and left out on purpose: sync on every commit, no
 * MDB_WRITEMAP (a full disk would be a SIGBUS), no MDB_DUPSORT, MDB_NOTLS so
 * that the one reading transaction may live beside a writing one.
 */

static_assert(KEY_MAX == 511, "LMDB's longest key");

#define APPEND_REST 30

struct table {
	MDB_dbi dbi;
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
	struct table table[];
};

static int
translate(const struct engine *e, int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case MDB_NOTFOUND:
		return HUB_ENOENT;
	case MDB_MAP_FULL:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return HUB_EFULL;
	case EIO:
		/* LMDB calls a write that was cut short by a full disk so. */
		return folder_disk_full(&e->folder) ? HUB_EFULL : HUB_EIO;
	case MDB_BAD_VALSIZE:
		return HUB_EINVAL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_INCOMPATIBLE:
		return HUB_ECORRUPT;
	case MDB_VERSION_MISMATCH:
		return HUB_EVERSION;
	case EACCES:
	case EPERM:
	case EROFS:
		return HUB_EDENIED;
	case ENOMEM:
		return HUB_ENOMEM;
	case MDB_TXN_FULL:
		return HUB_ETOOBIG;
	default:
		return HUB_ESTORE;
	}
}

/* What an operator does about it; begins with a separator. */
static const char *
advice(int rc)
{
	switch (rc) {
	case MDB_MAP_FULL:
		return ": raise map_size and restart all programs";
	case MDB_MAP_RESIZED:
		return ": give all programs the same map_size, restart them";
	case MDB_PANIC:
		return ": restart this program";
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EIO:
		return ": make room on the disk or mend it";
	default:
		return "";
	}
}

/*
 * Translates and logs; absence is no failure. Called where a transaction fails
 * for good, so a failure is one line.
 */
static int
result(const struct engine *e, int rc, const char *what)
{
	if (rc != 0 && rc != MDB_NOTFOUND)
		log_err("store %s: %s: %s%s", e->folder.path, what,
		    mdb_strerror(rc), advice(rc));
	return translate(e, rc);
}

/* The same for the calls that make or open: a sentence, no log. */
static int
explain(const struct engine *e, int rc, struct why *why)
{
	unsigned int slots = 0;

	if (rc == 0)
		return 0;
	if (rc == MDB_READERS_FULL) {
		mdb_env_get_maxreaders(e->env, &slots);
		return why_set(why, HUB_ESTORE,
		    "all %u reader slots of the store in %s are taken: raise "
		    "max_readers and restart all programs",
		    slots, e->folder.path);
	}
	return why_set(why, translate(e, rc),
	    "cannot use the store in %s: %s%s", e->folder.path,
	    mdb_strerror(rc), advice(rc));
}

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
		rc = explain(e,
		    env_open(
			e, spec, e->folder.draft, MDB_NOSUBDIR | MDB_NOLOCK),
		    why);
	if (rc == 0)
		rc = explain(e, tables_begin(e, spec, true), why);
	if (rc == 0)
		rc = explain(e, take_slot(e), why);
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
	return explain(e, rc, why);
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
		rc = explain(e, env_open(e, spec, e->folder.path, flags), why);
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
		rc = explain(e,
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

#define COPY_PIPE (1024 * 1024)

/* LMDB writes a copy to a descriptor: a thread of its own fills a pipe. */
struct copier {
	MDB_env *env;
	int fd;
	int rc;
};

static void *
copier_run(void *arg)
{
	struct copier *c = arg;

	c->rc = mdb_env_copyfd2(c->env, c->fd, MDB_CP_COMPACT);
	close(c->fd);
	return NULL;
}

/* Signals are not its matter, SIGPIPE least of all: the reader may go. */
static int
copier_start(struct copier *c, pthread_t *thread)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, copier_run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static int
hand_out(int fd, int (*take)(void *ctx, struct str piece), void *ctx,
    struct why *why)
{
	char bytes[65536];
	ssize_t n;
	int rc;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(why, HUB_EIO, "cannot read the copy: %s",
			    strerror(errno));
		rc = take(ctx, (struct str){ bytes, (size_t)n });
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
engine_copy(struct engine *e, int (*take)(void *ctx, struct str piece),
    void *ctx, struct why *why)
{
	struct copier copier = { .env = e->env };
	pthread_t thread;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return explain(e, errno, why);
	/* As much as LMDB writes at a time, if that is allowed. */
	fcntl(ends[1], F_SETPIPE_SZ, COPY_PIPE);
	copier.fd = ends[1];
	rc = copier_start(&copier, &thread);
	if (rc != 0) {
		close(ends[0]);
		close(ends[1]);
		return explain(e, rc, why);
	}
	rc = hand_out(ends[0], take, ctx, why);
	/* If nobody takes more, the copier's next write ends it. */
	close(ends[0]);
	pthread_join(thread, NULL);
	return rc != 0 ? rc : explain(e, copier.rc, why);
}

int
engine_complete(struct engine *e, const struct store_spec *spec,
    enum store_access access, struct why *why)
{
	for (unsigned int i = 0; i < e->table_count; i++) {
		if (e->table[i].there)
			continue;
		if (access == STORE_WRITE)
			return explain(e, tables_begin(e, spec, true), why);
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

unsigned int
engine_sweep_readers(struct engine *e)
{
	int dead = 0, rc = mdb_reader_check(e->env, &dead);

	result(e, rc, "sweep of the readers");
	return dead > 0 ? (unsigned int)dead : 0;
}

/*
 * How many pages the next writer can use again. LMDB lists in its table 0 what
 * each transaction has given up, under its number: an array of page numbers
 * with their count in front. What the last one gave up is not free before one
 * more has followed.
 */
static int
count_free(struct engine *e, uint64_t *pages)
{
	MDB_cursor *cursor;
	MDB_val key, list;
	int rc = mdb_cursor_open(e->now, 0, &cursor);

	*pages = 0;
	if (rc != 0)
		return rc;
	while ((rc = mdb_cursor_get(cursor, &key, &list, MDB_NEXT)) == 0) {
		size_t n = 0, by = 0;

		if (key.mv_size == sizeof(by))
			memcpy(&by, key.mv_data, sizeof(by));
		if (by >= mdb_txn_id(e->now))
			continue;
		if (list.mv_size >= sizeof(n))
			memcpy(&n, list.mv_data, sizeof(n));
		*pages += n;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

int
engine_stat(struct engine *e, struct store_stat *out)
{
	MDB_envinfo info;
	MDB_stat stat;
	uint64_t pages;
	int rc = mdb_env_info(e->env, &info);

	if (rc == 0)
		rc = mdb_env_stat(e->env, &stat);
	if (rc == 0)
		rc = count_free(e, &pages);
	if (rc == 0)
		rc = folder_disk(&e->folder, &out->disk_free, &out->disk_size);
	if (rc != 0)
		return result(e, rc, "statistics");
	out->bytes_used = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
	out->bytes_free = pages * stat.ms_psize;
	out->bytes_max = info.me_mapsize;
	out->last_txn = info.me_last_txnid;
	out->readers = info.me_numreaders;
	out->readers_max = info.me_maxreaders;
	return 0;
}

struct roll {
	struct store_readers *out;
	uint64_t oldest;
};

/*
 * A line of LMDB's list: process, thread in hexadecimal, and the transaction
 * that is read or "-"; before the first of them stands a heading.
 */
static int
count_reader(const char *line, void *arg)
{
	struct roll *roll = arg;
	char *end;
	long pid = strtol(line, &end, 10);
	uint64_t txn;

	if (pid <= 0)
		return 0;
	roll->out->slots++;
	strtoull(end, &end, 16);
	txn = strtoull(end, &end, 10);
	if (txn != 0 && txn < roll->oldest) {
		roll->oldest = txn;
		roll->out->slowest = pid;
	}
	return 0;
}

int
engine_readers(struct engine *e, struct store_readers *out)
{
	struct roll roll = { out, UINT64_MAX };
	MDB_envinfo info;
	int rc;

	*out = (struct store_readers){ .swept = e->swept };
	rc = mdb_reader_list(e->env, count_reader, &roll);
	if (rc >= 0)
		rc = mdb_env_info(e->env, &info);
	if (rc != 0)
		return result(e, rc, "list of the readers");
	if (out->slowest != 0 && info.me_last_txnid > roll.oldest)
		out->behind = info.me_last_txnid - roll.oldest;
	return 0;
}

int
engine_read_begin(struct engine *e)
{
	int rc = mdb_txn_renew(e->reader);

	if (rc == 0)
		e->now = e->reader;
	return result(e, rc, "begin of a read");
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
	return result(e, rc, "begin of a write");
}

int
engine_commit(struct engine *e)
{
	MDB_txn *txn = e->writer;

	/* LMDB frees the transaction even if the commit fails. */
	e->writer = e->now = NULL;
	return result(e, mdb_txn_commit(txn), "commit");
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
	return result(e, rc, "get");
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
	return result(e, rc, "put");
}

int
engine_del(struct engine *e, unsigned int table, struct str key)
{
	MDB_val k = val_of(key);

	return result(
	    e, mdb_del(e->now, e->table[table].dbi, &k, NULL), "delete");
}

int
engine_count(struct engine *e, unsigned int table, uint64_t *out)
{
	MDB_stat stat = { 0 };
	int rc = mdb_stat(e->now, e->table[table].dbi, &stat);

	*out = stat.ms_entries;
	return result(e, rc, "count");
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
	return result(e, rc, "cursor");
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
	return result(e, rc, "walk");
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
