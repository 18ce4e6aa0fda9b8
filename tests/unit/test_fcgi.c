#include "gateway/fcgi.h"

#include <stdlib.h>
#include "base/err.h"
#include "chance.h"
#include "fcgi_client.h"
#include "unit.h"

#define HEADERS_MAX 4096
#define BODY_MAX 8192
#define CONNECTIONS 77

/* A record layer and what it is fed with. */
struct layer {
	struct req_limits limits;
	struct arena *arena;
	struct buf out, bytes, expected;
	struct fcgi_in in;
	struct req req;
};

static void
start_with(struct layer *t, size_t headers, size_t body)
{
	t->limits = (struct req_limits){ 1 << 20, headers, body };
	t->arena = arena_new(1024, 1 << 20);
	assert_non_null(t->arena);
	buf_init(&t->out, 1 << 20);
	buf_init(&t->bytes, 8 << 20);
	buf_init(&t->expected, 1 << 20);
	fcgi_in_begin(&t->in, &t->limits, CONNECTIONS, t->arena, &t->out);
}

static void
start(struct layer *t)
{
	start_with(t, HEADERS_MAX, BODY_MAX);
}

static void
finish(struct layer *t)
{
	arena_free(t->arena);
	buf_free(&t->out);
	buf_free(&t->bytes);
	buf_free(&t->expected);
}

/* Feeds all bytes collected so far. */
static enum fcgi_event
feed(struct layer *t, struct str *rest)
{
	*rest = buf_view(&t->bytes);
	return fcgi_feed(&t->in, rest);
}

/* The same where nothing may be left, and empties the bytes. */
static enum fcgi_event
feed_all(struct layer *t)
{
	struct str rest;
	enum fcgi_event event = feed(t, &rest);

	assert_int_equal(buf_error(&t->bytes), 0);
	assert_int_equal(rest.n, 0);
	buf_reset(&t->bytes);
	return event;
}

static void
take_request(struct layer *t)
{
	req_begin(&t->req, t->arena);
	fcgi_request(&t->in, &t->req);
}

#define assert_str(s, text)                                                    \
	do {                                                                   \
		assert_int_equal((s).n, strlen(text));                         \
		assert_memory_equal((s).p, (text), (s).n);                     \
	} while (0)

/* OUT holds the expected records and nothing else; both start again. */
static void
assert_out(struct layer *t)
{
	assert_int_equal(t->out.n, t->expected.n);
	if (t->out.n > 0)
		assert_memory_equal(t->out.p, t->expected.p, t->out.n);
	buf_reset(&t->out);
	buf_reset(&t->expected);
}

static void
expect_end(struct layer *t, uint16_t id, char protocol_status)
{
	const char body[8] = { 0, 0, 0, 0, protocol_status };

	put_record(&t->expected, FCGI_END_REQUEST, id,
	    (struct str){ body, sizeof(body) }, 0);
}

static const struct client_request post = {
	.id = 258,
	.keep = true,
	.method = "POST",
	.uri = "/token?x=1",
	.params = (const char *const[]){ "CONTENT_TYPE", "text/plain",
	    "HTTP_AUTHORIZATION", "Bearer abc", NULL },
	.body = { "some text", 9 },
};

static void
assert_post(struct layer *t)
{
	assert_true(t->in.keep);
	assert_int_equal(t->in.id, 258);
	take_request(t);
	assert_int_equal(t->req.refused, 0);
	assert_str(t->req.method_text, "POST");
	assert_str(t->req.uri, "/token?x=1");
	assert_str(t->req.content_type, "text/plain");
	assert_str(t->req.content_length, "9");
	assert_str(t->req.authorization, "Bearer abc");
	assert_str(t->req.body, "some text");
	assert_int_equal(t->out.n, 0);
}

