#include "gateway/loop.h"

#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include "base/clock.h"
#include "loop_server.h"
#include "unit.h"

/* Milliseconds, of a wait that a test sees the end of. */
#define SHORT 300
#define TRIES 2000
#define MANY 1000

/* Descriptors for MANY connections and some more. */
static bool
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	if (limit.rlim_cur >= MANY + 100)
		return true;
	limit.rlim_cur = MANY + 100;
	return limit.rlim_max >= limit.rlim_cur &&
	    setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void
a_thousand_kept_connections_are_each_served(void **state)
{
	static struct client clients[MANY];
	struct server s;

	(void)state;
	assert_true(raise_descriptors());
	server_defaults(&s);
	s.spec.connections = MANY + 1;
	server_start(&s);
	for (int i = 0; i < MANY; i++)
		open_client(&s, &clients[i]);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < MANY; i++)
			send_request(&clients[i], "/many", true);
		for (int i = MANY - 1; i >= 0; i--)
			expect_answer(&clients[i], 200, STR("/many"));
	}
	assert_counts(&s.spec.counters->connections, MANY);
	assert_counts(&s.spec.counters->requests, 2 * MANY);
	for (int i = 0; i < MANY; i++)
		client_close(&clients[i]);
	server_end(&s);
}

/* The web server keeps as many as it likes; that must not keep others out. */
static void
the_longest_idle_connection_gives_way_to_a_new_one(void **state)
{
	struct server s;
	struct client clients[5];

	(void)state;
	server_defaults(&s);
	s.spec.connections = 3;
	server_start(&s);
	for (int i = 0; i < 5; i++) {
		open_client(&s, &clients[i]);
		assert_served(&clients[i], "/place");
	}
	assert_true(client_is_closed(&clients[0]));
	assert_true(client_is_closed(&clients[1]));
	assert_true(client_is_closed(&clients[2]));
	assert_served(&clients[3], "/again");
	for (int i = 0; i < 5; i++)
		client_close(&clients[i]);
	server_end(&s);
}

/* Where all are busy a new one waits, and the next that is done is closed. */
static void
a_busy_worker_that_is_full_keeps_nobody(void **state)
{
	struct server s;
	struct client busy[2], waiting;
	struct buf first, rest;

	(void)state;
	buf_init(&first, 4096);
	buf_init(&rest, 4096);
	put_request(
	    &first, &(struct client_request){ .uri = "/half", .keep = true });
	buf_put(&rest, first.p + 20, first.n - 20);
	server_defaults(&s);
	s.spec.connections = 2;
	server_start(&s);
	for (int i = 0; i < 2; i++) {
		open_client(&s, &busy[i]);
		assert_true(client_send(&busy[i], (struct str){ first.p, 20 }));
	}
	assert_counts(&s.spec.counters->connections, 2);
	open_client(&s, &waiting);
	send_request(&waiting, "/place", true);
	assert_true(client_send(&busy[1], buf_view(&rest)));
	expect_answer(&busy[1], 200, STR("/half"));
	assert_true(client_is_closed(&busy[1]));
	expect_answer(&waiting, 200, STR("/place"));
	assert_true(client_send(&busy[0], buf_view(&rest)));
	expect_answer(&busy[0], 200, STR("/half"));
	client_close(&busy[0]);
	client_close(&busy[1]);
	client_close(&waiting);
	buf_free(&first);
	buf_free(&rest);
	server_end(&s);
}

static void
used_up_descriptors_delay_new_connections_only(void **state)
{
	enum { ALL = 20, ROOM = 4 };
	struct server s;
	struct client clients[ALL];

	(void)state;
	/* It accepts a connection and closes it; the kernel leaves it waiting. */
	if (RUNNING_ON_VALGRIND)
		return;
	server_defaults(&s);
	s.descriptors = ROOM;
	server_start(&s);
	for (int i = 0; i < ALL; i++) {
		open_client(&s, &clients[i]);
		send_request(&clients[i], "/room", true);
	}
	for (int i = 0; i < ROOM; i++)
		expect_answer(&clients[i], 200, STR("/room"));
	for (int i = 0; i < 100; i++)
		assert_served(&clients[i % ROOM], "/kept");
	assert_true(atomic_load(&s.spec.counters->connections) < ALL);
	/* Each that goes makes room for another. */
	for (int i = 0; i < ALL; i++) {
		if (i >= ROOM)
			expect_answer(&clients[i], 200, STR("/room"));
		client_close(&clients[i]);
	}
	assert_counts(&s.spec.counters->connections, ALL);
	server_end(&s);
}

