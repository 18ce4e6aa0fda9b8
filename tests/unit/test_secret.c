#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/err.h"
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

/* In two pieces cut at N, an empty one between them. */
static void
sha256_in_two(struct str text, size_t n, unsigned char digest[SHA256_LEN])
{
	struct sha256 *hash = sha256_begin();

	assert_non_null(hash);
	sha256_add(hash, (struct str){ text.p, n });
	sha256_add(hash, STR_NONE);
	sha256_add(hash, (struct str){ text.p + n, text.n - n });
	assert_int_equal(sha256_end(hash, digest), 0);
}

/* Over several of the 64-byte blocks that SHA-256 works on. */
static void
gives_the_same_digest_however_the_text_is_cut(void **state)
{
	unsigned char whole[SHA256_LEN], digest[SHA256_LEN];
	struct sha256 *hash = sha256_begin();
	char bytes[200];
	struct str text = { bytes, sizeof(bytes) };

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7);
	assert_int_equal(sha256(text, whole), 0);
	for (size_t n = 0; n <= text.n; n++) {
		sha256_in_two(text, n, digest);
		assert_memory_equal(digest, whole, SHA256_LEN);
	}
	assert_non_null(hash);
	for (size_t i = 0; i < text.n; i++)
		sha256_add(hash, (struct str){ bytes + i, 1 });
	assert_int_equal(sha256_end(hash, digest), 0);
	assert_memory_equal(digest, whole, SHA256_LEN);
}

/* The long message of the vectors: a million times "a". */
static void
agrees_with_the_long_vector_in_pieces_of_every_length(void **state)
{
	static const unsigned char expected[SHA256_LEN] = { 0xcd, 0xc7, 0x6e,
		0x5c, 0x99, 0x14, 0xfb, 0x92, 0x81, 0xa1, 0xc7, 0xe2, 0x84,
		0xd7, 0x3e, 0x67, 0xf1, 0x80, 0x9a, 0x48, 0xa4, 0x97, 0x20,
		0x0e, 0x04, 0x6d, 0x39, 0xcc, 0xc7, 0x11, 0x2c, 0xd0 };
	unsigned char digest[SHA256_LEN];
	struct sha256 *hash = sha256_begin();
	size_t left = 1000000, piece = 0;
	char a[1500];

	(void)state;
	assert_non_null(hash);
	memset(a, 'a', sizeof(a));
	while (left > 0) {
		size_t n = left < piece ? left : piece;

		sha256_add(hash, (struct str){ a, n });
		left -= n;
		piece = (piece + 1) % (sizeof(a) + 1);
	}
	assert_int_equal(sha256_end(hash, digest), 0);
	assert_memory_equal(digest, expected, SHA256_LEN);
}

static void
a_digest_of_nothing_begun_fails(void **state)
{
	unsigned char digest[SHA256_LEN], empty[SHA256_LEN];

	(void)state;
	assert_int_equal(sha256_end(NULL, digest), HUB_ECRYPTO);
	assert_int_equal(sha256_end(sha256_begin(), digest), 0);
	assert_int_equal(sha256(STR_NONE, empty), 0);
	assert_memory_equal(digest, empty, SHA256_LEN);
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

/* RFC 4231 sections 4.3 and 4.7: a short key, and one longer than a block. */
static void
agrees_with_the_vectors_of_hmac_sha256(void **state)
{
	static const unsigned char jefe[SHA256_LEN] = { 0x5b, 0xdc, 0xc1, 0x46,
		0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
		0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
		0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43 };
	static const unsigned char larger[SHA256_LEN] = { 0x60, 0xe4, 0x31,
		0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a, 0x26, 0xaa, 0xcb,
		0xf5, 0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5,
		0x14, 0x05, 0x46, 0x04, 0x0f, 0x0e, 0xe3, 0x7f, 0x54 };
	unsigned char mac[SHA256_LEN];
	char key[131];

	(void)state;
	assert_int_equal(
	    hmac_sha256(STR("Jefe"), STR("what do ya want for nothing?"), mac),
	    0);
	assert_memory_equal(mac, jefe, SHA256_LEN);
	memset(key, '\xaa', sizeof(key));
	assert_int_equal(
	    hmac_sha256((struct str){ key, sizeof(key) },
		STR("Test Using Larger Than Block-Size Key - Hash Key First"),
		mac),
	    0);
	assert_memory_equal(mac, larger, SHA256_LEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_all_bytes_and_the_length),
		cmocka_unit_test(clears_what_it_is_given_and_no_more),
		cmocka_unit_test(agrees_with_the_vectors_of_sha256),
		cmocka_unit_test(agrees_with_the_vectors_of_hmac_sha256),
		cmocka_unit_test(gives_the_same_digest_however_the_text_is_cut),
		cmocka_unit_test(
		    agrees_with_the_long_vector_in_pieces_of_every_length),
		cmocka_unit_test(a_digest_of_nothing_begun_fails),
		cmocka_unit_test(makes_ids_of_22_characters_that_differ),
		cmocka_unit_test(fills_every_byte_with_random_bits),
	};

	return UNIT_RUN(tests);
}
