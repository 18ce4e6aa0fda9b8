#include "store/mail_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 2
#define WITHOUT_BEGUN 1 /* the format before: when it was made */

void
mail_rec_put(struct buf *out, const struct mail_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out, rec->template);
	rec_put_u8(out, rec->language);
	rec_put_u8(out, rec->failed);
	rec_put_str(out, rec->account);
	rec_put_u64(out, rec->born);
	rec_put_str(out, rec->about);
	rec_put_u64(out, (uint64_t)rec->made);
	rec_put_u64(out, (uint64_t)rec->begun);
	rec_put_u64(out, (uint64_t)rec->due);
	rec_put_u64(out, rec->tries);
	rec_put_str(out, rec->fault);
}

int
mail_rec_get(struct str bytes, struct mail_rec *rec)
{
	struct rec_in in;
	uint64_t tries;
	uint8_t format, failed;
	int rc;

	*rec = (struct mail_rec){ 0 };
	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format != FORMAT && format != WITHOUT_BEGUN)
		return HUB_ECORRUPT;
	rec->template = rec_u8(&in);
	rec->language = rec_u8(&in);
	failed = rec_u8(&in);
	rec->account = rec_str(&in);
	rec->born = rec_u64(&in);
	rec->about = rec_str(&in);
	rec->made = (int64_t)rec_u64(&in);
	rec->begun = format == FORMAT ? (int64_t)rec_u64(&in) : rec->made;
	rec->due = (int64_t)rec_u64(&in);
	tries = rec_u64(&in);
	rec->fault = rec_str(&in);
	rc = rec_in_end(&in);
	if (rc != 0)
		return rc;
	if (rec->template >= MAIL_TEMPLATES ||
	    rec->language >= MAIL_LANGUAGES || failed > 1 || tries > UINT32_MAX)
		return HUB_ECORRUPT;
	rec->failed = failed == 1;
	rec->tries = (uint32_t)tries;
	return 0;
}
