#include "fcgi_process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define MINE "/account/mine"
#define LIST "/contract/contracts/mycontracts"
#define READY "/health/ready"

static void
each_request_is_answered_and_a_revocation_shows_at_once(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	pid_t pid = fcgi_start(site);

	for (int i = 0; i < 10; i++) {
		assert_int_equal(fcgi_get(site, MINE, &token), 200);
		assert_int_equal(fcgi_get(site, MINE, NULL), 401);
		assert_int_equal(fcgi_get(site, "/", &token), 404);
	}
	site_do(site, "account", "revoke", JANSSEN);
	assert_int_equal(fcgi_get(site, MINE, &token), 401);
	assert_int_equal(site_stop(site, pid, SIGTERM), 0);
}

static void
the_pool_comes_from_the_environment_or_the_command_line(void **state)
{
	static const char *const signin[] = { "--pool", "signin", NULL };
	static const char *const readers[] = { "--pool=readers", NULL };
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	const struct {
		const char *pool;
		const char *const *arguments;
		int status; /* of what readers have */
	} cases[] = { { "keepers", NULL, 404 }, { NULL, signin, 404 },
		{ "keepers", readers, 200 }, { "readers", NULL, 200 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = fcgi_listen(site);
		pid_t pid =
		    fcgi_spawn(site, fd, cases[i].pool, cases[i].arguments);

		assert_int_equal(fcgi_get(site, READY, NULL), 200);
		assert_int_equal(fcgi_get(site, MINE, &token), cases[i].status);
		assert_int_equal(site_stop(site, pid, SIGTERM), 0);
		close(fd);
	}
	assert_int_equal(fcgi_log_count(site, "stopped"), 4);
}

static void
each_order_to_stop_ends_an_idle_one(void **state)
{
	static const int orders[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	struct site *site = *state;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		pid_t pid = fcgi_start(site);

		assert_int_equal(site_stop(site, pid, orders[i]), 0);
	}
}

/* The rest of a request is sent when the order has been given. */
static void
a_busy_one_answers_before_it_stops(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	int fd = fcgi_listen(site);
	pid_t pid = fcgi_spawn(site, fd, NULL, NULL);
	struct client_answer answer;
	struct client c;
	struct buf out;

	buf_init(&out, 65536);
	site_put_get(&out, MINE, &token);
	assert_true(client_open(&c, site_path(site, "fcgi.sock")));
	assert_true(client_send(&c, (struct str){ out.p, 20 }));
	fcgi_wait_for_accept(fd);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_true(client_send(&c, (struct str){ out.p + 20, out.n - 20 }));
	assert_int_equal(client_answer(&c, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_int_equal(site_wait(site, pid), 0);
	client_answer_free(&answer);
	client_close(&c);
	buf_free(&out);
	close(fd);
}

static void
half_a_request_holds_it_for_a_while_only(void **state)
{
	struct site *site = *state;
	struct client half;
	pid_t pid;

	site_configure(site, "timeout.request = 1s\n");
	pid = fcgi_start(site);
	assert_true(client_open(&half, site_path(site, "fcgi.sock")));
	assert_true(client_send(&half, STR("\1\1\0\1")));
	assert_int_equal(fcgi_get(site, READY, NULL), 200);
	assert_true(client_is_closed(&half));
	client_close(&half);
	assert_int_equal(site_stop(site, pid, SIGTERM), 0);
}

/*
 * Used up descriptors end no process: it says so, seldom, and goes on when
 * there are some again.
 */
static void
used_up_descriptors_are_waited_out(void **state)
{
	static const char text[] =
	    "cannot accept connections: Too many open files";
	struct site *site = *state;
	pid_t pid = fcgi_start(site);
	struct rlimit before, none;
	struct client_answer answer;
	struct client c;
	struct buf out;
	int64_t start;

	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &none, NULL), 0);
	start = clock_mono_ms();
	buf_init(&out, 65536);
	site_put_get(&out, READY, NULL);
	assert_true(client_open(&c, site_path(site, "fcgi.sock")));
	assert_true(client_send(&c, buf_view(&out)));
	fcgi_wait_for_log(site, text);
	/* Some tries on, each a tenth of a second. */
	poll(NULL, 0, 500);
	assert_true(fcgi_log_count(site, text) <=
	    1 + (clock_mono_ms() - start) / 10000);
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &before, NULL), 0);
	assert_int_equal(client_answer(&c, &answer), 0);
	assert_int_equal(answer.status, 200);
	client_answer_free(&answer);
	client_close(&c);
	buf_free(&out);
	assert_int_equal(site_stop(site, pid, SIGTERM), 0);
}

