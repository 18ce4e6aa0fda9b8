#include "store/consent_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
consent_rec_put(struct buf *out, const struct consent_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->scope);
	rec_put_u64(out, (uint64_t)rec->given);
	rec_put_u64(out, rec->born);
}

int
consent_rec_get(struct str bytes, struct consent_rec *rec)
{
	struct rec_in in;

	*rec = (struct consent_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->scope = rec_str(&in);
	rec->given = (int64_t)rec_u64(&in);
	rec->born = rec_u64(&in);
	return rec_in_end(&in);
}
