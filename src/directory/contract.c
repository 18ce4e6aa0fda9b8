#include "directory/contract.h"

#include "directory/field.h"
#include "directory/render.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* What is stored beside an item, of the longest texts that these may be. */
#define ENCODED_AROUND 320

/* Members that are the first of the item, in this order, or none of it. */
static const char *const listed_names[] = { "id", "dossierNumber", "format",
	"metadata", "status" };
static const char *const not_again[] = { "id", "dossierNumber", "format",
	"metadata", "status", "type", "version", "deleted", "organizationId",
	NULL };

#define LISTED (sizeof(listed_names) / sizeof(listed_names[0]))

/*
 * The item of the detail call: five members and whatever else came in. The
 * five alone, *LISTED bytes and a brace to close them, are the item of the list.
 */
static int
render_item(struct arena *arena, const struct json *line,
    const struct json *metadata, const struct contract *c, struct str *item,
    size_t *listed)
{
	struct json_out j;
	struct buf buf;
	int rc;

	buf_init_arena(&buf, arena, RENDER_MAX);
	json_out_begin(&j, &buf);
	json_out_object(&j);
	json_out_name(&j, "id");
	json_out_str(&j, c->rec.id);
	json_out_name(&j, "dossierNumber");
	json_out_str(&j, c->rec.dossier);
	json_out_name(&j, "format");
	json_out_str(&j, c->line.format);
	json_out_name(&j, "metadata");
	json_out_value(&j, metadata);
	json_out_name(&j, "status");
	json_out_str(&j, c->line.status);
	*listed = buf.n;
	for (const struct json *m = line->child; m != NULL; m = m->next) {
		if (!name_among(m->name, not_again))
			json_out_member(&j, m);
	}
	json_out_object_end(&j);
	rc = json_out_end(&j);
	*item = buf_view(&buf);
	return rc;
}

/* How long the item is of what is spelled as it is written out; or 0. */
static size_t
spelled_length(const struct json *line)
{
	size_t n = 2;

	for (const struct json *m = line->child; m != NULL; m = m->next) {
		if (m->spelled.n == 0)
			return 0;
		n += m->name.n + m->spelled.n + 4;
	}
	return n;
}

/* A name that stands before such a value needs no escape either. */
static void
put_spelled(struct buf *buf, const struct json *member)
{
	buf_byte(buf, buf->n == 0 ? '{' : ',');
	buf_byte(buf, '"');
	buf_str(buf, member->name);
	buf_put(buf, "\":", 2);
	buf_str(buf, member->spelled);
}

/* render_item() by copying, N bytes at most. */
static int
copy_item(struct arena *arena, const struct json *line, size_t n,
    struct str *item, size_t *listed)
{
	struct buf buf;

	buf_init_arena(&buf, arena, RENDER_MAX);
	buf_reserve(&buf, n);
	for (size_t i = 0; i < LISTED; i++)
		put_spelled(&buf, json_get(line, listed_names[i]));
	*listed = buf.n;
	for (const struct json *m = line->child; m != NULL; m = m->next) {
		if (!name_among(m->name, not_again))
			put_spelled(&buf, m);
	}
	buf_byte(&buf, '}');
	*item = buf_view(&buf);
	return buf_error(&buf);
}

/* The first N bytes of an item, as an object. */
static int
close_after(struct arena *arena, struct str item, size_t n, struct str *out)
{
	struct buf buf;

	buf_init_arena(&buf, arena, LIST_ITEM_MAX);
	buf_reserve(&buf, n + 1);
	buf_put(&buf, item.p, n);
	buf_byte(&buf, '}');
	*out = buf_view(&buf);
	return buf_error(&buf);
}

static int
render(struct arena *arena, const struct json *line,
    const struct json *metadata, struct contract *out, struct why *why)
{
	struct contract_rec *rec = &out->rec;
	struct contract_line *listed = &out->line;
	size_t n, length = spelled_length(line);
	int rc = length > 0
	    ? copy_item(arena, line, length, &rec->item, &n)
	    : render_item(arena, line, metadata, out, &rec->item, &n);

	if (rc == 0 && n >= LIST_ITEM_MAX)
		return why_set(why, HUB_EINVAL, "/metadata: longer than %d KiB",
		    LIST_ITEM_MAX / 1024);
	if (rc == 0)
		rc = render_etag(arena, rec->item, &rec->etag);
	if (rc == 0)
		rc = close_after(arena, rec->item, n, &listed->item);
	if (rc == 0)
		rc = render_etag(arena, listed->item, &listed->etag);
	if (rc != 0)
		return why_set(why, rc, "cannot be rendered: %s", err_text(rc));
	return 0;
}

