#include "token/signer.h"

#include <string.h>
#include "hub_fixture.h"
#include "keys.h"
#include "store/schema.h"
#include "store/signing_key_rec.h"
#include "unit.h"

/* Private keys; the numbers of B are not those of A. */
static struct pair {
	struct rsa_key *key;
	char kid[KID_LEN + 1];
	struct str private, public;
} pair[2];
static struct arena *pair_arena;

static int
make_pairs(void **state)
{
	static const char *const texts[] = { TEST_KEY_A, TEST_KEY_B };

	(void)state;
	pair_arena = arena_new(16384, 1 << 20);
	assert_non_null(pair_arena);
	for (int i = 0; i < 2; i++) {
		struct pair *p = &pair[i];

		p->key = test_key(texts[i]);
		assert_non_null(p->key);
		assert_int_equal(key_thumbprint(p->key, p->kid), 0);
		assert_int_equal(
		    rsa_private_der(pair_arena, p->key, &p->private), 0);
		assert_int_equal(
		    rsa_public_der(pair_arena, p->key, &p->public), 0);
	}
	return 0;
}

static int
drop_pairs(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		rsa_free(pair[i].key);
	arena_free(pair_arena);
	return 0;
}

struct stored {
	struct str name, value;
};

static int
put_record(struct txn *vault, void *arg)
{
	const struct stored *record = arg;
	struct key key;

	key_of(&key, record->name);
	txn_put(vault, VAULT_KEY, &key, record->value);
	return 0;
}

static void
put_bytes(struct test_hub *hub, const char *name, struct str bytes)
{
	struct stored record = { str_of(name), bytes };

	hub_write(hub, hub->vault, put_record, &record);
}

static void
put(struct test_hub *hub, const char *name, struct str der, int64_t signs_from)
{
	struct private_key_rec rec = { .signs_from = signs_from, .der = der };
	struct buf out;

	buf_init_arena(&out, hub->arena, 8192);
	private_key_rec_put(&out, &rec);
	put_bytes(hub, name, buf_view(&out));
}

static int
load(struct test_hub *hub, struct signer *signer)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	int rc = signer_load(signer, vault);

	assert_int_equal(store_read_end(vault), 0);
	return rc;
}

static void
a_vault_without_a_key_is_told(void **state)
{
	struct signer signer = { .n = 0 };

	assert_int_equal(load(*state, &signer), HUB_ENOENT);
	assert_int_equal(signer.n, 0);
	assert_null(signer_current(&signer, 0));
}

static void
a_key_signs_as_its_name_says(void **state)
{
	unsigned char digest[SHA256_LEN] = { 2 };
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct signer signer = { .n = 0 };
	struct test_hub *hub = *state;
	const struct signer_key *key;
	size_t n;

	put(hub, pair[0].kid, pair[0].private, 100);
	put(hub, pair[1].kid, pair[1].private, 200);
	assert_int_equal(load(hub, &signer), 0);
	assert_int_equal(signer.n, 2);
	for (int i = 0; i < 2; i++) {
		key = signer_current(&signer, i == 0 ? 199 : 200);
		assert_string_equal(key->kid, pair[i].kid);
		assert_int_equal(key->signs_from, i == 0 ? 100 : 200);
		assert_int_equal(rsa_sign(key->rsa, digest, signature, &n), 0);
		assert_int_equal(rsa_verify(pair[i].key, digest,
				     (struct str){ (char *)signature, n }),
		    0);
	}
	signer_free(&signer);
	assert_int_equal(signer.n, 0);
}

