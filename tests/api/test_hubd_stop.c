#include "hub_process.h"

#include <signal.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define MINE "/account/mine"

static void
term_and_int_stop_it_and_remove_the_socket(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };
	struct site *site = *state;

	for (int pool = 0; pool < POOL_COUNT; pool++) {
		for (size_t i = 0; i < 2; i++) {
			pid_t daemon = site_start(site, (enum pool)pool);

			assert_int_equal(
			    site_stop(site, daemon, signals[i]), 0);
			assert_int_equal(access(site->socket[pool], F_OK), -1);
		}
	}
}

static void
idle_connections_do_not_hold_it_up(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_start(site, POOL_READERS);
	struct client asked, silent;

	site_connect(site, POOL_READERS, &asked);
	site_connect(site, POOL_READERS, &silent);
	assert_int_equal(site_get(&asked, "/health/ready", NULL), 200);
	assert_int_equal(kill(daemon, SIGTERM), 0);
	assert_true(client_is_closed(&asked));
	client_close(&asked);
	client_close(&silent);
	assert_int_equal(site_wait(site, daemon), 0);
}

/*
 * Half a request is there when TERM comes. That the worker has taken notice
 * shows at the idle connection that it closes; then the other half follows.
 */
static void
a_request_under_way_is_finished_and_answered(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	struct client busy, idle;
	struct client_answer answer;
	struct buf request;
	pid_t daemon;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &busy);
	site_connect(site, POOL_READERS, &idle);
	assert_int_equal(site_get(&busy, MINE, &token), 200);
	assert_int_equal(site_get(&idle, MINE, &token), 200);
	buf_init(&request, 65536);
	site_put_get(&request, MINE, &token);
	assert_true(client_send(&busy, (struct str){ request.p, 100 }));

	assert_int_equal(kill(daemon, SIGTERM), 0);
	assert_true(client_is_closed(&idle));
	assert_true(client_send(
	    &busy, (struct str){ request.p + 100, request.n - 100 }));
	assert_int_equal(client_answer(&busy, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_true(answer.ended);
	assert_true(client_is_closed(&busy));
	assert_int_equal(site_wait(site, daemon), 0);
	client_answer_free(&answer);
	buf_free(&request);
	client_close(&busy);
	client_close(&idle);
}

static void
while_it_drains_nobody_is_let_in(void **state)
{
	struct site *site = *state;
	struct client busy, late;
	struct buf request;
	int64_t start;
	pid_t daemon;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &busy);
	assert_int_equal(site_get(&busy, "/health/ready", NULL), 200);
	buf_init(&request, 65536);
	site_put_get(&request, "/health/ready", NULL);
	assert_true(client_send(&busy, (struct str){ request.p, 20 }));
	assert_int_equal(kill(daemon, SIGTERM), 0);
	start = clock_mono_ms();
	while (access(site->socket[POOL_READERS], F_OK) == 0)
		site_rest(start);
	assert_false(client_open(&late, site->socket[POOL_READERS]));
	assert_true(
	    client_send(&busy, (struct str){ request.p + 20, request.n - 20 }));
	assert_int_equal(site_wait(site, daemon), 0);
	buf_free(&request);
	client_close(&busy);
}

/* The peer never sends the rest: the time to drain is a second here. */
static void
draining_is_bounded(void **state)
{
	struct site *site = *state;
	struct client busy;
	struct buf request;
	pid_t daemon;

	site_configure(site,
	    "timeout.drain = 1s\ntimeout.request = 10m\n"
	    "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &busy);
	assert_int_equal(site_get(&busy, "/health/ready", NULL), 200);
	buf_init(&request, 65536);
	site_put_get(&request, "/health/ready", NULL);
	assert_true(client_send(&busy, (struct str){ request.p, 20 }));
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(site_log_count(site, POOL_READERS, "were cut off"), 1);
	buf_free(&request);
	client_close(&busy);
}

/* A worker that has stopped moving altogether is killed in the end. */
static void
a_worker_that_does_not_react_is_killed(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon;

	site_configure(site, "timeout.drain = 1s\nreaders.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	assert_int_equal(site_workers(daemon, workers, 8), 1);
	assert_int_equal(kill(workers[0], SIGSTOP), 0);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "did not stop in time"), 1);
	site_wait_for_end(workers[0]);
}

/* Whoever sends it to all processes at once means the master. */
static void
workers_do_not_hear_hup(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon = site_start(site, POOL_READERS);
	struct client c;

	site_wait_for_workers(daemon, 2, 0);
	site_workers(daemon, workers, 8);
	site_connect(site, POOL_READERS, &c);
	assert_int_equal(site_get(&c, "/health/ready", NULL), 200);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(kill(workers[i], SIGHUP), 0);
	assert_int_equal(site_get(&c, "/health/ready", NULL), 200);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "was ended by signal"), 0);
	client_close(&c);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(term_and_int_stop_it_and_remove_the_socket),
		FILLED(idle_connections_do_not_hold_it_up),
		FILLED(a_request_under_way_is_finished_and_answered),
		FILLED(while_it_drains_nobody_is_let_in),
		FILLED(draining_is_bounded),
		FILLED(a_worker_that_does_not_react_is_killed),
		FILLED(workers_do_not_hear_hup),
	};

	return UNIT_RUN(tests);
}
