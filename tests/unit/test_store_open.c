#include "store/txn.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store_place.h"
#include "unit.h"

static struct stat
look_at(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st;
}

static unsigned int
mode_of(const char *path)
{
	return look_at(path).st_mode & 07777;
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
write_file(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
}

static void
assert_says(const struct place *p, const char *part)
{
	if (strstr(p->why.text, part) == NULL)
		print_error("\"%s\" lacks \"%s\"\n", p->why.text, part);
	assert_non_null(strstr(p->why.text, part));
}

/* Opens, which has to fail with ERR. */
static void
assert_refused(struct place *p, enum store_access access, int err)
{
	struct store *store = (struct store *)p;

	assert_int_equal(store_open(&store, &p->spec, access, &p->why), err);
	assert_null(store);
}

static void
a_new_store_is_empty_and_has_its_modes(void **state)
{
	struct place *p = *state;
	mode_t mask = umask(077);
	struct store *store;
	struct txn *txn;

	assert_int_equal(store_create(&p->spec, &p->why), 0);
	umask(mask);
	assert_int_equal(mode_of(p->folder), 0750);
	assert_int_equal(mode_of(place_file(p, "data.mdb")), 0640);
	assert_int_equal(mode_of(place_file(p, "lock.mdb")), 0660);
	assert_false(is_there(place_file(p, "data.mdb.new")));

	store = place_open(p, STORE_READ);
	txn = store_read_begin(store, p->arena);
	for (unsigned int i = 0; i < TABLES; i++)
		assert_true(txn_count(txn, i) == 0);
	assert_int_equal(store_read_end(txn), 0);
	store_close(store);
}

static void
making_it_again_is_refused_and_changes_nothing(void **state)
{
	struct place *p = *state;
	struct store *store = place_open(p, STORE_WRITE);

	assert_int_equal(place_put(p, store, TABLE_A, "k", STR("v")), 0);
	store_close(store);
	assert_int_equal(store_create(&p->spec, &p->why), HUB_EEXIST);
	assert_says(p, p->folder);
	store = place_open(p, STORE_READ);
	assert_true(str_eq(place_get(p, store, TABLE_A, "k"), STR("v")));
	store_close(store);
}

static void
what_a_crash_left_is_completed(void **state)
{
	struct place *p = *state;

	assert_int_equal(mkdir(p->folder, 0700), 0);
	write_file(place_file(p, "data.mdb.new"), "half a page", 11);
	write_file(place_file(p, "lock.mdb"), "stale", 5);
	write_file(place_file(p, "data.mdb"), "", 0);
	assert_int_equal(store_create(&p->spec, &p->why), 0);
	assert_false(is_there(place_file(p, "data.mdb.new")));
	assert_int_equal(mode_of(p->folder), 0750);
	store_close(place_open(p, STORE_WRITE));
}

static void
the_folder_above_has_to_be_there(void **state)
{
	struct place *p = *state;

	strcat(p->folder, "/deeper");
	assert_int_equal(store_create(&p->spec, &p->why), HUB_ENOENT);
	assert_says(p, "make the folder above it first");
}

static void
a_path_that_is_too_long_is_refused(void **state)
{
	struct place *p = *state;
	char folder[1100];

	memset(folder, '/', sizeof(folder) - 1);
	folder[sizeof(folder) - 1] = '\0';
	p->spec.folder = folder;
	assert_int_equal(store_create(&p->spec, &p->why), HUB_ETOOBIG);
	assert_refused(p, STORE_READ, HUB_ETOOBIG);
}

static int
create_quietly(struct place *p)
{
	int rc = store_create(&p->spec, &p->why);

	return rc == 0 ? 0 : rc == HUB_EEXIST ? 1 : 2;
}

static void
of_several_makers_one_succeeds(void **state)
{
	struct place *p = *state;
	pid_t pids[8];
	int made = 0, found = 0;

	for (int i = 0; i < 8; i++)
		pids[i] = child_start(create_quietly, p);
	for (int i = 0; i < 8; i++) {
		int rc = child_end(pids[i]);

		made += rc == 0;
		found += rc == 1;
	}
	assert_int_equal(made, 1);
	assert_int_equal(found, 7);
	store_close(place_open(p, STORE_WRITE));
}

static void
an_unknown_group_is_named(void **state)
{
	struct place *p = *state;

	p->spec.group = "no-such-group-here";
	assert_int_equal(store_create(&p->spec, &p->why), HUB_EINVAL);
	assert_says(p, "no-such-group-here");
	assert_false(is_there(p->folder));

	p->spec.group = "";
	assert_int_equal(store_create(&p->spec, &p->why), 0);
	p->spec.group = "no-such-group-here";
	assert_refused(p, STORE_WRITE, HUB_EINVAL);
	p->spec.group = "";
	store_close(place_open(p, STORE_WRITE));
}

static void
group_and_modes_are_set_right_by_the_owner(void **state)
{
	struct place *p = *state;
	const struct group *group = getgrgid(geteuid() == 0 ? 65534 : getgid());
	const char *const names[] = { ".", "data.mdb", "lock.mdb" };
	char name[64];

	if (group == NULL) {
		SAY_SKIPPED(NO_RIGHTS);
		return;
	}
	snprintf(name, sizeof(name), "%s", group->gr_name);
	p->spec.group = name;
	assert_int_equal(chmod(p->folder, 0700), 0);
	assert_int_equal(chmod(place_file(p, "data.mdb"), 0600), 0);
	assert_int_equal(chmod(place_file(p, "lock.mdb"), 0600), 0);
	store_close(place_open(p, STORE_READ));
	assert_int_equal(mode_of(place_file(p, "lock.mdb")), 0600);

	store_close(place_open(p, STORE_WRITE));
	assert_int_equal(mode_of(p->folder), 0750);
	assert_int_equal(mode_of(place_file(p, "data.mdb")), 0640);
	assert_int_equal(mode_of(place_file(p, "lock.mdb")), 0660);
	for (int i = 0; i < 3; i++)
		assert_true(look_at(place_file(p, names[i])).st_gid ==
		    getgrnam(name)->gr_gid);
}

static void
a_missing_store_says_run_hubctl_init(void **state)
{
	struct place *p = *state;

	assert_refused(p, STORE_READ, HUB_ENOENT);
	assert_says(p, "run hubctl init");
	assert_refused(p, STORE_WRITE, HUB_ENOENT);
	assert_says(p, "run hubctl init");
	assert_false(is_there(p->folder));

	assert_int_equal(mkdir(p->folder, 0700), 0);
	write_file(place_file(p, "data.mdb"), "", 0);
	assert_refused(p, STORE_WRITE, HUB_ENOENT);
	assert_false(is_there(place_file(p, "lock.mdb")));
}

static void
a_newer_format_is_refused_with_both_numbers(void **state)
{
	struct place *p = *state;

	p->spec.format = 2;
	assert_refused(p, STORE_READ, HUB_EVERSION);
	assert_says(p, "format 3");
	assert_says(p, "up to 2");
	assert_refused(p, STORE_WRITE, HUB_EVERSION);
	p->spec.format = 4;
	store_close(place_open(p, STORE_READ));
}

static void
another_kind_is_refused_and_left_alone(void **state)
{
	static const char *const names[] = { "x", "y", "z" };
	struct place *p = *state;
	struct store_spec mine = p->spec;

	p->spec.kind = "vault";
	p->spec.tables = names;
	assert_refused(p, STORE_WRITE, HUB_ECORRUPT);
	assert_says(p, "\"test\"");
	assert_says(p, "\"vault\"");
	p->spec = mine;
	p->spec.tables = names;
	assert_refused(p, STORE_READ, HUB_ESTORE);
}

static void
a_foreign_data_file_is_refused(void **state)
{
	struct place *p = *state;
	char noise[3 * 4096];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 31 + 7);
	write_file(place_file(p, "data.mdb"), noise, sizeof(noise));
	assert_refused(p, STORE_READ, HUB_ECORRUPT);
	assert_refused(p, STORE_WRITE, HUB_ECORRUPT);
	write_file(place_file(p, "data.mdb"), "short", 5);
	assert_refused(p, STORE_WRITE, HUB_ECORRUPT);
	assert_says(p, p->folder);
}

