#include "hub_process.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"
#include "store/schema.h"
#include "unit.h"

#define NOBODY 65534
#define MINE "/account/mine"

static void
every_pool_starts_and_is_ready(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	pid_t daemon[POOL_COUNT];

	for (int pool = 0; pool < POOL_COUNT; pool++)
		daemon[pool] = site_start(site, (enum pool)pool);
	for (int pool = 0; pool < POOL_COUNT; pool++) {
		enum pool p = (enum pool)pool;

		assert_int_equal(site_ask(site, p, "/health/ready", NULL), 200);
		assert_int_equal(site_ask(site, p, MINE, &token),
		    p == POOL_READERS ? 200 : 404);
		assert_int_equal(site_ask(site, p, MINE, NULL),
		    p == POOL_READERS ? 401 : 404);
		assert_int_equal(site_ask(site, p, "/", NULL), 404);
	}
	for (int pool = 0; pool < POOL_COUNT; pool++)
		assert_int_equal(site_stop(site, daemon[pool], SIGTERM), 0);
}

static void
the_account_is_answered_whole(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	char authorization[4200];
	const char *const params[] = { "HTTP_AUTHORIZATION", authorization,
		"REQUEST_ID", "0123456789abcdef", NULL };
	struct client_request request = { .uri = MINE, .params = params };
	struct client_answer answer;
	struct client c;

	snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
	site_start(site, POOL_READERS);
	site_connect(site, POOL_READERS, &c);
	assert_int_equal(client_call(&c, &request, &answer), 0);
	assert_int_equal(answer.status, 200);
	assert_true(str_starts(answer.body,
	    STR("{\"data\":{\"items\":[{\"id\":\"" JANSSEN_ID "\",")));
	assert_true(str_eq(
	    client_header(&answer, "X-Request-Id"), STR("0123456789abcdef")));
	client_answer_free(&answer);
	client_close(&c);
}

static void
the_socket_is_for_owner_and_group_only(void **state)
{
	struct site *site = *state;
	struct stat st;

	site_start(site, POOL_READERS);
	assert_int_equal(lstat(site->socket[POOL_READERS], &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
}

/* Starts the readers, who must end with 1, having said TEXT. */
static void
assert_refused(struct site *site, void (*with)(void), const char *text)
{
	pid_t daemon = site_spawn(site, POOL_READERS, with);

	assert_int_equal(site_wait(site, daemon), 1);
	if (site_log_count(site, POOL_READERS, text) == 0)
		fail_msg("'%s' is not in the log", text);
}

static void
without_a_store_it_points_to_hubctl_init(void **state)
{
	struct site *site = *state;

	assert_refused(site, NULL, "hubctl init");
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
}

static void
a_second_daemon_is_refused_and_the_first_goes_on(void **state)
{
	struct site *site = *state;
	pid_t first = site_start(site, POOL_READERS);

	assert_refused(site, NULL, "is in use by another daemon");
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
	assert_int_equal(site_stop(site, first, SIGTERM), 0);
}

static void
a_socket_that_a_dead_daemon_left_is_replaced(void **state)
{
	struct site *site = *state;
	pid_t workers[8], first = site_start(site, POOL_READERS);
	size_t n = site_workers(first, workers, 8);

	assert_int_equal(site_stop(site, first, SIGKILL), -SIGKILL);
	for (size_t i = 0; i < n; i++)
		site_wait_for_end(workers[i]);
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), 0);
	site_start(site, POOL_READERS);
}

static void
what_stands_in_the_sockets_place_is_left_alone(void **state)
{
	struct site *site = *state;
	struct stat st;

	assert_int_equal(mkdir(site->socket[POOL_READERS], 0755), 0);
	assert_refused(site, NULL, "something else stands there");
	assert_int_equal(stat(site->socket[POOL_READERS], &st), 0);
	assert_int_equal(rmdir(site->socket[POOL_READERS]), 0);
	site_file(site, "readers.sock", "precious");
	assert_refused(site, NULL, "something else stands there");
	assert_int_equal(stat(site->socket[POOL_READERS], &st), 0);
	assert_int_equal(st.st_size, strlen("precious"));
}

static void
a_missing_folder_of_the_socket_is_named(void **state)
{
	struct site *site = *state;

	snprintf(site->socket[POOL_READERS], sizeof(site->socket[0]), "%s",
	    site_path(site, "none/readers.sock"));
	site_configure(site, "");
	assert_refused(site, NULL, "make its folder first");
}

static void
an_unknown_group_is_refused(void **state)
{
	struct site *site = *state;

	site_configure(site, "socket_group = no-such-group\n");
	assert_refused(site, NULL, "there is no group no-such-group");
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
}

