/*
 * A store that has no room left, in its map, on its disk or for its file: it
 * can be read, and emptied.
 */
#include "store/txn.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include "store_place.h"
#include "unit.h"

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
		WITH_STORE(a_full_map_can_be_read_and_emptied),
		WITH_STORE(files_that_may_not_grow_are_a_full_disk),
		WITH_STORE(a_full_disk_can_be_read_and_emptied),
	};

	return UNIT_RUN(tests);
}