static void
the_key_whose_time_came_last_signs(void **state)
{
	struct signer signer = { .key = { { .kid = "a", .signs_from = 300 },
				     { .kid = "b", .signs_from = 100 },
				     { .kid = "c", .signs_from = 200 } },
		.n = 3 };
	static const struct {
		int64_t now;
		const char *kid;
	} cases[] = { { 100, "b" }, { 199, "b" }, { 200, "c" }, { 299, "c" },
		{ 300, "a" }, { INT64_MAX, "a" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
		    signer_current(&signer, cases[i].now)->kid, cases[i].kid);
	/* A clock that was set back does not stop a hub. */
	assert_string_equal(signer_current(&signer, 99)->kid, "b");
	assert_string_equal(signer_current(&signer, INT64_MIN)->kid, "b");
}

static void
of_one_second_the_last_by_name_signs(void **state)
{
	struct signer signer = { .key = { { .kid = "a", .signs_from = 100 },
				     { .kid = "b", .signs_from = 100 } },
		.n = 2 };

	(void)state;
	assert_string_equal(signer_current(&signer, 100)->kid, "b");
	assert_string_equal(signer_current(&signer, 500)->kid, "b");
}

static void
loading_again_takes_the_place_of_the_old_keys(void **state)
{
	struct signer signer = { .n = 0 };
	struct test_hub *hub = *state;

	put(hub, pair[0].kid, pair[0].private, 100);
	assert_int_equal(load(hub, &signer), 0);
	put(hub, pair[1].kid, pair[1].private, 200);
	put(hub, pair[0].kid, pair[0].private, 300);
	assert_int_equal(load(hub, &signer), 0);
	assert_int_equal(signer.n, 2);
	assert_string_equal(signer_current(&signer, 400)->kid, pair[0].kid);
	signer_free(&signer);
}

/* What cannot be loaded leaves what was loaded before. */
static void
assert_fails(struct test_hub *hub, const char *name, struct str bytes)
{
	struct signer signer = { .n = 0 };

	put(hub, pair[0].kid, pair[0].private, 100);
	assert_int_equal(load(hub, &signer), 0);
	put_bytes(hub, name, bytes);
	assert_int_equal(load(hub, &signer), HUB_ECORRUPT);
	assert_int_equal(signer.n, 1);
	assert_string_equal(signer_current(&signer, 100)->kid, pair[0].kid);
	signer_free(&signer);
}

static void
a_damaged_record_is_told(void **state)
{
	assert_fails(*state, pair[1].kid, STR("rubbish"));
}

static void
assert_fails_with_der(struct test_hub *hub, const char *name, struct str der)
{
	struct private_key_rec rec = { .der = der };
	struct buf out;

	buf_init_arena(&out, hub->arena, 8192);
	private_key_rec_put(&out, &rec);
	assert_fails(hub, name, buf_view(&out));
}

static void
a_record_without_a_private_key_is_told(void **state)
{
	assert_fails_with_der(*state, pair[1].kid, pair[1].public);
}

static void
a_key_under_the_name_of_another_is_told(void **state)
{
	assert_fails_with_der(*state, pair[1].kid, pair[0].private);
}

static void
a_failed_transaction_is_no_empty_vault(void **state)
{
	struct signer signer = { .n = 0 };
	struct test_hub *hub = *state;
	struct txn *vault;

	put(hub, pair[0].kid, pair[0].private, 100);
	assert_int_equal(load(hub, &signer), 0);
	vault = store_read_begin(hub->vault, hub->arena);
	txn_fail(vault, HUB_ESTORE);
	assert_int_equal(signer_load(&signer, vault), HUB_ESTORE);
	assert_int_equal(signer.n, 1);
	store_read_end(vault);
	signer_free(&signer);
}

static void
no_private_bytes_stay_in_the_arena(void **state)
{
	const size_t size = 60000;
	struct signer signer = { .n = 0 };
	struct test_hub *hub = *state;
	struct arena *arena = arena_new(1 << 16, 1 << 20);
	struct txn *vault;
	char *chunk;

	assert_non_null(arena);
	put(hub, pair[0].kid, pair[0].private, 100);
	put(hub, pair[1].kid, pair[1].private, 200);
	chunk = arena_zalloc(arena, size);
	assert_non_null(chunk);
	arena_reset(arena);
	vault = store_read_begin(hub->vault, arena);
	assert_int_equal(signer_load(&signer, vault), 0);
	assert_int_equal(store_read_end(vault), 0);
	for (int i = 0; i < 2; i++) {
		/* The numbers begin well behind the head that all share. */
		struct str der = pair[i].private;

		for (size_t at = 64; at + 32 <= der.n; at += 32)
			assert_null(memmem(chunk, size, der.p + at, 32));
	}
	signer_free(&signer);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_vault_without_a_key_is_told),
		TEST(a_key_signs_as_its_name_says),
		TEST(the_key_whose_time_came_last_signs),
		TEST(of_one_second_the_last_by_name_signs),
		TEST(loading_again_takes_the_place_of_the_old_keys),
		TEST(a_damaged_record_is_told),
		TEST(a_record_without_a_private_key_is_told),
		TEST(a_key_under_the_name_of_another_is_told),
		TEST(a_failed_transaction_is_no_empty_vault),
		TEST(no_private_bytes_stay_in_the_arena),
#undef TEST
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pairs, drop_pairs);
}
