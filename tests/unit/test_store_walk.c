/* Walks over the records of a table: prefix, order, where they begin and end. */
#include "store/txn.h"

#include <stdio.h>
#include "store_place.h"
#include "unit.h"

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

	assert_int_equal(
	    place_put(f->place, f->store, TABLE_A, "k", STR("exact")), 0);
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

	assert_int_equal(
	    place_put(f->place, f->store, TABLE_A, "a", STR("1")), 0);
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

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, open_place_setup, open_place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(a_walk_goes_over_the_prefix_in_order),
		WITH_STORE(a_walk_starts_from_or_after_a_key),
		WITH_STORE(a_walk_after_its_own_prefix_skips_that_record),
		WITH_STORE(the_end_of_a_walk_stays_the_end),
		WITH_STORE(two_walks_of_a_table_do_not_disturb_each_other),
		WITH_STORE(a_writer_walks_over_its_own_changes),
		WITH_STORE(a_walk_stops_when_the_arena_is_used_up),
	};

	return UNIT_RUN(tests);
}
