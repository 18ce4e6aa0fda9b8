/*
 * GET /organization/organizations/<id>/audit: what the organisation's employees
 * did, and what was done about its dossiers and employees; for its
 * Organisatiebeheerders. As a table it goes out in pieces; for each the token and
 * the role are looked at again, and where they no longer hold the connection is
 * broken off, so that nobody takes the part for the whole.
 */
#include "directory/group.h"
#include "endpoint/colleague.h"
#include "endpoint/credential.h"
#include "endpoint/event_view.h"
#include "endpoint/routes.h"

/* Rows of a table; bytes of a piece, and events that one looks at. */
#define ROWS_MAX 100000
#define PIECE (64 * 1024)
#define LOOKED_MAX 500

struct table {
	struct call call; /* a copy: it outlives the endpoint */
	struct arena_mark mark;
	struct str organization;
	struct event_query query; /* moves along */
	uint64_t rows;
};

static bool
fits_all(void *ctx, const struct audit_rec *rec)
{
	(void)ctx;
	(void)rec;
	return true;
}

/* Appends rows; true when there are no more. */
static bool
fill(struct table *t, struct txn *vault, struct buf *piece)
{
	struct arena *arena = t->call.req->arena;
	const struct event_view view = { t->call.txn, arena, t->organization };
	const struct audit_subject subject = { AUDIT_ORGANIZATION,
		t->organization };
	struct arena_mark memory = arena_mark(arena);
	struct audit_list list;
	struct audit_rec rec;
	unsigned int looked = 0;
	struct csv csv;
	bool over = false;

	csv_begin(&csv, piece);
	audit_list_begin(&list, vault, &subject, 1,
	    t->query.begun ? &t->query.before : NULL);
	while (looked++ < LOOKED_MAX && piece->n < PIECE) {
		over = t->rows == ROWS_MAX ||
		    !audit_list_next(&list, &t->query.before, &rec) ||
		    t->query.before.time < t->query.since;
		if (over)
			break;
		t->query.begun = true;
		if (event_query_fits(&t->query, &rec)) {
			event_put_row(&view, &csv, &t->query.before, &rec);
			t->rows++;
		}
		arena_rewind(arena, memory);
	}
	audit_list_end(&list);
	return over;
}

/* Whether who asked may still ask. */
static bool
still_manages(struct table *t)
{
	const struct json *roles;

	return credential_holds(&t->call) &&
	    employee_roles(t->call.req->arena, &t->call.account,
		t->organization, &roles) == 0 &&
	    employee_has_role(roles, STR(GROUP_ORGANISATIEBEHEERDER));
}

static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct table *t = ctx;
	struct call *call = &t->call;
	bool good, over = false;
	struct txn *vault;
	int rc = 0;

	arena_rewind(call->req->arena, t->mark);
	call->txn =
	    store_read_begin(call->service->directory, call->req->arena);
	good =
	    service_refresh(call->service, call->txn) == 0 && still_manages(t);
	if (good) {
		vault =
		    store_read_begin(call->service->vault, call->req->arena);
		over = fill(t, vault, piece);
		rc = store_read_end(vault);
	}
	if (store_read_end(call->txn) != 0 || rc != 0 || !good ||
	    buf_error(piece) != 0)
		return RESP_BROKEN;
	return over ? RESP_DONE : RESP_MORE;
}

static void
answer_table(
    struct call *call, struct str organization, const struct event_query *query)
{
	struct arena *arena = call->req->arena;
	struct table *t = arena_zalloc(arena, sizeof(*t));
	struct buf titles;
	struct csv csv;

	buf_init_arena(&titles, arena, 256);
	csv_begin(&csv, &titles);
	event_put_titles(&csv);
	if (t == NULL || buf_error(&titles) != 0) {
		call_failed(call, HUB_ENOMEM);
		return;
	}
	t->call = *call;
	/* The cache of tokens may forget this one while the table goes out. */
	t->call.storage = *call->claims;
	t->call.claims = &t->call.storage;
	t->organization = organization;
	t->query = *query;
	t->mark = arena_mark(arena);
	resp_body(
	    call->resp, 200, "text/csv; charset=utf-8", buf_view(&titles));
	resp_header(call->resp, "Content-Disposition",
	    STR("attachment; filename=\"audit.csv\""));
	resp_produce(call->resp, produce, t, t->mark);
}

/* Whether a table is asked for; false in *GOOD: 400 stands in the resp. */
static bool
wants_table(struct call *call, const struct param_list *parameters, bool *good)
{
	struct str format = param_get(parameters, "format"), rest, range;
	bool csv = str_eq(format, STR("csv"));

	*good = format.p == NULL || csv || str_eq(format, STR("json"));
	if (!*good)
		problem(call->req, call->resp, 400,
		    "Parameter format: neither json nor csv.");
	if (format.p != NULL)
		return csv;
	rest = call->req->accept;
	return str_split(&rest, ',', &range) && str_split(&range, ';', &rest) &&
	    str_eq_nocase(str_trim(rest), STR("text/csv"));
}

void
organization_audit(struct call *call)
{
	struct param_list parameters;
	struct audit_subject subject = { .kind = AUDIT_ORGANIZATION };
	struct event_query query;
	bool good, table;

	param_read(call->req->arena, call->req->query, &parameters);
	if (!colleague_enter(call, true, &subject.id) ||
	    !event_query_read(call, &parameters, true, &query))
		return;
	table = wants_table(call, &parameters, &good);
	if (good && table)
		answer_table(call, subject.id, &query);
	else if (good)
		event_page(
		    call, &query, subject.id, &subject, 1, fits_all, NULL);
}
