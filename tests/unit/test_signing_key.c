#include "identity/signing_key.h"

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
find(struct hub *hub, struct signing_key *out)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	int rc = signing_key_find(vault, out);

	assert_int_equal(store_read_end(vault), 0);
	return rc;
}

static void
make(struct hub *hub, struct signing_key *key)
{
	assert_int_equal(signing_key_make(hub->arena, key), 0);
}

static void
a_new_pair_is_one_key_that_signs(void **state)
{
	unsigned char digest[SHA256_LEN] = { 1, 2, 3 };
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct rsa_key *private, *public;
	struct hub *hub = *state;
	int64_t before = clock_now();
	struct signing_key key;
	char kid[KID_LEN + 1];
	size_t n;

	make(hub, &key);
	assert_true(key.private.signs);
	assert_in_range(key.private.created, before, clock_now());
	assert_int_equal(key.public.created, key.private.created);
	assert_int_equal(key.public.ends, 0);
	assert_int_equal(rsa_private(&private, key.private.der), 0);
	assert_int_equal(rsa_public(&public, key.public.der), 0);
	assert_int_equal(key_thumbprint(public, kid), 0);
	assert_string_equal(kid, key.kid);
	assert_int_equal(rsa_sign(private, digest, signature, &n), 0);
	assert_int_equal(rsa_verify(public, digest,
			     (struct str){ (const char *)signature, n }),
	    0);
	rsa_free(private);
	rsa_free(public);
}

static void
two_pairs_differ(void **state)
{
	struct signing_key one, two;

	make(*state, &one);
	make(*state, &two);
	assert_string_not_equal(one.kid, two.kid);
}

static void
a_vault_without_a_key_has_none_to_find(void **state)
{
	struct signing_key key;

	assert_int_equal(find(*state, &key), HUB_ENOENT);
}

/* What a crash between vault and directory leaves can be completed. */
static void
the_pair_is_found_whole_in_the_vault(void **state)
{
	struct hub *hub = *state;
	struct signing_key made, found;

	make(hub, &made);
	made.private.created = made.public.created = 1600000000;
	hub_write(hub, hub->vault, put_private, &made);
	assert_int_equal(find(hub, &found), 0);
	assert_string_equal(found.kid, made.kid);
	assert_true(found.private.signs);
	assert_int_equal(found.private.created, 1600000000);
	assert_int_equal(found.public.created, 1600000000);
	assert_true(str_eq(found.private.der, made.private.der));
	assert_true(str_eq(found.public.der, made.public.der));
}

static void
a_key_that_does_not_sign_is_not_found(void **state)
{
	struct hub *hub = *state;
	struct signing_key old, key;

	make(hub, &old);
	old.private.signs = false;
	hub_write(hub, hub->vault, put_private, &old);
	assert_int_equal(find(hub, &key), HUB_ENOENT);
	make(hub, &key);
	hub_write(hub, hub->vault, put_private, &key);
	assert_int_equal(find(hub, &old), 0);
	assert_string_equal(old.kid, key.kid);
}

static void
two_keys_that_sign_are_damage(void **state)
{
	struct hub *hub = *state;
	struct signing_key key;

	for (int i = 0; i < 2; i++) {
		make(hub, &key);
		hub_write(hub, hub->vault, put_private, &key);
	}
	assert_int_equal(find(hub, &key), HUB_ECORRUPT);
}

static void
readers_load_the_public_half_and_see_the_generation_move(void **state)
{
	struct keyset set = { .n = 0 };
	struct hub *hub = *state;
	struct signing_key key;
	struct txn *txn;

	make(hub, &key);
	hub_write(hub, hub->directory, put_public, &key);
	txn = hub_look(hub);
	assert_int_equal(generation_get(txn), 1);
	assert_int_equal(keyset_load(&set, txn), 0);
	hub_look_end(txn);
	assert_int_equal(set.n, 1);
	assert_non_null(keyset_find(&set, str_of(key.kid)));
	keyset_free(&set);
}

struct walk {
	unsigned int n;
	char last[KID_LEN + 1];
	int64_t created;
};

static void
visit(void *ctx, struct str kid, const struct public_key_rec *rec)
{
	struct walk *w = ctx;

	assert_int_equal(kid.n, KID_LEN);
	assert_true(str_cmp(kid, str_of(w->last)) > 0);
	memcpy(w->last, kid.p, KID_LEN);
	w->created += rec->created;
	w->n++;
}

static void
public_keys_are_walked_in_the_order_of_their_names(void **state)
{
	struct walk w = { .n = 0 };
	struct hub *hub = *state;
	struct txn *txn = hub_look(hub);

	signing_key_walk(txn, visit, &w);
	hub_look_end(txn);
	assert_int_equal(w.n, 0);
	for (int i = 0; i < 3; i++) {
		struct signing_key key;

		make(hub, &key);
		key.public.created = 10 + i;
		hub_write(hub, hub->directory, put_public, &key);
	}
	txn = hub_look(hub);
	signing_key_walk(txn, visit, &w);
	hub_look_end(txn);
	assert_int_equal(w.n, 3);
	assert_int_equal(w.created, 33);
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("kid"));
	txn_put(txn, DIR_KEY, &key, STR("\1damaged"));
	return 0;
}

static void
a_damaged_public_key_is_an_error(void **state)
{
	struct walk w = { .n = 0 };
	struct hub *hub = *state;
	struct txn *txn;

	hub_write(hub, hub->directory, damage, NULL);
	txn = hub_look(hub);
	signing_key_walk(txn, visit, &w);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	assert_int_equal(w.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_new_pair_is_one_key_that_signs),
		TEST(two_pairs_differ),
		TEST(a_vault_without_a_key_has_none_to_find),
		TEST(the_pair_is_found_whole_in_the_vault),
		TEST(a_key_that_does_not_sign_is_not_found),
		TEST(two_keys_that_sign_are_damage),
		TEST(readers_load_the_public_half_and_see_the_generation_move),
		TEST(public_keys_are_walked_in_the_order_of_their_names),
		TEST(a_damaged_public_key_is_an_error),
#undef TEST
	};

	return UNIT_RUN(tests);
}
