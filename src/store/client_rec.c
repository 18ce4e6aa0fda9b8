#include "store/client_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 1
#define FLAG_ENABLED 1
#define FLAG_THIRD_PARTY 2
#define FLAG_BUILTIN 4

void
client_rec_put(struct buf *out, const struct client_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out,
	    (uint8_t)((rec->enabled ? FLAG_ENABLED : 0) |
		(rec->third_party ? FLAG_THIRD_PARTY : 0) |
		(rec->builtin ? FLAG_BUILTIN : 0)));
	rec_put_str(out, rec->name);
	rec_put_str(out, rec->scope);
	rec_put_str(out, rec->audience);
	rec_put_str(out, rec->origins);
}

int
client_rec_get(struct str bytes, struct client_rec *rec)
{
	struct rec_in in;
	uint8_t flags;

	rec_in_begin(&in, bytes);
	if (rec_u8(&in) != FORMAT)
		return HUB_ECORRUPT;
	flags = rec_u8(&in);
	rec->enabled = (flags & FLAG_ENABLED) != 0;
	rec->third_party = (flags & FLAG_THIRD_PARTY) != 0;
	rec->builtin = (flags & FLAG_BUILTIN) != 0;
	rec->name = rec_str(&in);
	rec->scope = rec_str(&in);
	rec->audience = rec_str(&in);
	rec->origins = rec_str(&in);
	return rec_in_end(&in);
}
