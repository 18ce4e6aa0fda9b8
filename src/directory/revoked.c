#include "directory/revoked.h"

#include "base/buf.h"
#include "store/rec.h"
#include "store/schema.h"

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
revoked_put(
    struct txn *txn, enum revoked_kind kind, struct str id, int64_t until)
{
	struct buf bytes;
	struct key key;

	make_key(&key, kind, id);
	buf_init_arena(&bytes, txn_arena(txn), 8);
	rec_put_u64(&bytes, (uint64_t)until);
	txn_put(txn, DIR_REVOKED, &key, buf_view(&bytes));
}
