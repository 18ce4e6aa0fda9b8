#include "hub_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define READY "/health/ready"
#define WAITING 12

/* What the next daemon is given: descriptors from 3 on, and the variables. */
static int given[2];
static size_t given_count;
static const char *given_names;

static void
give(void)
{
	char text[16];

	/* Out of the way first: one may stand where another belongs. */
	for (size_t i = 0; i < given_count; i++)
		given[i] = fcntl(given[i], F_DUPFD_CLOEXEC, 20);
	for (size_t i = 0; i < given_count; i++)
		dup2(given[i], 3 + (int)i);
	snprintf(text, sizeof(text), "%ld", (long)getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof(text), "%zu", given_count);
	setenv("LISTEN_FDS", text, 1);
	if (given_names != NULL)
		setenv("LISTEN_FDNAMES", given_names, 1);
}

/* A socket as a service manager makes it: it blocks, its mode is its own. */
static int
listen_at(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(path, 0640), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1024), 0);
	return fd;
}

static pid_t
spawn_given(struct site *site, enum pool pool, int fd)
{
	given[0] = fd;
	given_count = 1;
	given_names = NULL;
	return site_spawn(site, pool, give);
}

static void
a_passed_socket_is_served_and_left_as_it_is(void **state)
{
	struct site *site = *state;
	struct stat before, after;

	for (int pool = 0; pool < POOL_COUNT; pool++) {
		const char *path = site->socket[pool];
		int fd = listen_at(path, SOCK_STREAM);
		pid_t daemon;

		assert_int_equal(lstat(path, &before), 0);
		/* It waits in the socket until there is a daemon. */
		daemon = spawn_given(site, (enum pool)pool, fd);
		assert_int_equal(
		    site_ask(site, (enum pool)pool, READY, NULL), 200);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
		assert_int_equal(lstat(path, &after), 0);
		assert_int_equal(after.st_ino, before.st_ino);
		assert_int_equal(after.st_mode, before.st_mode);
		assert_int_equal(after.st_gid, before.st_gid);
		assert_int_equal(
		    site_log_count(site, (enum pool)pool, "passed in"), 1);
		close(fd);
	}
}

static void
restarts_behind_it_lose_no_request(void **state)
{
	static const enum pool pools[] = { POOL_READERS, POOL_KEEPERS };
	struct site *site = *state;

	for (size_t p = 0; p < 2; p++) {
		int fd = listen_at(site->socket[pools[p]], SOCK_STREAM);
		pid_t daemon = spawn_given(site, pools[p], fd);

		site_load_begin(site, pools[p], NULL);
		for (int i = 0; i < 8; i++) {
			assert_int_equal(
			    site_ask(site, pools[p], READY, NULL), 200);
			assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
			daemon = spawn_given(site, pools[p], fd);
		}
		assert_true(site_load_end() > 0);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
		close(fd);
	}
}

/* The form of a client that asks for a token in its own name. */
static const char *
token_form(const struct site *site, char *form, size_t room)
{
	struct output added;
	char *secret;

	site_hubctl(site, &added, NULL, "client", "add", "--id", "load",
	    "--grant", "client_credentials", "--scope", "records.write");
	assert_int_equal(added.status, 0);
	added.out[strlen(added.out) - 1] = '\0';
	secret = strrchr(added.out, '\n');
	snprintf(form, room,
	    "grant_type=client_credentials&client_id=load&client_secret=%s",
	    secret == NULL ? added.out : secret + 1);
	return form;
}

static void
restarts_behind_it_lose_no_post(void **state)
{
	static const char *const params[] = { "HTTPS", "on", "CONTENT_TYPE",
		"application/x-www-form-urlencoded", NULL };
	struct site *site = *state;
	char form[256];
	const struct client_request request = {
		.method = "POST",
		.uri = "/identity/token",
		.params = params,
		.body = str_of(token_form(site, form, sizeof(form))),
	};
	int fd = listen_at(site->socket[POOL_KEEPERS], SOCK_STREAM);
	pid_t daemon = spawn_given(site, POOL_KEEPERS, fd);

	site_load_begin(site, POOL_KEEPERS, &request);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(
		    site_ask(site, POOL_KEEPERS, READY, NULL), 200);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
		daemon = spawn_given(site, POOL_KEEPERS, fd);
	}
	assert_true(site_load_end() > 0);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	close(fd);
}

/* Requests that nobody has accepted, since the workers do not move. */
static void
let_wait(
    struct site *site, enum pool pool, pid_t daemon, struct client c[WAITING])
{
	pid_t workers[8];
	struct buf request;
	size_t n;

