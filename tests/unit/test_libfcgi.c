#include "gateway/libfcgi.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/err.h"
#include "loop_server.h"
#include "unit.h"

/* Milliseconds, of a wait that a test sees the end of. */
#define SHORT 300
#define TRIES 2000

static void
defaults(struct server *s)
{
	server_defaults(s);
	s->libfcgi = true;
}

static void
run(struct server *s)
{
	defaults(s);
	server_start(s);
}

/* A connection of its own for a request, as this gateway keeps none. */
static void
assert_answered(const struct server *s, const char *uri)
{
	struct client c;

	open_client(s, &c);
	send_request(&c, uri, false);
	expect_answer(&c, 200, str_of(uri));
	assert_true(client_is_closed(&c));
	client_close(&c);
}

static void
ask(const struct server *s, const struct client_request *request,
    struct client_answer *answer)
{
	struct client c;

	open_client(s, &c);
	assert_int_equal(client_call(&c, request, answer), 0);
	assert_int_equal(answer->protocol_status, FCGI_REQUEST_COMPLETE);
	assert_int_equal(answer->app_status, 0);
	assert_true(client_is_closed(&c));
	client_close(&c);
}

static int
status_of(const struct server *s, const struct client_request *request)
{
	struct client_answer answer;
	int status;

	ask(s, request, &answer);
	status = answer.status;
	client_answer_free(&answer);
	return status;
}

static void
each_connection_brings_one_request_also_if_it_is_to_be_kept(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	for (int i = 0; i < 20; i++) {
		open_client(&s, &c);
		send_request(&c, "/a?b=c", i % 2 == 0);
		expect_answer(&c, 200, STR("/a?b=c"));
		assert_true(client_is_closed(&c));
		client_close(&c);
	}
	assert_counts(&s.spec.counters->requests, 20);
	assert_counts(&s.spec.counters->connections, 20);
	assert_counts(&s.spec.counters->answers[2], 20);
	server_end(&s);
}

static void
head_tells_the_length_without_the_body(void **state)
{
	const struct client_request request = { .method = "HEAD",
		.uri = "/head" };
	struct client_answer answer;
	struct server s;

	(void)state;
	run(&s);
	ask(&s, &request, &answer);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.n, 0);
	assert_true(str_eq(client_header(&answer, "Content-Length"), STR("5")));
	client_answer_free(&answer);
	server_end(&s);
}

static void
bodies_arrive_whole(void **state)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 8191, 8192, 8193,
		16384, 32767, 32768, 32769, SERVER_BODY_MAX - 1,
		SERVER_BODY_MAX };
	static char text[SERVER_BODY_MAX];
	struct server s;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 % 251);
	run(&s);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const struct client_request request = { .method = "POST",
			.uri = "/echo",
			.body = { text, lengths[i] } };
		struct client_answer answer;

		ask(&s, &request, &answer);
		assert_int_equal(answer.status, 201);
		assert_int_equal(answer.body.n, lengths[i]);
		if (lengths[i] > 0)
			assert_memory_equal(answer.body.p, text, lengths[i]);
		client_answer_free(&answer);
	}
	server_end(&s);
}

