#include "directory/permission.h"

#include "directory/group.h"
#include "store/rec_list.h"

bool
permission_held(
    struct txn *txn, const struct account_rec *account, struct str permission)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct str groups = account->groups, id;
	struct group_rec group;
	bool held = false;

	while (!held && rec_list_next(&groups, &id)) {
		held = group_get(txn, id, &group) &&
		    rec_list_has(group.permissions, permission);
		arena_rewind(txn_arena(txn), mark);
	}
	return held;
}

void
permission_union_begin(struct permission_union *all, struct txn *txn,
    const struct account_rec *account)
{
	struct str groups = account->groups, id;
	struct group_rec group;
	size_t count = 0;

	while (rec_list_next(&groups, &id))
		count++;
	all->n = 0;
	all->lists =
	    arena_alloc(txn_arena(txn), (count + 1) * sizeof(*all->lists));
	if (all->lists == NULL) {
		txn_fail(txn, HUB_ETOOBIG);
		return;
	}
	groups = account->groups;
	while (rec_list_next(&groups, &id)) {
		if (group_get(txn, id, &group))
			all->lists[all->n++] = group.permissions;
	}
}

bool
permission_union_next(struct permission_union *all, struct str *name)
{
	struct str list, head;

	*name = STR_NONE;
	for (size_t i = 0; i < all->n; i++) {
		list = all->lists[i];
		if (rec_list_next(&list, &head) &&
		    (name->p == NULL || str_cmp(head, *name) < 0))
			*name = head;
	}
	if (name->p == NULL)
		return false;
	for (size_t i = 0; i < all->n; i++) {
		list = all->lists[i];
		if (rec_list_next(&list, &head) && str_eq(head, *name))
			all->lists[i] = list;
	}
	return true;
}
