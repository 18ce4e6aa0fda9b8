#include "directory/employee.h"

#include <stdlib.h>
#include "base/json_in.h"
#include "directory/group.h"
#include "directory/render.h"
#include "store/rec_list.h"

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
