/*
 * GET /contact/contacts: the contacts of an employee's organisations, found by
 * the beginnings of words.
 */
#include "directory/contact.h"
#include "directory/contact_search.h"
#include "endpoint/employee.h"
#include "endpoint/routes.h"
#include "http/form.h"

#define PAGE_MAX 100
#define PAGE_DEFAULT 20

struct parameters {
	struct str search, organization, limit, cursor;
};

static bool
refuse(struct call *call, const char *name, const char *reason)
{
	problem(call->req, call->resp, 400,
	    arena_printf(call->req->arena, "Parameter %s: %s.", name, reason));
	return false;
}

static bool
read_query(struct call *call, struct parameters *p)
{
	const struct {
		const char *name;
		struct str *value;
	} known[] = {
		{ "search", &p->search },
		{ "organization", &p->organization },
		{ "limit", &p->limit },
		{ "cursor", &p->cursor },
	};
	struct str rest = call->req->query, name = STR_NONE, value;
	bool bad = false;

	while (form_next(call->req->arena, &rest, &name, &value, &bad) || bad) {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!str_eq(name, str_of(known[i].name)))
				continue;
			if (bad)
				return refuse(
				    call, known[i].name, "cannot be decoded");
			if (known[i].value->p != NULL)
				return refuse(
				    call, known[i].name, "stands twice");
			*known[i].value = value;
		}
		if (bad) {
			problem(call->req, call->resp, 400,
			    "The query holds a bad percent escape.");
			return false;
		}
	}
	return true;
}

struct listing {
	struct contact_query query;
	struct contact_search search;
};

/* One of the employee's organisations, or none of them. */
static void
narrow(struct listing *l, const struct employee *employee,
    const struct str *organization)
{
	l->search.organizations = employee->organizations;
	l->search.organization_count = employee->n;
	if (organization->n == 0)
		return;
	l->search.organizations = organization;
	l->search.organization_count = employee_is_at(employee, *organization);
}

static bool
read_parameters(struct call *call, const struct employee *employee,
    struct parameters *p, struct listing *l)
{
	uint64_t limit = PAGE_DEFAULT;

	if (!read_query(call, p))
		return false;
	if (!contact_query_parse(call->req->arena, p->search, &l->query))
		return refuse(call, "search", "not UTF-8 of at most 200 bytes");
	if (p->limit.p != NULL &&
	    (!str_u64(p->limit, PAGE_MAX, &limit) || limit == 0))
		return refuse(call, "limit", "not a number from 1 to 100");
	if (p->organization.p != NULL && !str_is_id(p->organization))
		return refuse(call, "organization", "not an id");
	if (p->cursor.p != NULL &&
	    !contact_place_parse(&l->query, p->cursor, &l->search.place))
		return refuse(call, "cursor",
		    "not one that the hub gave for this search");
	l->search.query = &l->query;
	l->search.most = limit;
	narrow(l, employee, &p->organization);
	return true;
}

/* The items in a look at the vault, which knows how accounts stand. */
static int
put_items(struct call *call, const struct contact_search *s, struct json_out *j)
{
	struct txn *vault =
	    store_read_begin(call->service->vault, call->req->arena);
	struct contact_account account;
	struct contact_rec contact;
	int end;

	for (size_t i = 0; i < s->n; i++) {
		struct arena_mark mark = arena_mark(call->req->arena);

		/* The index leads to it in the same look. */
		if (!contact_get(call->txn, s->ids[i], &contact)) {
			txn_fail(call->txn, HUB_ECORRUPT);
			break;
		}
		contact_account_get(call, vault, &contact, &account);
		contact_put_listed(call, j, &contact, &account);
		arena_rewind(call->req->arena, mark);
	}
	end = store_read_end(vault);
	return txn_error(call->txn) != 0 ? txn_error(call->txn) : end;
}

static int
render(struct call *call, const struct contact_search *s, struct buf *body)
{
	struct json_out j;
	int rc, end;

	json_out_begin(&j, body);
	json_out_object(&j);
	json_out_name(&j, "data");
	json_out_object(&j);
	json_out_name(&j, "items");
	json_out_array(&j);
	rc = put_items(call, s, &j);
	json_out_array_end(&j);
	if (s->more) {
		json_out_name(&j, "nextCursor");
		json_out_str(
		    &j, contact_place_text(call->req->arena, &s->place));
	}
	json_out_object_end(&j);
	json_out_object_end(&j);
	end = json_out_end(&j);
	return rc != 0 ? rc : end;
}

void
contacts(struct call *call)
{
	struct parameters parameters = { 0 };
	struct employee employee;
	struct listing *l = arena_zalloc(call->req->arena, sizeof(*l));
	struct buf body;
	int rc;

	if (l == NULL || !employee_enter(call, &employee) ||
	    !read_parameters(call, &employee, &parameters, l))
		return;
	contact_search(call->txn, &l->search);
	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	/* All at once: what is taken beside it goes back with each item. */
	if (buf_space(&body, RESP_BODY_MAX) != NULL)
		body.n = 0;
	rc = txn_error(call->txn);
	if (rc == 0)
		rc = render(call, &l->search, &body);
	if (rc != 0)
		call_failed(call, rc);
	else
		resp_body(call->resp, 200, "application/json", buf_view(&body));
}
