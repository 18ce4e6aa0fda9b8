/*
 * A backup that is made while the hub is used, what is in it and what is not,
 * and what stands in its way.
 */
#include "hubctl_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "identity/audit.h"
#include "site_store.h"
#include "store/signing_key_rec.h"
#include "store_place.h"
#include "unit.h"

/* The whole of a file in the arena that is valid until the next call. */
static struct str
slurp(const char *path)
{
	static struct arena *arena;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *p;

	if (arena == NULL)
		arena = arena_new(1 << 16, 256 << 20);
	assert_non_null(arena);
	arena_reset(arena);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	p = arena_alloc(arena, (size_t)st.st_size + 1);
	assert_non_null(p);
	assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
	close(fd);
	p[st.st_size] = '\0';
	return (struct str){ p, (size_t)st.st_size };
}

static bool
holds(struct str bytes, const void *p, size_t n)
{
	return memmem(bytes.p, bytes.n, p, n) != NULL;
}

/* The names in a folder, each with a space behind it, in their order. */
static void
assert_listing(const struct site *site, const char *folder, const char *names)
{
	struct output o;

	site_run(&o, NULL, NULL, "/bin/sh",
	    (const char *const[]){ "-c", "cd \"$0\" && ls -A | tr '\\n' ' '",
		site_path(site, folder), NULL });
	assert_int_equal(o.status, 0);
	assert_string_equal(o.out, names);
}

#define WHOLE "directory.mdb hub.conf manifest.json vault.mdb "

static void
a_backup_has_four_files_for_its_owner_alone(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	assert_says(o.out, "/b: backup of ");
	assert_says(o.out, " seconds\n");
	assert_listing(site, "b", WHOLE);
	assert_mode(site, "b", 0700);
	assert_mode(site, "b/directory.mdb", 0600);
	assert_mode(site, "b/vault.mdb", 0600);
	assert_mode(site, "b/hub.conf", 0600);
	assert_mode(site, "b/manifest.json", 0600);
}

static uint64_t
number(const struct json *object, const char *name)
{
	uint64_t v;

	if (!json_u64(json_get(object, name), INT64_MAX, &v))
		fail_msg("%s is no number", name);
	return v;
}

/* The sum as another program sees it. */
static void
assert_sum(const struct site *site, const struct json *root, const char *name)
{
	const struct json *file = json_get(json_get(root, "files"), name);
	struct str sum;
	struct stat st;
	struct output o;
	char path[32];

	snprintf(path, sizeof(path), "b/%s", name);
	assert_int_equal(stat(site_path(site, path), &st), 0);
	assert_int_equal(number(file, "bytes"), st.st_size);
	assert_true(json_string(json_get(file, "sha256"), &sum));
	site_run(&o, NULL, NULL, "/usr/bin/env",
	    (const char *const[]){ "sha256sum", site_path(site, path), NULL });
	assert_int_equal(o.status, 0);
	assert_int_equal(sum.n, 64);
	assert_memory_equal(sum.p, o.out, 64);
}

static void
the_manifest_tells_what_is_there(void **state)
{
	struct site *site = *state;
	struct arena *arena = arena_new(1 << 16, 1 << 20);
	const struct json *root, *records;
	struct why why;
	struct str time;

	assert_non_null(arena);
	site_do(site, "backup", site_path(site, "b"));
	if (json_parse(arena, slurp(site_path(site, "b/manifest.json")), 65536,
		&root, &why) != 0)
		fail_msg("%s", why.text);
	assert_int_equal(number(root, "format"), 1);
	assert_int_equal(number(root, "stores"), SCHEMA_FORMAT);
	assert_true(json_string(json_get(root, "time"), &time));
	assert_int_equal(time.n, 20);
	assert_sum(site, root, "directory.mdb");
	assert_sum(site, root, "vault.mdb");
	assert_sum(site, root, "hub.conf");
	records = json_get(root, "records");
	assert_int_equal(number(json_get(records, "directory"), "account"), 7);
	assert_int_equal(number(json_get(records, "directory"), "key"), 1);
	assert_int_equal(number(json_get(records, "vault"), "key"), 0);
	assert_int_equal(number(json_get(records, "vault"), "audit"), 5);
	arena_free(arena);
}

static void
no_private_key_is_in_a_backup(void **state)
{
	struct site *site = *state;
	struct private_key_rec rec;
	struct str key, value;
	struct cursor cursor;
	struct look vault;
	struct txn *txn;

	site_do(site, "backup", site_path(site, "b"));
	look_open(&vault, site, schema_vault, STORE_WRITE);
	txn = store_read_begin(vault.store, vault.arena);
	txn_cursor(&cursor, txn, VAULT_KEY, NULL, NULL, false);
	assert_true(txn_cursor_next(&cursor, &key, &value));
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(private_key_rec_get(value, &rec), 0);
	assert_true(rec.der.n > 1000);
	/* Its secret half stands behind the numbers that are public. */
	rec.der.p += 400;
	assert_true(holds(
	    slurp(site_path(site, "data/vault/data.mdb")), rec.der.p, 64));
	assert_false(
	    holds(slurp(site_path(site, "b/vault.mdb")), rec.der.p, 64));
	/* And the log is, with who made the backup. */
	assert_true(holds(slurp(site_path(site, "b/vault.mdb")), "backup", 6));
	look_close(&vault);
}

