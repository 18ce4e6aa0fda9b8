/*
 * A hub that is made from a backup: whole, with nothing that was given out
 * before, from a sound backup only, over nothing, and at once or not at all,
 * whenever it is killed.
 */
#include "hubctl_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "site_pair.h"
#include "store_place.h"
#include "unit.h"

#define MINE "/account/mine"
#define CUSTOMER BOS

/* For pair_shell(): nothing else is in the folder. */
#define ONLY_STORES                                                            \
	"test \"$(ls -A \"$1\" | tr '\\n' ' ')\" = 'directory vault '"

static void
a_restored_hub_has_the_records_and_a_new_key(void **state)
{
	struct site_pair *p = *state;
	struct output before, after;

	pair_restore(p);
	assert_whole(&p->second);
	site_hubctl(p->first, &before, NULL, "export");
	site_hubctl(&p->second, &after, NULL, "export");
	assert_true(strlen(before.out) > 1000);
	assert_string_equal(before.out, after.out);
	site_hubctl(p->first, &before, NULL, "key", "list");
	site_hubctl(&p->second, &after, NULL, "key", "list");
	assert_says(after.out, "  signing ");
	assert_null(strstr(after.out, "  verifying "));
	assert_string_not_equal(before.out, after.out);
	pair_shell(
	    p, "test \"$(ls -A \"$1\" | tr '\\n' ' ')\" = 'directory vault '");
	pair_shell(p, "cmp \"$0/hub.conf\" \"${0%/b}/hub.conf\"");
}

static void
old_tokens_are_refused_and_new_ones_taken(void **state)
{
	struct site_pair *p = *state;
	struct token token;

	site_start(p->first, POOL_READERS);
	assert_int_equal(
	    site_ask(p->first, POOL_READERS, MINE, &p->token), 200);
	pair_restore(p);
	site_start(&p->second, POOL_READERS);
	assert_int_equal(
	    site_ask(&p->second, POOL_READERS, MINE, &p->token), 401);
	token = site_token(&p->second, JANSSEN);
	assert_int_equal(site_ask(&p->second, POOL_READERS, MINE, &token), 200);
	assert_int_equal(site_ask(p->first, POOL_READERS, MINE, &token), 401);
	assert_int_equal(
	    site_ask(p->first, POOL_READERS, MINE, &p->token), 200);
}

static void
what_was_ended_stays_ended(void **state)
{
	struct site_pair *p = *state;
	struct output o;

	site_do(p->first, "account", "disable", CUSTOMER);
	site_do(p->first, "client", "add", "--id", "app", "--public",
	    "--redirect-uri", "https://app.example.nl/cb");
	site_do(p->first, "client", "disable", "app");
	pair_shell(p, "rm -r \"$0\"");
	site_do(p->first, "backup", p->backup);
	pair_restore(p);
	site_hubctl(&p->second, &o, NULL, "token", CUSTOMER);
	assert_int_equal(o.status, 1);
	site_hubctl(&p->second, &o, NULL, "client", "show", "app");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "disabled");
	site_hubctl(&p->second, &o, NULL, "account", "show", JANSSEN);
	assert_says(o.out, "epoch: 1048577\n");
}

static void
the_log_goes_on_with_the_restore(void **state)
{
	struct site_pair *p = *state;
	struct output o;

	pair_restore(p);
	pair_shell(p,
	    "grep -aq state.restored \"$1/vault/data.mdb\" && "
	    "grep -aq 'backup of 20' \"$1/vault/data.mdb\" && "
	    "grep -aq token.issued \"$1/vault/data.mdb\" && "
	    "! grep -aq state.restored \"$0/vault.mdb\"");
	site_hubctl(&p->second, &o, NULL, "stat");
	assert_int_equal(o.status, 0);
}

