#include "endpoint/items.h"

#include "http/etag.h"

void
items_one(struct call *call, struct str item, struct str etag)
{
	const struct str head = STR("{\"data\":{\"items\":["),
			 tail = STR("]}}");
	struct resp *resp = call->resp;
	struct buf body;

	if (call->req->if_none_match.n > 0 &&
	    etag_matches(call->req->if_none_match, etag)) {
		resp->status = 304;
		resp_header(resp, "ETag", etag);
		return;
	}
	buf_init_arena(&body, call->req->arena, RESP_BODY_MAX);
	/* All at once, so that the buffer takes its memory once. */
	if (buf_space(&body, head.n + item.n + tail.n) != NULL)
		body.n = 0;
	buf_str(&body, head);
	buf_str(&body, item);
	buf_str(&body, tail);
	if (buf_error(&body) != 0) {
		problem(call->req, resp, 500, NULL);
		return;
	}
	resp_body(resp, 200, "application/json", buf_view(&body));
	resp_header(resp, "ETag", etag);
}
