#include "directory/organization.h"

#include "directory/client_public.h"
#include "directory/field.h"
#include "directory/render.h"
#include "store/schema.h"

static int
render_item(struct arena *arena, const struct organization *org,
    struct str type, struct str code, struct str name, struct str icon,
    struct str *item)
{
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	json_out_name(&j, "id");
	json_out_str(&j, org->id);
	json_out_name(&j, "type");
	json_out_str(&j, type);
	json_out_name(&j, "code");
	json_out_str(&j, code);
	json_out_name(&j, "name");
	json_out_str(&j, name);
	json_out_name(&j, "icon");
	json_out_str(&j, icon);
	json_out_object_end(&j);
	rc = json_out_end(&j);
	*item = buf_view(&buf);
	return rc;
}

int
organization_parse(struct arena *arena, const struct json *line, bool renders,
    struct organization *out, struct why *why)
{
	static const char *const left_out[] = { "type", NULL };
	struct organization_rec *rec = &out->rec;
	struct str type, code, name, icon;
	int rc;

	if ((rc = field_id(line, "id", &out->id, why)) != 0 ||
	    (rc = field_text(line, "organizationType", 64, &type, why)) != 0 ||
	    (rc = field_text(line, "code", 64, &code, why)) != 0 ||
	    (rc = field_text(line, "name", 400, &name, why)) != 0 ||
	    (rc = field_text_or_null(line, "icon", 400, &icon, why)) != 0)
		return rc;
	if (!renders)
		return 0;
	rc = render_item(arena, out, type, code, name, icon, &rec->item);
	if (rc == 0)
		rc = render_etag(arena, rec->item, &rec->etag);
	if (rc == 0)
		rc = render_without(arena, line, left_out, NULL, &rec->source);
	return render_result(rc, why);
}

void
organization_put(struct txn *txn, const struct organization *org)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	organization_rec_put(&bytes, &org->rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, org->id);
	txn_put(txn, DIR_ORGANIZATION, &key, buf_view(&bytes));
}

bool
organization_exists(struct txn *txn, struct str id)
{
	struct key key;

	key_of(&key, id);
	return txn_has(txn, DIR_ORGANIZATION, &key);
}

bool
organization_get(struct txn *txn, struct str id, struct organization_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, id);
	if (!txn_get(txn, DIR_ORGANIZATION, &key, &bytes))
		return false;
	rc = organization_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

bool
organization_in_use(struct txn *txn, struct str id)
{
	struct key key;

	key_of(&key, id);
	return txn_has_prefix(txn, DIR_MEMBER, &key) ||
	    txn_has_prefix(txn, DIR_CONTACT_DOSSIER, &key) ||
	    txn_has_prefix(txn, DIR_CONTRACT_LINE, &key) ||
	    client_names_organization(txn, id);
}

int
organization_delete(struct txn *txn, struct str id, struct why *why)
{
	struct key key;

	if (organization_in_use(txn, id))
		return why_set(why, HUB_ECONFLICT,
		    "/deleted: accounts, contacts, contracts or clients refer "
		    "to it");
	key_of(&key, id);
	txn_del(txn, DIR_ORGANIZATION, &key);
	return 0;
}
