#include "directory/state.h"

#include "base/buf.h"
#include "store/rec.h"
#include "store/schema.h"

static uint64_t
number_get(struct txn *txn, const char *name)
{
	struct rec_in in;
	struct str bytes;
	struct key key;
	uint64_t v;

	key_of(&key, str_of(name));
	if (!txn_get(txn, DIR_STATE, &key, &bytes))
		return 0;
	rec_in_begin(&in, bytes);
	v = rec_u64(&in);
	if (rec_in_end(&in) != 0)
		txn_fail(txn, HUB_ECORRUPT);
	return v;
}

static void
number_put(struct txn *txn, const char *name, uint64_t v)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), 8);
	rec_put_u64(&bytes, v);
	key_of(&key, str_of(name));
	txn_put(txn, DIR_STATE, &key, buf_view(&bytes));
}

uint64_t
generation_get(struct txn *txn)
{
	return number_get(txn, "generation");
}

void
generation_raise(struct txn *txn)
{
	number_put(txn, "generation", generation_get(txn) + 1);
}

uint64_t
epoch_first(struct txn *txn)
{
	return number_get(txn, "epoch") + 1;
}

void
epoch_bury(struct txn *txn, uint64_t epoch)
{
	if (epoch > number_get(txn, "epoch"))
		number_put(txn, "epoch", epoch);
}

void
epoch_leap(struct txn *txn)
{
	number_put(txn, "epoch", number_get(txn, "epoch") + EPOCH_LEAP);
}
