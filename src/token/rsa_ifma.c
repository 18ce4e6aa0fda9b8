/*
 * The public operation of RSA (RFC 8017 sections 5.2.2 and 8.2.2) with numbers
 * of 40 limbs of 52 bits, five vectors of eight. Nothing here is secret, so
 * nothing here has to take the same time for all numbers.
 *
 * Products are Montgomery's: a * b / R modulo n with R = 2^2080, one limb of b
 * at a time. As 4 * n < R, factors below 2 * n give a product below 2 * n:
 * (a * b + q * n) / R with q < R is below (4 * n / R + 1) * n. So no product is
 * reduced but the last one.
 *
 * A signature is right if its power equals the one encoded message that there
 * is for the digest, all 256 bytes. Nothing in the power is parsed, so there is
 * nothing in which a forger could hide. A fault in the arithmetic can make a
 * right signature look wrong, which OpenSSL is asked about; to make a wrong one
 * look right, it had to yield the very 2048 bits that are expected.
 */
#include "token/rsa_ifma.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define LIMBS RSA_IFMA_LIMBS
#define VECTORS (LIMBS / 8)
#define LIMB_BITS 52
#define MASK ((UINT64_C(1) << LIMB_BITS) - 1)
#define SPARE (64 - LIMB_BITS)

/* The rest of the program is for any processor of its kind. */
#define TARGET __attribute__((target("avx512f,avx512ifma")))
/* Vectors are to stay in registers. */
#define INLINE static inline __attribute__((always_inline)) TARGET

struct rsa_ifma {
	uint64_t n[LIMBS];
	uint64_t square[LIMBS]; /* R * R modulo n */
	uint64_t factor;        /* -1 / n modulo 2^52, times 2^12 */
};

/* The upper and the lower half of a product. */
static inline uint64_t
high(uint64_t a, uint64_t b)
{
	return (uint64_t)((unsigned __int128)a * b >> 64);
}

/* The same limb eight times. */
INLINE __m512i
all(uint64_t limb)
{
	return _mm512_set1_epi64((long long)limb);
}

INLINE void
load(__m512i x[VECTORS], const uint64_t limbs[LIMBS])
{
	x[0] = _mm512_loadu_si512(limbs);
	x[1] = _mm512_loadu_si512(limbs + 8);
	x[2] = _mm512_loadu_si512(limbs + 16);
	x[3] = _mm512_loadu_si512(limbs + 24);
	x[4] = _mm512_loadu_si512(limbs + 32);
}

INLINE void
store(uint64_t limbs[LIMBS], const __m512i x[VECTORS])
{
	_mm512_storeu_si512(limbs, x[0]);
	_mm512_storeu_si512(limbs + 8, x[1]);
	_mm512_storeu_si512(limbs + 16, x[2]);
	_mm512_storeu_si512(limbs + 24, x[3]);
	_mm512_storeu_si512(limbs + 32, x[4]);
}

INLINE void
set_zero(__m512i x[VECTORS])
{
	x[0] = x[1] = x[2] = x[3] = x[4] = _mm512_setzero_si512();
}

/* Adds the lower 52 bits of each product; the factors' lower 52 bits count. */
INLINE void
add_low(__m512i x[VECTORS], const __m512i a[VECTORS], __m512i b)
{
	x[0] = _mm512_madd52lo_epu64(x[0], a[0], b);
	x[1] = _mm512_madd52lo_epu64(x[1], a[1], b);
	x[2] = _mm512_madd52lo_epu64(x[2], a[2], b);
	x[3] = _mm512_madd52lo_epu64(x[3], a[3], b);
	x[4] = _mm512_madd52lo_epu64(x[4], a[4], b);
}

/* The same of the upper 52 bits. */
INLINE void
add_high(__m512i x[VECTORS], const __m512i a[VECTORS], __m512i b)
{
	x[0] = _mm512_madd52hi_epu64(x[0], a[0], b);
	x[1] = _mm512_madd52hi_epu64(x[1], a[1], b);
	x[2] = _mm512_madd52hi_epu64(x[2], a[2], b);
	x[3] = _mm512_madd52hi_epu64(x[3], a[3], b);
	x[4] = _mm512_madd52hi_epu64(x[4], a[4], b);
}

