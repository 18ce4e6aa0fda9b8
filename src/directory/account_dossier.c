#include "directory/account_dossier.h"

#include "directory/group.h"
#include "directory/render.h"

/*
 * A record that is changed: its members in a list of our own, so that what is
 * parsed stays as it is.
 */
struct draft {
	struct txn *txn;
	struct account_rec rec;
	struct json root;
	struct json *dossiers, *groups; /* within the root */
};

static struct json *
copy(struct txn *txn, const struct json *node)
{
	struct json *out = arena_alloc(txn_arena(txn), sizeof(*out));

	if (out == NULL)
		txn_fail(txn, HUB_ENOMEM);
	else
		*out = *node;
	return out;
}

/* Copies a list of members or elements but for the member LEFT_OUT. */
static void
copy_list(struct txn *txn, struct json *parent, struct str left_out)
{
	const struct json *from = parent->child;
	struct json **next = &parent->child;

	parent->count = 0;
	for (; from != NULL; from = from->next) {
		if (left_out.n > 0 && str_eq(from->name, left_out))
			continue;
		if ((*next = copy(txn, from)) == NULL)
			return;
		next = &(*next)->next;
		parent->count++;
	}
	*next = NULL;
}

static struct json *
append(struct txn *txn, struct json *parent, enum json_type type,
    struct str name, struct str text)
{
	const struct json new = { .type = type, .name = name, .text = text };
	struct json **next = &parent->child;

	while (*next != NULL)
		next = &(*next)->next;
	*next = copy(txn, &new);
	parent->count++;
	return *next;
}

/* The member of the root, made if it is missing. */
static struct json *
member(struct draft *d, const char *name, enum json_type type)
{
	for (struct json *m = d->root.child; m != NULL; m = m->next) {
		if (str_eq(m->name, str_of(name)))
			return m;
	}
	return append(d->txn, &d->root, type, str_of(name), STR_NONE);
}

static int
begin(struct draft *d, struct txn *txn, struct str account)
{
	const struct json *root;
	int rc;

	d->txn = txn;
	if (!account_get(txn, account, &d->rec))
		return HUB_ENOENT;
	rc = json_parse(txn_arena(txn), d->rec.source, RENDER_MAX, &root, NULL);
	if (rc != 0)
		return rc == HUB_ENOMEM ? rc : HUB_ECORRUPT;
	d->root = *root;
	copy_list(txn, &d->root, STR(""));
	d->dossiers = member(d, "dossiers", JSON_OBJECT);
	d->groups = member(d, "groupIds", JSON_ARRAY);
	return txn_error(txn);
}

static int
finish(struct draft *d, struct why *why)
{
	struct account account;
	int rc = txn_error(d->txn);

	if (rc == 0)
		rc = account_parse(
		    txn_arena(d->txn), &d->root, true, &account, why);
	return rc == 0 ? account_put(d->txn, &account, why) : rc;
}

int
account_dossier_drop(struct txn *txn, struct str account,
    struct str organization, struct str dossier)
{
	const struct json *found = NULL;
	struct draft d;
	int rc = begin(&d, txn, account);

	if (rc != 0)
		return rc;
	for (found = d.dossiers->child; found != NULL; found = found->next) {
		if (str_eq(found->name, organization) &&
		    str_eq(found->text, dossier))
			break;
	}
	if (found == NULL)
		return HUB_ENOENT;
	copy_list(txn, d.dossiers, organization);
	return finish(&d, NULL);
}

static bool
has_element(const struct json *array, struct str text)
{
	for (const struct json *e = array->child; e != NULL; e = e->next) {
		if (str_eq(e->text, text))
			return true;
	}
	return false;
}

int
account_dossier_add(struct txn *txn, struct str account,
    struct str organization, struct str dossier, struct why *why)
{
	struct draft d;
	int rc = begin(&d, txn, account);

	if (rc != 0)
		return why_set(why, rc, "account %.*s: %s", STR_ARG(account),
		    err_text(rc));
	for (const struct json *m = d.dossiers->child; m != NULL; m = m->next) {
		if (str_eq(m->name, organization))
			return why_set(why, HUB_EEXIST,
			    "account %.*s has dossier %.*s of organisation "
			    "%.*s already",
			    STR_ARG(account), STR_ARG(m->text),
			    STR_ARG(organization));
	}
	copy_list(txn, d.dossiers, STR(""));
	append(txn, d.dossiers, JSON_STRING, organization, dossier);
	copy_list(txn, d.groups, STR(""));
	if (!has_element(d.groups, STR(GROUP_CUSTOMER)))
		append(
		    txn, d.groups, JSON_STRING, STR_NONE, STR(GROUP_CUSTOMER));
	return finish(&d, why);
}
