/*
 * hubctl doctor on a hub of its own: nothing to complain of where all is well,
 * and a line that says what to do for each thing that is wrong.
 */
#include "hub_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "directory/import_mark.h"
#include "site_store.h"
#include "store/audit_rec.h"
#include "unit.h"

#define doctor(site, output, ...)                                              \
	site_hubctl((site), (output), NULL, "doctor", __VA_ARGS__)

static void
assert_healthy(const struct output *o)
{
	if (o->status != 0)
		fail_msg("%d: %s%s", o->status, o->out, o->err);
	assert_null(strstr(o->out, "FAIL"));
	assert_string_equal(o->err, "");
}

/* It fails, with a line that begins and goes on so. */
static void
assert_fails(const struct output *o, const char *check, const char *says)
{
	char line[64];

	snprintf(line, sizeof(line), "FAIL  %s ", check);
	assert_int_equal(o->status, 1);
	assert_says(o->out, line);
	assert_says(o->out, says);
}

static void
start_all(struct site *site)
{
	static const size_t workers[POOL_COUNT] = { 2, 4, 2 };

	for (int pool = 0; pool < POOL_COUNT; pool++)
		site_wait_for_workers(
		    site_start(site, (enum pool)pool), workers[pool], 0);
}

static void
a_healthy_hub_is_said_to_be_so(void **state)
{
	struct site *site = *state;
	struct output o;

	start_all(site);
	doctor(site, &o, NULL);
	assert_healthy(&o);
	assert_says(o.out, "ok    readers        ready, with all of its 2 ");
	assert_says(o.out, "ok    keepers        ready, with all of its 4 ");
	assert_says(o.out, "ok    signin         ready, with all of its 2 ");
	assert_says(o.out, ", both halves match\n");
	assert_says(o.out, "ok    clock ");
	assert_says(o.out, " 0 failed, ");
	doctor(site, &o, "--json");
	assert_healthy(&o);
	assert_int_equal(
	    strncmp(o.out, "{\"checks\":[{\"result\":\"ok\",", 25), 0);
	assert_says(o.out, "\"check\":\"readers\",\"text\":\"ready, with");
	assert_says(o.out, "],\"healthy\":true}\n");
}

static void
pools_that_do_not_run_are_named(void **state)
{
	struct site *site = *state;
	struct output o;

	site_wait_for_workers(site_start(site, POOL_KEEPERS), 4, 0);
	doctor(site, &o, NULL);
	assert_fails(&o, "readers",
	    "readers.sock: start the daemon (systemctl "
	    "start hub-readers, or hubd --pool "
	    "readers)");
	assert_says(o.out, "ok    keepers ");
	assert_says(o.out, "FAIL  signin ");
	doctor(site, &o, "--json");
	assert_int_equal(o.status, 1);
	assert_says(o.out, "{\"result\":\"FAIL\",\"check\":\"signin\"");
	assert_says(o.out, "],\"healthy\":false}\n");
	doctor(site, &o, "--offline");
	assert_healthy(&o);
	assert_says(o.out, "skip  pools ");
}

static void
fewer_workers_than_configured_are_a_warning(void **state)
{
	struct site *site = *state;
	struct output o;

	start_all(site);
	site_configure(site, "readers.workers = 3\n");
	doctor(site, &o, NULL);
	assert_healthy(&o);
	assert_says(
	    o.out, "warn  readers        ready, but 2 of 3 workers run: see");
	/* The housekeeper is none. */
	site_configure(site, "keepers.workers = 5\n");
	doctor(site, &o, NULL);
	assert_says(
	    o.out, "warn  keepers        ready, but 4 of 5 workers run: see");
}

