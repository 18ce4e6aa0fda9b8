#include "directory/client_public.h"

#include <stdint.h>
#include "base/err.h"
#include "directory/state.h"
#include "store/rec_list.h"
#include "store/schema.h"

#define CLIENT_REC_MAX (64 * 1024)

struct client_entry {
	struct str id;
	struct client_rec rec;
};

/* Reads the table into the arena of SET. */
static int
read_all(struct client_set *set, struct txn *txn)
{
	uint64_t most = txn_count(txn, DIR_CLIENT);
	struct str key, value;
	struct cursor cursor;
	int rc = 0;

	set->at = arena_alloc(set->arena, (most + 1) * sizeof(*set->at));
	if (set->at == NULL)
		return HUB_ENOMEM;
	txn_cursor(&cursor, txn, DIR_CLIENT, NULL, NULL, false);
	while (rc == 0 && set->n < most &&
	    txn_cursor_next(&cursor, &key, &value)) {
		struct client_entry *entry = &set->at[set->n];
		struct str id;

		if (!key_take_str(&key, &id))
			rc = HUB_ECORRUPT;
		entry->id = arena_str(set->arena, id);
		if (rc == 0)
			rc = client_rec_get(
			    arena_str(set->arena, value), &entry->rec);
		set->n++;
	}
	txn_cursor_close(&cursor);
	if (rc == 0 && arena_failed(set->arena))
		rc = HUB_ENOMEM;
	return rc != 0 ? rc : txn_error(txn);
}

int
client_set_load(struct client_set *set, struct txn *txn)
{
	struct client_set fresh = { .arena = arena_new(4096, SIZE_MAX) };
	int rc = fresh.arena == NULL ? HUB_ENOMEM : read_all(&fresh, txn);

	if (rc != 0) {
		client_set_free(&fresh);
		return rc;
	}
	client_set_free(set);
	*set = fresh;
	return 0;
}

void
client_set_free(struct client_set *set)
{
	arena_free(set->arena);
	*set = (struct client_set){ 0 };
}

/* The table is in key order, which is the order of the ids. */
const struct client_rec *
client_set_find(const struct client_set *set, struct str id)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(id, set->at[mid].id);

		if (c == 0)
			return &set->at[mid].rec;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool
client_set_has_origin(const struct client_set *set, struct str origin)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->at[i].rec.enabled &&
		    rec_list_has(set->at[i].rec.origins, origin))
			return true;
	}
	return false;
}

void
client_put(struct txn *txn, struct str id, const struct client_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), CLIENT_REC_MAX);
	client_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, id);
	txn_put(txn, DIR_CLIENT, &key, buf_view(&bytes));
	generation_raise(txn);
}
