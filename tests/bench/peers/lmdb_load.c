/*
 * Accounts as peer_data prints them, into one LMDB file: id -> body. Usage:
 * lmdb_load FILE <ACCOUNTS. They come in the order of their ids. The file is
 * made with no thought of a crash.
 */
#include <errno.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MAP_SIZE ((size_t)64 << 30)
#define LINE_MAX_BYTES (1024 * 1024)
#define LINES 50000

/* One transaction of them, which a great many would make slow. */
static int
put_lines(MDB_txn *txn, bool *more)
{
	static char line[LINE_MAX_BYTES];
	MDB_dbi accounts;
	int rc = mdb_dbi_open(txn, NULL, 0, &accounts);

	for (int i = 0; rc == 0 && i < LINES; i++) {
		char *tab, *end;
		MDB_val id, body;

		if (fgets(line, sizeof(line), stdin) == NULL) {
			*more = false;
			return ferror(stdin) ? EIO : 0;
		}
		tab = strchr(line, '\t');
		end = strchr(line, '\n');
		if (tab == NULL || end == NULL)
			return MDB_BAD_VALSIZE;
		id.mv_data = line;
		id.mv_size = (size_t)(tab - line);
		body.mv_data = tab + 1;
		body.mv_size = (size_t)(end - tab) - 1;
		rc = mdb_put(txn, accounts, &id, &body, MDB_APPEND);
	}
	return rc;
}

static int
load(MDB_env *env, const char *file)
{
	bool more = true;
	MDB_txn *txn;
	int rc = mdb_env_set_mapsize(env, MAP_SIZE);

	if (rc == 0)
		rc = mdb_env_open(
		    env, file, MDB_NOSUBDIR | MDB_NOSYNC | MDB_NOLOCK, 0644);
	while (rc == 0 && more) {
		rc = mdb_txn_begin(env, NULL, 0, &txn);
		if (rc != 0)
			break;
		rc = put_lines(txn, &more);
		if (rc == 0)
			rc = mdb_txn_commit(txn);
		else
			mdb_txn_abort(txn);
	}
	return rc;
}

int
main(int argc, char **argv)
{
	MDB_env *env;
	int rc;

	if (argc != 2) {
		fputs("Usage: lmdb_load FILE <ACCOUNTS\n", stderr);
		return 2;
	}
	rc = mdb_env_create(&env);
	if (rc == 0) {
		rc = load(env, argv[1]);
		mdb_env_close(env);
	}
	if (rc != 0)
		fprintf(stderr, "lmdb_load: %s\n", mdb_strerror(rc));
	return rc == 0 ? 0 : 1;
}
