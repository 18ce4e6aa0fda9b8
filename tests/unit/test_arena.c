#include "unit.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"

#define ALIGN alignof(max_align_t)

static void
aligns_every_piece_for_any_type(void **state)
{
	struct arena *a = arena_new(100, 1 << 20);

	(void)state;
	for (size_t n = 0; n < 300; n++) {
		char *p = arena_alloc(a, n);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % ALIGN, 0);
		if (n > 0)
			memset(p, 0xff, n);
	}
	assert_false(arena_failed(a));
	arena_free(a);
}

static void
gives_pieces_that_do_not_overlap(void **state)
{
	struct arena *a = arena_new(64, 1 << 20);
	unsigned char *piece[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		piece[i] = arena_alloc(a, i + 1);
		assert_non_null(piece[i]);
		memset(piece[i], (int)i, i + 1);
	}
	for (size_t i = 0; i < 200; i++) {
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(piece[i][k], i);
	}
	arena_free(a);
}

static void
clears_on_demand(void **state)
{
	struct arena *a = arena_new(256, 256);
	unsigned char *p = arena_alloc(a, 100);

	(void)state;
	memset(p, 0xff, 100);
	arena_reset(a);
	p = arena_zalloc(a, 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	arena_free(a);
}

static void
reaches_the_ceiling_and_stops_there(void **state)
{
	struct arena *a = arena_new(256, 1024);

	(void)state;
	assert_non_null(arena_alloc(a, 256));
	assert_non_null(arena_alloc(a, 768));
	assert_false(arena_failed(a));
	assert_null(arena_alloc(a, 1));
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_false(arena_failed(a));
	assert_non_null(arena_alloc(a, 256));
	assert_null(arena_alloc(a, 769));
	assert_true(arena_failed(a));
	arena_free(a);
}

static void
takes_the_first_chunk_as_the_least_ceiling(void **state)
{
	struct arena *a = arena_new(128, 0);

	(void)state;
	assert_non_null(arena_alloc(a, 128));
	assert_null(arena_alloc(a, 1));
	arena_free(a);
	a = arena_new(0, 64);
	assert_non_null(arena_alloc(a, 64));
	assert_null(arena_alloc(a, 1));
	arena_free(a);
}

/* Sizes through a volatile, so that the compiler does not judge them. */
static void
refuses_sizes_that_overflow(void **state)
{
	struct arena *a = arena_new(64, SIZE_MAX);
	volatile size_t huge = SIZE_MAX;

	(void)state;
	for (size_t less = 0; less < 64; less++)
		assert_null(arena_alloc(a, huge - less));
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_null(arena_str(a, (struct str){ "x", huge }).p);
	assert_non_null(arena_alloc(a, 64));
	arena_free(a);
}

/* The same addresses again: nothing was taken from malloc in between. */
static void
keeps_the_first_chunk_at_the_reset(void **state)
{
	struct arena *a = arena_new(1024, 1 << 20);
	char *first = arena_alloc(a, 512);
	char *second = arena_alloc(a, 512);

	(void)state;
	assert_non_null(arena_alloc(a, 100000));
	for (int round = 0; round < 3; round++) {
		arena_reset(a);
		assert_ptr_equal(arena_alloc(a, 512), first);
		assert_ptr_equal(arena_alloc(a, 512), second);
	}
	assert_ptr_equal(second, first + 512);
	arena_free(a);
}

static void
gives_all_further_chunks_back_at_the_reset(void **state)
{
	struct arena *a = arena_new(64, 4096);

	(void)state;
	for (int round = 0; round < 100; round++) {
		assert_non_null(arena_alloc(a, 64));
		assert_non_null(arena_alloc(a, 4032));
		assert_null(arena_alloc(a, 1));
		arena_reset(a);
	}
	arena_free(a);
}

static void
copies_text_and_ends_it(void **state)
{
	struct arena *a = arena_new(256, 256);
	struct str s = arena_str(a, STR("a\0b"));

	(void)state;
	assert_int_equal(s.n, 3);
	assert_memory_equal(s.p, "a\0b", 4);
	s = arena_str(a, STR_NONE);
	assert_int_equal(s.n, 0);
	assert_string_equal(s.p, "");
	assert_string_equal(arena_printf(a, "%s=%d", "n", 42), "n=42");
	arena_free(a);
}

static void
fails_to_copy_what_does_not_fit(void **state)
{
	struct arena *a = arena_new(16, 16);

	(void)state;
	assert_null(arena_str(a, STR("0123456789abcdef")).p);
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_null(arena_printf(a, "%s", "0123456789abcdef"));
	assert_true(arena_failed(a));
	arena_reset(a);
	assert_string_equal(
	    arena_printf(a, "%s", "0123456789abcde"), "0123456789abcde");
	assert_false(arena_failed(a));
	arena_free(a);
}

static char order[32];

static void
note(void *p)
{
	size_t n = strlen(order);

	assert_true(n + 1 < sizeof(order));
	order[n] = *(const char *)p;
	order[n + 1] = '\0';
}

static void
runs_deferred_calls_in_reverse_and_once(void **state)
{
	struct arena *a = arena_new(32, 4096);
	char names[] = "abcdef";

	(void)state;
	order[0] = '\0';
	for (size_t i = 0; i < 6; i++)
		assert_true(arena_defer(a, note, &names[i]));
	assert_string_equal(order, "");
	arena_reset(a);
	assert_string_equal(order, "fedcba");
	arena_reset(a);
	assert_string_equal(order, "fedcba");
	order[0] = '\0';
	assert_true(arena_defer(a, note, &names[0]));
	arena_free(a);
	assert_string_equal(order, "a");
	arena_free(NULL);
}

/* A deferred call may still use what was in the arena before it. */
static void
runs_deferred_calls_before_memory_goes(void **state)
{
	struct arena *a = arena_new(32, 4096);
	char *name;

	(void)state;
	order[0] = '\0';
	assert_non_null(arena_alloc(a, 1000));
	name = arena_printf(a, "z");
	assert_true(arena_defer(a, note, name));
	assert_non_null(arena_alloc(a, 1000));
	arena_free(a);
	assert_string_equal(order, "z");
}

static void
calls_at_once_what_cannot_be_deferred(void **state)
{
	struct arena *a = arena_new(16, 16);
	char name[] = "x";

	(void)state;
	order[0] = '\0';
	assert_false(arena_defer(a, note, name));
	assert_string_equal(order, "x");
	assert_true(arena_failed(a));
	arena_free(a);
	assert_string_equal(order, "x");
}

static void
rewinds_within_a_chunk_and_across_chunks(void **state)
{
	struct arena *a = arena_new(256, 4096);
	char *kept = arena_printf(a, "kept");
	struct arena_mark mark = arena_mark(a);
	char *next = arena_alloc(a, 16);

	(void)state;
	for (int round = 0; round < 100; round++) {
		arena_rewind(a, mark);
		assert_ptr_equal(arena_alloc(a, 16), next);
		if (round % 2 == 0)
			continue;
		assert_non_null(arena_alloc(a, 1000));
		assert_non_null(arena_alloc(a, 2000));
	}
	assert_string_equal(kept, "kept");
	assert_false(arena_failed(a));
	arena_free(a);
}

static void
remembers_a_failure_over_a_rewind(void **state)
{
	struct arena *a = arena_new(64, 64);
	struct arena_mark mark = arena_mark(a);

	(void)state;
	assert_null(arena_alloc(a, 65));
	arena_rewind(a, mark);
	assert_true(arena_failed(a));
	assert_non_null(arena_alloc(a, 64));
	assert_true(arena_failed(a));
	arena_free(a);
}

/* How many of the N bytes are not 0. */
static size_t
marks(const char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += p[i] != 0;
	return count;
}

static void
overwrites_what_it_gives_back_if_told(void **state)
{
	struct arena *a = arena_new(256, 4096);
	struct arena_mark mark;
	char *kept, *p;

	(void)state;
	arena_clears(a);
	kept = arena_alloc(a, 64);
	memset(kept, 'k', 64);
	mark = arena_mark(a);
	p = arena_alloc(a, 64);
	memset(p, 's', 64);
	arena_rewind(a, mark);
	assert_int_equal(marks(kept, 64), 64);
	assert_ptr_equal(arena_alloc(a, 64), p);
	assert_int_equal(marks(p, 64), 0);
	arena_reset(a);
	p = arena_alloc(a, 128);
	assert_ptr_equal(p, kept);
	assert_int_equal(marks(p, 128), 0);
	arena_free(a);
}

static void
leaves_it_as_it_is_if_not(void **state)
{
	struct arena *a = arena_new(256, 4096);
	char *p = arena_alloc(a, 64);

	(void)state;
	memset(p, 's', 64);
	arena_reset(a);
	assert_ptr_equal(arena_alloc(a, 64), p);
	assert_int_equal(marks(p, 64), 64);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_every_piece_for_any_type),
		cmocka_unit_test(gives_pieces_that_do_not_overlap),
		cmocka_unit_test(clears_on_demand),
		cmocka_unit_test(reaches_the_ceiling_and_stops_there),
		cmocka_unit_test(takes_the_first_chunk_as_the_least_ceiling),
		cmocka_unit_test(refuses_sizes_that_overflow),
		cmocka_unit_test(keeps_the_first_chunk_at_the_reset),
		cmocka_unit_test(gives_all_further_chunks_back_at_the_reset),
		cmocka_unit_test(copies_text_and_ends_it),
		cmocka_unit_test(fails_to_copy_what_does_not_fit),
		cmocka_unit_test(runs_deferred_calls_in_reverse_and_once),
		cmocka_unit_test(runs_deferred_calls_before_memory_goes),
		cmocka_unit_test(calls_at_once_what_cannot_be_deferred),
		cmocka_unit_test(rewinds_within_a_chunk_and_across_chunks),
		cmocka_unit_test(remembers_a_failure_over_a_rewind),
		cmocka_unit_test(overwrites_what_it_gives_back_if_told),
		cmocka_unit_test(leaves_it_as_it_is_if_not),
	};

	return UNIT_RUN(tests);
}
