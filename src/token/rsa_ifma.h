#ifndef TOKEN_RSA_IFMA_H
#define TOKEN_RSA_IFMA_H

#include <stdbool.h>
#include <stdint.h>
#include "base/secret.h"
#include "base/str.h"

/*
 * Verification of RS256 with a key of 2048 bits and the exponent 65537, on
 * processors that multiply eight times 52 bits at once (AVX-512 IFMA). It only
 * ever says that a signature is right; about all others somebody else is to be
 * asked.
 */
#define RSA_IFMA_BYTES 256
#define RSA_IFMA_LIMBS 40 /* of 52 bits, the lowest first */

struct rsa_ifma;

/*
 * What is computed once for the modulus N, big-endian; rsa_ifma_free() frees
 * it. NULL if this processor cannot do it, if N is even or has less than 2048
 * bits, or if there is no memory.
 */
struct rsa_ifma *rsa_ifma_new(const unsigned char n[RSA_IFMA_BYTES]);

/* NULL is allowed. */
void rsa_ifma_free(struct rsa_ifma *key);

/*
 * True if SIGNATURE is right for the digest. False: it is wrong, or of another
 * length, or not below the modulus.
 */
bool rsa_ifma_verify(const struct rsa_ifma *key,
    const unsigned char digest[SHA256_LEN], struct str signature);

/*
 * For the tests: A * B / 2^2080 modulo the modulus. A and B are below twice the
 * modulus, and so is OUT, whose limbs are below 2^52.
 */
void rsa_ifma_multiply(const struct rsa_ifma *key, uint64_t out[RSA_IFMA_LIMBS],
    const uint64_t a[RSA_IFMA_LIMBS], const uint64_t b[RSA_IFMA_LIMBS]);

#endif
