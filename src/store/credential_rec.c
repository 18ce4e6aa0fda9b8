#include "store/credential_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 3
#define WITHOUT_ADDRESS 2 /* it said that one was mailed, not where to */
#define WITHOUT_BORN 1    /* and before: the first life */

void
credential_rec_put(struct buf *out, const struct credential_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->lasting);
	rec_put_u64(out, (uint64_t)rec->lasting_at);
	rec_put_str(out, rec->temporary);
	rec_put_u64(out, (uint64_t)rec->temporary_until);
	rec_put_u64(out, rec->temporary_serial);
	rec_put_str(out, rec->mailed_to);
	rec_put_u64(out, rec->born);
}

/* Who reads one that went anywhere is not known: it opens nothing. */
static void
take_mailed(struct rec_in *in, struct credential_rec *rec)
{
	if (rec_u8(in) == 0)
		return;
	rec->temporary = (struct str){ "", 0 };
	rec->temporary_until = 0;
}

int
credential_rec_get(struct str bytes, struct credential_rec *rec)
{
	struct rec_in in;
	uint8_t format;

	*rec = (struct credential_rec){ 0 };
	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format < WITHOUT_BORN || format > FORMAT)
		return HUB_ECORRUPT;
	rec->lasting = rec_str(&in);
	rec->lasting_at = (int64_t)rec_u64(&in);
	rec->temporary = rec_str(&in);
	rec->temporary_until = (int64_t)rec_u64(&in);
	rec->temporary_serial = rec_u64(&in);
	if (format == FORMAT)
		rec->mailed_to = rec_str(&in);
	else
		take_mailed(&in, rec);
	rec->born = format == WITHOUT_BORN ? 0 : rec_u64(&in);
	return rec_in_end(&in);
}
