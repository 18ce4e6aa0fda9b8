#include "store/account_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1
#define FLAG_ENABLED 1
#define FLAG_PENDING 2

void
account_rec_put(struct buf *out, const struct account_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out,
	    (uint8_t)((rec->enabled ? FLAG_ENABLED : 0) |
		(rec->pending ? FLAG_PENDING : 0)));
	rec_put_u64(out, rec->epoch);
	rec_put_str(out, rec->id);
	rec_put_str(out, rec->name);
	rec_put_str(out, rec->groups);
	rec_put_str(out, rec->organizations);
	rec_put_str(out, rec->dossiers);
	rec_put_str(out, rec->item);
	rec_put_str(out, rec->etag);
	rec_put_str(out, rec->source);
}

int
account_rec_get(struct str bytes, struct account_rec *rec)
{
	struct rec_in in;
	uint8_t flags;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	flags = rec_u8(&in);
	rec->enabled = (flags & FLAG_ENABLED) != 0;
	rec->pending = (flags & FLAG_PENDING) != 0;
	rec->epoch = rec_u64(&in);
	rec->id = rec_str(&in);
	rec->name = rec_str(&in);
	rec->groups = rec_str(&in);
	rec->organizations = rec_str(&in);
	rec->dossiers = rec_str(&in);
	rec->item = rec_str(&in);
	rec->etag = rec_str(&in);
	rec->source = rec_str(&in);
	return rec_in_end(&in);
}
