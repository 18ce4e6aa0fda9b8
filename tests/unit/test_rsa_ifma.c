/*
 * Verification by AVX-512 against OpenSSL: the multiplication against its
 * numbers, the verdict against its verdict. Where the processor cannot do it,
 * there is nothing to compare; valgrind's cannot.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include "base/arena.h"
#include "base/err.h"
#include "keys.h"
#include "token/rsa.h"
#include "token/rsa_ifma.h"

#define LIMBS RSA_IFMA_LIMBS
#define BYTES RSA_IFMA_BYTES
#define LIMB_BITS 52
#define MASK ((UINT64_C(1) << LIMB_BITS) - 1)

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

/* A random number out of a counter: the same in each run. */
static uint64_t
random_number(void)
{
	uint64_t x = seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void
random_bytes(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)random_number();
}

#define NO_IFMA "this processor has no AVX-512 IFMA"

/* A modulus and what both sides need to calculate with it. */
struct modulus {
	BIGNUM *n, *twice, *inverse; /* 1 / R modulo n */
	struct rsa_ifma *key;
};

/* Takes N over. False if the processor cannot. */
static bool
modulus_init(struct modulus *m, BIGNUM *n)
{
	unsigned char bytes[BYTES];

	m->n = n;
	m->twice = BN_new();
	m->inverse = BN_new();
	BN_lshift1(m->twice, n);
	BN_set_bit(m->inverse, LIMBS * LIMB_BITS);
	assert_non_null(BN_mod_inverse(m->inverse, m->inverse, n, ctx));
	assert_int_equal(BN_bn2binpad(n, bytes, BYTES), BYTES);
	m->key = rsa_ifma_new(bytes);
	return m->key != NULL;
}

static void
modulus_free(struct modulus *m)
{
	rsa_ifma_free(m->key);
	BN_free(m->inverse);
	BN_free(m->twice);
	BN_free(m->n);
}

static void
limbs_of(uint64_t limbs[LIMBS], const BIGNUM *x)
{
	unsigned char bytes[LIMBS * LIMB_BITS / 8 + 8] = { 0 };

	assert_true(BN_bn2lebinpad(x, bytes, LIMBS * LIMB_BITS / 8) > 0);
	for (size_t i = 0; i < LIMBS; i++) {
		limbs[i] = 0;
		for (size_t k = 8; k-- > 0;)
			limbs[i] = limbs[i] << 8 | bytes[i * 13 / 2 + k];
		limbs[i] = limbs[i] >> i % 2 * 4 & MASK;
	}
}

static void
number_of(BIGNUM *x, const uint64_t limbs[LIMBS])
{
	BN_zero(x);
	for (int i = LIMBS - 1; i >= 0; i--) {
		BN_lshift(x, x, LIMB_BITS);
		BN_add_word(x, limbs[i]);
	}
}

static void
check_product(const struct modulus *m, const BIGNUM *a, const BIGNUM *b)
{
	uint64_t la[LIMBS], lb[LIMBS], product[LIMBS];
	BIGNUM *expected = BN_new(), *got = BN_new();

	limbs_of(la, a);
	limbs_of(lb, b);
	rsa_ifma_multiply(m->key, product, la, lb);
	for (int i = 0; i < LIMBS; i++)
		assert_true(product[i] <= MASK);
	number_of(got, product);
	assert_true(BN_cmp(got, m->twice) < 0);
	assert_true(BN_mod(got, got, m->n, ctx));
	assert_true(BN_mod_mul(expected, a, b, m->n, ctx));
	assert_true(BN_mod_mul(expected, expected, m->inverse, m->n, ctx));
	if (BN_cmp(got, expected) != 0)
		fail_msg("%s * %s modulo %s is wrong", BN_bn2hex(a),
		    BN_bn2hex(b), BN_bn2hex(m->n));
	BN_free(expected);
	BN_free(got);
}

/* Limbs at which carries begin, are handed on or end. */
static void
limbs_at_the_edge(BIGNUM *x)
{
	uint64_t limbs[LIMBS];
	uint64_t kinds = random_number();

	for (int i = 0; i < LIMBS; i++) {
		uint64_t r = random_number();
		const uint64_t some[] = { 0, 1, MASK, MASK - 1, r & 0xff,
			MASK - (r & 0xff), UINT64_C(1) << r % LIMB_BITS,
			r & MASK };

		/* Some numbers have two kinds of limbs only. */
		limbs[i] = kinds % 2 != 0
		    ? some[r >> 61]
		    : some[(r >> 61) % 2 != 0 ? kinds >> 61 : kinds >> 58 & 7];
	}
	number_of(x, limbs);
}

/* Below twice the modulus; the first few are the same for each modulus. */
static BIGNUM *
factor_of(const struct modulus *m, unsigned int which)
{
	unsigned char bytes[BYTES + 1];
	BIGNUM *x = BN_new();

	if (which == 0 || which == 1) {
		BN_set_word(x, which);
	} else if (which >= 2 && which <= 4) {
		BN_copy(x, m->n);
		BN_sub_word(x, 1);
		BN_add_word(x, which - 2);
	} else if (which == 5) {
		BN_copy(x, m->twice);
		BN_sub_word(x, 1);
	} else if (which == 6 || which == 7) {
		BN_set_bit(x, 2048);
		BN_sub_word(x, which - 5);
	} else if (which == 8) {
		BN_set_bit(x, 2047);
	} else if (which % 2 == 0) {
		limbs_at_the_edge(x);
	} else {
		random_bytes(bytes, sizeof(bytes));
		BN_bin2bn(bytes, sizeof(bytes), x);
	}
	BN_mod(x, x, m->twice, ctx);
	return x;
}

