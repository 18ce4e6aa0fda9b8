#include "store/throttle_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
throttle_rec_put(struct buf *out, const struct throttle_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u32(out, rec->tries);
	rec_put_u64(out, (uint64_t)rec->last);
	rec_put_u8(out, rec->refused);
	rec_put_u8(out, rec->slow);
}

int
throttle_rec_get(struct str bytes, struct throttle_rec *rec)
{
	struct rec_in in;
	uint8_t refused, slow;

	*rec = (struct throttle_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->tries = rec_u32(&in);
	rec->last = (int64_t)rec_u64(&in);
	refused = rec_u8(&in);
	slow = rec_u8(&in);
	if (refused > 1 || slow > 1)
		return HUB_ECORRUPT;
	rec->refused = refused == 1;
	rec->slow = slow == 1;
	return rec_in_end(&in);
}