static void
a_restored_hub_can_be_backed_up_and_restored_again(void **state)
{
	struct site_pair *p = *state;
	struct output before, after, o;

	pair_restore(p);
	site_hubctl(&p->second, &before, NULL, "export");
	pair_shell(p, "rm -r \"$0\"");
	site_do(&p->second, "backup", p->backup);
	pair_shell(p, "rm -r \"$1\"");
	pair_restore(p);
	assert_whole(&p->second);
	site_hubctl(&p->second, &after, NULL, "export");
	assert_string_equal(before.out, after.out);
	site_hubctl(&p->second, &o, NULL, "account", "show", JANSSEN);
	assert_says(o.out, "epoch: 2097153\n");
}

/* That a restore fails, says this, and makes nothing. */
static void
assert_refused(struct site_pair *p, const char *sentence)
{
	struct output o;

	site_hubctl(&p->second, &o, NULL, "restore", p->backup);
	assert_says(o.err, sentence);
	assert_int_equal(o.status, 1);
	assert_string_equal(o.out, "");
	assert_false(is_there(&p->second, "data"));
}

static void
damage_is_found_before_anything_is_made(void **state)
{
	static const struct {
		const char *command, *sentence;
	} cases[] = {
		{ "printf x | dd of=\"$0/directory.mdb\" bs=1 seek=9000 "
		  "conv=notrunc 2>/dev/null",
		    "/directory.mdb is not what was written there" },
		{ "printf x >> \"$0/vault.mdb\"",
		    "/vault.mdb is not what was written there" },
		{ "printf '#' >> \"$0/hub.conf\"",
		    "/hub.conf is not what was written there" },
		{ "truncate -s 4096 \"$0/vault.mdb\"",
		    "/vault.mdb is not what was written there" },
		{ "rm \"$0/vault.mdb\"",
		    "/b has no vault.mdb: this backup is not whole; take "
		    "another" },
		{ "ln -sf /etc/passwd \"$0/vault.mdb\"",
		    "/vault.mdb: Too many levels" },
		{ "rm \"$0/manifest.json\"", "one that was broken off" },
		{ "truncate -s 100 \"$0/manifest.json\"",
		    "manifest.json is no manifest" },
		{ "echo '{}' > \"$0/manifest.json\"",
		    "manifest.json is no manifest" },
		{ "sed -i 's/\"sha256\":\"./\"sha256\":\"/' "
		  "\"$0/manifest.json\"",
		    "manifest.json is no manifest" },
		{ "sed -i 's/hub.conf/hub.cnf/' \"$0/manifest.json\"",
		    "manifest.json is no manifest" },
		{ "sed -i 's/\"format\":1,/\"format\":2,/' "
		  "\"$0/manifest.json\"",
		    "use the newer version" },
		{ "sed -i 's/\"stores\":[0-9]*/\"stores\":999/' "
		  "\"$0/manifest.json\"",
		    "use the newer version" },
		{ "rm -r \"$0\"",
		    "/b: No such file or directory: name the folder of a "
		    "backup" },
		{ "rm -r \"$0\" && touch \"$0\"",
		    "/b: Not a directory: name the folder of a backup" },
	};
	struct site_pair *p = *state;

	pair_shell(p, "cp -a \"$0\" \"$0.sound\"");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pair_shell(p, cases[i].command);
		assert_refused(p, cases[i].sentence);
		pair_shell(p, "rm -rf \"$0\" && cp -a \"$0.sound\" \"$0\"");
	}
	pair_restore(p);
}

static void
nothing_is_ever_overwritten(void **state)
{
	struct site_pair *p = *state;
	struct output o;

	site_hubctl(p->first, &o, NULL, "restore", p->backup);
	assert_int_equal(o.status, 1);
	assert_says(o.err,
	    "/data is not empty, and nothing is ever "
	    "overwritten: name a new folder");
	assert_whole(p->first);
	assert_int_equal(mkdir(p->second.data, 0755), 0);
	site_file(&p->second, "data/letter", "dear");
	site_hubctl(&p->second, &o, NULL, "restore", p->backup);
	assert_int_equal(o.status, 1);
	pair_shell(p, "test \"$(ls -A \"$1\")\" = letter && rm \"$1/letter\"");
	pair_restore(p);
	assert_whole(&p->second);
}