/* Each limb goes down by two; the lowest two fall out. */
INLINE void
shift_down(__m512i x[VECTORS])
{
	x[0] = _mm512_alignr_epi64(x[1], x[0], 2);
	x[1] = _mm512_alignr_epi64(x[2], x[1], 2);
	x[2] = _mm512_alignr_epi64(x[3], x[2], 2);
	x[3] = _mm512_alignr_epi64(x[4], x[3], 2);
	x[4] = _mm512_alignr_epi64(_mm512_setzero_si512(), x[4], 2);
}

INLINE __m512i
add_up(__m512i to, __m512i x, __m512i below)
{
	return _mm512_add_epi64(to, _mm512_alignr_epi64(x, below, 7));
}

/* TO gets the limbs of X, each one place further up. */
INLINE void
add_shifted_up(__m512i to[VECTORS], const __m512i x[VECTORS])
{
	to[0] = add_up(to[0], x[0], _mm512_setzero_si512());
	to[1] = add_up(to[1], x[1], x[0]);
	to[2] = add_up(to[2], x[2], x[1]);
	to[3] = add_up(to[3], x[3], x[2]);
	to[4] = add_up(to[4], x[4], x[3]);
}

/* Cuts X down to 52 bits and gives what was above them. */
INLINE __m512i
cut(__m512i *x)
{
	__m512i above = _mm512_srli_epi64(*x, LIMB_BITS);

	*x = _mm512_and_si512(*x, all(MASK));
	return above;
}

/* What is above 52 bits goes to the limb above, for all limbs at once. */
INLINE void
carry_once(__m512i x[VECTORS])
{
	const __m512i above[VECTORS] = { cut(&x[0]), cut(&x[1]), cut(&x[2]),
		cut(&x[3]), cut(&x[4]) };

	add_shifted_up(x, above);
}

/* A bit for each limb: is it too large, and is it all ones? */
INLINE void
look_at(const __m512i *x, int at, uint64_t *larger, uint64_t *full)
{
	const __m512i mask = all(MASK);

	*larger |= (uint64_t)_mm512_cmpgt_epu64_mask(*x, mask) << at;
	*full |= (uint64_t)_mm512_cmpeq_epu64_mask(*x, mask) << at;
}

INLINE __m512i
add_carries(__m512i x, uint64_t carries)
{
	x = _mm512_mask_add_epi64(x, (__mmask8)carries, x, all(1));
	return _mm512_and_si512(x, all(MASK));
}

/*
 * Limbs of up to 64 bits become limbs of 52. After the first round a limb is
 * too large by one carry at the most. Which limbs get one is an addition of
 * bits: a limb that is too large begins a carry, one that is all ones hands it
 * on.
 */
INLINE void
normalise(__m512i x[VECTORS])
{
	uint64_t larger = 0, full = 0, carries;

	carry_once(x);
	look_at(&x[0], 0, &larger, &full);
	look_at(&x[1], 8, &larger, &full);
	look_at(&x[2], 16, &larger, &full);
	look_at(&x[3], 24, &larger, &full);
	look_at(&x[4], 32, &larger, &full);
	carries = (full + (larger << 1)) ^ full;
	x[0] = add_carries(x[0], carries);
	x[1] = add_carries(x[1], carries >> 8);
	x[2] = add_carries(x[2], carries >> 16);
	x[3] = add_carries(x[3], carries >> 24);
	x[4] = add_carries(x[4], carries >> 32);
}

/*
 * Each turn adds the product of A and one limb of B, and that multiple q of n
 * which makes the lowest limb zero, and drops the limb. What decides on the
 * next q is the lowest limb and what it gets from the one above; the vectors
 * are too slow for that. So the lowest limb is kept beside them, and what a
 * turn adds to it and to the one above is computed here, too. The vectors give
 * ABOVE, what the limb above had before the turn; their own lowest limb is
 * never looked at.
 *
 * The lower 52 bits of q * n make those of the lowest limb zero: they hand up
 * one if those are not zero already. Where a factor stands 12 bits higher, the
 * upper 52 bits of the product are its upper word.
 */
struct lowest {
	uint64_t limb;
	uint64_t a0, a1; /* of A, times 2^12 */
	uint64_t n0, n1;
	uint64_t factor;
};

static inline uint64_t
turn(struct lowest *l, uint64_t b, uint64_t above)
{
	uint64_t limb = l->limb + (l->a0 * b >> SPARE);
	uint64_t q = limb * l->factor; /* times 2^12 */

	above += high(l->a0, b) + (l->a1 * b >> SPARE);
	above += (limb >> LIMB_BITS) + ((limb & MASK) != 0);
	l->limb = above + high(q, l->n0) + (q * l->n1 >> SPARE);
	return q >> SPARE;
}

