#include "store/rec.h"

#include <string.h>
#include "base/err.h"
#include "store/signing_key_rec.h"
#include "unit.h"

static void
integers_are_little_endian(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	rec_put_u8(&b, 1);
	rec_put_u32(&b, 0x02030405);
	rec_put_u64(&b, 0x060708090a0b0c0d);
	assert_int_equal(buf_error(&b), 0);
	assert_int_equal(b.n, 13);
	assert_memory_equal(b.p, "\1\5\4\3\2\15\14\13\12\11\10\7\6", 13);
	buf_free(&b);
}

static void
pieces_come_back_as_they_went_in(void **state)
{
	struct buf b;
	struct rec_in in;

	(void)state;
	buf_init(&b, 100);
	rec_put_u8(&b, UINT8_MAX);
	rec_put_str(&b, STR("a\0b"));
	rec_put_u32(&b, UINT32_MAX);
	rec_put_str(&b, STR_NONE);
	rec_put_u64(&b, UINT64_MAX);
	rec_in_begin(&in, buf_view(&b));
	assert_int_equal(rec_u8(&in), UINT8_MAX);
	assert_true(str_eq(rec_str(&in), STR("a\0b")));
	assert_true(rec_u32(&in) == UINT32_MAX);
	assert_int_equal(rec_str(&in).n, 0);
	assert_true(rec_u64(&in) == UINT64_MAX);
	assert_int_equal(rec_in_end(&in), 0);
	buf_free(&b);
}

static void
text_is_a_view_into_the_record(void **state)
{
	static const char bytes[] = "\2\0\0\0ok";
	struct rec_in in;

	(void)state;
	rec_in_begin(&in, (struct str){ bytes, 6 });
	assert_ptr_equal(rec_str(&in).p, bytes + 4);
}

static void
bytes_left_over_are_damage(void **state)
{
	struct rec_in in;

	(void)state;
	rec_in_begin(&in, STR("ab"));
	assert_int_equal(rec_u8(&in), 'a');
	assert_int_equal(rec_in_end(&in), HUB_ECORRUPT);
}

static void
reading_past_the_end_sticks(void **state)
{
	struct rec_in in;

	(void)state;
	rec_in_begin(&in, STR("abc"));
	assert_int_equal(rec_u32(&in), 0);
	assert_int_equal(rec_u8(&in), 0);
	assert_null(rec_str(&in).p);
	assert_int_equal(rec_in_end(&in), HUB_ECORRUPT);
}

static void
a_length_beyond_the_record_is_damage(void **state)
{
	struct rec_in in;

	(void)state;
	rec_in_begin(&in, STR("\4\0\0\0abc"));
	assert_null(rec_str(&in).p);
	assert_int_equal(rec_in_end(&in), HUB_ECORRUPT);
	rec_in_begin(&in, STR("\377\377\377\377abc"));
	assert_null(rec_str(&in).p);
	assert_int_equal(rec_in_end(&in), HUB_ECORRUPT);
}

static void
no_bytes_at_all_are_an_empty_record(void **state)
{
	struct rec_in in;

	(void)state;
	rec_in_begin(&in, STR_NONE);
	assert_int_equal(rec_in_end(&in), 0);
	assert_int_equal(rec_u8(&in), 0);
	assert_int_equal(rec_in_end(&in), HUB_ECORRUPT);
}

static void
writing_fails_in_the_buffer(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 7);
	rec_put_str(&b, STR("abcd"));
	rec_put_u8(&b, 1);
	assert_int_equal(buf_error(&b), HUB_ETOOBIG);
	buf_free(&b);
}

static void
public_key_comes_back(void **state)
{
	struct public_key_rec in = { 1700000000, 0, STR("\x30\0der") }, out;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	public_key_rec_put(&b, &in);
	assert_int_equal(public_key_rec_get(buf_view(&b), &out), 0);
	assert_true(out.created == in.created);
	assert_true(out.ends == in.ends);
	assert_true(str_eq(out.der, in.der));
	buf_free(&b);
}

static void
private_key_comes_back(void **state)
{
	struct private_key_rec in = { 1700000000, 1700000600, STR("pkcs8") };
	struct private_key_rec out;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	private_key_rec_put(&b, &in);
	assert_int_equal(private_key_rec_get(buf_view(&b), &out), 0);
	assert_true(out.created == in.created);
	assert_true(out.signs_from == in.signs_from);
	assert_true(str_eq(out.der, in.der));
	buf_free(&b);
}

/* Every shorter record and one that is longer by a byte. */
static void
a_cut_or_longer_key_is_damage(void **state)
{
	struct public_key_rec public = { 1, 2, STR("der") };
	struct private_key_rec private = { 1, 2, STR("der") };
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	public_key_rec_put(&b, &public);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(
		    public_key_rec_get((struct str){ b.p, n }, &public),
		    HUB_ECORRUPT);
	buf_byte(&b, 0);
	assert_int_equal(
	    public_key_rec_get(buf_view(&b), &public), HUB_ECORRUPT);

	buf_reset(&b);
	private_key_rec_put(&b, &private);
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(
		    private_key_rec_get((struct str){ b.p, n }, &private),
		    HUB_ECORRUPT);
	buf_byte(&b, 0);
	assert_int_equal(
	    private_key_rec_get(buf_view(&b), &private), HUB_ECORRUPT);
	buf_free(&b);
}

static void
an_unknown_format_is_damage(void **state)
{
	struct private_key_rec private = { 1, 2, STR("der") };
	struct public_key_rec public = { 1, 2, STR("der") };
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	private_key_rec_put(&b, &private);
	b.p[0]++;
	assert_int_equal(
	    private_key_rec_get(buf_view(&b), &private), HUB_ECORRUPT);
	buf_reset(&b);
	public_key_rec_put(&b, &public);
	b.p[0]--;
	assert_int_equal(
	    public_key_rec_get(buf_view(&b), &public), HUB_ECORRUPT);
	buf_free(&b);
}

/* What stores hold from before keys had a time to sign from. */
static void
a_private_key_with_a_flag_signs_from_its_birth(void **state)
{
	struct private_key_rec out;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	rec_put_u8(&b, 1);
	rec_put_u64(&b, 1700000000);
	rec_put_u8(&b, 1);
	rec_put_str(&b, STR("pkcs8"));
	assert_int_equal(private_key_rec_get(buf_view(&b), &out), 0);
	assert_true(out.created == 1700000000);
	assert_true(out.signs_from == 1700000000);
	assert_true(str_eq(out.der, STR("pkcs8")));
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(
		    private_key_rec_get((struct str){ b.p, n }, &out),
		    HUB_ECORRUPT);
	b.p[9] = 2;
	assert_int_equal(private_key_rec_get(buf_view(&b), &out), HUB_ECORRUPT);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian),
		cmocka_unit_test(pieces_come_back_as_they_went_in),
		cmocka_unit_test(text_is_a_view_into_the_record),
		cmocka_unit_test(bytes_left_over_are_damage),
		cmocka_unit_test(reading_past_the_end_sticks),
		cmocka_unit_test(a_length_beyond_the_record_is_damage),
		cmocka_unit_test(no_bytes_at_all_are_an_empty_record),
		cmocka_unit_test(writing_fails_in_the_buffer),
		cmocka_unit_test(public_key_comes_back),
		cmocka_unit_test(private_key_comes_back),
		cmocka_unit_test(a_cut_or_longer_key_is_damage),
		cmocka_unit_test(an_unknown_format_is_damage),
		cmocka_unit_test(
		    a_private_key_with_a_flag_signs_from_its_birth),
	};

	return UNIT_RUN(tests);
}
