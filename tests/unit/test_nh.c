/*
 * NH against the sum of products of RFC 4418 section 5.2.2, by the numbers of
 * OpenSSL, and what the cache of tokens counts on.
 */
#include "token/nh.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/bn.h>
#include "unit.h"

#define WORD sizeof(uint64_t)

static struct nh_key key;
static char text[NH_MAX];
static BN_CTX *ctx;

static uint64_t
next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return *seed ^ *seed >> 29;
}

static void
fill(void)
{
	uint64_t seed = 7;

	for (size_t i = 0; i < NH_WORDS + 2; i++)
		key.word[i] = next(&seed);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)next(&seed);
}

static int
set_up(void **state)
{
	(void)state;
	fill();
	ctx = BN_CTX_new();
	return ctx == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	BN_CTX_free(ctx);
	return 0;
}

static struct nh_tag
tag_of(size_t n)
{
	struct nh_tag tag;

	nh(&key, (struct str){ text, n }, &tag);
	return tag;
}

/* The word at AT of a text of N bytes, which zeros follow. */
static uint64_t
word_at(size_t at, size_t n)
{
	uint64_t word = 0;

	if (at < n)
		memcpy(&word, text + at, n - at < WORD ? n - at : WORD);
	return word;
}

static void
to_number(BIGNUM *to, uint64_t value)
{
	unsigned char bytes[WORD];

	for (size_t i = 0; i < WORD; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	assert_non_null(BN_lebin2bn(bytes, WORD, to));
}

/* The sum of a pass whose words of the key begin at FROM, as two words. */
static void
sum_of(size_t from, size_t n, uint64_t sum[2])
{
	BIGNUM *total = BN_new(), *a = BN_new(), *b = BN_new();
	unsigned char bytes[2 * WORD];

	for (size_t at = 0; at < n; at += 2 * WORD) {
		const uint64_t *k = &key.word[from + at / WORD];

		to_number(a, word_at(at, n) + k[0]);
		to_number(b, word_at(at + WORD, n) + k[1]);
		assert_true(BN_mul(a, a, b, ctx));
		assert_true(BN_add(total, total, a));
	}
	/* False where there is nothing to cut off. */
	BN_mask_bits(total, 128);
	assert_int_equal(BN_bn2lebinpad(total, bytes, sizeof(bytes)), 16);
	memcpy(sum, bytes, sizeof(bytes));
	BN_free(total);
	BN_free(a);
	BN_free(b);
}

static void
it_is_the_sum_of_products_at_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n <= NH_MAX; n += n < 300 ? 1 : 73) {
		struct nh_tag tag = tag_of(n);
		uint64_t want[4];

		sum_of(0, n, want);
		sum_of(2, n, want + 2);
		assert_memory_equal(tag.word, want, sizeof(want));
	}
}

/* All words of the key stand at the largest: every sum overflows. */
static void
it_is_so_with_the_largest_words(void **state)
{
	uint64_t want[4];
	struct nh_tag tag;

	(void)state;
	memset(&key, 0xff, sizeof(key));
	memset(text, 0, sizeof(text));
	tag = tag_of(NH_MAX);
	sum_of(0, NH_MAX, want);
	sum_of(2, NH_MAX, want + 2);
	assert_memory_equal(tag.word, want, sizeof(want));
	fill();
}

static void
every_bit_of_a_text_is_in_both_sums(void **state)
{
	static const size_t lengths[] = { 1, 8, 15, 16, 17, 1153 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct nh_tag before = tag_of(lengths[i]), after;

		for (size_t bit = 0; bit < 8 * lengths[i]; bit++) {
			text[bit / 8] ^= (char)(1 << bit % 8);
			after = tag_of(lengths[i]);
			text[bit / 8] ^= (char)(1 << bit % 8);
			assert_false(nh_tag_eq(&before, &after));
			assert_memory_not_equal(before.word, after.word, 16);
			assert_memory_not_equal(
			    before.word + 2, after.word + 2, 16);
		}
		after = tag_of(lengths[i]);
		assert_true(nh_tag_eq(&before, &after));
	}
}

static void
a_tag_is_compared_whole(void **state)
{
	struct nh_tag a = tag_of(100), b = a;

	(void)state;
	for (int bit = 0; bit < 256; bit++) {
		b.word[bit / 64] ^= UINT64_C(1) << bit % 64;
		assert_false(nh_tag_eq(&a, &b));
		b = a;
		assert_true(nh_tag_eq(&a, &b));
	}
}

/* Wherever it begins, and no byte behind it: the allocator would tell. */
static void
a_text_may_begin_and_end_anywhere(void **state)
{
	(void)state;
	for (size_t n = 1; n < 70; n++) {
		for (size_t shift = 0; shift < 8; shift++) {
			char *exact = malloc(shift + n);
			struct nh_tag here, there = tag_of(n);

			assert_non_null(exact);
			memcpy(exact + shift, text, n);
			nh(&key, (struct str){ exact + shift, n }, &here);
			assert_true(nh_tag_eq(&here, &there));
			free(exact);
		}
	}
}

static void
two_keys_are_not_the_same(void **state)
{
	struct nh_key a, b;

	(void)state;
	nh_key_make(&a);
	nh_key_make(&b);
	for (size_t i = 0; i < NH_WORDS + 2; i++)
		assert_true(a.word[i] != b.word[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_sum_of_products_at_every_length),
		cmocka_unit_test(it_is_so_with_the_largest_words),
		cmocka_unit_test(every_bit_of_a_text_is_in_both_sums),
		cmocka_unit_test(a_tag_is_compared_whole),
		cmocka_unit_test(a_text_may_begin_and_end_anywhere),
		cmocka_unit_test(two_keys_are_not_the_same),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
