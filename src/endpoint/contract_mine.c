#include "directory/contract_walk.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"

/*
 * GET /contract/contracts/<id>/mine: one contract of the account's dossiers,
 * whole. One that is not there, another customer's, and an impossible id are
 * the same to the client, and cost the same: the record is fetched when it is
 * known whose it is.
 */
void
contract_mine(struct call *call)
{
	struct contract_rec rec;
	struct str id = call->req->param[0];

	if (!str_is_id(id) ||
	    !contract_is_listed(call->txn, &call->account, id) ||
	    !contract_get(call->txn, id, &rec) ||
	    !contract_is_of(&rec, &call->account)) {
		problem(call->req, call->resp, 404, NULL);
		return;
	}
	items_one(call, rec.item, rec.etag);
}
