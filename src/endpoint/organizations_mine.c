#include "directory/organization.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"
#include "store/rec_list.h"

/*
 * GET /organization/organizations/mine: where the account is a customer or an
 * employee, in the order of the ids.
 */
void
organizations_mine(struct call *call)
{
	struct str list = call->account.organizations, id;
	struct organization_rec rec;
	struct items items;

	items_begin(&items, call);
	while (rec_list_next(&list, &id)) {
		if (organization_get(call->txn, id, &rec))
			items_add(&items, rec.item, rec.etag);
	}
	items_end(&items);
}
