#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/b64.h"
#include "base/conf.h"
#include "keys.h"
#include "store/schema.h"
#include "store/signing_key_rec.h"
#include "token/keyset.h"

static char folder[128];
static struct conf conf;
static struct schema directory_schema;
static struct store *directory;
static struct arena *arena;

/* Two private keys, and what is public of them. */
static struct pair {
	struct rsa_key *key;
	char kid[KID_LEN + 1];
	struct str public;
} pair[2];
static struct arena *pair_arena;

static void
make_pair(struct pair *p, const char *text)
{
	p->key = test_key(text);
	assert_non_null(p->key);
	assert_int_equal(key_thumbprint(p->key, p->kid), 0);
	assert_int_equal(rsa_public_der(pair_arena, p->key, &p->public), 0);
}

static int
set_up(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/keyset.XXXXXX",
	    tmp == NULL || strlen(tmp) > 80 ? "/tmp" : tmp);
	assert_non_null(mkdtemp(folder));
	pair_arena = arena_new(16384, 1 << 20);
	assert_non_null(pair_arena);
	make_pair(&pair[0], TEST_KEY_A);
	make_pair(&pair[1], TEST_KEY_B);
	conf_defaults(&conf);
	snprintf(conf.data, sizeof(conf.data), "%s", folder);
	conf.map_size = 64 << 20;
	schema_directory(&directory_schema, &conf);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		rsa_free(pair[i].key);
	arena_free(pair_arena);
	return rmdir(folder);
}

static struct store *
new_store(const struct schema *schema)
{
	struct store *store = NULL;
	struct why why;

	if (store_create(&schema->spec, &why) != 0 ||
	    store_open(&store, &schema->spec, STORE_WRITE, &why) != 0)
		fail_msg("%s", why.text);
	return store;
}

