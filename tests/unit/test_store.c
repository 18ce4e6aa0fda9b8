/* Records, transactions, and what a store tells of itself. */
#include "store/txn.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "store/fill.h"
#include "store_place.h"
#include "unit.h"

static int
put(struct open_place *f, const char *key, struct str value)
{
	return place_put(f->place, f->store, TABLE_A, key, value);
}

static struct str
get(struct open_place *f, const char *key)
{
	return place_get(f->place, f->store, TABLE_A, key);
}

static void
a_record_is_made_replaced_and_deleted(void **state)
{
	struct open_place *f = *state;

	assert_null(get(f, "k").p);
	assert_int_equal(put(f, "k", STR("one")), 0);
	assert_true(str_eq(get(f, "k"), STR("one")));
	assert_int_equal(put(f, "k", STR("two")), 0);
	assert_true(str_eq(get(f, "k"), STR("two")));
	assert_int_equal(place_del(f->place, f->store, TABLE_A, "k"), 0);
	assert_null(get(f, "k").p);
	assert_int_equal(
	    place_del(f->place, f->store, TABLE_A, "k"), HUB_ENOENT);
}

static void
tables_are_apart(void **state)
{
	struct open_place *f = *state;
	struct txn *txn;
	struct key key;

	assert_int_equal(put(f, "k", STR("a")), 0);
	assert_int_equal(
	    place_put(f->place, f->store, TABLE_B, "k", STR("b")), 0);
	assert_true(str_eq(get(f, "k"), STR("a")));
	txn = store_read_begin(f->store, f->arena);
	key_of(&key, STR("k"));
	assert_true(txn_has(txn, TABLE_B, &key));
	assert_false(txn_has(txn, TABLE_C, &key));
	assert_true(txn_count(txn, TABLE_A) == 1);
	assert_true(txn_count(txn, TABLE_C) == 0);
	assert_int_equal(store_read_end(txn), 0);
}

static void
an_empty_value_is_a_value(void **state)
{
	struct open_place *f = *state;
	struct str value;

	assert_int_equal(put(f, "k", STR_NONE), 0);
	value = get(f, "k");
	assert_non_null(value.p);
	assert_int_equal(value.n, 0);
}

static void
values_outlive_the_look_and_are_aligned(void **state)
{
	struct open_place *f = *state;
	struct str one, two;

	assert_int_equal(put(f, "1", STR("x")), 0);
	assert_int_equal(put(f, "2", STR("a longer value")), 0);
	one = get(f, "1");
	two = get(f, "2");
	assert_int_equal(put(f, "2", STR("something else")), 0);
	assert_true(str_eq(one, STR("x")));
	assert_true(str_eq(two, STR("a longer value")));
	assert_int_equal((uintptr_t)one.p % alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)two.p % alignof(max_align_t), 0);
}

static void
the_longest_key_and_a_large_value_fit(void **state)
{
	struct open_place *f = *state;
	char key[KEY_MAX], *large = malloc(1 << 20);
	struct str value;

	assert_non_null(large);
	memset(large, 'v', 1 << 20);
	memset(key, 'k', sizeof(key) - 1);
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(put(f, key, (struct str){ large, 1 << 20 }), 0);
	value = get(f, key);
	assert_int_equal(value.n, 1 << 20);
	assert_memory_equal(value.p, large, 1 << 20);
	free(large);
}

/* Writes a record and then ends as RESULT and ERROR say. */
struct ending {
	int result, error;
};

static int
put_and_end(struct txn *txn, void *arg)
{
	const struct ending *ending = arg;
	struct str value;
	struct key key;

	key_of(&key, STR("k"));
	txn_put(txn, TABLE_A, &key, STR("new"));
	assert_true(txn_get(txn, TABLE_A, &key, &value));
	assert_true(str_eq(value, STR("new")));
	if (ending->error != 0)
		txn_fail(txn, ending->error);
	return ending->result;
}