/* Hears connections and never answers a word of FastCGI. */
static void
another_program_at_a_socket_is_told(void **state)
{
	struct site *site = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct output o;
	pid_t pid;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    site->socket[POOL_SIGNIN]);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(chmod(address.sun_path, 0660), 0);
	assert_int_equal(listen(fd, 8), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int peer = accept(fd, NULL, NULL);

		_exit(send(peer, "hello world", 11, MSG_NOSIGNAL) != 11);
	}
	close(fd);
	doctor(site, &o, NULL);
	kill(pid, SIGKILL);
	assert_fails(&o, "signin",
	    "signin.sock does not answer as the hub "
	    "does: see which program has this socket");
}

static void
a_socket_for_everybody_is_told(void **state)
{
	struct site *site = *state;
	struct output o;

	start_all(site);
	assert_int_equal(chmod(site->socket[POOL_READERS], 0666), 0);
	doctor(site, &o, NULL);
	assert_fails(&o, "readers", "anybody may connect to ");
	assert_says(o.out, ": chmod o= ");
}

static void
wrong_rights_are_told_and_left_as_they_are(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
		const char *check, *says;
	} rows[] = {
		{ "data/vault", 0755, "vault",
		    "has mode 0755, so that more can reach it than should: "
		    "chmod 0700 " },
		{ "data/vault/data.mdb", 0640, "vault", ": chmod 0600 " },
		{ "data/vault/lock.mdb", 0606, "vault", ": chmod 0600 " },
		{ "data/directory", 0700, "directory",
		    "has mode 0700: chmod 0750 " },
		{ "data/directory/data.mdb", 0600, "directory",
		    ": chmod 0640 " },
		{ "data/directory/lock.mdb", 0644, "directory",
		    ": chmod 0660 " },
		{ "data", 0757, "data", "anybody may put files into " },
		{ "hub.conf", 0646, "configuration", "anybody may change " },
	};
	struct site *site = *state;
	struct output o;
	struct stat st;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = site_path(site, rows[i].name);

		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(chmod(path, rows[i].mode), 0);
		doctor(site, &o, "--offline");
		assert_fails(&o, rows[i].check, rows[i].says);
		assert_int_equal(chmod(path, st.st_mode & 07777), 0);
		assert_int_equal(stat(path, &st), 0);
		doctor(site, &o, "--offline");
		assert_healthy(&o);
	}
	assert_int_equal(chmod(site_path(site, "data/vault"), 0750), 0);
	doctor(site, &o, "--offline");
	assert_int_equal(stat(site_path(site, "data/vault"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
}

static void
what_is_missing_is_told(void **state)
{
	struct site *site = *state;
	const char *lock = site_path(site, "data/directory/lock.mdb");
	struct output o;

	assert_int_equal(unlink(lock), 0);
	doctor(site, &o, "--offline");
	assert_fails(&o, "directory",
	    "lock.mdb is missing, and readers do not "
	    "make it: start the keepers");
	assert_int_equal(access(lock, F_OK), -1);
	site_do(site, "stat");
	doctor(site, &o, "--offline");
	assert_healthy(&o);
	assert_int_equal(
	    rename(site_path(site, "data/vault"), site_path(site, "elsewhere")),
	    0);
	doctor(site, &o, "--offline");
	assert_fails(&o, "vault", "there is no store in ");
	assert_null(strstr(o.out, "FAIL  stores "));
	assert_says(o.out, "mend th");
	assert_int_equal(
	    rename(site->data, site_path(site, "else-elsewhere")), 0);
	doctor(site, &o, "--offline");
	assert_fails(&o, "data", ": run hubctl init");
	assert_null(strstr(strstr(o.out, "FAIL  ") + 1, "FAIL  "));
}

static void
faults_of_the_configuration_are_all_told(void **state)
{
	struct site *site = *state;
	struct output o;

	site_configure(site, "x = 1\nlimit.uri = 8Q\n");
	doctor(site, &o, "--offline");
	assert_fails(&o, "configuration", "hub.conf:9: unknown key 'x'");
	assert_says(o.out, "hub.conf:10: limit.uri: ");
	assert_null(strstr(o.out, "clock"));
	site_configure(site,
	    "reader_group = no-such-group\n"
	    "socket_group = nor-this-one\n"
	    "limit.uri = 64K\nkeepers.workers = 40\n");
	doctor(site, &o, "--offline");
	assert_fails(&o, "reader_group",
	    "there is no group no-such-group: make"
	    " it (groupadd --system "
	    "no-such-group)");
	assert_says(o.out, "FAIL  socket_group ");
	assert_says(o.out, "warn  limits ");
	assert_says(o.out, "warn  max_readers    64 are too few for a restart");
}

/* The first record of a table, away or replaced. */
static int
drop_first(struct txn *txn, void *arg)
{
	const unsigned int *table = arg;
	struct str bytes, value, text;
	struct cursor cursor;
	struct key key;

	txn_cursor(&cursor, txn, *table, NULL, NULL, false);
	assert_true(txn_cursor_next(&cursor, &bytes, &value));
	txn_cursor_close(&cursor);
	assert_true(key_take_str(&bytes, &text));
	key_of(&key, text);
	assert_true(txn_del(txn, *table, &key));
	return 0;
}

static void
halves_of_a_key_that_do_not_match_are_told(void **state)
{
	unsigned int public = DIR_KEY, private = VAULT_KEY;
	struct site *site = *state;
	struct output o;

	look_write(site, schema_directory, drop_first, &public);
	doctor(site, &o, "--offline");
	assert_fails(&o, "signing key", "in the directory is missing");
	assert_says(o.out, ": restore a backup, which makes a new one");
	look_write(site, schema_vault, drop_first, &private);
	doctor(site, &o, "--offline");
	assert_fails(&o, "signing key", "there is none in the vault: ");
}

static int
disable_builtin(struct txn *txn, void *arg)
{
	struct client_rec rec;

	(void)arg;
	assert_true(client_get(txn, STR(CLIENT_BUILTIN), &rec));
	rec.enabled = false;
	client_put(txn, STR(CLIENT_BUILTIN), &rec);
	return 0;
}

static int
leave_mark(struct txn *txn, void *arg)
{
	const struct import_mark mark = { .line = 17, .began = 1769862896 };

	(void)arg;
	import_mark_put(txn, &mark);
	return 0;
}

static void
what_is_wrong_with_the_records_is_told(void **state)
{
	struct site *site = *state;
	struct output o;

	look_write(site, schema_directory, leave_mark, NULL);
	doctor(site, &o, "--offline");
	assert_healthy(&o);
	assert_says(o.out,
	    "warn  import         one begun "
	    "2026-01-31T12:34:56Z is done up to line 17 only");
	look_write(site, schema_directory, disable_builtin, NULL);
	doctor(site, &o, "--offline");
	assert_fails(&o, "client", "the built-in client is missing");
}

/* An event of tomorrow, as a clock that was wrong has left it. */
static int
put_tomorrow(struct txn *txn, void *arg)
{
	const struct audit_rec rec = { .event = STR("token.issued") };
	struct buf bytes;
	struct key key;

	(void)arg;
	buf_init_arena(&bytes, txn_arena(txn), 1024);
	audit_rec_put(&bytes, &rec);
	key_begin(&key);
	key_u64(&key, (uint64_t)clock_now_us() + UINT64_C(86400000000));
	key_u32(&key, 0);
	txn_put(txn, VAULT_AUDIT, &key, buf_view(&bytes));
	return 0;
}

static void
a_clock_that_was_set_back_is_told(void **state)
{
	struct site *site = *state;
	struct output o;

	look_write(site, schema_vault, put_tomorrow, NULL);
	doctor(site, &o, "--offline");
	assert_healthy(&o);
	assert_says(o.out, "warn  clock ");
	assert_says(o.out, "before the newest event of the audit log");
}

static void
a_store_that_fills_up_is_a_warning(void **state)
{
	struct site *site = *state;
	char text[4096];
	struct output o;
	struct stat st;

	/* The demo records fill more than four fifths of what they take. */
	assert_int_equal(
	    stat(site_path(site, "data/directory/data.mdb"), &st), 0);
	assert_true(st.st_size < 1200 * 1024);
	snprintf(text, sizeof(text),
	    "base_url = https://h.nl\ndata = %s\nmap_size = 1M\n"
	    "readers.workers = 1\nstore_user = nobody-at-all\n",
	    site->data);
	site_file(site, "hub.conf", text);
	/* Up to the brim, whatever the demo records took. */
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text),
		    "{\"type\":\"contract\",\"id\":\"f-%d\",\"organizationId\":"
		    "\"1001\",\"dossierNumber\":\"1\",\"format\":\"F\","
		    "\"status\":\"S\",\"metadata\":{\"t\":\"%02000d\"}}\n",
		    i, i);
		site_hubctl(site, &o, text, "import", "-");
		if (o.status != 0)
			break;
	}
	doctor(site, &o, "--offline");
	assert_says(o.out, "warn  directory      the store in ");
	assert_says(o.out, "% of map_size: raise map_size and restart all");
	assert_says(o.out,
	    "FAIL  store_user     there is no system user "
	    "nobody-at-all: make it");
	site_hubctl(site, &o, NULL, "stat");
	assert_says(o.out, "  warning: the store in ");
	site_hubctl(site, &o, NULL, "stat", "--json");
	assert_says(o.out, "\"warning\":\"the store in ");
}

