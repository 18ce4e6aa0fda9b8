/*
 * GET /contract/contracts/mycontracts. A list of up to LIST_WHOLE bytes is
 * read in one look at the directory. A longer one begins with the items that
 * these bytes hold and goes on in pieces; for each the token, the account, its
 * epoch and the revocations are looked at again. If they no longer hold, or
 * the store fails, the connection is broken off, so that nobody takes the part
 * for the whole. Items are not kept in the request's memory once they are in
 * the body, and the body's memory serves the next list: to take and give back
 * that much for each costs more than the list.
 */
#include "base/b64.h"
#include "directory/contract_walk.h"
#include "directory/render.h"
#include "endpoint/credential.h"
#include "endpoint/items.h"
#include "endpoint/routes.h"
#include "http/form.h"

/* At most, with all that stands around the items. */
#define LIST_WHOLE (256 * 1024)
#define PIECE (64 * 1024)
#define NEXT_CURSOR ",\"nextCursor\":\""
#define PAGE_MAX 1000
/* Lines that a page or a piece looks at, whatever the filter leaves of them. */
#define LOOKED_MAX 10000

_Static_assert(LIST_ITEM_MAX + 1024 <= PIECE,
    "an item, its comma and the end behind it go into one piece");

struct listing {
	struct call call;       /* a copy: it outlives the endpoint */
	struct arena_mark mark; /* memory of the pieces, the first included */
	struct contract_filter filter;
	struct key position;
	uint64_t limit;   /* of a page; 0: the whole list */
	uint64_t given;   /* items so far */
	struct buf *tags; /* entity tags of the items; NULL: not needed */
};

/* The parameters that the list knows; each at most once. */
struct query {
	struct str limit, cursor, organization, status, format;
};

static bool
refuse(struct call *call, struct str name, const char *reason)
{
	problem(call->req, call->resp, 400,
	    arena_printf(call->req->arena, "Parameter %.*s: %s.", STR_ARG(name),
		reason));
	return false;
}

/* The parameter of that name; NULL for one that the list passes over. */
static struct str *
find_parameter(struct query *query, struct str name)
{
	const struct {
		const char *name;
		struct str *value;
	} known[] = {
		{ "limit", &query->limit },
		{ "cursor", &query->cursor },
		{ "organization", &query->organization },
		{ "status", &query->status },
		{ "format", &query->format },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (str_eq(name, str_of(known[i].name)))
			return known[i].value;
	}
	return NULL;
}

static bool
read_query(struct call *call, struct query *query)
{
	struct str rest = call->req->query, name = STR_NONE, value, *to;
	bool bad = false;

	while (form_next(call->req->arena, &rest, &name, &value, &bad)) {
		to = find_parameter(query, name);
		if (to == NULL)
			continue;
		if (to->p != NULL)
			return refuse(call, name, "stands twice");
		if (value.n == 0)
			return refuse(call, name, "is empty");
		*to = value;
	}
	if (!bad)
		return true;
	if (find_parameter(query, name) != NULL)
		return refuse(call, name, "cannot be decoded");
	problem(call->req, call->resp, 400,
	    "The query holds a bad percent escape.");
	return false;
}

static bool
read_parameters(struct call *call, struct listing *listing)
{
	struct query query = { 0 };

	if (!read_query(call, &query))
		return false;
	if (query.limit.p != NULL &&
	    (!str_u64(query.limit, PAGE_MAX, &listing->limit) ||
		listing->limit == 0))
		return refuse(
		    call, STR("limit"), "not a number from 1 to 1000");
	if (query.cursor.p != NULL && listing->limit == 0)
		return refuse(call, STR("cursor"), "needs limit beside it");
	if (query.cursor.p != NULL &&
	    !contract_cursor_parse(query.cursor, &listing->position))
		return refuse(call, STR("cursor"), "not one that the hub gave");
	if (query.organization.p != NULL && !str_is_id(query.organization))
		return refuse(call, STR("organization"), "not an id");
	listing->filter = (struct contract_filter){ query.organization,
		query.status, query.format };
	return true;
}

static void
put_item(struct listing *l, struct buf *out, const struct contract_line *line)
{
	if (l->given > 0)
		buf_byte(out, ',');
	buf_str(out, line->item);
	l->given++;
}