INLINE uint64_t
lane_0(const __m512i x[VECTORS])
{
	return (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(x[0]));
}

INLINE uint64_t
lane_1(const __m512i x[VECTORS])
{
	return (uint64_t)_mm_extract_epi64(_mm512_castsi512_si128(x[0]), 1);
}

/*
 * X = A * B / R modulo n, two turns at a time. The sum is X and, one limb
 * higher, ODD: the upper halves of one turn and the lower ones of the next are
 * for the same limbs, and two sums that do not wait for each other take half
 * the time. A limb gets less than 2^54 in a turn and leaves after 40, so
 * nothing reaches 2^60 before the end.
 */
INLINE void
multiply(__m512i x[VECTORS], const __m512i a[VECTORS], const uint64_t b[LIMBS],
    const __m512i n[VECTORS], struct lowest lowest)
{
	__m512i odd[VECTORS], limb, q;

	set_zero(x);
	set_zero(odd);
	for (int i = 0; i < LIMBS; i += 2) {
		limb = all(b[i]);
		q = all(turn(&lowest, b[i], lane_1(x) + lane_0(odd)));
		add_low(x, a, limb);
		add_high(odd, a, limb);
		add_low(x, n, q);
		add_high(odd, n, q);
		shift_down(x);
		limb = all(b[i + 1]);
		q = all(turn(&lowest, b[i + 1], lane_0(x) + lane_1(odd)));
		add_high(x, a, limb);
		add_low(odd, a, limb);
		add_low(odd, n, q);
		add_high(x, n, q);
		shift_down(odd);
	}
	add_shifted_up(x, odd);
	x[0] = _mm512_mask_set1_epi64(x[0], 1, (long long)lowest.limb);
	normalise(x);
}

INLINE struct lowest
lowest_of(const struct rsa_ifma *key, const uint64_t a[LIMBS])
{
	return (struct lowest){ .a0 = a[0] << SPARE,
		.a1 = a[1] << SPARE,
		.n0 = key->n[0],
		.n1 = key->n[1],
		.factor = key->factor };
}

TARGET static void
multiply_limbs(const struct rsa_ifma *key, uint64_t out[LIMBS],
    const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	__m512i n[VECTORS], va[VECTORS], x[VECTORS];

	load(n, key->n);
	load(va, a);
	multiply(x, va, b, n, lowest_of(key, a));
	store(out, x);
}

/* X^65536 in place of X. */
TARGET static void
raise_far(const struct rsa_ifma *key, uint64_t x[LIMBS])
{
	__m512i n[VECTORS], a[VECTORS], product[VECTORS];

	load(n, key->n);
	load(a, x);
	for (int i = 0; i < 16; i++) {
		multiply(product, a, x, n, lowest_of(key, x));
		store(x, product);
		memcpy(a, product, sizeof(a));
	}
}

static void
limbs_of(uint64_t limbs[LIMBS], const unsigned char bytes[RSA_IFMA_BYTES])
{
	unsigned char little[RSA_IFMA_BYTES + 8] = { 0 };

	for (size_t i = 0; i < RSA_IFMA_BYTES; i++)
		little[i] = bytes[RSA_IFMA_BYTES - 1 - i];
	for (size_t i = 0; i < LIMBS; i++) {
		size_t bit = i * LIMB_BITS;
		uint64_t word;

		memcpy(&word, little + bit / 8, sizeof(word));
		limbs[i] = word >> bit % 8 & MASK;
	}
}

static bool
is_below(const uint64_t a[LIMBS], const uint64_t b[LIMBS])
{
	size_t i = LIMBS - 1;

	while (i > 0 && a[i] == b[i])
		i--;
	return a[i] < b[i];
}

/* X below 2 * n becomes X below n. */
static void
reduce(uint64_t x[LIMBS], const uint64_t n[LIMBS])
{
	uint64_t borrow = 0;

	if (is_below(x, n))
		return;
	for (size_t i = 0; i < LIMBS; i++) {
		uint64_t limb = x[i] - n[i] - borrow;

		borrow = limb >> 63;
		x[i] = limb & MASK;
	}
}

