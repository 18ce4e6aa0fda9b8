/*
 * Faults of every day, as an operator meets them with the real programs: each
 * ends with a sentence that says what is wrong and what to do, nothing is half
 * done unsaid, and what was begun can be completed.
 */
#include "hub_process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

/* Enough to be met in the midst of it, and to fill what is made small here. */
#define LINES 60000
#define SOME_LINES 15000

/* Contracts of the demo's organisation. */
static const char *
make_input(const struct site *site, const char *name, int count)
{
	const char *path = site_path(site, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < count; i++)
		fprintf(file,
		    "{\"type\":\"contract\",\"id\":\"x-%d\",\"organizationId\":"
		    "\"1001\",\"dossierNumber\":\"%d\",\"format\":\"AFD2\","
		    "\"status\":\"ACTIVE\",\"metadata\":{\"premium\":85.90}}\n",
		    i * 7919 % count, i % 1000);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* The number of contracts that stat tells of. */
static unsigned long
contracts(struct site *site)
{
	struct output o;
	const char *at;

	site_hubctl(site, &o, NULL, "stat");
	assert_int_equal(o.status, 0);
	at = strstr(o.out, "\n  contract ");
	assert_non_null(at);
	return strtoul(at + strlen("\n  contract "), NULL, 10);
}

/* hubctl import under way; what it says goes to the file "said". */
static pid_t
start_import(const struct site *site, const char *path)
{
	const char *program = site_program("HUBCTL", "./hubctl");
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(site_path(site, "said"),
		    O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		signal(SIGINT, SIG_DFL);
		execl(program, program, "--config", site->conf, "import", path,
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void
read_said(const struct site *site, char *to, size_t room)
{
	FILE *file = fopen(site_path(site, "said"), "r");
	size_t n;

	assert_non_null(file);
	n = fread(to, 1, room - 1, file);
	to[n] = '\0';
	fclose(file);
}

static void
ctrl_c_tells_how_far_an_import_came(void **state)
{
	static const char words[] = "done up to line ";
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", LINES);
	unsigned long before = contracts(site), line;
	int64_t start = clock_mono_ms();
	pid_t pid = start_import(site, path);
	char said[4096];
	int status;

	while (contracts(site) == before)
		site_rest(start);
	assert_int_equal(kill(pid, SIGINT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
	read_said(site, said, sizeof(said));
	assert_says(said, words);
	line = strtoul(strstr(said, words) + strlen(words), NULL, 10);
	assert_int_equal(contracts(site), before + line);
	assert_says(
	    said, ", then: interrupted; the same command goes on there");
	site_do(site, "import", path);
	assert_int_equal(contracts(site), before + LINES);
	site_do(site, "verify");
}

/* The configuration with another map. */
static void
set_map(struct site *site, const char *size)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "base_url = https://hub.example.nl\ndata = %s\nstore_user = root\n"
	    "map_size = %s\nmax_readers = 64\nreaders.socket = %s\n"
	    "keepers.socket = %s\nsignin.socket = %s\n",
	    site->data, size, site->socket[POOL_READERS],
	    site->socket[POOL_KEEPERS], site->socket[POOL_SIGNIN]);
	site_file(site, "hub.conf", text);
}

static void
a_full_map_stops_writes_and_no_reads(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	const char *path = make_input(site, "x.ndjson", SOME_LINES);
	unsigned long before = contracts(site);
	struct output o;
	pid_t readers;

	set_map(site, "5M");
	readers = site_start(site, POOL_READERS);
	site_hubctl(site, &o, NULL, "import", path);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "x.ndjson: done up to line ");
	assert_says(o.err,
	    ", then: store is full: raise map_size and restart "
	    "all programs");
	assert_says(o.err, "; the same command goes on there");
	assert_true(contracts(site) > before);
	/* Who writes a little may still fit; who reads always does. */
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/account/mine", &token), 200);
	assert_int_equal(site_stop(site, readers, SIGTERM), 0);
	set_map(site, "1G");
	site_do(site, "import", path);
	assert_int_equal(contracts(site), before + SOME_LINES);
	site_do(site, "verify");
	site_start(site, POOL_READERS);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/account/mine", &token), 200);
}

/* As on a full disk: what is written ends here. */
static void
limit_files(void)
{
	struct rlimit limit = { 4 << 20, 4 << 20 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		_exit(125);
}

static void
a_full_disk_is_said_and_the_import_completed_after(void **state)
{
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", SOME_LINES);
	unsigned long before = contracts(site);
	struct output o;

	site_run(&o, NULL, limit_files, site_program("HUBCTL", "./hubctl"),
	    (const char *const[]){
		"--config", site->conf, "import", path, NULL });
	assert_int_equal(o.status, 1);
	assert_says(o.err, "make room on the disk");
	assert_says(o.err, "; the same command goes on there");
	site_do(site, "verify");
	site_do(site, "import", path);
	assert_int_equal(contracts(site), before + SOME_LINES);
	site_do(site, "verify");
}

static void
deletions_of_what_is_not_there_are_told_apart(void **state)
{
	struct site *site = *state;
	struct output o;

	site_hubctl(site, &o,
	    "{\"type\":\"contract\",\"id\":\"none\",\"deleted\":true}\n"
	    "{\"type\":\"account\",\"id\":\"none\",\"deleted\":true}\n",
	    "import", "-");
	assert_int_equal(o.status, 0);
	assert_says(o.out, ", 0 deleted, 2 deletions of what was not there\n");
}

/* Puts a pipe that nobody reads in the place of standard output. */
static void
write_into_the_void(void)
{
	int ends[2];

	if (pipe(ends) != 0 || dup2(ends[1], STDOUT_FILENO) < 0)
		_exit(125);
	close(ends[0]);
	close(ends[1]);
}

static void
a_reader_that_goes_ends_it_quietly(void **state)
{
	static const char *const rows[][3] = {
		{ "demo", "--accounts", "2000" },
		{ "export" },
		{ "account", "list" },
		{ "--help" },
	};
	struct site *site = *state;
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_run(&o, NULL, write_into_the_void,
		    site_program("HUBCTL", "./hubctl"),
		    (const char *const[]){ "--config", site->conf, rows[i][0],
			rows[i][1], rows[i][2], NULL });
		assert_int_equal(o.status, 1);
		assert_string_equal(o.err, "");
	}
}

static void
stores_that_changed_places_are_told(void **state)
{
	struct site *site = *state;
	struct output o;
	pid_t daemon;

	assert_int_equal(
	    rename(site_path(site, "data/vault"), site_path(site, "data/x")),
	    0);
	assert_int_equal(rename(site_path(site, "data/directory"),
			     site_path(site, "data/vault")),
	    0);
	assert_int_equal(rename(site_path(site, "data/x"),
			     site_path(site, "data/directory")),
	    0);
	site_hubctl(site, &o, NULL, "stat");
	assert_int_equal(o.status, 1);
	assert_says(o.err,
	    "/data/directory holds a store of kind \"vault\", "
	    "not \"directory\": name the folder");
	daemon = site_spawn(site, POOL_READERS, NULL);
	assert_int_equal(site_wait(site, daemon), 1);
	site_wait_for_log(site, POOL_READERS, "of kind \"vault\", not");
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(ctrl_c_tells_how_far_an_import_came),
		FILLED(a_full_map_stops_writes_and_no_reads),
		FILLED(a_full_disk_is_said_and_the_import_completed_after),
		FILLED(deletions_of_what_is_not_there_are_told_apart),
		FILLED(a_reader_that_goes_ends_it_quietly),
		FILLED(stores_that_changed_places_are_told),
	};

	return UNIT_RUN(tests);
}
