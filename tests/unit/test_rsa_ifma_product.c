/*
 * The multiplication of src/token/rsa_ifma.c against the numbers of OpenSSL.
 * Where the processor cannot do it, there is nothing to compare; valgrind's
 * cannot.
 */
#include "token/rsa_ifma.h"

#include <string.h>
#include <openssl/bn.h>
#include "chance.h"
#include "unit.h"

#define LIMBS RSA_IFMA_LIMBS
#define BYTES RSA_IFMA_BYTES
#define LIMB_BITS 52
#define MASK ((UINT64_C(1) << LIMB_BITS) - 1)

#define NO_IFMA "this processor has no AVX-512 IFMA"

static BN_CTX *ctx;
static uint64_t seed;

static int
set_up(void **state)
{
	(void)state;
	ctx = BN_CTX_new();
	return ctx == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	BN_CTX_free(ctx);
	return 0;
}

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
	uint64_t kinds = chance(&seed);

	for (int i = 0; i < LIMBS; i++) {
		uint64_t r = chance(&seed);
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
		chance_bytes(&seed, bytes, sizeof(bytes));
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
		chance_bytes(&seed, bytes, BYTES);
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
				chance_bytes(&seed, bytes, BYTES);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_are_those_of_openssl),
		cmocka_unit_test(products_with_limbs_at_the_edge_are_right),
		cmocka_unit_test(a_modulus_is_odd_and_of_2048_bits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