/* A request works on this layer, whatever came before. */
static void
assert_serves(struct layer *t)
{
	assert_true(fcgi_in_idle(&t->in));
	put_request(&t->bytes, &post);
	assert_int_equal(feed_all(t), FCGI_REQUEST);
	assert_post(t);
	fcgi_in_next(&t->in);
	assert_true(fcgi_in_idle(&t->in));
}

static void
a_whole_request_is_understood(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	assert_serves(&t);
	assert_serves(&t);
	finish(&t);
}

static void
a_request_split_at_any_byte_is_the_same(void **state)
{
	struct layer t;
	struct str whole;

	(void)state;
	start(&t);
	put_request(&t.bytes, &post);
	whole = buf_view(&t.bytes);
	for (size_t at = 0; at < whole.n; at++) {
		struct str first = { whole.p, at };
		struct str second = { whole.p + at, whole.n - at };

		assert_int_equal(fcgi_feed(&t.in, &first), FCGI_MORE);
		assert_int_equal(first.n, 0);
		assert_int_equal(fcgi_in_idle(&t.in), at == 0);
		assert_int_equal(fcgi_feed(&t.in, &second), FCGI_REQUEST);
		assert_int_equal(second.n, 0);
		assert_post(&t);
		fcgi_in_next(&t.in);
	}
	finish(&t);
}

static void
single_bytes_make_a_request(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	put_request(&t.bytes, &post);
	for (size_t i = 0; i < t.bytes.n; i++) {
		struct str byte = { t.bytes.p + i, 1 };

		assert_int_equal(fcgi_feed(&t.in, &byte),
		    i + 1 < t.bytes.n ? FCGI_MORE : FCGI_REQUEST);
	}
	assert_post(&t);
	finish(&t);
}

static void
two_requests_in_one_input_come_one_after_the_other(void **state)
{
	const struct client_request other = { .id = 3, .uri = "/other" };
	struct layer t;
	struct str rest;

	(void)state;
	start(&t);
	put_request(&t.bytes, &post);
	put_request(&t.bytes, &other);
	assert_int_equal(feed(&t, &rest), FCGI_REQUEST);
	assert_post(&t);
	fcgi_in_next(&t.in);
	assert_int_equal(fcgi_feed(&t.in, &rest), FCGI_REQUEST);
	assert_int_equal(rest.n, 0);
	take_request(&t);
	assert_int_equal(t.in.id, 3);
	assert_false(t.in.keep);
	assert_str(t.req.uri, "/other");
	assert_int_equal(t.req.body.n, 0);
	finish(&t);
}

/* A request whose PARAMS stream is CONTENT, in records of PIECE bytes. */
static enum fcgi_event
feed_params(struct layer *t, struct str content, size_t piece, uint8_t padding)
{
	put_begin(&t->bytes, 1, FCGI_RESPONDER, true);
	put_stream(&t->bytes, FCGI_PARAMS, 1, content, piece, padding);
	put_stream(&t->bytes, FCGI_STDIN, 1, STR_NONE, piece, padding);
	return feed_all(t);
}

static void
names_and_values_of_every_length_are_read(void **state)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 255, 256, 65535,
		65536 };
	const size_t count = sizeof(lengths) / sizeof(lengths[0]);
	static char text[65536];
	struct layer t;
	struct buf params;

	(void)state;
	memset(text, 'x', sizeof(text));
	buf_init(&params, 1 << 20);
	start_with(&t, 1 << 18, BODY_MAX);
	for (size_t i = 0; i < count * count; i++) {
		struct str name = { text, lengths[i / count] };
		struct str value = { text, lengths[i % count] };

		buf_reset(&params);
		put_param(&params, name, value);
		put_param(&params, STR("HTTP_COOKIE"), value);
		put_param(&params, STR("REQUEST_URI"), STR("/end"));
		assert_int_equal(
		    feed_params(&t, buf_view(&params), 65535, 0), FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, 0);
		assert_int_equal(t.req.cookie.n, value.n);
		assert_str(t.req.uri, "/end");
		fcgi_in_next(&t.in);
	}
	buf_free(&params);
	finish(&t);
}

