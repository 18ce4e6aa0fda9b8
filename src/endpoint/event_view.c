#include "endpoint/event_view.h"

#include <stddef.h>
#include "base/clock.h"
#include "directory/account.h"
#include "endpoint/address_part.h"
#include "store/rec_list.h"

#define PAGE_MAX 100
#define PAGE_DEFAULT 20

/* Events that a page looks at, whatever the query leaves of them. */
#define LOOKED_MAX 2000

/* A mark as a cursor: its time and number in hexadecimal digits. */
#define CURSOR_LEN 24

/* What a program shows and a person reads; p is NULL where there is nothing. */
struct shown {
	char time[CLOCK_TEXT];
	struct str event, account, username, by, source, contact, detail;
};

static struct str
or_none(struct str text)
{
	return text.n > 0 ? text : STR_NONE;
}

/* The account's name if the organisation knows it, else OTHERWISE. */
static struct str
name_of(const struct event_view *view, struct str id, struct str otherwise)
{
	struct account_rec rec;

	if (id.n == 0 || !account_get(view->directory, id, &rec) ||
	    !rec_list_has(rec.organizations, view->organization))
		return otherwise;
	return rec.name;
}

/* Programs of the hub's own are no addresses. */
static bool
is_program(struct str source)
{
	return str_starts(source, STR("hubctl")) ||
	    str_eq(source, STR("housekeeper"));
}

static struct str
by_of(const struct event_view *view, const struct audit_rec *rec)
{
	if (rec->by.n > 0)
		return name_of(view, rec->by, rec->by);
	if (str_starts(rec->source, STR("hubctl")))
		return STR("hubctl");
	if (is_program(rec->source))
		return rec->source;
	return or_none(rec->client);
}

/* Where its own employees work an organisation may know. */
static struct str
source_of(const struct event_view *view, const struct audit_rec *rec)
{
	bool own = str_eq(rec->organization, view->organization) &&
	    rec->by.n > 0 && !str_eq(rec->by, rec->account);

	if (rec->source.n == 0 || is_program(rec->source))
		return STR_NONE;
	return own ? rec->source : address_part(view->arena, rec->source);
}

static void
show(const struct event_view *view, const struct audit_mark *mark,
    const struct audit_rec *rec, struct shown *out)
{
	clock_text((int64_t)(mark->time / 1000000), out->time);
	out->event = rec->event;
	out->account = or_none(rec->account);
	out->username = name_of(view, rec->account, STR_NONE);
	out->by = by_of(view, rec);
	out->source = source_of(view, rec);
	out->contact = or_none(rec->contact);
	out->detail = or_none(rec->detail);
}

/* The members, in their order, after the time. */
static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{ "event", offsetof(struct shown, event) },
	{ "account", offsetof(struct shown, account) },
	{ "username", offsetof(struct shown, username) },
	{ "by", offsetof(struct shown, by) },
	{ "source", offsetof(struct shown, source) },
	{ "contact", offsetof(struct shown, contact) },
	{ "detail", offsetof(struct shown, detail) },
};

#define MEMBERS (sizeof(members) / sizeof(members[0]))

static struct str
member(const struct shown *shown, size_t i)
{
	const char *base = (const char *)shown;

	return *(const struct str *)(const void *)(base + members[i].offset);
}

void
event_put_json(const struct event_view *view, struct json_out *j,
    const struct audit_mark *mark, const struct audit_rec *rec)
{
	struct shown shown;

	show(view, mark, rec, &shown);
	json_out_object(j);
	json_out_name(j, "time");
	json_out_cstr(j, shown.time);
	for (size_t i = 0; i < MEMBERS; i++) {
		json_out_name(j, members[i].name);
		json_out_str(j, member(&shown, i));
	}
	json_out_object_end(j);
}

void
event_put_titles(struct csv *csv)
{
	csv_field(csv, STR("time"));
	for (size_t i = 0; i < MEMBERS; i++)
		csv_field(csv, str_of(members[i].name));
	csv_line_end(csv);
}

void
event_put_row(const struct event_view *view, struct csv *csv,
    const struct audit_mark *mark, const struct audit_rec *rec)
{
	struct shown shown;

	show(view, mark, rec, &shown);
	csv_field(csv, str_of(shown.time));
	for (size_t i = 0; i < MEMBERS; i++)
		csv_field(csv, member(&shown, i));
	csv_line_end(csv);
}

static bool
refuse(struct call *call, const char *name, const char *reason)
{
	problem(call->req, call->resp, 400,
	    arena_printf(call->req->arena, "Parameter %s: %s.", name, reason));
	return false;
}