static void
a_table_that_is_new_is_made_by_a_writer(void **state)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	struct place *p = *state;
	struct store *store;

	p->spec.tables = names;
	p->spec.table_count = 4;
	assert_refused(p, STORE_READ, HUB_ESTORE);
	assert_says(p, "no table d");
	store = place_open(p, STORE_WRITE);
	assert_int_equal(place_put(p, store, 3, "k", STR("v")), 0);
	store_close(store);
	store = place_open(p, STORE_READ);
	assert_true(str_eq(place_get(p, store, 3, "k"), STR("v")));
	store_close(store);
}

static void
a_reader_without_a_lock_file_refuses_and_makes_none(void **state)
{
	struct place *p = *state;

	assert_int_equal(unlink(place_file(p, "lock.mdb")), 0);
	assert_refused(p, STORE_READ, HUB_EDENIED);
	assert_says(p, "lock.mdb is missing");
	assert_false(is_there(place_file(p, "lock.mdb")));
	store_close(place_open(p, STORE_WRITE));
	assert_int_equal(mode_of(place_file(p, "lock.mdb")), 0660);
	store_close(place_open(p, STORE_READ));
}

/* In a child without rights: 0 if the reader is refused over FILE. */
static int
refused_over(struct place *p, const char *file)
{
	struct store *store;

	if (!drop_rights())
		return 1;
	if (access(p->folder, X_OK) != 0)
		return SKIPPED;
	if (store_open(&store, &p->spec, STORE_READ, &p->why) != HUB_EDENIED)
		return 2;
	return strstr(p->why.text, file) == NULL ||
	    strstr(p->why.text, "user ") == NULL;
}

