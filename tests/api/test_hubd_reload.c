#include "hub_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define MINE "/account/mine"
#define READY "/health/ready"
#define STAYS "the old configuration stays"
#define TOOK_OVER "took over"

/* Asks for a reload and waits for the N-th line that holds TEXT. */
static void
reload(const struct site *site, enum pool pool, pid_t daemon, const char *text,
    unsigned int n)
{
	int64_t start = clock_mono_ms();

	assert_int_equal(kill(daemon, SIGHUP), 0);
	while (site_log_count(site, pool, text) < n)
		site_rest(start);
}

/* The only worker. */
static pid_t
worker_of(pid_t daemon)
{
	pid_t workers[8];

	site_wait_for_workers(daemon, 1, 0);
	assert_int_equal(site_workers(daemon, workers, 8), 1);
	return workers[0];
}

static void
the_number_of_workers_follows_the_file(void **state)
{
	static const struct {
		const char *more;
		size_t n;
	} steps[] = {
		{ "keepers.workers = 5\n", 5 },
		{ "keepers.workers = 1\n", 1 },
		{ "keepers.workers = 3\n", 3 },
	};
	struct site *site = *state;
	pid_t daemon, before[8], after[8];
	size_t n;

	site_configure(site, "keepers.workers = 2\n");
	daemon = site_start(site, POOL_KEEPERS);
	for (unsigned int i = 0; i < 3; i++) {
		n = site_workers(daemon, before, 8);
		site_configure(site, steps[i].more);
		reload(site, POOL_KEEPERS, daemon, TOOK_OVER, i + 1);
		for (size_t k = 0; k < n; k++)
			site_wait_for_end(before[k]);
		site_wait_for_workers(daemon, steps[i].n, 0);
		assert_int_equal(site_workers(daemon, after, 8), steps[i].n);
		assert_int_equal(
		    site_ask(site, POOL_KEEPERS, READY, NULL), 200);
	}
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

/* A target of 400 bytes. */
static const char *
long_target(void)
{
	static char target[401] = "/";

	memset(target + 1, 'x', sizeof(target) - 2);
	return target;
}

static void
limits_follow_the_file(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_start(site, POOL_READERS);

	assert_int_equal(
	    site_ask(site, POOL_READERS, long_target(), NULL), 404);
	site_configure(site, "limit.uri = 256\n");
	reload(site, POOL_READERS, daemon, TOOK_OVER, 1);
	/* The old workers may answer what comes until they are told. */
	site_wait_for_workers(daemon, 2, 0);
	assert_int_equal(
	    site_ask(site, POOL_READERS, long_target(), NULL), 414);
}

static void
the_log_level_follows_the_file(void **state)
{
	struct site *site = *state;
	pid_t daemon, worker;

	site_configure(site, "log.level = error\nreaders.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	assert_int_equal(site_log_count(site, POOL_READERS, "workers on"), 0);
	site_configure(site, "log.level = info\nreaders.workers = 1\n");
	reload(site, POOL_READERS, daemon, TOOK_OVER, 1);
	site_configure(site, "log.level = error\nreaders.workers = 1\n");
	site_wait_for_workers(daemon, 1, 0);
	worker = worker_of(daemon);
	assert_int_equal(kill(daemon, SIGHUP), 0);
	site_wait_for_workers(daemon, 1, worker);
	site_configure(site, "log.level = error\nlimit.uri = none\n");
	reload(site, POOL_READERS, daemon, STAYS, 1);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(site_log_count(site, POOL_READERS, "stopped"), 0);
}

static void
a_wrong_file_changes_nothing(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	pid_t daemon, worker;
	struct client c;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	worker = worker_of(daemon);
	site_connect(site, POOL_READERS, &c);
	assert_int_equal(site_get(&c, MINE, &token), 200);

	site_configure(site, "readers.workers = 3\nlimit.uri = 1\n");
	reload(site, POOL_READERS, daemon, STAYS, 1);
	assert_int_equal(site_log_count(site, POOL_READERS,
			     "hub.conf:10: limit.uri: 1 is outside"),
	    1);
	site_configure(site, "readers.worker = 3\n");
	reload(site, POOL_READERS, daemon, STAYS, 2);
	assert_int_equal(unlink(site->conf), 0);
	reload(site, POOL_READERS, daemon, STAYS, 3);
	assert_int_equal(site_log_count(site, POOL_READERS, "cannot read"), 1);

	/* Not even the connection has noticed. */
	assert_int_equal(worker_of(daemon), worker);
	assert_int_equal(site_get(&c, MINE, &token), 200);
	client_close(&c);
	assert_int_equal(site_log_count(site, POOL_READERS, TOOK_OVER), 0);
}

static void
what_needs_a_restart_is_named_and_stays(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	char other[CONF_SOCKET_MAX], socket[CONF_SOCKET_MAX];
	pid_t daemon;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	snprintf(socket, sizeof(socket), "%s", site->socket[POOL_READERS]);
	snprintf(other, sizeof(other), "%s", site_path(site, "other.sock"));
	memcpy(site->socket[POOL_READERS], other, sizeof(other));
	snprintf(site->socket[POOL_KEEPERS], sizeof(other), "%s",
	    site_path(site, "third.sock"));
	site_configure(
	    site, "readers.workers = 2\nreader_group = no-such-group\n");
	reload(site, POOL_READERS, daemon, TOOK_OVER, 1);
	site_wait_for_workers(daemon, 2, 0);
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "needs a restart"), 2);
	assert_int_equal(site_log_count(site, POOL_READERS,
			     "readers.socket has changed and needs a restart"),
	    1);
	assert_int_equal(access(other, F_OK), -1);
	memcpy(site->socket[POOL_READERS], socket, sizeof(socket));
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
}

