#include "store/contract_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1
#define FLAG_DELETED 1
#define FLAG_VERSIONED 2

void
contract_rec_put(struct buf *out, const struct contract_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out,
	    (uint8_t)((rec->deleted ? FLAG_DELETED : 0) |
		(rec->versioned ? FLAG_VERSIONED : 0)));
	rec_put_u64(out, rec->version);
	rec_put_str(out, rec->id);
	rec_put_str(out, rec->organization);
	rec_put_str(out, rec->dossier);
	rec_put_str(out, rec->etag);
	rec_put_str(out, rec->item);
}

int
contract_rec_get(struct str bytes, struct contract_rec *rec)
{
	struct rec_in in;
	uint8_t flags;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	flags = rec_u8(&in);
	rec->deleted = (flags & FLAG_DELETED) != 0;
	rec->versioned = (flags & FLAG_VERSIONED) != 0;
	rec->version = rec_u64(&in);
	rec->id = rec_str(&in);
	rec->organization = rec_str(&in);
	rec->dossier = rec_str(&in);
	rec->etag = rec_str(&in);
	rec->item = rec_str(&in);
	return rec_in_end(&in);
}

void
contract_line_put(struct buf *out, const struct contract_line *line)
{
	rec_put_u8(out, FORMAT);
	rec_put_str(out, line->format);
	rec_put_str(out, line->status);
	rec_put_str(out, line->etag);
	rec_put_str(out, line->item);
}

int
contract_line_get(struct str bytes, struct contract_line *line)
{
	struct rec_in in;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	line->format = rec_str(&in);
	line->status = rec_str(&in);
	line->etag = rec_str(&in);
	line->item = rec_str(&in);
	return rec_in_end(&in);
}
