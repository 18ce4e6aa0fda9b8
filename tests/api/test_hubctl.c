/*
 * What holds for every command of hubctl: how it is called, what it says when
 * it cannot be done, and what it shows. Each command has a file of its own.
 */
#include "hubctl_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "site_store.h"
#include "unit.h"

static void
wrong_usage_is_2_and_says_where_help_is(void **state)
{
	static const struct {
		const char *words[5];
		const char *says;
	} rows[] = {
		{ { NULL }, "a command is missing" },
		{ { "frobnicate" }, "no such command" },
		{ { "account", "frobnicate" },
		    "no such command: account frobnicate" },
		{ { "help", "frobnicate" }, "no such command: frobnicate" },
		{ { "help", "account", "frobnicate" },
		    "no such command: account frobnicate" },
		{ { "account", "show" },
		    "USERNAME is missing: hubctl account show USERNAME" },
		{ { "import", "--continue" }, "FILE|- is missing" },
		{ { "account", "show", "a", "b" }, "too many arguments" },
		{ { "account", "list", "a" }, "too many arguments" },
		{ { "init", "x" }, "too many arguments" },
		{ { "token" }, "USERNAME is missing" },
		{ { "token", "a", "--ttl" }, "--ttl needs a value" },
		{ { "demo", "--list=x" }, "--list takes no value" },
		{ { "--frobnicate" }, "unknown option --frobnicate" },
		{ { "import", "--frobnicate", "x" },
		    "unknown option --frobnicate" },
		{ { "init", "-x" }, "unknown option -x" },
		{ { "--config" }, "--config needs a value" },
	};
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_run(&o, NULL, NULL, site_program("HUBCTL", "./hubctl"),
		    rows[i].words);
		assert_failed(&o, 2, rows[i].says);
		assert_says(o.err, "--help\n");
	}
}

static void
help_and_version_do_nothing_else(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "--help");
	assert_done(&o);
	assert_says(o.out, "Usage: hubctl COMMAND");
	assert_says(o.out, "account disable");
	assert_says(o.out, "Exit status: 0");
	hubctl(&o, "init", "--help");
	assert_done(&o);
	assert_says(o.out, "Usage: hubctl init\n");
	hubctl(&o, "--help", "token");
	assert_done(&o);
	assert_says(o.out, "--ttl SECONDS");
	hubctl(&o, "--version");
	assert_done(&o);
	assert_int_equal(strncmp(o.out, "hubctl ", 7), 0);
	hubctl(&o, "init", "--version");
	assert_done(&o);
	assert_int_equal(strncmp(o.out, "hubctl ", 7), 0);
	assert_int_equal(access(site->data, F_OK), -1);
}

/* --data wins over $HUB_DATA, and that over the configuration. */
static void
the_data_folder_can_be_named_in_three_ways(void **state)
{
	struct site *site = *state;
	struct output o;

	setenv("HUB_DATA", site_path(site, "second"), 1);
	hubctl(&o, "init");
	assert_done(&o);
	hubctl(&o, "--data", site_path(site, "third"), "init");
	assert_done(&o);
	unsetenv("HUB_DATA");
	assert_int_equal(access(site_path(site, "second/vault"), F_OK), 0);
	assert_int_equal(access(site_path(site, "third/vault"), F_OK), 0);
	assert_int_equal(access(site_path(site, "data"), F_OK), -1);
}

static void
without_a_store_every_command_points_to_init(void **state)
{
	static const char *const commands[][3] = { { "account", "list" },
		{ "account", "show", JANSSEN }, { "token", JANSSEN },
		{ "key", "list" }, { "import", "/dev/null" } };
	struct output o;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		hubctl(&o, commands[i][0], commands[i][1], commands[i][2]);
		assert_failed(&o, 1, "hubctl init");
	}
}

static void
who_calls_by_sudo_stands_in_the_audit_log(void **state)
{
	struct site *site = *state;
	struct output o;

	setenv("SUDO_USER", "daemon", 1);
	hubctl(&o, "account", "revoke", JANSSEN);
	unsetenv("SUDO_USER");
	assert_done(&o);
	assert_says(site_events(site).text, "(hubctl daemon)");
}

/* What a record holds must not steer the terminal of who looks at it. */
static void
foreign_text_is_shown_escaped(void **state)
{
	struct site *site = *state;
	const char *file = site_file(site, "x.ndjson",
	    "{\"type\":\"account\",\"id\":\"odd\",\"name\":\"o@example.nl\","
	    "\"firstName\":\"\\u009b31m\\u202e\\u007f\\u00e9\"}\n");
	struct output o;

	site_do(site, "import", file);
	hubctl(&o, "account", "show", "odd");
	assert_done(&o);
	assert_says(o.out, "\"\\u009b31m\\u202e\\u007f\xc3\xa9\"");
	hubctl(&o, "account", "show", "\x1b]0;x\a");
	assert_failed(&o, 1, "\\x1b]0;x\\x07");
}

static void
close_output(void)
{
	close(STDOUT_FILENO);
}

static void
close_all(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
}

/*
 * Where output is lost the exit status says so, and no store takes it. The list
 * is longer than what the C library keeps back until the end.
 */
static void
lost_output_is_1_and_the_stores_stay_whole(void **state)
{
	static const char *const commands[][3] = { { "account", "list" },
		{ "account", "show", JANSSEN }, { "token", JANSSEN },
		{ "key", "list" }, { "demo" }, { "--help" }, { "--version" } };
	struct site *site = *state;
	const char *program = site_program("HUBCTL", "./hubctl");
	struct output o;

	import_many(site, 300);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *const words[] = { "--config", site->conf,
			commands[i][0], commands[i][1], commands[i][2], NULL };
		const char *const full[] = { "-c",
			"exec \"$0\" \"$@\" >/dev/full", program, "--config",
			site->conf, commands[i][0], commands[i][1],
			commands[i][2], NULL };

		site_run(&o, NULL, close_output, program, words);
		assert_failed(&o, 1, "cannot write to standard output");
		site_run(&o, NULL, close_all, program, words);
		assert_int_equal(o.status, 1);
		site_run(&o, NULL, NULL, "/bin/sh", full);
		assert_failed(&o, 1, "cannot write to standard output");
	}
	hubctl(&o, "account", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 308);
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_usage_is_2_and_says_where_help_is),
		SITE(help_and_version_do_nothing_else),
		SITE(the_data_folder_can_be_named_in_three_ways),
		SITE(without_a_store_every_command_points_to_init),
		FILLED(who_calls_by_sudo_stands_in_the_audit_log),
		FILLED(foreign_text_is_shown_escaped),
		FILLED(lost_output_is_1_and_the_stores_stay_whole),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