static void
without_a_configuration_the_one_of_the_backup_is_named(void **state)
{
	struct site_pair *p = *state;
	struct output o;
	char conf[128];

	assert_int_equal(unlink(p->second.conf), 0);
	site_hubctl(&p->second, &o, NULL, "restore", p->backup);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "--config ");
	assert_says(o.err, "/b/hub.conf");
	snprintf(conf, sizeof(conf), "%s/hub.conf", p->backup);
	site_must((const char *const[]){ "--config", conf, "--data",
	    p->second.data, "restore", p->backup, NULL });
	site_configure(&p->second, "");
	assert_whole(&p->second);
}

static void
two_restores_at_a_time_are_one(void **state)
{
	struct site_pair *p = *state;
	struct output o;

	assert_int_equal(mkdir(p->second.data, 0755), 0);
	site_run(&o, NULL, NULL, "/usr/bin/flock",
	    (const char *const[]){ p->second.data,
		site_program("HUBCTL", "./hubctl"), "--config", p->second.conf,
		"restore", p->backup, NULL });
	assert_int_equal(o.status, 1);
	assert_says(o.err, "another hubctl makes a hub in ");
	pair_restore(p);
}

/* hubctl restore under way, to be killed. */
static pid_t
start_restore(const struct site_pair *p)
{
	const char *program = site_program("HUBCTL", "./hubctl");
	const char *const line[] = { program, "--config", p->second.conf,
		"restore", p->backup, NULL };
	pid_t pid = child_fork();

	if (pid == 0) {
		freopen("/dev/null", "w", stdout);
		execv(program, (char *const *)(uintptr_t)line);
		_exit(127);
	}
	return pid;
}

/* Kills it as soon as the file is there; false if it had ended by itself. */
static bool
kill_at(const struct site_pair *p, pid_t pid, const char *name)
{
	int64_t began = clock_mono_ms();
	int status;

	while (!is_there(&p->second, name)) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			assert_int_equal(status, 0);
			return false;
		}
		if (clock_mono_ms() - began > 120000)
			fail_msg("%s does not come", name);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

/* No hub at all, for any program, or a whole one. */
static void
assert_none_or_whole(struct site_pair *p)
{
	struct output o;

	site_hubctl(&p->second, &o, NULL, "verify");
	if (o.status == 0) {
		assert_says(o.out, "no errors");
		return;
	}
	assert_says(o.err, "there is no store");
	if (!is_there(&p->second, "data/restore.json"))
		return;
	site_hubctl(&p->second, &o, NULL, "init");
	assert_int_equal(o.status, 1);
	assert_says(o.err, "was broken off: give it again");
}

static void
a_restore_that_is_killed_is_done_again(void **state)
{
	static const char *const moments[] = {
		"data",
		"data/restore.json",
		"data/restore.new/vault/data.mdb.new",
		"data/restore.new/vault/data.mdb",
		"data/restore.new/directory/data.mdb.new",
		"data/vault",
		"data/directory",
	};
	struct site_pair *p = *state;
	unsigned int killed = 0;

	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		killed += kill_at(p, start_restore(p), moments[i]);
		assert_none_or_whole(p);
		if (!is_there(&p->second, "data/directory") ||
		    is_there(&p->second, "data/restore.json"))
			pair_restore(p);
		assert_whole(&p->second);
		pair_shell(p, ONLY_STORES);
		pair_shell(p, "rm -r \"$1\"");
	}
	/* The first moments are long before the end. */
	assert_true(killed > 0);
}

/* What a kill between the two renames leaves, and nobody can time. */
static void
half_of_it_is_no_hub_and_the_same_command_goes_on(void **state)
{
	struct site_pair *p = *state;
	struct output key, o;

	pair_restore(p);
	site_hubctl(&p->second, &key, NULL, "key", "list");
	pair_shell(p,
	    "mkdir \"$1/restore.new\" && "
	    "cp \"$0/manifest.json\" \"$1/restore.json\" && "
	    "mv \"$1/directory\" \"$1/restore.new\"");
	assert_none_or_whole(p);
	assert_int_equal(
	    site_wait(&p->second, site_spawn(&p->second, POOL_READERS, NULL)),
	    1);
	pair_restore(p);
	assert_whole(&p->second);
	pair_shell(p, ONLY_STORES);
	site_hubctl(&p->second, &o, NULL, "key", "list");
	assert_string_equal(key.out, o.out);
}

