#include "directory/employee.h"

#include <stdlib.h>
#include "base/json_in.h"
#include "directory/group.h"
#include "directory/render.h"
#include "directory/account.h"
#include "store/rec.h"
#include "store/rec_list.h"
#include "store/schema.h"

/* The member roles of the record; NULL if it has none. */
static int
read_roles(struct arena *arena, const struct account_rec *account,
    const struct json **roles)
{
	const struct json *record;
	int rc;

	*roles = NULL;
	rc = json_parse(arena, account->source, RENDER_MAX, &record, NULL);
	if (rc != 0)
		return rc == HUB_ENOMEM ? rc : HUB_ECORRUPT;
	*roles = json_get(record, "roles");
	return 0;
}

static bool
manages(const struct json *groups)
{
	for (const struct json *g = groups->child; g != NULL; g = g->next) {
		if (group_is_role(g->text))
			return true;
	}
	return false;
}

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

int
employee_of(struct arena *arena, const struct account_rec *account,
    struct employee *out)
{
	const struct json *roles;
	int rc;

	*out = (struct employee){ 0 };
	/* The groups of roles are among these. */
	if (!rec_list_has(account->groups, STR(GROUP_RELATIEBEHEERDER)) &&
	    !rec_list_has(account->groups, STR(GROUP_ORGANISATIEBEHEERDER)))
		return 0;
	rc = read_roles(arena, account, &roles);
	if (rc != 0 || roles == NULL)
		return rc;
	out->organizations =
	    arena_alloc(arena, (roles->count + 1) * sizeof(struct str));
	if (out->organizations == NULL)
		return HUB_ENOMEM;
	for (const struct json *r = roles->child; r != NULL; r = r->next) {
		if (manages(r))
			out->organizations[out->n++] = r->name;
	}
	qsort(out->organizations, out->n, sizeof(struct str), compare);
	return 0;
}

bool
employee_is_at(const struct employee *employee, struct str organization)
{
	for (size_t i = 0; i < employee->n; i++) {
		if (str_eq(employee->organizations[i], organization))
			return true;
	}
	return false;
}

/* Whether LIST is TEXT, and, where PAIRS, one more text, and nothing else. */
static bool
is_only(struct str list, struct str text, bool pairs)
{
	struct str first, second;

	return rec_list_next(&list, &first) && str_eq(first, text) &&
	    (!pairs || rec_list_next(&list, &second)) && list.n == 0;
}

int
employee_account_is_shared(struct arena *arena,
    const struct account_rec *account, struct str organization, bool *shared)
{
	const struct json *roles;
	int rc;

	*shared = true;
	if (!is_only(account->dossiers, organization, true) ||
	    !is_only(account->organizations, organization, false))
		return 0;
	rc = read_roles(arena, account, &roles);
	*shared = rc != 0 || (roles != NULL && roles->count > 0);
	return rc;
}

int
employee_roles(struct arena *arena, const struct account_rec *account,
    struct str organization, const struct json **out)
{
	const struct json *roles;
	int rc = read_roles(arena, account, &roles);

	*out = NULL;
	if (rc != 0 || roles == NULL)
		return rc;
	for (const struct json *r = roles->child; r != NULL; r = r->next) {
		if (str_eq(r->name, organization))
			*out = r;
	}
	return 0;
}

bool
employee_has_role(const struct json *roles, struct str group)
{
	for (const struct json *g = roles == NULL ? NULL : roles->child;
	     g != NULL; g = g->next) {
		if (str_eq(g->text, group))
			return true;
	}
	return false;
}

bool
employee_next(struct txn *txn, struct str organization, struct str after,
    struct account_rec *rec)
{
	struct str entry, value, employer, id;
	struct key prefix, from;
	struct cursor cursor;
	bool found;

	key_of(&prefix, organization);
	key_of(&from, organization);
	key_str(&from, after);
	txn_cursor(&cursor, txn, DIR_EMPLOYEE, &prefix, &from, true);
	found = txn_cursor_next(&cursor, &entry, &value);
	txn_cursor_close(&cursor);
	if (!found)
		return false;
	if (key_take_str(&entry, &employer) && key_take_str(&entry, &id) &&
	    account_get(txn, id, rec))
		return true;
	txn_fail(txn, HUB_ECORRUPT);
	return false;
}

int
employee_employers(
    struct arena *arena, const struct account_rec *account, struct str *list)
{
	const struct json *roles;
	struct buf buf;
	int rc = read_roles(arena, account, &roles);

	*list = STR("");
	if (rc != 0 || roles == NULL)
		return rc;
	buf_init_arena(&buf, arena, RENDER_MAX);
	for (const struct json *r = roles->child; r != NULL; r = r->next)
		rec_put_str(&buf, r->name);
	*list = buf_view(&buf);
	return buf_error(&buf);
}

/* Whether each of a list's texts is TEXT; of pairs the first of each. */
static bool
all_are(struct str list, struct str text, bool pairs)
{
	struct str one, other;

	while (rec_list_next(&list, &one)) {
		if (!str_eq(one, text) ||
		    (pairs && !rec_list_next(&list, &other)))
			return false;
	}
	return true;
}

int
employee_is_shared(struct arena *arena, const struct account_rec *account,
    struct str organization, bool *shared)
{
	struct str groups = account->groups, group;
	const struct json *roles;
	int rc = employee_roles(arena, account, organization, &roles);

	*shared = rc != 0 ||
	    !all_are(account->organizations, organization, false) ||
	    !all_are(account->dossiers, organization, true);
	while (rec_list_next(&groups, &group)) {
		if (!str_eq(group, STR(GROUP_CUSTOMER)) &&
		    !employee_has_role(roles, group))
			*shared = true;
	}
	return rc;
}