static void
lengths_beyond_the_stream_refuse_the_request(void **state)
{
	static const struct str streams[] = {
		/* One length of 0x7fffffff, or both. */
		{ "\xff\xff\xff\xff\0n", 6 },
		{ "\1\xff\xff\xff\xffn", 6 },
		{ "\xff\xff\xff\xff\xff\xff\xff\xffnv", 10 },
		/* Sums that wrap around if the first bit is not masked. */
		{ "\x80\0\0\1\xff\xff\xff\xffn", 9 },
		{ "\xff\xff\xff\xff\x80\0\0\1n", 9 },
		/* One byte short. */
		{ "\1\1n", 3 },
		{ "\2\0n", 3 },
		/* Cut off in the lengths. */
		{ "\1", 1 },
		{ "\x80", 1 },
		{ "\x80\0\0", 3 },
		{ "\1\x80\0\0", 4 },
	};
	struct layer t;

	(void)state;
	start(&t);
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		assert_int_equal(
		    feed_params(&t, streams[i], 65535, 0), FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, 400);
		fcgi_in_next(&t.in);
		assert_serves(&t);
	}
	finish(&t);
}

static void
params_may_be_spread_over_records_with_padding(void **state)
{
	static const uint8_t paddings[] = { 0, 1, 7, 255 };
	struct layer t;
	struct buf params;

	(void)state;
	buf_init(&params, 4096);
	put_param(&params, STR("REQUEST_METHOD"), STR("GET"));
	put_param(&params, STR("REQUEST_URI"), STR("/a/b?c"));
	put_param(&params, STR("HTTP_ORIGIN"), STR("https://example.com"));
	start(&t);
	for (size_t piece = 1; piece <= params.n; piece++) {
		assert_int_equal(feed_params(&t, buf_view(&params), piece,
				     paddings[piece % 4]),
		    FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, 0);
		assert_str(t.req.method_text, "GET");
		assert_str(t.req.uri, "/a/b?c");
		assert_str(t.req.origin, "https://example.com");
		fcgi_in_next(&t.in);
	}
	buf_free(&params);
	finish(&t);
}

static void
a_parameter_given_twice_refuses_the_request(void **state)
{
	static const char *const names[] = { "HTTP_COOKIE", "REQUEST_URI",
		"REQUEST_METHOD", "CONTENT_LENGTH" };
	struct layer t;
	struct buf params;

	(void)state;
	buf_init(&params, 4096);
	start(&t);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		buf_reset(&params);
		put_param(&params, str_of(names[i]), STR_NONE);
		put_param(&params, str_of(names[i]), STR("5"));
		assert_int_equal(
		    feed_params(&t, buf_view(&params), 100, 0), FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, 400);
		fcgi_in_next(&t.in);
	}
	buf_free(&params);
	finish(&t);
}

static void
unknown_management_types_are_named(void **state)
{
	static const uint8_t types[] = { 0, FCGI_BEGIN_REQUEST, FCGI_PARAMS,
		FCGI_STDIN, FCGI_GET_VALUES_RESULT, 12, 255 };
	struct layer t;

	(void)state;
	start(&t);
	for (size_t i = 0; i < sizeof(types); i++) {
		const char body[8] = { (char)types[i] };

		put_record(&t.bytes, types[i], 0, STR("content"), 3);
		assert_int_equal(feed_all(&t), FCGI_MORE);
		put_record(&t.expected, FCGI_UNKNOWN_TYPE, 0,
		    (struct str){ body, sizeof(body) }, 0);
		assert_out(&t);
	}
	assert_serves(&t);
	finish(&t);
}

