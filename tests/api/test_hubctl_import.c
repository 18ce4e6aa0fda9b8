/*
 * Import with the real program: what it reports and refuses, killed and
 * completed, beside others who write, and what export, stat and verify say of
 * it.
 */
#include "hubctl_checks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "site_store.h"
#include "unit.h"

#define CONTRACTS 100000

/* Contracts of the demo's organisation, after a bad line if BAD. */
static const char *
make_input(const struct site *site, const char *name, int count, bool bad)
{
	const char *path = site_path(site, name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	if (bad)
		fputs("{}\n", file);
	for (int i = 0; i < count; i++)
		fprintf(file,
		    "{\"type\":\"contract\",\"id\":\"x-%d\",\"version\":1,"
		    "\"organizationId\":\"1001\",\"dossierNumber\":\"%d\","
		    "\"format\":\"AFD2\",\"status\":\"ACTIVE\",\"metadata\":"
		    "{\"premium\":85.90}}\n",
		    i * 7919 % count, i % 1000);
	assert_int_equal(fclose(file), 0);
	return path;
}

static pid_t
start_import(const struct site *site, const char *path)
{
	const char *program = site_program("HUBCTL", "./hubctl");
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl(program, program, "--config", site->conf, "import", path,
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

static bool
is_over(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

/* The line of `hubctl stat` about an unfinished import, or NULL. */
static const char *
unfinished(struct site *site, struct output *o)
{
	site_hubctl(site, o, NULL, "stat");
	assert_int_equal(o->status, 0);
	return strstr(o->out, "unfinished import, begun ");
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

/* Exports into a file of this name, and gives its path. */
static const char *
export_to(const struct site *site, const char *name)
{
	const char *path = site_path(site, name);
	const char *program = site_program("HUBCTL", "./hubctl");
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDOUT_FILENO);
		execl(program, program, "--config", site->conf, "export",
		    (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return path;
}

static void
assert_same_file(const char *a, const char *b)
{
	struct output o;

	site_run(&o, NULL, NULL, "/usr/bin/cmp",
	    (const char *const[]){ a, b, NULL });
	if (o.status != 0)
		fail_msg("%s%s", o.out, o.err);
}

/* Kills the import once it has loaded more than ENOUGH contracts. */
static bool
kill_after(struct site *site, const char *path, unsigned long enough)
{
	int64_t start = clock_mono_ms();
	pid_t pid = start_import(site, path);
	int status;

	while (!is_over(pid, &status)) {
		if (contracts(site) > enough) {
			kill(pid, SIGKILL);
			assert_int_equal(waitpid(pid, &status, 0), pid);
			return WIFSIGNALED(status);
		}
		site_rest(start);
	}
	return false;
}

static void
import_reports_what_it_brought(void **state)
{
	struct site *site = *state;
	struct output demo, o;

	site_do(site, "init");
	site_demo(&demo);
	site_hubctl(site, &o, demo.out, "import", "-");
	assert_done(&o);
	assert_says(o.out,
	    "(standard input): imported 2 organizations, 3 groups, "
	    "12 contacts, 7 accounts, 15 contracts, 0 deleted");
	assert_says(site_events(site).text, "import  hubctl (hubctl ");
	assert_says(
	    site_events(site).text, "2 organizations, 3 groups, 12 con");
	/* The same once more changes nothing. */
	hubctl(&o, "import", site_file(site, "demo.ndjson", demo.out));
	assert_done(&o);
	hubctl(&o, "account", "list");
	assert_int_equal(count_in(o.out, "\n"), 8);
}

/* A pipe cannot be read twice; its name is an ordinary one. */
static void
import_takes_a_pipe_by_name(void **state)
{
	struct site *site = *state;
	const char *fifo = site_path(site, "fifo");
	struct output demo, o;
	pid_t writer;

	site_demo(&demo);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	writer = fork();
	if (writer == 0) {
		FILE *file = fopen(fifo, "w");

		_exit(file == NULL || fputs(demo.out, file) < 0 ||
		    fclose(file) != 0);
	}
	hubctl(&o, "import", fifo);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_done(&o);
	assert_says(o.out, "7 accounts");
}

static void
one_bad_line_keeps_all_out(void **state)
{
	struct site *site = *state;
	const char *file = site_file(site, "bad.ndjson",
	    "{\"type\":\"account\",\"id\":\"new\",\"name\":\"new@example.nl\","
	    "\"email\":\"new@example.nl\"}\n"
	    "\n"
	    "{\"type\":\"account\",\"id\":\"b c\",\"name\":\"b@example.nl\"}\n"
	    "{\"type\":\"account\",\"id\":\"c\",\"name\":\"c@example.nl\","
	    "\"email\":\"c@example.nl\",\"groupIds\":[\"no\"]}\n"
	    "{\"type\":\n");
	struct output o;

	hubctl(&o, "import", file);
	assert_int_equal(o.status, 1);
	assert_string_equal(o.out, "");
	assert_says(o.err, "bad.ndjson:3: /id: ");
	assert_says(o.err, "bad.ndjson:4: ");
	assert_says(o.err, "bad.ndjson:5: ");
	assert_says(o.err, "3 bad lines; nothing was imported");
	hubctl(&o, "account", "show", "new@example.nl");
	assert_failed(&o, 1, "there is no account");
	assert_int_equal(count_in(site_events(site).text, "import "), 1);
}

/* Bad lines alone, each of them the same. */
static const char *
bad_lines(const struct site *site, int count)
{
	char text[2048];
	size_t n = 0;

	for (int i = 0; i < count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "{}\n");
	return site_file(site, "bad.ndjson", text);
}

static void
of_many_bad_lines_it_says_how_many_are_shown(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "import", bad_lines(site, 1));
	assert_int_equal(o.status, 1);
	assert_says(o.err, ": 1 bad line; nothing was imported\n");
	hubctl(&o, "import", bad_lines(site, 100));
	assert_int_equal(o.status, 1);
	assert_int_equal(count_in(o.err, ": /type: missing\n"), 100);
	assert_says(o.err, ": 100 bad lines; nothing was imported\n");
	hubctl(&o, "import", bad_lines(site, 101));
	assert_int_equal(o.status, 1);
	assert_int_equal(count_in(o.err, ": /type: missing\n"), 100);
	assert_says(o.err,
	    ": 101 bad lines, of which 100 are shown; nothing was imported\n");
	hubctl(&o, "import", "--continue", bad_lines(site, 101));
	assert_int_equal(o.status, 1);
	assert_int_equal(count_in(o.err, ": /type: missing\n"), 101);
	assert_says(o.err, ": 101 bad lines were left out\n");
}

static void
what_came_in_is_counted_in_words_that_fit(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "import",
	    site_file(site, "one.ndjson",
		"{\"type\":\"organization\",\"id\":\"one\","
		"\"organizationType\":\"t\",\"code\":\"c\","
		"\"name\":\"n\"}\n"
		"{\"type\":\"group\",\"id\":\"no\",\"deleted\":true}\n"));
	assert_done(&o);
	assert_says(o.out,
	    "imported 1 organization, 0 groups, 0 contacts, 0 accounts, "
	    "0 contracts, 0 deleted, 1 deletion of what was not there\n");
}

/* An export that failed may be all there is in a file. */
static void
an_input_without_a_record_is_told(void **state)
{
	static const char *const texts[] = { "", "\n \r\n" };
	struct site *site = *state;
	struct output o;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		hubctl(&o, "import", site_file(site, "empty", texts[i]));
		assert_int_equal(o.status, 0);
		assert_says(o.out, "/empty: imported 0 organizations, ");
		assert_says(o.err, "/empty: it held no record\n");
		assert_int_equal(count_in(o.err, "\n"), 1);
	}
}

static void
what_cannot_be_read_is_named(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "import", "/nowhere/x.ndjson");
	assert_failed(&o, 1,
	    "cannot read /nowhere/x.ndjson: No such file or directory: name "
	    "another file, or - for standard input");
	hubctl(&o, "import", site->root);
	assert_failed(&o, 1, site->root);
}

static void
an_import_that_was_killed_is_completed_by_the_same_command(void **state)
{
	struct site *site = *state, *whole;
	const char *path = make_input(site, "x.ndjson", 30000, false);
	unsigned long enough = contracts(site);
	struct output o;
	void *other;
	int kills = 0;

	while (kills < 4 && kill_after(site, path, enough)) {
		kills++;
		enough = contracts(site) + 1500 * (unsigned long)kills;
		if (unfinished(site, &o) == NULL)
			break;
		site_hubctl(site, &o, NULL, "verify");
		assert_int_equal(o.status, 0);
		assert_says(o.out, "unfinished import, begun ");
		site_hubctl(site, &o, "", "import", "-");
		assert_int_equal(o.status, 1);
		assert_says(o.err, "an import of another input");
	}
	assert_true(kills > 0);
	site_hubctl(site, &o, NULL, "import", path);
	assert_int_equal(o.status, 0);
	assert_null(unfinished(site, &o));
	site_hubctl(site, &o, NULL, "verify");
	assert_says(o.out, " records, no errors\n");
	site_setup_filled(&other);
	whole = other;
	site_do(whole, "import", path);
	assert_same_file(export_to(site, "export"), export_to(whole, "export"));
	site_teardown(&other);
}

static void
others_write_while_many_contracts_come_in(void **state)
{
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", CONTRACTS, false);
	unsigned long before = contracts(site);
	int64_t start = clock_mono_ms();
	pid_t pid = start_import(site, path);
	bool meanwhile = false;
	int status = 0;

	while (!is_over(pid, &status)) {
		bool loading = contracts(site) > before;

		site_do(site, "account", "disable", BOS);
		site_do(site, "account", "enable", BOS);
		/* Still at it: both got through between its transactions. */
		if (loading && contracts(site) < before + CONTRACTS)
			meanwhile = true;
		site_rest(start);
	}
	assert_int_equal(status, 0);
	assert_true(meanwhile);
	assert_int_equal(contracts(site), before + CONTRACTS);
}

static void
an_unfinished_import_that_is_forgotten_leaves_an_event(void **state)
{
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", 30000, false);
	struct events events;
	const char *at;

	assert_true(kill_after(site, path, contracts(site)));
	site_do(site, "import", "--abandon", make_input(site, "y", 1, false));
	events = site_events(site);
	at = strstr(events.text, "\nimport.abandoned ");
	assert_non_null(at);
	assert_says(at, ") done up to line ");
	assert_says(at, "\nimport ");
	/* Where nothing is unfinished there is nothing to tell. */
	site_do(site, "import", "--abandon", site_path(site, "y"));
	events = site_events(site);
	assert_int_equal(count_in(events.text, "import.abandoned"), 1);
}

/* Gives the stores a few megabytes in place of the fixture's gigabyte. */
static void
shrink_map(const struct site *site)
{
	char text[4096], *size;
	FILE *file = fopen(site->conf, "r+");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	size = strstr(text, "map_size = 1G");
	assert_non_null(size);
	memcpy(size, "map_size = 9M", strlen("map_size = 9M"));
	rewind(file);
	assert_int_equal(fwrite(text, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

static void
an_import_that_stops_half_way_leaves_an_event(void **state)
{
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", 30000, false);
	unsigned long before = contracts(site), line;
	struct events events;
	struct output o;
	const char *at;

	shrink_map(site);
	site_hubctl(site, &o, NULL, "import", path);
	assert_int_equal(o.status, 1);
	assert_true(contracts(site) > before);
	events = site_events(site);
	at = strstr(events.text, "import.stopped ");
	assert_non_null(at);
	at = strstr(at, ") done up to line ");
	assert_non_null(at);
	line = strtoul(at + strlen(") done up to line "), NULL, 10);
	assert_int_equal(line, contracts(site) - before);
	assert_says(at, " contracts, 0 deleted");
}

static void
continue_loads_what_is_good_and_says_so(void **state)
{
	struct site *site = *state;
	const char *path = make_input(site, "x.ndjson", 10, true);
	unsigned long before = contracts(site);
	struct output o;

	site_hubctl(site, &o, NULL, "import", path);
	assert_int_equal(o.status, 1);
	assert_int_equal(contracts(site), before);
	site_hubctl(site, &o, NULL, "import", "--continue", path);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "x.ndjson:1: /type: missing\n");
	assert_says(o.err, "1 bad line was left out");
	assert_says(o.out, "10 contracts, 0 deleted");
	assert_int_equal(contracts(site), before + 10);
}

static void
export_gives_one_kind_or_all(void **state)
{
	struct site *site = *state;
	const char *all = export_to(site, "all");
	struct output o;

	site_do(site, "import", all);
	assert_same_file(all, export_to(site, "again"));
	site_hubctl(site, &o, NULL, "export", "--type", "group");
	assert_int_equal(o.status, 0);
	assert_int_equal(strncmp(o.out, "{\"type\":\"group\",", 16), 0);
	assert_null(strstr(o.out, "\"type\":\"account\""));
	site_hubctl(site, &o, NULL, "export", "--type", "groups");
	assert_int_equal(o.status, 2);
}

static void
stat_speaks_json_too(void **state)
{
	struct site *site = *state;
	struct output o;

	site_hubctl(site, &o, NULL, "stat", "--json");
	assert_int_equal(o.status, 0);
	assert_int_equal(
	    strncmp(o.out, "{\"directory\":{\"bytesUsed\":", 26), 0);
	assert_says(o.out, "\"vault\":{");
	assert_says(o.out, "\"group\":3,");
	assert_null(strstr(o.out, "unfinishedImport"));
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE(import_reports_what_it_brought),
		FILLED(import_takes_a_pipe_by_name),
		FILLED(one_bad_line_keeps_all_out),
		FILLED(of_many_bad_lines_it_says_how_many_are_shown),
		FILLED(what_came_in_is_counted_in_words_that_fit),
		FILLED(an_input_without_a_record_is_told),
		FILLED(what_cannot_be_read_is_named),
		FILLED(
		    an_import_that_was_killed_is_completed_by_the_same_command),
		FILLED(others_write_while_many_contracts_come_in),
		FILLED(an_unfinished_import_that_is_forgotten_leaves_an_event),
		FILLED(an_import_that_stops_half_way_leaves_an_event),
		FILLED(continue_loads_what_is_good_and_says_so),
		FILLED(export_gives_one_kind_or_all),
		FILLED(stat_speaks_json_too),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
