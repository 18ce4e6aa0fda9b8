/*
 * GET /contact/contacts/<id>/contracts: the contracts of a contact's dossier, as
 * its owner sees them, and .../contracts/<contract id>: one of them, whole.
 */
#include "directory/contract_walk.h"
#include "endpoint/employee.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"
#include "http/param.h"
#include "store/rec_list.h"

#define PAGE_MAX 1000

/* Of a page: what comes behind it is the next one's. */
#define PAGE_BYTES (1024 * 1024)

/* Of whom walks ask: one who has this dossier and nothing else. */
static struct account_rec
owner_of(struct call *call, const struct contact_rec *contact)
{
	struct buf dossiers;

	buf_init_arena(&dossiers, call->req->arena, 256);
	rec_put_str(&dossiers, contact->organization);
	rec_put_str(&dossiers, contact->dossier);
	return (struct account_rec){ .dossiers = buf_view(&dossiers) };
}

static bool
refuse(struct call *call, const char *detail)
{
	problem(call->req, call->resp, 400, detail);
	return false;
}

static bool
read_query(struct call *call, uint64_t *limit, struct key *position)
{
	struct param_list list;
	struct str text;

	param_read(call->req->arena, call->req->query, &list);
	if (list.bad)
		return refuse(call, "The query cannot be decoded.");
	if (param_is_twice(&list, "limit"))
		return refuse(call, "Parameter limit: stands twice.");
	if (param_is_twice(&list, "cursor"))
		return refuse(call, "Parameter cursor: stands twice.");
	text = param_get(&list, "limit");
	*limit = PAGE_MAX;
	if (text.p != NULL && (!str_u64(text, PAGE_MAX, limit) || *limit == 0))
		return refuse(
		    call, "Parameter limit: not a number from 1 to 1000.");
	text = param_get(&list, "cursor");
	key_begin(position);
	if (text.p != NULL && !contract_cursor_parse(text, position))
		return refuse(
		    call, "Parameter cursor: not one that the hub gave.");
	return true;
}

/* The items of a page; *MORE: others follow the position. */
static void
put_page(
    struct items *items, struct contract_walk *walk, uint64_t limit, bool *more)
{
	struct contract_line line;

	*more = false;
	for (uint64_t n = 0; contract_walk_next(walk, UINT64_MAX, &line); n++) {
		*more = n == limit ||
		    (n > 0 && items->body.n + line.item.n > PAGE_BYTES);
		if (*more) {
			contract_walk_back(walk);
			return;
		}
		items_add(items, line.item, line.etag);
	}
}

void
contact_contracts(struct call *call)
{
	const struct contract_filter any = { 0 };
	struct contract_walk walk;
	struct employee employee;
	struct contact_rec contact;
	struct account_rec owner;
	struct items items;
	struct key position;
	uint64_t limit;
	bool more;

	if (!employee_contact(call, &employee, &contact) ||
	    !read_query(call, &limit, &position))
		return;
	owner = owner_of(call, &contact);
	items_begin(&items, call);
	contract_walk_begin(&walk, call->txn, &owner, &any, &position);
	put_page(&items, &walk, limit, &more);
	contract_walk_end(&walk);
	if (more)
		items_end_with_cursor(
		    &items, contract_cursor_text(call->req->arena, &position));
	else
		items_end(&items);
}

void
contact_contract(struct call *call)
{
	struct employee employee;
	struct contact_rec contact;
	struct account_rec owner;
	struct contract_rec rec;
	struct str id;

	if (!employee_contact(call, &employee, &contact))
		return;
	owner = owner_of(call, &contact);
	id = call->req->param[1];
	if (str_is_id(id) && contract_is_listed(call->txn, &owner, id) &&
	    contract_get(call->txn, id, &rec) && contract_is_of(&rec, &owner))
		items_one(call, rec.item, rec.etag);
	else
		problem(call->req, call->resp, 404, NULL);
}