static void
the_last_step_is_made_up_for_and_the_hub_left_alone(void **state)
{
	struct site_pair *p = *state;
	struct output key, o;

	pair_restore(p);
	site_hubctl(&p->second, &key, NULL, "key", "list");
	pair_shell(p,
	    "mkdir \"$1/restore.new\" && "
	    "cp \"$0/manifest.json\" \"$1/restore.json\"");
	pair_restore(p);
	pair_shell(p, ONLY_STORES);
	site_hubctl(&p->second, &o, NULL, "key", "list");
	assert_string_equal(key.out, o.out);
	site_hubctl(&p->second, &o, NULL, "restore", p->backup);
	assert_int_equal(o.status, 1);
}

static void
another_backup_does_not_go_on_with_half_of_this_one(void **state)
{
	struct site_pair *p = *state;
	struct output o;

	pair_restore(p);
	pair_shell(p,
	    "mkdir \"$1/restore.new\" && "
	    "sed 's/20/19/' \"$0/manifest.json\" "
	    "> \"$1/restore.json\" && "
	    "mv \"$1/directory\" \"$1/restore.new\"");
	site_hubctl(&p->second, &o, NULL, "restore", p->backup);
	assert_int_equal(o.status, 1);
	assert_says(o.err, "holds what another restore has left");
	assert_true(is_there(&p->second, "data/restore.new/directory"));
	assert_true(is_there(&p->second, "data/vault"));
}

/* A backup that is killed on its way is none. */
static void
a_backup_that_is_killed_is_refused(void **state)
{
	static const char *const moments[] = { "b/directory.mdb",
		"b/draft/data.mdb.new", "b/vault.mdb", "b/hub.conf",
		"b/manifest.json.new" };
	const char *program = site_program("HUBCTL", "./hubctl");
	struct site_pair *p = *state;

	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		const char *const line[] = { program, "--config",
			p->first->conf, "backup", p->backup, NULL };
		int64_t began = clock_mono_ms();
		int status;
		pid_t pid;

		pair_shell(p, "rm -rf \"$0\"");
		pid = child_fork();
		if (pid == 0) {
			freopen("/dev/null", "w", stdout);
			execv(program, (char *const *)(uintptr_t)line);
			_exit(127);
		}
		while (!is_there(p->first, moments[i]) &&
		    waitpid(pid, &status, WNOHANG) == 0)
			assert_true(clock_mono_ms() - began < 120000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		if (is_there(p->first, "b/manifest.json")) {
			pair_restore(p);
			assert_whole(&p->second);
			pair_shell(p, "rm -r \"$1\"");
		} else {
			assert_refused(p, "one that was broken off");
		}
	}
	assert_whole(p->first);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, pair_setup, pair_teardown)
#define TEST_WITHOUT(name)                                                     \
	cmocka_unit_test_setup_teardown(name, pair_setup_without, pair_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_restored_hub_has_the_records_and_a_new_key),
		TEST(old_tokens_are_refused_and_new_ones_taken),
		TEST(what_was_ended_stays_ended),
		TEST(the_log_goes_on_with_the_restore),
		TEST(a_restored_hub_can_be_backed_up_and_restored_again),
		TEST(damage_is_found_before_anything_is_made),
		TEST(nothing_is_ever_overwritten),
		TEST(without_a_configuration_the_one_of_the_backup_is_named),
		TEST(two_restores_at_a_time_are_one),
		TEST(a_restore_that_is_killed_is_done_again),
		TEST(half_of_it_is_no_hub_and_the_same_command_goes_on),
		TEST(the_last_step_is_made_up_for_and_the_hub_left_alone),
		TEST(another_backup_does_not_go_on_with_half_of_this_one),
		TEST_WITHOUT(a_backup_that_is_killed_is_refused),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	return UNIT_RUN(tests);
}
