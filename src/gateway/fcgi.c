/*
 * FastCGI 1.0, the role of the responder. A record is a header of eight bytes,
 * content and padding; a request is BEGIN_REQUEST, a stream of PARAMS and a
 * stream of STDIN records, each stream closed by an empty record. Sections in
 * comments are those of the specification.
 */
#include "gateway/fcgi.h"

#include <fastcgi.h>
#include <stdio.h>
#include "gateway/gateway.h"

_Static_assert(sizeof((struct fcgi_in *)0)->header == FCGI_HEADER_LEN,
    "a record's header");

/* Content of a full STDOUT record: the most that keeps the next one aligned. */
#define STDOUT_MAX (FCGI_MAX_LENGTH & ~7)

static struct str
take(struct str *rest, size_t n)
{
	struct str part = { rest->p, n < rest->n ? n : rest->n };

	if (part.n > 0) {
		rest->p += part.n;
		rest->n -= part.n;
	}
	return part;
}

static uint16_t
get_u16(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void
put_header(struct buf *out, uint8_t type, uint16_t id, size_t length)
{
	const unsigned char header[FCGI_HEADER_LEN] = {
		FCGI_VERSION_1,
		type,
		(unsigned char)(id >> 8),
		(unsigned char)id,
		(unsigned char)(length >> 8),
		(unsigned char)length,
	};

	buf_put(out, header, sizeof(header));
}

static void
put_end(struct buf *out, uint16_t id, uint8_t protocol_status)
{
	FCGI_EndRequestBody body = { .protocolStatus = protocol_status };

	put_header(out, FCGI_END_REQUEST, id, sizeof(body));
	buf_put(out, &body, sizeof(body));
}

void
fcgi_put_stdout(
    struct buf *out, uint16_t id, struct str head, struct str payload)
{
	size_t left = head.n + payload.n;

	while (left > 0) {
		size_t n = left < STDOUT_MAX ? left : STDOUT_MAX;
		struct str part = take(&head, n);

		put_header(out, FCGI_STDOUT, id, n);
		buf_str(out, part);
		buf_str(out, take(&payload, n - part.n));
		left -= n;
	}
}

void
fcgi_put_end(struct buf *out, uint16_t id)
{
	put_header(out, FCGI_STDOUT, id, 0);
	put_end(out, id, FCGI_REQUEST_COMPLETE);
}

/* A length of one or four bytes (section 3.4). */
static bool
take_length(struct str *rest, size_t *n)
{
	const unsigned char *p = (const unsigned char *)rest->p;

	if (rest->n == 0)
		return false;
	if (p[0] < 0x80) {
		*n = p[0];
		take(rest, 1);
		return true;
	}
	if (rest->n < 4)
		return false;
	*n = (size_t)(p[0] & 0x7f) << 24 | (size_t)p[1] << 16 |
	    (size_t)p[2] << 8 | p[3];
	take(rest, 4);
	return true;
}

static bool
take_pair(struct str *rest, struct str *name, struct str *value)
{
	size_t name_n, value_n;

	if (!take_length(rest, &name_n) || !take_length(rest, &value_n))
		return false;
	/* Each against what is left: no sum that could wrap around. */
	if (name_n > rest->n || value_n > rest->n - name_n)
		return false;
	*name = take(rest, name_n);
	*value = take(rest, value_n);
	return true;
}

static void
put_pair(struct buf *out, struct str name, struct str value)
{
	buf_byte(out, (char)name.n);
	buf_byte(out, (char)value.n);
	buf_str(out, name);
	buf_str(out, value);
}

static bool
asks_for(struct str pairs, struct str wanted)
{
	struct str name, value;

	while (take_pair(&pairs, &name, &value)) {
		if (str_eq(name, wanted))
			return true;
	}
	return false;
}

/* FCGI_GET_VALUES (section 4.1): names that we do not know are left out. */
static void
put_values(struct fcgi_in *in)
{
	const struct str asked = { in->small, in->small_n };
	const struct {
		struct str name;
		unsigned int value;
	} known[] = {
		{ STR(FCGI_MAX_CONNS), in->connections },
		{ STR(FCGI_MAX_REQS), in->connections },
		{ STR(FCGI_MPXS_CONNS), 0 },
	};
	char text[128], number[16];
	struct buf pairs = { .p = text, .cap = 128, .max = 128 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!asks_for(asked, known[i].name))
			continue;
		snprintf(number, sizeof(number), "%u", known[i].value);
		put_pair(&pairs, known[i].name, str_of(number));
	}
	put_header(
	    in->out, FCGI_GET_VALUES_RESULT, FCGI_NULL_REQUEST_ID, pairs.n);
	buf_str(in->out, buf_view(&pairs));
}

