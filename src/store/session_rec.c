#include "store/session_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
session_rec_put(struct buf *out, const struct session_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out, rec->kind);
	rec_put_u8(out, rec->methods);
	rec_put_str(out, rec->sid);
	rec_put_str(out, rec->account);
	rec_put_u64(out, rec->epoch);
	rec_put_u64(out, rec->serial);
	rec_put_u64(out, (uint64_t)rec->auth_time);
	rec_put_u64(out, (uint64_t)rec->used);
	rec_put_u64(out, (uint64_t)rec->expires);
	rec_put_u64(out, (uint64_t)rec->listed);
	rec_put_str(out, rec->source);
	rec_put_str(out, rec->proposal);
	rec_put_u64(out, (uint64_t)rec->proposed);
}

int
session_rec_get(struct str bytes, struct session_rec *rec)
{
	struct rec_in in;

	*rec = (struct session_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->kind = rec_u8(&in);
	rec->methods = rec_u8(&in);
	rec->sid = rec_str(&in);
	rec->account = rec_str(&in);
	rec->epoch = rec_u64(&in);
	rec->serial = rec_u64(&in);
	rec->auth_time = (int64_t)rec_u64(&in);
	rec->used = (int64_t)rec_u64(&in);
	rec->expires = (int64_t)rec_u64(&in);
	rec->listed = (int64_t)rec_u64(&in);
	rec->source = rec_str(&in);
	rec->proposal = rec_str(&in);
	rec->proposed = (int64_t)rec_u64(&in);
	return rec_in_end(&in);
}
