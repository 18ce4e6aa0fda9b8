#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "token/cache.h"
#include "token/nh.h"

/* The I-th byte of each key. */
#define SEED(i) ((char)(167 * (i) + 13))

int RAND_bytes(unsigned char *p, int n);

/*
 * Stands before the one of OpenSSL, so that the keys of the table are known:
 * the tests go the same way each time, and one can make tokens collide.
 */
int
RAND_bytes(unsigned char *p, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (unsigned char)SEED(i);
	return 1;
}

static struct token_cache *
cache_of(size_t entries)
{
	struct token_cache *cache = token_cache_new(entries);

	assert_non_null(cache);
	return cache;
}

static void
put(struct token_cache *cache, struct str token, int64_t exp)
{
	const struct claims claims = { .exp = exp };

	token_cache_put(cache, token, &claims);
}

/* The exp that was put with the token, or -1. */
static int64_t
got(struct token_cache *cache, struct str token)
{
	struct token_note *note;
	const struct claims *claims = token_cache_get(cache, token, &note);

	assert_true((claims == NULL) == (note == NULL));
	return claims == NULL ? -1 : claims->exp;
}

/* The I-th of many tokens of one length. */
static struct str
token_of(char text[64], int i)
{
	snprintf(text, 64, "token-%050d", i);
	return (struct str){ text, 56 };
}

static void
what_was_put_is_found_with_all_it_says(void **state)
{
	struct token_cache *cache = cache_of(16);
	const struct claims in = { .exp = 5,
		.iat = 4,
		.auth_time = 3,
		.epoch = 2,
		.user = true,
		.sub = "a",
		.client_id = "c",
		.jti = "t",
		.gid = "g",
		.sid = "s",
		.scope = "x y" };
	const struct claims *out;
	struct token_note *note;

	(void)state;
	assert_null(token_cache_get(cache, STR("abc"), &note));
	token_cache_put(cache, STR("abc"), &in);
	out = token_cache_get(cache, STR("abc"), &note);
	assert_non_null(out);
	assert_int_equal(out->exp, 5);
	assert_int_equal(out->iat, 4);
	assert_int_equal(out->auth_time, 3);
	assert_int_equal(out->epoch, 2);
	assert_true(out->user);
	assert_string_equal(out->sub, "a");
	assert_string_equal(out->client_id, "c");
	assert_string_equal(out->jti, "t");
	assert_string_equal(out->gid, "g");
	assert_string_equal(out->sid, "s");
	assert_string_equal(out->scope, "x y");
	token_cache_free(cache);
}

static void
a_note_stands_beside_its_token_until_that_is_put_anew(void **state)
{
	struct token_cache *cache = cache_of(4);
	struct token_note *note;

	(void)state;
	put(cache, STR("abc"), 1);
	put(cache, STR("abd"), 1);
	assert_non_null(token_cache_get(cache, STR("abc"), &note));
	assert_int_equal(note->state, 0);
	assert_int_equal(note->opens, 0);
	note->state = 7;
	note->opens = 5;
	assert_non_null(token_cache_get(cache, STR("abd"), &note));
	assert_int_equal(note->state, 0);
	assert_non_null(token_cache_get(cache, STR("abc"), &note));
	assert_int_equal(note->state, 7);
	assert_int_equal(note->opens, 5);
	put(cache, STR("abc"), 1);
	assert_non_null(token_cache_get(cache, STR("abc"), &note));
	assert_int_equal(note->state, 0);
	assert_int_equal(note->opens, 0);
	token_cache_free(cache);
}

static void
the_table_keeps_nothing_of_the_caller_s(void **state)
{
	struct token_cache *cache = cache_of(4);
	char text[] = "abcdefgh";

	(void)state;
	put(cache, (struct str){ text, 8 }, 1);
	text[0] = 'X';
	assert_int_equal(got(cache, STR("abcdefgh")), 1);
	assert_int_equal(got(cache, STR("Xbcdefgh")), -1);
	token_cache_free(cache);
}

/* One set, so that every look-up compares against the same four. */
static void
a_byte_that_differs_anywhere_is_no_hit(void **state)
{
	static const size_t lengths[] = { 1, 7, 8, 9, 31, 32, 33, 622, 1151,
		1152, NH_MAX };
	struct token_cache *cache = cache_of(4);
	char text[NH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct str token = { text, lengths[i] };

		memset(text, 'a', sizeof(text));
		put(cache, token, (int64_t)i);
		for (size_t at = 0; at < token.n; at++) {
			text[at] ^= (char)(1 << at % 8);
			assert_int_equal(got(cache, token), -1);
			text[at] ^= (char)(1 << at % 8);
		}
		assert_int_equal(got(cache, token), i);
	}
	token_cache_free(cache);
}

