#include "directory/account_dossier.h"

#include "directory/account_draft.h"
#include "directory/group.h"

struct draft {
	struct account_draft account;
	struct json *dossiers, *groups; /* within its root */
};

static int
begin(struct draft *d, struct txn *txn, struct str account)
{
	int rc = account_draft_begin(&d->account, txn, account);

	if (rc != 0)
		return rc;
	d->dossiers =
	    account_draft_member(&d->account, "dossiers", JSON_OBJECT);
	d->groups = account_draft_member(&d->account, "groupIds", JSON_ARRAY);
	return txn_error(txn);
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
	account_draft_own(&d.account, d.dossiers, organization);
	return account_draft_end(&d.account, NULL);
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
	account_draft_own(&d.account, d.dossiers, STR(""));
	account_draft_append(
	    &d.account, d.dossiers, JSON_STRING, organization, dossier);
	account_draft_own(&d.account, d.groups, STR(""));
	if (!has_element(d.groups, STR(GROUP_CUSTOMER)))
		account_draft_append(&d.account, d.groups, JSON_STRING,
		    STR_NONE, STR(GROUP_CUSTOMER));
	return account_draft_end(&d.account, why);
}
