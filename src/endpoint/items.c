#include "endpoint/items.h"

#include "directory/render.h"
#include "http/etag.h"

#define TAGS_MAX (1024 * 1024)

/* 304 if the client has what ETAG names. */
static bool
client_has(struct call *call, struct str etag)
{
	if (call->req->if_none_match.n == 0 ||
	    !etag_matches(call->req->if_none_match, etag))
		return false;
	call->resp->status = 304;
	resp_header(call->resp, "ETag", etag);
	return true;
}

static void
answer(struct call *call, struct buf *body, struct str etag)
{
	if (buf_error(body) != 0) {
		problem(call->req, call->resp, 500, NULL);
		return;
	}
	resp_body(call->resp, 200, "application/json", buf_view(body));
	resp_header(call->resp, "ETag", etag);
}

void
items_one(struct call *call, struct str item, struct str etag)
{
	struct buf body;

	if (client_has(call, etag))
		return;
	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	/* All at once, so that the buffer takes its memory once. */
	if (buf_space(&body, sizeof(ITEMS_HEAD ITEMS_TAIL) - 1 + item.n) !=
	    NULL)
		body.n = 0;
	BUF_LIT(&body, ITEMS_HEAD);
	buf_str(&body, item);
	BUF_LIT(&body, ITEMS_TAIL);
	answer(call, &body, etag);
}

void
items_begin(struct items *items, struct call *call)
{
	items->call = call;
	items->any = false;
	buf_init_arena(&items->body, call->req->arena, RESP_BODY_MAX);
	buf_init_arena(&items->tags, call->req->arena, TAGS_MAX);
	BUF_LIT(&items->body, ITEMS_HEAD);
}

void
items_add(struct items *items, struct str item, struct str tag)
{
	if (items->any)
		buf_byte(&items->body, ',');
	buf_str(&items->body, item);
	buf_str(&items->tags, tag);
	/* Tags of different lengths must not run into each other. */
	buf_byte(&items->tags, '\n');
	items->any = true;
}

void
items_end(struct items *items)
{
	BUF_LIT(&items->body, ITEMS_TAIL);
	items_answer(items->call, &items->body, &items->tags);
}

void
items_end_with_cursor(struct items *items, struct str cursor)
{
	BUF_LIT(&items->body, "],\"nextCursor\":\"");
	buf_str(&items->body, cursor);
	BUF_LIT(&items->body, "\"}}");
	buf_str(&items->tags, cursor);
	items_answer(items->call, &items->body, &items->tags);
}

void
items_answer(struct call *call, struct buf *body, struct buf *tags)
{
	struct str etag;

	if (buf_error(tags) != 0 ||
	    render_etag(call->req->arena, buf_view(tags), &etag) != 0) {
		problem(call->req, call->resp, 500, NULL);
		return;
	}
	if (!client_has(call, etag))
		answer(call, body, etag);
}
