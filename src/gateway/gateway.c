#include "gateway/gateway.h"

#include "base/err.h"
#include "base/log.h"

/* Beyond request and answer, whose buffers may have doubled on their way. */
#define ARENA_SPARE (2 * 1024 * 1024)

size_t
gateway_arena_max(const struct req_limits *limits)
{
	return 2 *
	    (limits->headers + limits->body + RESP_HEADERS_MAX +
		RESP_BODY_MAX) +
	    ARENA_SPARE;
}

/* As in FastCGI's section 3.4: a length takes one byte or four. */
static size_t
packed_size(struct str text)
{
	return text.n + (text.n < 0x80 ? 1 : 4);
}

void
gateway_params(struct req *req, char *const *variables, size_t limit)
{
	size_t left = limit;

	for (; *variables != NULL; variables++) {
		struct str name = str_of(*variables), value = STR_NONE;
		ptrdiff_t mark = str_index(name, '=');
		size_t size;

		if (mark < 0)
			continue;
		value.p = name.p + mark + 1;
		value.n = name.n - (size_t)mark - 1;
		name.n = (size_t)mark;
		size = packed_size(name) + packed_size(value);
		if (size > left) {
			req_refuse(req, 431);
			return;
		}
		left -= size;
		req_param(req, name, value);
	}
}

/* For an answer that went wrong when nothing else can be relied on. */
static void
put_failure(struct resp *resp, struct buf *head)
{
	resp->status = 500;
	resp->produce = NULL;
	resp->body =
	    STR("{\"type\":\"about:blank\",\"title\":\"Internal Server Error\","
		"\"status\":500}");
	buf_reset(head);
	buf_printf(head,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: application/problem+json\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    resp->body.n);
}

static void
count_answer(struct counters *counters, int status)
{
	count(&counters->requests);
	count(&counters
		   ->answers[status >= 100 && status < 600 ? status / 100 : 0]);
}

void
gateway_answer(const struct app *app, const struct req_limits *limits,
    struct counters *counters, struct req *req, struct resp *resp,
    struct buf *head)
{
	int rc;

	req_ready(req, limits);
	resp_begin(resp, req->arena);
	app->serve(app->ctx, req, resp);
	resp->head = req->method == METHOD_HEAD;
	buf_reset(head);
	rc = resp_head(resp, head);
	if (rc != 0) {
		log_err("request %.*s: no answer: %s", STR_ARG(req->id),
		    err_text(rc));
		put_failure(resp, head);
	}
	count_answer(counters, resp->status);
}

enum resp_step
gateway_produce(const struct resp *resp, struct buf *piece)
{
	enum resp_step step;

	buf_reset(piece);
	step = resp->produce(resp->produce_ctx, piece);
	return buf_error(piece) == 0 ? step : RESP_BROKEN;
}
