#include "store/txn.h"

#include <signal.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/* "org" then a number, as indexes have them. */
static void
index_key(struct key *key, const char *org, uint32_t n)
{
	key_of(key, str_of(org));
	key_u32(key, n);
}

static int
fill_index(struct txn *txn, void *arg)
{
	static const char *const orgs[] = { "a", "ab", "b" };
	struct key key;

	(void)arg;
	for (size_t i = 0; i < 3; i++) {
		for (uint32_t n = 250; n < 260; n += 2) {
			index_key(&key, orgs[i], n);
			txn_put(txn, TABLE_B, &key, str_of(orgs[i]));
		}
	}
	return 0;
}

/* Walks and writes what it meets as "a250 a252 ". */
static const char *
walk(struct txn *txn, const struct key *prefix, const struct key *from,
    bool after)
{
	static char text[400];
	struct str key, value, org;
	struct cursor cursor;
	size_t at = 0;
	uint32_t n;

	text[0] = '\0';
	txn_cursor(&cursor, txn, TABLE_B, prefix, from, after);
	while (txn_cursor_next(&cursor, &key, &value)) {
		assert_true(key_take_str(&key, &org));
		assert_true(key_take_u32(&key, &n));
		assert_true(str_eq(org, value));
		at += (size_t)snprintf(
		    text + at, sizeof(text) - at, "%.*s%u ", STR_ARG(org), n);
	}
	assert_false(txn_cursor_next(&cursor, &key, &value));
	txn_cursor_close(&cursor);
	return text;
}

#define ALL_A "a250 a252 a254 a256 a258 "
#define ALL_AB "ab250 ab252 ab254 ab256 ab258 "
#define ALL_B "b250 b252 b254 b256 b258 "

static void
a_walk_goes_over_the_prefix_in_order(void **state)
{
	struct open_place *f = *state;
	struct key prefix;
	struct txn *txn;

	assert_int_equal(store_write(f->store, f->arena, fill_index, NULL), 0);
	txn = store_read_begin(f->store, f->arena);
	assert_string_equal(walk(txn, NULL, NULL, false), ALL_A ALL_AB ALL_B);
	key_of(&prefix, STR("a"));
	assert_string_equal(walk(txn, &prefix, NULL, false), ALL_A);
	key_of(&prefix, STR("ab"));
	assert_string_equal(walk(txn, &prefix, NULL, false), ALL_AB);
	key_of(&prefix, STR("b"));
	assert_string_equal(walk(txn, &prefix, NULL, true), ALL_B);
	key_of(&prefix, STR("aa"));
	assert_string_equal(walk(txn, &prefix, NULL, false), "");
	key_of(&prefix, STR("c"));
	assert_string_equal(walk(txn, &prefix, NULL, false), "");
	assert_int_equal(store_read_end(txn), 0);
}

static void
a_walk_starts_from_or_after_a_key(void **state)
{
	struct open_place *f = *state;
	struct key prefix, from;
	struct txn *txn;

	assert_int_equal(store_write(f->store, f->arena, fill_index, NULL), 0);
	txn = store_read_begin(f->store, f->arena);
	key_of(&prefix, STR("ab"));
	index_key(&from, "ab", 254);
	assert_string_equal(
	    walk(txn, &prefix, &from, false), "ab254 ab256 ab258 ");
	assert_string_equal(walk(txn, &prefix, &from, true), "ab256 ab258 ");
	index_key(&from, "ab", 255);
	assert_string_equal(walk(txn, &prefix, &from, true), "ab256 ab258 ");
	index_key(&from, "ab", 258);
	assert_string_equal(walk(txn, &prefix, &from, true), "");
	index_key(&from, "b", 254);
	assert_string_equal(walk(txn, &prefix, &from, false), "");
	assert_string_equal(walk(txn, NULL, &from, false), "b254 b256 b258 ");
	index_key(&from, "a", 250);
	assert_string_equal(walk(txn, &prefix, &from, true), ALL_AB);
	index_key(&from, "c", 0);
	assert_string_equal(walk(txn, NULL, &from, false), "");
	assert_int_equal(store_read_end(txn), 0);
}

static void
a_walk_after_its_own_prefix_skips_that_record(void **state)
{
	struct open_place *f = *state;
	struct str key, value;
	struct cursor cursor;
	struct txn *txn;
	struct key prefix;

	assert_int_equal(put(f, "k", STR("exact")), 0);
	key_of(&prefix, STR("k"));
	txn = store_read_begin(f->store, f->arena);
	txn_cursor(&cursor, txn, TABLE_A, &prefix, &prefix, true);
	assert_false(txn_cursor_next(&cursor, &key, &value));
	txn_cursor_close(&cursor);
	txn_cursor(&cursor, txn, TABLE_A, &prefix, &prefix, false);
	assert_true(txn_cursor_next(&cursor, &key, &value));
	assert_true(str_eq(value, STR("exact")));
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), 0);
}

