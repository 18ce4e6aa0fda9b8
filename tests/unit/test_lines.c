#include "base/lines.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "unit.h"

#define LONGEST 100

static FILE *file;
static struct lines lines;

/* Starts to read TEXT. */
static void
begin(struct str text)
{
	file = tmpfile();
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	lines_begin(&lines, fileno(file), LONGEST);
}

static void
end(void)
{
	lines_free(&lines);
	fclose(file);
}

static void
expect(unsigned long number, const char *text)
{
	struct why why = { "" };
	struct str line;

	assert_int_equal(lines_next(&lines, &line, &why), 0);
	if (!str_eq(line, str_of(text)))
		fail_msg("'%.*s' is not '%s'", STR_ARG(line), text);
	assert_true(lines.number == number);
}

static void
expect_too_long(unsigned long number)
{
	struct why why = { "" };
	struct str line;

	assert_int_equal(lines_next(&lines, &line, &why), HUB_ETOOBIG);
	assert_string_equal(why.text, "longer than 100 bytes");
	assert_null(line.p);
	assert_true(lines.number == number);
}

static void
expect_end(void)
{
	struct why why = { "" };
	struct str line;

	for (int i = 0; i < 2; i++)
		assert_int_equal(lines_next(&lines, &line, &why), HUB_ENOENT);
	end();
}

static void
lines_come_in_order_and_are_counted(void **state)
{
	(void)state;
	begin(STR("one\n\n three \nfour\r\n"));
	expect(1, "one");
	expect(2, "");
	expect(3, " three ");
	expect(4, "four\r");
	expect_end();
}

static void
the_last_line_needs_no_newline(void **state)
{
	(void)state;
	begin(STR("one\ntwo"));
	expect(1, "one");
	expect(2, "two");
	expect_end();
	begin(STR("x"));
	expect(1, "x");
	expect_end();
}

static void
an_empty_file_has_no_line(void **state)
{
	(void)state;
	begin(STR(""));
	expect_end();
	begin(STR("\n"));
	expect(1, "");
	expect_end();
}

static void
bytes_are_left_as_they_are(void **state)
{
	struct why why;
	struct str line;

	(void)state;
	begin(STR("a\0b\xff\nc\n"));
	assert_int_equal(lines_next(&lines, &line, &why), 0);
	assert_true(str_eq(line, STR("a\0b\xff")));
	expect(2, "c");
	expect_end();
}

/* N bytes of C into TEXT, which has room; gives the place behind them. */
static char *
repeat(char *text, char c, size_t n)
{
	memset(text, c, n);
	return text + n;
}

static void
a_line_may_be_as_long_as_the_limit(void **state)
{
	char text[3 * LONGEST + 3], longest[LONGEST + 1];
	char *p = text;

	(void)state;
	*repeat(longest, 'x', LONGEST) = '\0';
	p = repeat(p, 'x', LONGEST);
	*p++ = '\n';
	p = repeat(p, 'x', LONGEST);
	begin((struct str){ text, (size_t)(p - text) });
	expect(1, longest);
	expect(2, longest);
	expect_end();
}

/* Each of three lines in turn, by one byte and by many pieces read. */
static void
a_line_that_is_too_long_is_passed_over(void **state)
{
	static const size_t sizes[] = { LONGEST + 1, 70000, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < 3 * 3 * 2; i++) {
		size_t size = sizes[i / 6];
		char *text = malloc(size + 20), *p = text;

		for (size_t at = 0; at < 3; at++) {
			p = repeat(p, 'y', at == i % 3 ? size : 2);
			*p++ = '\n';
		}
		/* With a newline at the end and without. */
		begin((struct str){ text, (size_t)(p - text) - (i / 3) % 2 });
		for (size_t at = 0; at < 3; at++) {
			if (at == i % 3)
				expect_too_long(at + 1);
			else
				expect(at + 1, "yy");
		}
		expect_end();
		free(text);
	}
}

static void
lines_are_whole_where_two_reads_meet(void **state)
{
	struct buf text;
	char line[32];
	int n = 0;

	(void)state;
	buf_init(&text, 200000);
	while (text.n < 199000)
		buf_printf(&text, "line %d\n", n++);
	begin(buf_view(&text));
	for (int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "line %d", i);
		expect((unsigned long)i + 1, line);
	}
	expect_end();
	buf_free(&text);
}

static void
what_cannot_be_read_is_an_error(void **state)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);
	struct why why = { "" };
	struct str line;

	(void)state;
	assert_true(fd >= 0);
	lines_begin(&lines, fd, LONGEST);
	assert_int_equal(lines_next(&lines, &line, &why), HUB_EIO);
	assert_non_null(strstr(why.text, "cannot read: "));
	lines_free(&lines);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_in_order_and_are_counted),
		cmocka_unit_test(the_last_line_needs_no_newline),
		cmocka_unit_test(an_empty_file_has_no_line),
		cmocka_unit_test(bytes_are_left_as_they_are),
		cmocka_unit_test(a_line_may_be_as_long_as_the_limit),
		cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
		cmocka_unit_test(lines_are_whole_where_two_reads_meet),
		cmocka_unit_test(what_cannot_be_read_is_an_error),
	};

	return UNIT_RUN(tests);
}
