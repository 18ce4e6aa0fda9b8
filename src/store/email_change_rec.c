#include "store/email_change_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
email_change_rec_put(struct buf *out, const struct email_change_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u64(out, rec->born);
	rec_put_str(out, rec->to);
	rec_put_str(out, rec->from);
	rec_put_str(out, rec->code);
	rec_put_u64(out, (uint64_t)rec->made);
	rec_put_u64(out, (uint64_t)rec->expires);
	rec_put_u32(out, rec->wrong);
	rec_put_u32(out, rec->asked);
	rec_put_u64(out, (uint64_t)rec->first);
	rec_put_u8(out, rec->proven);
	rec_put_str(out, rec->former);
	rec_put_u64(out, (uint64_t)rec->listed);
}

int
email_change_rec_get(struct str bytes, struct email_change_rec *rec)
{
	struct rec_in in;
	uint8_t proven;
	int rc;

	*rec = (struct email_change_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->born = rec_u64(&in);
	rec->to = rec_str(&in);
	rec->from = rec_str(&in);
	rec->code = rec_str(&in);
	rec->made = (int64_t)rec_u64(&in);
	rec->expires = (int64_t)rec_u64(&in);
	rec->wrong = rec_u32(&in);
	rec->asked = rec_u32(&in);
	rec->first = (int64_t)rec_u64(&in);
	proven = rec_u8(&in);
	rec->former = rec_str(&in);
	rec->listed = (int64_t)rec_u64(&in);
	rc = rec_in_end(&in);
	if (rc != 0 || proven > 1)
		return HUB_ECORRUPT;
	rec->proven = proven == 1;
	return 0;
}