static void
the_end_of_a_walk_stays_the_end(void **state)
{
	struct open_place *f = *state;
	struct str key, value;
	struct cursor cursor;
	struct key from;
	struct txn *txn;

	assert_int_equal(put(f, "a", STR("1")), 0);
	key_of(&from, STR("z"));
	txn = store_read_begin(f->store, f->arena);
	txn_cursor(&cursor, txn, TABLE_A, NULL, &from, false);
	for (int i = 0; i < 3; i++)
		assert_false(txn_cursor_next(&cursor, &key, &value));
	txn_cursor_close(&cursor);
	txn_cursor(&cursor, txn, TABLE_C, NULL, NULL, false);
	for (int i = 0; i < 3; i++)
		assert_false(txn_cursor_next(&cursor, &key, &value));
	txn_cursor_close(&cursor);
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), 0);
}

static void
two_walks_of_a_table_do_not_disturb_each_other(void **state)
{
	struct open_place *f = *state;
	struct str key, value;
	struct cursor one, two;
	struct key a, b;
	struct txn *txn;

	assert_int_equal(store_write(f->store, f->arena, fill_index, NULL), 0);
	key_of(&a, STR("a"));
	key_of(&b, STR("b"));
	for (int round = 0; round < 3; round++) {
		txn = store_read_begin(f->store, f->arena);
		txn_cursor(&one, txn, TABLE_B, &a, NULL, false);
		txn_cursor(&two, txn, TABLE_B, &b, NULL, false);
		for (int i = 0; i < 5; i++) {
			assert_true(txn_cursor_next(&one, &key, &value));
			assert_true(str_eq(value, STR("a")));
			assert_true(txn_cursor_next(&two, &key, &value));
			assert_true(str_eq(value, STR("b")));
		}
		assert_false(txn_cursor_next(&one, &key, &value));
		txn_cursor_close(&one);
		txn_cursor_close(&two);
		assert_int_equal(store_read_end(txn), 0);
	}
}

static int
walk_own_changes(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	fill_index(txn, NULL);
	index_key(&key, "b", 254);
	assert_true(txn_del(txn, TABLE_B, &key));
	key_of(&key, STR("b"));
	assert_string_equal(
	    walk(txn, &key, NULL, false), "b250 b252 b256 b258 ");
	return 0;
}

static void
a_writer_walks_over_its_own_changes(void **state)
{
	struct open_place *f = *state;

	assert_int_equal(
	    store_write(f->store, f->arena, walk_own_changes, NULL), 0);
	assert_int_equal(
	    store_write(f->store, f->arena, walk_own_changes, NULL), 0);
}

static void
a_walk_stops_when_the_arena_is_used_up(void **state)
{
	struct open_place *f = *state;
	struct arena *small = arena_new(128, 128);
	struct str key, value;
	struct cursor cursor;
	struct txn *txn;
	int n = 0;

	assert_int_equal(store_write(f->store, f->arena, fill_index, NULL), 0);
	txn = store_read_begin(f->store, small);
	txn_cursor(&cursor, txn, TABLE_B, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value))
		n++;
	txn_cursor_close(&cursor);
	assert_in_range(n, 1, 14);
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

/* Adds records of 3000 bytes until one is refused; gives their number. */
static unsigned int
fill(struct place *p, struct store *store, int *rc)
{
	static const char text[3000];
	unsigned int n = 0;
	char key[16];

	do {
		snprintf(key, sizeof(key), "%08u", n);
		*rc = place_put(
		    p, store, TABLE_A, key, (struct str){ text, sizeof(text) });
	} while (*rc == 0 && ++n < 100000);
	return n;
}

/* Reads all that fill() added, then makes room and uses it. */
static void
use_a_full_store(struct place *p, struct store *store, unsigned int n)
{
	struct str key, value;
	struct cursor cursor;
	struct txn *txn = store_read_begin(store, p->arena);
	unsigned int met = 0;

	txn_cursor(&cursor, txn, TABLE_A, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value))
		met += value.n == 3000;
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(met, n);

	for (unsigned int i = 0; i < 8; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%08u", i * 3);
		assert_int_equal(place_del(p, store, TABLE_A, text), 0);
	}
	assert_int_equal(place_put(p, store, TABLE_B, "k", STR("v")), 0);
	assert_true(str_eq(place_get(p, store, TABLE_B, "k"), STR("v")));
}

