#include "base/unicode.h"

#include "base/err.h"
#include "unit.h"

static const char *
text_of(struct buf *out)
{
	buf_byte(out, '\0');
	assert_int_equal(buf_error(out), 0);
	return out->p;
}

static void
assert_maps(
    int (*map)(struct str in, struct buf *out), const char *in, const char *to)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(map(str_of(in), &out), 0);
	assert_string_equal(text_of(&out), to);
	buf_free(&out);
}

static void
assert_refuses(int (*map)(struct str in, struct buf *out), struct str in)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(map(in, &out), HUB_EINVAL);
	assert_int_equal(out.n, 0);
	buf_free(&out);
}

static void
compatible_characters_become_one(void **state)
{
	(void)state;
	assert_maps(unicode_nfkc, "", "");
	assert_maps(
	    unicode_nfkc, "Plain ASCII, as it is.", "Plain ASCII, as it is.");
	assert_maps(unicode_nfkc, "cafe\xcc\x81", "caf\xc3\xa9");
	assert_maps(unicode_nfkc, "caf\xc3\xa9", "caf\xc3\xa9");
	assert_maps(unicode_nfkc, "\xef\xac\x81", "fi");
	assert_maps(unicode_nfkc, "\xef\xbc\xa1\xc2\xb2", "A2");
	/* Marks in their canonical order: dot below before dot above. */
	assert_maps(unicode_nfkc, "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87");
	/* Not a blank is lost, but those of other widths are one. */
	assert_maps(unicode_nfkc, " a\xc2\xa0 b ", " a  b ");
}

static void
case_is_folded(void **state)
{
	(void)state;
	assert_maps(unicode_fold, "WelKom \xc3\x89\xc3\xa9n",
	    "welkom \xc3\xa9\xc3\xa9n");
	assert_maps(unicode_fold,
	    "Stra\xc3\x9f"
	    "e",
	    "strasse");
	/* A soft hyphen and a zero width space have no shape. */
	assert_maps(unicode_fold,
	    "a\xc2\xad\xe2\x80\x8b"
	    "b",
	    "ab");
}

static void
what_is_no_text_is_refused(void **state)
{
	static const struct str bad[] = {
		STR("a\xff"),
		STR("\xc3"),
		STR("\xc0\xaf"),
		STR("\xed\xa0\x80"),
		STR("\xf4\x90\x80\x80"),
		STR("a\0b"),
		STR("a\nb"),
		STR("a\tb"),
		STR("a\x7f"),
		STR("a\xc2\x85"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_refuses(unicode_nfkc, bad[i]);
		assert_refuses(unicode_fold, bad[i]);
	}
}

/* The longest expansion there is: one character of three bytes to 18. */
static void
a_bound_is_a_bound(void **state)
{
	const struct str wide = STR("\xef\xb7\xba\xef\xb7\xba");
	struct buf out;

	(void)state;
	buf_init(&out, 66);
	assert_int_equal(unicode_nfkc(wide, &out), 0);
	assert_int_equal(out.n, 66);
	assert_int_equal(unicode_count(buf_view(&out)), 36);
	buf_free(&out);
	buf_init(&out, 65);
	assert_int_equal(unicode_nfkc(wide, &out), HUB_ETOOBIG);
	buf_free(&out);
}

static void
points_are_counted(void **state)
{
	(void)state;
	assert_int_equal(unicode_count(STR("")), 0);
	assert_int_equal(unicode_count(STR("abc")), 3);
	assert_int_equal(unicode_count(STR("\xc3\xa9\xe2\x82\xac")), 2);
	assert_int_equal(unicode_count(STR("\xf0\x9f\x9a\xb2!")), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compatible_characters_become_one),
		cmocka_unit_test(case_is_folded),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(a_bound_is_a_bound),
		cmocka_unit_test(points_are_counted),
	};

	return UNIT_RUN(tests);
}
