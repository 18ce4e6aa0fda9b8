/* The directory's numbers, and the ids that are revoked. */
#include "directory/state.h"

#include "directory/revoked.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

static int
raise_twice(struct txn *txn, void *arg)
{
	uint64_t *seen = arg;

	generation_raise(txn);
	*seen = generation_get(txn);
	generation_raise(txn);
	return 0;
}

static void
the_generation_counts_from_nought(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn = hub_look(hub);
	uint64_t seen;

	assert_int_equal(generation_get(txn), 0);
	hub_look_end(txn);
	hub_write(hub, hub->directory, raise_twice, &seen);
	assert_int_equal(seen, 1);
	txn = hub_look(hub);
	assert_int_equal(generation_get(txn), 2);
	/* The two numbers are two. */
	assert_int_equal(epoch_first(txn), 1);
	hub_look_end(txn);
}

static int
bury(struct txn *txn, void *arg)
{
	epoch_bury(txn, *(uint64_t *)arg);
	return 0;
}

static void
first_epochs_stand_above_all_that_were_buried(void **state)
{
	static const struct {
		uint64_t buried, first;
	} steps[] = { { 1, 2 }, { 7, 8 }, { 3, 8 }, { 7, 8 }, { 8, 9 } };
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint64_t buried = steps[i].buried;
		struct txn *txn;

		hub_write(hub, hub->directory, bury, &buried);
		txn = hub_look(hub);
		assert_int_equal(epoch_first(txn), steps[i].first);
		assert_int_equal(generation_get(txn), 0);
		hub_look_end(txn);
	}
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	key_of(&key, str_of(arg));
	txn_put(txn, DIR_STATE, &key, STR("\1\2\3"));
	return 0;
}

static void
a_damaged_number_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn;

	hub_write(hub, hub->directory, damage, "generation");
	txn = hub_look(hub);
	generation_get(txn);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	hub_write(hub, hub->directory, damage, "epoch");
	txn = hub_look(hub);
	epoch_first(txn);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
}

struct entry {
	enum revoked_kind kind;
	struct str id;
};

static int
revoke(struct txn *txn, void *arg)
{
	const struct entry *e = arg;

	revoked_put(txn, e->kind, e->id, STR("a"), 1700000000);
	return 0;
}

static bool
is_revoked(struct test_hub *hub, enum revoked_kind kind, const char *id)
{
	struct txn *txn = hub_look(hub);
	bool has = revoked_has(txn, kind, str_of(id));

	hub_look_end(txn);
	return has;
}

static void
what_is_revoked_is_found(void **state)
{
	struct test_hub *hub = *state;
	struct entry e = { REVOKED_TOKEN, STR("jti-1") };

	assert_false(is_revoked(hub, REVOKED_TOKEN, "jti-1"));
	hub_write(hub, hub->directory, revoke, &e);
	hub_write(hub, hub->directory, revoke, &e);
	assert_true(is_revoked(hub, REVOKED_TOKEN, "jti-1"));
	assert_false(is_revoked(hub, REVOKED_TOKEN, "jti-"));
	assert_false(is_revoked(hub, REVOKED_TOKEN, "jti-11"));
	assert_false(is_revoked(hub, REVOKED_TOKEN, "JTI-1"));
}

static void
kinds_of_ids_do_not_mix(void **state)
{
	static const enum revoked_kind kinds[] = { REVOKED_SESSION,
		REVOKED_GRANT, REVOKED_TOKEN };
	struct test_hub *hub = *state;

	for (size_t i = 0; i < 3; i++) {
		struct entry e = { kinds[i], STR("same") };

		for (size_t j = 0; j < 3; j++)
			assert_int_equal(
			    is_revoked(hub, kinds[j], "same"), j < i);
		hub_write(hub, hub->directory, revoke, &e);
	}
	/* No id can be read as another kind with a shorter id. */
	assert_false(is_revoked(hub, REVOKED_SESSION, "ame"));
}

static void
no_id_is_never_revoked(void **state)
{
	struct test_hub *hub = *state;
	struct entry e = { REVOKED_SESSION, STR("") };

	assert_false(is_revoked(hub, REVOKED_SESSION, ""));
	hub_write(hub, hub->directory, revoke, &e);
	assert_false(is_revoked(hub, REVOKED_SESSION, ""));
}

/* Fail closed: what cannot be looked up is not "not revoked". */
static void
an_id_that_cannot_be_one_fails_the_look(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn = hub_look(hub);

	assert_false(revoked_has(txn, REVOKED_TOKEN, STR("a\0b")));
	assert_int_equal(store_read_end(txn), HUB_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(the_generation_counts_from_nought),
		TEST(first_epochs_stand_above_all_that_were_buried),
		TEST(a_damaged_number_is_an_error),
		TEST(what_is_revoked_is_found),
		TEST(kinds_of_ids_do_not_mix),
		TEST(no_id_is_never_revoked),
		TEST(an_id_that_cannot_be_one_fails_the_look),
#undef TEST
	};

	return UNIT_RUN(tests);
}