static void
a_backup_is_never_written_over_anything(void **state)
{
	struct site *site = *state;
	struct output o;

	assert_int_equal(mkdir(site_path(site, "b"), 0755), 0);
	site_file(site, "b/letter", "dear");
	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "/b is not empty: name a new folder");
	assert_listing(site, "b", "letter ");
	assert_mode(site, "b", 0755);
	assert_int_equal(unlink(site_path(site, "b/letter")), 0);
	site_do(site, "backup", site_path(site, "b"));
	assert_mode(site, "b", 0700);
	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "/b holds a backup: name a new folder");
	assert_listing(site, "b", WHOLE);
	assert_int_equal(unlink(site_path(site, "b/manifest.json")), 0);
	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "holds a backup that was broken off: remove it");
}

static void
a_place_that_cannot_be_is_named(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "backup", site_path(site, "no/such/place"));
	assert_int_equal(o.status, 1);
	assert_says(o.err,
	    "no/such/place: No such file or directory: make "
	    "the folder above it first");
	hubctl(&o, "backup", site_path(site, "hub.conf"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "cannot use ");
	assert_int_equal(symlink(site->root, site_path(site, "link")), 0);
	hubctl(&o, "backup", site_path(site, "link"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "cannot use ");
	hubctl(&o, "backup");
	assert_int_equal(o.status, 2);
}

static void
a_hub_that_is_not_there_leaves_no_folder(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 1);
	assert_says(o.err, "there is no store");
	assert_false(is_there(site, "b"));
}

/* The folder of a backup is told from one without a hub, and stays as it is. */
static void
a_backup_is_not_taken_for_a_hub(void **state)
{
	static const char *const commands[] = { "verify", "stat", "init" };
	struct site *site = *state;
	char backup[96], says[512];
	struct output before, after, o;

	snprintf(backup, sizeof(backup), "%s", site_path(site, "b"));
	snprintf(says, sizeof(says),
	    "%s holds a backup, not a hub: to check or use it, restore it to a "
	    "new folder (hubctl --data NEW restore %s)",
	    backup, backup);
	site_do(site, "backup", backup);
	site_run(&before, NULL, NULL, "/bin/ls",
	    (const char *const[]){ "-lA", backup, NULL });
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		hubctl(&o, "--data", backup, commands[i]);
		assert_failed(&o, 1, says);
	}
	hubctl(&o, "--data", backup, "doctor", "--offline");
	assert_int_equal(o.status, 1);
	assert_says(o.out, says);
	assert_int_equal(count_in(o.out, "\nFAIL "), 1);
	site_run(&after, NULL, NULL, "/bin/ls",
	    (const char *const[]){ "-lA", backup, NULL });
	assert_string_equal(before.out, after.out);
}