static void
single_bytes_make_a_request(void **state)
{
	const struct client_request request = {
		.method = "POST", .uri = "/echo", .body = STR("abc")
	};
	struct server s;
	struct client c;
	struct buf out;

	(void)state;
	run(&s);
	open_client(&s, &c);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	for (size_t i = 0; i < out.n; i++)
		assert_true(client_send(&c, (struct str){ out.p + i, 1 }));
	expect_answer(&c, 201, STR("abc"));
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
a_large_answer_waits_for_its_reader(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	send_request(&c, "/large", false);
	poll(NULL, 0, SHORT / 3);
	expect_large(&c);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
an_answer_that_cannot_be_built_is_a_500(void **state)
{
	struct server s;

	(void)state;
	run(&s);
	assert_int_equal(
	    status_of(&s, &(struct client_request){ .uri = "/bad-header" }),
	    500);
	assert_answered(&s, "/after");
	assert_counts(&s.spec.counters->answers[5], 1);
	server_end(&s);
}

static void
requests_over_a_limit_are_answered(void **state)
{
	static char text[3 << 20], cookie[SERVER_HEADERS_MAX + 1], uri[1026];
	const char *const params[] = { "HTTP_COOKIE", cookie, NULL };
	struct client_request body = { .method = "POST",
		.uri = "/echo",
		.body = { text, SERVER_BODY_MAX + 1 } };
	struct server s;

	(void)state;
	memset(cookie, 'c', sizeof(cookie) - 1);
	memset(uri, 'u', sizeof(uri) - 1);
	run(&s);
	assert_int_equal(status_of(&s, &body), 413);
	body.body.n = SERVER_BODY_MAX + GATEWAY_SWALLOW_MAX;
	assert_int_equal(status_of(&s, &body), 413);
	body.params = params;
	assert_int_equal(status_of(&s, &body), 431);
	assert_int_equal(
	    status_of(&s, &(struct client_request){ .uri = uri }), 414);
	assert_answered(&s, "/after");
	server_end(&s);
}

/* The peer may find the connection closed before it has sent all of it. */
static void
far_over_the_limit_the_answer_still_comes(void **state)
{
	static char text[3 << 20];
	const struct client_request request = {
		.method = "POST", .uri = "/echo", .body = { text, sizeof(text) }
	};
	struct client_answer answer;
	struct server s;
	struct client c;

	(void)state;
	run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 413);
	client_answer_free(&answer);
	client_close(&c);
	assert_answered(&s, "/after");
	server_end(&s);
}

static void
a_length_that_lies_is_400(void **state)
{
	static const char *const lengths[] = { "2", "4", "x", "-3", "" };
	struct server s;
	struct client c;
	struct buf out;

	(void)state;
	run(&s);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const struct client_request request = { .method = "POST",
			.uri = "/echo",
			.params = (const char *const[]){
			    "CONTENT_LENGTH", lengths[i], NULL } };

		buf_init(&out, 1 << 16);
		put_request(&out, &request);
		/* In place of the empty STDIN that stands at the end. */
		out.n -= FCGI_HEADER_LEN;
		put_stream(&out, FCGI_STDIN, 1, STR("abc"), 3, 0);
		open_client(&s, &c);
		assert_true(client_send(&c, buf_view(&out)));
		expect_answer(&c, 400, STR("refused"));
		client_close(&c);
		buf_free(&out);
	}
	server_end(&s);
}

/* The connection ends without an answer, and the next one has its own. */
static void
assert_cut_off(const struct server *s, struct str bytes)
{
	struct client_record record;
	struct client c;
	int rc;

	open_client(s, &c);
	/* What the peer leaves unread comes back as a reset. */
	client_send(&c, bytes);
	rc = client_record(&c, &record);
	assert_true(rc == HUB_ENOENT || rc == HUB_ECORRUPT);
	client_close(&c);
	assert_answered(s, "/after");
}

