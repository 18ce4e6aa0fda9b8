#include "store/organization_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
organization_rec_put(struct buf *out, const struct organization_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->item);
	rec_put_str(out, rec->etag);
	rec_put_str(out, rec->source);
}

int
organization_rec_get(struct str bytes, struct organization_rec *rec)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->item = rec_str(&in);
	rec->etag = rec_str(&in);
	rec->source = rec_str(&in);
	return rec_in_end(&in);
}