static void
with_small_files(void)
{
	const struct rlimit limit = { 40000, 40000 };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* The vault's event goes in below the limit, the directory's copy does not. */
static void
a_backup_that_cannot_be_written_leaves_nothing(void **state)
{
	struct site *site = *state;
	struct output o;

	site_run(&o, NULL, with_small_files, site_program("HUBCTL", "./hubctl"),
	    (const char *const[]){
		"--config", site->conf, "backup", site_path(site, "b"), NULL });
	assert_int_equal(o.status, 1);
	assert_says(o.err, "cannot write ");
	assert_says(o.err,
	    "/b/directory.mdb: File too large; there is no "
	    "backup");
	assert_string_equal(o.out, "");
	assert_false(is_there(site, "b"));
	site_do(site, "backup", site_path(site, "b"));
}

static const char *small_disk;

static void
with_small_disk(void)
{
	if (!own_mounts() ||
	    mount("none", small_disk, "tmpfs", 0, "size=64k") != 0)
		_exit(SKIPPED);
}

static void
a_full_disk_is_said_and_left_empty(void **state)
{
	struct site *site = *state;
	struct output o;

	assert_int_equal(mkdir(site_path(site, "disk"), 0700), 0);
	small_disk = site_path(site, "disk");
	site_run(&o, NULL, with_small_disk, "/bin/sh",
	    (const char *const[]){ "-c",
		"\"$0\" --config \"$1\" backup \"$2/b\"; echo \"status $?\"; "
		"ls -A \"$2\"",
		site_program("HUBCTL", "./hubctl"), site->conf, small_disk,
		NULL });
	if (o.status == SKIPPED) {
		SAY_SKIPPED(NO_RIGHTS);
		return;
	}
	assert_says(o.err,
	    "/b/directory.mdb: No space left on device: make room on that "
	    "disk, or name a folder on another; there is no backup");
	assert_string_equal(o.out, "status 1\n");
}

struct noise {
	unsigned int events; /* of a transaction */
	size_t n;            /* bytes of each */
};

static int
make_noise(struct txn *txn, void *arg)
{
	static const char bytes[1000];
	const struct noise *noise = arg;
	const struct audit_rec event = { .event = STR("noise"),
		.detail = { bytes, noise->n } };

	for (unsigned int i = 0; i < noise->events; i++)
		audit_put(txn, &event);
	return 0;
}

/* Until not even a small event has room. */
static void
fill_log(struct look *vault)
{
	struct noise noise = { 20, 1000 };
	int rc;

	for (;;) {
		rc =
		    store_write(vault->store, vault->arena, make_noise, &noise);
		arena_reset(vault->arena);
		if (rc != 0 && noise.n == 0)
			break;
		if (rc != 0)
			noise = (struct noise){ 1, noise.n / 2 };
	}
	assert_int_equal(rc, HUB_EFULL);
}

/* When nothing can be written any more, a backup is what is needed most. */
static void
a_full_store_can_be_backed_up(void **state)
{
	struct site *site = *state;
	struct look vault;
	struct output o;

	site_run(&o, NULL, NULL, "/bin/sed",
	    (const char *const[]){
		"-i", "s/^map_size.*/map_size = 1M/", site->conf, NULL });
	assert_int_equal(o.status, 0);
	look_open(&vault, site, schema_vault, STORE_WRITE);
	fill_log(&vault);
	look_close(&vault);
	hubctl(&o, "backup", site_path(site, "b"));
	assert_int_equal(o.status, 0);
	assert_says(o.err,
	    "the audit log is full: this backup is not on "
	    "record");
	assert_listing(site, "b", WHOLE);
}

/* A process on a terminal of its own; what it says there. */
struct terminal {
	int master;
	pid_t pid;
	char said[8192];
	size_t n;
};

static void
terminal_start(struct terminal *t, const char *const *words)
{
	const char *name;

	t->n = 0;
	t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	name = ptsname(t->master);
	assert_non_null(name);
	t->pid = child_fork();
	if (t->pid == 0) {
		int fd = open(name, O_RDWR | O_NOCTTY);

		if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0 &&
		    dup2(fd, STDERR_FILENO) >= 0)
			execv(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
}

/* All that it says until its end; its status. */
static int
terminal_end(struct terminal *t)
{
	ssize_t n;
	int status;

	/* EIO is the end of a terminal that nobody has open. */
	while (t->n < sizeof(t->said) - 1 &&
	    (n = read(t->master, t->said + t->n, sizeof(t->said) - 1 - t->n)) >
		0)
		t->n += (size_t)n;
	t->said[t->n] = '\0';
	close(t->master);
	assert_int_equal(waitpid(t->pid, &status, 0), t->pid);
	return status;
}

/*
 * A write transaction of the vault: the backup waits for it to put its event
 * on record, and has taken longer than a second when it gets to copy.
 */
static int
hold(struct txn *txn, void *arg)
{
	struct site *site = arg;
	int64_t began = clock_mono_ms();

	(void)txn;
	while (!is_there(site, "b"))
		site_rest(began);
	began = clock_mono_ms();
	while (clock_mono_ms() - began < 1100)
		site_rest(began);
	return HUB_EDENIED;
}

static void
a_terminal_sees_how_far_it_is(void **state)
{
	struct site *site = *state;
	const char *const words[] = { site_program("HUBCTL", "./hubctl"),
		"--config", site->conf, "backup", site_path(site, "b"), NULL };
	struct terminal t;
	struct look vault;

	look_open(&vault, site, schema_vault, STORE_WRITE);
	terminal_start(&t, words);
	assert_int_equal(
	    store_write(vault.store, vault.arena, hold, site), HUB_EDENIED);
	look_close(&vault);
	assert_int_equal(terminal_end(&t), 0);
	assert_says(t.said, "\rcopying the directory: ");
	assert_says(t.said, " KB of ");
	assert_says(t.said, "/b: backup of ");
}

static void
making_a_backup_changes_no_record(void **state)
{
	struct site *site = *state;
	struct output before, after, o;

	hubctl(&before, "export");
	hubctl(&o, "key", "list");
	site_do(site, "backup", site_path(site, "b"));
	hubctl(&after, "export");
	assert_string_equal(before.out, after.out);
	hubctl(&after, "key", "list");
	assert_string_equal(o.out, after.out);
	hubctl(&o, "verify");
	assert_int_equal(o.status, 0);
	assert_says(o.out, "no errors");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_backup_has_four_files_for_its_owner_alone),
		TEST(the_manifest_tells_what_is_there),
		TEST(no_private_key_is_in_a_backup),
		TEST(a_backup_is_never_written_over_anything),
		TEST(a_place_that_cannot_be_is_named),
		cmocka_unit_test_setup_teardown(
		    a_hub_that_is_not_there_leaves_no_folder, site_setup,
		    site_teardown),
		TEST(a_backup_is_not_taken_for_a_hub),
		TEST(a_backup_that_cannot_be_written_leaves_nothing),
		TEST(a_full_disk_is_said_and_left_empty),
		TEST(a_full_store_can_be_backed_up),
		TEST(a_terminal_sees_how_far_it_is),
		TEST(making_a_backup_changes_no_record),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	return UNIT_RUN(tests);
}
