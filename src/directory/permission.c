#include "directory/permission.h"

#include "directory/group.h"
#include "store/rec_list.h"

bool
permission_held(
    struct txn *txn, const struct account_rec *account, struct str permission)
{
	struct str groups = account->groups, id;
	struct group_rec group;

	while (rec_list_next(&groups, &id)) {
		if (group_get(txn, id, &group) &&
		    rec_list_has(group.permissions, permission))
			return true;
	}
	return false;
}
