#include "gateway/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "loop_server.h"
#include "unit.h"

/* Milliseconds, of a wait that a test sees the end of. */
#define SHORT 300

static void
a_kept_connection_brings_many_requests(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	for (int i = 0; i < 100; i++)
		assert_served(&c, i % 2 == 0 ? "/a" : "/b?c");
	assert_counts(&s.spec.counters->connections, 1);
	assert_counts(&s.spec.counters->requests, 100);
	assert_counts(&s.spec.counters->answers[2], 100);
	client_close(&c);
	server_end(&s);
}

static void
without_the_flag_the_connection_ends_with_the_answer(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	send_request(&c, "/once", false);
	expect_answer(&c, 200, STR("/once"));
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
a_keeper_serves_one_connection_and_keeps_none(void **state)
{
	struct server s;
	struct client first, second;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 1;
	server_start(&s);
	open_client(&s, &first);
	open_client(&s, &second);
	send_request(&second, "/second", true);
	/* The first is connected, so the second has to wait for it. */
	send_request(&first, "/first", true);
	expect_answer(&first, 200, STR("/first"));
	assert_true(client_is_closed(&first));
	expect_answer(&second, 200, STR("/second"));
	assert_true(client_is_closed(&second));
	client_close(&first);
	client_close(&second);
	server_end(&s);
}

static void
keeping_can_be_switched_off(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_defaults(&s);
	s.spec.keep = false;
	server_start(&s);
	open_client(&s, &c);
	send_request(&c, "/", true);
	expect_answer(&c, 200, STR("/"));
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
head_tells_the_length_without_the_body(void **state)
{
	const struct client_request request = {
		.method = "HEAD", .uri = "/large", .keep = true
	};
	struct client_answer answer;
	struct server s;
	struct client c;
	struct str length;
	char text[16];

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.n, 0);
	length = client_header(&answer, "Content-Length");
	snprintf(text, sizeof(text), "%d", RESP_BODY_MAX);
	assert_true(str_eq(length, str_of(text)));
	client_answer_free(&answer);
	assert_served(&c, "/next");
	client_close(&c);
	server_end(&s);
}

static void
bodies_arrive_whole(void **state)
{
	static char text[SERVER_BODY_MAX];
	static const size_t lengths[] = { 1, 32768, SERVER_BODY_MAX };
	struct server s;
	struct client c;

	(void)state;
	memset(text, 'b', sizeof(text));
	server_run(&s);
	open_client(&s, &c);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const struct client_request request = { .method = "POST",
			.uri = "/echo",
			.keep = true,
			.body = { text, lengths[i] } };
		struct buf out;

		buf_init(&out, 1 << 20);
		put_request(&out, &request);
		assert_true(client_send(&c, buf_view(&out)));
		expect_answer(&c, 201, request.body);
		buf_free(&out);
	}
	client_close(&c);
	server_end(&s);
}