static void
records_that_mean_nothing_are_passed_over(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	/* Of a request that does not exist. */
	put_record(&t.bytes, FCGI_PARAMS, 9, STR("\1\1ab"), 0);
	put_record(&t.bytes, FCGI_STDIN, 9, STR_NONE, 0);
	put_record(&t.bytes, FCGI_ABORT_REQUEST, 9, STR_NONE, 0);
	assert_int_equal(feed_all(&t), FCGI_MORE);

	put_begin(&t.bytes, 1, FCGI_RESPONDER, true);
	put_record(&t.bytes, FCGI_STDIN, 2, STR("other"), 5);
	put_record(&t.bytes, FCGI_DATA, 1, STR("data"), 1);
	put_record(&t.bytes, 200, 1, STR("unknown"), 0);
	put_stream(&t.bytes, FCGI_PARAMS, 1, STR("\13\1REQUEST_URI/"), 5, 0);
	put_record(&t.bytes, FCGI_STDOUT, 1, STR("wrong way"), 0);
	put_stream(&t.bytes, FCGI_STDIN, 1, STR("body"), 3, 9);
	assert_int_equal(feed_all(&t), FCGI_REQUEST);
	take_request(&t);
	assert_str(t.req.uri, "/");
	assert_str(t.req.body, "body");
	assert_out(&t);
	finish(&t);
}

static void
an_abort_ends_the_request_at_any_stage(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	for (int stage = 0; stage < 5; stage++) {
		put_begin(&t.bytes, 6, FCGI_RESPONDER, true);
		if (stage > 0)
			put_record(&t.bytes, FCGI_PARAMS, 6, STR("\1\0"), 0);
		if (stage > 1)
			put_record(&t.bytes, FCGI_PARAMS, 6, STR("x"), 0);
		if (stage > 2)
			put_record(&t.bytes, FCGI_PARAMS, 6, STR_NONE, 0);
		if (stage > 3)
			put_record(&t.bytes, FCGI_STDIN, 6, STR("part"), 0);
		put_record(&t.bytes, FCGI_ABORT_REQUEST, 6, STR_NONE, 0);
		assert_int_equal(feed_all(&t), FCGI_ENDED);
		assert_true(t.in.keep);
		expect_end(&t, 6, FCGI_REQUEST_COMPLETE);
		assert_out(&t);
		/* What was still on its way belongs to nobody. */
		put_record(&t.bytes, FCGI_STDIN, 6, STR_NONE, 0);
		assert_int_equal(feed_all(&t), FCGI_MORE);
		assert_serves(&t);
	}
	finish(&t);
}

/* FCGI_GET_VALUES with the names, each with an empty value. */
static void
put_get_values(struct layer *t, const char *const *names)
{
	struct buf pairs;

	buf_init(&pairs, 65535);
	for (; *names != NULL; names++)
		put_param(&pairs, str_of(*names), STR_NONE);
	put_record(&t->bytes, FCGI_GET_VALUES, 0, buf_view(&pairs), 2);
	buf_free(&pairs);
}

static void
expect_values(struct layer *t, struct str pairs)
{
	put_record(&t->expected, FCGI_GET_VALUES_RESULT, 0, pairs, 0);
	assert_out(t);
}

static void
values_are_told_by_name(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	put_get_values(&t,
	    (const char *const[]){ FCGI_MPXS_CONNS, "FCGI_OTHER",
		FCGI_MAX_CONNS, FCGI_MAX_REQS, FCGI_MAX_REQS, NULL });
	assert_int_equal(feed_all(&t), FCGI_MORE);
	expect_values(&t,
	    STR("\16\2FCGI_MAX_CONNS77"
		"\15\2FCGI_MAX_REQS77"
		"\17\1FCGI_MPXS_CONNS0"));

	put_get_values(&t, (const char *const[]){ "FCGI_OTHER", NULL });
	put_get_values(&t, (const char *const[]){ NULL });
	assert_int_equal(feed_all(&t), FCGI_MORE);
	put_record(&t.expected, FCGI_GET_VALUES_RESULT, 0, STR_NONE, 0);
	expect_values(&t, STR_NONE);
	finish(&t);
}

