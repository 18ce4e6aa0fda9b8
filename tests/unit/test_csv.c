#include "base/csv.h"

#include "base/err.h"
#include "unit.h"

static void
assert_line(const char *const *fields, const char *expected)
{
	struct buf out;
	struct csv csv;

	buf_init(&out, 1024);
	csv_begin(&csv, &out);
	for (; *fields != NULL; fields++)
		csv_field(&csv, str_of(*fields));
	csv_line_end(&csv);
	assert_int_equal(buf_error(&out), 0);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, expected);
	buf_free(&out);
}

#define LINE(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
fields_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	assert_line(LINE("a", "", "b c"), "a,,b c\r\n");
	assert_line(LINE("a,b", "c"), "\"a,b\",c\r\n");
	assert_line(LINE("say \"so\""), "\"say \"\"so\"\"\"\r\n");
	assert_line(LINE("two\nlines", "and\rmore"),
	    "\"two\nlines\",\"and\rmore\"\r\n");
	assert_line(LINE("\xe2\x82\xac"), "\xe2\x82\xac\r\n");
}

static void
no_field_is_a_formula(void **state)
{
	(void)state;
	assert_line(LINE("=1+1", "+31", "-5", "@sum", "\tx"),
	    "'=1+1,'+31,'-5,'@sum,'\tx\r\n");
	assert_line(LINE("\r=1"), "\"'\r=1\"\r\n");
	assert_line(LINE("=a,\"b\""), "\"'=a,\"\"b\"\"\"\r\n");
	/* Only the first byte makes one. */
	assert_line(LINE("a=1", "1-2"), "a=1,1-2\r\n");
}

static void
lines_begin_anew(void **state)
{
	struct buf out;
	struct csv csv;

	(void)state;
	buf_init(&out, 64);
	csv_begin(&csv, &out);
	csv_field(&csv, STR("a"));
	csv_line_end(&csv);
	csv_field(&csv, STR("b"));
	csv_line_end(&csv);
	buf_byte(&out, '\0');
	assert_string_equal(out.p, "a\r\nb\r\n");
	buf_free(&out);
	buf_init(&out, 4);
	csv_begin(&csv, &out);
	csv_field(&csv, STR("longer"));
	assert_int_equal(buf_error(&out), HUB_ETOOBIG);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_quoted_where_they_must_be),
		cmocka_unit_test(no_field_is_a_formula),
		cmocka_unit_test(lines_begin_anew),
	};

	return UNIT_RUN(tests);
}