static void
swapped_words_are_no_hit(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, STR("11111111222222223333333344444444"), 1);
	assert_int_equal(
	    got(cache, STR("22222222111111113333333344444444")), -1);
	assert_int_equal(
	    got(cache, STR("33333333444444441111111122222222")), -1);
	assert_int_equal(
	    got(cache, STR("11111111222222224444444433333333")), -1);
	token_cache_free(cache);
}

/* Those that end alike stand in the same sets. */
static void
tokens_of_one_end_are_told_apart(void **state)
{
	struct token_cache *cache = cache_of(4096);
	char text[64], end[] = "the same signature";

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct str token = token_of(text, i);

		memcpy(text + token.n - strlen(end), end, strlen(end));
		text[0] = (char)('a' + i);
		put(cache, token, i);
	}
	for (int i = 0; i < 9; i++) {
		text[0] = (char)('a' + i);
		assert_int_equal(
		    got(cache, (struct str){ text, 56 }), i < 8 ? i : -1);
	}
	token_cache_free(cache);
}

/*
 * A first word that makes a sum with the key zero takes the second word out of
 * the first pass: two such tokens differ in the second alone.
 */
static void
tokens_of_one_first_sum_are_told_apart(void **state)
{
	struct token_cache *cache = cache_of(4);
	struct str a, b;
	uint64_t word;
	char text[2][40];

	(void)state;
	for (size_t i = 0; i < sizeof(word); i++)
		((char *)&word)[i] = SEED(i);
	word = -word;
	memset(text, 'a', sizeof(text));
	memcpy(text[0], &word, sizeof(word));
	memcpy(text[1], &word, sizeof(word));
	text[1][8] = 'b';
	a = (struct str){ text[0], sizeof(text[0]) };
	b = (struct str){ text[1], sizeof(text[1]) };
	put(cache, a, 1);
	assert_int_equal(got(cache, b), -1);
	put(cache, b, 2);
	assert_int_equal(got(cache, a), 1);
	assert_int_equal(got(cache, b), 2);
	token_cache_free(cache);
}

/* Zeros pad the last word, so the length alone tells these apart. */
static void
a_shorter_or_longer_token_is_no_hit(void **state)
{
	static const char zeros[NH_MAX];
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, (struct str){ zeros, 20 }, 1);
	for (size_t n = 1; n <= sizeof(zeros); n++)
		assert_int_equal(
		    got(cache, (struct str){ zeros, n }), n == 20 ? 1 : -1);
	put(cache, STR("abc"), 2);
	assert_int_equal(got(cache, STR("ab")), -1);
	assert_int_equal(got(cache, STR("abcd")), -1);
	token_cache_free(cache);
}

static void
the_longest_token_is_kept_and_no_longer_one(void **state)
{
	struct token_cache *cache = cache_of(4);
	char text[NH_MAX + 1];
	struct str longest = { text, NH_MAX };
	struct str longer = { text, NH_MAX + 1 };

	(void)state;
	memset(text, 'x', sizeof(text));
	put(cache, longer, 1);
	assert_int_equal(got(cache, longer), -1);
	assert_int_equal(got(cache, longest), -1);
	put(cache, longest, 2);
	assert_int_equal(got(cache, longest), 2);
	token_cache_free(cache);
}

static void
in_large_pages_it_is_the_same_table(void **state)
{
	struct token_cache *cache = cache_of(8192);
	char text[64];

	(void)state;
	put(cache, STR("before"), 1);
	token_cache_use_large_pages(cache);
	assert_int_equal(got(cache, STR("before")), 1);
	for (int i = 0; i < 2000; i++)
		put(cache, token_of(text, i), i);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(got(cache, token_of(text, i)), i);
	token_cache_free(cache);
}

static void
the_empty_token_is_never_there(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, STR(""), 1);
	assert_int_equal(got(cache, STR("")), -1);
	assert_int_equal(got(cache, STR_NONE), -1);
	token_cache_free(cache);
}

static void
a_token_put_again_replaces_itself(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, STR("b"), 2);
	put(cache, STR("c"), 3);
	put(cache, STR("d"), 4);
	for (int i = 0; i < 20; i++)
		put(cache, STR("a"), i);
	assert_int_equal(got(cache, STR("a")), 19);
	assert_int_equal(got(cache, STR("b")), 2);
	assert_int_equal(got(cache, STR("c")), 3);
	assert_int_equal(got(cache, STR("d")), 4);
	token_cache_free(cache);
}

static void
the_least_recently_used_gives_way(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, STR("a"), 1);
	put(cache, STR("b"), 2);
	put(cache, STR("c"), 3);
	put(cache, STR("d"), 4);
	assert_int_equal(got(cache, STR("a")), 1); /* b is the oldest now */
	put(cache, STR("e"), 5);
	assert_int_equal(got(cache, STR("b")), -1);
	assert_int_equal(got(cache, STR("a")), 1);
	assert_int_equal(got(cache, STR("c")), 3);
	assert_int_equal(got(cache, STR("d")), 4);
	assert_int_equal(got(cache, STR("e")), 5); /* a is the oldest now */
	put(cache, STR("f"), 6);
	assert_int_equal(got(cache, STR("a")), -1);
	assert_int_equal(got(cache, STR("c")), 3);
	token_cache_free(cache);
}