static int
refused_over_lock(struct place *p)
{
	return refused_over(p, "lock.mdb");
}

static int
refused_over_data(struct place *p)
{
	return refused_over(p, "data.mdb");
}

static void
a_reader_that_may_not_write_the_lock_file_refuses(void **state)
{
	struct place *p = *state;

	assert_int_equal(chmod(p->root, 0711), 0);
	assert_int_equal(chmod(p->folder, 0755), 0);
	assert_int_equal(chmod(place_file(p, "data.mdb"), 0644), 0);
	assert_int_equal(chmod(place_file(p, "lock.mdb"), 0444), 0);
	assert_int_equal(in_child(refused_over_lock, p), 0);
}

static void
a_reader_that_may_not_read_the_data_refuses(void **state)
{
	struct place *p = *state;

	assert_int_equal(chmod(p->root, 0711), 0);
	assert_int_equal(chmod(p->folder, 0755), 0);
	assert_int_equal(chmod(place_file(p, "data.mdb"), 0), 0);
	assert_int_equal(chmod(place_file(p, "lock.mdb"), 0666), 0);
	assert_int_equal(in_child(refused_over_data, p), 0);
}

static int
read_as_group_member(struct place *p)
{
	struct store *store;

	if (!drop_rights())
		return 1;
	if (access(p->root, X_OK) != 0)
		return SKIPPED;
	if (store_open(&store, &p->spec, STORE_READ, &p->why) != 0)
		return 2;
	if (!str_eq(place_get(p, store, TABLE_A, "k"), STR("v")))
		return 3;
	store_close(store);
	return store_open(&store, &p->spec, STORE_WRITE, &p->why) !=
	    HUB_EDENIED;
}

