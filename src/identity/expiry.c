#include "identity/expiry.h"

#include "base/err.h"
#include "store/schema.h"

void
expiry_put(
    struct txn *vault, int64_t when, enum expiry_kind kind, struct str name)
{
	struct key key;

	key_begin(&key);
	key_u64(&key, (uint64_t)when);
	key_u32(&key, (uint32_t)kind);
	key_str(&key, name);
	txn_put(vault, VAULT_EXPIRY, &key, STR(""));
}

bool
expiry_first(struct txn *vault, int64_t now, struct expiry *out)
{
	struct cursor cursor;
	struct str rest, value;
	uint64_t when;
	uint32_t kind;
	bool found;

	txn_cursor(&cursor, vault, VAULT_EXPIRY, NULL, NULL, false);
	found = txn_cursor_next(&cursor, &rest, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (!key_take_u64(&rest, &when) || !key_take_u32(&rest, &kind) ||
	    !key_take_str(&rest, &out->name)) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	out->when = (int64_t)when;
	out->kind = (enum expiry_kind)kind;
	key_begin(&out->key);
	key_u64(&out->key, when);
	key_u32(&out->key, kind);
	key_str(&out->key, out->name);
	return out->when <= now;
}

void
expiry_del(struct txn *vault, const struct expiry *entry)
{
	txn_del(vault, VAULT_EXPIRY, &entry->key);
}
