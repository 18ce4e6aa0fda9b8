/* Covers: token/rsa_ifma.c */
/*
 * Three numbers of 256 bytes, the modulus first: their product against
 * OpenSSL's. Missing bytes are zero.
 */
#include "fuzz.h"

#include <string.h>
#include <openssl/bn.h>
#include "token/rsa_ifma.h"

#define LIMB_BITS 52

static void
limbs_of(uint64_t limbs[RSA_IFMA_LIMBS], const BIGNUM *x)
{
	memset(limbs, 0, RSA_IFMA_LIMBS * sizeof(limbs[0]));
	for (int i = 0; i < RSA_IFMA_BYTES * 8; i++)
		limbs[i / LIMB_BITS] |= (uint64_t)BN_is_bit_set(x, i)
		    << i % LIMB_BITS;
}

static void
number_of(BIGNUM *x, const uint64_t limbs[RSA_IFMA_LIMBS])
{
	BN_zero(x);
	for (int i = RSA_IFMA_LIMBS - 1; i >= 0; i--) {
		FUZZ_HOLDS(limbs[i] >> LIMB_BITS == 0);
		FUZZ_HOLDS(BN_lshift(x, x, LIMB_BITS));
		FUZZ_HOLDS(BN_add_word(x, limbs[i]));
	}
}

/* Instead of the inverse of R: the product times R is that of the factors. */
static void
check(const struct rsa_ifma *key, unsigned char bytes[3][RSA_IFMA_BYTES])
{
	uint64_t a[RSA_IFMA_LIMBS], b[RSA_IFMA_LIMBS];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *number[3], *x = BN_new();

	for (int i = 0; i < 3; i++)
		number[i] = BN_bin2bn(bytes[i], RSA_IFMA_BYTES, NULL);
	limbs_of(a, number[1]);
	limbs_of(b, number[2]);
	rsa_ifma_multiply(key, a, a, b);
	number_of(x, a);
	FUZZ_HOLDS(BN_lshift(x, x, RSA_IFMA_LIMBS * LIMB_BITS));
	FUZZ_HOLDS(BN_mod(x, x, number[0], ctx));
	FUZZ_HOLDS(BN_mod_mul(number[1], number[1], number[2], number[0], ctx));
	FUZZ_HOLDS(BN_cmp(x, number[1]) == 0);
	for (int i = 0; i < 3; i++)
		BN_free(number[i]);
	BN_free(x);
	BN_CTX_free(ctx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char bytes[3][RSA_IFMA_BYTES] = { 0 };
	struct rsa_ifma *key;

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	bytes[0][0] |= 0x80;
	bytes[0][RSA_IFMA_BYTES - 1] |= 1;
	key = rsa_ifma_new(bytes[0]);
	if (key != NULL)
		check(key, bytes);
	rsa_ifma_free(key);
	return 0;
}
