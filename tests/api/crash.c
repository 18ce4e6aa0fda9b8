#include "crash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "identity/audit.h"
#include "store_place.h"
#include "unit.h"

/*
 * Of all that a reader finds in the store. The number of the last transaction
 * would not do: it is on disk a little before readers go by it.
 */
struct digest
look_content(const struct look *l)
{
	struct txn *txn = store_read_begin(l->store, l->arena);
	struct sha256 *hash = sha256_begin();
	struct cursor cursor;
	struct str key, value;
	struct digest digest;

	assert_non_null(hash);
	for (unsigned int i = 0; i < l->schema.spec.table_count; i++) {
		txn_cursor(&cursor, txn, i, NULL, NULL, false);
		while (txn_cursor_next(&cursor, &key, &value)) {
			sha256_add(hash, key);
			sha256_add(hash, value);
		}
		txn_cursor_close(&cursor);
	}
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(sha256_end(hash, digest.bytes), 0);
	arena_reset(l->arena);
	return digest;
}

static bool
is_content(const struct look *l, const struct digest *before)
{
	struct digest now = look_content(l);

	return memcmp(now.bytes, before->bytes, SHA256_LEN) == 0;
}

pid_t
crash_start(const struct site *site, const char *const *words, int out)
{
	const char *program = site_program("HUBCTL", "./hubctl");
	const char *line[16] = { program, "--config", site->conf };
	size_t n = 3;
	pid_t pid;

	while (*words != NULL && n < 15)
		line[n++] = *words++;
	pid = child_fork();
	if (pid != 0)
		return pid;
	if (dup2(out, STDOUT_FILENO) != -1)
		execv(program, (char *const *)(uintptr_t)line);
	_exit(127);
}

void
crash_after_write(
    pid_t pid, const struct look *first, const struct digest *before)
{
	int64_t began = clock_mono_ms();
	int status;

	while (is_content(first, before)) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			fail_msg("hubctl ended before its first write");
		site_rest(began);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

struct act {
	const struct site *site;
	const char *const *words;
	struct look first; /* the store that is written before the crash */
	int out;
};

/* A write transaction that changes nothing but holds up all others. */
static int
kill_meanwhile(struct txn *second, void *arg)
{
	struct act *act = arg;
	struct digest before = look_content(&act->first);

	(void)second;
	crash_after_write(
	    crash_start(act->site, act->words, act->out), &act->first, &before);
	return HUB_EDENIED;
}

static void
assert_empty(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 0);
}

void
crash(const struct site *site, schema_of *first, schema_of *second,
    const char *const *words)
{
	struct act act = { .site = site, .words = words };
	struct look held;

	act.out = open(site_path(site, "said"),
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(act.out >= 0);
	look_open(&act.first, site, first, STORE_READ);
	look_open(&held, site, second, STORE_WRITE);
	assert_int_equal(
	    store_write(held.store, held.arena, kill_meanwhile, &act),
	    HUB_EDENIED);
	look_close(&held);
	look_close(&act.first);
	assert_empty(act.out);
	close(act.out);
}

struct count {
	struct str event;
	unsigned int n;
};

static bool
count_one(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct count *count = ctx;

	(void)time_us;
	count->n += str_eq(rec->event, count->event);
	return true;
}

unsigned int
crash_events(const struct site *site, const char *event)
{
	struct count count = { .event = str_of(event) };
	struct look vault;
	struct txn *txn;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	audit_walk(txn, count_one, &count);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return count.n;
}

/* Runs in a child, until it is killed. */
static int
hold_up(struct txn *directory, void *arg)
{
	const int *ready = arg;

	(void)directory;
	if (write(*ready, "", 1) == 1)
		pause();
	return HUB_EDENIED;
}

/* Another writer of the directory, who does not come to an end. */
static pid_t
start_holder(const struct site *site)
{
	struct look held;
	int ends[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = child_fork();
	if (pid == 0) {
		look_open(&held, site, schema_directory, STORE_WRITE);
		store_write(held.store, held.arena, hold_up, &ends[1]);
		_exit(1);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

struct late_crash {
	const struct site *site;
	const char *const *words;
	struct look directory;
	pid_t pid, holder;
	int out;
};

/* The vault is held up until the directory is, by somebody else. */
static int
write_directory_only(struct txn *vault, void *arg)
{
	struct late_crash *c = arg;
	struct digest before = look_content(&c->directory);
	int64_t began = clock_mono_ms();

	(void)vault;
	c->pid = crash_start(c->site, c->words, c->out);
	while (is_content(&c->directory, &before))
		site_rest(began);
	c->holder = start_holder(c->site);
	return HUB_EDENIED;
}

void
crash_late(const struct site *site, const char *const *words)
{
	struct late_crash c = { .site = site, .words = words };
	struct digest before;
	struct look vault;

	c.out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_true(c.out >= 0);
	look_open(&c.directory, site, schema_directory, STORE_READ);
	look_open(&vault, site, schema_vault, STORE_WRITE);
	before = look_content(&vault);
	assert_int_equal(
	    store_write(vault.store, vault.arena, write_directory_only, &c),
	    HUB_EDENIED);
	crash_after_write(c.pid, &vault, &before);
	assert_int_equal(kill(c.holder, SIGKILL), 0);
	assert_int_equal(waitpid(c.holder, NULL, 0), c.holder);
	look_close(&vault);
	look_close(&c.directory);
	close(c.out);
}
