#include "store/client_rec.h"

#include "base/err.h"
#include "store/rec.h"

#define FORMAT 2
#define FORMAT_SHORT 1 /* without what a sign-in needs */
#define FLAG_ENABLED 1
#define FLAG_THIRD_PARTY 2
#define FLAG_BUILTIN 4
#define FLAG_PUBLIC 8
#define FLAG_PKCE_OPTIONAL 16

void
client_rec_put(struct buf *out, const struct client_rec *rec)
{
	rec_put_u8(out, FORMAT);
	rec_put_u8(out,
	    (uint8_t)((rec->enabled ? FLAG_ENABLED : 0) |
		(rec->third_party ? FLAG_THIRD_PARTY : 0) |
		(rec->builtin ? FLAG_BUILTIN : 0) |
		(rec->public ? FLAG_PUBLIC : 0) |
		(rec->pkce_optional ? FLAG_PKCE_OPTIONAL : 0)));
	rec_put_str(out, rec->name);
	rec_put_str(out, rec->scope);
	rec_put_str(out, rec->audience);
	rec_put_str(out, rec->origins);
	rec_put_u8(out, rec->grants);
	rec_put_str(out, rec->redirect_uris);
	rec_put_str(out, rec->post_logout_uris);
	rec_put_str(out, rec->organization);
	rec_put_u64(out, (uint64_t)rec->free_from);
}

int
client_rec_get(struct str bytes, struct client_rec *rec)
{
	struct rec_in in;
	uint8_t format, flags;

	*rec = (struct client_rec){ 0 };
	rec_in_begin(&in, bytes);
	format = rec_u8(&in);
	if (format != FORMAT && format != FORMAT_SHORT)
		return HUB_ECORRUPT;
	flags = rec_u8(&in);
	rec->enabled = (flags & FLAG_ENABLED) != 0;
	rec->third_party = (flags & FLAG_THIRD_PARTY) != 0;
	rec->builtin = (flags & FLAG_BUILTIN) != 0;
	rec->public = (flags & FLAG_PUBLIC) != 0;
	rec->pkce_optional = (flags & FLAG_PKCE_OPTIONAL) != 0;
	rec->name = rec_str(&in);
	rec->scope = rec_str(&in);
	rec->audience = rec_str(&in);
	rec->origins = rec_str(&in);
	if (format == FORMAT_SHORT)
		return rec_in_end(&in);
	rec->grants = rec_u8(&in);
	rec->redirect_uris = rec_str(&in);
	rec->post_logout_uris = rec_str(&in);
	rec->organization = rec_str(&in);
	rec->free_from = (int64_t)rec_u64(&in);
	return rec_in_end(&in);
}
