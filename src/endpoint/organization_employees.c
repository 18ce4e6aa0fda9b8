/*
 * GET /organization/organizations/<id>/employees: who works there, for who does
 * so too, and .../employees/<account>: one of them.
 */
#include "endpoint/colleague.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"
#include "http/param.h"

#define PAGE_MAX 100
#define PAGE_DEFAULT 50

struct page {
	struct str organization;
	uint64_t limit;
	struct str after; /* account id; "": from the first */
};

static bool
refuse(struct call *call, const char *detail)
{
	problem(call->req, call->resp, 400, detail);
	return false;
}

static bool
read_query(struct call *call, struct page *page)
{
	struct param_list list;
	struct str text;

	param_read(call->req->arena, call->req->query, &list);
	if (list.bad)
		return refuse(call, "The query cannot be decoded.");
	if (param_is_twice(&list, "limit") || param_is_twice(&list, "cursor"))
		return refuse(call, "A parameter stands twice.");
	page->limit = PAGE_DEFAULT;
	text = param_get(&list, "limit");
	if (text.p != NULL &&
	    (!str_u64(text, PAGE_MAX, &page->limit) || page->limit == 0))
		return refuse(
		    call, "Parameter limit: not a number from 1 to 100.");
	page->after = param_get(&list, "cursor");
	if (page->after.p == NULL)
		page->after = STR("");
	else if (!str_is_id(page->after))
		return refuse(
		    call, "Parameter cursor: not one that the hub gave.");
	return true;
}

/* True: another page follows. */
static bool
put_page(struct call *call, struct txn *vault, struct page *page,
    struct items *items)
{
	struct colleague c;

	for (uint64_t n = 0;; n++) {
		c = (struct colleague){ 0 };
		if (!employee_next(call->txn, page->organization, page->after,
			&c.account.rec))
			return false;
		if (n == page->limit)
			return true;
		page->after = c.account.rec.id;
		colleague_get(call, vault, page->organization, &c);
		if (txn_error(call->txn) != 0)
			return false;
		items_add(items, c.text, c.etag);
	}
}

void
organization_employees(struct call *call)
{
	struct items items;
	struct txn *vault;
	struct page page;
	bool more;
	int rc;

	if (!colleague_enter(call, false, &page.organization) ||
	    !read_query(call, &page))
		return;
	items_begin(&items, call);
	vault = store_read_begin(call->service->vault, call->req->arena);
	more = put_page(call, vault, &page, &items);
	rc = store_read_end(vault);
	if (rc == 0)
		rc = txn_error(call->txn);
	if (rc != 0)
		call_failed(call, rc);
	else if (more)
		items_end_with_cursor(&items, page.after);
	else
		items_end(&items);
}

void
organization_employee(struct call *call)
{
	struct str organization;
	struct colleague c;

	if (colleague_enter(call, false, &organization) &&
	    colleague_find(call, organization, call->req->param[1], &c))
		items_one(call, c.text, c.etag);
}
