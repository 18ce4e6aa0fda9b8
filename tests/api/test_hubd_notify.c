#include "hub_process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

/* A service manager that listens, and what the daemon is told of it. */
static int manager = -1;
static char address_text[108], watchdog[32];

static void
introduce(void)
{
	char pid[16];

	setenv("NOTIFY_SOCKET", address_text, 1);
	if (*watchdog == '\0')
		return;
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	setenv("WATCHDOG_USEC", watchdog, 1);
	setenv("WATCHDOG_PID", pid, 1);
}

/* NAME: a path, or "@" and a name. */
static void
listen_as(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t n = strlen(name);

	snprintf(address_text, sizeof(address_text), "%s", name);
	memcpy(address.sun_path, name, n);
	if (*name == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(manager >= 0);
	assert_int_equal(
	    bind(manager, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
	    0);
}

static int
setup(void **state)
{
	int rc = site_setup_filled(state);

	watchdog[0] = '\0';
	if (rc == 0)
		listen_as(site_path(*state, "notify"));
	return rc;
}

static int
teardown(void **state)
{
	close(manager);
	return site_teardown(state);
}

/* Whether TEXT is a line of the message. */
static bool
has_line(const char *message, const char *text)
{
	struct str rest = str_of(message), line;

	while (str_split(&rest, '\n', &line)) {
		if (str_eq(line, str_of(text)))
			return true;
	}
	return false;
}

/* Hears messages until one has the line TEXT; gives how many came before. */
static unsigned int
wait_to_hear(const char *text)
{
	struct pollfd fd = { .fd = manager, .events = POLLIN };
	int64_t start = clock_mono_ms();
	unsigned int others = 0;
	char message[1024];

	for (;;) {
		ssize_t n =
		    recv(manager, message, sizeof(message) - 1, MSG_DONTWAIT);

		if (n < 0) {
			poll(&fd, 1, 100);
			site_rest(start);
			continue;
		}
		message[n] = '\0';
		if (has_line(message, text))
			return others;
		others++;
	}
}

/* Whether nothing of what has been sent by now has the line TEXT. */
static bool
is_not_heard(const char *text)
{
	char message[1024];
	ssize_t n;

	while ((n = recv(manager, message, sizeof(message) - 1,
		    MSG_DONTWAIT)) >= 0) {
		message[n] = '\0';
		if (has_line(message, text))
			return false;
	}
	return true;
}

static void
it_is_ready_when_all_workers_serve(void **state)
{
	struct site *site = *state;
	pid_t daemon, workers[8];

	site_configure(site, "readers.workers = 3\n");
	daemon = site_spawn(site, POOL_READERS, introduce);
	wait_to_hear("READY=1");
	assert_int_equal(site_workers(daemon, workers, 8), 3);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
	wait_to_hear("STATUS=3 of 3 workers serve");
	assert_int_equal(kill(daemon, SIGTERM), 0);
	wait_to_hear("STOPPING=1");
	assert_int_equal(site_wait(site, daemon), 0);
}

static void
a_daemon_that_cannot_start_is_never_ready(void **state)
{
	struct site *site = *state;

	assert_int_equal(rename(site_path(site, "data/directory"),
			     site_path(site, "data/elsewhere")),
	    0);
	assert_int_equal(
	    site_wait(site, site_spawn(site, POOL_READERS, introduce)), 1);
	assert_true(is_not_heard("READY=1"));
}

static void
the_abstract_namespace_is_reached(void **state)
{
	struct site *site = *state;
	char name[1 + sizeof(site->root)];
	pid_t daemon;

	close(manager);
	snprintf(name, sizeof(name), "@%s", site->root);
	listen_as(name);
	daemon = site_spawn(site, POOL_KEEPERS, introduce);
	wait_to_hear("READY=1");
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

static void
a_reload_is_told_from_begin_to_end_however_it_ends(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_spawn(site, POOL_READERS, introduce);

	wait_to_hear("READY=1");
	site_configure(site, "readers.workers = 4\n");
	assert_int_equal(kill(daemon, SIGHUP), 0);
	wait_to_hear("RELOADING=1");
	wait_to_hear("READY=1");
	wait_to_hear("STATUS=4 of 4 workers serve");
	site_configure(site, "readers.workers = none\n");
	assert_int_equal(kill(daemon, SIGHUP), 0);
	wait_to_hear("RELOADING=1");
	wait_to_hear("READY=1");
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

/* The time is on the clock that the manager compares it with. */
static void
the_begin_of_a_reload_has_its_time(void **state)
{
	struct site *site = *state;
	pid_t daemon = site_spawn(site, POOL_READERS, introduce);
	struct pollfd fd = { .fd = manager, .events = POLLIN };
	int64_t before, start = clock_mono_ms();
	char message[1024], *time;

	wait_to_hear("READY=1");
	wait_to_hear("STATUS=2 of 2 workers serve");
	before = clock_mono_us();
	assert_int_equal(kill(daemon, SIGHUP), 0);
	while (poll(&fd, 1, 100) != 1)
		site_rest(start);
	message[recv(manager, message, sizeof(message) - 1, 0)] = '\0';
	time = strstr(message, "RELOADING=1\nMONOTONIC_USEC=");
	assert_ptr_equal(time, message);
	time = strchr(message, 'C') + strlen("C_USEC=");
	assert_true(strtoll(time, NULL, 10) >= before);
	assert_true(strtoll(time, NULL, 10) <= clock_mono_us());
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

static void
the_watchdog_hears_that_it_lives(void **state)
{
	struct site *site = *state;
	pid_t daemon;

	snprintf(watchdog, sizeof(watchdog), "100000");
	daemon = site_spawn(site, POOL_READERS, introduce);
	wait_to_hear("READY=1");
	for (int i = 0; i < 5; i++)
		wait_to_hear("WATCHDOG=1");
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

/* The only worker is away for good: it dies and no new one can start. */
static void
the_watchdog_hears_nothing_while_nobody_serves(void **state)
{
	struct site *site = *state;
	pid_t daemon, worker;

	site_configure(site, "readers.workers = 1\n");
	snprintf(watchdog, sizeof(watchdog), "100000");
	daemon = site_spawn(site, POOL_READERS, introduce);
	wait_to_hear("READY=1");
	wait_to_hear("WATCHDOG=1");
	assert_int_equal(rename(site_path(site, "data/directory"),
			     site_path(site, "data/elsewhere")),
	    0);
	assert_int_equal(site_workers(daemon, &worker, 1), 1);
	assert_int_equal(kill(worker, SIGKILL), 0);
	wait_to_hear("STATUS=0 of 1 workers serve");
	site_wait_for_log(site, POOL_READERS, "hubctl init");
	usleep(300000);
	assert_true(is_not_heard("WATCHDOG=1"));
	assert_int_equal(rename(site_path(site, "data/elsewhere"),
			     site_path(site, "data/directory")),
	    0);
	wait_to_hear("WATCHDOG=1");
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

static void
nonsense_is_told_and_keeps_nobody_from_serving(void **state)
{
	struct site *site = *state;
	pid_t daemon;

	snprintf(address_text, sizeof(address_text), "here");
	daemon = site_spawn(site, POOL_READERS, introduce);
	site_wait_for_log(site, POOL_READERS, "NOTIFY_SOCKET is 'here'");
	site_wait_for_log(site, POOL_READERS, "workers on");
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

#define FILLED(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(it_is_ready_when_all_workers_serve),
		FILLED(a_daemon_that_cannot_start_is_never_ready),
		FILLED(the_abstract_namespace_is_reached),
		FILLED(a_reload_is_told_from_begin_to_end_however_it_ends),
		FILLED(the_begin_of_a_reload_has_its_time),
		FILLED(the_watchdog_hears_that_it_lives),
		FILLED(the_watchdog_hears_nothing_while_nobody_serves),
		FILLED(nonsense_is_told_and_keeps_nobody_from_serving),
	};

	return UNIT_RUN(tests);
}