static void
slots_of_dead_processes_are_freed(void **state)
{
	struct site *site = *state;
	pid_t workers[8], daemon = site_start(site, POOL_READERS);
	size_t n = site_workers(daemon, workers, 8);
	struct output o;

	site_stop(site, daemon, SIGKILL);
	for (size_t i = 0; i < n; i++)
		kill(workers[i], SIGKILL);
	for (size_t i = 0; i < n; i++)
		site_wait_for_end(workers[i]);
	doctor(site, &o, "--offline");
	assert_healthy(&o);
	/* A worker may have ended by itself before, with its master. */
	assert_says(o.out, "ok    directory      1 of 64 reader slots taken, ");
}

static void
without_path(void)
{
	setenv("PATH", "/nowhere", 1);
}

static void
the_address_is_asked_for_on_demand(void **state)
{
	struct site *site = *state;
	struct output o;
	char text[512];

	doctor(site, &o, "--offline");
	assert_says(o.out, "skip  base_url       not looked at: --url\n");
	site_run(&o, NULL, without_path, site_program("HUBCTL", "./hubctl"),
	    (const char *const[]){
		"--config", site->conf, "doctor", "--offline", "--url", NULL });
	assert_healthy(&o);
	assert_says(o.out,
	    "skip  base_url       not looked at: there is no "
	    "curl");
	if (access("/usr/bin/curl", X_OK) != 0)
		return;
	snprintf(text, sizeof(text),
	    "base_url = https://127.0.0.1:1\ndata = %s\nmap_size = 1G\n",
	    site->data);
	site_file(site, "hub.conf", text);
	doctor(site, &o, "--offline", "--url");
	assert_fails(&o, "base_url",
	    "curl cannot reach https://127.0.0.1:1"
	    "/health/ready (its exit status is 7)");
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(a_healthy_hub_is_said_to_be_so),
		FILLED(pools_that_do_not_run_are_named),
		FILLED(fewer_workers_than_configured_are_a_warning),
		FILLED(another_program_at_a_socket_is_told),
		FILLED(a_socket_for_everybody_is_told),
		FILLED(wrong_rights_are_told_and_left_as_they_are),
		FILLED(what_is_missing_is_told),
		FILLED(faults_of_the_configuration_are_all_told),
		FILLED(halves_of_a_key_that_do_not_match_are_told),
		FILLED(what_is_wrong_with_the_records_is_told),
		FILLED(a_clock_that_was_set_back_is_told),
		FILLED(a_store_that_fills_up_is_a_warning),
		FILLED(slots_of_dead_processes_are_freed),
		FILLED(the_address_is_asked_for_on_demand),
	};

	return UNIT_RUN(tests);
}
