#include "endpoint/items.h"
#include "endpoint/routes.h"

/* GET /account/mine: the account of the token's user. */
void
account_mine(struct call *call)
{
	items_one(call, call->account.item, call->account.etag);
}
