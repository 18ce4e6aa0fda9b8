#include "store/signing_key_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1

void
public_key_rec_put(struct buf *out, const struct public_key_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u64(out, (uint64_t)rec->created);
	rec_put_u64(out, (uint64_t)rec->ends);
	rec_put_str(out, rec->der);
}

int
public_key_rec_get(struct str bytes, struct public_key_rec *rec)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->created = (int64_t)rec_u64(&in);
	rec->ends = (int64_t)rec_u64(&in);
	rec->der = rec_str(&in);
	return rec_in_end(&in);
}

void
private_key_rec_put(struct buf *out, const struct private_key_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u64(out, (uint64_t)rec->created);
	rec_put_u8(out, rec->signs);
	rec_put_str(out, rec->der);
}

int
private_key_rec_get(struct str bytes, struct private_key_rec *rec)
{
	struct rec_in in;
	uint8_t signs;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	rec->created = (int64_t)rec_u64(&in);
	signs = rec_u8(&in);
	rec->signs = signs == 1;
	rec->der = rec_str(&in);
	return signs > 1 ? HUB_ECORRUPT : rec_in_end(&in);
}