static void
twice(uint64_t x[LIMBS], const uint64_t n[LIMBS])
{
	uint64_t carry = 0;

	for (size_t i = 0; i < LIMBS; i++) {
		uint64_t limb = x[i] << 1 | carry;

		carry = limb >> LIMB_BITS;
		x[i] = limb & MASK;
	}
	reduce(x, n);
}

/*
 * R * R modulo n: 2^65 in Montgomery's form is R * 2^65, reached by doubling,
 * and five squarings make 2^(65 * 32) of it, which is R in that form.
 */
static void
set_square(struct rsa_ifma *key)
{
	uint64_t *x = key->square;

	/* n is odd and has 2048 bits, so this is below n. */
	x[2047 / LIMB_BITS] = UINT64_C(1) << 2047 % LIMB_BITS;
	for (int bit = 2047; bit < LIMBS * LIMB_BITS + 65; bit++)
		twice(x, key->n);
	for (int i = 0; i < 5; i++)
		multiply_limbs(key, x, x, x);
	reduce(x, key->n);
}

/* Newton: each step doubles the bits that are right, beginning with three. */
static uint64_t
negative_inverse(uint64_t n)
{
	uint64_t x = n;

	for (int bits = 3; bits < LIMB_BITS; bits *= 2)
		x *= 2 - n * x;
	return -x;
}

static bool
is_able(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512ifma");
}

struct rsa_ifma *
rsa_ifma_new(const unsigned char n[RSA_IFMA_BYTES])
{
	struct rsa_ifma *key;

	if (!is_able() || n[0] < 0x80 || n[RSA_IFMA_BYTES - 1] % 2 == 0)
		return NULL;
	key = calloc(1, sizeof(*key));
	if (key == NULL)
		return NULL;
	limbs_of(key->n, n);
	key->factor = negative_inverse(key->n[0]) << SPARE;
	set_square(key);
	return key;
}

/* EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) of a digest of SHA-256. */
static void
encode(unsigned char message[RSA_IFMA_BYTES],
    const unsigned char digest[SHA256_LEN])
{
	static const unsigned char info[] = { 0x00, 0x30, 0x31, 0x30, 0x0d,
		0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
		0x01, 0x05, 0x00, 0x04, 0x20 };
	const size_t end = RSA_IFMA_BYTES - SHA256_LEN;

	message[0] = 0x00;
	message[1] = 0x01;
	memset(message + 2, 0xff, end - sizeof(info) - 2);
	memcpy(message + end - sizeof(info), info, sizeof(info));
	memcpy(message + end, digest, SHA256_LEN);
}

bool
rsa_ifma_verify(const struct rsa_ifma *key,
    const unsigned char digest[SHA256_LEN], struct str signature)
{
	uint64_t s[LIMBS], power[LIMBS], expected[LIMBS];
	unsigned char message[RSA_IFMA_BYTES];

	if (signature.n != RSA_IFMA_BYTES)
		return false;
	limbs_of(s, (const unsigned char *)signature.p);
	if (!is_below(s, key->n))
		return false;
	multiply_limbs(key, power, s, key->square);
	raise_far(key, power);
	/* The plain S: this takes the power out of Montgomery's form. */
	multiply_limbs(key, power, power, s);
	reduce(power, key->n);
	encode(message, digest);
	limbs_of(expected, message);
	return memcmp(power, expected, sizeof(power)) == 0;
}

void
rsa_ifma_multiply(const struct rsa_ifma *key, uint64_t out[RSA_IFMA_LIMBS],
    const uint64_t a[RSA_IFMA_LIMBS], const uint64_t b[RSA_IFMA_LIMBS])
{
	multiply_limbs(key, out, a, b);
}

#else

struct rsa_ifma *
rsa_ifma_new(const unsigned char n[RSA_IFMA_BYTES])
{
	(void)n;
	return NULL;
}

bool
rsa_ifma_verify(const struct rsa_ifma *key,
    const unsigned char digest[SHA256_LEN], struct str signature)
{
	(void)key;
	(void)digest;
	(void)signature;
	return false;
}

void
rsa_ifma_multiply(const struct rsa_ifma *key, uint64_t out[RSA_IFMA_LIMBS],
    const uint64_t a[RSA_IFMA_LIMBS], const uint64_t b[RSA_IFMA_LIMBS])
{
	(void)key;
	(void)a;
	(void)b;
	memset(out, 0, RSA_IFMA_LIMBS * sizeof(out[0]));
}

#endif

void
rsa_ifma_free(struct rsa_ifma *key)
{
	free(key);
}
