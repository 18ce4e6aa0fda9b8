#include "unit.h"

#include <string.h>
#include "base/arena.h"
#include "base/err.h"
#include "keys.h"
#include "token/rsa.h"

static struct arena *arena;
static struct rsa_key *key;
static const unsigned char digest[SHA256_LEN] =
    "a digest, 32 bytes as it were..";

static int
set_up(void **state)
{
	(void)state;
	arena = arena_new(4096, 1 << 20);
	assert_non_null(arena);
	key = test_key(TEST_KEY_A);
	assert_non_null(key);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	rsa_free(key);
	arena_free(arena);
	return 0;
}

static struct str
public_der(void)
{
	struct str der;

	assert_int_equal(rsa_public_der(arena, key, &der), 0);
	return der;
}

static struct str
private_der(void)
{
	struct str der;

	assert_int_equal(rsa_private_der(arena, key, &der), 0);
	return der;
}

static struct str
signature_by(struct rsa_key *by)
{
	unsigned char *p = arena_alloc(arena, RSA_SIGNATURE_MAX);
	size_t n;

	assert_int_equal(rsa_sign(by, digest, p, &n), 0);
	return (struct str){ (char *)p, n };
}

static void
a_new_key_is_a_whole_key(void **state)
{
	struct rsa_key *made;
	struct str n, e, other_n;

	(void)state;
	assert_int_equal(rsa_generate(&made), 0);
	assert_int_equal(rsa_numbers(arena, made, &n, &e), 0);
	assert_int_equal(n.n, RSA_KEY_BITS / 8);
	assert_true((n.p[0] & 0x80) != 0);
	assert_true(str_eq(e, STR("\x01\x00\x01")));
	assert_int_equal(rsa_verify(made, digest, signature_by(made)), 0);
	assert_int_equal(
	    rsa_verify(key, digest, signature_by(made)), HUB_EDENIED);
	assert_int_equal(rsa_numbers(arena, key, &other_n, &e), 0);
	assert_false(str_eq(n, other_n));
	rsa_free(made);
}

static void
a_signature_is_as_long_as_the_key(void **state)
{
	(void)state;
	assert_int_equal(signature_by(key).n, RSA_KEY_BITS / 8);
}

static void
a_key_verifies_what_its_other_half_signed(void **state)
{
	struct rsa_key *half;
	struct str signature = signature_by(key);

	(void)state;
	assert_int_equal(rsa_public(&half, public_der()), 0);
	for (int again = 0; again < 3; again++) {
		assert_int_equal(rsa_verify(half, digest, signature), 0);
		assert_int_equal(rsa_verify(key, digest, signature), 0);
	}
	rsa_free(half);
}

static void
a_private_key_survives_its_der(void **state)
{
	struct rsa_key *copy;

	(void)state;
	assert_int_equal(rsa_private(&copy, private_der()), 0);
	/* PKCS #1 v1.5 has no salt: the same key signs the same. */
	assert_true(str_eq(signature_by(copy), signature_by(key)));
	rsa_free(copy);
}

static void
a_failed_check_does_not_spoil_the_next(void **state)
{
	struct str good = signature_by(key);
	struct str bad = arena_str(arena, good);

	(void)state;
	((char *)bad.p)[9] ^= 1;
	for (int again = 0; again < 3; again++) {
		assert_int_equal(rsa_verify(key, digest, bad), HUB_EDENIED);
		assert_int_equal(rsa_verify(key, digest, good), 0);
	}
}

static void
signatures_of_a_wrong_length_or_digest_are_denied(void **state)
{
	struct str good = signature_by(key);
	char longer[RSA_KEY_BITS / 8 + 1] = { 0 };
	unsigned char other[SHA256_LEN];

	(void)state;
	assert_int_equal(rsa_verify(key, digest, STR("")), HUB_EDENIED);
	assert_int_equal(rsa_verify(key, digest, STR_NONE), HUB_EDENIED);
	assert_int_equal(
	    rsa_verify(key, digest, (struct str){ good.p, good.n - 1 }),
	    HUB_EDENIED);
	memcpy(longer, good.p, good.n);
	assert_int_equal(
	    rsa_verify(key, digest, (struct str){ longer, sizeof(longer) }),
	    HUB_EDENIED);
	memmove(longer + 1, good.p, good.n);
	longer[0] = 0;
	assert_int_equal(
	    rsa_verify(key, digest, (struct str){ longer, sizeof(longer) }),
	    HUB_EDENIED);
	memcpy(other, digest, sizeof(other));
	other[31] ^= 1;
	assert_int_equal(rsa_verify(key, other, good), HUB_EDENIED);
}

