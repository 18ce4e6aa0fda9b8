#include "identity/signing_key.h"

#include <string.h>
#include "base/clock.h"
#include "directory/state.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "token/rsa.h"
#include "unit.h"

static int
put_private(struct txn *txn, void *arg)
{
	signing_key_put_private(txn, arg);
	return 0;
}

static int
put_public(struct txn *txn, void *arg)
{
	signing_key_put_public(txn, arg);
	return 0;
}

static int
find(struct test_hub *hub, int64_t now, struct signing_key *out)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	int rc = signing_key_find(vault, now, out);

	assert_int_equal(store_read_end(vault), 0);
	return rc;
}

/*
 * One pair serves all tests, since making one takes long under valgrind.
 * PAIR_ARENA holds its text; PAIR is what each test may change a copy of.
 */
static struct arena *pair_arena;
static struct signing_key pair;
static int64_t before, after;

static int
make_pair(void **state)
{
	(void)state;
	pair_arena = arena_new(1 << 14, 1 << 20);
	if (pair_arena == NULL)
		return 1;
	before = clock_now();
	if (signing_key_make(pair_arena, &pair) != 0)
		return 1;
	after = clock_now();
	return 0;
}

static int
drop_pair(void **state)
{
	(void)state;
	arena_free(pair_arena);
	return 0;
}

/* The pair under a name that is not its own. */
static struct signing_key
renamed(const char *kid)
{
	struct signing_key key = pair;

	memset(key.kid, kid[0], KID_LEN);
	return key;
}

static void
a_new_pair_is_one_key(void **state)
{
	unsigned char digest[SHA256_LEN] = { 1, 2, 3 };
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct rsa_key *private, *public;
	char kid[KID_LEN + 1];
	struct str signed_text;
	size_t n;

	(void)state;
	assert_in_range(pair.private.created, before, after);
	assert_int_equal(pair.private.signs_from, pair.private.created);
	assert_int_equal(pair.public.created, pair.private.created);
	assert_int_equal(pair.public.ends, 0);
	assert_int_equal(rsa_private(&private, pair.private.der), 0);
	assert_int_equal(rsa_public(&public, pair.public.der), 0);
	assert_int_equal(key_thumbprint(public, kid), 0);
	assert_string_equal(kid, pair.kid);
	assert_int_equal(rsa_sign(private, digest, signature, &n), 0);
	signed_text = (struct str){ (const char *)signature, n };
	assert_int_equal(rsa_verify(public, digest, signed_text), 0);
	rsa_free(private);
	rsa_free(public);
}

static void
a_vault_without_a_key_has_none_to_find(void **state)
{
	struct signing_key key;

	assert_int_equal(find(*state, before, &key), HUB_ENOENT);
}

/* What a crash between vault and directory leaves can be completed. */
static void
the_pair_is_found_whole_in_the_vault(void **state)
{
	struct signing_key made = pair, found;
	struct test_hub *hub = *state;

	made.private.created = 1600000000;
	made.private.signs_from = 1600000600;
	hub_write(hub, hub->vault, put_private, &made);
	assert_int_equal(find(hub, 1700000000, &found), 0);
	assert_string_equal(found.kid, made.kid);
	assert_int_equal(found.private.created, 1600000000);
	assert_int_equal(found.private.signs_from, 1600000600);
	assert_int_equal(found.public.created, 1600000000);
	assert_int_equal(found.public.ends, 0);
	assert_true(str_eq(found.private.der, made.private.der));
	assert_true(str_eq(found.public.der, made.public.der));
}

static void
a_key_under_a_name_that_is_not_its_own_is_damage(void **state)
{
	struct signing_key other = renamed("z"), found;
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, put_private, &other);
	assert_int_equal(find(hub, before, &found), HUB_ECORRUPT);
}

static void
readers_load_the_public_half_and_see_the_generation_move(void **state)
{
	struct keyset set = { .n = 0 };
	struct test_hub *hub = *state;
	struct txn *txn;

	hub_write(hub, hub->directory, put_public, &pair);
	txn = hub_look(hub);
	assert_int_equal(generation_get(txn), 1);
	assert_int_equal(keyset_load(&set, txn), 0);
	hub_look_end(txn);
	assert_int_equal(set.n, 1);
	assert_non_null(keyset_find(&set, str_of(pair.kid)));
	keyset_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_new_pair_is_one_key),
		TEST(a_vault_without_a_key_has_none_to_find),
		TEST(the_pair_is_found_whole_in_the_vault),
		TEST(a_key_under_a_name_that_is_not_its_own_is_damage),
		TEST(readers_load_the_public_half_and_see_the_generation_move),
#undef TEST
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pair, drop_pair);
}
