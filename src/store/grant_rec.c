#include "store/grant_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
grant_rec_put(struct buf *out, const struct grant_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->client);
	rec_put_str(out, rec->account);
	rec_put_u64(out, rec->epoch);
	rec_put_str(out, rec->scope);
	rec_put_str(out, rec->sid);
	rec_put_u64(out, (uint64_t)rec->auth_time);
	rec_put_u8(out, rec->methods);
	rec_put_str(out, rec->nonce);
	rec_put_u64(out, (uint64_t)rec->began);
	rec_put_u64(out, (uint64_t)rec->used);
	rec_put_u64(out, (uint64_t)rec->listed);
	rec_put_str(out, rec->handle);
	rec_put_str(out, rec->current);
	rec_put_str(out, rec->previous);
	rec_put_u64(out, (uint64_t)rec->previous_until);
	rec_put_str(out, rec->seed);
}

int
grant_rec_get(struct str bytes, struct grant_rec *rec)
{
	struct rec_in in;

	*rec = (struct grant_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->client = rec_str(&in);
	rec->account = rec_str(&in);
	rec->epoch = rec_u64(&in);
	rec->scope = rec_str(&in);
	rec->sid = rec_str(&in);
	rec->auth_time = (int64_t)rec_u64(&in);
	rec->methods = rec_u8(&in);
	rec->nonce = rec_str(&in);
	rec->began = (int64_t)rec_u64(&in);
	rec->used = (int64_t)rec_u64(&in);
	rec->listed = (int64_t)rec_u64(&in);
	rec->handle = rec_str(&in);
	rec->current = rec_str(&in);
	rec->previous = rec_str(&in);
	rec->previous_until = (int64_t)rec_u64(&in);
	rec->seed = rec_str(&in);
	return rec_in_end(&in);
}