static void
a_write_that_fails_leaves_nothing(void **state)
{
	static const struct {
		struct ending ending;
		int want;
	} rows[] = {
		{ { HUB_ECONFLICT, 0 }, HUB_ECONFLICT },
		{ { 0, HUB_EEXPIRED }, HUB_EEXPIRED },
		/* What FN decided on a failed transaction counts for nothing. */
		{ { HUB_ENOENT, HUB_EIO }, HUB_EIO },
	};
	struct open_place *f = *state;

	assert_int_equal(put(f, "k", STR("old")), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ending ending = rows[i].ending;

		assert_int_equal(
		    store_write(f->store, f->arena, put_and_end, &ending),
		    rows[i].want);
		assert_true(str_eq(get(f, "k"), STR("old")));
	}
}

static void
after_the_first_error_all_is_absent(void **state)
{
	struct open_place *f = *state;
	struct str key_text, value;
	struct cursor cursor;
	struct txn *txn;
	struct key key;

	assert_int_equal(put(f, "k", STR("v")), 0);
	key_of(&key, STR("k"));
	txn = store_read_begin(f->store, f->arena);
	assert_true(txn_has(txn, TABLE_A, &key));
	txn_cursor(&cursor, txn, TABLE_A, NULL, NULL, false);
	txn_fail(txn, HUB_EEXPIRED);
	txn_fail(txn, HUB_EIO);
	assert_int_equal(txn_error(txn), HUB_EEXPIRED);
	assert_false(txn_cursor_next(&cursor, &key_text, &value));
	txn_cursor_close(&cursor);
	assert_false(txn_has(txn, TABLE_A, &key));
	assert_false(txn_get(txn, TABLE_A, &key, &value));
	assert_null(value.p);
	assert_true(txn_count(txn, TABLE_A) == 0);
	txn_cursor(&cursor, txn, TABLE_A, NULL, NULL, false);
	assert_false(txn_cursor_next(&cursor, &key_text, &value));
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), HUB_EEXPIRED);
	assert_true(str_eq(get(f, "k"), STR("v")));
}

static void
a_key_that_is_spoilt_or_empty_fails(void **state)
{
	struct open_place *f = *state;
	struct str value;
	struct cursor cursor;
	struct txn *txn;
	struct key key;

	assert_int_equal(put(f, "k", STR("v")), 0);
	key_begin(&key);
	txn = store_read_begin(f->store, f->arena);
	assert_false(txn_get(txn, TABLE_A, &key, &value));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	key_of(&key, STR("k\0"));
	txn = store_read_begin(f->store, f->arena);
	assert_false(txn_has(txn, TABLE_A, &key));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	txn = store_read_begin(f->store, f->arena);
	txn_cursor(&cursor, txn, TABLE_A, &key, NULL, false);
	assert_false(txn_cursor_next(&cursor, &value, &value));
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	txn = store_read_begin(f->store, f->arena);
	txn_cursor(&cursor, txn, TABLE_A, NULL, &key, false);
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), HUB_EINVAL);
}

static void
what_a_transaction_may_not_do_fails(void **state)
{
	struct open_place *f = *state;
	struct txn *txn;
	struct key key;

	key_of(&key, STR("k"));
	txn = store_read_begin(f->store, f->arena);
	txn_put(txn, TABLE_A, &key, STR("v"));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	txn = store_read_begin(f->store, f->arena);
	assert_false(txn_del(txn, TABLE_A, &key));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	/* The table after the last one is the store's own. */
	txn = store_read_begin(f->store, f->arena);
	assert_true(txn_count(txn, TABLES) == 0);
	assert_int_equal(store_read_end(txn), HUB_EINVAL);

	txn = store_read_begin(f->store, f->arena);
	assert_int_equal(store_read_end(txn), 0);
	assert_false(txn_has(txn, TABLE_A, &key));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);
	assert_null(get(f, "k").p);
}