static void
what_is_not_fastcgi_is_cut_off(void **state)
{
	struct server s;
	struct buf out;

	(void)state;
	run(&s);
	assert_cut_off(&s, STR("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	buf_init(&out, 1 << 16);
	put_begin(&out, 1, FCGI_RESPONDER, false);
	put_stream(&out, FCGI_PARAMS, 1, STR("\100\100cut short"), 99, 0);
	assert_cut_off(&s, buf_view(&out));
	/* Lengths that would wrap around. */
	buf_reset(&out);
	put_begin(&out, 1, FCGI_RESPONDER, false);
	put_stream(&out, FCGI_PARAMS, 1,
	    STR("\377\377\377\377\377\377\377\377ab"), 99, 0);
	assert_cut_off(&s, buf_view(&out));
	buf_free(&out);
	assert_counts(&s.spec.counters->protocol_errors, 3);
	server_end(&s);
}

static void
another_role_has_no_answer(void **state)
{
	static const uint16_t roles[] = { FCGI_AUTHORIZER, FCGI_FILTER, 4 };
	struct server s;
	struct buf out;

	(void)state;
	run(&s);
	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		buf_reset(&out);
		put_begin(&out, 1, roles[i], false);
		put_stream(&out, FCGI_PARAMS, 1, STR_NONE, 99, 0);
		put_stream(&out, FCGI_STDIN, 1, STR_NONE, 99, 0);
		assert_cut_off(&s, buf_view(&out));
	}
	buf_free(&out);
	assert_counts(&s.spec.counters->requests, 3);
	server_end(&s);
}

static void
an_aborted_request_has_no_answer(void **state)
{
	const struct client_request request = { .uri = "/aborted" };
	struct server s;
	struct buf out;

	(void)state;
	run(&s);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	out.n -= FCGI_HEADER_LEN;
	put_record(&out, FCGI_ABORT_REQUEST, 1, STR_NONE, 0);
	assert_cut_off(&s, buf_view(&out));
	buf_free(&out);
	server_end(&s);
}

/* Whether one is served that waits behind one that sends half a header. */
static bool
is_served_in_turn(const struct server *s, struct str bytes)
{
	struct client_answer answer = { .ended = false };
	struct client half, next;
	bool served;

	open_client(s, &half);
	open_client(s, &next);
	client_send(&half, (struct str){ bytes.p, 5 });
	served = client_send(&next, bytes) &&
	    client_answer(&next, &answer) == 0 && answer.status == 201;
	client_answer_free(&answer);
	client_close(&half);
	client_close(&next);
	return served;
}

static void
a_peer_that_stops_half_way_is_cut_off(void **state)
{
	const struct client_request request = {
		.method = "POST", .uri = "/echo", .body = STR("abc")
	};
	struct server s;
	struct client half;
	struct buf out;
	bool served = false;

	(void)state;
	defaults(&s);
	s.spec.timeout_request = SHORT;
	server_start(&s);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	/* Nothing, half a header, half the parameters, half the body. */
	for (uint64_t n = 0; n < 4; n++) {
		const size_t places[] = { 0, 5, 30, out.n - 10 };

		open_client(&s, &half);
		client_send(&half, (struct str){ out.p, places[n] });
		assert_true(client_is_closed(&half));
		client_close(&half);
		assert_counts(&s.spec.counters->timeouts, n + 1);
	}
	/* On a busy machine it is this process that may be too slow. */
	for (int i = 0; i < 30 && !served; i++)
		served = is_served_in_turn(&s, buf_view(&out));
	assert_true(served);
	buf_free(&out);
	server_end(&s);
}

/* Each byte ends a read; all of them together have one time. */
static void
a_peer_that_sends_slowly_is_cut_off(void **state)
{
	const struct client_request request = { .uri = "/slow" };
	struct server s;
	struct client slow;
	struct buf out;
	bool open = true;

	(void)state;
	defaults(&s);
	s.spec.timeout_request = SHORT;
	server_start(&s);
	open_client(&s, &slow);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	for (size_t i = 0; i < out.n && open; i++) {
		open = client_send(&slow, (struct str){ out.p + i, 1 });
		poll(NULL, 0, SHORT / 10);
	}
	assert_false(open);
	assert_counts(&s.spec.counters->timeouts, 1);
	buf_free(&out);
	client_close(&slow);
	server_end(&s);
}

/* Also one that is no request and does not go away. */
static void
a_peer_that_goes_on_for_ever_is_cut_off(void **state)
{
	struct server s;
	struct client c;
	struct buf out;
	int i = 0;

	(void)state;
	defaults(&s);
	s.spec.timeout_request = SHORT;
	server_start(&s);
	open_client(&s, &c);
	buf_init(&out, 1024);
	put_record(&out, FCGI_GET_VALUES, 0, STR_NONE, 0);
	while (i < TRIES && client_send(&c, buf_view(&out))) {
		poll(NULL, 0, 10);
		i++;
	}
	assert_true(i < TRIES);
	assert_counts(&s.spec.counters->timeouts, 1);
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
a_peer_that_does_not_read_is_cut_off(void **state)
{
	struct server s;
	struct client stuck, next;

	(void)state;
	defaults(&s);
	s.spec.timeout_write = SHORT;
	server_start(&s);
	open_client(&s, &stuck);
	open_client(&s, &next);
	send_request(&stuck, "/large", false);
	send_request(&next, "/next", false);
	expect_answer(&next, 200, STR("/next"));
	client_close(&stuck);
	client_close(&next);
	server_end(&s);
}

static void
at_the_stop_the_request_under_way_is_answered(void **state)
{
	const struct client_request request = { .uri = "/half" };
	struct server s;
	struct client half;
	struct buf out;

	(void)state;
	run(&s);
	open_client(&s, &half);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	assert_true(client_send(&half, (struct str){ out.p, 20 }));
	assert_counts(&s.spec.counters->connections, 1);
	server_stop(&s);
	assert_true(client_send(&half, (struct str){ out.p + 20, out.n - 20 }));
	expect_answer(&half, 200, STR("/half"));
	buf_free(&out);
	client_close(&half);
	server_end(&s);
}

static void
an_idle_one_ends_at_the_stop(void **state)
{
	struct server s;

	(void)state;
	run(&s);
	assert_answered(&s, "/");
	server_end(&s);
	run(&s);
	server_end(&s);
}

/* select(), which libfcgi has in parts of it, ends at 1024. */
static void
high_descriptors_work(void **state)
{
	enum { MANY = 1100 };
	static int fds[MANY];
	struct rlimit limit;
	struct server s;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = MANY + 100;
	assert_true(limit.rlim_cur <= limit.rlim_max);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < MANY; i++) {
		fds[i] = dup(STDERR_FILENO);
		assert_true(fds[i] >= 0);
	}
	run(&s);
	assert_answered(&s, "/high");
	assert_cut_off(&s, STR("GET / HTTP/1.1\r\n\r\n"));
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	server_end(&s);
}

#define FIRST 300000 /* bytes of the first part */
#define PIECE 65536  /* of each further one */
#define PIECES 40

struct source {
	unsigned int pieces; /* still to come */
	bool broken;         /* what comes instead of the end */
	size_t at;
};

static void
put_text(struct buf *out, size_t at, size_t n)
{
	char *p = buf_space(out, n);

	for (size_t i = 0; p != NULL && i < n; i++)
		p[i] = (char)((at + i) * 7 % 251);
}

/* Every other piece is empty, which is no end. */
static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct source *source = ctx;

	if (source->pieces == 0)
		return source->broken ? RESP_BROKEN : RESP_DONE;
	if (source->pieces-- % 2 == 0)
		return RESP_MORE;
	put_text(piece, source->at, PIECE);
	source->at += PIECE;
	return RESP_MORE;
}

