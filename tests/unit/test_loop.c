#include "gateway/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "fcgi_client.h"
#include "unit.h"

/*
 * Where descriptors run out, valgrind accepts a connection and closes it
 * again; the kernel leaves it waiting.
 */
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* Milliseconds: no test waits that long, and none is decided by it. */
#define FOREVER 60000
#define SHORT 300
#define TRIES 2000 /* of ten milliseconds */

#define HEADERS_MAX 4096
#define BODY_MAX 65536
#define MANY 1000

/* A loop in a child process, with a small application. */
struct server {
	struct loop_spec spec;
	unsigned int descriptors; /* for connections; 0: as many as there are */
	char dir[128], path[160];
	int spare; /* a descriptor of the child that "/free" gives back */
	int stop;  /* closed: the loop drains */
	pid_t pid;
};

/* "/large": so much text, different at every place. */
static struct str
large_text(struct arena *arena)
{
	char *p = arena_alloc(arena, RESP_BODY_MAX);

	for (size_t i = 0; p != NULL && i < RESP_BODY_MAX; i++)
		p[i] = (char)(i * 7 % 251);
	return (struct str){ p, p == NULL ? 0 : RESP_BODY_MAX };
}

static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	const struct server *s = ctx;

	if (req->refused != 0)
		resp_body(resp, req->refused, "text/plain", STR("refused"));
	else if (str_eq(req->path, STR("/large")))
		resp_body(resp, 200, "text/plain", large_text(resp->arena));
	else if (str_eq(req->path, STR("/echo")))
		resp_body(resp, 201, "text/plain", req->body);
	else if (str_eq(req->path, STR("/bad-header")))
		resp_body(resp, 200, "text/\nplain", STR("never seen"));
	else
		resp_body(resp, 200, "text/plain", req->uri);
	if (str_eq(req->path, STR("/free")))
		close(s->spare);
}

static void
server_defaults(struct server *s)
{
	memset(s, 0, sizeof(*s));
	s->spec.connections = 64;
	s->spec.keep = true;
	s->spec.limits = (struct req_limits){ 1024, HEADERS_MAX, BODY_MAX };
	s->spec.timeout_request = FOREVER;
	s->spec.timeout_idle = FOREVER;
	s->spec.timeout_write = FOREVER;
	s->spec.timeout_drain = FOREVER;
	s->spec.app = (struct app){ serve, s };
	s->spec.counters = mmap(NULL, sizeof(*s->spec.counters),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(s->spec.counters != MAP_FAILED);
}

static int
listen_at(struct server *s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(s->dir, sizeof(s->dir), "%s/test_loop.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	assert_true(strlen(s->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, s->path, strlen(s->path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 2 * MANY), 0);
	return fd;
}

/* Leaves room for one descriptor of the loop itself and some connections. */
static void
limit_descriptors(unsigned int connections)
{
	struct rlimit limit = { 0 };
	int probe[64];
	unsigned int n = 0;

	/* The next ones to be given out, whatever gaps there are. */
	while (n < connections + 1 && n < 64 &&
	    (probe[n] = dup(STDERR_FILENO)) >= 0)
		n++;
	if (n == 0)
		_exit(2);
	limit.rlim_cur = limit.rlim_max = (rlim_t)probe[n - 1] + 1;
	while (n > 0)
		close(probe[--n]);
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(2);
}

static _Noreturn void
child(struct server *s)
{
	struct why why = { "" };
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Complaints that a test provokes have no place in its output. */
	close(STDERR_FILENO);
	open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (s->descriptors > 0)
		limit_descriptors(s->descriptors + 1);
	s->spare = dup(STDERR_FILENO);
	rc = loop_run(&s->spec, &why);
	close(s->spec.listen_fd);
	exit(rc == 0 ? 0 : 1);
}

static void
server_start(struct server *s)
{
	int stop[2];

	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	s->spec.listen_fd = listen_at(s);
	s->spec.stop_fd = stop[0];
	/* Nothing that the child would write a second time at its exit. */
	fflush(NULL);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		close(stop[1]);
		child(s);
	}
	close(stop[0]);
	close(s->spec.listen_fd);
	s->stop = stop[1];
}

/* Asks the loop to drain; it may take its time until server_end(). */
static void
server_stop(struct server *s)
{
	close(s->stop);
	s->stop = -1;
}

static void
server_end(struct server *s)
{
	int status = -1;

	if (s->stop >= 0)
		server_stop(s);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(unlink(s->path), 0);
	assert_int_equal(rmdir(s->dir), 0);
	assert_int_equal(
	    munmap(s->spec.counters, sizeof(*s->spec.counters)), 0);
}

static void
start(struct server *s)
{
	server_defaults(s);
	server_start(s);
}

/* Waits for a counter to reach a value. */
static void
assert_counts(_Atomic uint64_t *counter, uint64_t value)
{
	for (int i = 0; i < TRIES && atomic_load(counter) < value; i++)
		poll(NULL, 0, 10);
	assert_int_equal(atomic_load(counter), value);
}

static void
open_client(const struct server *s, struct client *c)
{
	assert_true(client_open(c, s->path));
}

static void
send_request(struct client *c, const char *uri, bool keep)
{
	const struct client_request request = { .uri = uri, .keep = keep };
	struct buf out;

	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	assert_true(client_send(c, buf_view(&out)));
	buf_free(&out);
}

static void
expect_answer(struct client *c, int status, struct str body)
{
	struct client_answer answer;

	assert_int_equal(client_answer(c, &answer), 0);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.protocol_status, FCGI_REQUEST_COMPLETE);
	assert_int_equal(answer.app_status, 0);
	assert_int_equal(answer.body.n, body.n);
	if (body.n > 0)
		assert_memory_equal(answer.body.p, body.p, body.n);
	client_answer_free(&answer);
}

