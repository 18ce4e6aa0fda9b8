#include "gateway/loop.h"

#include <poll.h>
#include <sys/mman.h>
#include "base/err.h"
#include "loop_server.h"
#include "unit.h"

/* Milliseconds, of a wait that a test sees the end of. */
#define SHORT 300

#define FIRST 300000    /* bytes of the first part */
#define PIECE 65536     /* of each further one */
#define PIECES 100      /* more than the sockets between the two hold */
#define EMPTY_PIECES 50 /* that hold nothing, before each that does */

/* Shared with the child: how often a producer has been called. */
static _Atomic uint64_t *produced;

struct source {
	unsigned int pieces; /* still to come */
	unsigned int empty;  /* before the next one that is not */
	unsigned int skip;
	bool broken; /* what comes instead of the end */
	size_t at;   /* place in the body */
};

/* Different at every place, so that a gap or a repetition shows. */
static void
put_text(struct buf *out, size_t at, size_t n)
{
	char *p = buf_space(out, n);

	for (size_t i = 0; p != NULL && i < n; i++)
		p[i] = (char)((at + i) * 7 % 251);
}

static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct source *s = ctx;

	atomic_fetch_add(produced, 1);
	if (s->skip > 0) {
		s->skip--;
		return RESP_MORE;
	}
	if (s->pieces == 0)
		return s->broken ? RESP_BROKEN : RESP_DONE;
	s->pieces--;
	s->skip = s->empty;
	put_text(piece, s->at, PIECE);
	s->at += PIECE;
	return RESP_MORE;
}

/* More than a piece may hold. */
static enum resp_step
produce_too_much(void *ctx, struct buf *piece)
{
	(void)ctx;
	for (int i = 0; i < 2; i++)
		put_text(piece, 0, RESP_BODY_MAX);
	return RESP_MORE;
}

static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	struct source *s = arena_zalloc(resp->arena, sizeof(*s));
	struct arena_mark mark = arena_mark(resp->arena);
	struct buf first;

	(void)ctx;
	if (s == NULL || str_eq(req->path, STR("/short"))) {
		resp_body(resp, 200, "text/plain", req->uri);
		return;
	}
	buf_init_arena(&first, resp->arena, FIRST);
	put_text(&first, 0, FIRST);
	s->at = FIRST;
	s->pieces = str_eq(req->path, STR("/endless")) ? UINT32_MAX : PIECES;
	s->empty = str_eq(req->path, STR("/gaps")) ? EMPTY_PIECES : 0;
	s->broken = str_eq(req->path, STR("/broken"));
	resp_body(resp, 200, "text/plain", buf_view(&first));
	resp_produce(resp,
	    str_eq(req->path, STR("/too-much")) ? produce_too_much : produce, s,
	    mark);
}