/* A store that only a newer program knows. */
static void
a_newer_format_is_refused(void **state)
{
	struct site *site = *state;
	struct schema schema;
	struct conf conf;
	struct why why;

	assert_int_equal(conf_load(&conf, site->conf, &why), 0);
	assert_int_equal(mkdir(site->data, 0755), 0);
	schema_directory(&schema, &conf);
	schema.spec.format++;
	assert_int_equal(store_create(&schema.spec, &why), 0);
	assert_refused(site, NULL, "use the newer version");
}

static void
become_nobody(void)
{
	if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
	    setuid(NOBODY) != 0)
		_exit(125);
}

static void
a_reader_that_cannot_write_the_lock_file_is_refused(void **state)
{
	struct site *site = *state;
	const char *folder = site_path(site, "data/directory");
	const char *data = site_path(site, "data/directory/data.mdb");
	const char *lock = site_path(site, "data/directory/lock.mdb");

	if (geteuid() != 0) {
		print_message("# skipped: only root becomes another user\n");
		return;
	}
	assert_int_equal(chmod(site->root, 0777), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(data, 0644), 0);
	assert_int_equal(chmod(lock, 0644), 0);
	assert_refused(site, become_nobody, "lock.mdb");
	/* That and nothing else was in the way. */
	assert_int_equal(chmod(lock, 0666), 0);
	site_spawn(site, POOL_READERS, become_nobody);
	site_wait_for_log(site, POOL_READERS, "workers on");
}

static void
move_vault_away(const struct site *site)
{
	assert_int_equal(
	    rename(site_path(site, "data/vault"), site_path(site, "elsewhere")),
	    0);
}

static void
a_reader_needs_no_right_to_the_vault(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	move_vault_away(site);
	site_start(site, POOL_READERS);
	assert_int_equal(site_ask(site, POOL_READERS, MINE, &token), 200);
}

static void
a_keeper_does_not_start_without_the_vault(void **state)
{
	struct site *site = *state;

	move_vault_away(site);
	assert_int_equal(
	    site_wait(site, site_spawn(site, POOL_KEEPERS, NULL)), 1);
	site_wait_for_log(site, POOL_KEEPERS, "hubctl init");
}

static void
close_all(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
}

static off_t
size_of(const struct site *site, const char *name)
{
	struct stat st;

	assert_int_equal(stat(site_path(site, name), &st), 0);
	return st.st_size;
}

/*
 * Nothing that is meant for them may end up in a store. The keeper has to say
 * something while it has the stores open: that it cuts off the peer that sends
 * no more than the start of a request.
 */
static void
it_serves_without_standard_descriptors(void **state)
{
	struct site *site = *state;
	int64_t start = clock_mono_ms();
	struct client_record record;
	struct client c;
	struct buf bytes;
	pid_t daemon;

	site_configure(site, "timeout.drain = 1s\nkeepers.workers = 1\n");
	daemon = site_spawn(site, POOL_KEEPERS, close_all);
	while (!client_open(&c, site->socket[POOL_KEEPERS]))
		site_rest(start);
	buf_init(&bytes, 4096);
	put_record(&bytes, FCGI_GET_VALUES, 0, STR_NONE, 0);
	put_begin(&bytes, 1, FCGI_RESPONDER, false);
	assert_true(client_send(&c, buf_view(&bytes)));
	assert_int_equal(client_record(&c, &record), 0);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
	assert_int_equal(size_of(site, "data/directory/lock.mdb"),
	    size_of(site, "data/vault/lock.mdb"));
	site_do(site, "account", "revoke", JANSSEN);
	site_start(site, POOL_KEEPERS);
	buf_free(&bytes);
	client_close(&c);
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(every_pool_starts_and_is_ready),
		FILLED(the_account_is_answered_whole),
		FILLED(the_socket_is_for_owner_and_group_only),
		SITE(without_a_store_it_points_to_hubctl_init),
		FILLED(a_second_daemon_is_refused_and_the_first_goes_on),
		FILLED(a_socket_that_a_dead_daemon_left_is_replaced),
		FILLED(what_stands_in_the_sockets_place_is_left_alone),
		FILLED(a_missing_folder_of_the_socket_is_named),
		FILLED(an_unknown_group_is_refused),
		SITE(a_newer_format_is_refused),
		FILLED(a_reader_that_cannot_write_the_lock_file_is_refused),
		FILLED(a_reader_needs_no_right_to_the_vault),
		FILLED(a_keeper_does_not_start_without_the_vault),
		FILLED(it_serves_without_standard_descriptors),
	};

	return UNIT_RUN(tests);
}
