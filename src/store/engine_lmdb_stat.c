#include "store/engine.h"

#include <stdlib.h>
#include <string.h>
#include "store/engine_lmdb.h"
#include "store/engine_lmdb_error.h"

unsigned int
engine_sweep_readers(struct engine *e)
{
	int dead = 0, rc = mdb_reader_check(e->env, &dead);

	engine_result(e, rc, "sweep of the readers");
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
		return engine_result(e, rc, "statistics");
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
		return engine_result(e, rc, "list of the readers");
	if (out->slowest != 0 && info.me_last_txnid > roll.oldest)
		out->behind = info.me_last_txnid - roll.oldest;
	return 0;
}
