#include "store/proven_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
proven_rec_put(struct buf *out, const struct proven_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->address);
	rec_put_u64(out, rec->born);
	rec_put_u64(out, (uint64_t)rec->at);
}

int
proven_rec_get(struct str bytes, struct proven_rec *rec)
{
	struct rec_in in;

	*rec = (struct proven_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->address = rec_str(&in);
	rec->born = rec_u64(&in);
	rec->at = (int64_t)rec_u64(&in);
	return rec_in_end(&in);
}
