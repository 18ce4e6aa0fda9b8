#include "store/audit_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 2
#define UNLISTED 1 /* the format before: nothing leads to it */

void
audit_rec_put(struct buf *out, const struct audit_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->event);
	rec_put_str(out, rec->account);
	rec_put_str(out, rec->client);
	rec_put_str(out, rec->source);
	rec_put_str(out, rec->detail);
	rec_put_str(out, rec->organization);
	rec_put_str(out, rec->contact);
	rec_put_str(out, rec->by);
	rec_put_u64(out, rec->born);
}

int
audit_rec_get(struct str bytes, struct audit_rec *rec)
{
	struct rec_in in;
	uint8_t format;

	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format != FORMAT && format != UNLISTED)
		return HUB_ECORRUPT;
	rec->unlisted = format == UNLISTED;
	rec->event = rec_str(&in);
	rec->account = rec_str(&in);
	rec->client = rec_str(&in);
	rec->source = rec_str(&in);
	rec->detail = rec_str(&in);
	rec->organization = rec->contact = rec->by = STR("");
	rec->born = 0;
	if (!rec->unlisted) {
		rec->organization = rec_str(&in);
		rec->contact = rec_str(&in);
		rec->by = rec_str(&in);
		rec->born = rec_u64(&in);
	}
	return rec_in_end(&in);
}
