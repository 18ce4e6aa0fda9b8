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
	uint64_t when;

	txn_cursor(&cursor, vault, VAULT_AUDIT, NULL, NULL, false);
	while (go_on && txn_cursor_next(&cursor, &key, &value)) {
		if (!key_take_u64(&key, &when) ||
		    audit_rec_get(value, &rec) != 0) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		go_on = fn(ctx, (int64_t)when, &rec);
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
