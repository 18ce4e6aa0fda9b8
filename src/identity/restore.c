#include "identity/restore.h"

#include "directory/account.h"
#include "directory/state.h"
#include "identity/audit.h"

/* Records of one transaction; it stays in memory until its commit. */
#define CHUNK 5000

struct emptying {
	unsigned int table;
	bool more;
};

/* Takes away the first records of the table. */
static int
empty_some(struct txn *txn, void *arg)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct emptying *e = arg;

	e->more = true;
	for (unsigned int i = 0; e->more && i < CHUNK; i++) {
		struct str bytes, value;
		struct cursor cursor;
		struct key key;

		txn_cursor(&cursor, txn, e->table, NULL, NULL, false);
		e->more = txn_cursor_next(&cursor, &bytes, &value);
		txn_cursor_close(&cursor);
		if (e->more) {
			key_of_bytes(&key, bytes);
			txn_del(txn, e->table, &key);
		}
		arena_rewind(txn_arena(txn), mark);
	}
	return 0;
}

static int
empty(struct store *store, unsigned int table, struct arena *arena)
{
	struct emptying e = { .table = table, .more = true };
	int rc = 0;

	while (rc == 0 && e.more)
		rc = store_write(store, arena, empty_some, &e);
	return rc;
}

int
restore_end(
    struct store *store, const struct schema *schema, struct arena *arena)
{
	int rc = 0;

	for (unsigned int t = 0; t < schema->spec.table_count; t++) {
		if (schema->fates[t] == FATE_NONE)
			return HUB_EINVAL;
	}
	for (unsigned int t = 0; rc == 0 && t < schema->spec.table_count; t++) {
		if (schema->fates[t] == FATE_ENDS)
			rc = empty(store, t, arena);
	}
	return rc;
}

struct new_vault {
	const struct signing_key *key;
	const struct audit_rec *events;
	size_t count;
};

static int
begin_vault(struct txn *vault, void *arg)
{
	const struct new_vault *new = arg;

	signing_key_put_private(vault, new->key);
	for (size_t i = 0; i < new->count; i++)
		audit_put(vault, &new->events[i]);
	return 0;
}

int
restore_vault(struct store *vault, const struct schema *schema,
    struct arena *arena, const struct signing_key *key,
    const struct audit_rec *events, size_t count)
{
	struct new_vault new = { key, events, count };
	int rc = restore_end(vault, schema, arena);

	if (rc == 0)
		rc = store_write(vault, arena, begin_vault, &new);
	return rc;
}

struct leap {
	struct key from, next;
	bool more;
};

static int
leap_some(struct txn *directory, void *arg)
{
	struct leap *leap = arg;

	leap->next = leap->from;
	leap->more = account_leap(directory, &leap->next, CHUNK) == CHUNK;
	return 0;
}

static int
begin_directory(struct txn *directory, void *arg)
{
	epoch_leap(directory);
	signing_key_put_public(directory, arg);
	return 0;
}

int
restore_directory(struct store *directory, const struct schema *schema,
    struct arena *arena, const struct signing_key *key)
{
	struct leap leap = { .more = true };
	int rc = restore_end(directory, schema, arena);

	key_begin(&leap.from);
	while (rc == 0 && leap.more) {
		rc = store_write(directory, arena, leap_some, &leap);
		leap.from = leap.next;
	}
	if (rc == 0)
		rc = store_write(
		    directory, arena, begin_directory, (void *)(uintptr_t)key);
	return rc;
}
