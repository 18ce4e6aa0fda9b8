#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/rand.h"
#include "base/secret.h"

static void
compares_all_bytes_and_the_length(void **state)
{
	char a[64], b[64];

	(void)state;
	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	for (size_t n = 0; n <= sizeof(a); n++) {
		struct str left = { a, n }, right = { b, n };

		assert_true(secret_eq(left, right));
		for (size_t i = 0; i < n; i++) {
			b[i] ^= 1;
			assert_false(secret_eq(left, right));
			b[i] ^= 1;
		}
		right.n = n + 1;
		assert_false(secret_eq(left, right));
	}
	assert_true(secret_eq(STR_NONE, STR("")));
	assert_false(secret_eq(STR_NONE, STR("a")));
	assert_false(secret_eq(STR("a\0b"), STR("a\0c")));
}

static void
clears_what_it_is_given_and_no_more(void **state)
{
	unsigned char p[8];

	(void)state;
	memset(p, 0xaa, sizeof(p));
	secret_clear(p + 1, 6);
	assert_int_equal(p[0], 0xaa);
	assert_int_equal(p[7], 0xaa);
	for (size_t i = 1; i < 7; i++)
		assert_int_equal(p[i], 0);
}

/* FIPS 180-4's examples and the empty message. */
static void
agrees_with_the_vectors_of_sha256(void **state)
{
	static const struct {
		const char *text, *hex;
	} vectors[] = {
		{ "",
		    "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855" },
		{ "abc",
		    "ba7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		    "248d6a61d20638b8e5c026930c3e6039"
		    "a33ce45964ff2167f6ecedd419db06c1" },
	};
	unsigned char digest[SHA256_LEN];
	char hex[2 * SHA256_LEN + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(sha256(str_of(vectors[i].text), digest), 0);
		for (size_t k = 0; k < SHA256_LEN; k++)
			snprintf(hex + 2 * k, 3, "%02x", digest[k]);
		assert_string_equal(hex, vectors[i].hex);
	}
	assert_int_equal(sha256(STR_NONE, digest), 0);
	assert_int_equal(digest[0], 0xe3);
}

static void
makes_ids_of_22_characters_that_differ(void **state)
{
	char id[100][RAND_ID];

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		memset(id[i], '!', RAND_ID);
		rand_id(id[i]);
		assert_int_equal(strlen(id[i]), RAND_ID - 1);
		assert_true(str_is_id(str_of(id[i])));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(id[i], id[k]);
	}
}

/* Each bit of a byte is seen both ways, but for a chance of about 2^-246. */
static void
fills_every_byte_with_random_bits(void **state)
{
	unsigned char set[64] = { 0 }, clear[64] = { 0 }, p[64];

	(void)state;
	for (int i = 0; i < 256; i++) {
		rand_bytes(p, sizeof(p));
		for (size_t k = 0; k < sizeof(p); k++) {
			set[k] |= p[k];
			clear[k] |= (unsigned char)~p[k];
		}
	}
	for (size_t k = 0; k < sizeof(p); k++) {
		assert_int_equal(set[k], 0xff);
		assert_int_equal(clear[k], 0xff);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_all_bytes_and_the_length),
		cmocka_unit_test(clears_what_it_is_given_and_no_more),
		cmocka_unit_test(agrees_with_the_vectors_of_sha256),
		cmocka_unit_test(makes_ids_of_22_characters_that_differ),
		cmocka_unit_test(fills_every_byte_with_random_bits),
	};

	return UNIT_RUN(tests);
}