static bool
read_hex(struct str text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		int digit = char_hex(text.p[i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (unsigned int)digit;
	}
	return true;
}

static bool
read_cursor(struct str text, struct audit_mark *mark)
{
	uint64_t number;

	if (text.n != CURSOR_LEN ||
	    !read_hex((struct str){ text.p, 16 }, &mark->time) ||
	    !read_hex((struct str){ text.p + 16, 8 }, &number))
		return false;
	mark->number = (uint32_t)number;
	return true;
}

struct str
event_cursor(struct arena *arena, const struct audit_mark *mark)
{
	return str_of(arena_printf(arena, "%016llx%08x",
	    (unsigned long long)mark->time, mark->number));
}

/* A moment as microseconds; absent, it stays as it is. */
static bool
read_moment(struct call *call, const struct param_list *list, const char *name,
    bool *given, uint64_t *out)
{
	struct str text = param_get(list, name);
	int64_t seconds;

	*given = text.p != NULL;
	if (!*given)
		return true;
	if (!clock_parse(text, &seconds) || seconds < 0)
		return refuse(call, name,
		    "neither a date like 2026-01-31 nor a moment like "
		    "2026-01-31T12:00:00Z");
	*out = (uint64_t)seconds * 1000000;
	return true;
}

static bool
read_filter(
    struct call *call, const struct param_list *list, struct event_query *out)
{
	bool given;

	if (!read_moment(call, list, "from", &given, &out->since) ||
	    !read_moment(call, list, "to", &out->begun, &out->before.time))
		return false;
	out->event = param_get(list, "event");
	if (out->event.p != NULL && !str_is_id(out->event))
		return refuse(call, "event", "not the name of an event");
	out->account = param_get(list, "account");
	if (out->account.p != NULL && !str_is_id(out->account))
		return refuse(call, "account", "not an id");
	return true;
}

bool
event_query_read(struct call *call, const struct param_list *list, bool all,
    struct event_query *out)
{
	static const char *const known[] = { "limit", "cursor", "from", "to",
		"event", "account", "format" };
	struct str text;

	*out = (struct event_query){ .limit = PAGE_DEFAULT };
	if (list->bad) {
		problem(
		    call->req, call->resp, 400, "The query cannot be decoded.");
		return false;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (param_is_twice(list, known[i]))
			return refuse(call, known[i], "stands twice");
	}
	if (all && !read_filter(call, list, out))
		return false;
	text = param_get(list, "limit");
	if (text.p != NULL &&
	    (!str_u64(text, PAGE_MAX, &out->limit) || out->limit == 0))
		return refuse(call, "limit", "not a number from 1 to 100");
	text = param_get(list, "cursor");
	if (text.p == NULL)
		return true;
	out->begun = true;
	return read_cursor(text, &out->before)
	    ? true
	    : refuse(call, "cursor", "not one that the hub gave");
}

bool
event_query_fits(const struct event_query *q, const struct audit_rec *rec)
{
	return (q->event.p == NULL || str_eq(rec->event, q->event)) &&
	    (q->account.p == NULL || str_eq(rec->account, q->account) ||
		str_eq(rec->by, q->account));
}

struct paging {
	const struct event_query *query;
	const struct audit_subject *subjects;
	unsigned int n;
	bool (*fits)(void *ctx, const struct audit_rec *rec);
	void *ctx;

	/* Results. */
	struct audit_mark last;
	bool more;
};

/* Of a vault's look; names come from the directory's. */
static void
put_events(struct paging *p, struct txn *vault, const struct event_view *view,
    struct json_out *j)
{
	const struct event_query *q = p->query;
	struct audit_mark mark;
	struct audit_list list;
	struct audit_rec rec;
	uint64_t given = 0;

	audit_list_begin(
	    &list, vault, p->subjects, p->n, q->begun ? &q->before : NULL);
	for (unsigned int looked = 0;; looked++) {
		struct arena_mark memory = arena_mark(view->arena);

		p->more =
		    audit_list_peek(&list, &mark) && mark.time >= q->since;
		if (!p->more || given == q->limit || looked == LOOKED_MAX ||
		    !audit_list_next(&list, &p->last, &rec))
			break;
		if (event_query_fits(q, &rec) && p->fits(p->ctx, &rec)) {
			event_put_json(view, j, &p->last, &rec);
			given++;
		}
		arena_rewind(view->arena, memory);
	}
	audit_list_end(&list);
}

void
event_page(struct call *call, const struct event_query *query,
    struct str organization, const struct audit_subject *subjects,
    unsigned int n, bool (*fits)(void *ctx, const struct audit_rec *rec),
    void *ctx)
{
	struct paging p = { query, subjects, n, fits, ctx, .more = false };
	struct event_view view = { call->txn, call->req->arena, organization };
	struct json_out j;
	struct txn *vault;
	struct buf body;
	int rc, end;

	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	/* All at once: what is taken beside it goes back with each event. */
	if (buf_space(&body, RESP_BODY_MAX) != NULL)
		body.n = 0;
	json_out_begin(&j, &body);
	json_out_object(&j);
	json_out_name(&j, "data");
	json_out_object(&j);
	json_out_name(&j, "items");
	json_out_array(&j);
	vault = store_read_begin(call->service->vault, call->req->arena);
	put_events(&p, vault, &view, &j);
	rc = store_read_end(vault);
	json_out_array_end(&j);
	if (p.more) {
		json_out_name(&j, "nextCursor");
		json_out_str(&j, event_cursor(call->req->arena, &p.last));
	}
	json_out_object_end(&j);
	json_out_object_end(&j);
	end = json_out_end(&j);
	if (rc == 0)
		rc = txn_error(call->txn);
	if (rc == 0)
		rc = end;
	if (rc != 0)
		call_failed(call, rc);
	else
		resp_body(call->resp, 200, "application/json", buf_view(&body));
}
