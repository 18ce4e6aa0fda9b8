#include "directory/account_role.h"

#include "directory/account_draft.h"
#include "directory/group.h"
#include "directory/organization.h"

static int
begin(struct account_draft *d, struct txn *txn, struct str account,
    struct json **roles, struct why *why)
{
	int rc = account_draft_begin(d, txn, account);

	if (rc != 0)
		return rc == HUB_ENOENT
		    ? why_set(
			  why, rc, "there is no account %.*s", STR_ARG(account))
		    : why_set(why, rc, "account %.*s: %s", STR_ARG(account),
			  err_text(rc));
	*roles = account_draft_member(d, "roles", JSON_OBJECT);
	return txn_error(txn);
}

static const struct json *
find(const struct json *parent, struct str name)
{
	const struct json *m = parent->child;

	while (m != NULL && !str_eq(m->name, name))
		m = m->next;
	return m;
}

static bool
has_element(const struct json *array, struct str text)
{
	const struct json *e = array == NULL ? NULL : array->child;

	while (e != NULL && !str_eq(e->text, text))
		e = e->next;
	return e != NULL;
}

/* The roles at the organisation again, without WITHOUT, as the last member. */
static struct json *
renew(struct account_draft *d, struct json *roles, struct str organization,
    const struct json *before, struct str without)
{
	const struct json *e = before == NULL ? NULL : before->child;
	struct json *now;

	account_draft_own(d, roles, organization);
	now =
	    account_draft_append(d, roles, JSON_ARRAY, organization, STR_NONE);
	for (; now != NULL && e != NULL; e = e->next) {
		if (!str_eq(e->text, without))
			account_draft_append(
			    d, now, JSON_STRING, STR_NONE, e->text);
	}
	return now;
}

/* A record that lists where it belongs lists a new place, too. */
static void
belong(struct account_draft *d, struct str organization)
{
	struct json *ids =
	    account_draft_member(d, "organizationIds", JSON_ARRAY);

	if (ids == NULL || has_element(ids, organization))
		return;
	account_draft_own(d, ids, STR(""));
	account_draft_append(d, ids, JSON_STRING, STR_NONE, organization);
}

/* Whether the group can be given; the account's roles go to *ROLES. */
static int
begin_to_give(struct account_draft *d, struct txn *txn, struct str account,
    struct str organization, struct str group, struct json **roles,
    struct why *why)
{
	int rc = begin(d, txn, account, roles, why);

	if (rc != 0)
		return rc;
	if (!organization_exists(txn, organization))
		return why_set(why, HUB_ENOENT, "there is no organisation %.*s",
		    STR_ARG(organization));
	if (!group_exists(txn, group))
		return why_set(
		    why, HUB_ENOENT, "there is no group %.*s", STR_ARG(group));
	if (has_element(find(*roles, organization), group))
		return why_set(why, HUB_EEXIST,
		    "account %.*s has group %.*s at organisation %.*s already",
		    STR_ARG(account), STR_ARG(group), STR_ARG(organization));
	return 0;
}

int
account_role_may_give(struct txn *txn, struct str account,
    struct str organization, struct str group, struct why *why)
{
	struct account_draft d;
	struct json *roles;

	return begin_to_give(
	    &d, txn, account, organization, group, &roles, why);
}

int
account_role_give(struct txn *txn, struct str account, struct str organization,
    struct str group, struct why *why)
{
	struct account_draft d;
	struct json *roles, *now;
	int rc =
	    begin_to_give(&d, txn, account, organization, group, &roles, why);

	if (rc != 0)
		return rc;
	now =
	    renew(&d, roles, organization, find(roles, organization), STR(""));
	if (now != NULL)
		account_draft_append(&d, now, JSON_STRING, STR_NONE, group);
	belong(&d, organization);
	return account_draft_end(&d, why);
}

int
account_role_take(struct txn *txn, struct str account, struct str organization,
    struct str group, struct why *why)
{
	const struct json *before;
	struct account_draft d;
	struct json *roles;
	int rc = begin(&d, txn, account, &roles, why);

	if (rc != 0)
		return rc;
	before = find(roles, organization);
	if (!has_element(before, group))
		return why_set(why, HUB_ENOENT,
		    "account %.*s does not have group %.*s at organisation "
		    "%.*s",
		    STR_ARG(account), STR_ARG(group), STR_ARG(organization));
	renew(&d, roles, organization, before, group);
	return account_draft_end(&d, why);
}
