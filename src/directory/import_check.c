/*
 * Plays the import through on paper: maps hold what the file has changed so
 * far, and stand before the directory when something is looked up.
 */
#include "directory/import_check.h"

#include <stdlib.h>
#include "base/map.h"
#include "directory/reference.h"
#include "directory/username.h"
#include "store/rec_list.h"

/* What the file says about an organisation or group: one byte in a map. */
enum {
	IS_DECLARED = 1,
	IS_DELETED = 2,
	IS_REFERRED = 4,
	IS_STORED = 8, /* in the directory when it was first referred to */
	IS_AGAIN = 16, /* has more than one line */
};

struct import_check {
	struct map *organizations;  /* id -> byte of the above */
	struct map *groups;         /* likewise */
	struct map *owners;         /* what accounts claim -> their id or "" */
	struct map *claims;         /* account id -> list of what it claims */
	struct map *contact_owners; /* dossier -> contact id or "" */
	struct map *contacts;       /* contact id -> contact_rec, no source */
};

void
import_check_free(struct import_check *c)
{
	if (c == NULL)
		return;
	map_free(c->organizations);
	map_free(c->groups);
	map_free(c->owners);
	map_free(c->claims);
	map_free(c->contact_owners);
	map_free(c->contacts);
	free(c);
}

struct import_check *
import_check_new(void)
{
	struct import_check *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->organizations = map_new();
	c->groups = map_new();
	c->owners = map_new();
	c->claims = map_new();
	c->contact_owners = map_new();
	c->contacts = map_new();
	if (c->organizations == NULL || c->groups == NULL ||
	    c->owners == NULL || c->claims == NULL ||
	    c->contact_owners == NULL || c->contacts == NULL) {
		import_check_free(c);
		return NULL;
	}
	return c;
}

static struct map *
named(struct import_check *c, enum record_kind kind)
{
	return kind == RECORD_GROUP ? c->groups : c->organizations;
}

static unsigned int
flags_of(struct import_check *c, enum record_kind kind, struct str id)
{
	struct str value;

	if (!map_get(named(c, kind), id, &value))
		return 0;
	return (unsigned char)value.p[0];
}

static int
set_flags(struct import_check *c, enum record_kind kind, struct str id,
    unsigned int flags)
{
	char byte = (char)flags;

	return map_put(named(c, kind), id, (struct str){ &byte, 1 })
	    ? 0
	    : HUB_ENOMEM;
}

static bool
is_stored(struct txn *txn, enum record_kind kind, struct str id)
{
	return kind == RECORD_GROUP ? group_exists(txn, id)
				    : organization_exists(txn, id);
}

struct look {
	struct import_check *check;
	struct txn *txn;
	bool settled;
};

static int
note_reference(void *ctx, enum record_kind kind, struct str id, struct why *why)
{
	struct look *look = ctx;
	unsigned int flags = flags_of(look->check, kind, id);
	unsigned int old = flags;

	(void)why;
	flags |= IS_REFERRED;
	if ((flags & (IS_DECLARED | IS_STORED)) == 0 &&
	    is_stored(look->txn, kind, id))
		flags |= IS_STORED;
	if ((flags & (IS_DECLARED | IS_STORED)) == 0)
		look->settled = false;
	return flags == old ? 0 : set_flags(look->check, kind, id, flags);
}

int
import_check_declare(struct import_check *c, struct txn *txn,
    const struct record *record, bool *settled)
{
	struct look look = { c, txn, true };
	unsigned int flags;
	int rc;

	*settled = false;
	if (record->kind == RECORD_ORGANIZATION ||
	    record->kind == RECORD_GROUP) {
		flags = flags_of(c, record->kind, record->id);
		if ((flags & (IS_DECLARED | IS_DELETED)) != 0)
			flags |= IS_AGAIN;
		flags |= record->deleted ? IS_DELETED : IS_DECLARED;
		*settled = !record->deleted;
		return set_flags(c, record->kind, record->id, flags);
	}
	rc = reference_walk(record, note_reference, &look, NULL);
	*settled = record->kind == RECORD_CONTRACT && look.settled;
	return rc != 0 ? rc : txn_error(txn);
}

static int
need_reference(void *ctx, enum record_kind kind, struct str id, struct why *why)
{
	const struct look *look = ctx;
	unsigned int flags = flags_of(look->check, kind, id);

	if ((flags & (IS_DECLARED | IS_STORED)) != 0)
		return 0;
	return why_set(why, HUB_EINVAL, "%s %.*s does not exist",
	    record_kind_name(kind), STR_ARG(id));
}