static void
a_second_look_fails_both(void **state)
{
	struct open_place *f = *state;
	struct txn *outer, *inner;

	outer = store_read_begin(f->store, f->arena);
	inner = store_read_begin(f->store, f->arena);
	assert_int_equal(store_read_end(inner), HUB_EINVAL);
	assert_true(txn_count(outer, TABLE_A) == 0);
	assert_int_equal(store_read_end(outer), HUB_EINVAL);
	assert_null(get(f, "k").p);
}

static void
a_write_inside_a_look_is_refused(void **state)
{
	struct open_place *f = *state;
	struct txn *txn = store_read_begin(f->store, f->arena);

	assert_int_equal(put(f, "k", STR("v")), HUB_EINVAL);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(put(f, "k", STR("v")), 0);
}

static void
a_reader_cannot_write(void **state)
{
	struct open_place *f = *state;

	assert_int_equal(put(f, "k", STR("v")), 0);
	store_close(f->store);
	f->store = place_open(f->place, STORE_READ);
	assert_int_equal(put(f, "k", STR("w")), HUB_EDENIED);
	assert_true(str_eq(get(f, "k"), STR("v")));
}

static void
an_arena_that_is_used_up_fails_the_look(void **state)
{
	struct open_place *f = *state;
	struct arena *small = arena_new(64, 64);
	char text[100] = { 0 };
	struct str value;
	struct txn *txn;
	struct key key;

	assert_int_equal(put(f, "k", (struct str){ text, sizeof(text) }), 0);
	key_of(&key, STR("k"));
	txn = store_read_begin(f->store, small);
	assert_ptr_equal(txn_arena(txn), small);
	assert_true(txn_has(txn, TABLE_A, &key));
	assert_false(txn_get(txn, TABLE_A, &key, &value));
	assert_null(value.p);
	assert_int_equal(store_read_end(txn), HUB_ETOOBIG);
	arena_free(small);
}

/* Another process that writes when it is told to: a byte in the pipe. */
static pid_t
writer_start(struct place *p, int *go)
{
	struct store *store;
	int ends[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ends), 0);
	pid = child_fork();
	*go = ends[1];
	if (pid != 0) {
		close(ends[0]);
		return pid;
	}
	if (read(ends[0], &c, 1) != 1 ||
	    store_open(&store, &p->spec, STORE_WRITE, &p->why) != 0 ||
	    place_put(p, store, TABLE_A, "k", STR("new")) != 0)
		_exit(1);
	store_close(store);
	_exit(0);
}

static void
a_look_stays_as_it_was(void **state)
{
	struct open_place *f = *state;
	struct str value;
	struct txn *txn;
	struct key key;
	pid_t pid;
	int go;

	assert_int_equal(put(f, "k", STR("old")), 0);
	store_close(f->store);
	pid = writer_start(f->place, &go);
	f->store = place_open(f->place, STORE_READ);
	key_of(&key, STR("k"));
	txn = store_read_begin(f->store, f->arena);
	assert_int_equal(write(go, "", 1), 1);
	assert_int_equal(child_end(pid), 0);
	assert_true(txn_get(txn, TABLE_A, &key, &value));
	assert_true(str_eq(value, STR("old")));
	assert_int_equal(store_read_end(txn), 0);
	assert_true(str_eq(get(f, "k"), STR("new")));
	close(go);
}

static void
statistics_follow_the_store(void **state)
{
	struct open_place *f = *state;
	struct store_stat before, after;
	char text[8192] = { 0 };

	assert_int_equal(store_stat(f->store, &before), 0);
	assert_true(before.bytes_max == f->place->spec.map_size);
	assert_int_equal(before.readers, 1);
	assert_int_equal(before.readers_max, f->place->spec.max_readers);
	assert_int_equal(put(f, "k", (struct str){ text, sizeof(text) }), 0);
	assert_int_equal(store_stat(f->store, &after), 0);
	assert_true(after.last_txn == before.last_txn + 1);
	assert_true(after.bytes_used > before.bytes_used);
	assert_true(after.bytes_used < after.bytes_max);
}

