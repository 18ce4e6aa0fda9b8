/*
 * Verification by AVX-512, its verdict against that of OpenSSL; what it
 * calculates is test_rsa_ifma_product.c's. Where the processor cannot do it,
 * there is nothing to compare; valgrind's cannot.
 */
#include "unit.h"

#include <string.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include "base/arena.h"
#include "base/err.h"
#include "chance.h"
#include "keys.h"
#include "token/rsa.h"
#include "token/rsa_ifma.h"

#define BYTES RSA_IFMA_BYTES

static struct arena *arena;
static BN_CTX *ctx;
static uint64_t seed;

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 16, 1 << 24);
	ctx = BN_CTX_new();
	return arena == NULL || ctx == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	BN_CTX_free(ctx);
	arena_free(arena);
	return 0;
}

#define NO_IFMA "this processor has no AVX-512 IFMA"

/* A key with all its ways of verification; NULL if there is but one. */
struct pair {
	struct rsa_key *key;
	struct rsa_ifma *fast;
	unsigned char n[BYTES];
};

static bool
pair_init(struct pair *pair, struct rsa_key *key)
{
	struct str n, e;

	assert_non_null(key);
	pair->key = key;
	assert_int_equal(rsa_numbers(arena, key, &n, &e), 0);
	assert_int_equal(n.n, BYTES);
	memcpy(pair->n, n.p, BYTES);
	pair->fast = rsa_ifma_new(pair->n);
	return pair->fast != NULL;
}

static void
pair_free(struct pair *pair)
{
	rsa_ifma_free(pair->fast);
	rsa_free(pair->key);
}

/* All three verdicts, which must be this one. */
static void
check_verdict(struct pair *pair, const unsigned char *digest,
    const unsigned char *bytes, size_t n, bool right)
{
	struct str signature = { (const char *)bytes, n };
	int rc = right ? 0 : HUB_EDENIED;

	assert_int_equal(rsa_ifma_verify(pair->fast, digest, signature), right);
	assert_int_equal(rsa_verify_openssl(pair->key, digest, signature), rc);
	assert_int_equal(rsa_verify(pair->key, digest, signature), rc);
}

static void
check_key(struct pair *pair)
{
	unsigned char digest[SHA256_LEN], signature[RSA_SIGNATURE_MAX];
	size_t n;

	for (int i = 0; i < 200; i++) {
		chance_bytes(&seed, digest, sizeof(digest));
		if (i < 2)
			memset(digest, -i, sizeof(digest));
		assert_int_equal(rsa_sign(pair->key, digest, signature, &n), 0);
		check_verdict(pair, digest, signature, n, true);
		digest[i % SHA256_LEN] ^= (unsigned char)(1 << i % 8);
		check_verdict(pair, digest, signature, n, false);
		chance_bytes(&seed, signature, BYTES);
		check_verdict(pair, digest, signature, n, false);
	}
}

static void
signatures_are_right_for_their_digest_only(void **state)
{
	bool able = true;

	(void)state;
	seed = 3;
	for (int i = 0; able && i < 6; i++) {
		struct rsa_key *key = NULL;
		struct pair pair;

		if (i < 2)
			key = test_key(i == 0 ? TEST_KEY_A : TEST_KEY_B);
		else if (!RUNNING_ON_VALGRIND)
			assert_int_equal(rsa_generate(&key), 0);
		else
			break;
		able = pair_init(&pair, key);
		if (able)
			check_key(&pair);
		pair_free(&pair);
	}
	if (!able)
		SAY_SKIPPED(NO_IFMA);
}

