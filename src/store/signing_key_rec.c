#include "store/signing_key_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT_PUBLIC 1
#define FORMAT_PRIVATE 2
#define FORMAT_FLAG 1 /* a flag in place of the time that it signs from */

void
public_key_rec_put(struct buf *out, const struct public_key_rec *rec)
{
	rec_put_u8(out, FORMAT_PUBLIC);
	rec_put_u64(out, (uint64_t)rec->created);
	rec_put_u64(out, (uint64_t)rec->ends);
	rec_put_str(out, rec->der);
}

int
public_key_rec_get(struct str bytes, struct public_key_rec *rec)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT_PUBLIC)
		return HUB_ECORRUPT;
	rec->created = (int64_t)rec_u64(&in);
	rec->ends = (int64_t)rec_u64(&in);
	rec->der = rec_str(&in);
	return rec_in_end(&in);
}

void
private_key_rec_put(struct buf *out, const struct private_key_rec *rec)
{
	rec_put_u8(out, FORMAT_PRIVATE);
	rec_put_u64(out, (uint64_t)rec->created);
	rec_put_u64(out, (uint64_t)rec->signs_from);
	rec_put_str(out, rec->der);
}

/* Such a key was the only one: it has signed since it was made. */
static bool
take_flag(struct rec_in *in, struct private_key_rec *rec)
{
	rec->signs_from = rec->created;
	return rec_u8(in) <= 1;
}

int
private_key_rec_get(struct str bytes, struct private_key_rec *rec)
{
	struct rec_in in;
	uint8_t format;
	bool good = true;

	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format != FORMAT_PRIVATE && format != FORMAT_FLAG)
		return HUB_ECORRUPT;
	rec->created = (int64_t)rec_u64(&in);
	if (format == FORMAT_FLAG)
		good = take_flag(&in, rec);
	else
		rec->signs_from = (int64_t)rec_u64(&in);
	rec->der = rec_str(&in);
	return good ? rec_in_end(&in) : HUB_ECORRUPT;
}
