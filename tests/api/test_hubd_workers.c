#include "hub_process.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define MINE "/account/mine"
#define CONNECTIONS 200

static void
the_configured_number_of_workers_runs(void **state)
{
	struct site *site = *state;
	pid_t readers, keepers;

	site_configure(site, "readers.workers = 3\nkeepers.workers = 1\n");
	readers = site_start(site, POOL_READERS);
	keepers = site_start(site, POOL_KEEPERS);
	site_wait_for_workers(readers, 3, 0);
	site_wait_for_workers(keepers, 1, 0);
}

static void
a_killed_worker_is_replaced(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	pid_t workers[8], daemon;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(site_workers(daemon, workers, 8), 1);
		kill(workers[0], SIGKILL);
		/* The master keeps the socket: the request waits in it. */
		assert_int_equal(
		    site_ask(site, POOL_READERS, MINE, &token), 200);
		site_wait_for_workers(daemon, 1, workers[0]);
	}
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "was ended by signal 9"), 3);
}

static void
ignore_children(void)
{
	signal(SIGCHLD, SIG_IGN);
}

/* A starter may have ignored SIGCHLD, and that is inherited. */
static void
a_worker_is_replaced_whatever_the_starter_ignored(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon;

	daemon = site_spawn(site, POOL_READERS, ignore_children);
	site_wait_for_workers(daemon, 2, 0);
	assert_int_equal(site_workers(daemon, workers, 8), 2);
	kill(workers[0], SIGKILL);
	site_wait_for_workers(daemon, 2, workers[0]);
}

/* One request on each connection; gives how many were not answered. */
static size_t
ask_all(struct client *c, size_t n, const struct token *token)
{
	size_t broken = 0;

	for (size_t i = 0; i < n; i++) {
		int status = site_get(&c[i], MINE, token);

		if (status == -1) {
			client_close(&c[i]);
			broken++;
			continue;
		}
		assert_int_equal(status, 200);
	}
	return broken;
}

/* How many connections a worker holds: its sockets but the listening one. */
static size_t
held_by(pid_t worker)
{
	char path[64], target[64];
	struct dirent *entry;
	size_t n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)worker);
	folder = opendir(path);
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		ssize_t length = readlinkat(
		    dirfd(folder), entry->d_name, target, sizeof(target));

		n += length > 7 && memcmp(target, "socket:", 7) == 0;
	}
	closedir(folder);
	return n - 1;
}

static void
a_killed_worker_takes_only_its_own_connections_along(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	static struct client c[CONNECTIONS];
	pid_t workers[8], daemon;
	size_t held;

	site_configure(site, "readers.workers = 2\n");
	daemon = site_start(site, POOL_READERS);
	for (size_t i = 0; i < CONNECTIONS; i++)
		site_connect(site, POOL_READERS, &c[i]);
	assert_int_equal(ask_all(c, CONNECTIONS, &token), 0);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(site_workers(daemon, workers, 8), 2);
		held = held_by(workers[0]);
		kill(workers[0], SIGKILL);
		site_wait_for_workers(daemon, 2, workers[0]);
		assert_int_equal(ask_all(c, CONNECTIONS, &token), held);
		/* The broken ones ask again, of the new worker. */
		for (size_t i = 0; i < CONNECTIONS; i++) {
			if (c[i].fd < 0)
				site_connect(site, POOL_READERS, &c[i]);
		}
		assert_int_equal(ask_all(c, CONNECTIONS, &token), 0);
	}
	for (size_t i = 0; i < CONNECTIONS; i++)
		client_close(&c[i]);
}

/*
 * The first death is answered at once, the next ones after 50, 100, 200, 400
 * milliseconds: six in the first second at most, on any machine. Without the
 * pauses there would be hundreds.
 */