/* An organisation or group that goes must be nobody's, now and afterwards. */
static int
check_removal(struct import_check *c, struct txn *txn,
    const struct record *record, struct why *why)
{
	bool group = record->kind == RECORD_GROUP;
	unsigned int flags = flags_of(c, record->kind, record->id);

	if (!record->deleted)
		return 0;
	if ((flags & IS_AGAIN) != 0)
		return why_set(why, HUB_ECONFLICT,
		    "/deleted: the file has another line for it");
	if ((flags & IS_REFERRED) == 0 &&
	    !(group ? group_in_use(txn, record->id)
		    : organization_in_use(txn, record->id)))
		return 0;
	return why_set(why, HUB_ECONFLICT,
	    "/deleted: %s refer to it; delete them first, in an import of "
	    "its own",
	    group ? "accounts" : "accounts, contacts or contracts");
}

/* An organisation and a dossier number as one claim: no id holds a space. */
static struct str
dossier_claim(struct arena *arena, struct str organization, struct str dossier)
{
	return str_of(arena_printf(
	    arena, "%.*s %.*s", STR_ARG(organization), STR_ARG(dossier)));
}

/*
 * A username claims "name", a dossier "organisation number": no username
 * holds a space, so the two cannot meet.
 */
static int
list_claims(
    struct arena *arena, const struct account_rec *rec, struct str *claims)
{
	struct str list = rec->dossiers, organization, dossier;
	struct buf buf;

	buf_init_arena(&buf, arena, 1 << 20);
	rec_put_str(&buf, username_fold(arena, rec->name));
	while (rec_list_next(&list, &organization) &&
	    rec_list_next(&list, &dossier)) {
		struct str claim = dossier_claim(arena, organization, dossier);

		if (claim.p == NULL)
			return HUB_ENOMEM;
		rec_put_str(&buf, claim);
	}
	*claims = buf_view(&buf);
	return buf_error(&buf);
}

static void
split_claim(struct str claim, struct str *organization, struct str *dossier)
{
	str_split(&claim, ' ', organization);
	*dossier = claim;
}

/* Whose a claim is at this point of the file; "" if it is free. */
static struct str
owner_of(struct import_check *c, struct txn *txn, struct str claim)
{
	struct str owner, organization, dossier;
	struct account_rec rec;

	if (map_get(c->owners, claim, &owner))
		return owner;
	if (str_index(claim, ' ') < 0)
		return account_by_name(txn, claim, &rec) ? rec.id : STR("");
	split_claim(claim, &organization, &dossier);
	if (account_of_dossier(txn, organization, dossier, &owner))
		return owner;
	return STR("");
}

/* What the account claimed until now, in the file or in the directory. */
static int
old_claims(struct import_check *c, struct txn *txn, struct arena *arena,
    struct str id, struct str *claims)
{
	struct account_rec rec;

	if (map_get(c->claims, id, claims))
		return 0;
	*claims = STR("");
	if (!account_get(txn, id, &rec))
		return 0;
	return list_claims(arena, &rec, claims);
}

static int
set_owner(struct import_check *c, struct str claims, struct str owner)
{
	struct str claim;

	while (rec_list_next(&claims, &claim)) {
		if (!map_put(c->owners, claim, owner))
			return HUB_ENOMEM;
	}
	return 0;
}

static int
check_claims(struct import_check *c, struct txn *txn, struct str claims,
    struct str id, struct why *why)
{
	struct str claim, owner;

	while (rec_list_next(&claims, &claim)) {
		owner = owner_of(c, txn, claim);
		if (owner.n == 0 || str_eq(owner, id))
			continue;
		if (str_index(claim, ' ') < 0)
			return why_set(why, HUB_ECONFLICT,
			    "/name: is the username of account %.*s already",
			    STR_ARG(owner));
		return why_set(why, HUB_ECONFLICT,
		    "/dossiers/%.*s: belongs to account %.*s already",
		    (int)str_index(claim, ' '), claim.p, STR_ARG(owner));
	}
	return 0;
}

static int
check_account(struct import_check *c, struct txn *txn, struct arena *arena,
    const struct record *record, struct why *why)
{
	struct str old, new = STR("");
	int rc;

	if (!record->deleted &&
	    (rc = list_claims(arena, &record->as.account.rec, &new)) != 0)
		return rc;
	if ((rc = old_claims(c, txn, arena, record->id, &old)) != 0 ||
	    (rc = check_claims(c, txn, new, record->id, why)) != 0 ||
	    (rc = set_owner(c, old, STR(""))) != 0 ||
	    (rc = set_owner(c, new, record->id)) != 0)
		return rc;
	return map_put(c->claims, record->id, new) ? 0 : HUB_ENOMEM;
}

