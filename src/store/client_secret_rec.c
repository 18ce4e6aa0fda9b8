#include "store/client_secret_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
client_secret_rec_put(struct buf *out, const struct client_secret_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->digest);
	rec_put_u64(out, (uint64_t)rec->made);
}

int
client_secret_rec_get(struct str bytes, struct client_secret_rec *rec)
{
	struct rec_in in;

	*rec = (struct client_secret_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->digest = rec_str(&in);
	rec->made = (int64_t)rec_u64(&in);
	return rec_in_end(&in);
}