static void
two_requests_in_one_write_are_both_answered(void **state)
{
	const struct client_request one = { .uri = "/one", .keep = true };
	const struct client_request two = { .uri = "/two", .keep = false };
	struct server s;
	struct client c;
	struct buf out;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	buf_init(&out, 1 << 16);
	put_request(&out, &one);
	put_request(&out, &two);
	assert_true(client_send(&c, buf_view(&out)));
	expect_answer(&c, 200, STR("/one"));
	expect_answer(&c, 200, STR("/two"));
	assert_true(client_is_closed(&c));
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
single_bytes_make_a_request(void **state)
{
	const struct client_request request = { .uri = "/bytes", .keep = true };
	struct server s;
	struct client c;
	struct buf out;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	for (size_t i = 0; i < out.n; i++)
		assert_true(client_send(&c, (struct str){ out.p + i, 1 }));
	expect_answer(&c, 200, STR("/bytes"));
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
large_answers_wait_for_their_reader_in_order(void **state)
{
	struct server s;
	struct client c, other;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	open_client(&s, &other);
	for (int i = 0; i < 4; i++) {
		send_request(&c, "/large", true);
		send_request(&c, "/small", true);
	}
	/* The socket does not hold the first answer; others are served. */
	assert_served(&other, "/other");
	for (int i = 0; i < 4; i++) {
		expect_large(&c);
		expect_answer(&c, 200, STR("/small"));
	}
	assert_served(&c, "/more");
	client_close(&c);
	client_close(&other);
	server_end(&s);
}

static void
a_large_answer_is_whole_before_the_connection_ends(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	send_request(&c, "/large", false);
	expect_large(&c);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

static void
an_answer_that_cannot_be_built_is_a_500(void **state)
{
	struct client_request request = { .uri = "/bad-header", .keep = true };
	struct client_answer answer;
	struct server s;
	struct client c;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 500);
	assert_true(str_eq(client_header(&answer, "Content-Type"),
	    STR("application/problem+json")));
	assert_true(str_starts(answer.body, STR("{\"type\":")));
	client_answer_free(&answer);
	assert_served(&c, "/after");
	assert_counts(&s.spec.counters->answers[5], 1);
	client_close(&c);
	server_end(&s);
}

static void
what_is_not_fastcgi_is_cut_off(void **state)
{
	struct server s;
	struct client c, other;

	(void)state;
	server_run(&s);
	open_client(&s, &other);
	open_client(&s, &c);
	assert_true(client_send(&c, STR("GET / HTTP/1.1\r\n\r\n")));
	assert_true(client_is_closed(&c));
	assert_counts(&s.spec.counters->protocol_errors, 1);
	assert_served(&other, "/other");
	client_close(&c);
	client_close(&other);
	server_end(&s);
}

static void
values_are_told_before_and_between_requests(void **state)
{
	struct server s;
	struct client c;
	struct client_record record;
	struct buf pairs, out;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	buf_init(&pairs, 1024);
	buf_init(&out, 1024);
	put_param(&pairs, STR(FCGI_MAX_CONNS), STR_NONE);
	put_record(&out, FCGI_GET_VALUES, 0, buf_view(&pairs), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(client_send(&c, buf_view(&out)));
		assert_int_equal(client_record(&c, &record), 0);
		assert_int_equal(record.type, FCGI_GET_VALUES_RESULT);
		assert_int_equal(record.id, 0);
		assert_true(
		    str_eq(record.content, STR("\16\2FCGI_MAX_CONNS64")));
		assert_served(&c, "/between");
	}
	buf_free(&pairs);
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
an_aborted_request_leaves_the_connection(void **state)
{
	struct server s;
	struct client c;
	struct client_answer answer;
	struct buf out;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	buf_init(&out, 1024);
	put_begin(&out, 1, FCGI_RESPONDER, true);
	put_record(&out, FCGI_PARAMS, 1, STR("\1\1ab"), 0);
	assert_true(client_send(&c, buf_view(&out)));
	buf_reset(&out);
	put_record(&out, FCGI_ABORT_REQUEST, 1, STR_NONE, 0);
	assert_true(client_send(&c, buf_view(&out)));
	assert_int_equal(client_answer(&c, &answer), 0);
	assert_true(answer.ended);
	assert_int_equal(answer.text.n, 0);
	assert_int_equal(answer.protocol_status, FCGI_REQUEST_COMPLETE);
	client_answer_free(&answer);
	assert_served(&c, "/after");
	assert_counts(&s.spec.counters->requests, 1);
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

/* The first half of a request is there, and has been read. */
static void
send_half(
    struct client *c, const struct client_request *request, struct buf *rest)
{
	struct buf out;

	buf_init(&out, 1 << 16);
	put_record(&out, 99, 0, STR_NONE, 0);
	put_request(&out, request);
	assert_true(client_send(c, (struct str){ out.p, out.n / 2 }));
	buf_put(rest, out.p + out.n / 2, out.n - out.n / 2);
	buf_free(&out);
	/* The answer to the record before it tells that the half was read. */
	assert_int_equal(
	    client_record(c, &(struct client_record){ .type = 0 }), 0);
}

static void
at_the_stop_requests_under_way_are_answered(void **state)
{
	const struct client_request request = { .uri = "/half", .keep = true };
	struct server s;
	struct client half, idle, reading;
	struct buf rest;

	(void)state;
	server_run(&s);
	open_client(&s, &half);
	open_client(&s, &idle);
	open_client(&s, &reading);
	assert_served(&idle, "/idle");
	send_request(&reading, "/large", true);
	buf_init(&rest, 1 << 16);
	send_half(&half, &request, &rest);

	server_stop(&s);
	assert_true(client_is_closed(&idle));
	assert_true(client_send(&half, buf_view(&rest)));
	expect_answer(&half, 200, STR("/half"));
	assert_true(client_is_closed(&half));
	expect_large(&reading);
	/* Its answer was made before the stop: it is closed as an idle one. */
	assert_true(client_is_closed(&reading));
	buf_free(&rest);
	client_close(&half);
	client_close(&idle);
	client_close(&reading);
	server_end(&s);
}

static void
at_the_stop_a_request_that_is_never_whole_is_given_up(void **state)
{
	const struct client_request request = { .uri = "/half", .keep = true };
	struct server s;
	struct client c;
	struct buf rest;

	(void)state;
	server_defaults(&s);
	s.spec.timeout_drain = SHORT;
	server_start(&s);
	open_client(&s, &c);
	buf_init(&rest, 1 << 16);
	send_half(&c, &request, &rest);
	server_stop(&s);
	assert_true(client_is_closed(&c));
	buf_free(&rest);
	client_close(&c);
	server_end(&s);
}

#define WAITING 5

/* Connections with a whole request each, which nobody has accepted. */
static void
let_wait(const struct server *s, struct client c[WAITING])
{
	for (int i = 0; i < WAITING; i++) {
		open_client(s, &c[i]);
		send_request(&c[i], "/waits", true);
	}
}

static void
expect_all(struct client c[WAITING])
{
	for (int i = 0; i < WAITING; i++) {
		expect_answer(&c[i], 200, STR("/waits"));
		assert_true(client_is_closed(&c[i]));
		client_close(&c[i]);
	}
}

static void
at_the_stop_who_waits_in_a_shut_socket_is_answered(void **state)
{
	const struct client_request request = { .uri = "/half", .keep = true };
	struct client half, waiting[WAITING], late;
	struct server s;
	struct buf rest;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 1;
	s.hold = true;
	server_start(&s);
	open_client(&s, &half);
	buf_init(&rest, 1 << 16);
	send_half(&half, &request, &rest);
	let_wait(&s, waiting);

	assert_int_equal(shutdown(s.listener, SHUT_RD), 0);
	server_stop(&s);
	assert_false(client_open(&late, s.path));
	assert_int_equal(errno, ECONNREFUSED);
	assert_true(client_send(&half, buf_view(&rest)));
	expect_answer(&half, 200, STR("/half"));
	expect_all(waiting);
	server_end(&s);
	buf_free(&rest);
	client_close(&half);
}

/* Of several connections at a time, likewise. */
static void
at_the_stop_a_reader_empties_a_shut_socket(void **state)
{
	struct client waiting[WAITING];
	struct server s;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 2;
	s.hold = true;
	server_start(&s);
	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	let_wait(&s, waiting);
	assert_int_equal(shutdown(s.listener, SHUT_RD), 0);
	server_stop(&s);
	assert_int_equal(kill(s.pid, SIGCONT), 0);
	expect_all(waiting);
	server_end(&s);
}

/* The next daemon takes the socket over, and who waits in it. */
static void
at_the_stop_who_waits_in_an_open_socket_is_left_there(void **state)
{
	const struct client_request request = { .uri = "/half", .keep = true };
	struct client half, waiting[WAITING];
	struct server s;
	struct buf rest;
	int fd;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 1;
	s.hold = true;
	server_start(&s);
	open_client(&s, &half);
	buf_init(&rest, 1 << 16);
	send_half(&half, &request, &rest);
	let_wait(&s, waiting);
	server_stop(&s);
	assert_true(client_send(&half, buf_view(&rest)));
	expect_answer(&half, 200, STR("/half"));
	assert_true(client_is_closed(&half));
	for (int i = 0; i < WAITING; i++) {
		char byte;

		fd = accept(s.listener, NULL, NULL);
		assert_true(fd >= 0);
		assert_int_equal(read(fd, &byte, 1), 1);
		close(fd);
		client_close(&waiting[i]);
	}
	server_end(&s);
	buf_free(&rest);
	client_close(&half);
}

static void
who_waits_in_a_shut_socket_is_given_up_in_time(void **state)
{
	struct client silent, waiting;
	struct server s;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 1;
	s.spec.timeout_drain = SHORT;
	s.hold = true;
	server_start(&s);
	open_client(&s, &silent);
	assert_counts(&s.spec.counters->connections, 1);
	open_client(&s, &waiting);
	assert_int_equal(shutdown(s.listener, SHUT_RD), 0);
	server_stop(&s);
	assert_true(client_is_closed(&silent));
	client_close(&silent);
	server_end(&s);
	assert_true(client_is_closed(&waiting));
	client_close(&waiting);
}

static void
an_idle_loop_shows_that_it_lives(void **state)
{
	struct server s;
	int64_t end;

	(void)state;
	server_defaults(&s);
	s.spec.beat = 5;
	server_start(&s);
	end = clock_mono_ms() + FOREVER;
	while (
	    atomic_load(&s.spec.counters->beats) < 10 && clock_mono_ms() < end)
		poll(NULL, 0, 5);
	assert_true(atomic_load(&s.spec.counters->beats) >= 10);
	server_end(&s);
}

static void
a_loop_that_cannot_listen_says_why(void **state)
{
	struct server s;
	struct why why = { "" };

	(void)state;
	server_defaults(&s);
	s.spec.listen_fd = -1;
	s.spec.stop_fd = -1;
	assert_int_equal(loop_run(&s.spec, &why), HUB_EIO);
	assert_true(strlen(why.text) > 0);
	assert_int_equal(munmap(s.spec.counters, sizeof(*s.spec.counters)), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kept_connection_brings_many_requests),
		cmocka_unit_test(
		    without_the_flag_the_connection_ends_with_the_answer),
		cmocka_unit_test(a_keeper_serves_one_connection_and_keeps_none),
		cmocka_unit_test(keeping_can_be_switched_off),
		cmocka_unit_test(head_tells_the_length_without_the_body),
		cmocka_unit_test(bodies_arrive_whole),
		cmocka_unit_test(two_requests_in_one_write_are_both_answered),
		cmocka_unit_test(single_bytes_make_a_request),
		cmocka_unit_test(large_answers_wait_for_their_reader_in_order),
		cmocka_unit_test(
		    a_large_answer_is_whole_before_the_connection_ends),
		cmocka_unit_test(an_answer_that_cannot_be_built_is_a_500),
		cmocka_unit_test(what_is_not_fastcgi_is_cut_off),
		cmocka_unit_test(values_are_told_before_and_between_requests),
		cmocka_unit_test(an_aborted_request_leaves_the_connection),
		cmocka_unit_test(at_the_stop_requests_under_way_are_answered),
		cmocka_unit_test(
		    at_the_stop_a_request_that_is_never_whole_is_given_up),
		cmocka_unit_test(
		    at_the_stop_who_waits_in_a_shut_socket_is_answered),
		cmocka_unit_test(at_the_stop_a_reader_empties_a_shut_socket),
		cmocka_unit_test(
		    at_the_stop_who_waits_in_an_open_socket_is_left_there),
		cmocka_unit_test(
		    who_waits_in_a_shut_socket_is_given_up_in_time),
		cmocka_unit_test(an_idle_loop_shows_that_it_lives),
		cmocka_unit_test(a_loop_that_cannot_listen_says_why),
	};

	return UNIT_RUN(tests);
}
