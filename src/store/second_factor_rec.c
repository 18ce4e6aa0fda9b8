#include "store/second_factor_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
second_factor_rec_put(struct buf *out, const struct second_factor_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->secret);
	rec_put_u64(out, (uint64_t)rec->added);
	rec_put_u64(out, rec->last_step);
	rec_put_str(out, rec->recovery);
	rec_put_u64(out, rec->born);
}

int
second_factor_rec_get(struct str bytes, struct second_factor_rec *rec)
{
	struct rec_in in;

	*rec = (struct second_factor_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->secret = rec_str(&in);
	rec->added = (int64_t)rec_u64(&in);
	rec->last_step = rec_u64(&in);
	rec->recovery = rec_str(&in);
	rec->born = rec_u64(&in);
	return rec_in_end(&in);
}