static void
a_full_map_can_be_read_and_emptied(void **state)
{
	struct open_place *f = *state;
	struct place *p = f->place;
	static const char large[1 << 16];
	unsigned int n;
	int rc;

	store_close(f->store);
	p->spec.map_size = 1 << 20;
	f->store = place_open(p, STORE_WRITE);
	n = fill(p, f->store, &rc);
	assert_int_equal(rc, HUB_EFULL);
	assert_in_range(n, 100, 340);
	assert_int_equal(place_put(p, f->store, TABLE_A, "one more",
			     (struct str){ large, sizeof(large) }),
	    HUB_EFULL);
	use_a_full_store(p, f->store, n);

	store_close(f->store);
	f->store = place_open(p, STORE_READ);
	assert_true(str_eq(place_get(p, f->store, TABLE_B, "k"), STR("v")));
}

static int
fill_a_small_disk(struct place *p)
{
	static const char large[1 << 18];
	struct store *store;
	unsigned int n;
	int rc;

	if (!own_mounts() || mount("none", p->root, "tmpfs", 0, "size=1m") != 0)
		return SKIPPED;
	if (store_create(&p->spec, &p->why) != 0)
		return 1;
	store = place_open(p, STORE_WRITE);
	/* The disk takes some of this one only. */
	for (char key[] = "a"; key[0] < 'z'; key[0]++) {
		rc = place_put(p, store, TABLE_C, key,
		    (struct str){ large, sizeof(large) });
		if (rc != 0)
			break;
	}
	if (rc != HUB_EFULL)
		return 2;
	n = fill(p, store, &rc);
	if (rc != HUB_EFULL)
		return 3;
	use_a_full_store(p, store, n);
	store_close(store);
	store = place_open(p, STORE_READ);
	rc = str_eq(place_get(p, store, TABLE_B, "k"), STR("v")) ? 0 : 4;
	store_close(store);
	return rc;
}

static void
a_full_disk_can_be_read_and_emptied(void **state)
{
	struct open_place *f = *state;

	store_close(f->store);
	f->store = NULL;
	assert_int_equal(in_child(fill_a_small_disk, f->place), 0);
}

/* The system stops the file from growing, and lets it grow again. */
static int
fill_up_to_a_limit(struct place *p)
{
	struct rlimit limit = { 1 << 20, RLIM_INFINITY };
	struct store *store;
	unsigned int n;
	int rc;

	signal(SIGXFSZ, SIG_IGN);
	store = place_open(p, STORE_WRITE);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 1;
	n = fill(p, store, &rc);
	if (rc != HUB_EFULL || n < 100)
		return 2;
	use_a_full_store(p, store, n);
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 3;
	fill(p, store, &rc);
	if (rc != HUB_EFULL)
		return 4;
	store_close(store);
	store = place_open(p, STORE_READ);
	rc = str_eq(place_get(p, store, TABLE_B, "k"), STR("v")) ? 0 : 5;
	store_close(store);
	return rc;
}

static void
files_that_may_not_grow_are_a_full_disk(void **state)
{
	struct open_place *f = *state;

	store_close(f->store);
	f->store = NULL;
	f->place->spec.map_size = 4 << 20;
	assert_int_equal(in_child(fill_up_to_a_limit, f->place), 0);
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
		WITH_STORE(a_walk_goes_over_the_prefix_in_order),
		WITH_STORE(a_walk_starts_from_or_after_a_key),
		WITH_STORE(a_walk_after_its_own_prefix_skips_that_record),
		WITH_STORE(the_end_of_a_walk_stays_the_end),
		WITH_STORE(two_walks_of_a_table_do_not_disturb_each_other),
		WITH_STORE(a_writer_walks_over_its_own_changes),
		WITH_STORE(a_walk_stops_when_the_arena_is_used_up),
		WITH_STORE(a_look_stays_as_it_was),
		WITH_STORE(statistics_follow_the_store),
		WITH_STORE(given_up_pages_count_as_free),
		WITH_STORE(the_reader_that_holds_back_pages_is_named),
		WITH_STORE(a_full_map_can_be_read_and_emptied),
		WITH_STORE(files_that_may_not_grow_are_a_full_disk),
		WITH_STORE(a_full_disk_can_be_read_and_emptied),
	};

	return UNIT_RUN(tests);
}