static void
the_group_may_read_and_not_write(void **state)
{
	struct place *p = *state;
	const struct group *group = getgrgid(65534);
	struct store *store;
	char name[64];

	if (geteuid() != 0 || group == NULL) {
		SAY_SKIPPED(NO_RIGHTS);
		return;
	}
	snprintf(name, sizeof(name), "%s", group->gr_name);
	p->spec.group = name;
	assert_int_equal(chmod(p->root, 0711), 0);
	store = place_open(p, STORE_WRITE);
	assert_int_equal(place_put(p, store, TABLE_A, "k", STR("v")), 0);
	store_close(store);
	assert_int_equal(in_child(read_as_group_member, p), 0);
}

static int
open_on_a_read_only_mount(struct place *p)
{
	struct store *store;

	if (!own_mounts() ||
	    mount(p->folder, p->folder, "", MS_BIND, "") != 0 ||
	    mount("", p->folder, "", MS_REMOUNT | MS_BIND | MS_RDONLY, "") != 0)
		return SKIPPED;
	return store_open(&store, &p->spec, STORE_READ, &p->why) !=
	    HUB_EDENIED ||
	    strstr(p->why.text, "read-only") == NULL;
}

static void
a_reader_on_a_read_only_mount_refuses(void **state)
{
	assert_int_equal(in_child(open_on_a_read_only_mount, *state), 0);
}

/* A process that has the store open until it is killed. */
static pid_t
holder_start(struct place *p)
{
	struct store *store;
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = child_fork();
	if (pid == 0) {
		if (store_open(&store, &p->spec, STORE_READ, NULL) == 0 &&
		    write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	return pid;
}

static void
holder_kill(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
the_slot_of_a_killed_reader_is_swept(void **state)
{
	struct place *p = *state;
	pid_t pid = holder_start(p);
	struct store *store = place_open(p, STORE_WRITE);

	assert_int_equal(store_sweep_readers(store), 0);
	holder_kill(pid);
	assert_int_equal(store_sweep_readers(store), 1);
	assert_int_equal(store_sweep_readers(store), 0);
	store_close(store);
}

static void
a_full_table_of_readers_names_max_readers(void **state)
{
	struct place *p = *state;
	pid_t a, b;

	p->spec.max_readers = 2;
	a = holder_start(p);
	b = holder_start(p);
	assert_refused(p, STORE_READ, HUB_ESTORE);
	assert_says(p, "all 2 reader slots");
	assert_says(p, "raise max_readers");
	holder_kill(a);
	store_close(place_open(p, STORE_READ));
	holder_kill(b);
}

#define EMPTY(test)                                                            \
	cmocka_unit_test_setup_teardown(test, place_setup_empty, place_teardown)
#define MADE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EMPTY(a_new_store_is_empty_and_has_its_modes),
		MADE(making_it_again_is_refused_and_changes_nothing),
		EMPTY(what_a_crash_left_is_completed),
		EMPTY(the_folder_above_has_to_be_there),
		EMPTY(a_path_that_is_too_long_is_refused),
		EMPTY(of_several_makers_one_succeeds),
		EMPTY(an_unknown_group_is_named),
		MADE(group_and_modes_are_set_right_by_the_owner),
		EMPTY(a_missing_store_says_run_hubctl_init),
		MADE(a_newer_format_is_refused_with_both_numbers),
		MADE(another_kind_is_refused_and_left_alone),
		MADE(a_foreign_data_file_is_refused),
		MADE(a_table_that_is_new_is_made_by_a_writer),
		MADE(a_reader_without_a_lock_file_refuses_and_makes_none),
		MADE(a_reader_that_may_not_write_the_lock_file_refuses),
		MADE(a_reader_that_may_not_read_the_data_refuses),
		MADE(the_group_may_read_and_not_write),
		MADE(a_reader_on_a_read_only_mount_refuses),
		MADE(the_slot_of_a_killed_reader_is_swept),
		MADE(a_full_table_of_readers_names_max_readers),
	};

	return UNIT_RUN(tests);
}
