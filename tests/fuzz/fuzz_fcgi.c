/* Covers: gateway/fcgi.c */
/*
 * All that a web server may send on one connection. The first four bytes give
 * the limits of a request and the sizes of the pieces in which the rest
 * arrives; whatever they are, the same requests must come out of it.
 */
#include "fuzz.h"

#include <fastcgi.h>
#include <string.h>
#include "gateway/fcgi.h"

#define HEAD 4
#define TEXT_MAX (256 * 1024)
#define PAYLOAD_MAX (3 * 65535)

/* What one way of reading has given. */
struct reading {
	struct req_limits limits;
	struct arena *arena;
	struct fcgi_in in;
	struct buf out;
	struct buf seen; /* the events, and the requests in words */
};

static uint16_t
get_u16(const char *p)
{
	return (uint16_t)((unsigned char)p[0] << 8 | (unsigned char)p[1]);
}

static void
begin(struct reading *r, const uint8_t *head)
{
	r->limits.uri = 128;
	r->limits.headers = 64U << (head[0] % 8);
	r->limits.body = 16U << (head[1] % 8);
	r->arena = arena_new(16384, 4 * 1024 * 1024);
	FUZZ_HOLDS(r->arena != NULL);
	buf_init(&r->out, 8 * TEXT_MAX);
	buf_init(&r->seen, 8 * TEXT_MAX);
	fcgi_in_begin(&r->in, &r->limits, 7, r->arena, &r->out);
}

static void
end(struct reading *r)
{
	buf_free(&r->seen);
	buf_free(&r->out);
	arena_free(r->arena);
}

static void
check_within_limits(const struct reading *r)
{
	FUZZ_HOLDS(buf_error(&r->out) == 0);
	if (!r->in.active)
		return;
	FUZZ_HOLDS(r->in.params.n <= r->limits.headers);
	FUZZ_HOLDS(r->in.body.n <= r->limits.body);
}

static void
tell(struct reading *r, struct str text)
{
	buf_u64(&r->seen, text.n);
	buf_byte(&r->seen, ':');
	buf_str(&r->seen, text);
}

/* A length of one or four bytes; SIZE_MAX if it is cut off. */
static size_t
read_length(struct str s, size_t *at)
{
	size_t v = 0, n;

	if (*at >= s.n)
		return SIZE_MAX;
	n = (s.p[*at] & 0x80) != 0 ? 4 : 1;
	if (s.n - *at < n)
		return SIZE_MAX;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)s.p[*at + i];
	*at += n;
	return n == 1 ? v : v & 0x7fffffff;
}

/* Whether the stream of names and values ends where it says. */
static bool
is_whole(struct str params)
{
	size_t at = 0;

	while (at < params.n) {
		size_t name = read_length(params, &at);
		size_t value = read_length(params, &at);

		if (name == SIZE_MAX || value == SIZE_MAX ||
		    name + value > params.n - at)
			return false;
		at += name + value;
	}
	return true;
}

/* All of a request but its id, which is made up where none was sent. */
static void
tell_request(struct reading *r)
{
	struct req req;

	req_begin(&req, r->arena);
	fcgi_request(&r->in, &req);
	req_ready(&req, &r->limits);
	FUZZ_HOLDS(str_is_id(req.id));
	FUZZ_HOLDS(r->in.refused == 0 || req.refused == r->in.refused);
	FUZZ_HOLDS(req.refused != 0 || is_whole(buf_view(&r->in.params)));
	buf_printf(&r->seen, "#%u %d %d %d ", r->in.id, r->in.keep, req.refused,
	    req.two_credentials);
	tell(r, req.method_text);
	tell(r, req.uri);
	tell(r, req.authorization);
	tell(r, req.content_length);
	tell(r, req.request_id);
	tell(r, req.body);
	fcgi_put_stdout(
	    &r->out, r->in.id, STR("Status: 200 OK\r\n\r\n"), STR("an answer"));
	fcgi_put_end(&r->out, r->in.id);
	fcgi_in_next(&r->in);
}