static void
a_worker_that_dies_at_once_is_held_back(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon, last = 0;
	unsigned int deaths = 0;
	int64_t end;

	site_configure(site, "readers.workers = 1\n");
	daemon = site_start(site, POOL_READERS);
	end = clock_mono_ms() + 1000;
	while (clock_mono_ms() < end) {
		if (site_workers(daemon, workers, 8) == 0 || workers[0] == last)
			continue;
		last = workers[0];
		kill(last, SIGKILL);
		deaths++;
	}
	assert_true(deaths >= 1);
	assert_true(deaths <= 7);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
}

/* One slot that is held back does not hold back another. */
static void
the_pauses_are_of_one_slot_each(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon, steady;
	size_t n;

	site_configure(site, "readers.workers = 2\n");
	daemon = site_start(site, POOL_READERS);
	site_wait_for_workers(daemon, 2, 0);
	n = site_workers(daemon, workers, 8);
	assert_int_equal(n, 2);
	steady = workers[0];
	for (int i = 0; i < 4; i++) {
		n = site_workers(daemon, workers, 8);
		for (size_t k = 0; k < n; k++) {
			if (workers[k] != steady)
				kill(workers[k], SIGKILL);
		}
		assert_int_equal(
		    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
	}
	site_wait_for_workers(daemon, 2, 0);
	site_workers(daemon, workers, 8);
	assert_true(workers[0] == steady || workers[1] == steady);
}

static void
workers_end_when_the_master_is_killed(void **state)
{
	struct site *site = *state;
	pid_t workers[POOL_COUNT][8];
	size_t n[POOL_COUNT];

	for (int pool = 0; pool < POOL_COUNT; pool++) {
		pid_t daemon = site_start(site, (enum pool)pool);

		n[pool] = site_workers(daemon, workers[pool], 8);
		assert_true(n[pool] >= 1);
		assert_int_equal(site_stop(site, daemon, SIGKILL), -SIGKILL);
	}
	for (int pool = 0; pool < POOL_COUNT; pool++) {
		for (size_t i = 0; i < n[pool]; i++)
			site_wait_for_end(workers[pool][i]);
	}
}

/* A worker that is told to stop by somebody else is replaced as well. */
static void
a_worker_that_was_told_to_stop_is_replaced(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon = site_start(site, POOL_KEEPERS);

	site_wait_for_workers(daemon, 4, 0);
	site_workers(daemon, workers, 8);
	kill(workers[0], SIGTERM);
	site_wait_for_workers(daemon, 4, workers[0]);
	assert_int_equal(
	    site_ask(site, POOL_KEEPERS, "/health/ready", NULL), 200);
}

/* The others are idle for longer than that, and stay. */
static void
a_worker_that_shows_no_life_is_replaced(void **state)
{
	struct site *site = *state;
	pid_t workers[8], after[8], daemon;

	site_configure(site, "timeout.worker = 2s\nreaders.workers = 2\n");
	daemon = site_start(site, POOL_READERS);
	site_wait_for_workers(daemon, 2, 0);
	assert_int_equal(site_workers(daemon, workers, 8), 2);
	assert_int_equal(kill(workers[0], SIGSTOP), 0);
	site_wait_for_workers(daemon, 2, workers[0]);
	site_workers(daemon, after, 8);
	assert_true(after[0] == workers[1] || after[1] == workers[1]);
	assert_int_equal(site_log_count(site, POOL_READERS,
			     "has given no sign of life for 2 seconds"),
	    1);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(the_configured_number_of_workers_runs),
		FILLED(a_killed_worker_is_replaced),
		FILLED(a_worker_is_replaced_whatever_the_starter_ignored),
		FILLED(a_killed_worker_takes_only_its_own_connections_along),
		FILLED(a_worker_that_dies_at_once_is_held_back),
		FILLED(the_pauses_are_of_one_slot_each),
		FILLED(workers_end_when_the_master_is_killed),
		FILLED(a_worker_that_was_told_to_stop_is_replaced),
		FILLED(a_worker_that_shows_no_life_is_replaced),
	};

	return UNIT_RUN(tests);
}
