/*
 * The drill of doc/backup.md: backup while others write and read, restore in
 * another place, and look.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "hubctl_checks.h"
#include "site_pair.h"
#include "store_place.h"
#include "unit.h"

#define MINE "/account/mine"
#define CUSTOMER BOS

#define DOSSIERS 20

/*
 * Round N of the writer: a contract for each dossier that bears the number,
 * one after the other, and an account whose username bears it, which is a
 * record with an index. Between two rounds an account is stopped and let in.
 */
static void
write_round(struct site *site, unsigned int n)
{
	char text[8192];
	size_t used = 0;
	struct output o;

	for (unsigned int i = 0; i < DOSSIERS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "{\"type\":\"contract\",\"id\":\"r-%02u\","
		    "\"organizationId\":\"1001\",\"dossierNumber\":\"d-%02u\","
		    "\"format\":\"AFD2\",\"status\":\"ACTIVE\","
		    "\"metadata\":{\"round\":%u},\"content\":{}}\n",
		    i, i, n);
	snprintf(text + used, sizeof(text) - used,
	    "{\"type\":\"account\",\"id\":\"r\",\"name\":"
	    "\"round-%u@example.nl\",\"email\":\"r@example.nl\","
	    "\"dossiers\":{\"1001\":\"round-%u\"}}\n",
	    n, n);
	site_hubctl(site, &o, text, "import", "-");
	assert_int_equal(o.status, 0);
	site_do(site, "account", n % 2 ? "disable" : "enable", CUSTOMER);
}

static pid_t
start_writer(struct site *site)
{
	pid_t pid = child_fork();

	if (pid == 0) {
		setpgid(0, 0);
		for (unsigned int n = 2;; n++)
			write_round(site, n);
	}
	setpgid(pid, pid);
	return pid;
}

static pid_t
start_reader(struct site *site, const struct token *token)
{
	struct client c;
	pid_t pid = child_fork();

	if (pid != 0)
		return pid;
	site_connect(site, POOL_READERS, &c);
	while (site_get(&c, MINE, token) == 200)
		;
	_exit(1);
}

/* The round that a contract of the export bears. */
static unsigned long
round_of(const char *export, unsigned int i)
{
	const char *line, *number;
	char id[24];

	snprintf(id, sizeof(id), "\"id\":\"r-%02u\"", i);
	line = strstr(export, id);
	if (line == NULL)
		fail_msg("%s is not there", id);
	number = strstr(line, "\"round\":");
	assert_non_null(number);
	return strtoul(number + 8, NULL, 10);
}

/*
 * Each import writes its contracts in this order. So at any one moment those
 * of a round come first, and all others are of the round before.
 */
static unsigned long
assert_one_moment(const char *export)
{
	unsigned long first = round_of(export, 0), last = first;

	for (unsigned int i = 1; i < DOSSIERS; i++) {
		unsigned long n = round_of(export, i);

		assert_true(n <= last && n + 1 >= first);
		last = n;
	}
	return first;
}

static void
wait_for_round(struct site *site, unsigned long n)
{
	int64_t began = clock_mono_ms();
	struct output o;

	do {
		site_rest(began);
		site_hubctl(site, &o, NULL, "export", "--type", "contract");
		assert_int_equal(o.status, 0);
	} while (round_of(o.out, DOSSIERS - 1) < n);
}

/* Three times: backup in the midst of it, restore elsewhere, look. */
static void
drill(struct site_pair *p)
{
	unsigned long round = 1;
	struct output o;

	for (int i = 0; i < 3; i++) {
		wait_for_round(p->first, round + 1);
		pair_shell(p, "rm -rf \"$0\" \"$1\"");
		site_do(p->first, "backup", p->backup);
		pair_restore(p);
		assert_whole(&p->second);
		site_hubctl(
		    &p->second, &o, NULL, "export", "--type", "contract");
		assert_int_equal(o.status, 0);
		assert_true(assert_one_moment(o.out) > round);
		round = round_of(o.out, 0);
	}
}

static void
a_backup_under_load_is_the_hub_at_one_moment(void **state)
{
	struct site_pair *p = *state;
	struct token token = site_token(p->first, JANSSEN), new;
	pid_t writer, readers[2];
	int status;

	write_round(p->first, 1);
	site_start(p->first, POOL_READERS);
	writer = start_writer(p->first);
	for (size_t i = 0; i < 2; i++)
		readers[i] = start_reader(p->first, &token);
	drill(p);
	/* They have gone on all the time. */
	assert_int_equal(waitpid(writer, &status, WNOHANG), 0);
	kill(-writer, SIGKILL);
	waitpid(writer, &status, 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(waitpid(readers[i], &status, WNOHANG), 0);
		kill(readers[i], SIGKILL);
		waitpid(readers[i], &status, 0);
	}
	site_start(&p->second, POOL_READERS);
	assert_int_equal(site_ask(&p->second, POOL_READERS, MINE, &token), 401);
	new = site_token(&p->second, JANSSEN);
	assert_int_equal(site_ask(&p->second, POOL_READERS, MINE, &new), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_backup_under_load_is_the_hub_at_one_moment,
		    pair_setup_without, pair_teardown),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	return UNIT_RUN(tests);
}
