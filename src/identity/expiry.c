#include "identity/expiry.h"

#include "base/err.h"
#include "store/schema.h"

void
expiry_key(
    struct key *key, int64_t when, enum expiry_kind kind, struct str name)
{
	key_begin(key);
	key_u64(key, (uint64_t)when);
	key_u32(key, (uint32_t)kind);
	key_str(key, name);
}

bool
expiry_of_key(
    struct str key, int64_t *when, enum expiry_kind *kind, struct str *name)
{
	uint64_t seconds;
	uint32_t letter;

	if (!key_take_u64(&key, &seconds) || !key_take_u32(&key, &letter) ||
	    !key_take_str(&key, name) || key.n != 0)
		return false;
	*when = (int64_t)seconds;
	*kind = (enum expiry_kind)letter;
	return letter == EXPIRY_CODE || letter == EXPIRY_GRANT ||
	    letter == EXPIRY_SESSION || letter == EXPIRY_WINDOW ||
	    letter == EXPIRY_EMAIL_CHANGE || letter == EXPIRY_INVITATION;
}

void
expiry_put(
    struct txn *vault, int64_t when, enum expiry_kind kind, struct str name)
{
	struct key key;

	expiry_key(&key, when, kind, name);
	txn_put(vault, VAULT_EXPIRY, &key, STR(""));
}

void
expiry_del(
    struct txn *vault, int64_t when, enum expiry_kind kind, struct str name)
{
	struct key key;

	expiry_key(&key, when, kind, name);
	txn_del(vault, VAULT_EXPIRY, &key);
}

bool
expiry_first(struct txn *vault, int64_t now, struct expiry *out)
{
	struct cursor cursor;
	struct str key, value;
	bool found;

	txn_cursor(&cursor, vault, VAULT_EXPIRY, NULL, NULL, false);
	found = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (!expiry_of_key(key, &out->when, &out->kind, &out->name)) {
		txn_fail(vault, HUB_ECORRUPT);
		return false;
	}
	return out->when <= now;
}
