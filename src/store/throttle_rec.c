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
}

int
throttle_rec_get(struct str bytes, struct throttle_rec *rec)
{
	struct rec_in in;

	*rec = (struct throttle_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->tries = rec_u32(&in);
	rec->last = (int64_t)rec_u64(&in);
	rec->refused = rec_u8(&in) != 0;
	return rec_in_end(&in);
}
