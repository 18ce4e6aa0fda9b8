/*
 * Faults of every day that keep a daemon from its work: each is a line in its
 * log that says what is wrong and what to do.
 */
#include "hub_process.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define NOBODY 65534

static void
allow_few_descriptors(void)
{
	struct rlimit limit = { 64, 64 };

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(125);
}

static void
too_few_descriptors_are_told_and_readers_serve(void **state)
{
	struct site *site = *state;

	if (RUNNING_ON_VALGRIND) {
		print_message("# skipped: hubd would not see the limit\n");
		return;
	}
	site_spawn(site, POOL_READERS, allow_few_descriptors);
	site_wait_for_log(site, POOL_READERS,
	    "at most 64 open files are allowed, which is fewer than "
	    "readers.connections needs; raise the limit");
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
}

/* A configuration with ten slots and these lines. */
static void
set_ten_slots(struct site *site, const char *more)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "base_url = https://hub.example.nl\ndata = %s\nstore_user = root\n"
	    "map_size = 1G\nmax_readers = 10\nreaders.socket = %s\n"
	    "keepers.socket = %s\n%s",
	    site->data, site->socket[POOL_READERS], site->socket[POOL_KEEPERS],
	    more);
	site_file(site, "hub.conf", text);
}

/*
 * Each file by itself has slots enough; the daemons were started with two. The
 * lock file, which has the slots, is made anew.
 */
static void
a_worker_without_a_slot_names_max_readers(void **state)
{
	struct site *site = *state;
	int64_t start = clock_mono_ms();
	struct output o;

	assert_int_equal(unlink(site_path(site, "data/directory/lock.mdb")), 0);
	set_ten_slots(site,
	    "readers.workers = 6\nkeepers.workers = 1\nsignin.workers = 1\n");
	site_do(site, "stat");
	site_start(site, POOL_READERS);
	/* Not before all of them have their slot. */
	site_hubctl(site, &o, NULL, "doctor", "--offline");
	while (strstr(o.out, "7 of 10 reader slots taken") == NULL) {
		site_rest(start);
		site_hubctl(site, &o, NULL, "doctor", "--offline");
	}
	set_ten_slots(site, "keepers.workers = 5\nsignin.workers = 1\n");
	site_spawn(site, POOL_KEEPERS, NULL);
	site_wait_for_log(
	    site, POOL_KEEPERS, "all 10 reader slots of the store in ");
	site_wait_for_log(
	    site, POOL_KEEPERS, "raise max_readers and restart all programs");
}

static void
become_nobody(void)
{
	if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
	    setuid(NOBODY) != 0)
		_exit(125);
}

/* Starts the readers as nobody, who has to end with 1 and these words. */
static void
assert_nobody_is_refused(struct site *site, const char *says)
{
	pid_t daemon = site_spawn(site, POOL_READERS, become_nobody);

	assert_int_equal(site_wait(site, daemon), 1);
	if (site_log_count(site, POOL_READERS, says) == 0)
		fail_msg("'%s' is not in the log", says);
}

static void
a_folder_without_rights_is_told(void **state)
{
	struct site *site = *state;

	if (geteuid() != 0) {
		print_message("# skipped: only root becomes another user\n");
		return;
	}
	assert_int_equal(chmod(site->root, 0755), 0);
	assert_nobody_is_refused(site,
	    "readers.sock: Permission denied: let this user write in its "
	    "folder");
	assert_int_equal(chmod(site->root, 0777), 0);
	assert_nobody_is_refused(site,
	    "data/directory/data.mdb: start this as the user that owns the "
	    "store, or mend the rights");
	assert_int_equal(chmod(site_path(site, "data/directory"), 0755), 0);
	assert_nobody_is_refused(site, "may not read ");
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(too_few_descriptors_are_told_and_readers_serve),
		FILLED(a_worker_without_a_slot_names_max_readers),
		FILLED(a_folder_without_rights_is_told),
	};

	return UNIT_RUN(tests);
}
