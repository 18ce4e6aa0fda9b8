/*
 * What the peers of a benchmark answer with, out of a hub's directory. Usage:
 * peer_data CONFIG prints a line for each account: its id, a tab, and the body
 * that the hub answers with to GET /account/mine, in the order of the ids;
 * peer_data CONFIG KID prints the public key of that name, as DER. Run as a
 * user who may read the directory.
 */
#include <stdio.h>
#include "directory/account.h"
#include "endpoint/items.h"
#include "store/schema.h"
#include "token/keyset.h"

static void
print_body(const struct account_rec *rec)
{
	printf("%.*s\t%s%.*s%s\n", STR_ARG(rec->id), ITEMS_HEAD,
	    STR_ARG(rec->item), ITEMS_TAIL);
}

static int
print_bodies(struct txn *txn)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct account_rec rec;
	struct str key, value;
	struct cursor cursor;
	int rc = 0;

	txn_cursor(&cursor, txn, DIR_ACCOUNT, NULL, NULL, false);
	while (rc == 0 && txn_cursor_next(&cursor, &key, &value)) {
		rc = account_rec_get(value, &rec);
		if (rc == 0)
			print_body(&rec);
		arena_rewind(txn_arena(txn), mark);
	}
	txn_cursor_close(&cursor);
	return rc;
}

static int
print_key(struct txn *txn, struct str kid)
{
	struct keyset set = { .n = 0 };
	const struct keyset_key *key;
	struct str der;
	int rc = keyset_load(&set, txn);

	if (rc != 0)
		return rc;
	key = keyset_find(&set, kid);
	rc = key == NULL ? HUB_ENOENT
			 : rsa_public_der(txn_arena(txn), key->rsa, &der);
	if (rc == 0)
		fwrite(der.p, 1, der.n, stdout);
	keyset_free(&set);
	return rc;
}

static int
run(const char *path, const char *kid, struct arena *arena, struct why *why)
{
	struct store *directory;
	struct schema schema;
	struct conf conf;
	struct txn *txn;
	int rc = conf_load(&conf, path, why), end;

	if (rc != 0)
		return rc;
	schema_directory(&schema, &conf);
	rc = store_open(&directory, &schema.spec, STORE_READ, why);
	if (rc != 0)
		return rc;
	txn = store_read_begin(directory, arena);
	rc = kid == NULL ? print_bodies(txn) : print_key(txn, str_of(kid));
	end = store_read_end(txn);
	if (rc == 0)
		rc = end;
	store_close(directory);
	if (rc != 0)
		return why_set(why, rc, "%s", err_text(rc));
	if (fflush(stdout) != 0)
		return why_set(why, HUB_EIO, "the output was lost");
	return 0;
}

int
main(int argc, char **argv)
{
	struct why why = { .text = "out of memory" };
	struct arena *arena;
	int rc = HUB_ENOMEM;

	if (argc != 2 && argc != 3) {
		fputs("Usage: peer_data CONFIG [KID]\n", stderr);
		return 2;
	}
	arena = arena_new(1 << 20, 16 << 20);
	if (arena != NULL)
		rc = run(argv[1], argv[2], arena, &why);
	if (rc != 0)
		fprintf(stderr, "peer_data: %s\n", why.text);
	arena_free(arena);
	return rc == 0 ? 0 : 1;
}
