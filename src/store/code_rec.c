#include "store/code_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
code_rec_put(struct buf *out, const struct code_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out, rec->used);
	rec_put_u64(out, (uint64_t)rec->expires);
	rec_put_str(out, rec->client);
	rec_put_str(out, rec->redirect_uri);
	rec_put_str(out, rec->challenge);
	rec_put_str(out, rec->nonce);
	rec_put_str(out, rec->scope);
	rec_put_str(out, rec->account);
	rec_put_u64(out, rec->epoch);
	rec_put_str(out, rec->sid);
	rec_put_u64(out, (uint64_t)rec->auth_time);
	rec_put_u8(out, rec->methods);
	rec_put_str(out, rec->gid);
}

int
code_rec_get(struct str bytes, struct code_rec *rec)
{
	struct rec_in in;

	*rec = (struct code_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->used = (rec_u8(&in) & 1) != 0;
	rec->expires = (int64_t)rec_u64(&in);
	rec->client = rec_str(&in);
	rec->redirect_uri = rec_str(&in);
	rec->challenge = rec_str(&in);
	rec->nonce = rec_str(&in);
	rec->scope = rec_str(&in);
	rec->account = rec_str(&in);
	rec->epoch = rec_u64(&in);
	rec->sid = rec_str(&in);
	rec->auth_time = (int64_t)rec_u64(&in);
	rec->methods = rec_u8(&in);
	rec->gid = rec_str(&in);
	return rec_in_end(&in);
}