static int
count_found(struct token_cache *cache, int tokens)
{
	char text[64];
	int found = 0;

	for (int i = 0; i < tokens; i++) {
		int64_t exp = got(cache, token_of(text, i));

		if (exp < 0)
			continue;
		assert_int_equal(exp, i);
		found++;
	}
	return found;
}

static void
the_table_is_bounded_and_used_whole(void **state)
{
	static const struct {
		size_t asked;
		int size;
	} cases[] = { { 0, 4 }, { 1, 4 }, { 4, 4 }, { 5, 8 }, { 12, 16 },
		{ 64, 64 }, { 65, 128 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct token_cache *cache = cache_of(cases[i].asked);
		char text[64];

		for (int t = 0; t < 10000; t++)
			put(cache, token_of(text, t), t);
		assert_int_equal(count_found(cache, 10000), cases[i].size);
		token_cache_free(cache);
	}
}

/* Two sets for each token: hardly one finds both of them full. */
static void
a_half_full_table_keeps_all_but_a_few(void **state)
{
	struct token_cache *cache = cache_of(1024);
	char text[64];

	(void)state;
	for (int t = 0; t < 512; t++)
		put(cache, token_of(text, t), t);
	assert_true(count_found(cache, 512) > 512 * 99 / 100);
	token_cache_free(cache);
}

static void
nothing_is_found_after_a_clear(void **state)
{
	struct token_cache *cache = cache_of(64);
	char text[64];

	(void)state;
	token_cache_clear(cache);
	for (int round = 0; round < 3; round++) {
		for (int t = 0; t < 100; t++)
			put(cache, token_of(text, t), t);
		assert_true(count_found(cache, 100) > 32);
		token_cache_clear(cache);
		assert_int_equal(count_found(cache, 100), 0);
	}
	put(cache, token_of(text, 7), 7);
	assert_int_equal(count_found(cache, 100), 1);
	token_cache_free(cache);
}

static void
a_cleared_set_is_filled_whole_again(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	put(cache, STR("a"), 1);
	put(cache, STR("b"), 2);
	token_cache_clear(cache);
	put(cache, STR("c"), 3);
	put(cache, STR("d"), 4);
	put(cache, STR("e"), 5);
	put(cache, STR("f"), 6);
	assert_int_equal(got(cache, STR("c")), 3);
	assert_int_equal(got(cache, STR("d")), 4);
	assert_int_equal(got(cache, STR("e")), 5);
	assert_int_equal(got(cache, STR("f")), 6);
	token_cache_free(cache);
}

static void
no_byte_outside_the_token_is_read(void **state)
{
	struct token_cache *cache = cache_of(4);

	(void)state;
	for (size_t n = 1; n <= 70; n++) {
		char *exact = malloc(n);

		assert_non_null(exact);
		memset(exact, 'a', n);
		put(cache, (struct str){ exact, n }, (int64_t)n);
		assert_int_equal(got(cache, (struct str){ exact, n }), n);
		free(exact);
	}
	token_cache_free(cache);
}

static void
no_table_may_be_freed(void **state)
{
	(void)state;
	token_cache_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_with_all_it_says),
		cmocka_unit_test(
		    a_note_stands_beside_its_token_until_that_is_put_anew),
		cmocka_unit_test(the_table_keeps_nothing_of_the_caller_s),
		cmocka_unit_test(a_byte_that_differs_anywhere_is_no_hit),
		cmocka_unit_test(swapped_words_are_no_hit),
		cmocka_unit_test(tokens_of_one_end_are_told_apart),
		cmocka_unit_test(tokens_of_one_first_sum_are_told_apart),
		cmocka_unit_test(a_shorter_or_longer_token_is_no_hit),
		cmocka_unit_test(the_longest_token_is_kept_and_no_longer_one),
		cmocka_unit_test(in_large_pages_it_is_the_same_table),
		cmocka_unit_test(the_empty_token_is_never_there),
		cmocka_unit_test(a_token_put_again_replaces_itself),
		cmocka_unit_test(the_least_recently_used_gives_way),
		cmocka_unit_test(the_table_is_bounded_and_used_whole),
		cmocka_unit_test(a_half_full_table_keeps_all_but_a_few),
		cmocka_unit_test(nothing_is_found_after_a_clear),
		cmocka_unit_test(a_cleared_set_is_filled_whole_again),
		cmocka_unit_test(no_byte_outside_the_token_is_read),
		cmocka_unit_test(no_table_may_be_freed),
	};

	return UNIT_RUN(tests);
}