int
contract_parse(struct arena *arena, const struct json *line, bool renders,
    struct contract *out, struct why *why)
{
	const struct json *metadata;
	struct version version;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = field_id(line, "id", &out->rec.id, why)) != 0 ||
	    (rc = version_parse(line, &version, why)) != 0 ||
	    (rc = field_id(
		 line, "organizationId", &out->rec.organization, why)) != 0 ||
	    (rc = field_dossier(
		 line, "dossierNumber", &out->rec.dossier, why)) != 0 ||
	    (rc = field_text(line, "format", 64, &out->line.format, why)) !=
		0 ||
	    (rc = field_text(line, "status", 64, &out->line.status, why)) !=
		0 ||
	    (rc = field_object(line, "metadata", &metadata, why)) != 0)
		return rc;
	if (metadata == NULL)
		return why_set(why, HUB_EINVAL, "/metadata: missing");
	out->rec.versioned = version.given;
	out->rec.version = version.number;
	return renders ? render(arena, line, metadata, out, why) : 0;
}

void
contract_line_key(
    struct key *key, struct str organization, struct str dossier, struct str id)
{
	key_begin(key);
	key_str(key, organization);
	key_str(key, dossier);
	key_str(key, id);
}

/* The record or the tombstone. */
static bool
get_any(struct txn *txn, struct str id, struct contract_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, id);
	if (!txn_get(txn, DIR_CONTRACT, &key, &bytes))
		return false;
	rc = contract_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

bool
contract_get(struct txn *txn, struct str id, struct contract_rec *rec)
{
	return get_any(txn, id, rec) && !rec->deleted;
}

static void
put_record(struct txn *txn, const struct contract_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	buf_reserve(&bytes, rec->item.n + ENCODED_AROUND);
	contract_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, rec->id);
	txn_put(txn, DIR_CONTRACT, &key, buf_view(&bytes));
}

static void
put_line(struct txn *txn, const struct contract *c)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	buf_reserve(&bytes, c->line.item.n + ENCODED_AROUND);
	contract_line_put(&bytes, &c->line);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	contract_line_key(&key, c->rec.organization, c->rec.dossier, c->rec.id);
	txn_put(txn, DIR_CONTRACT_LINE, &key, buf_view(&bytes));
}

static void
drop_line(struct txn *txn, const struct contract_rec *rec)
{
	struct key key;

	if (rec->deleted)
		return;
	contract_line_key(&key, rec->organization, rec->dossier, rec->id);
	txn_del(txn, DIR_CONTRACT_LINE, &key);
}

static struct version
version_of(const struct contract_rec *rec)
{
	return (struct version){ rec->versioned, rec->version };
}

static void
set_version(struct contract_rec *rec, struct version version)
{
	rec->versioned = version.given;
	rec->version = version.number;
}

bool
contract_put(struct txn *txn, const struct contract *contract)
{
	struct contract_rec rec = contract->rec, old;
	struct version new = version_of(&rec);

	if (get_any(txn, rec.id, &old)) {
		if (version_is_older(new, version_of(&old)))
			return false;
		set_version(&rec, version_after(new, version_of(&old)));
		drop_line(txn, &old);
	}
	put_record(txn, &rec);
	put_line(txn, contract);
	return true;
}

bool
contract_delete(struct txn *txn, struct str id, struct version version)
{
	struct contract_rec old = { .deleted = true };
	struct contract_rec tombstone = { .deleted = true, .id = id };
	struct key key;

	if (get_any(txn, id, &old)) {
		if (version_is_older(version, version_of(&old)))
			return false;
		drop_line(txn, &old);
		version = version_after(version, version_of(&old));
	}
	set_version(&tombstone, version);
	key_of(&key, id);
	if (version.given)
		put_record(txn, &tombstone);
	else
		txn_del(txn, DIR_CONTRACT, &key);
	return true;
}

bool
contract_is_of(
    const struct contract_rec *rec, const struct account_rec *account)
{
	struct str list = account->dossiers, organization, dossier;

	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier)) {
		if (str_eq(organization, rec->organization) &&
		    str_eq(dossier, rec->dossier))
			return true;
	}
	return false;
}
