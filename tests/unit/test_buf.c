#include "unit.h"

#include <string.h>
#include "base/buf.h"
#include "base/err.h"

static void
assert_holds(const struct buf *b, struct str text)
{
	assert_int_equal(buf_error(b), 0);
	assert_int_equal(b->n, text.n);
	if (text.n > 0)
		assert_memory_equal(b->p, text.p, text.n);
}

static void
appends_every_kind_of_piece(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_holds(&b, STR(""));
	buf_put(&b, "a\0b", 3);
	buf_str(&b, STR("cd"));
	buf_str(&b, STR_NONE);
	buf_byte(&b, '!');
	BUF_LIT(&b, "lit");
	buf_u64(&b, 0);
	buf_u64(&b, 1234567890);
	buf_u64(&b, UINT64_MAX);
	buf_printf(&b, "%s-%02d", "p", 7);
	buf_printf(&b, "%s", "");
	memcpy(buf_space(&b, 2), "zz", 2);
	assert_holds(&b,
	    STR("a\0bcd!lit0123456789018446744073709551615"
		"p-07zz"));
	buf_free(&b);
}

/* Every way to add the last byte takes it, and refuses the next one. */
static void
holds_its_maximum_and_not_a_byte_more(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_put(&b, "hello", 5);
	assert_holds(&b, STR("hello"));
	buf_byte(&b, '!');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_reset(&b);
	buf_put(&b, "hello!", 6);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	assert_int_equal(b.n, 0);
	buf_reset(&b);
	buf_u64(&b, 99999);
	assert_holds(&b, STR("99999"));
	buf_reset(&b);
	buf_u64(&b, 100000);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_reset(&b);
	assert_non_null(buf_space(&b, 5));
	assert_null(buf_space(&b, 1));
	buf_free(&b);
}

static void
prints_up_to_its_maximum(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	buf_printf(&b, "%s", "hello");
	assert_holds(&b, STR("hello"));
	buf_printf(&b, "%s", "");
	assert_holds(&b, STR("hello"));
	buf_printf(&b, "%d", 1);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_free(&b);

	buf_init(&b, 300);
	for (int i = 0; i < 255; i++)
		buf_byte(&b, 'x');
	buf_printf(&b, "%c", 'y');
	assert_int_equal(b.n, 256);
	assert_int_equal(b.p[255], 'y');
	buf_printf(&b, "%*d", 44, 1);
	assert_int_equal(b.n, 300);
	assert_int_equal(buf_error(&b), 0);
	buf_free(&b);
}

static void
keeps_the_first_error(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_put(&b, "ab", 2);
	buf_put(&b, "cde", 3);
	buf_put(&b, "c", 1);
	buf_byte(&b, 'd');
	buf_u64(&b, 1);
	buf_printf(&b, "e");
	assert_null(buf_space(&b, 1));
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	assert_int_equal(b.n, 2);
	buf_fail(&b, HUB_EIO);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_reset(&b);
	buf_fail(&b, HUB_EIO);
	buf_put(&b, "abcdef", 6);
	assert_int_equal(buf_error(&b), HUB_EIO);
	buf_reset(&b);
	buf_str(&b, STR("abcd"));
	assert_holds(&b, STR("abcd"));
	buf_free(&b);
}

static void
takes_nothing_with_a_maximum_of_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	buf_put(&b, NULL, 0);
	buf_printf(&b, "%s", "");
	assert_holds(&b, STR(""));
	buf_byte(&b, 'a');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_free(&b);
}

static void
refuses_sizes_that_overflow(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_byte(&b, 'a');
	assert_null(buf_space(&b, SIZE_MAX));
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	assert_int_equal(b.n, 1);
	buf_free(&b);
}

static void
keeps_its_memory_at_the_reset(void **state)
{
	struct buf b;
	char *p;

	(void)state;
	buf_init(&b, 1000);
	buf_put(&b, "abc", 3);
	p = b.p;
	buf_reset(&b);
	assert_int_equal(buf_view(&b).n, 0);
	buf_put(&b, "def", 3);
	assert_ptr_equal(b.p, p);
	assert_holds(&b, STR("def"));
	buf_free(&b);
	assert_null(b.p);
	buf_put(&b, "usable", 6);
	assert_holds(&b, STR("usable"));
	buf_free(&b);
}

static void
fill_and_compare(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_byte(b, (char)(i * 7));
	assert_int_equal(buf_error(b), 0);
	assert_int_equal(b->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(b->p[i], (char)(i * 7));
}

static void
keeps_its_content_while_it_grows(void **state)
{
	struct arena *a = arena_new(64, 1 << 20);
	struct buf b;

	(void)state;
	buf_init(&b, 50000);
	fill_and_compare(&b, 50000);
	buf_byte(&b, 'x');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_free(&b);
	buf_init_arena(&b, a, 50000);
	fill_and_compare(&b, 50000);
	buf_byte(&b, 'x');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	assert_false(arena_failed(a));
	arena_free(a);
}

static void
is_too_big_where_the_arena_ends(void **state)
{
	struct arena *a = arena_new(512, 1024);
	struct buf b;

	(void)state;
	buf_init_arena(&b, a, 1 << 20);
	for (int i = 0; i < 2000; i++)
		buf_byte(&b, 'x');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	assert_true(b.n >= 256);
	for (size_t i = 0; i < b.n; i++)
		assert_int_equal(b.p[i], 'x');
	arena_free(a);
}

/* More than may come is no failure before it has come. */
static void
reserves_room_and_no_more(void **state)
{
	struct arena *a = arena_new(512, 1024);
	struct buf b;
	char *at;

	(void)state;
	buf_init_arena(&b, a, 400);
	buf_byte(&b, 'x');
	buf_reserve(&b, 399);
	at = b.p;
	for (int i = 0; i < 399; i++)
		buf_byte(&b, 'y');
	assert_ptr_equal(b.p, at);
	assert_int_equal(b.p[0], 'x');
	buf_reserve(&b, 1);
	assert_int_equal(buf_error(&b), 0);
	buf_byte(&b, 'y');
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_init_arena(&b, a, 4096);
	buf_reserve(&b, 2048);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_every_kind_of_piece),
		cmocka_unit_test(holds_its_maximum_and_not_a_byte_more),
		cmocka_unit_test(prints_up_to_its_maximum),
		cmocka_unit_test(keeps_the_first_error),
		cmocka_unit_test(takes_nothing_with_a_maximum_of_nothing),
		cmocka_unit_test(refuses_sizes_that_overflow),
		cmocka_unit_test(keeps_its_memory_at_the_reset),
		cmocka_unit_test(keeps_its_content_while_it_grows),
		cmocka_unit_test(is_too_big_where_the_arena_ends),
		cmocka_unit_test(reserves_room_and_no_more),
	};

	return UNIT_RUN(tests);
}