static void
a_long_question_for_values_is_read_in_part(void **state)
{
	static char text[65535];
	struct layer t;

	(void)state;
	start(&t);
	memset(text, 0, sizeof(text));
	memcpy(text, "\17\0FCGI_MPXS_CONNS", 17);
	put_record(&t.bytes, FCGI_GET_VALUES, 0,
	    (struct str){ text, sizeof(text) }, 0);
	assert_int_equal(feed_all(&t), FCGI_MORE);
	expect_values(&t, STR("\17\1FCGI_MPXS_CONNS0"));
	assert_serves(&t);
	finish(&t);
}

static void
management_in_the_middle_of_a_request_leaves_it_alone(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	put_begin(&t.bytes, 1, FCGI_RESPONDER, true);
	put_record(&t.bytes, FCGI_PARAMS, 1, STR("\13\2REQUEST_URI"), 0);
	put_get_values(&t, (const char *const[]){ FCGI_MPXS_CONNS, NULL });
	put_record(&t.bytes, FCGI_PARAMS, 1, STR("/x"), 0);
	put_record(&t.bytes, FCGI_PARAMS, 1, STR_NONE, 0);
	put_record(&t.bytes, 99, 0, STR_NONE, 0);
	put_record(&t.bytes, FCGI_STDIN, 1, STR_NONE, 0);
	assert_int_equal(feed_all(&t), FCGI_REQUEST);
	take_request(&t);
	assert_str(t.req.uri, "/x");
	put_record(&t.expected, FCGI_GET_VALUES_RESULT, 0,
	    STR("\17\1FCGI_MPXS_CONNS0"), 0);
	put_record(&t.expected, FCGI_UNKNOWN_TYPE, 0,
	    (struct str){ "\x63\0\0\0\0\0\0\0", 8 }, 0);
	assert_out(&t);
	finish(&t);
}

static void
another_role_is_refused(void **state)
{
	static const uint16_t roles[] = { 0, FCGI_AUTHORIZER, FCGI_FILTER,
		0x0101 };
	struct layer t;

	(void)state;
	start(&t);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		put_begin(&t.bytes, 4, roles[i], i % 2 == 0);
		assert_int_equal(feed_all(&t), FCGI_ENDED);
		assert_int_equal(t.in.keep, i % 2 == 0);
		expect_end(&t, 4, FCGI_UNKNOWN_ROLE);
		assert_out(&t);
		put_stream(&t.bytes, FCGI_PARAMS, 4, STR("\1\1ab"), 9, 0);
		put_stream(&t.bytes, FCGI_STDIN, 4, STR("body"), 9, 0);
		assert_int_equal(feed_all(&t), FCGI_MORE);
		assert_serves(&t);
	}
	finish(&t);
}

static void
a_second_request_at_a_time_is_refused_and_the_first_goes_on(void **state)
{
	struct layer t;

	(void)state;
	start(&t);
	put_begin(&t.bytes, 1, FCGI_RESPONDER, true);
	put_begin(&t.bytes, 2, FCGI_RESPONDER, false);
	put_stream(&t.bytes, FCGI_PARAMS, 2, STR("\13\2REQUEST_URI/2"), 99, 0);
	put_stream(&t.bytes, FCGI_PARAMS, 1, STR("\13\2REQUEST_URI/1"), 99, 0);
	put_stream(&t.bytes, FCGI_STDIN, 2, STR_NONE, 99, 0);
	put_stream(&t.bytes, FCGI_STDIN, 1, STR_NONE, 99, 0);
	assert_int_equal(feed_all(&t), FCGI_REQUEST);
	assert_int_equal(t.in.id, 1);
	assert_true(t.in.keep);
	take_request(&t);
	assert_str(t.req.uri, "/1");
	expect_end(&t, 2, FCGI_CANT_MPX_CONN);
	assert_out(&t);
	finish(&t);
}