static void
new_workers_that_cannot_start_leave_the_old_ones(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	pid_t daemon, worker;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	worker = worker_of(daemon);
	assert_int_equal(rename(site_path(site, "data/directory"),
			     site_path(site, "data/elsewhere")),
	    0);
	site_configure(site, "readers.workers = 2\n");
	reload(site, POOL_READERS, daemon, "the new workers cannot start", 1);
	assert_int_equal(site_log_count(site, POOL_READERS, STAYS), 1);
	site_wait_for_workers(daemon, 1, 0);
	assert_int_equal(worker_of(daemon), worker);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);

	assert_int_equal(rename(site_path(site, "data/elsewhere"),
			     site_path(site, "data/directory")),
	    0);
	reload(site, POOL_READERS, daemon, TOOK_OVER, 1);
	site_wait_for_workers(daemon, 2, worker);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
}

/* What is asked for while one is under way is done after it. */
static void
reloads_that_come_together_end_in_the_last_file(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_start(site, POOL_READERS);
	char more[64];

	for (int i = 1; i <= 6; i++) {
		snprintf(more, sizeof(more), "readers.workers = %d\n", i);
		site_configure(site, more);
		assert_int_equal(kill(daemon, SIGHUP), 0);
	}
	site_wait_for_workers(daemon, 6, 0);
	site_wait_for_log(site, POOL_READERS, "6 workers took over");
	assert_int_equal(site_ask(site, POOL_READERS, READY, NULL), 200);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

/* The old worker has a request half of which has come. */
struct half {
	struct client c;
	struct buf request;
};

static void
half_begin(struct half *half, const struct site *site)
{
	site_connect(site, POOL_READERS, &half->c);
	assert_int_equal(site_get(&half->c, READY, NULL), 200);
	buf_init(&half->request, 65536);
	site_put_get(&half->request, READY, NULL);
	assert_true(client_send(&half->c, (struct str){ half->request.p, 20 }));
}

static void
half_end(struct half *half)
{
	struct client_answer answer;

	assert_true(client_send(&half->c,
	    (struct str){ half->request.p + 20, half->request.n - 20 }));
	assert_int_equal(client_answer(&half->c, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_true(client_is_closed(&half->c));
	client_answer_free(&answer);
	buf_free(&half->request);
	client_close(&half->c);
}

/*
 * Two generations drain for as long as their requests take; a third reload
 * waits for one of them, and comes.
 */
static void
reloads_during_a_drain_wait_for_no_request_and_lose_none(void **state)
{
	struct site *site = *state;
	struct half half[3];
	struct client idle;
	pid_t daemon;

	site_configure(site,
	    "readers.workers = 1\ntimeout.request = 10m\n"
	    "timeout.drain = 10m\n");
	daemon = site_start(site, POOL_READERS);
	for (unsigned int i = 0; i < 2; i++) {
		half_begin(&half[i], site);
		site_connect(site, POOL_READERS, &idle);
		assert_int_equal(site_get(&idle, READY, NULL), 200);
		reload(site, POOL_READERS, daemon, TOOK_OVER, i + 1);
		/* So the old worker has noticed, and takes nobody any more. */
		assert_true(client_is_closed(&idle));
		client_close(&idle);
		site_wait_for_workers(daemon, i + 2, 0);
	}
	half_begin(&half[2], site);
	assert_int_equal(kill(daemon, SIGHUP), 0);
	site_wait_for_log(site, POOL_READERS, "to be read again");
	assert_int_equal(site_ask(site, POOL_READERS, READY, NULL), 200);
	for (unsigned int i = 0; i < 3; i++)
		half_end(&half[i]);
	site_wait_for_workers(daemon, 1, 0);
	assert_int_equal(site_log_count(site, POOL_READERS, TOOK_OVER), 3);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

/* At many moments of it. */
static void
term_during_a_reload_stops_all(void **state)
{
	struct site *site = *state;

	site_configure(site, "readers.workers = 8\n");
	for (int i = 0; i < 6; i++) {
		pid_t daemon = site_start(site, POOL_READERS);
		pid_t children[64];
		size_t n;

		assert_int_equal(kill(daemon, SIGHUP), 0);
		usleep((useconds_t)(i * 3000));
		n = site_workers(daemon, children, 64);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
		assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
		while (n > 0)
			site_wait_for_end(children[--n]);
	}
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "was ended by signal"), 0);
}

/* Old ones and new ones; the master replaces each and comes to its end. */
static void
workers_that_die_during_a_reload_are_replaced(void **state)
{
	struct site *site = *state;
	pid_t daemon, workers[64];

	site_configure(site, "readers.workers = 8\n");
	daemon = site_start(site, POOL_READERS);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_int_equal(kill(daemon, SIGHUP), 0);
		for (int k = 0; k < 4; k++) {
			size_t n = site_workers(daemon, workers, 64);

			if (n > 0)
				kill(workers[n - 1], SIGKILL);
			usleep(3000);
		}
		while (site_log_count(site, POOL_READERS, TOOK_OVER) < i)
			usleep(5000);
		site_wait_for_workers(daemon, 8, 0);
		assert_int_equal(
		    site_ask(site, POOL_READERS, READY, NULL), 200);
	}
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

static void
under_load_no_request_is_lost(void **state)
{
	static const enum pool pools[] = { POOL_READERS, POOL_KEEPERS };
	struct site *site = *state;

	for (size_t p = 0; p < 2; p++) {
		pid_t daemon = site_start(site, pools[p]);

		site_load_begin(site, pools[p], NULL);
		for (unsigned int i = 1; i <= 10; i++)
			reload(site, pools[p], daemon, TOOK_OVER, i);
		assert_true(site_load_end() > 0);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	}
}

/* That of the old configuration ends before that of the new one starts. */
static void
the_housekeeper_is_renewed(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_start(site, POOL_KEEPERS), before, after[4];
	int64_t start = clock_mono_ms();

	while (site_children(daemon, "hub-housekeeper", &before, 1) != 1)
		site_rest(start);
	reload(site, POOL_KEEPERS, daemon, TOOK_OVER, 1);
	for (;;) {
		size_t n = site_children(daemon, "hub-housekeeper", after, 4);

		assert_true(n <= 1);
		if (n == 1 && after[0] != before)
			break;
		site_rest(start);
	}
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	site_wait_for_end(after[0]);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(the_number_of_workers_follows_the_file),
		FILLED(limits_follow_the_file),
		FILLED(the_log_level_follows_the_file),
		FILLED(a_wrong_file_changes_nothing),
		FILLED(what_needs_a_restart_is_named_and_stays),
		FILLED(new_workers_that_cannot_start_leave_the_old_ones),
		FILLED(reloads_that_come_together_end_in_the_last_file),
		FILLED(
		    reloads_during_a_drain_wait_for_no_request_and_lose_none),
		FILLED(term_during_a_reload_stops_all),
		FILLED(workers_that_die_during_a_reload_are_replaced),
		FILLED(under_load_no_request_is_lost),
		FILLED(the_housekeeper_is_renewed),
	};

	return UNIT_RUN(tests);
}
