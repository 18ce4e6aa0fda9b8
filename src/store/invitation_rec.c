#include "store/invitation_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
invitation_rec_put(struct buf *out, const struct invitation_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, rec->organization);
	rec_put_str(out, rec->dossier);
	rec_put_str(out, rec->account);
	rec_put_u64(out, rec->born);
	rec_put_str(out, rec->address);
	rec_put_str(out, rec->inviter);
	rec_put_u64(out, (uint64_t)rec->made);
	rec_put_u64(out, (uint64_t)rec->expires);
}

int
invitation_rec_get(struct str bytes, struct invitation_rec *rec)
{
	struct rec_in in;

	*rec = (struct invitation_rec){ 0 };
	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->organization = rec_str(&in);
	rec->dossier = rec_str(&in);
	rec->account = rec_str(&in);
	rec->born = rec_u64(&in);
	rec->address = rec_str(&in);
	rec->inviter = rec_str(&in);
	rec->made = (int64_t)rec_u64(&in);
	rec->expires = (int64_t)rec_u64(&in);
	return rec_in_end(&in);
}