static void
manage(struct fcgi_in *in)
{
	FCGI_UnknownTypeBody unknown = { .type = in->type };

	if (in->type == FCGI_GET_VALUES) {
		put_values(in);
		return;
	}
	put_header(
	    in->out, FCGI_UNKNOWN_TYPE, FCGI_NULL_REQUEST_ID, sizeof(unknown));
	buf_put(in->out, &unknown, sizeof(unknown));
}

void
fcgi_in_begin(struct fcgi_in *in, const struct req_limits *limits,
    unsigned int connections, struct arena *arena, struct buf *out)
{
	memset(in, 0, sizeof(*in));
	in->limits = limits;
	in->connections = connections;
	in->arena = arena;
	in->out = out;
}

void
fcgi_in_next(struct fcgi_in *in)
{
	in->active = false;
	arena_reset(in->arena);
}

bool
fcgi_in_idle(const struct fcgi_in *in)
{
	return !in->active && in->have == 0;
}

/* Whether the record belongs to the request under way. */
static bool
is_of_request(const struct fcgi_in *in)
{
	return in->active && in->record_id == in->id;
}

static enum fcgi_event
begin_request(struct fcgi_in *in)
{
	const unsigned char *body = (const unsigned char *)in->small;

	if (is_of_request(in))
		return FCGI_BROKEN;
	if (in->active) {
		put_end(in->out, in->record_id, FCGI_CANT_MPX_CONN);
		return FCGI_MORE;
	}
	in->keep = (body[2] & FCGI_KEEP_CONN) != 0;
	if (get_u16(body) != FCGI_RESPONDER) {
		put_end(in->out, in->record_id, FCGI_UNKNOWN_ROLE);
		return FCGI_ENDED;
	}
	in->active = true;
	in->params_done = false;
	in->id = in->record_id;
	in->refused = 0;
	in->swallowed = 0;
	buf_init_arena(&in->params, in->arena, in->limits->headers);
	buf_init_arena(&in->body, in->arena, in->limits->body);
	return FCGI_MORE;
}

/*
 * Keeps a piece of a stream, up to its limit. What is over it is read on, so
 * that the peer can finish sending and reads the answer.
 */
static enum fcgi_event
store(struct fcgi_in *in, struct buf *stream, int status, struct str piece)
{
	struct str fits = take(&piece, stream->max - stream->n);

	buf_str(stream, fits);
	if (buf_error(stream) != 0) {
		put_end(in->out, in->id, FCGI_OVERLOADED);
		in->keep = false;
		fcgi_in_next(in);
		return FCGI_ENDED;
	}
	if (piece.n == 0)
		return FCGI_MORE;
	if (in->refused == 0)
		in->refused = status;
	in->swallowed += piece.n;
	if (in->swallowed <= GATEWAY_SWALLOW_MAX)
		return FCGI_MORE;
	in->keep = false;
	return FCGI_REQUEST;
}

