#include "hub_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define IN_USE "is in use by another daemon"
#define ROUNDS 5

/* A pipe that daemons do not have: one side waits for the other's end. */
static int gate[2];

static void
wait_at_gate(void)
{
	char byte;

	close(gate[1]);
	assert_int_equal(read(gate[0], &byte, 1), 0);
}

static bool
has_ended(pid_t process)
{
	siginfo_t info = { .si_pid = 0 };

	waitid(P_PID, (id_t)process, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid != 0;
}

/* Waits until all but one have ended, refused; that one is the first then. */
static void
wait_for_last(struct site *site, pid_t *daemons, size_t n)
{
	int64_t start = clock_mono_ms();

	while (n > 1) {
		for (size_t i = 0; i < n; i++) {
			if (!has_ended(daemons[i]))
				continue;
			assert_int_equal(site_wait(site, daemons[i]), 1);
			daemons[i--] = daemons[--n];
		}
		site_rest(start);
	}
	assert_int_equal(n, 1);
}

static void
of_daemons_that_start_at_once_one_stays_and_answers(void **state)
{
	struct site *site = *state;

	site_configure(site, "readers.workers = 1\n");
	for (unsigned int round = 1; round <= ROUNDS; round++) {
		pid_t daemons[SITE_DAEMONS];

		assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
		for (size_t i = 0; i < SITE_DAEMONS; i++)
			daemons[i] =
			    site_spawn(site, POOL_READERS, wait_at_gate);
		close(gate[0]);
		close(gate[1]);
		wait_for_last(site, daemons, SITE_DAEMONS);
		assert_int_equal(site_log_count(site, POOL_READERS, IN_USE),
		    round * (SITE_DAEMONS - 1));
		assert_int_equal(
		    site_ask(site, POOL_READERS, "/health/ready", NULL), 200);
		assert_int_equal(site_stop(site, daemons[0], SIGTERM), 0);
		assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
	}
}

static int
lock_site(const struct site *site)
{
	int fd = open(site->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	return fd;
}

/* Whether the process has the folder open. */
static bool
has_open(pid_t process, const char *folder)
{
	char path[64], target[PATH_MAX];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)process);
	dir = opendir(path);
	while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
		ssize_t n = readlinkat(
		    dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n < 0 ? 0 : n] = '\0';
		found = strcmp(target, folder) == 0;
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

static void
a_socket_that_is_not_listened_on_yet_is_not_taken_away(void **state)
{
	struct site *site = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int64_t start = clock_mono_ms();
	int lock = lock_site(site);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat before, after;
	char root[PATH_MAX];
	pid_t daemon;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    site->socket[POOL_READERS]);
	assert_int_equal(
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(lstat(address.sun_path, &before), 0);
	assert_non_null(realpath(site->root, root));
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	daemon = site_spawn(site, POOL_READERS, NULL);
	/* Until then it has our descriptor of the folder. */
	wait_at_gate();
	close(gate[0]);
	while (!has_open(daemon, root))
		site_rest(start);
	assert_int_equal(listen(fd, 1), 0);
	close(lock);
	assert_int_equal(site_wait(site, daemon), 1);
	assert_int_equal(site_log_count(site, POOL_READERS, IN_USE), 1);
	assert_int_equal(lstat(address.sun_path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	close(fd);
}

static void
a_folder_that_stays_locked_is_named(void **state)
{
	struct site *site = *state;
	int lock = lock_site(site);

	assert_int_equal(
	    site_wait(site, site_spawn(site, POOL_READERS, NULL)), 1);
	assert_int_equal(
	    site_log_count(site, POOL_READERS, "cannot lock its folder"), 1);
	assert_int_equal(access(site->socket[POOL_READERS], F_OK), -1);
	close(lock);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(of_daemons_that_start_at_once_one_stays_and_answers),
		FILLED(a_socket_that_is_not_listened_on_yet_is_not_taken_away),
		FILLED(a_folder_that_stays_locked_is_named),
	};

	return UNIT_RUN(tests);
}
