#include "directory/contact.h"

#include "directory/account.h"
#include "directory/contact_index.h"
#include "directory/field.h"
#include "directory/render.h"
#include "store/schema.h"

static int
check_texts(const struct json *line, struct why *why)
{
	static const char *const names[] = { "firstName", "middleName",
		"lastName", NULL };
	struct str text;
	int rc = field_text_or_null(line, "kind", 64, &text, why);

	for (size_t i = 0; rc == 0 && names[i] != NULL; i++)
		rc = field_text_or_null(line, names[i], 400, &text, why);
	if (rc == 0)
		rc = field_text_or_null(line, "email", 254, &text, why);
	return rc;
}

int
contact_parse(struct arena *arena, const struct json *line, bool renders,
    struct contact_rec *out, struct why *why)
{
	static const char *const left_out[] = { "type", "version", "deleted",
		NULL };
	struct version version;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = field_id(line, "id", &out->id, why)) != 0 ||
	    (rc = version_parse(line, &version, why)) != 0 ||
	    (rc = field_id(line, "organizationId", &out->organization, why)) !=
		0 ||
	    (rc = field_dossier(line, "dossierNumber", &out->dossier, why)) !=
		0 ||
	    (rc = check_texts(line, why)) != 0)
		return rc;
	out->versioned = version.given;
	out->version = version.number;
	if (!renders)
		return 0;
	rc = render_without(arena, line, left_out, NULL, &out->source);
	if (rc != 0)
		return why_set(why, rc, "cannot be rendered: %s", err_text(rc));
	return 0;
}

static void
dossier_key(struct key *key, struct str organization, struct str dossier)
{
	key_begin(key);
	key_str(key, organization);
	key_str(key, dossier);
}

bool
contact_of_dossier(struct txn *txn, struct str organization, struct str dossier,
    struct str *id)
{
	struct key key;

	dossier_key(&key, organization, dossier);
	return txn_get(txn, DIR_CONTACT_DOSSIER, &key, id);
}

bool
contact_find(struct txn *txn, struct str id, struct contact_rec *rec)
{
	struct str bytes;
	struct key key;
	int rc;

	key_of(&key, id);
	if (!txn_get(txn, DIR_CONTACT, &key, &bytes))
		return false;
	rc = contact_rec_get(bytes, rec);
	if (rc != 0)
		txn_fail(txn, rc);
	return rc == 0;
}

bool
contact_get(struct txn *txn, struct str id, struct contact_rec *rec)
{
	return contact_find(txn, id, rec) && !rec->deleted;
}

static void
put_record(struct txn *txn, const struct contact_rec *rec)
{
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(txn), RENDER_MAX * 2);
	contact_rec_put(&bytes, rec);
	if (buf_error(&bytes) != 0)
		txn_fail(txn, buf_error(&bytes));
	key_of(&key, rec->id);
	txn_put(txn, DIR_CONTACT, &key, buf_view(&bytes));
}

static void
drop_index(struct txn *txn, const struct contact_rec *rec)
{
	struct key key;

	if (rec->deleted)
		return;
	dossier_key(&key, rec->organization, rec->dossier);
	txn_del(txn, DIR_CONTACT_DOSSIER, &key);
	contact_index_drop(txn, rec);
}

static struct version
version_of(const struct contact_rec *rec)
{
	return (struct version){ rec->versioned, rec->version };
}

static void
set_version(struct contact_rec *rec, struct version version)
{
	rec->versioned = version.given;
	rec->version = version.number;
}

int
contact_put(struct txn *txn, const struct contact_rec *contact, bool *done,
    struct why *why)
{
	struct contact_rec rec = *contact, old;
	struct version new = version_of(&rec);
	struct str other;
	struct key key;

	*done = false;
	if (contact_find(txn, rec.id, &old)) {
		if (version_is_older(new, version_of(&old)))
			return 0;
		set_version(&rec, version_after(new, version_of(&old)));
		drop_index(txn, &old);
	}
	if (contact_of_dossier(txn, rec.organization, rec.dossier, &other))
		return why_set(why, HUB_ECONFLICT,
		    "/dossierNumber: belongs to contact %.*s already",
		    STR_ARG(other));
	put_record(txn, &rec);
	dossier_key(&key, rec.organization, rec.dossier);
	txn_put(txn, DIR_CONTACT_DOSSIER, &key, rec.id);
	contact_index_put(txn, &rec);
	*done = true;
	return 0;
}

int
contact_delete(struct txn *txn, struct str id, struct version version,
    bool *done, struct why *why)
{
	struct contact_rec old = { .deleted = true };
	struct contact_rec tombstone = { .deleted = true, .id = id };
	struct str account;
	struct key key;

	*done = false;
	if (contact_find(txn, id, &old)) {
		if (version_is_older(version, version_of(&old)))
			return 0;
		if (!old.deleted &&
		    account_of_dossier(
			txn, old.organization, old.dossier, &account))
			return why_set(why, HUB_ECONFLICT,
			    "/deleted: account %.*s has its dossier",
			    STR_ARG(account));
		drop_index(txn, &old);
		version = version_after(version, version_of(&old));
	}
	set_version(&tombstone, version);
	key_of(&key, id);
	if (version.given)
		put_record(txn, &tombstone);
	else
		txn_del(txn, DIR_CONTACT, &key);
	*done = true;
	return 0;
}