/* Reads on as the loop does; false when the connection would be closed. */
static bool
feed(struct reading *r, struct str piece)
{
	enum fcgi_event event;

	do {
		event = fcgi_feed(&r->in, &piece);
		check_within_limits(r);
		if (event == FCGI_MORE)
			break;
		buf_printf(&r->seen, "%d ", event);
		if (event == FCGI_BROKEN)
			return false;
		if (event == FCGI_REQUEST)
			tell_request(r);
	} while (r->in.keep);
	FUZZ_HOLDS(event != FCGI_MORE || piece.n == 0);
	return event == FCGI_MORE;
}

static void
feed_pieces(struct reading *r, const uint8_t sizes[2], struct str bytes)
{
	size_t n;

	for (int i = 0; bytes.n > 0; i ^= 1) {
		n = 1 + sizes[i];
		if (n > bytes.n)
			n = bytes.n;
		if (!feed(r, (struct str){ bytes.p, n }))
			return;
		bytes.p += n;
		bytes.n -= n;
	}
}

/* The same records with other padding. */
static void
put_padded(struct buf *out, struct str bytes, uint8_t padding)
{
	static const char zeros[UINT8_MAX];

	while (bytes.n >= FCGI_HEADER_LEN) {
		size_t n = FCGI_HEADER_LEN + (size_t)get_u16(bytes.p + 4);
		size_t whole = n + (unsigned char)bytes.p[6];

		if (whole > bytes.n)
			break;
		buf_put(out, bytes.p, 6);
		buf_byte(out, (char)padding);
		buf_put(out, bytes.p + 7, n - 7);
		buf_put(out, zeros, padding);
		bytes.p += whole;
		bytes.n -= whole;
	}
	/* What is not whole stays so. */
	buf_str(out, bytes);
	FUZZ_HOLDS(buf_error(out) == 0);
}

static void
check_padding(const uint8_t *data, struct str bytes, const struct reading *r)
{
	struct reading padded;
	struct buf other;

	buf_init(&other, 33 * TEXT_MAX);
	put_padded(&other, bytes, data[3]);
	begin(&padded, data);
	feed(&padded, buf_view(&other));
	FUZZ_HOLDS(str_eq(buf_view(&r->seen), buf_view(&padded.seen)));
	FUZZ_HOLDS(str_eq(buf_view(&r->out), buf_view(&padded.out)));
	end(&padded);
	buf_free(&other);
}

/* Answers are records again, of the kinds that a responder sends. */
static void
check_records(struct str out)
{
	while (out.n > 0) {
		size_t n;

		FUZZ_HOLDS(out.n >= FCGI_HEADER_LEN);
		FUZZ_HOLDS(out.p[0] == FCGI_VERSION_1);
		FUZZ_HOLDS(out.p[1] == FCGI_END_REQUEST ||
		    out.p[1] == FCGI_STDOUT ||
		    out.p[1] == FCGI_GET_VALUES_RESULT ||
		    out.p[1] == FCGI_UNKNOWN_TYPE);
		n = FCGI_HEADER_LEN + (size_t)get_u16(out.p + 4) +
		    (unsigned char)out.p[6];
		FUZZ_HOLDS(n <= out.n);
		out.p += n;
		out.n -= n;
	}
}

/* Head and payload of any length come out of their records as they went in. */
static void
check_answer(size_t head_n, size_t payload_n)
{
	static char text[PAYLOAD_MAX];
	struct str rest;
	struct buf out;
	size_t got = 0;

	buf_init(&out, 2 * PAYLOAD_MAX);
	fcgi_put_stdout(&out, 1, (struct str){ text, head_n },
	    (struct str){ text, payload_n });
	fcgi_put_end(&out, 1);
	FUZZ_HOLDS(buf_error(&out) == 0);
	rest = buf_view(&out);
	check_records(rest);
	while (rest.p[1] == FCGI_STDOUT) {
		size_t n = get_u16(rest.p + 4);

		got += n;
		rest.p += FCGI_HEADER_LEN + n;
		rest.n -= FCGI_HEADER_LEN + n;
		if (n == 0)
			break;
	}
	FUZZ_HOLDS(got == head_n + payload_n);
	FUZZ_HOLDS(rest.n == 16 && rest.p[1] == FCGI_END_REQUEST);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading whole, pieces;
	struct str bytes;

	if (size < HEAD || size > TEXT_MAX)
		return 0;
	bytes = (struct str){ (const char *)data + HEAD, size - HEAD };
	begin(&whole, data);
	begin(&pieces, data);
	feed(&whole, bytes);
	feed_pieces(&pieces, data + 2, bytes);
	FUZZ_HOLDS(buf_error(&whole.seen) == 0);
	FUZZ_HOLDS(str_eq(buf_view(&whole.seen), buf_view(&pieces.seen)));
	FUZZ_HOLDS(str_eq(buf_view(&whole.out), buf_view(&pieces.out)));
	check_records(buf_view(&whole.out));
	check_padding(data, bytes, &whole);
	end(&whole);
	end(&pieces);
	check_answer((size_t)data[2] * 32, (size_t)data[3] * 769);
	return 0;
}

