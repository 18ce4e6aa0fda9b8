#include "store/account_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 2
#define WITHOUT_BORN 1 /* the format before: the first life */
#define FLAG_ENABLED 1
#define FLAG_PENDING 2
#define FLAG_BLOCKED 4

void
account_rec_put(struct buf *out, const struct account_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out,
	    (uint8_t)((rec->enabled ? FLAG_ENABLED : 0) |
		(rec->pending ? FLAG_PENDING : 0) |
		(rec->blocked ? FLAG_BLOCKED : 0)));
	rec_put_u64(out, rec->epoch);
	rec_put_str(out, rec->id);
	rec_put_str(out, rec->name);
	rec_put_str(out, rec->groups);
	rec_put_str(out, rec->organizations);
	rec_put_str(out, rec->dossiers);
	rec_put_str(out, rec->item);
	rec_put_str(out, rec->etag);
	rec_put_str(out, rec->source);
	rec_put_u64(out, rec->born);
}

int
account_rec_get(struct str bytes, struct account_rec *rec)
{
	struct rec_in in;
	uint8_t format, flags;

	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format != FORMAT && format != WITHOUT_BORN)
		return HUB_ECORRUPT;
	flags = rec_u8(&in);
	rec->enabled = (flags & FLAG_ENABLED) != 0;
	rec->pending = (flags & FLAG_PENDING) != 0;
	rec->blocked = (flags & FLAG_BLOCKED) != 0;
	rec->epoch = rec_u64(&in);
	rec->id = rec_str(&in);
	rec->name = rec_str(&in);
	rec->groups = rec_str(&in);
	rec->organizations = rec_str(&in);
	rec->dossiers = rec_str(&in);
	rec->item = rec_str(&in);
	rec->etag = rec_str(&in);
	rec->source = rec_str(&in);
	rec->born = format == FORMAT ? rec_u64(&in) : 0;
	return rec_in_end(&in);
}
