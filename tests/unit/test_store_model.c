#include "store/txn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "chance.h"
#include "store_place.h"
#include "unit.h"

/*
 * A random history of transactions is run on a store and on a model of it that
 * anybody can check by eye: for each table and key the value, as the two
 * numbers it is made from. They have to agree at every read.
 *
 * HUB_TEST_SEED repeats a run, HUB_TEST_ROUNDS makes it longer.
 */
#define KEYS 200
#define VALUE_MAX 100000

struct value {
	bool there;
	uint32_t seed, n;
};

struct model {
	struct value value[TABLES][KEYS];
};

struct run {
	uint64_t random;
	struct key key[KEYS]; /* in the order of their bytes */
	struct model now;     /* what is committed */
	struct model draft;   /* the transaction under way */
	char *scratch;
};

static uint32_t
below(struct run *run, uint32_t n)
{
	return chance_below(&run->random, n);
}

static struct str
bytes_of(const struct key *key)
{
	return (struct str){ (const char *)key->b, key->n };
}

static int
key_cmp(const void *a, const void *b)
{
	return str_cmp(bytes_of(a), bytes_of(b));
}

/* Any bytes, of few kinds so that many keys begin alike; all lengths. */
static void
fill_keys(struct run *run)
{
	static const unsigned char letters[] = { 0, 1, 'a', 0xff };

	for (unsigned int i = 0; i < KEYS; i++) {
		struct key *key = &run->key[i];
		uint32_t n = 1 + below(run, i % 4 == 0 ? KEY_MAX : 8);

		key_begin(key);
		key->n = (uint16_t)(i == 0 ? KEY_MAX : n);
		for (unsigned int k = 0; k < key->n; k++)
			key->b[k] = letters[below(run, 4)];
	}
	qsort(run->key, KEYS, sizeof(run->key[0]), key_cmp);
}

/* Equal keys stand side by side; the first stands for all of them. */
static unsigned int
first_like(const struct run *run, unsigned int k)
{
	while (k > 0 && key_cmp(&run->key[k], &run->key[k - 1]) == 0)
		k--;
	return k;
}

static unsigned int
any_key(struct run *run)
{
	return first_like(run, below(run, KEYS));
}

static struct str
bytes_of_value(struct run *run, const struct value *v)
{
	uint64_t random = v->seed;

	for (uint32_t i = 0; i < v->n; i++)
		run->scratch[i] = (char)chance(&random);
	return (struct str){ run->scratch, v->n };
}

static struct value
any_value(struct run *run)
{
	static const uint32_t most[] = { 1, 100, 100, 100, 2000, 4100, 9000,
		VALUE_MAX + 1 };
	uint32_t n = below(run, most[below(run, 8)]);

	return (struct value){ true, (uint32_t)chance(&run->random), n };
}

static void
check_get(struct run *run, struct txn *txn, const struct model *model,
    unsigned int table)
{
	unsigned int k = any_key(run);
	const struct value *want = &model->value[table][k];
	struct str got;

	assert_int_equal(txn_has(txn, table, &run->key[k]), want->there);
	assert_int_equal(txn_get(txn, table, &run->key[k], &got), want->there);
	if (want->there)
		assert_true(str_eq(got, bytes_of_value(run, want)));
}

/* What a walk has to meet next, at or after the K-th key; KEYS at the end. */
static unsigned int
next_there(const struct run *run, const struct value *value,
    const struct key *prefix, unsigned int k)
{
	while (k < KEYS &&
	    !(value[k].there &&
		str_starts(bytes_of(&run->key[k]), bytes_of(prefix))))
		k++;
	return k;
}