	site_wait_for_workers(daemon, 2, 0);
	n = site_workers(daemon, workers, 8);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(kill(workers[i], SIGSTOP), 0);
	buf_init(&request, 65536);
	site_put_get(&request, READY, NULL);
	for (int i = 0; i < WAITING; i++) {
		site_connect(site, pool, &c[i]);
		assert_true(client_send(&c[i], buf_view(&request)));
	}
	buf_free(&request);
}

static void
wake(pid_t daemon)
{
	pid_t workers[8];
	size_t n = site_workers(daemon, workers, 8);

	for (size_t i = 0; i < n; i++)
		assert_int_equal(kill(workers[i], SIGCONT), 0);
}

static void
expect_all(struct client c[WAITING])
{
	struct client_answer answer;

	for (int i = 0; i < WAITING; i++) {
		assert_int_equal(client_answer(&c[i], &answer), 0);
		assert_int_equal(answer.status, 200);
		client_answer_free(&answer);
		client_close(&c[i]);
	}
}

static void
who_waits_in_a_socket_of_its_own_is_answered_before_the_end(void **state)
{
	static const enum pool pools[] = { POOL_READERS, POOL_KEEPERS };
	struct site *site = *state;
	struct client waiting[WAITING], late;

	site_configure(site, "keepers.workers = 2\ntimeout.drain = 2m\n");
	for (size_t p = 0; p < 2; p++) {
		pid_t daemon = site_start(site, pools[p]);
		int64_t start = clock_mono_ms();

		let_wait(site, pools[p], daemon, waiting);
		assert_int_equal(kill(daemon, SIGTERM), 0);
		while (access(site->socket[pools[p]], F_OK) == 0)
			site_rest(start);
		assert_false(client_open(&late, site->socket[pools[p]]));
		wake(daemon);
		expect_all(waiting);
		assert_int_equal(site_wait(site, daemon), 0);
	}
}

static void
who_waits_in_a_passed_socket_is_answered_by_the_next_daemon(void **state)
{
	struct site *site = *state;
	struct client waiting[WAITING];
	int fd = listen_at(site->socket[POOL_KEEPERS], SOCK_STREAM);
	pid_t daemon;

	site_configure(site, "keepers.workers = 2\n");
	daemon = spawn_given(site, POOL_KEEPERS, fd);
	assert_int_equal(site_ask(site, POOL_KEEPERS, READY, NULL), 200);
	let_wait(site, POOL_KEEPERS, daemon, waiting);
	assert_int_equal(kill(daemon, SIGTERM), 0);
	/* That it waits longer shows that it has taken notice. */
	usleep(50000);
	wake(daemon);
	assert_int_equal(site_wait(site, daemon), 0);
	daemon = spawn_given(site, POOL_KEEPERS, fd);
	expect_all(waiting);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	close(fd);
}

/*
 * A worker that is busy for long has given up the socket when it was told to
 * stop, so that its place is free.
 */
static void
a_worker_that_drains_does_not_keep_the_next_daemon_away(void **state)
{
	static const int signals[] = { SIGTERM, SIGKILL };
	struct site *site = *state;

	site_configure(site,
	    "readers.workers = 1\ntimeout.request = 10m\n"
	    "timeout.drain = 10m\n");
	for (size_t i = 0; i < 2; i++) {
		pid_t first = site_start(site, POOL_READERS), next, worker;
		struct client busy, idle;
		struct client_answer answer;
		struct buf request;

		assert_int_equal(site_workers(first, &worker, 1), 1);
		site_connect(site, POOL_READERS, &busy);
		site_connect(site, POOL_READERS, &idle);
		assert_int_equal(site_get(&busy, READY, NULL), 200);
		assert_int_equal(site_get(&idle, READY, NULL), 200);
		buf_init(&request, 65536);
		site_put_get(&request, READY, NULL);
		assert_true(client_send(&busy, (struct str){ request.p, 20 }));
		assert_int_equal(kill(first, signals[i]), 0);
		assert_true(client_is_closed(&idle));
		next = site_start(site, POOL_READERS);
		assert_true(client_send(
		    &busy, (struct str){ request.p + 20, request.n - 20 }));
		assert_int_equal(client_answer(&busy, &answer), 0);
		assert_int_equal(answer.status, 200);
		assert_int_equal(site_wait(site, first),
		    signals[i] == SIGKILL ? -SIGKILL : 0);
		site_wait_for_end(worker);
		assert_int_equal(
		    site_ask(site, POOL_READERS, READY, NULL), 200);
		assert_int_equal(site_stop(site, next, SIGTERM), 0);
		client_answer_free(&answer);
		buf_free(&request);
		client_close(&busy);
		client_close(&idle);
	}
}

