#include "gateway/cgi.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"

#define ARENA_FIRST 32768

/* Of a long answer, which this process alone has to hold. */
#define WHOLE_MAX (64 * 1024 * 1024)

struct cgi {
	const struct cgi_spec *spec;
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct buf head, fields, piece, whole;
};

/* 0, or HUB_EEXPIRED when nothing has happened by UNTIL. */
static int
wait_for(int fd, short events, int64_t until)
{
	struct pollfd one = { .fd = fd, .events = events };
	int64_t left;
	int n;

	do {
		left = until - clock_mono_ms();
		if (left <= 0)
			return HUB_EEXPIRED;
		n = poll(&one, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (n == 0 || (n < 0 && errno == EINTR));
	return n < 0 ? HUB_EIO : 0;
}

/*
 * As many bytes as CONTENT_LENGTH says: the input need not end behind them
 * (RFC 3875 section 4.2). Without a length there is no body; one that is wrong
 * or over the limit is refused later, with nothing read.
 */
static int
read_body(struct cgi *c, struct why *why)
{
	const struct cgi_spec *spec = c->spec;
	int64_t until = clock_mono_ms() + spec->timeout_request;
	struct str *body = &c->req.body;
	uint64_t length;
	char *p;

	if (!str_u64(c->req.content_length, spec->limits.body, &length) ||
	    length == 0)
		return 0;
	p = arena_alloc(c->arena, length);
	if (p == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory for a body");
	body->p = p;
	while (body->n < length) {
		ssize_t n;

		if (wait_for(spec->in, POLLIN, until) != 0)
			return why_set(why, HUB_EEXPIRED,
			    "the request's body did not come in time");
		n = read(spec->in, p + body->n, length - body->n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return why_set(why, HUB_EIO,
			    "cannot read the request's body: %s",
			    strerror(errno));
		if (n == 0)
			break;
		body->n += (size_t)n;
	}
	return 0;
}

/*
 * Puts the pieces of a long answer together; HUB_E* if one is missing. The
 * header fields move out of the arena, of which the producer may use again
 * what stands behind the mark.
 */
static int
make_whole(struct cgi *c, struct resp *resp)
{
	enum resp_step step;

	buf_str(&c->fields, buf_view(&resp->headers));
	if (buf_error(&resp->headers) != 0)
		buf_fail(&c->fields, buf_error(&resp->headers));
	resp->headers = c->fields;
	buf_str(&c->whole, resp->body);
	do {
		step = gateway_produce(resp, &c->piece);
		if (step == RESP_BROKEN)
			return HUB_ESTORE;
		buf_str(&c->whole, buf_view(&c->piece));
	} while (step == RESP_MORE && buf_error(&c->whole) == 0);
	resp->body = buf_view(&c->whole);
	resp->produce = NULL;
	return buf_error(&c->whole);
}

static void
serve_whole(void *ctx, struct req *req, struct resp *resp)
{
	struct cgi *c = ctx;
	int rc;

	c->spec->app.serve(c->spec->app.ctx, req, resp);
	if (resp->produce == NULL || req->method == METHOD_HEAD)
		return;
	rc = make_whole(c, resp);
	if (rc != 0)
		buf_fail(&resp->headers, rc);
}

/*
 * After poll() has said so, a pipe or a socket takes PIPE_BUF bytes without a
 * wait, also one that is not in the non-blocking mode.
 */
static int
send_all(const struct cgi_spec *spec, struct str bytes, struct why *why)
{
	while (bytes.n > 0) {
		int64_t until = clock_mono_ms() + spec->timeout_write;
		ssize_t n;

		if (wait_for(spec->out, POLLOUT, until) != 0)
			return why_set(why, HUB_EEXPIRED,
			    "the web server does not take the answer");
		n = write(spec->out, bytes.p,
		    bytes.n < PIPE_BUF ? bytes.n : PIPE_BUF);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return why_set(why, HUB_EIO,
			    "cannot send the answer: %s", strerror(errno));
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return 0;
}

static int
run(struct cgi *c, struct why *why)
{
	const struct cgi_spec *spec = c->spec;
	const struct app whole = { serve_whole, c };
	int rc;

	req_begin(&c->req, c->arena);
	gateway_params(&c->req, spec->variables, spec->limits.headers);
	rc = read_body(c, why);
	if (rc != 0)
		return rc;
	gateway_answer(
	    &whole, &spec->limits, spec->counters, &c->req, &c->resp, &c->head);
	rc = send_all(spec, buf_view(&c->head), why);
	if (rc == 0)
		rc = send_all(spec, resp_payload(&c->resp), why);
	return rc;
}

int
cgi_run(const struct cgi_spec *spec, struct why *why)
{
	struct cgi c = { .spec = spec };
	int rc;

	buf_init(&c.head, GATEWAY_HEAD_MAX);
	buf_init(&c.fields, RESP_HEADERS_MAX);
	buf_init(&c.piece, RESP_BODY_MAX);
	buf_init(&c.whole, WHOLE_MAX);
	c.arena = arena_new(ARENA_FIRST, gateway_arena_max(&spec->limits));
	if (c.arena == NULL)
		return why_set(why, HUB_ENOMEM, "no memory for a request");
	rc = run(&c, why);
	arena_free(c.arena);
	buf_free(&c.head);
	buf_free(&c.fields);
	buf_free(&c.piece);
	buf_free(&c.whole);
	return rc;
}