static int
share(void **state)
{
	(void)state;
	produced = mmap(NULL, sizeof(*produced), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return produced == MAP_FAILED ? -1 : 0;
}

static int
unshare(void **state)
{
	(void)state;
	return munmap(produced, sizeof(*produced));
}

static void
defaults(struct server *s)
{
	server_defaults(s);
	s->spec.app = (struct app){ serve, NULL };
	atomic_store(produced, 0);
}

static void
run(struct server *s)
{
	defaults(s);
	server_start(s);
}

static void
assert_text(struct str body, size_t at, size_t n)
{
	assert_int_equal(body.n, n);
	for (size_t i = 0; i < n; i++) {
		if (body.p[i] != (char)((at + i) * 7 % 251))
			fail_msg("byte %zu is another one", at + i);
	}
}

/* Reads STDOUT records until so many bytes of the answer are there. */
static size_t
read_some(struct client *c, size_t enough)
{
	struct client_record record;
	size_t n = 0;

	while (n < enough) {
		assert_int_equal(client_record(c, &record), 0);
		assert_int_equal(record.type, FCGI_STDOUT);
		n += record.content.n;
	}
	return n;
}

/* client_answer() keeps four megabytes; here more may come. */
static void
expect_stream(struct client *c, size_t body)
{
	static const char head[] = "Status: 200 OK\r\n"
				   "Content-Type: text/plain\r\n\r\n";
	struct client_record record;
	struct buf text;
	bool closed = false;

	buf_init(&text, 16 << 20);
	for (;;) {
		assert_int_equal(client_record(c, &record), 0);
		if (record.type == FCGI_END_REQUEST)
			break;
		assert_int_equal(record.type, FCGI_STDOUT);
		assert_false(closed);
		closed = record.content.n == 0;
		buf_str(&text, record.content);
	}
	assert_true(closed);
	assert_int_equal(buf_error(&text), 0);
	assert_true(text.n > sizeof(head) - 1);
	assert_memory_equal(text.p, head, sizeof(head) - 1);
	assert_text((struct str){ text.p + sizeof(head) - 1,
			text.n - (sizeof(head) - 1) },
	    0, body);
	buf_free(&text);
}

static void
many_pieces_come_whole_in_order_and_without_a_length(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	for (int i = 0; i < 3; i++) {
		send_request(&c, "/long", true);
		expect_stream(&c, FIRST + PIECES * PIECE);
	}
	assert_served(&c, "/short");
	assert_int_equal(atomic_load(produced), 3 * (PIECES + 1));
	assert_counts(&s.spec.counters->requests, 4);
	assert_counts(&s.spec.counters->connections, 1);
	client_close(&c);
	server_end(&s);
}

static void
without_the_flag_the_connection_ends_with_the_last_piece(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	send_request(&c, "/long", false);
	expect_stream(&c, FIRST + PIECES * PIECE);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
empty_pieces_are_no_end(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	send_request(&c, "/gaps", true);
	expect_stream(&c, FIRST + PIECES * PIECE);
	client_close(&c);
	server_end(&s);
}

/* The connection ends, and nothing on it looks like the end of an answer. */
static void
assert_broken_off(struct client *c, size_t least)
{
	struct client_record record;
	size_t n = 0;
	int rc;

	while ((rc = client_record(c, &record)) == 0) {
		assert_int_equal(record.type, FCGI_STDOUT);
		assert_true(record.content.n > 0);
		n += record.content.n;
	}
	assert_true(rc == HUB_ENOENT || rc == HUB_ECORRUPT);
	assert_true(n >= least);
}

static void
a_body_that_breaks_off_closes_the_connection_without_an_end(void **state)
{
	struct server s;
	struct client c, other;

	(void)state;
	run(&s);
	open_client(&s, &other);
	for (int i = 0; i < 2; i++) {
		open_client(&s, &c);
		send_request(&c, i == 0 ? "/broken" : "/too-much", true);
		assert_broken_off(&c, FIRST);
		client_close(&c);
		assert_served(&other, "/short");
	}
	client_close(&other);
	server_end(&s);
}

static void
head_asks_for_no_piece(void **state)
{
	const struct client_request request = {
		.uri = "/broken", .method = "HEAD", .keep = true
	};
	struct client_answer answer;
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.n, 0);
	assert_null(client_header(&answer, "Content-Length").p);
	client_answer_free(&answer);
	assert_int_equal(atomic_load(produced), 0);
	assert_served(&c, "/short");
	client_close(&c);
	server_end(&s);
}

static void
nothing_is_made_that_the_peer_does_not_take(void **state)
{
	struct server s;
	struct client slow, other;
	uint64_t calls, before = UINT64_MAX;

	(void)state;
	run(&s);
	open_client(&s, &slow);
	open_client(&s, &other);
	send_request(&slow, "/endless", true);
	read_some(&slow, FIRST);
	/* The sockets hold some pieces; then it stands still. */
	while ((calls = atomic_load(produced)) != before) {
		before = calls;
		for (int i = 0; i < 100; i++)
			assert_served(&other, "/short");
	}
	assert_true(calls < PIECES);
	read_some(&slow, (size_t)PIECES * PIECE);
	assert_true(atomic_load(produced) > calls);
	client_close(&slow);
	assert_served(&other, "/short");
	client_close(&other);
	server_end(&s);
}

static void
others_are_served_while_a_long_body_goes_out(void **state)
{
	enum { LONG = 8 };
	struct server s;
	struct client streams[LONG], other;

	(void)state;
	run(&s);
	open_client(&s, &other);
	for (int i = 0; i < LONG; i++) {
		open_client(&s, &streams[i]);
		send_request(&streams[i], "/long", true);
	}
	assert_served(&other, "/short");
	for (int i = 0; i < LONG; i++) {
		read_some(&streams[i], PIECE);
		assert_served(&other, "/short");
	}
	for (int i = 0; i < LONG; i++)
		client_close(&streams[i]);
	assert_served(&other, "/short");
	client_close(&other);
	server_end(&s);
}

static void
a_request_behind_a_long_body_waits_for_its_end(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	send_request(&c, "/long", true);
	send_request(&c, "/short", true);
	send_request(&c, "/long", true);
	expect_stream(&c, FIRST + PIECES * PIECE);
	expect_answer(&c, 200, STR("/short"));
	expect_stream(&c, FIRST + PIECES * PIECE);
	client_close(&c);
	server_end(&s);
}

static void
a_peer_that_takes_nothing_is_cut_off(void **state)
{
	struct server s;
	struct client c, other;

	(void)state;
	defaults(&s);
	s.spec.timeout_write = SHORT;
	server_start(&s);
	open_client(&s, &c);
	open_client(&s, &other);
	send_request(&c, "/endless", true);
	assert_counts(&s.spec.counters->timeouts, 1);
	assert_broken_off(&c, 0);
	assert_served(&other, "/short");
	client_close(&c);
	client_close(&other);
	server_end(&s);
}

/* Whether a peer is served that needs longer in all than one wait may take. */
static bool
takes_slowly(const struct server *s)
{
	struct client_record record;
	struct client c;
	int rc = 0;

	open_client(s, &c);
	send_request(&c, "/endless", true);
	for (int i = 0; i < 30 && rc == 0; i++) {
		poll(NULL, 0, SHORT / 10);
		rc = client_record(&c, &record);
	}
	client_close(&c);
	return rc == 0;
}

static void
a_peer_that_takes_little_by_little_goes_on(void **state)
{
	struct server s;
	bool seen = false;

	(void)state;
	defaults(&s);
	s.spec.timeout_write = SHORT;
	server_start(&s);
	/* On a busy machine it is this process that may be too slow. */
	for (int i = 0; i < 30 && !seen; i++)
		seen = takes_slowly(&s);
	assert_true(seen);
	server_end(&s);
}

static void
a_drain_lets_a_long_body_end(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	send_request(&c, "/long", true);
	/* It is under way when the loop is told to stop. */
	assert_counts(&s.spec.counters->requests, 1);
	server_stop(&s);
	expect_stream(&c, FIRST + PIECES * PIECE);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
a_drain_does_not_wait_for_a_body_without_end(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	defaults(&s);
	s.spec.timeout_drain = SHORT;
	server_start(&s);
	open_client(&s, &c);
	send_request(&c, "/endless", true);
	read_some(&c, FIRST);
	server_stop(&s);
	assert_broken_off(&c, 0);
	client_close(&c);
	server_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    many_pieces_come_whole_in_order_and_without_a_length),
		cmocka_unit_test(
		    without_the_flag_the_connection_ends_with_the_last_piece),
		cmocka_unit_test(empty_pieces_are_no_end),
		cmocka_unit_test(
		    a_body_that_breaks_off_closes_the_connection_without_an_end),
		cmocka_unit_test(head_asks_for_no_piece),
		cmocka_unit_test(nothing_is_made_that_the_peer_does_not_take),
		cmocka_unit_test(others_are_served_while_a_long_body_goes_out),
		cmocka_unit_test(
		    a_request_behind_a_long_body_waits_for_its_end),
		cmocka_unit_test(a_peer_that_takes_nothing_is_cut_off),
		cmocka_unit_test(a_peer_that_takes_little_by_little_goes_on),
		cmocka_unit_test(a_drain_lets_a_long_body_end),
		cmocka_unit_test(a_drain_does_not_wait_for_a_body_without_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, share, unshare);
}
