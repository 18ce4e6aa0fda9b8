/*
 * Plays the import through on paper: maps hold what the file has changed so
 * far, and stand before the directory when something is looked up.
 */
#include "directory/import_check.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/map.h"
#include "directory/username.h"
#include "store/rec_list.h"

struct import_check {
	struct map *organizations; /* id -> "" */
	struct map *groups;        /* id -> "" */
	struct map *owners;        /* what accounts claim -> account id or "" */
	struct map *claims;        /* account id -> list of what it claims */
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
	if (c->organizations == NULL || c->groups == NULL ||
	    c->owners == NULL || c->claims == NULL) {
		import_check_free(c);
		return NULL;
	}
	return c;
}

int
import_check_declare(struct import_check *c, const struct record *record)
{
	struct map *map = record->kind == RECORD_ORGANIZATION ? c->organizations
	    : record->kind == RECORD_GROUP                    ? c->groups
							      : NULL;

	if (map == NULL || record->deleted)
		return 0;
	return map_put(map, record->id, STR("")) ? 0 : HUB_ENOMEM;
}

static bool
is_known(struct import_check *c, struct txn *txn, enum record_kind kind,
    struct str id)
{
	bool group = kind == RECORD_GROUP;
	struct str value;

	if (map_get(group ? c->groups : c->organizations, id, &value))
		return true;
	return group ? group_exists(txn, id) : organization_exists(txn, id);
}

static int
need(struct import_check *c, struct txn *txn, enum record_kind kind,
    struct str id, struct why *why)
{
	if (is_known(c, txn, kind, id))
		return 0;
	return why_set(why, HUB_EINVAL, "%s %.*s does not exist",
	    record_kind_name(kind), STR_ARG(id));
}

/* The ids in an array that stands at POINTER, or is absent. */
static int
need_all(struct import_check *c, struct txn *txn, enum record_kind kind,
    const struct json *array, const char *pointer, struct why *why)
{
	const struct json *id = array == NULL ? NULL : array->child;
	int rc;

	for (size_t i = 0; id != NULL; id = id->next, i++) {
		if ((rc = need(c, txn, kind, id->text, why)) != 0) {
			why_prefix(why, "%s/%zu", pointer, i);
			return rc;
		}
	}
	return 0;
}

/* The organisations that are the names in the object NAME of LINE. */
static int
need_names(struct import_check *c, struct txn *txn, const struct json *line,
    const char *name, struct why *why)
{
	const struct json *object = json_get(line, name);
	const struct json *m = object == NULL ? NULL : object->child;
	int rc;

	for (; m != NULL; m = m->next) {
		rc = need(c, txn, RECORD_ORGANIZATION, m->name, why);
		if (rc != 0) {
			why_prefix(why, "/%s/%.*s", name, STR_ARG(m->name));
			return rc;
		}
	}
	return 0;
}

static int
check_references(struct import_check *c, struct txn *txn,
    const struct json *line, struct why *why)
{
	const struct json *roles = json_get(line, "roles");
	char pointer[96];
	int rc;

	if ((rc = need_names(c, txn, line, "dossiers", why)) != 0 ||
	    (rc = need_names(c, txn, line, "roles", why)) != 0 ||
	    (rc = need_all(c, txn, RECORD_ORGANIZATION,
		 json_get(line, "organizationIds"), "/organizationIds", why)) !=
		0 ||
	    (rc = need_all(c, txn, RECORD_GROUP, json_get(line, "groupIds"),
		 "/groupIds", why)) != 0)
		return rc;
	for (const struct json *r = roles == NULL ? NULL : roles->child;
	     r != NULL; r = r->next) {
		snprintf(
		    pointer, sizeof(pointer), "/roles/%.*s", STR_ARG(r->name));
		rc = need_all(c, txn, RECORD_GROUP, r, pointer, why);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/*
 * A username claims "name", a dossier "organisation number": no id holds a
 * space and no username one, so the two cannot meet.
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
		char *text = arena_printf(arena, "%.*s %.*s",
		    STR_ARG(organization), STR_ARG(dossier));

		if (text == NULL)
			return HUB_ENOMEM;
		rec_put_str(&buf, str_of(text));
	}
	*claims = buf_view(&buf);
	return buf_error(&buf);
}

/* Whose a claim is at this point of the file; "" if it is free. */
static struct str
owner_of(struct import_check *c, struct txn *txn, struct str claim)
{
	ptrdiff_t space = str_index(claim, ' ');
	struct account_rec rec;
	struct str owner;

	if (map_get(c->owners, claim, &owner))
		return owner;
	if (space < 0)
		return account_by_name(txn, claim, &rec) ? rec.id : STR("");
	if (account_of_dossier(txn, (struct str){ claim.p, (size_t)space },
		(struct str){
		    claim.p + space + 1, claim.n - (size_t)space - 1 },
		&owner))
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
check_claims(
    struct import_check *c, struct txn *txn, struct str claims, struct why *why)
{
	struct str claim, owner;

	while (rec_list_next(&claims, &claim)) {
		owner = owner_of(c, txn, claim);
		if (owner.n == 0)
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
	    ((rc = check_references(c, txn, record->as.account.line, why)) !=
		    0 ||
		(rc = list_claims(arena, &record->as.account.rec, &new)) != 0))
		return rc;
	if ((rc = old_claims(c, txn, arena, record->id, &old)) != 0 ||
	    (rc = set_owner(c, old, STR(""))) != 0 ||
	    (rc = check_claims(c, txn, new, why)) != 0 ||
	    (rc = set_owner(c, new, record->id)) != 0)
		return rc;
	return map_put(c->claims, record->id, new) ? 0 : HUB_ENOMEM;
}

int
import_check_record(struct import_check *c, struct txn *txn,
    struct arena *arena, const struct record *record, struct why *why)
{
	int rc = 0;

	if (record->kind == RECORD_ACCOUNT)
		rc = check_account(c, txn, arena, record, why);
	if (txn_error(txn) != 0)
		return why_set(
		    why, txn_error(txn), "%s", err_text(txn_error(txn)));
	if (rc != 0 && rc != HUB_EINVAL && rc != HUB_ECONFLICT)
		return why_set(why, rc, "%s", err_text(rc));
	return rc;
}