static void
assert_refused(struct site *site, const char *text)
{
	pid_t daemon = site_spawn(site, POOL_READERS, give);

	assert_int_equal(site_wait(site, daemon), 1);
	if (site_log_count(site, POOL_READERS, text) == 0)
		fail_msg("'%s' is not in the log", text);
}

static void
what_is_no_listening_socket_is_refused(void **state)
{
	struct site *site = *state;
	char path[CONF_SOCKET_MAX];
	int pair[2];

	snprintf(path, sizeof(path), "%s", site_path(site, "other.sock"));
	given_count = 1;
	given_names = NULL;
	given[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_refused(site, "no listening UNIX stream socket");
	close(given[0]);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	given[0] = pair[0];
	assert_refused(site, "no listening UNIX stream socket");
	close(pair[0]);
	close(pair[1]);
	given[0] = listen_at(path, SOCK_DGRAM);
	assert_refused(site, "no listening UNIX stream socket");
	close(given[0]);
	given[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(listen(given[0], 1), 0);
	assert_refused(site, "no listening UNIX stream socket");
	close(given[0]);
	assert_int_equal(site_log_count(site, POOL_READERS, "correct"), 4);
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
}

static void
another_path_than_the_configured_one_is_told(void **state)
{
	struct site *site = *state;
	char path[CONF_SOCKET_MAX];
	struct client c;
	pid_t daemon;
	int fd;

	snprintf(path, sizeof(path), "%s", site_path(site, "other.sock"));
	fd = listen_at(path, SOCK_STREAM);
	daemon = spawn_given(site, POOL_READERS, fd);
	assert_true(client_open(&c, path));
	assert_int_equal(site_get(&c, READY, NULL), 200);
	client_close(&c);
	assert_int_equal(site_log_count(site, POOL_READERS, path), 1);
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	close(fd);
}

static void
of_several_the_one_with_the_pools_name_is_taken(void **state)
{
	struct site *site = *state;
	struct client c;
	pid_t daemon;

	given_count = 2;
	given[0] = listen_at(site_path(site, "first.sock"), SOCK_STREAM);
	given[1] = listen_at(site->socket[POOL_READERS], SOCK_STREAM);
	given_names = "keepers:signin";
	assert_refused(site, "none has the name readers");
	given_names = "keepers:readers";
	daemon = site_spawn(site, POOL_READERS, give);
	assert_int_equal(site_ask(site, POOL_READERS, READY, NULL), 200);
	assert_int_equal(site_log_count(site, POOL_READERS, "as the conf"), 0);
	/* It holds the other no longer: nobody does when we let go. */
	close(given[0]);
	assert_false(client_open(&c, site_path(site, "first.sock")));
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	close(given[1]);
}

static void
give_to_another(void)
{
	give();
	setenv("LISTEN_PID", "1", 1);
}

static void
what_was_passed_to_another_process_is_not_taken(void **state)
{
	struct site *site = *state;
	const char *other = site_path(site, "other.sock");
	pid_t daemon;

	given_count = 1;
	given_names = NULL;
	given[0] = listen_at(other, SOCK_STREAM);
	daemon = site_spawn(site, POOL_READERS, give_to_another);
	site_wait_for_log(site, POOL_READERS, "workers on");
	assert_int_equal(site_ask(site, POOL_READERS, READY, NULL), 200);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(site_log_count(site, POOL_READERS, "passed in"), 0);
	close(given[0]);
}

static void
give_nonsense(void)
{
	give();
	setenv("LISTEN_FDS", "one", 1);
}

static void
variables_that_make_no_sense_are_refused(void **state)
{
	struct site *site = *state;
	pid_t daemon;

	given_count = 0;
	daemon = site_spawn(site, POOL_READERS, give_nonsense);
	assert_int_equal(site_wait(site, daemon), 1);
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "LISTEN_FDS is not a number"),
	    1);
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(a_passed_socket_is_served_and_left_as_it_is),
		FILLED(restarts_behind_it_lose_no_request),
		FILLED(restarts_behind_it_lose_no_post),
		FILLED(
		    who_waits_in_a_socket_of_its_own_is_answered_before_the_end),
		FILLED(
		    who_waits_in_a_passed_socket_is_answered_by_the_next_daemon),
		FILLED(a_worker_that_drains_does_not_keep_the_next_daemon_away),
		FILLED(what_is_no_listening_socket_is_refused),
		FILLED(another_path_than_the_configured_one_is_told),
		FILLED(of_several_the_one_with_the_pools_name_is_taken),
		FILLED(what_was_passed_to_another_process_is_not_taken),
		FILLED(variables_that_make_no_sense_are_refused),
	};

	return UNIT_RUN(tests);
}
