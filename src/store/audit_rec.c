#include "store/audit_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
audit_rec_put(struct buf *out, const struct audit_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->event);
	rec_put_str(out, rec->account);
	rec_put_str(out, rec->client);
	rec_put_str(out, rec->source);
	rec_put_str(out, rec->detail);
}

int
audit_rec_get(struct str bytes, struct audit_rec *rec)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->event = rec_str(&in);
	rec->account = rec_str(&in);
	rec->client = rec_str(&in);
	rec->source = rec_str(&in);
	rec->detail = rec_str(&in);
	return rec_in_end(&in);
}