static void
expect_large(struct client *c)
{
	struct arena *arena = arena_new(1024, 1 << 20);

	assert_non_null(arena);
	expect_answer(c, 200, large_text(arena));
	arena_free(arena);
}

/* One request on a connection that stays. */
static void
assert_served(struct client *c, const char *uri)
{
	send_request(c, uri, true);
	expect_answer(c, 200, str_of(uri));
}

static void
a_kept_connection_brings_many_requests(void **state)
{
	struct server s;
	struct client c;

	(void)state;
	start(&s);
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
	start(&s);
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

	(void)state;
	start(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_int_equal(answer.body.n, 0);
	length = client_header(&answer, "Content-Length");
	assert_true(str_eq(length, STR("524288")));
	client_answer_free(&answer);
	assert_served(&c, "/next");
	client_close(&c);
	server_end(&s);
}

static void
bodies_arrive_whole(void **state)
{
	static char text[BODY_MAX];
	static const size_t lengths[] = { 1, 32768, BODY_MAX };
	struct server s;
	struct client c;

	(void)state;
	memset(text, 'b', sizeof(text));
	start(&s);
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
	start(&s);
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
	start(&s);
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
	start(&s);
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
	start(&s);
	open_client(&s, &c);
	send_request(&c, "/large", false);
	expect_large(&c);
	assert_true(client_is_closed(&c));
	client_close(&c);
	server_end(&s);
}

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
	s.spec.connections = MANY;
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

static void
over_the_maximum_connections_wait_for_a_place(void **state)
{
	struct server s;
	struct client clients[3];

	(void)state;
	server_defaults(&s);
	s.spec.connections = 2;
	server_start(&s);
	for (int i = 0; i < 3; i++) {
		open_client(&s, &clients[i]);
		send_request(&clients[i], "/place", true);
	}
	expect_answer(&clients[0], 200, STR("/place"));
	expect_answer(&clients[1], 200, STR("/place"));
	assert_served(&clients[0], "/again");
	assert_counts(&s.spec.counters->connections, 2);
	client_close(&clients[1]);
	expect_answer(&clients[2], 200, STR("/place"));
	client_close(&clients[0]);
	client_close(&clients[2]);
	server_end(&s);
}

static void
used_up_descriptors_delay_new_connections_only(void **state)
{
	enum { ALL = 20, ROOM = 4 };
	struct server s;
	struct client clients[ALL];

	(void)state;
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
	start(&s);
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
	static char text[BODY_MAX + 1], cookie[HEADERS_MAX + 1];
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
	start(&s);
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
	start(&s);
	open_client(&s, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 413);
	client_answer_free(&answer);
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
	start(&s);
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
	start(&s);
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
	start(&s);
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
	start(&s);
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
	start(&s);
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
		cmocka_unit_test(a_thousand_kept_connections_are_each_served),
		cmocka_unit_test(over_the_maximum_connections_wait_for_a_place),
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
		cmocka_unit_test(an_answer_that_cannot_be_built_is_a_500),
		cmocka_unit_test(what_is_not_fastcgi_is_cut_off),
		cmocka_unit_test(values_are_told_before_and_between_requests),
		cmocka_unit_test(an_aborted_request_leaves_the_connection),
		cmocka_unit_test(at_the_stop_requests_under_way_are_answered),
		cmocka_unit_test(
		    at_the_stop_a_request_that_is_never_whole_is_given_up),
		cmocka_unit_test(a_loop_that_cannot_listen_says_why),
	};

	return UNIT_RUN(tests);
}