static void
what_is_not_fastcgi_is_broken(void **state)
{
	static const struct str beginnings[] = {
		{ "GET / HTTP/1.1\r\n\r\n", 18 },
		{ "\0\1\0\1\0\10\0\0", 8 },
		{ "\2\1\0\1\0\10\0\0", 8 },
		/* BEGIN_REQUEST of 0, 7 and 9 bytes. */
		{ "\1\1\0\1\0\0\0\0", 8 },
		{ "\1\1\0\1\0\7\0\0", 8 },
		{ "\1\1\0\1\0\11\0\0", 8 },
	};
	struct str rest;

	(void)state;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]);
	     i++) {
		struct layer t;

		start(&t);
		rest = beginnings[i];
		assert_int_equal(fcgi_feed(&t.in, &rest), FCGI_BROKEN);
		finish(&t);
	}
}

static void
streams_out_of_order_are_broken(void **state)
{
	struct str rest;

	(void)state;
	for (int fault = 0; fault < 4; fault++) {
		struct layer t;

		start(&t);
		put_begin(&t.bytes, 1, FCGI_RESPONDER, true);
		if (fault == 0)
			put_begin(&t.bytes, 1, FCGI_RESPONDER, true);
		if (fault == 1)
			put_record(&t.bytes, FCGI_STDIN, 1, STR("early"), 0);
		if (fault == 2)
			put_record(&t.bytes, FCGI_STDIN, 1, STR_NONE, 0);
		put_record(&t.bytes, FCGI_PARAMS, 1, STR_NONE, 0);
		if (fault == 3)
			put_record(&t.bytes, FCGI_PARAMS, 1, STR("late"), 0);
		assert_int_equal(feed(&t, &rest), FCGI_BROKEN);
		finish(&t);
	}
}

/* As many 'x', to be freed with free_text(). */
static struct str
text_of(size_t n)
{
	char *p = malloc(n);

	assert_non_null(p);
	memset(p, 'x', n);
	return (struct str){ p, n };
}

static void
free_text(struct str text)
{
	free((void *)(uintptr_t)text.p);
}

static void
params_over_the_limit_give_431(void **state)
{
	const size_t name = strlen("HTTP_COOKIE");

	(void)state;
	for (size_t over = 0; over <= 2; over++) {
		/* Five bytes of lengths before name and value. */
		struct str value = text_of(HEADERS_MAX - 5 - name + over);
		struct layer t;
		struct buf params;

		start(&t);
		buf_init(&params, 2 * HEADERS_MAX);
		put_param(&params, STR("HTTP_COOKIE"), value);
		assert_int_equal(
		    feed_params(&t, buf_view(&params), 1000, 3), FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, over == 0 ? 0 : 431);
		assert_int_equal(t.req.cookie.n, over == 0 ? value.n : 0);
		assert_true(t.in.keep);
		fcgi_in_next(&t.in);
		assert_serves(&t);
		buf_free(&params);
		free_text(value);
		finish(&t);
	}
}

static void
a_body_over_the_limit_gives_413(void **state)
{
	(void)state;
	for (size_t over = 0; over <= 2; over++) {
		struct client_request request = post;
		struct layer t;

		start(&t);
		request.body = text_of(BODY_MAX + over);
		put_request(&t.bytes, &request);
		assert_int_equal(feed_all(&t), FCGI_REQUEST);
		take_request(&t);
		assert_int_equal(t.req.refused, over == 0 ? 0 : 413);
		assert_int_equal(t.req.body.n, BODY_MAX);
		assert_str(t.req.uri, "/token?x=1");
		assert_true(t.in.keep);
		fcgi_in_next(&t.in);
		assert_serves(&t);
		free_text(request.body);
		finish(&t);
	}
}

