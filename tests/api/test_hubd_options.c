#include "hub_process.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"

#define hubd(output, ...)                                                      \
	site_run((output), NULL, NULL, site_program("HUBD", "./hubd"),         \
	    (const char *const[]){ __VA_ARGS__, NULL })

static void
help_goes_to_standard_output(void **state)
{
	struct output o;

	(void)state;
	hubd(&o, "--help");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "Usage: hubd --pool NAME");
	assert_says(o.out, "--check-config");
	assert_string_equal(o.err, "");
}

static void
version_is_one_line(void **state)
{
	struct output o;

	(void)state;
	hubd(&o, "--version");
	assert_int_equal(o.status, 0);
	assert_int_equal(strncmp(o.out, "hubd ", 5), 0);
	assert_int_equal(strcspn(o.out, "\n") + 1, strlen(o.out));
	assert_string_equal(o.err, "");
}

static void
wrong_options_are_2_with_a_sentence(void **state)
{
	static const struct {
		const char *words[4];
		const char *says;
	} rows[] = {
		{ { NULL }, "--pool is missing" },
		{ { "--pool" }, "Try: hubd --help" },
		{ { "--pool", "kings" }, "there is no pool 'kings'" },
		{ { "--pool", "readers", "x" }, "unexpected argument 'x'" },
		{ { "--nonsense" }, "Try: hubd --help" },
		{ { "-x" }, "Try: hubd --help" },
	};
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_run(&o, NULL, NULL, site_program("HUBD", "./hubd"),
		    rows[i].words);
		assert_int_equal(o.status, 2);
		assert_says(o.err, rows[i].says);
		assert_string_equal(o.out, "");
	}
}

static void
a_good_configuration_is_said_to_be_so(void **state)
{
	struct site *site = *state;
	struct output o;

	hubd(&o, "--check-config", "--config", site->conf);
	assert_int_equal(o.status, 0);
	assert_says(o.out, site->conf);
	assert_says(o.out, "no errors");
	assert_string_equal(o.err, "");
	hubd(&o, "--check-config", "--pool", "signin", "--config", site->conf);
	assert_int_equal(o.status, 0);
}

/* Before anything is served, since nothing would be mailed. */
static void
a_text_that_is_missing_is_told_at_the_start(void **state)
{
	struct site *site = *state;
	struct output o;

	site_configure(site,
	    "mail.server = localhost:25\nmail.from = hub@example.nl\n"
	    "mail.templates = /nowhere\n");
	hubd(&o, "--check-config", "--config", site->conf);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "cannot read /nowhere/welcome.nl.txt: ");
	assert_string_equal(o.out, "");
	hubd(&o, "--pool", "keepers", "--config", site->conf);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "cannot read /nowhere/welcome.nl.txt: ");
	site_configure(site, "");
}

/* The file has eight lines before what a row adds. */
static void
errors_in_the_configuration_name_file_and_line(void **state)
{
	static const struct {
		const char *more;
		const char *line, *says;
	} rows[] = {
		{ "readers.wrokers = 2\n", ":9:", "readers.wrokers" },
		{ "\n# x\nlimit.uri = 8Q\n", ":11:", "limit.uri" },
		{ "keepers.workers = 0\n", ":9:", "keepers.workers" },
		{ "map_size = 2G\n", ":9:", "line 4" },
		{ "data\n", ":9:", "key = value" },
	};
	struct site *site = *state;
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_configure(site, rows[i].more);
		hubd(&o, "--check-config", "--config", site->conf);
		assert_int_equal(o.status, 1);
		assert_says(o.err, site->conf);
		assert_says(o.err, rows[i].line);
		assert_says(o.err, rows[i].says);
		assert_string_equal(o.out, "");
		hubd(&o, "--pool", "readers", "--config", site->conf);
		assert_int_equal(o.status, 1);
		assert_says(o.err, rows[i].line);
	}
}

static void
a_socket_path_that_is_too_long_is_an_error_of_the_configuration(void **state)
{
	struct site *site = *state;
	char line[256] = "base_url = https://h.nl\nreaders.socket = /";
	struct output o;

	memset(line + strlen(line), 'a', 107);
	site_file(site, "hub.conf", line);
	hubd(&o, "--pool", "readers", "--config", site->conf);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "hub.conf:2: readers.socket: longer than 107 bytes");
}

/* One error a run would make of mending a file a long evening. */
static void
all_errors_are_told_at_once(void **state)
{
	struct site *site = *state;
	struct output o;

	site_configure(site,
	    "readers.wrokers = 2\nlimit.uri = 8Q\nkeepers.workers = 100\n");
	hubd(&o, "--check-config", "--config", site->conf);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "hub.conf:9: unknown key 'readers.wrokers'\nhubd: ");
	assert_says(o.err, "hub.conf:10: limit.uri: ");
	assert_says(o.err,
	    "hub.conf:5: max_readers: 64 is too few for the workers of all "
	    "pools: make it 106 or more\n");
	/* hubctl has room for one and says where the others are told. */
	site_hubctl(site, &o, NULL, "key", "list");
	assert_int_equal(o.status, 1);
	assert_says(o.err,
	    "hub.conf:9: unknown key 'readers.wrokers' (and 2 "
	    "more: see hubd --check-config)");
}

static void
two_pools_at_one_socket_are_refused(void **state)
{
	struct site *site = *state;
	struct output o;

	snprintf(site->socket[POOL_KEEPERS], sizeof(site->socket[0]), "%s",
	    site->socket[POOL_READERS]);
	site_configure(site, "");
	hubd(&o, "--pool", "keepers", "--config", site->conf);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "readers.socket and keepers.socket are both");
}

static void
become_nobody(void)
{
	if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
		_exit(125);
}

static void
a_configuration_that_may_not_be_read_is_said_so(void **state)
{
	struct site *site = *state;
	bool root = geteuid() == 0;
	struct output o;

	assert_int_equal(chmod(site->root, 0711), 0);
	assert_int_equal(chmod(site->conf, 0), 0);
	site_run(&o, NULL, root ? become_nobody : NULL,
	    site_program("HUBD", "./hubd"),
	    (const char *const[]){
		"--pool", "readers", "--config", site->conf, NULL });
	if (o.status == 127) {
		print_message("# skipped: nobody cannot start the program\n");
		return;
	}
	assert_int_equal(o.status, 1);
	assert_says(o.err,
	    "Permission denied: let this user read it, or start as another");
}

static void
a_missing_configuration_is_named(void **state)
{
	struct output o;

	(void)state;
	hubd(&o, "--pool", "readers", "--config", "/nowhere/hub.conf");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "/nowhere/hub.conf");
	setenv("HUB_CONF", "/nowhere/else.conf", 1);
	hubd(&o, "--check-config");
	unsetenv("HUB_CONF");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "/nowhere/else.conf");
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_goes_to_standard_output),
		cmocka_unit_test(version_is_one_line),
		cmocka_unit_test(wrong_options_are_2_with_a_sentence),
		SITE(a_good_configuration_is_said_to_be_so),
		SITE(a_text_that_is_missing_is_told_at_the_start),
		SITE(errors_in_the_configuration_name_file_and_line),
		SITE(
		    a_socket_path_that_is_too_long_is_an_error_of_the_configuration),
		SITE(all_errors_are_told_at_once),
		SITE(two_pools_at_one_socket_are_refused),
		SITE(a_configuration_that_may_not_be_read_is_said_so),
		cmocka_unit_test(a_missing_configuration_is_named),
	};

	return UNIT_RUN(tests);
}