/* Whether anything lies behind the page; the position stays where it is. */
static bool
has_more(struct listing *l, const struct contract_walk *walk)
{
	struct contract_filter any = { .organization = l->filter.organization };
	struct key position = l->position;
	struct contract_walk ahead;
	struct contract_line line;
	bool more;

	contract_walk_begin(
	    &ahead, walk->txn, &l->call.account, &any, &position);
	more = contract_walk_next(&ahead, 1, &line);
	contract_walk_end(&ahead);
	return more;
}

/* What stands behind the last item; a next page is part of what is tagged. */
static void
put_end(struct listing *l, const struct contract_walk *walk, struct buf *out)
{
	struct str cursor;

	buf_byte(out, ']');
	if (l->limit > 0 && has_more(l, walk)) {
		cursor =
		    contract_cursor_text(txn_arena(walk->txn), &l->position);
		BUF_LIT(out, NEXT_CURSOR);
		buf_str(out, cursor);
		buf_byte(out, '"');
		if (l->tags != NULL)
			buf_str(l->tags, cursor);
	}
	BUF_LIT(out, "}}");
}

/* Whether the item goes in so that the end can still stand behind it. */
static bool
has_room(const struct listing *l, const struct buf *out, struct str item,
    size_t most)
{
	size_t need = item.n + sizeof(ITEMS_TAIL) - 1;

	if (l->given > 0)
		need++;
	if (l->limit > 0)
		need += sizeof(NEXT_CURSOR "\"") - 1 + B64URL_LEN(KEY_MAX);
	return need <= most - out->n;
}

/*
 * Appends whole items until OUT has no room for one more in MOST bytes, enough
 * lines have been looked at or the list or page is over; true when it is over
 * and its end is written.
 */
static bool
fill(struct listing *l, struct txn *txn, struct buf *out, size_t most)
{
	uint64_t given = l->given;
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct contract_walk walk;
	struct contract_line line;
	bool over = false, full = false;

	contract_walk_begin(
	    &walk, txn, &l->call.account, &l->filter, &l->position);
	while (!over && contract_walk_next(&walk, LOOKED_MAX, &line)) {
		full = !has_room(l, out, line.item, most);
		if (full) {
			contract_walk_back(&walk);
			break;
		}
		put_item(l, out, &line);
		if (l->tags != NULL)
			buf_str(l->tags, line.etag);
		arena_rewind(txn_arena(txn), mark);
		over = l->limit > 0 && l->given == l->limit;
	}
	contract_walk_end(&walk);
	/* No item is that long; to try it again and again would not end. */
	if (full && l->given == given)
		txn_fail(txn, HUB_ECORRUPT);
	/* A page may be short; a list without limit goes on in a new look. */
	if (walk.ended ||
	    (!full && l->limit > 0 && walk.looked_at >= LOOKED_MAX))
		over = true;
	if (over)
		put_end(l, &walk, out);
	return over;
}

/* One piece of a long list, in a look at the directory of its own. */
static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct listing *l = ctx;
	struct call *call = &l->call;
	bool good, over = false;

	arena_rewind(call->req->arena, l->mark);
	call->txn =
	    store_read_begin(call->service->directory, call->req->arena);
	good = service_refresh(call->service, call->txn) == 0 &&
	    credential_holds(call);
	if (good)
		over = fill(l, call->txn, piece, PIECE);
	if (store_read_end(call->txn) != 0 || !good || buf_error(piece) != 0)
		return RESP_BROKEN;
	return over ? RESP_DONE : RESP_MORE;
}

/* The rest of a list that has grown too long for one look. */
static void
stream_rest(struct listing *l, struct buf *body)
{
	struct call *call = &l->call;

	/* The cache of tokens may forget this one while the list goes out. */
	call->storage = *call->claims;
	call->claims = &call->storage;
	l->tags = NULL;
	resp_body(call->resp, 200, "application/json", buf_view(body));
	resp_produce(call->resp, produce, l, l->mark);
}

void
mycontracts(struct call *call)
{
	struct arena *arena = call->req->arena;
	struct listing *l = arena_zalloc(arena, sizeof(*l));
	struct buf *body = &call->service->list;

	if (l == NULL || !read_parameters(call, l))
		return;
	l->call = *call;
	l->mark = arena_mark(arena);
	l->tags = &call->service->tags;
	buf_reset(body);
	buf_reset(l->tags);
	BUF_LIT(body, ITEMS_HEAD);
	if (fill(l, call->txn, body, LIST_WHOLE)) {
		items_answer(call, body, l->tags);
		return;
	}
	if (buf_error(body) == 0)
		stream_rest(l, body);
	else
		problem(call->req, call->resp, 500, NULL);
}