static void
given_up_pages_count_as_free(void **state)
{
	static const char large[1 << 20];
	struct open_place *f = *state;
	struct store_fill before, full, after;

	assert_int_equal(store_fill(f->store, &before), 0);
	assert_true(before.map_max == f->place->spec.map_size);
	assert_true(before.disk_size > before.disk_free);
	assert_int_equal(put(f, "k", (struct str){ large, sizeof(large) }), 0);
	assert_int_equal(store_fill(f->store, &full), 0);
	assert_true(full.map_used >= before.map_used + sizeof(large));
	assert_int_equal(place_del(f->place, f->store, TABLE_A, "k"), 0);
	/* The one who looked just before may still be reading them. */
	assert_int_equal(store_fill(f->store, &after), 0);
	assert_true(after.map_used >= full.map_used);
	assert_int_equal(put(f, "other", STR("v")), 0);
	assert_int_equal(store_fill(f->store, &after), 0);
	assert_true(after.map_used < full.map_used - sizeof(large) / 2);
	store_read_begin(f->store, f->arena);
	assert_int_equal(store_fill(f->store, &after), HUB_EINVAL);
}

static int
look_until_told(struct place *p)
{
	struct store *store = place_open(p, STORE_READ);
	struct txn *txn;
	char c;

	txn = store_read_begin(store, p->arena);
	if (write(STDIN_FILENO, "", 1) != 1 || read(STDIN_FILENO, &c, 1) != 1)
		return 1;
	store_read_end(txn);
	store_close(store);
	return 0;
}

/* In a child, whose standard input is the other end of FD. */
static pid_t
looker_start(struct place *p, int fd[2])
{
	char c;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	pid = child_fork();
	if (pid == 0) {
		close(fd[0]);
		_exit(dup2(fd[1], STDIN_FILENO) < 0 ? 2 : look_until_told(p));
	}
	close(fd[1]);
	assert_int_equal(read(fd[0], &c, 1), 1);
	return pid;
}

static void
the_reader_that_holds_back_pages_is_named(void **state)
{
	struct open_place *f = *state;
	struct store_readers readers;
	int fd[2];
	pid_t pid;

	assert_int_equal(store_readers(f->store, &readers), 0);
	assert_int_equal(readers.slots, 1);
	assert_int_equal(readers.slowest, 0);
	pid = looker_start(f->place, fd);
	for (int i = 0; i < 3; i++)
		assert_int_equal(put(f, "k", STR("v")), 0);
	assert_int_equal(store_readers(f->store, &readers), 0);
	assert_int_equal(readers.slots, 2);
	assert_int_equal(readers.slowest, pid);
	assert_int_equal(readers.behind, 3);
	assert_int_equal(write(fd[0], "", 1), 1);
	assert_int_equal(child_end(pid), 0);
	close(fd[0]);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, open_place_setup, open_place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(a_record_is_made_replaced_and_deleted),
		WITH_STORE(tables_are_apart),
		WITH_STORE(an_empty_value_is_a_value),
		WITH_STORE(values_outlive_the_look_and_are_aligned),
		WITH_STORE(the_longest_key_and_a_large_value_fit),
		WITH_STORE(a_write_that_fails_leaves_nothing),
		WITH_STORE(after_the_first_error_all_is_absent),
		WITH_STORE(a_key_that_is_spoilt_or_empty_fails),
		WITH_STORE(what_a_transaction_may_not_do_fails),
		WITH_STORE(a_second_look_fails_both),
		WITH_STORE(a_write_inside_a_look_is_refused),
		WITH_STORE(a_reader_cannot_write),
		WITH_STORE(an_arena_that_is_used_up_fails_the_look),
		WITH_STORE(a_look_stays_as_it_was),
		WITH_STORE(statistics_follow_the_store),
		WITH_STORE(given_up_pages_count_as_free),
		WITH_STORE(the_reader_that_holds_back_pages_is_named),
	};

	return UNIT_RUN(tests);
}