static void
it_stops_while_descriptors_are_used_up(void **state)
{
	const struct rlimit none = { 3, 3 };
	struct site *site = *state;
	struct client c;
	pid_t pid;

	/* Where leaks are looked for at the end, that takes a descriptor. */
	setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	pid = fcgi_start(site);
	unsetenv("ASAN_OPTIONS");
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &none, NULL), 0);
	assert_true(client_open(&c, site_path(site, "fcgi.sock")));
	fcgi_wait_for_log(site, "cannot accept");
	assert_int_equal(site_stop(site, pid, SIGTERM), 0);
	client_close(&c);
}

/* Whether TERM waits for the program instead of ending it. */
static bool
blocks_term(pid_t pid)
{
	char path[64], line[256];
	unsigned long long mask = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	status = fopen(path, "re");
	assert_non_null(status);
	while (fgets(line, sizeof(line), status) != NULL) {
		if (strncmp(line, "SigBlk:", 7) == 0)
			mask = strtoull(line + 7, NULL, 16);
	}
	fclose(status);
	return (mask >> (SIGTERM - 1) & 1) != 0;
}

static void
several_share_a_socket_and_one_that_dies_is_not_missed(void **state)
{
	enum { PROCESSES = 3, CLIENTS = 12 };
	struct site *site = *state;
	int fd = fcgi_listen(site);
	pid_t pids[PROCESSES];
	struct client clients[CLIENTS];
	struct buf out;

	for (int i = 0; i < PROCESSES; i++)
		pids[i] = fcgi_spawn(site, fd, NULL, NULL);
	assert_int_equal(fcgi_get(site, READY, NULL), 200);
	assert_int_equal(site_stop(site, pids[0], SIGKILL), -SIGKILL);
	buf_init(&out, 65536);
	site_put_get(&out, READY, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		assert_true(
		    client_open(&clients[i], site_path(site, "fcgi.sock")));
		assert_true(client_send(&clients[i], buf_view(&out)));
	}
	for (int i = 0; i < CLIENTS; i++) {
		struct client_answer answer;

		assert_int_equal(client_answer(&clients[i], &answer), 0);
		assert_int_equal(answer.status, 200);
		client_answer_free(&answer);
		client_close(&clients[i]);
	}
	buf_free(&out);
	for (int i = 1; i < PROCESSES; i++) {
		/* The others may have answered all before this one was up. */
		for (int n = 0; !blocks_term(pids[i]) && n < 3000; n++)
			poll(NULL, 0, 10);
		assert_int_equal(site_stop(site, pids[i], SIGTERM), 0);
	}
	close(fd);
}

/* Who starts it again at once, as web servers do, must not be kept busy. */
static void
assert_cannot_start(
    struct site *site, int fd, const char *pool, const char *says)
{
	int64_t start = clock_mono_ms();

	assert_int_equal(site_wait(site, fcgi_spawn(site, fd, pool, NULL)), 1);
	assert_int_equal(fcgi_log_count(site, says), 1);
	assert_true(clock_mono_ms() - start >= 1000);
}

static void
what_cannot_start_says_why_and_ends_after_a_second(void **state)
{
	struct site *site = *state;
	int fd = fcgi_listen(site);

	assert_cannot_start(site, fd, NULL, "hubctl init");
	assert_cannot_start(site, fd, "none", "there is no pool 'none'");
	assert_int_equal(unlink(site->conf), 0);
	assert_cannot_start(site, fd, NULL, site->conf);
	close(fd);
}

static void
a_port_is_refused(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct site *site = *state;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_cannot_start(site, fd, NULL, "no UNIX socket");
	close(fd);
}

