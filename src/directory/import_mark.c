#include "directory/import_mark.h"

#include "store/rec.h"
#include "store/schema.h"

#define FORMAT 1
#define MARK_KEY STR("import")
#define REMOVALS_KEY STR("removals")

bool
import_mark_get(struct txn *txn, struct import_mark *mark)
{
	struct str bytes, digest;
	struct rec_in in;
	struct key key;

	memset(mark, 0, sizeof(*mark));
	key_of(&key, MARK_KEY);
	if (!txn_get(txn, DIR_STATE, &key, &bytes))
		return false;
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT) {
		txn_fail(txn, HUB_ECORRUPT);
		return false;
	}
	digest = rec_str(&in);
	mark->line = rec_u64(&in);
	mark->bad = rec_u64(&in);
	mark->began = (int64_t)rec_u64(&in);
	if (rec_in_end(&in) != 0 || digest.n != SHA256_LEN) {
		txn_fail(txn, HUB_ECORRUPT);
		return false;
	}
	memcpy(mark->digest, digest.p, SHA256_LEN);
	return true;
}

void
import_mark_put(struct txn *txn, const struct import_mark *mark)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), 128);
	rec_put_u8(&bytes, FORMAT);
	rec_put_str(
	    &bytes, (struct str){ (const char *)mark->digest, SHA256_LEN });
	rec_put_u64(&bytes, mark->line);
	rec_put_u64(&bytes, mark->bad);
	rec_put_u64(&bytes, (uint64_t)mark->began);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, MARK_KEY);
	txn_put(txn, DIR_STATE, &key, buf_view(&bytes));
}

void
import_mark_drop(struct txn *txn)
{
	struct key key;

	key_of(&key, MARK_KEY);
	txn_del(txn, DIR_STATE, &key);
}

bool
import_mark_is_of(
    const struct import_mark *mark, const unsigned char digest[SHA256_LEN])
{
	struct str ours = { (const char *)mark->digest, SHA256_LEN };
	struct str its = { (const char *)digest, SHA256_LEN };

	return str_eq(ours, its);
}

bool
import_mark_eq(const struct import_mark *a, const struct import_mark *b)
{
	return import_mark_is_of(a, b->digest) && a->line == b->line &&
	    a->bad == b->bad && a->began == b->began;
}

uint64_t
import_removals(struct txn *txn)
{
	struct rec_in in;
	struct str bytes;
	struct key key;
	uint64_t n;

	key_of(&key, REMOVALS_KEY);
	if (!txn_get(txn, DIR_STATE, &key, &bytes))
		return 0;
	rec_in_begin(&in, bytes);
	n = rec_u64(&in);
	if (rec_in_end(&in) != 0)
		txn_fail(txn, HUB_ECORRUPT);
	return n;
}

void
import_removals_raise(struct txn *txn)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), 8);
	rec_put_u64(&bytes, import_removals(txn) + 1);
	key_of(&key, REMOVALS_KEY);
	txn_put(txn, DIR_STATE, &key, buf_view(&bytes));
}
