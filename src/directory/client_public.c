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

/* Cuts a record of the table in two; damage fails the transaction. */
static bool
decode(struct txn *txn, struct str key, struct str value, struct str *id,
    struct client_rec *rec)
{
	if (key_take_str(&key, id) && client_rec_get(value, rec) == 0)
		return true;
	txn_fail(txn, HUB_ECORRUPT);
	return false;
}

/* Reads the table into the arena of SET. */
static int
read_all(struct client_set *set, struct txn *txn)
{
	uint64_t most = txn_count(txn, DIR_CLIENT);
	struct str key, value;
	struct cursor cursor;

	set->at = arena_alloc(set->arena, (most + 1) * sizeof(*set->at));
	if (set->at == NULL)
		return HUB_ENOMEM;
	txn_cursor(&cursor, txn, DIR_CLIENT, NULL, NULL, false);
	while (set->n < most && txn_cursor_next(&cursor, &key, &value)) {
		struct client_entry *entry = &set->at[set->n];

		if (!decode(txn, arena_str(set->arena, key),
			arena_str(set->arena, value), &entry->id, &entry->rec))
			break;
		if (entry->rec.free_from == 0)
			set->n++;
	}
	txn_cursor_close(&cursor);
	if (arena_failed(set->arena))
		return HUB_ENOMEM;
	return txn_error(txn);
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

bool
client_get(struct txn *txn, struct str id, struct client_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, id);
	if (!str_is_id(id) || !txn_get(txn, DIR_CLIENT, &key, &bytes))
		return false;
	rc = client_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

/* The client if it is there and may be changed. */
static int
changeable(struct txn *txn, struct str id, struct client_rec *rec)
{
	if (!client_get(txn, id, rec) || rec->free_from != 0)
		return HUB_ENOENT;
	return rec->builtin ? HUB_EDENIED : 0;
}

int
client_set_enabled(struct txn *txn, struct str id, bool enabled)
{
	struct client_rec rec;
	int rc = changeable(txn, id, &rec);

	if (rc != 0 || rec.enabled == enabled)
		return rc;
	rec.enabled = enabled;
	client_put(txn, id, &rec);
	return 0;
}

int
client_remove(struct txn *txn, struct str id, int64_t free_from)
{
	const struct client_rec removed = { .free_from = free_from };
	struct client_rec rec;
	int rc = changeable(txn, id, &rec);

	if (rc == 0)
		client_put(txn, id, &removed);
	return rc;
}

void
client_walk(struct txn *txn,
    void (*fn)(void *ctx, struct str id, const struct client_rec *rec),
    void *ctx)
{
	struct client_rec rec;
	struct str key, value, id;
	struct cursor cursor;

	txn_cursor(&cursor, txn, DIR_CLIENT, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value) &&
	    decode(txn, key, value, &id, &rec)) {
		if (rec.free_from == 0)
			fn(ctx, id, &rec);
	}
	txn_cursor_close(&cursor);
}

struct search {
	struct str organization;
	bool found;
};

static void
look(void *ctx, struct str id, const struct client_rec *rec)
{
	struct search *search = ctx;

	(void)id;
	if (str_eq(rec->organization, search->organization))
		search->found = true;
}

bool
client_names_organization(struct txn *txn, struct str organization)
{
	struct search search = { .organization = organization };

	client_walk(txn, look, &search);
	return search.found;
}