/* The number 0, the modulus and all ones: none is below the modulus or fits. */
static void
degenerate_signatures_are_denied(void **state)
{
	char bytes[RSA_KEY_BITS / 8] = { 0 };
	struct str signature = { bytes, sizeof(bytes) }, n, e;

	(void)state;
	assert_int_equal(rsa_verify(key, digest, signature), HUB_EDENIED);
	bytes[sizeof(bytes) - 1] = 1;
	assert_int_equal(rsa_verify(key, digest, signature), HUB_EDENIED);
	memset(bytes, 0xff, sizeof(bytes));
	assert_int_equal(rsa_verify(key, digest, signature), HUB_EDENIED);
	assert_int_equal(rsa_numbers(arena, key, &n, &e), 0);
	assert_int_equal(rsa_verify(key, digest, n), HUB_EDENIED);
}

static void
a_public_key_neither_signs_nor_shows_a_private_one(void **state)
{
	unsigned char signature[RSA_SIGNATURE_MAX];
	struct rsa_key *half;
	struct str der;
	size_t n;

	(void)state;
	assert_int_equal(rsa_public(&half, public_der()), 0);
	assert_int_equal(rsa_sign(half, digest, signature, &n), HUB_EINVAL);
	assert_int_equal(n, 0);
	assert_int_equal(rsa_private_der(arena, half, &der), HUB_EINVAL);
	assert_null(der.p);
	rsa_free(half);
}

static void
public_bytes_are_no_private_key_nor_the_reverse(void **state)
{
	struct rsa_key *none;

	(void)state;
	assert_int_equal(rsa_private(&none, public_der()), HUB_EINVAL);
	assert_null(none);
	assert_int_equal(rsa_public(&none, private_der()), HUB_EINVAL);
	assert_null(none);
}

static void
bytes_that_are_no_key_are_refused(void **state)
{
	const struct str whole[2] = { public_der(), private_der() };
	struct rsa_key *none;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int (*parse)(struct rsa_key **, struct str) =
		    i == 0 ? rsa_public : rsa_private;
		struct str der = whole[i];
		char *longer = arena_alloc(arena, der.n + 1);

		memcpy(longer, der.p, der.n);
		longer[der.n] = '\0';
		assert_int_equal(
		    parse(&none, (struct str){ longer, der.n + 1 }),
		    HUB_EINVAL);
		for (size_t n = 0; n < der.n; n += 11) {
			assert_int_equal(
			    parse(&none, (struct str){ der.p, n }), HUB_EINVAL);
			assert_null(none);
		}
		assert_int_equal(parse(&none, STR_NONE), HUB_EINVAL);
		assert_int_equal(parse(&none, STR("hello")), HUB_EINVAL);
	}
}

/* AlgorithmIdentifier of RSA, and of RSA restricted to RSASSA-PSS. */
static const unsigned char rsa_id[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
static const unsigned char pss_id[] = { 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86,
	0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a };

/* SubjectPublicKeyInfo with a modulus of BITS bits and exponent 65537. */
static struct str
made_up_key(const unsigned char *id, size_t id_n, size_t bits)
{
	size_t n = bits / 8 + 1; /* the modulus with its leading zero */
	size_t inner = 4 + n + 5, string = 4 + inner + 1;
	size_t outer = id_n + 4 + string;
	unsigned char *p = arena_zalloc(arena, outer + 4), *to = p;

#define LONG_HEAD(tag, len)                                                    \
	(*to++ = (tag), *to++ = 0x82, *to++ = (unsigned char)((len) >> 8),     \
	    *to++ = (unsigned char)(len))
	LONG_HEAD(0x30, outer);
	memcpy(to, id, id_n);
	to += id_n;
	LONG_HEAD(0x03, string);
	*to++ = 0;
	LONG_HEAD(0x30, inner);
	LONG_HEAD(0x02, n);
	to[1] = 0x80;
	to[n - 1] = 1;
	to += n;
	memcpy(to, "\x02\x03\x01\x00\x01", 5);
	return (struct str){ (char *)p, outer + 4 };
}

static void
only_keys_of_2048_to_4096_bits_are_taken(void **state)
{
	static const struct {
		size_t bits;
		int rc;
	} cases[] = { { 1024, HUB_EINVAL }, { 2040, HUB_EINVAL }, { 2048, 0 },
		{ 3072, 0 }, { 4096, 0 }, { 4104, HUB_EINVAL },
		{ 8192, HUB_EINVAL } };
	struct rsa_key *made;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    rsa_public(&made,
			made_up_key(rsa_id, sizeof(rsa_id), cases[i].bits)),
		    cases[i].rc);
		rsa_free(made);
	}
}