static void
each_bit_of_a_signature_counts(void **state)
{
	unsigned char digest[SHA256_LEN] = "bits", signature[RSA_SIGNATURE_MAX];
	struct pair pair;
	size_t n;

	(void)state;
	if (!pair_init(&pair, test_key(TEST_KEY_A))) {
		pair_free(&pair);
		SAY_SKIPPED(NO_IFMA);
		return;
	}
	assert_int_equal(rsa_sign(pair.key, digest, signature, &n), 0);
	for (size_t bit = 0; bit < n * 8; bit++) {
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
		check_verdict(&pair, digest, signature, n, false);
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < SHA256_LEN * 8; bit++) {
		digest[bit / 8] ^= (unsigned char)(1 << bit % 8);
		check_verdict(&pair, digest, signature, n, false);
		digest[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	check_verdict(&pair, digest, signature, n, true);
	pair_free(&pair);
}

/* The same number modulo n, which is no signature (RFC 8017 5.2.2 step 1). */
static void
a_signature_is_below_the_modulus(void **state)
{
	unsigned char digest[SHA256_LEN] = { 0 }, bytes[RSA_SIGNATURE_MAX];
	BIGNUM *s = BN_new(), *m = BN_new();
	struct pair pair;
	bool able = pair_init(&pair, test_key(TEST_KEY_A));
	int seen = 0;
	size_t n;

	(void)state;
	BN_bin2bn(pair.n, BYTES, m);
	for (int i = 0; able && i < 40; i++) {
		digest[0] = (unsigned char)i;
		assert_int_equal(rsa_sign(pair.key, digest, bytes, &n), 0);
		BN_bin2bn(bytes, BYTES, s);
		BN_add(s, s, m);
		if (BN_num_bits(s) > BYTES * 8)
			continue;
		BN_bn2binpad(s, bytes, BYTES);
		check_verdict(&pair, digest, bytes, n, false);
		seen++;
	}
	BN_free(s);
	BN_free(m);
	pair_free(&pair);
	if (able)
		assert_true(seen > 5);
	else
		SAY_SKIPPED(NO_IFMA);
}

static void
numbers_and_lengths_that_are_no_signature(void **state)
{
	unsigned char digest[SHA256_LEN] = { 0 }, s[RSA_SIGNATURE_MAX] = { 0 };
	struct pair pair;
	size_t n;

	(void)state;
	if (!pair_init(&pair, test_key(TEST_KEY_B))) {
		pair_free(&pair);
		SAY_SKIPPED(NO_IFMA);
		return;
	}
	check_verdict(&pair, digest, s, BYTES, false);
	s[BYTES - 1] = 1;
	check_verdict(&pair, digest, s, BYTES, false);
	memset(s, 0xff, BYTES);
	check_verdict(&pair, digest, s, BYTES, false);
	memcpy(s, pair.n, BYTES);
	check_verdict(&pair, digest, s, BYTES, false);
	s[BYTES - 1] ^= 1; /* n is odd: n - 1 */
	check_verdict(&pair, digest, s, BYTES, false);
	assert_int_equal(rsa_sign(pair.key, digest, s, &n), 0);
	for (size_t length = 0; length <= BYTES + 8; length++)
		check_verdict(&pair, digest, s, length, length == n);
	pair_free(&pair);
}

/* S such that S^65537 is MESSAGE. */
static void
sign_as_it_is(struct rsa_key *key, const unsigned char message[BYTES],
    unsigned char s[BYTES])
{
	PKCS8_PRIV_KEY_INFO *info;
	const unsigned char *p;
	size_t n = BYTES;
	EVP_PKEY_CTX *raw;
	EVP_PKEY *pkey;
	struct str der;

	assert_int_equal(rsa_private_der(arena, key, &der), 0);
	p = (const unsigned char *)der.p;
	info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)der.n);
	pkey = EVP_PKCS82PKEY(info);
	raw = EVP_PKEY_CTX_new(pkey, NULL);
	assert_int_equal(EVP_PKEY_sign_init(raw), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(raw, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_sign(raw, s, &n, message, BYTES), 1);
	assert_int_equal(n, BYTES);
	EVP_PKEY_CTX_free(raw);
	EVP_PKEY_free(pkey);
	PKCS8_PRIV_KEY_INFO_free(info);
}

#define SHA256_ID "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define SHA512_ID "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03"

/*
 * Messages that a holder of the key could encode, but that only a verifier who
 * parses takes. GARBAGE bytes stand behind the digest.
 */
static const struct {
	struct str start, info;
	size_t garbage;
	const char *what;
	bool right;
} encodings[] = {
#define INFO(text)                                                             \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}
	{ INFO("\0\1"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "as it must be", true },
	{ INFO("\0\1"), INFO("\x30\x2f\x30\x0b" SHA256_ID "\4\x20"), 0,
	    "no parameter", false },
	{ INFO("\0\1"), INFO("\x30\x31\x30\x0d" SHA512_ID "\5\0\4\x20"), 0,
	    "another algorithm", false },
	{ INFO("\0\1"), INFO("\x30\x32\x30\x0d" SHA256_ID "\5\0\4\x81\x20"), 0,
	    "a length that is not DER", false },
	{ INFO("\0\1"), INFO("\x30\x33\x30\x0f" SHA256_ID "\4\2\0\0\4\x20"), 0,
	    "another parameter", false },
	{ INFO("\0\1"), INFO(""), 0, "the bare digest", false },
	{ INFO("\0\1"), INFO("\4\x20"), 0, "an octet string", false },
	{ INFO("\0\1"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 1,
	    "one byte behind", false },
	{ INFO("\0\1"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 194,
	    "eight bytes of padding, the rest behind", false },
	{ INFO("\0\2"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "the type of encryption", false },
	{ INFO("\0\0"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "the type of no padding", false },
	{ INFO("\1\1"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "no zero in front", false },
	{ INFO("\0\1\0"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "a zero in the padding", false },
	{ INFO("\0\1\xfe"), INFO("\x30\x31\x30\x0d" SHA256_ID "\5\0\4\x20"), 0,
	    "padding that is not all ones", false },
#undef INFO
};

static void
encode(unsigned char message[BYTES], size_t which,
    const unsigned char digest[SHA256_LEN])
{
	struct str start = encodings[which].start;
	struct str info = encodings[which].info;
	size_t end = BYTES - SHA256_LEN - encodings[which].garbage;

	memset(message, 0xff, BYTES);
	memcpy(message, start.p, start.n);
	memcpy(message + end, digest, SHA256_LEN);
	chance_bytes(
	    &seed, message + end + SHA256_LEN, encodings[which].garbage);
	memcpy(message + end - info.n, info.p, info.n);
	message[end - info.n - 1] = 0;
}

static void
only_the_one_encoding_is_taken(void **state)
{
	unsigned char digest[SHA256_LEN], message[BYTES], s[BYTES];
	struct str signature = { (const char *)s, BYTES };
	struct pair pair;
	bool able = pair_init(&pair, test_key(TEST_KEY_A));

	(void)state;
	seed = 4;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		bool right = encodings[i].right;
		int rc;

		chance_bytes(&seed, digest, sizeof(digest));
		encode(message, i, digest);
		sign_as_it_is(pair.key, message, s);
		rc = rsa_verify_openssl(pair.key, digest, signature);
		if (rc != (right ? 0 : HUB_EDENIED))
			fail_msg("OpenSSL on %s: %d", encodings[i].what, rc);
		assert_int_equal(rsa_verify(pair.key, digest, signature), rc);
		if (able &&
		    rsa_ifma_verify(pair.fast, digest, signature) != right)
			fail_msg("wrong verdict on %s", encodings[i].what);
	}
	pair_free(&pair);
}

/* Of the same modulus: what is right for 65537 must not be so for others. */
static void
another_exponent_is_left_to_openssl(void **state)
{
	static const char exponents[][3] = { { 1, 0, 3 }, { 1, 1, 1 },
		{ 0x7f, -1, -1 }, { 1, 0, 1 } };
	unsigned char digest[SHA256_LEN] = "e", s[RSA_SIGNATURE_MAX];
	struct rsa_key *key = test_key(TEST_KEY_A), *other;
	struct str signature = { (const char *)s, 0 }, der;

	(void)state;
	assert_int_equal(rsa_sign(key, digest, s, &signature.n), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(rsa_public_der(arena, key, &der), 0);
		memcpy((char *)der.p + der.n - 3, exponents[i], 3);
		assert_int_equal(rsa_public(&other, der), 0);
		assert_int_equal(rsa_verify(other, digest, signature),
		    i == 3 ? 0 : HUB_EDENIED);
		rsa_free(other);
	}
	rsa_free(key);
}

/* A key of 3072 bits goes the way that all go on other processors. */
static void
a_longer_key_is_left_to_openssl(void **state)
{
	unsigned char digest[SHA256_LEN] = "3072", s[384];
	EVP_PKEY *pkey;
	EVP_PKEY_CTX *sign;
	unsigned char *der = NULL;
	struct rsa_key *key;
	size_t length = sizeof(s);
	int n;

	(void)state;
	if (RUNNING_ON_VALGRIND) {
		SAY_SKIPPED("a key of that length takes minutes there");
		return;
	}
	pkey = EVP_RSA_gen(3072);
	sign = EVP_PKEY_CTX_new(pkey, NULL);
	EVP_PKEY_sign_init(sign);
	EVP_PKEY_CTX_set_signature_md(sign, EVP_sha256());
	assert_int_equal(
	    EVP_PKEY_sign(sign, s, &length, digest, sizeof(digest)), 1);
	n = i2d_PUBKEY(pkey, &der);
	assert_int_equal(
	    rsa_public(&key, (struct str){ (char *)der, (size_t)n }), 0);
	assert_int_equal(
	    rsa_verify(key, digest, (struct str){ (const char *)s, length }),
	    0);
	s[7] ^= 1;
	assert_int_equal(
	    rsa_verify(key, digest, (struct str){ (const char *)s, length }),
	    HUB_EDENIED);
	rsa_free(key);
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(sign);
	EVP_PKEY_free(pkey);
}

/* So that none of the others is passed over where it has something to try. */
static void
a_key_is_taken_where_the_processor_can(void **state)
{
	bool can = __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512ifma");
	struct pair pair;

	(void)state;
	assert_int_equal(pair_init(&pair, test_key(TEST_KEY_A)), can);
	pair_free(&pair);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_taken_where_the_processor_can),
		cmocka_unit_test(signatures_are_right_for_their_digest_only),
		cmocka_unit_test(each_bit_of_a_signature_counts),
		cmocka_unit_test(a_signature_is_below_the_modulus),
		cmocka_unit_test(numbers_and_lengths_that_are_no_signature),
		cmocka_unit_test(only_the_one_encoding_is_taken),
		cmocka_unit_test(another_exponent_is_left_to_openssl),
		cmocka_unit_test(a_longer_key_is_left_to_openssl),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