static void
remove_store(struct store *store, const struct schema *schema)
{
	char path[CONF_PATH_MAX + 32];

	store_close(store);
	snprintf(path, sizeof(path), "%s/data.mdb", schema->folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lock.mdb", schema->folder);
	unlink(path);
	rmdir(schema->folder);
}

static int
each(void **state)
{
	(void)state;
	arena = arena_new(1 << 16, 1 << 20);
	assert_non_null(arena);
	directory = new_store(&directory_schema);
	return 0;
}

static int
after_each(void **state)
{
	(void)state;
	remove_store(directory, &directory_schema);
	arena_free(arena);
	return 0;
}

struct record {
	unsigned int table;
	struct str name, value;
};

static int
put_record(struct txn *txn, void *arg)
{
	const struct record *record = arg;
	struct key key;

	key_of(&key, record->name);
	txn_put(txn, record->table, &key, record->value);
	return 0;
}

static void
put_public(const char *name, struct str der, int64_t ends)
{
	struct public_key_rec rec = { .ends = ends, .der = der };
	struct record record = { DIR_KEY, str_of(name), STR_NONE };
	struct buf out;

	buf_init_arena(&out, arena, 8192);
	public_key_rec_put(&out, &rec);
	record.value = buf_view(&out);
	assert_int_equal(store_write(directory, arena, put_record, &record), 0);
}

static void
put_bytes(
    struct store *store, unsigned int table, const char *name, struct str bytes)
{
	struct record record = { table, str_of(name), bytes };

	assert_int_equal(store_write(store, arena, put_record, &record), 0);
}

static int
load(struct keyset *set)
{
	struct txn *txn = store_read_begin(directory, arena);
	int rc = keyset_load(set, txn);

	assert_int_equal(store_read_end(txn), 0);
	return rc;
}

/* SubjectPublicKeyInfo of a 2048 bit modulus with the exponent 65537. */
static struct str
public_key_of(struct str modulus)
{
	static const unsigned char head[] = { 0x30, 0x82, 0x01, 0x22, 0x30,
		0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30,
		0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00 };
	struct buf der;

	assert_int_equal(modulus.n, 256);
	buf_init_arena(&der, arena, 1024);
	buf_put(&der, head, sizeof(head));
	buf_str(&der, modulus);
	BUF_LIT(&der, "\x02\x03\x01\x00\x01");
	return buf_view(&der);
}

static void
a_kid_is_the_thumbprint_of_rfc_7638(void **state)
{
	/* Section 3.1, the example. */
	static const char n[] =
	    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z"
	    "wu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5Js"
	    "GY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
	    "AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
	    "bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF"
	    "Cur-kEgU8awapJzKnqDKgw";
	unsigned char modulus[256];
	struct rsa_key *key;
	char kid[KID_LEN + 1];

	(void)state;
	assert_int_equal(b64url_decode(STR(n), modulus, sizeof(modulus)), 256);
	assert_int_equal(rsa_public(&key,
			     public_key_of((struct str){
				 (char *)modulus, sizeof(modulus) })),
	    0);
	assert_int_equal(key_thumbprint(key, kid), 0);
	assert_string_equal(kid, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
	rsa_free(key);
}

static void
both_halves_of_a_key_have_one_name(void **state)
{
	struct rsa_key *half;
	char kid[KID_LEN + 1];

	(void)state;
	assert_int_equal(rsa_public(&half, pair[0].public), 0);
	assert_int_equal(key_thumbprint(half, kid), 0);
	assert_string_equal(kid, pair[0].kid);
	assert_string_not_equal(kid, pair[1].kid);
	assert_int_equal(strlen(kid), KID_LEN);
	rsa_free(half);
}

static void
a_directory_without_keys_gives_an_empty_set(void **state)
{
	struct keyset set = { .n = 0 };

	(void)state;
	assert_int_equal(load(&set), 0);
	assert_int_equal(set.n, 0);
	assert_null(keyset_find(&set, str_of(pair[0].kid)));
	assert_null(keyset_find(&set, STR("")));
	keyset_free(&set);
}

static void
keys_are_found_by_their_whole_name(void **state)
{
	struct keyset set = { .n = 0 };
	const struct keyset_key *found;
	unsigned char digest[SHA256_LEN] = { 1 };
	unsigned char signature[RSA_SIGNATURE_MAX];
	size_t n;

	(void)state;
	put_public(pair[0].kid, pair[0].public, 0);
	put_public(pair[1].kid, pair[1].public, 1900000000);
	assert_int_equal(load(&set), 0);
	assert_int_equal(set.n, 2);
	for (int i = 0; i < 2; i++) {
		found = keyset_find(&set, str_of(pair[i].kid));
		assert_non_null(found);
		assert_string_equal(found->kid, pair[i].kid);
		assert_int_equal(found->ends, i == 0 ? 0 : 1900000000);
		assert_int_equal(
		    rsa_sign(pair[i].key, digest, signature, &n), 0);
		assert_int_equal(rsa_verify(found->rsa, digest,
				     (struct str){ (char *)signature, n }),
		    0);
	}
	assert_null(keyset_find(&set, STR("")));
	assert_null(
	    keyset_find(&set, (struct str){ pair[0].kid, KID_LEN - 1 }));
	assert_null(
	    keyset_find(&set, (struct str){ pair[0].kid, KID_LEN + 1 }));
	keyset_free(&set);
	assert_int_equal(set.n, 0);
}

static void
loading_again_takes_the_place_of_the_old_keys(void **state)
{
	struct keyset set = { .n = 0 };

	(void)state;
	put_public(pair[0].kid, pair[0].public, 0);
	assert_int_equal(load(&set), 0);
	put_public(pair[1].kid, pair[1].public, 0);
	put_public(pair[0].kid, pair[0].public, 42);
	assert_int_equal(load(&set), 0);
	assert_int_equal(set.n, 2);
	assert_int_equal(keyset_find(&set, str_of(pair[0].kid))->ends, 42);
	keyset_free(&set);
}

/* Puts the bad record beside a good key; the set that was loaded stays. */
static void
fails_with(int expected, const char *name, struct str bytes)
{
	struct keyset set = { .n = 0 };

	put_public(pair[0].kid, pair[0].public, 0);
	assert_int_equal(load(&set), 0);
	put_bytes(directory, DIR_KEY, name, bytes);
	assert_int_equal(load(&set), expected);
	assert_int_equal(set.n, 1);
	assert_non_null(keyset_find(&set, str_of(pair[0].kid)));
	keyset_free(&set);
}

static void
a_damaged_record_fails_the_load(void **state)
{
	(void)state;
	fails_with(HUB_ECORRUPT, pair[1].kid, STR("\x01rubbish"));
}

static struct str
public_record(struct str der)
{
	struct public_key_rec rec = { .der = der };
	struct buf out;

	buf_init_arena(&out, arena, 8192);
	public_key_rec_put(&out, &rec);
	return buf_view(&out);
}

static void
a_record_without_a_key_fails_the_load(void **state)
{
	(void)state;
	fails_with(HUB_ECORRUPT, pair[1].kid, public_record(STR("no key")));
}

static void
a_key_under_the_name_of_another_fails_the_load(void **state)
{
	(void)state;
	fails_with(HUB_ECORRUPT, pair[1].kid, public_record(pair[0].public));
}

static void
a_key_under_a_name_of_another_length_fails_the_load(void **state)
{
	(void)state;
	fails_with(HUB_ECORRUPT, "key-1", public_record(pair[1].public));
}

static void
a_set_is_bounded(void **state)
{
	struct keyset set = { .n = 0 };
	unsigned char modulus[256] = { 0x80 };

	(void)state;
	modulus[255] = 1;
	for (unsigned char i = 0; i < KEYSET_MAX + 1; i++) {
		struct rsa_key *key;
		char kid[KID_LEN + 1];
		struct str der;

		modulus[1] = i;
		der = public_key_of(
		    (struct str){ (char *)modulus, sizeof(modulus) });
		assert_int_equal(rsa_public(&key, der), 0);
		assert_int_equal(key_thumbprint(key, kid), 0);
		rsa_free(key);
		put_public(kid, der, 0);
		assert_int_equal(load(&set), i < KEYSET_MAX ? 0 : HUB_ETOOBIG);
		arena_reset(arena);
	}
	assert_int_equal(set.n, KEYSET_MAX);
	keyset_free(&set);
}

static void
a_failed_transaction_is_not_an_empty_directory(void **state)
{
	struct keyset set = { .n = 0 };
	struct txn *txn;

	(void)state;
	put_public(pair[0].kid, pair[0].public, 0);
	assert_int_equal(load(&set), 0);
	txn = store_read_begin(directory, arena);
	txn_fail(txn, HUB_ESTORE);
	assert_int_equal(keyset_load(&set, txn), HUB_ESTORE);
	assert_int_equal(set.n, 1);
	store_read_end(txn);
	keyset_free(&set);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, each, after_each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kid_is_the_thumbprint_of_rfc_7638),
		TEST(both_halves_of_a_key_have_one_name),
		TEST(a_directory_without_keys_gives_an_empty_set),
		TEST(keys_are_found_by_their_whole_name),
		TEST(loading_again_takes_the_place_of_the_old_keys),
		TEST(a_damaged_record_fails_the_load),
		TEST(a_record_without_a_key_fails_the_load),
		TEST(a_key_under_the_name_of_another_fails_the_load),
		TEST(a_key_under_a_name_of_another_length_fails_the_load),
		TEST(a_set_is_bounded),
		TEST(a_failed_transaction_is_not_an_empty_directory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