/* hub.fcgi with this word as its one argument, on no socket. */
static void
run_by_hand(struct output *o, const char *word)
{
	site_run(o, NULL, NULL, site_program("HUBFCGI", "./hub.fcgi"),
	    (const char *const[]){ word, NULL });
}

static void
close_input(void)
{
	close(STDIN_FILENO);
}

static void
started_by_hand_it_says_who_starts_it(void **state)
{
	struct output o;

	(void)state;
	run_by_hand(&o, NULL);
	assert_int_equal(o.status, 2);
	assert_string_equal(o.out, "");
	assert_says(o.err, "a web server or spawn-fcgi starts");
	site_run(&o, NULL, close_input, site_program("HUBFCGI", "./hub.fcgi"),
	    (const char *const[]){ NULL });
	assert_int_equal(o.status, 2);
	run_by_hand(&o, "--help");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "Usage: hub.fcgi [OPTION]...\n");
	assert_string_equal(o.err, "");
	run_by_hand(&o, "--version");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "hub.fcgi " PACKAGE_VERSION);
	run_by_hand(&o, "--nothing");
	assert_int_equal(o.status, 2);
	run_by_hand(&o, "more");
	assert_int_equal(o.status, 2);
	assert_says(o.err, "unexpected argument 'more'");
}

/* One answer of the CGI program; its exit status is STATUS. */
static void
expect_cgi(const struct site *site, const struct client_request *request,
    const char *const *arguments, int status, const char *begin)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	assert_int_equal(cgi_ask(site, request, arguments, &out), status);
	if (!str_starts(buf_view(&out), str_of(begin)))
		fail_msg("'%.*s' does not begin with '%s'",
		    STR_ARG(buf_view(&out)), begin);
	buf_free(&out);
}

/* A query such as "?--data+/tmp" comes to a CGI program as its arguments. */
static void
what_a_client_makes_of_arguments_is_not_read(void **state)
{
	static const char *const queries[][4] = {
		{ "--data", "/nowhere", NULL },
		{ "--config", "/nowhere", NULL },
		{ "--pool", "keepers", NULL },
		{ "--help", NULL },
		{ "--nothing", NULL },
		{ "more", NULL },
	};
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	char authorization[4200];
	const char *const params[] = { "HTTP_AUTHORIZATION", authorization,
		NULL };
	const struct client_request request = { .uri = MINE, .params = params };

	snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
		expect_cgi(site, &request, queries[i], 0, "Status: 200 OK\r\n");
	assert_int_equal(fcgi_log_count(site, ""), 0);
}

static void
as_a_cgi_program_it_serves_the_pool_of_the_environment(void **state)
{
	static const char *const keepers[] = { "HUB_POOL", "keepers", NULL };
	static const char *const none[] = { "HUB_POOL", "none", NULL };
	struct site *site = *state;
	struct client_request request = { .uri = MINE };

	expect_cgi(site, &request, NULL, 0, "Status: 401 Unauthorized\r\n");
	request.params = keepers;
	expect_cgi(site, &request, NULL, 0, "Status: 404 Not Found\r\n");
	request.params = none;
	expect_cgi(
	    site, &request, NULL, 0, "Status: 503 Service Unavailable\r\n");
	assert_int_equal(fcgi_log_count(site, "there is no pool 'none'"), 1);
}

static void
without_stores_a_cgi_request_has_a_503(void **state)
{
	static const char *const params[] = { "REQUEST_ID", "id-1", NULL };
	const struct client_request request = { .uri = MINE, .params = params };
	struct site *site = *state;
	struct buf out;

	buf_init(&out, 1 << 16);
	assert_int_equal(cgi_ask(site, &request, NULL, &out), 0);
	assert_true(str_starts(buf_view(&out),
	    STR("Status: 503 Service Unavailable\r\n"
		"Content-Type: application/problem+json\r\n"
		"Retry-After: 5\r\n")));
	assert_non_null(memmem(out.p, out.n, "X-Request-Id: id-1\r\n", 20));
	/* The reason is for the log alone. */
	assert_null(memmem(out.p, out.n, site->root, strlen(site->root)));
	assert_int_equal(fcgi_log_count(site, "hubctl init"), 1);
	assert_int_equal(unlink(site->conf), 0);
	expect_cgi(
	    site, &request, NULL, 0, "Status: 503 Service Unavailable\r\n");
	assert_int_equal(fcgi_log_count(site, site->conf), 1);
	buf_free(&out);
}

