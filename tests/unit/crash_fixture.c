#include "crash_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/schema.h"
#include "store_place.h"
#include "unit.h"

/* Commits that a child may still make; -1: it does not die. */
static int commits_left = -1;

/* In place of the C library's: LMDB calls it once in each commit. */
int
fdatasync(int fd)
{
	if (commits_left == 0)
		raise(SIGKILL);
	if (commits_left > 0)
		commits_left--;
	return fsync(fd);
}

static void
open_stores(struct test_hub *hub)
{
	struct schema schema;

	schema_directory(&schema, &hub->conf);
	assert_int_equal(
	    store_open(&hub->directory, &schema.spec, STORE_WRITE, &hub->why),
	    0);
	schema_vault(&schema, &hub->conf);
	assert_int_equal(
	    store_open(&hub->vault, &schema.spec, STORE_WRITE, &hub->why), 0);
}

static void
close_stores(struct test_hub *hub)
{
	store_close(hub->directory);
	store_close(hub->vault);
}

bool
crash_dies_at(struct test_hub *hub, int at, void (*act)(struct test_hub *hub))
{
	int status;
	pid_t pid;

	close_stores(hub);
	pid = child_fork();
	if (pid == 0) {
		open_stores(hub);
		commits_left = at;
		act(hub);
		close_stores(hub);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	open_stores(hub);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return true;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return false;
}
