#include "identity/audit.h"

#include "base/clock.h"
#include "store/schema.h"

#define AUDIT_MAX 4096

void
audit_put(struct txn *vault, const struct audit_rec *rec)
{
	uint64_t now = (uint64_t)clock_now_us();
	uint32_t number = 0;
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), AUDIT_MAX);
	audit_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(vault, buf_error(&bytes));
	do {
		key_begin(&key);
		key_u64(&key, now);
		key_u32(&key, number++);
	} while (txn_has(vault, VAULT_AUDIT, &key));
	txn_put(vault, VAULT_AUDIT, &key, buf_view(&bytes));
}

/* Cuts a record of the table in two; damage fails the transaction. */
static bool
decode(struct txn *vault, struct str key, struct str value, int64_t *time_us,
    struct audit_rec *rec)
{
	uint64_t when;

	if (!key_take_u64(&key, &when) || audit_rec_get(value, rec) != 0) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	*time_us = (int64_t)when;
	return true;
}

void
audit_place_at(struct audit_place *place, int64_t time_us)
{
	key_begin(&place->key);
	key_u64(&place->key, time_us < 0 ? 0 : (uint64_t)time_us);
	place->after = false;
}

bool
audit_page(struct txn *vault, struct audit_place *place, unsigned int most,
    void (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct key from = place->key;
	struct audit_rec rec;
	struct str key, value;
	struct cursor cursor;
	unsigned int n = 0;
	int64_t when;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, &from, place->after);
	while (n < most && txn_cursor_next(&cursor, &key, &value) &&
	    decode(vault, key, value, &when, &rec)) {
		fn(ctx, when, &rec);
		key_of_bytes(&place->key, key);
		place->after = true;
		arena_rewind(txn_arena(vault), mark);
		n++;
	}
	txn_cursor_close(&cursor);
	return n == most;
}

void
audit_walk(struct txn *vault,
    bool (*fn)(void *ctx, int64_t time_us, const struct audit_rec *rec),
    void *ctx)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	struct str key, value;
	struct audit_rec rec;
	struct cursor cursor;
	bool go_on = true;
	int64_t when;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, NULL, false);
	while (go_on && txn_cursor_next(&cursor, &key, &value) &&
	    decode(vault, key, value, &when, &rec)) {
		go_on = fn(ctx, when, &rec);
		arena_rewind(txn_arena(vault), mark);
	}
	txn_cursor_close(&cursor);
}

bool
audit_has_after(struct txn *vault, int64_t time_us)
{
	struct str key, value;
	struct cursor cursor;
	struct key from;
	bool any;

	key_begin(&from);
	key_u64(&from, (uint64_t)time_us);
	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, &from, false);
	any = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	return any;
}

/* The key of the oldest event if that is from before TIME_US. */
static bool
first_before(struct txn *vault, int64_t time_us, struct key *key)
{
	struct cursor cursor;
	struct str entry, value;
	uint64_t when;
	uint32_t number;
	bool found;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, NULL, false);
	found = txn_cursor_next(&cursor, &entry, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (!key_take_u64(&entry, &when) || !key_take_u32(&entry, &number)) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	key_begin(key);
	key_u64(key, when);
	key_u32(key, number);
	return (int64_t)when < time_us;
}

bool
audit_has_before(struct txn *vault, int64_t time_us)
{
	struct key key;

	return first_before(vault, time_us, &key);
}

unsigned int
audit_expire(struct txn *vault, int64_t time_us, unsigned int most)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int n = 0;
	struct key key;

	while (n < most && first_before(vault, time_us, &key) &&
	    txn_del(vault, VAULT_AUDIT, &key)) {
		arena_rewind(txn_arena(vault), mark);
		n++;
	}
	return n;
}
