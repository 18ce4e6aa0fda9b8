#include "store/key.h"

#include <stdlib.h>
#include <string.h>
#include "unit.h"

static struct str
bytes_of(const struct key *key)
{
	return (struct str){ (const char *)key->b, key->n };
}

static void
text_ends_with_a_nul(void **state)
{
	struct key key;

	(void)state;
	key_of(&key, STR("ab"));
	assert_int_equal(key.n, 3);
	assert_memory_equal(key.b, "ab", 3);
	assert_false(key.bad);
}

static void
integers_are_big_endian(void **state)
{
	struct key key;

	(void)state;
	key_begin(&key);
	key_u32(&key, 0x01020304);
	key_u64(&key, 0x05060708090a0b0c);
	assert_int_equal(key.n, 12);
	assert_memory_equal(key.b, "\1\2\3\4\5\6\7\10\11\12\13\14", 12);
}

static void
text_with_a_nul_spoils(void **state)
{
	struct key key;

	(void)state;
	key_of(&key, STR("a\0b"));
	assert_true(key.bad);
	assert_int_equal(key.n, 0);
}

static void
the_longest_text_fits_and_one_more_spoils(void **state)
{
	char text[KEY_MAX];
	struct key key;

	(void)state;
	memset(text, 'x', sizeof(text));
	key_of(&key, (struct str){ text, KEY_MAX - 1 });
	assert_false(key.bad);
	assert_int_equal(key.n, KEY_MAX);
	key_of(&key, (struct str){ text, KEY_MAX });
	assert_true(key.bad);
}

static void
an_integer_that_does_not_fit_spoils(void **state)
{
	char text[KEY_MAX - 4];
	struct key key;

	(void)state;
	memset(text, 'x', sizeof(text));
	key_of(&key, (struct str){ text, sizeof(text) - 1 });
	key_u32(&key, 1);
	assert_false(key.bad);
	assert_int_equal(key.n, KEY_MAX);
	key_of(&key, (struct str){ text, sizeof(text) - 1 });
	key_u64(&key, 1);
	assert_true(key.bad);
	assert_int_equal(key.n, sizeof(text));
}

static void
a_spoilt_key_stays_spoilt_until_it_begins_again(void **state)
{
	struct key key;

	(void)state;
	key_of(&key, STR("\0"));
	key_u32(&key, 1);
	key_str(&key, STR("a"));
	assert_true(key.bad);
	assert_int_equal(key.n, 0);
	key_begin(&key);
	assert_false(key.bad);
}

static void
pieces_come_back_as_they_went_in(void **state)
{
	struct key key;
	struct str rest, text, none;
	uint32_t v32;
	uint64_t v64;

	(void)state;
	key_of(&key, STR("org-1"));
	key_u64(&key, UINT64_MAX - 1);
	key_str(&key, STR_NONE);
	key_u32(&key, 7);
	rest = bytes_of(&key);
	assert_true(key_take_str(&rest, &text));
	assert_true(str_eq(text, STR("org-1")));
	assert_true(key_take_u64(&rest, &v64));
	assert_true(v64 == UINT64_MAX - 1);
	assert_true(key_take_str(&rest, &none));
	assert_int_equal(none.n, 0);
	assert_true(key_take_u32(&rest, &v32));
	assert_int_equal(v32, 7);
	assert_int_equal(rest.n, 0);
}

static void
taking_what_is_not_there_is_refused(void **state)
{
	struct str rest = STR("abc"), text;
	uint32_t v32;
	uint64_t v64;

	(void)state;
	assert_false(key_take_str(&rest, &text));
	assert_null(text.p);
	assert_false(key_take_u32(&rest, &v32));
	assert_int_equal(v32, 0);
	assert_false(key_take_u64(&rest, &v64));
	assert_int_equal(rest.n, 3);
}

/* Two pieces of text and two numbers, as a table's key may have them. */
struct row {
	char a[4], b[4];
	uint32_t n;
	uint64_t m;
};

static int
row_cmp(const struct row *x, const struct row *y)
{
	int c = strcmp(x->a, y->a);

	if (c == 0 && x->n != y->n)
		c = x->n < y->n ? -1 : 1;
	if (c == 0)
		c = strcmp(x->b, y->b);
	if (c == 0 && x->m != y->m)
		c = x->m < y->m ? -1 : 1;
	return c;
}

static void
row_key(const struct row *row, struct key *key)
{
	key_of(key, str_of(row->a));
	key_u32(key, row->n);
	key_str(key, str_of(row->b));
	key_u64(key, row->m);
}

static unsigned int seed = 1;

static unsigned int
below(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

/* Few different bytes, high ones among them, so that pieces often agree. */
static void
row_fill(struct row *row)
{
	static const char letters[] = { 1, 'a', 'b', (char)0xff };
	static const uint32_t numbers[] = { 0, 1, 255, 256, UINT32_MAX };

	memset(row, 0, sizeof(*row));
	for (unsigned int i = below(4); i-- > 0;)
		row->a[i] = letters[below(4)];
	for (unsigned int i = below(4); i-- > 0;)
		row->b[i] = letters[below(4)];
	row->n = numbers[below(5)];
	row->m = (uint64_t)numbers[below(5)] << below(33);
}

static void
order_of_bytes_is_order_of_pieces(void **state)
{
	struct row x, y;
	struct key kx, ky;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int want, got;

		row_fill(&x);
		row_fill(&y);
		row_key(&x, &kx);
		row_key(&y, &ky);
		want = row_cmp(&x, &y);
		got = str_cmp(bytes_of(&kx), bytes_of(&ky));
		assert_true((want < 0) == (got < 0));
		assert_true((want > 0) == (got > 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_ends_with_a_nul),
		cmocka_unit_test(integers_are_big_endian),
		cmocka_unit_test(text_with_a_nul_spoils),
		cmocka_unit_test(the_longest_text_fits_and_one_more_spoils),
		cmocka_unit_test(an_integer_that_does_not_fit_spoils),
		cmocka_unit_test(
		    a_spoilt_key_stays_spoilt_until_it_begins_again),
		cmocka_unit_test(pieces_come_back_as_they_went_in),
		cmocka_unit_test(taking_what_is_not_there_is_refused),
		cmocka_unit_test(order_of_bytes_is_order_of_pieces),
	};

	return UNIT_RUN(tests);
}
