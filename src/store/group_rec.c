#include "store/group_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
group_rec_put(struct buf *out, const struct group_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->permissions);
	rec_put_str(out, rec->source);
}

int
group_rec_get(struct str bytes, struct group_rec *rec)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->permissions = rec_str(&in);
	rec->source = rec_str(&in);
	return rec_in_end(&in);
}
