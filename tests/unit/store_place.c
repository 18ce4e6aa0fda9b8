#include "store_place.h"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "remove_tree.h"
#include "unit.h"

#define NOBODY 65534

static const char *const tables[TABLES] = { "a", "b", "c" };

void
place_make(struct place *p)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(p->root, sizeof(p->root), "%s/hub-store.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(p->root));
	snprintf(p->folder, sizeof(p->folder), "%s/store", p->root);
	p->spec = (struct store_spec){
		.folder = p->folder,
		.kind = "test",
		.tables = tables,
		.table_count = TABLES,
		.format = 3,
		.map_size = 64 << 20,
		.max_readers = 16,
		.folder_mode = 0750,
		.data_mode = 0640,
		.lock_mode = 0660,
		.group = "",
	};
	p->arena = arena_new(1 << 16, 64 << 20);
	assert_non_null(p->arena);
	p->why.text[0] = '\0';
}

void
place_remove(struct place *p)
{
	arena_free(p->arena);
	remove_tree(p->root);
}

int
place_setup_empty(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	place_make(p);
	*state = p;
	return 0;
}

int
place_setup(void **state)
{
	struct place *p;

	place_setup_empty(state);
	p = *state;
	assert_int_equal(store_create(&p->spec, &p->why), 0);
	return 0;
}

int
place_teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

const char *
place_file(const struct place *p, const char *name)
{
	static char path[700];

	snprintf(path, sizeof(path), "%s/%s", p->folder, name);
	return path;
}

struct store *
place_open(struct place *p, enum store_access access)
{
	struct store *store;
	int rc = store_open(&store, &p->spec, access, &p->why);

	if (rc != 0)
		print_error("%s\n", p->why.text);
	assert_int_equal(rc, 0);
	return store;
}

struct record {
	unsigned int table;
	const char *key;
	struct str value;
};

static int
put(struct txn *txn, void *arg)
{
	const struct record *r = arg;
	struct key key;

	key_of(&key, str_of(r->key));
	txn_put(txn, r->table, &key, r->value);
	return 0;
}

static int
del(struct txn *txn, void *arg)
{
	const struct record *r = arg;
	struct key key;

	key_of(&key, str_of(r->key));
	return txn_del(txn, r->table, &key) ? 0 : HUB_ENOENT;
}

int
place_put(struct place *p, struct store *store, unsigned int table,
    const char *key, struct str value)
{
	struct record r = { table, key, value };

	return store_write(store, p->arena, put, &r);
}

int
place_del(
    struct place *p, struct store *store, unsigned int table, const char *key)
{
	struct record r = { table, key, STR_NONE };

	return store_write(store, p->arena, del, &r);
}

struct str
place_get(
    struct place *p, struct store *store, unsigned int table, const char *text)
{
	struct txn *txn = store_read_begin(store, p->arena);
	struct str value;
	struct key key;

	key_of(&key, str_of(text));
	txn_get(txn, table, &key, &value);
	assert_int_equal(store_read_end(txn), 0);
	return value;
}

pid_t
child_fork(void)
{
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* A failed assertion must not go on with the other tests. */
		setenv("CMOCKA_TEST_ABORT", "1", 1);
	}
	return pid;
}

pid_t
child_start(int (*fn)(struct place *place), struct place *p)
{
	pid_t pid = child_fork();

	if (pid == 0)
		_exit(fn(p));
	return pid;
}

int
child_end(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == SKIPPED) {
		SAY_SKIPPED(NO_RIGHTS);
		return 0;
	}
	return WEXITSTATUS(status);
}

int
in_child(int (*fn)(struct place *place), struct place *p)
{
	return child_end(child_start(fn, p));
}

bool
drop_rights(void)
{
	if (geteuid() != 0)
		return true;
	return setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 &&
	    setuid(NOBODY) == 0;
}

bool
own_mounts(void)
{
	return unshare(CLONE_NEWNS) == 0 &&
	    mount("", "/", "", MS_REC | MS_PRIVATE, "") == 0;
}

int
open_place_setup(void **state)
{
	struct open_place *f = calloc(1, sizeof(*f));
	void *place;

	assert_non_null(f);
	place_setup(&place);
	f->place = place;
	f->arena = f->place->arena;
	f->store = place_open(f->place, STORE_WRITE);
	*state = f;
	return 0;
}

int
open_place_teardown(void **state)
{
	struct open_place *f = *state;
	void *place = f->place;

	store_close(f->store);
	place_teardown(&place);
	free(f);
	return 0;
}
