#include "directory/render.h"

#include "base/b64.h"
#include "base/secret.h"
#include "directory/field.h"

int
render_without(struct arena *arena, const struct json *record,
    const char *const *left_out, const struct json *more, struct str *out)
{
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	for (const struct json *m = record->child; m != NULL; m = m->next) {
		if (!name_among(m->name, left_out))
			json_out_member(&j, m);
	}
	if (more != NULL)
		json_out_member(&j, more);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	*out = buf_view(&buf);
	return rc;
}

int
render_etag(struct arena *arena, struct str item, struct str *etag)
{
	unsigned char digest[SHA256_LEN];
	struct buf buf;
	int rc = sha256(item, digest);

	buf_init_arena(&buf, arena, 64);
	buf_byte(&buf, '"');
	b64url_put(&buf, digest, 16);
	buf_byte(&buf, '"');
	*etag = buf_view(&buf);
	return rc != 0 ? rc : buf_error(&buf);
}

int
render_result(int rc, struct why *why)
{
	if (rc == HUB_ETOOBIG)
		return why_set(why, rc,
		    "too large: the API shows at most %d bytes of a record",
		    ITEM_MAX);
	if (rc != 0)
		return why_set(why, rc, "cannot be rendered: %s", err_text(rc));
	return 0;
}