static void
far_over_the_limit_the_rest_is_not_waited_for(void **state)
{
	static const size_t mib = 1 << 20;

	(void)state;
	for (size_t over = 0; over <= 1; over++) {
		struct client_request request = post;
		struct layer t;
		struct str rest;

		start(&t);
		request.body = text_of(BODY_MAX + mib + over);
		put_request(&t.bytes, &request);
		assert_int_equal(feed(&t, &rest), FCGI_REQUEST);
		assert_int_equal(t.in.keep, over == 0);
		assert_int_equal(rest.n > 0, over == 1);
		take_request(&t);
		assert_int_equal(t.req.refused, 413);
		free_text(request.body);
		finish(&t);
	}
}

static void
each_refused_request_is_read_on_by_itself(void **state)
{
	struct client_request request = post;
	struct layer t;

	(void)state;
	start(&t);
	request.body = text_of(600000);
	for (int i = 0; i < 3; i++) {
		put_request(&t.bytes, &request);
		assert_int_equal(feed_all(&t), FCGI_REQUEST);
		assert_true(t.in.keep);
		fcgi_in_next(&t.in);
	}
	free_text(request.body);
	finish(&t);
}

static void
no_memory_for_a_request_ends_it(void **state)
{
	struct client_request request = post;
	struct layer t;
	struct str rest;

	(void)state;
	start(&t);
	arena_free(t.arena);
	t.arena = arena_new(1024, 2048);
	assert_non_null(t.arena);
	fcgi_in_begin(&t.in, &t.limits, CONNECTIONS, t.arena, &t.out);
	request.body = text_of(4000);
	put_request(&t.bytes, &request);
	assert_int_equal(feed(&t, &rest), FCGI_ENDED);
	assert_false(t.in.keep);
	expect_end(&t, 258, FCGI_OVERLOADED);
	assert_out(&t);
	free_text(request.body);
	finish(&t);
}

static void
an_answer_fills_records_to_a_multiple_of_eight(void **state)
{
	static const size_t full = 65528;
	static const size_t lengths[] = { 0, 1, 65520, 65521, 65522, 131048,
		131049, 524288 };
	const struct str head = STR("Status: ");

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct str payload = text_of(lengths[i]);
		struct layer t;
		struct buf text;

		start(&t);
		buf_init(&text, 1 << 20);
		buf_str(&text, head);
		buf_str(&text, payload);
		put_stream(
		    &t.expected, FCGI_STDOUT, 7, buf_view(&text), full, 0);
		expect_end(&t, 7, FCGI_REQUEST_COMPLETE);
		fcgi_put_stdout(&t.out, 7, head, payload);
		fcgi_put_end(&t.out, 7);
		assert_int_equal(buf_error(&t.out), 0);
		assert_out(&t);
		buf_free(&text);
		free_text(payload);
		finish(&t);
	}
}

/* Some records that make sense, of which chance then spoils some bytes. */
static void
put_chance(struct buf *bytes, uint64_t *seed)
{
	uint32_t records = chance_below(seed, 12);
	static const char text[300] = "\13\4REQUEST_URI/abc\1\1ab";

	for (uint32_t i = 0; i < records; i++) {
		uint16_t id = (uint16_t)chance_below(seed, 3);
		uint8_t type = (uint8_t)chance_below(seed, 13);
		struct str content = { text, chance_below(seed, 300) };

		if (chance_below(seed, 4) == 0)
			content.n = 0;
		if (type == FCGI_BEGIN_REQUEST && chance_below(seed, 8) != 0)
			put_begin(bytes, id, FCGI_RESPONDER, true);
		else
			put_record(bytes, type, id, content,
			    (uint8_t)chance_below(seed, 16));
	}
	if (chance_below(seed, 2) == 0)
		put_request(bytes, &post);
	for (uint32_t i = chance_below(seed, 4); i > 0 && bytes->n > 0; i--)
		bytes->p[chance(seed) % bytes->n] = (char)chance(seed);
}