static void
descriptors_freed_elsewhere_are_found_by_themselves(void **state)
{
	struct server s;
	struct client first, second;

	(void)state;
	if (RUNNING_ON_VALGRIND)
		return;
	server_defaults(&s);
	s.descriptors = 1;
	server_start(&s);
	open_client(&s, &first);
	open_client(&s, &second);
	send_request(&second, "/second", true);
	assert_served(&first, "/first");
	/* No connection closes; nothing tells the loop. */
	assert_served(&first, "/free");
	expect_answer(&second, 200, STR("/second"));
	client_close(&first);
	client_close(&second);
	server_end(&s);
}

/* A connection that has been served, also where this process is the slow one. */
static void
open_served(const struct server *s, struct client *c)
{
	const struct client_request request = { .uri = "/", .keep = true };
	struct client_answer answer;
	int rc = HUB_ENOENT;

	for (int i = 0; i < 100 && rc != 0; i++) {
		open_client(s, c);
		rc = client_call(c, &request, &answer);
		client_answer_free(&answer);
		if (rc != 0)
			client_close(c);
	}
	assert_int_equal(rc, 0);
}

static void
a_peer_that_sends_slowly_is_cut_off(void **state)
{
	const struct client_request request = { .uri = "/slow", .keep = true };
	struct server s;
	struct client slow, other;
	struct buf out;
	bool open = true;
	uint64_t before;

	(void)state;
	server_defaults(&s);
	s.spec.timeout_request = SHORT;
	server_start(&s);
	open_served(&s, &other);
	/* A request before: a kept connection has no more time than this. */
	open_served(&s, &slow);
	before = atomic_load(&s.spec.counters->timeouts);
	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	assert_true(out.n < TRIES);
	for (size_t i = 0; i < out.n && open; i++) {
		open = client_send(&slow, (struct str){ out.p + i, 1 });
		poll(NULL, 0, SHORT / 10);
		assert_served(&other, "/other");
	}
	assert_false(open);
	assert_counts(&s.spec.counters->timeouts, before + 1);
	buf_free(&out);
	client_close(&slow);
	client_close(&other);
	server_end(&s);
}

static void
a_peer_that_sends_nothing_is_cut_off(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_defaults(&s);
	s.spec.connections = 1;
	s.spec.timeout_request = SHORT;
	server_start(&s);
	open_client(&s, &c);
	assert_true(client_is_closed(&c));
	assert_counts(&s.spec.counters->timeouts, 1);
	client_close(&c);
	server_end(&s);
}

static void
management_records_gain_no_time_for_a_request(void **state)
{
	struct server s;
	struct client c;
	struct buf out;
	int i = 0;

	(void)state;
	server_defaults(&s);
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
	struct client stuck, other;

	(void)state;
	server_defaults(&s);
	s.spec.timeout_write = SHORT;
	server_start(&s);
	open_client(&s, &other);
	open_client(&s, &stuck);
	send_request(&stuck, "/large", true);
	for (int i = 0; i < 10; i++)
		assert_served(&other, "/other");
	assert_counts(&s.spec.counters->timeouts, 1);
	assert_served(&other, "/other");
	client_close(&stuck);
	client_close(&other);
	server_end(&s);
}

/*
 * Whether a large answer arrives at a reader that needs longer for it than
 * one wait may take, while each wait is shorter.
 */
static bool
reads_slowly(const struct server *s)
{
	struct client_record record = { .type = 0 };
	struct client c;
	int rc = 0;

	open_client(s, &c);
	send_request(&c, "/large", true);
	while (rc == 0 && record.type != FCGI_END_REQUEST) {
		poll(NULL, 0, SHORT / 4);
		rc = client_record(&c, &record);
	}
	client_close(&c);
	return rc == 0;
}

/* Whether requests keep a connection beyond one wait. */
static bool
stays_busy(const struct server *s)
{
	const struct client_request request = { .uri = "/", .keep = true };
	struct client_answer answer;
	struct client c;
	int64_t end = clock_mono_ms() + 2 * SHORT;
	int rc = 0;

	open_client(s, &c);
	while (rc == 0 && clock_mono_ms() < end) {
		poll(NULL, 0, SHORT / 10);
		rc = client_call(&c, &request, &answer);
		client_answer_free(&answer);
	}
	client_close(&c);
	return rc == 0;
}