/* The first ones are near powers of two. */
static BIGNUM *
modulus_of(unsigned int which)
{
	static const struct {
		int high, low; /* 2^high + sign * 2^low + small */
		int sign, small;
	} edges[] = { { 2048, 0, 0, -1 }, { 2048, 0, 0, -3 },
		{ 2048, 0, 0, -189 }, { 2047, 0, 0, 1 }, { 2047, 0, 0, 3 },
		{ 2047, 52, 1, 1 }, { 2047, 52, 1, -1 }, { 2047, 104, 1, 1 },
		{ 2047, 104, 1, -1 }, { 2048, 52, -1, 1 }, { 2048, 52, -1, -1 },
		{ 2048, 104, -1, -1 }, { 2048, 2028, -1, 1 },
		{ 2048, 2028, -1, -1 }, { 2047, 2028, 1, -1 },
		{ 2047, 2027, 1, 1 }, { 2048, 1024, -1, -1 },
		{ 2047, 2046, 1, -1 }, { 2048, 2046, -1, 1 } };
	BIGNUM *n = BN_new(), *low = BN_new();
	unsigned char bytes[BYTES];

	if (which < sizeof(edges) / sizeof(edges[0])) {
		BN_set_bit(n, edges[which].high);
		BN_set_bit(low, edges[which].low);
		if (edges[which].sign > 0)
			BN_add(n, n, low);
		else if (edges[which].sign < 0)
			BN_sub(n, n, low);
		if (edges[which].small > 0)
			BN_add_word(n, (BN_ULONG)edges[which].small);
		else
			BN_sub_word(n, (BN_ULONG)-edges[which].small);
	} else if (which % 2 == 0) {
		limbs_at_the_edge(n);
		BN_mask_bits(n, 2048);
	} else {
		random_bytes(bytes, BYTES);
		BN_bin2bn(bytes, BYTES, n);
	}
	BN_set_bit(n, 2047);
	BN_set_bit(n, 0);
	BN_free(low);
	return n;
}

/* The first ones with each other, then at random; also squares in place. */
static void
check_modulus(const struct modulus *m)
{
	for (unsigned int i = 0; i < 9 * 9 + 60; i++) {
		unsigned int first = i < 81 ? i / 9 : 9 + i;
		BIGNUM *a = factor_of(m, first);
		BIGNUM *b = factor_of(m, i < 81 ? i % 9 : 9 + i / 2);

		check_product(m, a, b);
		check_product(m, a, a);
		BN_free(a);
		BN_free(b);
	}
}

static void
products_are_those_of_openssl(void **state)
{
	struct modulus m;

	(void)state;
	seed = 1;
	for (unsigned int which = 0; which < 40; which++) {
		bool able = modulus_init(&m, modulus_of(which));

		if (able)
			check_modulus(&m);
		modulus_free(&m);
		if (!able) {
			SAY_SKIPPED(NO_IFMA);
			return;
		}
	}
}

/* What the sums of a product look like cannot be chosen, but its limbs can. */
static void
products_with_limbs_at_the_edge_are_right(void **state)
{
	BIGNUM *r = BN_new(), *a = BN_new(), *b = BN_new();
	unsigned char bytes[BYTES];
	struct modulus m;
	bool able = true;

	(void)state;
	seed = 2;
	BN_set_bit(r, LIMBS * LIMB_BITS);
	for (unsigned int which = 0; able && which < 3000; which++) {
		if (which % 100 == 0)
			able = modulus_init(&m, modulus_of(21 + which / 100));
		if (able) {
			do {
				random_bytes(bytes, BYTES);
				BN_bin2bn(bytes, BYTES, b);
			} while (!BN_mod_inverse(a, b, m.n, ctx));
			BN_mod_mul(a, a, r, m.n, ctx);
			limbs_at_the_edge(r);
			BN_mod_mul(a, a, r, m.n, ctx);
			BN_zero(r);
			BN_set_bit(r, LIMBS * LIMB_BITS);
			check_product(&m, a, b);
		}
		if (!able || which % 100 == 99)
			modulus_free(&m);
	}
	BN_free(r);
	BN_free(a);
	BN_free(b);
	if (!able)
		SAY_SKIPPED(NO_IFMA);
}

static void
a_modulus_is_odd_and_of_2048_bits(void **state)
{
	unsigned char n[BYTES];

	(void)state;
	memset(n, 0xff, sizeof(n));
	n[BYTES - 1] = 0xfe;
	assert_null(rsa_ifma_new(n));
	n[BYTES - 1] = 0xff;
	n[0] = 0x7f;
	assert_null(rsa_ifma_new(n));
	rsa_ifma_free(NULL);
}

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
		random_bytes(digest, sizeof(digest));
		if (i < 2)
			memset(digest, -i, sizeof(digest));
		assert_int_equal(rsa_sign(pair->key, digest, signature, &n), 0);
		check_verdict(pair, digest, signature, n, true);
		digest[i % SHA256_LEN] ^= (unsigned char)(1 << i % 8);
		check_verdict(pair, digest, signature, n, false);
		random_bytes(signature, BYTES);
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
	random_bytes(message + end + SHA256_LEN, encodings[which].garbage);
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

		random_bytes(digest, sizeof(digest));
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
		cmocka_unit_test(products_are_those_of_openssl),
		cmocka_unit_test(products_with_limbs_at_the_edge_are_right),
		cmocka_unit_test(a_modulus_is_odd_and_of_2048_bits),
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