#ifdef FUZZING
/*
 * Bytes changed at random break the lengths of records and are not looked at
 * further; so most changes are made to whole records.
 */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t max, unsigned int seed);

#define RECORDS_MAX 64

struct record_at {
	size_t at, n;
};

/* Where whole records stand behind the head. */
static size_t
find_records(const uint8_t *data, size_t size, struct record_at *records)
{
	size_t count = 0, at = HEAD;

	while (count < RECORDS_MAX && at + FCGI_HEADER_LEN <= size) {
		size_t n = FCGI_HEADER_LEN +
		    (size_t)get_u16((const char *)data + at + 4) + data[at + 6];

		if (n > size - at)
			break;
		records[count++] = (struct record_at){ at, n };
		at += n;
	}
	return count;
}

/* The content of one record is another, its length is right. */
static size_t
change_content(uint8_t *data, size_t size, size_t max, struct record_at r)
{
	size_t n = (size_t)(data[r.at + 4] << 8 | data[r.at + 5]);
	size_t behind = r.at + r.n, tail = size - behind, room, fresh;
	uint8_t content[2048];

	room = max - size + n;
	if (room > sizeof(content))
		room = sizeof(content);
	if (n > room)
		return size;
	memcpy(content, data + r.at + FCGI_HEADER_LEN, n);
	fresh = LLVMFuzzerMutate(content, n, room);
	memmove(data + r.at + FCGI_HEADER_LEN + fresh, data + behind, tail);
	memcpy(data + r.at + FCGI_HEADER_LEN, content, fresh);
	data[r.at + 4] = (uint8_t)(fresh >> 8);
	data[r.at + 5] = (uint8_t)fresh;
	data[r.at + 6] = 0;
	return r.at + FCGI_HEADER_LEN + fresh + tail;
}

/* Another copy of FROM before TO. */
static size_t
copy_record(uint8_t *data, size_t size, size_t max, struct record_at from,
    struct record_at to)
{
	uint8_t copy[2048];

	if (from.n > sizeof(copy) || from.n > max - size)
		return size;
	memcpy(copy, data + from.at, from.n);
	memmove(data + to.at + from.n, data + to.at, size - to.at);
	memcpy(data + to.at, copy, from.n);
	return size + from.n;
}

size_t
LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	struct record_at records[RECORDS_MAX], one, other;
	size_t count = size < HEAD ? 0 : find_records(data, size, records);
	unsigned int pick = seed >> 8;

	if (count == 0 || max > TEXT_MAX)
		return LLVMFuzzerMutate(data, size, max);
	one = records[pick % count];
	other = records[pick / count % count];
	switch (seed % 8) {
	case 0:
		return LLVMFuzzerMutate(data, size, max);
	case 1:
		LLVMFuzzerMutate(data, HEAD, HEAD);
		return size;
	case 2: /* type or id, mostly of those that mean something */
		data[one.at + 1] = (uint8_t)(pick / 64 % 13);
		return size;
	case 3:
		data[one.at + 3] = (uint8_t)(pick / 64 % 3);
		return size;
	case 4:
		return copy_record(data, size, max, one, other);
	case 5:
		memmove(data + one.at, data + one.at + one.n,
		    size - one.at - one.n);
		return size - one.n;
	default:
		return change_content(data, size, max, one);
	}
}
#endif