static void
check_walk(struct run *run, struct txn *txn, const struct model *model,
    unsigned int table)
{
	const struct value *value = model->value[table];
	struct key prefix = run->key[any_key(run)];
	unsigned int from = any_key(run), k = 0;
	bool has_from = below(run, 2) == 0, after = below(run, 2) == 0;
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct cursor cursor;
	struct str key, got;

	prefix.n = (uint16_t)(prefix.n > 4 ? below(run, 5) : prefix.n);
	if (has_from)
		k = from;
	if (has_from && after)
		k++;
	txn_cursor(&cursor, txn, table, &prefix,
	    has_from ? &run->key[from] : NULL, after);
	while (txn_cursor_next(&cursor, &key, &got)) {
		k = next_there(run, value, &prefix, k);
		assert_int_not_equal(k, KEYS);
		assert_true(str_eq(key, bytes_of(&run->key[k])));
		assert_true(str_eq(got, bytes_of_value(run, &value[k])));
		arena_rewind(txn_arena(txn), mark);
		k++;
	}
	txn_cursor_close(&cursor);
	assert_int_equal(next_there(run, value, &prefix, k), KEYS);
}

static void
check_count(struct txn *txn, const struct model *model, unsigned int table)
{
	uint64_t n = 0;

	for (unsigned int k = 0; k < KEYS; k++)
		n += model->value[table][k].there;
	assert_true(txn_count(txn, table) == n);
}

static void
change(struct run *run, struct txn *txn, unsigned int table)
{
	unsigned int k = any_key(run);
	struct value *v = &run->draft.value[table][k];

	if (below(run, 3) == 0) {
		assert_int_equal(txn_del(txn, table, &run->key[k]), v->there);
		*v = (struct value){ 0 };
	} else {
		*v = any_value(run);
		txn_put(txn, table, &run->key[k], bytes_of_value(run, v));
	}
}

/* A transaction of random calls; one in four is given up. */
static int
write_at_random(struct txn *txn, void *arg)
{
	struct run *run = arg;

	run->draft = run->now;
	for (uint32_t i = below(run, 24); i > 0; i--) {
		unsigned int table = below(run, TABLES);

		switch (below(run, 8)) {
		case 0:
			check_get(run, txn, &run->draft, table);
			break;
		case 1:
			check_walk(run, txn, &run->draft, table);
			break;
		case 2:
			check_count(txn, &run->draft, table);
			break;
		default:
			change(run, txn, table);
		}
	}
	return below(run, 4) == 0 ? HUB_ECONFLICT : 0;
}

static void
read_at_random(struct run *run, struct store *store, struct arena *arena)
{
	struct txn *txn = store_read_begin(store, arena);

	for (unsigned int i = 0; i < 5; i++) {
		unsigned int table = below(run, TABLES);

		check_get(run, txn, &run->now, table);
		check_walk(run, txn, &run->now, table);
		check_count(txn, &run->now, table);
	}
	assert_int_equal(store_read_end(txn), 0);
}

static uint64_t
number_from_environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);
	uint64_t v;

	return str_u64(str_of(text), UINT64_MAX, &v) ? v : otherwise;
}

static void
the_store_agrees_with_its_model(void **state)
{
	struct place *p = *state;
	uint64_t seed =
	    number_from_environment("HUB_TEST_SEED", (uint64_t)clock_now_us());
	uint64_t rounds = number_from_environment("HUB_TEST_ROUNDS", 200);
	struct run *run = calloc(1, sizeof(*run));
	struct store *store;

	assert_non_null(run);
	run->scratch = malloc(VALUE_MAX);
	assert_non_null(run->scratch);
	run->random = seed;
	print_message("# HUB_TEST_SEED=%" PRIu64 "\n", seed);
	fill_keys(run);
	store = place_open(p, STORE_WRITE);
	for (uint64_t i = 0; i < rounds; i++) {
		int rc = store_write(store, p->arena, write_at_random, run);

		if (rc == 0)
			run->now = run->draft;
		else
			assert_int_equal(rc, HUB_ECONFLICT);
		if (below(run, 16) == 0) {
			store_close(store);
			store = place_open(p, STORE_WRITE);
		}
		read_at_random(run, store, p->arena);
		arena_reset(p->arena);
	}
	store_close(store);
	free(run->scratch);
	free(run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_store_agrees_with_its_model,
		    place_setup, place_teardown),
	};

	return UNIT_RUN(tests);
}