static enum resp_step
produce_too_much(void *ctx, struct buf *piece)
{
	(void)ctx;
	for (int i = 0; i < 2; i++)
		put_text(piece, 0, RESP_BODY_MAX);
	return RESP_MORE;
}

static void
serve_pieces(void *ctx, struct req *req, struct resp *resp)
{
	struct source *source = arena_zalloc(resp->arena, sizeof(*source));
	struct arena_mark mark = arena_mark(resp->arena);
	struct buf first;

	(void)ctx;
	if (source == NULL || str_eq(req->path, STR("/after"))) {
		resp_body(resp, 200, "text/plain", req->uri);
		return;
	}
	buf_init_arena(&first, resp->arena, FIRST);
	put_text(&first, 0, FIRST);
	source->at = FIRST;
	source->pieces = 2 * PIECES;
	source->broken = str_eq(req->path, STR("/broken"));
	resp_body(resp, 200, "text/plain", buf_view(&first));
	resp_produce(resp,
	    str_eq(req->path, STR("/too-much")) ? produce_too_much : produce,
	    source, mark);
}

static void
many_pieces_come_whole_and_in_order(void **state)
{
	const struct client_request request = { .uri = "/long" };
	struct client_answer answer;
	struct server s;

	(void)state;
	defaults(&s);
	s.spec.app = (struct app){ serve_pieces, NULL };
	server_start(&s);
	for (int round = 0; round < 2; round++) {
		ask(&s, &request, &answer);
		assert_int_equal(answer.status, 200);
		assert_null(client_header(&answer, "Content-Length").p);
		assert_int_equal(answer.body.n, FIRST + PIECES * PIECE);
		for (size_t i = 0; i < answer.body.n; i++) {
			if (answer.body.p[i] != (char)(i * 7 % 251))
				fail_msg("byte %zu is another one", i);
		}
		client_answer_free(&answer);
	}
	server_end(&s);
}