/* The contact as it is at this point of the file; absent is deleted too. */
static int
contact_now(struct import_check *c, struct txn *txn, struct str id,
    struct contact_rec *rec)
{
	struct str bytes;

	if (map_get(c->contacts, id, &bytes))
		return contact_rec_get(bytes, rec);
	if (!contact_find(txn, id, rec))
		*rec = (struct contact_rec){ .deleted = true };
	return 0;
}

static int
set_contact(struct import_check *c, struct arena *arena,
    const struct contact_rec *old, struct contact_rec *new)
{
	struct str claim;
	struct buf bytes;

	if (!old->deleted) {
		claim = dossier_claim(arena, old->organization, old->dossier);
		if (claim.p == NULL ||
		    !map_put(c->contact_owners, claim, STR("")))
			return HUB_ENOMEM;
	}
	if (!new->deleted) {
		claim = dossier_claim(arena, new->organization, new->dossier);
		if (claim.p == NULL ||
		    !map_put(c->contact_owners, claim, new->id))
			return HUB_ENOMEM;
	}
	new->source = STR("");
	buf_init_arena(&bytes, arena, 1024);
	contact_rec_put(&bytes, new);
	if (buf_error(&bytes) != 0)
		return buf_error(&bytes);
	return map_put(c->contacts, new->id, buf_view(&bytes)) ? 0 : HUB_ENOMEM;
}

/* A deletion waits until no account has the dossier. */
static int
check_contact_gone(struct import_check *c, struct txn *txn, struct arena *arena,
    const struct contact_rec *old, struct why *why)
{
	struct str claim, owner;

	if (old->deleted)
		return 0;
	claim = dossier_claim(arena, old->organization, old->dossier);
	if (claim.p == NULL)
		return HUB_ENOMEM;
	owner = owner_of(c, txn, claim);
	if (owner.n == 0)
		return 0;
	return why_set(why, HUB_ECONFLICT,
	    "/deleted: account %.*s has its dossier", STR_ARG(owner));
}

static int
check_contact_claim(struct import_check *c, struct txn *txn,
    struct arena *arena, const struct contact_rec *new, struct why *why)
{
	struct str claim, owner;

	claim = dossier_claim(arena, new->organization, new->dossier);
	if (claim.p == NULL)
		return HUB_ENOMEM;
	if (!map_get(c->contact_owners, claim, &owner) &&
	    !contact_of_dossier(txn, new->organization, new->dossier, &owner))
		owner = STR("");
	if (owner.n == 0 || str_eq(owner, new->id))
		return 0;
	return why_set(why, HUB_ECONFLICT,
	    "/dossierNumber: belongs to contact %.*s already", STR_ARG(owner));
}

static int
check_contact(struct import_check *c, struct txn *txn, struct arena *arena,
    const struct record *record, struct why *why)
{
	struct contact_rec new = { .deleted = true, .id = record->id }, old;
	struct version before, after;
	int rc = contact_now(c, txn, record->id, &old);

	if (rc != 0)
		return rc;
	before = (struct version){ old.versioned, old.version };
	if (version_is_older(record->version, before))
		return 0;
	if (!record->deleted)
		new = record->as.contact;
	after = version_after(record->version, before);
	new.versioned = after.given;
	new.version = after.number;
	rc = record->deleted ? check_contact_gone(c, txn, arena, &old, why)
			     : check_contact_claim(c, txn, arena, &new, why);
	return rc != 0 ? rc : set_contact(c, arena, &old, &new);
}

static int
check_kind(struct import_check *c, struct txn *txn, struct arena *arena,
    const struct record *record, struct why *why)
{
	switch (record->kind) {
	case RECORD_ORGANIZATION:
	case RECORD_GROUP:
		return check_removal(c, txn, record, why);
	case RECORD_CONTACT:
		return check_contact(c, txn, arena, record, why);
	case RECORD_ACCOUNT:
		return check_account(c, txn, arena, record, why);
	default:
		return 0;
	}
}

int
import_check_record(struct import_check *c, struct txn *txn,
    struct arena *arena, const struct record *record, struct why *why)
{
	struct look look = { c, txn, true };
	int rc = reference_walk(record, need_reference, &look, why);

	if (rc == 0)
		rc = check_kind(c, txn, arena, record, why);
	if (txn_error(txn) != 0)
		return why_set(
		    why, txn_error(txn), "%s", err_text(txn_error(txn)));
	if (rc != 0 && rc != HUB_EINVAL && rc != HUB_ECONFLICT)
		return why_set(why, rc, "%s", err_text(rc));
	return rc;
}