/* Some thousand contracts of Janssen's: too long a list for one look. */
static void
load_long_list(struct site *site)
{
	struct buf lines;
	const char *path;

	buf_init(&lines, 16 << 20);
	for (int i = 0; i < 3000; i++)
		buf_printf(&lines,
		    "{\"type\":\"contract\",\"id\":\"long-%d\",\"version\":1,"
		    "\"organizationId\":\"1001\",\"dossierNumber\":\"204517\","
		    "\"format\":\"AFD2\",\"status\":\"ACTIVE\",\"metadata\":{"
		    "\"contractNumber\":\"N-%d\",\"businessLine\":\"021\","
		    "\"description\":\"%0300d\"},\"content\":{}}\n",
		    i, i, i);
	assert_int_equal(buf_error(&lines), 0);
	buf_byte(&lines, '\0');
	path = site_file(site, "long.ndjson", lines.p);
	site_do(site, "import", path);
	buf_free(&lines);
}

/* The same bytes, but that a CGI program tells the length. */
static void
long_lists_are_the_same_through_each_gateway(void **state)
{
	struct site *site = *state;
	struct token token;
	char authorization[4200], length[64];
	const char *const params[] = { "HTTP_AUTHORIZATION", authorization,
		"REQUEST_ID", "id-1", NULL };
	const struct client_request request = { .uri = LIST, .params = params };
	struct client_answer one, two;
	struct client c;
	struct buf out, expected;

	load_long_list(site);
	token = site_token(site, JANSSEN);
	snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
	site_start(site, POOL_READERS);
	fcgi_start(site);
	site_connect(site, POOL_READERS, &c);
	assert_int_equal(client_call(&c, &request, &one), 0);
	assert_int_equal(one.status, 200);
	assert_true(one.body.n > 1000000);
	assert_null(client_header(&one, "Content-Length").p);
	fcgi_ask(site, &request, &two);
	assert_true(str_eq(buf_view(&one.text), buf_view(&two.text)));

	buf_init(&out, 8 << 20);
	buf_init(&expected, 8 << 20);
	assert_int_equal(cgi_ask(site, &request, NULL, &out), 0);
	buf_str(&expected, one.head);
	snprintf(
	    length, sizeof(length), "Content-Length: %zu\r\n\r\n", one.body.n);
	buf_str(&expected, str_of(length));
	buf_str(&expected, one.body);
	assert_true(str_eq(buf_view(&out), buf_view(&expected)));
	buf_free(&out);
	buf_free(&expected);
	client_answer_free(&one);
	client_answer_free(&two);
	client_close(&c);
}

#define BARE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(each_request_is_answered_and_a_revocation_shows_at_once),
		FILLED(the_pool_comes_from_the_environment_or_the_command_line),
		FILLED(each_order_to_stop_ends_an_idle_one),
		FILLED(a_busy_one_answers_before_it_stops),
		FILLED(half_a_request_holds_it_for_a_while_only),
		FILLED(used_up_descriptors_are_waited_out),
		FILLED(it_stops_while_descriptors_are_used_up),
		FILLED(several_share_a_socket_and_one_that_dies_is_not_missed),
		BARE(what_cannot_start_says_why_and_ends_after_a_second),
		BARE(a_port_is_refused),
		cmocka_unit_test(started_by_hand_it_says_who_starts_it),
		FILLED(what_a_client_makes_of_arguments_is_not_read),
		FILLED(as_a_cgi_program_it_serves_the_pool_of_the_environment),
		BARE(without_stores_a_cgi_request_has_a_503),
		FILLED(long_lists_are_the_same_through_each_gateway),
	};

	return UNIT_RUN(tests);
}