static void
another_kind_of_key_is_refused(void **state)
{
	/* An Ed25519 key (RFC 8410 section 10.1). */
	static const unsigned char ed25519[] = { 0x30, 0x2a, 0x30, 0x05, 0x06,
		0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00, 0x19, 0xbf, 0x44,
		0x09, 0x69, 0x84, 0xcd, 0xfe, 0x85, 0x41, 0xba, 0xc1, 0x67,
		0xdc, 0x3b, 0x96, 0xc8, 0x50, 0x86, 0xaa, 0x30, 0xb6, 0xb6,
		0xcb, 0x0c, 0x5c, 0x38, 0xad, 0x70, 0x31, 0x66, 0xe1 };
	struct rsa_key *none;
	struct str pss = made_up_key(pss_id, sizeof(pss_id), 2048);

	(void)state;
	assert_int_equal(
	    rsa_public(
		&none, (struct str){ (const char *)ed25519, sizeof(ed25519) }),
	    HUB_EINVAL);
	assert_int_equal(rsa_public(&none, pss), HUB_EINVAL);
}

static void
the_numbers_are_those_of_the_key(void **state)
{
	struct str n, e, der = public_der();

	(void)state;
	assert_int_equal(rsa_numbers(arena, key, &n, &e), 0);
	assert_int_equal(n.n, RSA_KEY_BITS / 8);
	assert_true((n.p[0] & 0x80) != 0);
	assert_true((n.p[n.n - 1] & 1) != 0);
	assert_true(str_eq(e, STR("\x01\x00\x01")));
	assert_non_null(memmem(der.p, der.n, n.p, n.n));
}

/* The first chunk of an arena stays, so its bytes can be looked at. */
static void
private_bytes_are_cleared_at_the_reset(void **state)
{
	struct arena *own = arena_new(8192, 8192);
	char *before = arena_alloc(own, 16), *after;
	struct str der;
	size_t left = 0;

	(void)state;
	assert_int_equal(rsa_private_der(own, key, &der), 0);
	assert_true(der.n > 1000);
	assert_true(der.p > before && der.p < before + 8192);
	arena_reset(own);
	after = arena_alloc(own, 8000);
	assert_ptr_equal(after, before);
	for (size_t i = 0; i < der.n; i++)
		left += after[der.p - before + (ptrdiff_t)i] != 0;
	assert_int_equal(left, 0);
	arena_free(own);
}

static void
too_small_an_arena_is_told(void **state)
{
	struct arena *tiny = arena_new(64, 64);
	struct str a, b;

	(void)state;
	assert_int_equal(rsa_private_der(tiny, key, &a), HUB_ENOMEM);
	assert_null(a.p);
	arena_reset(tiny);
	assert_int_equal(rsa_public_der(tiny, key, &a), HUB_ENOMEM);
	assert_null(a.p);
	arena_reset(tiny);
	assert_int_equal(rsa_numbers(tiny, key, &a, &b), HUB_ENOMEM);
	assert_null(a.p);
	assert_null(b.p);
	arena_free(tiny);
	rsa_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_key_is_a_whole_key),
		cmocka_unit_test(a_signature_is_as_long_as_the_key),
		cmocka_unit_test(a_key_verifies_what_its_other_half_signed),
		cmocka_unit_test(a_private_key_survives_its_der),
		cmocka_unit_test(a_failed_check_does_not_spoil_the_next),
		cmocka_unit_test(
		    signatures_of_a_wrong_length_or_digest_are_denied),
		cmocka_unit_test(degenerate_signatures_are_denied),
		cmocka_unit_test(
		    a_public_key_neither_signs_nor_shows_a_private_one),
		cmocka_unit_test(
		    public_bytes_are_no_private_key_nor_the_reverse),
		cmocka_unit_test(bytes_that_are_no_key_are_refused),
		cmocka_unit_test(only_keys_of_2048_to_4096_bits_are_taken),
		cmocka_unit_test(another_kind_of_key_is_refused),
		cmocka_unit_test(the_numbers_are_those_of_the_key),
		cmocka_unit_test(private_bytes_are_cleared_at_the_reset),
		cmocka_unit_test(too_small_an_arena_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