static enum fcgi_event
begin_record(struct fcgi_in *in)
{
	const unsigned char *h = in->header;

	if (h[0] != FCGI_VERSION_1)
		return FCGI_BROKEN;
	in->type = h[1];
	in->record_id = get_u16(h + 2);
	in->length = in->content = get_u16(h + 4);
	in->padding = h[6];
	in->small_n = 0;
	if (in->record_id == FCGI_NULL_REQUEST_ID)
		return FCGI_MORE;
	if (in->type == FCGI_BEGIN_REQUEST &&
	    in->length != sizeof(FCGI_BeginRequestBody))
		return FCGI_BROKEN;
	/* STDIN follows the end of PARAMS, and nothing else does. */
	if (is_of_request(in) &&
	    ((in->type == FCGI_PARAMS && in->params_done) ||
		(in->type == FCGI_STDIN && !in->params_done)))
		return FCGI_BROKEN;
	return FCGI_MORE;
}

static enum fcgi_event
take_content(struct fcgi_in *in, struct str piece)
{
	in->content -= piece.n;
	if (in->record_id == FCGI_NULL_REQUEST_ID ||
	    in->type == FCGI_BEGIN_REQUEST) {
		struct str fits = take(&piece, sizeof(in->small) - in->small_n);

		memcpy(in->small + in->small_n, fits.p, fits.n);
		in->small_n += fits.n;
		return FCGI_MORE;
	}
	if (is_of_request(in) && in->type == FCGI_PARAMS)
		return store(in, &in->params, 431, piece);
	if (is_of_request(in) && in->type == FCGI_STDIN)
		return store(in, &in->body, 413, piece);
	return FCGI_MORE;
}

static enum fcgi_event
end_record(struct fcgi_in *in)
{
	in->have = 0;
	if (in->record_id == FCGI_NULL_REQUEST_ID) {
		manage(in);
		return FCGI_MORE;
	}
	if (in->type == FCGI_BEGIN_REQUEST)
		return begin_request(in);
	if (!is_of_request(in))
		return FCGI_MORE;
	if (in->type == FCGI_ABORT_REQUEST) {
		put_end(in->out, in->id, FCGI_REQUEST_COMPLETE);
		fcgi_in_next(in);
		return FCGI_ENDED;
	}
	if (in->type == FCGI_PARAMS && in->length == 0)
		in->params_done = true;
	if (in->type == FCGI_STDIN && in->length == 0)
		return FCGI_REQUEST;
	return FCGI_MORE;
}

/* One step on: a piece of the header, of the content or of the padding. */
static enum fcgi_event
step(struct fcgi_in *in, struct str *input)
{
	enum fcgi_event event = FCGI_MORE;

	if (in->have < FCGI_HEADER_LEN) {
		struct str part = take(input, FCGI_HEADER_LEN - in->have);

		memcpy(in->header + in->have, part.p, part.n);
		in->have += (unsigned int)part.n;
		if (in->have == FCGI_HEADER_LEN)
			event = begin_record(in);
	} else if (in->content > 0) {
		event = take_content(in, take(input, in->content));
	} else {
		in->padding -= take(input, in->padding).n;
	}
	if (event != FCGI_MORE || in->have < FCGI_HEADER_LEN ||
	    in->content + in->padding > 0)
		return event;
	return end_record(in);
}

enum fcgi_event
fcgi_feed(struct fcgi_in *in, struct str *input)
{
	enum fcgi_event event = FCGI_MORE;

	while (event == FCGI_MORE && input->n > 0)
		event = step(in, input);
	return event;
}

void
fcgi_request(struct fcgi_in *in, struct req *req)
{
	struct str rest = buf_view(&in->params), name, value;

	if (in->refused != 0)
		req_refuse(req, in->refused);
	while (rest.n > 0) {
		/* Cut off at the limit, it has its status already. */
		if (!take_pair(&rest, &name, &value)) {
			req_refuse(req, 400);
			break;
		}
		req_param(req, name, value);
	}
	req->body = buf_view(&in->body);
}
