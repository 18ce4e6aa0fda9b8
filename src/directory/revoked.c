#include "directory/revoked.h"

#include "base/buf.h"
#include "store/rec.h"
#include "store/schema.h"

#define ENTRY_MAX 512

static void
make_key(struct key *key, enum revoked_kind kind, struct str id)
{
	char letter = (char)kind;

	key_begin(key);
	key_str(key, (struct str){ &letter, 1 });
	key_str(key, id);
}

bool
revoked_has(struct txn *txn, enum revoked_kind kind, struct str id)
{
	struct key key;

	if (id.n == 0)
		return false;
	make_key(&key, kind, id);
	return txn_has(txn, DIR_REVOKED, &key);
}

void
revoked_put(struct txn *txn, enum revoked_kind kind, struct str id,
    struct str account, int64_t until)
{
	struct buf bytes;
	struct key key;

	make_key(&key, kind, id);
	buf_init_arena(&bytes, txn_arena(txn), ENTRY_MAX);
	rec_put_u64(&bytes, (uint64_t)until);
	rec_put_str(&bytes, account);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	txn_put(txn, DIR_REVOKED, &key, buf_view(&bytes));
}

int
revoked_decode(struct str bytes, struct revoked *out)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	out->until = (int64_t)rec_u64(&in);
	out->account = rec_str(&in);
	return rec_in_end(&in);
}

/* Cuts the entry in two; damage fails the transaction. */
static bool
decode(struct txn *txn, struct str key, struct str value, struct revoked *out)
{
	struct str kind;

	if (!key_take_str(&key, &kind) || kind.n != 1 ||
	    !key_take_str(&key, &out->id) || revoked_decode(value, out) != 0) {
		txn_fail(txn, HUB_ECORRUPT);
		return false;
	}
	out->kind = (enum revoked_kind)kind.p[0];
	return true;
}

bool
revoked_next(struct txn *txn, struct key *at, struct revoked *out)
{
	struct str key, value;
	struct cursor cursor;
	bool found;

	txn_cursor(
	    &cursor, txn, DIR_REVOKED, NULL, at->n == 0 ? NULL : at, true);
	found = txn_cursor_next(&cursor, &key, &value);
	txn_cursor_close(&cursor);
	if (!found || !decode(txn, key, value, out))
		return false;
	make_key(at, out->kind, out->id);
	return true;
}

bool
revoked_is_over(const struct revoked *entry, int64_t now)
{
	return entry->until < now - REVOKED_REST;
}

bool
revoked_expire(
    struct txn *txn, enum revoked_kind kind, struct str id, int64_t now)
{
	struct revoked entry;
	struct str value;
	struct key key;
	int rc;

	make_key(&key, kind, id);
	if (!txn_get(txn, DIR_REVOKED, &key, &value))
		return false;
	rc = revoked_decode(value, &entry);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0 && revoked_is_over(&entry, now) &&
	    txn_del(txn, DIR_REVOKED, &key);
}