static void
a_body_that_breaks_off_has_no_end(void **state)
{
	static const char *const uris[] = { "/broken", "/too-much" };
	struct client_record record;
	struct server s;
	struct client c;
	int rc;

	(void)state;
	defaults(&s);
	s.spec.app = (struct app){ serve_pieces, NULL };
	server_start(&s);
	for (int i = 0; i < 2; i++) {
		open_client(&s, &c);
		send_request(&c, uris[i], false);
		while ((rc = client_record(&c, &record)) == 0) {
			assert_int_equal(record.type, FCGI_STDOUT);
			assert_true(record.content.n > 0);
		}
		assert_true(rc == HUB_ENOENT || rc == HUB_ECORRUPT);
		client_close(&c);
		assert_answered(&s, "/after");
	}
	server_end(&s);
}

static void
one_that_cannot_listen_says_why(void **state)
{
	struct why why = { "" };
	const struct libfcgi_spec spec = { .listen_fd = -1, .stop_fd = -1 };
	int status;
	pid_t pid;

	(void)state;
	/* In a child, whose handlers of signals it may take. */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(libfcgi_run(&spec, &why) == HUB_EIO && *why.text != '\0'
			? 0
			: 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_connection_brings_one_request_also_if_it_is_to_be_kept),
		cmocka_unit_test(head_tells_the_length_without_the_body),
		cmocka_unit_test(bodies_arrive_whole),
		cmocka_unit_test(single_bytes_make_a_request),
		cmocka_unit_test(a_large_answer_waits_for_its_reader),
		cmocka_unit_test(an_answer_that_cannot_be_built_is_a_500),
		cmocka_unit_test(requests_over_a_limit_are_answered),
		cmocka_unit_test(far_over_the_limit_the_answer_still_comes),
		cmocka_unit_test(a_length_that_lies_is_400),
		cmocka_unit_test(what_is_not_fastcgi_is_cut_off),
		cmocka_unit_test(another_role_has_no_answer),
		cmocka_unit_test(an_aborted_request_has_no_answer),
		cmocka_unit_test(a_peer_that_stops_half_way_is_cut_off),
		cmocka_unit_test(a_peer_that_sends_slowly_is_cut_off),
		cmocka_unit_test(a_peer_that_goes_on_for_ever_is_cut_off),
		cmocka_unit_test(a_peer_that_does_not_read_is_cut_off),
		cmocka_unit_test(at_the_stop_the_request_under_way_is_answered),
		cmocka_unit_test(an_idle_one_ends_at_the_stop),
		cmocka_unit_test(high_descriptors_work),
		cmocka_unit_test(many_pieces_come_whole_and_in_order),
		cmocka_unit_test(a_body_that_breaks_off_has_no_end),
		cmocka_unit_test(one_that_cannot_listen_says_why),
	};

	return UNIT_RUN(tests);
}