/* On a busy machine it is this process that may be too slow, so try again. */
static void
assert_once(const struct server *s, bool (*holds)(const struct server *))
{
	bool seen = false;

	for (int i = 0; i < 30 && !seen; i++)
		seen = holds(s);
	assert_true(seen);
}

static void
each_wait_begins_anew_with_progress(void **state)
{
	struct server s;

	(void)state;
	server_defaults(&s);
	s.spec.timeout_write = SHORT;
	s.spec.timeout_idle = SHORT;
	server_start(&s);
	assert_once(&s, reads_slowly);
	assert_once(&s, stays_busy);
	server_end(&s);
}

static void
a_peer_that_reads_no_answers_to_records_is_cut_off(void **state)
{
	struct server s;
	struct client c;
	struct buf out;
	int i = 0;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	buf_init(&out, 1 << 16);
	while (out.n < 32768)
		put_record(&out, 99, 0, STR_NONE, 0);
	while (i < TRIES && client_send(&c, buf_view(&out)))
		i++;
	assert_true(i < TRIES);
	assert_true(errno == EPIPE || errno == ECONNRESET);
	buf_free(&out);
	client_close(&c);
	server_end(&s);
}

static void
an_idle_connection_is_closed_after_a_while(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	server_defaults(&s);
	s.spec.timeout_idle = SHORT;
	server_start(&s);
	open_client(&s, &c);
	assert_served(&c, "/");
	assert_true(client_is_closed(&c));
	assert_counts(&s.spec.counters->timeouts, 0);
	client_close(&c);
	server_end(&s);
}

static void
requests_over_a_limit_are_answered_and_the_connection_stays(void **state)
{
	static char text[SERVER_BODY_MAX + 1], cookie[SERVER_HEADERS_MAX + 1];
	const struct client_request body = { .method = "POST",
		.uri = "/echo",
		.keep = true,
		.body = { text, sizeof(text) } };
	const struct client_request params = { .uri = "/",
		.keep = true,
		.params =
		    (const char *const[]){ "HTTP_COOKIE", cookie, NULL } };
	struct client_answer answer;
	struct server s;
	struct client c;

	(void)state;
	memset(cookie, 'c', sizeof(cookie) - 1);
	server_run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &body, &answer), 0);
	assert_int_equal(answer.status, 413);
	client_answer_free(&answer);
	assert_int_equal(client_call(&c, &params, &answer), 0);
	assert_int_equal(answer.status, 431);
	client_answer_free(&answer);
	assert_served(&c, "/after");
	assert_counts(&s.spec.counters->answers[4], 2);
	client_close(&c);
	server_end(&s);
}

static void
far_over_the_limit_the_answer_still_comes(void **state)
{
	static char text[3 << 20];
	const struct client_request request = { .method = "POST",
		.uri = "/echo",
		.keep = true,
		.body = { text, sizeof(text) } };
	struct client_answer answer;
	struct server s;
	struct client c;

	(void)state;
	server_run(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 413);
	client_answer_free(&answer);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand_kept_connections_are_each_served),
		cmocka_unit_test(
		    the_longest_idle_connection_gives_way_to_a_new_one),
		cmocka_unit_test(a_busy_worker_that_is_full_keeps_nobody),
		cmocka_unit_test(
		    used_up_descriptors_delay_new_connections_only),
		cmocka_unit_test(
		    descriptors_freed_elsewhere_are_found_by_themselves),
		cmocka_unit_test(a_peer_that_sends_slowly_is_cut_off),
		cmocka_unit_test(a_peer_that_sends_nothing_is_cut_off),
		cmocka_unit_test(management_records_gain_no_time_for_a_request),
		cmocka_unit_test(a_peer_that_does_not_read_is_cut_off),
		cmocka_unit_test(each_wait_begins_anew_with_progress),
		cmocka_unit_test(
		    a_peer_that_reads_no_answers_to_records_is_cut_off),
		cmocka_unit_test(an_idle_connection_is_closed_after_a_while),
		cmocka_unit_test(
		    requests_over_a_limit_are_answered_and_the_connection_stays),
		cmocka_unit_test(far_over_the_limit_the_answer_still_comes),
	};

	return UNIT_RUN(tests);
}