static void
assert_within_limits(const struct layer *t)
{
	assert_int_equal(buf_error(&t->out), 0);
	assert_true(t->in.small_n <= sizeof(t->in.small));
	assert_true(t->in.have <= sizeof(t->in.header));
	if (!t->in.active)
		return;
	assert_true(t->in.params.cap <= t->limits.headers);
	assert_true(t->in.body.cap <= t->limits.body);
	assert_true(t->in.swallowed <= (1 << 20) + 65535);
}

/* Feeds all in pieces of chance; requests are taken and forgotten. */
static void
feed_pieces(struct layer *t, uint64_t *seed)
{
	struct str rest = buf_view(&t->bytes);

	while (rest.n > 0) {
		size_t n = 1 + chance(seed) % rest.n;
		struct str piece = { rest.p, n };
		enum fcgi_event event = FCGI_MORE;

		rest.p += n;
		rest.n -= n;
		while (piece.n > 0) {
			event = fcgi_feed(&t->in, &piece);
			assert_within_limits(t);
			if (event == FCGI_BROKEN)
				return;
			if (event == FCGI_MORE)
				assert_int_equal(piece.n, 0);
			if (event != FCGI_REQUEST)
				continue;
			take_request(t);
			req_ready(&t->req, &t->limits);
			fcgi_in_next(&t->in);
		}
	}
}

static void
garbage_stays_within_the_limits(void **state)
{
	uint64_t seed = 20240229;
	struct layer t;

	(void)state;
	start_with(&t, 200, 100);
	for (int i = 0; i < 20000; i++) {
		arena_reset(t.arena);
		buf_reset(&t.out);
		buf_reset(&t.bytes);
		fcgi_in_begin(&t.in, &t.limits, CONNECTIONS, t.arena, &t.out);
		put_chance(&t.bytes, &seed);
		feed_pieces(&t, &seed);
	}
	finish(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_request_is_understood),
		cmocka_unit_test(a_request_split_at_any_byte_is_the_same),
		cmocka_unit_test(single_bytes_make_a_request),
		cmocka_unit_test(
		    two_requests_in_one_input_come_one_after_the_other),
		cmocka_unit_test(names_and_values_of_every_length_are_read),
		cmocka_unit_test(lengths_beyond_the_stream_refuse_the_request),
		cmocka_unit_test(
		    params_may_be_spread_over_records_with_padding),
		cmocka_unit_test(a_parameter_given_twice_refuses_the_request),
		cmocka_unit_test(unknown_management_types_are_named),
		cmocka_unit_test(records_that_mean_nothing_are_passed_over),
		cmocka_unit_test(an_abort_ends_the_request_at_any_stage),
		cmocka_unit_test(values_are_told_by_name),
		cmocka_unit_test(a_long_question_for_values_is_read_in_part),
		cmocka_unit_test(
		    management_in_the_middle_of_a_request_leaves_it_alone),
		cmocka_unit_test(another_role_is_refused),
		cmocka_unit_test(
		    a_second_request_at_a_time_is_refused_and_the_first_goes_on),
		cmocka_unit_test(what_is_not_fastcgi_is_broken),
		cmocka_unit_test(streams_out_of_order_are_broken),
		cmocka_unit_test(params_over_the_limit_give_431),
		cmocka_unit_test(a_body_over_the_limit_gives_413),
		cmocka_unit_test(far_over_the_limit_the_rest_is_not_waited_for),
		cmocka_unit_test(each_refused_request_is_read_on_by_itself),
		cmocka_unit_test(no_memory_for_a_request_ends_it),
		cmocka_unit_test(
		    an_answer_fills_records_to_a_multiple_of_eight),
		cmocka_unit_test(garbage_stays_within_the_limits),
	};

	return UNIT_RUN(tests);
}
