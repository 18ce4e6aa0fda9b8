#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/lines.h"

/* A file without a name that holds TEXT, read from its beginning. */
static int
file_with(struct str text)
{
	char path[300];
	const char *tmp = getenv("TMPDIR");
	size_t done = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/hub-lines-XXXXXX",
	    tmp != NULL && *tmp != '\0' ? tmp : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(unlink(path), 0);
	while (done < text.n) {
		ssize_t n = write(fd, text.p + done, text.n - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* LINES are the lines that TEXT has, ended by NULL. */
static void
check(struct str text, const char *const lines[])
{
	struct why why = { "" };
	struct lines l;
	struct str line;
	int fd = file_with(text);
	size_t n = 0;

	lines_begin(&l, fd, 10);
	for (; lines[n] != NULL; n++) {
		assert_int_equal(lines_next(&l, &line, &why), 0);
		assert_true(str_eq(line, str_of(lines[n])));
		assert_int_equal(l.number, n + 1);
	}
	assert_int_equal(lines_next(&l, &line, &why), HUB_ENOENT);
	assert_int_equal(lines_next(&l, &line, &why), HUB_ENOENT);
	assert_int_equal(l.number, n);
	lines_free(&l);
	close(fd);
}

static void
gives_each_line_without_its_newline(void **state)
{
	(void)state;
	check(STR(""), (const char *const[]){ NULL });
	check(STR("\n"), (const char *const[]){ "", NULL });
	check(STR("a"), (const char *const[]){ "a", NULL });
	check(STR("a\n"), (const char *const[]){ "a", NULL });
	check(STR("a\n\nb\r\nc"),
	    (const char *const[]){ "a", "", "b\r", "c", NULL });
	check(STR("0123456789\n0123456789"),
	    (const char *const[]){ "0123456789", "0123456789", NULL });
}

static void
refuses_a_line_over_the_maximum(void **state)
{
	static const char *const texts[] = { "ok\n0123456789x\nok\n",
		"ok\n0123456789x" };
	struct why why = { "" };
	struct lines l;
	struct str line;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int fd = file_with(str_of(texts[i]));

		lines_begin(&l, fd, 10);
		assert_int_equal(lines_next(&l, &line, &why), 0);
		assert_int_equal(lines_next(&l, &line, &why), HUB_ETOOBIG);
		assert_int_equal(l.number, 2);
		assert_string_equal(why.text, "longer than 10 bytes");
		lines_free(&l);
		close(fd);
	}
}

/* Line I has I % 997 letters: they lie across the borders of every read. */
static void
joins_lines_that_several_reads_bring(void **state)
{
	enum { LINES = 2000 };
	struct why why = { "" };
	struct buf text;
	struct lines l;
	struct str line;
	int fd;

	(void)state;
	buf_init(&text, LINES * 1000);
	for (size_t i = 0; i < LINES; i++) {
		for (size_t k = 0; k < i % 997; k++)
			buf_byte(&text, (char)('a' + i % 26));
		buf_byte(&text, '\n');
	}
	fd = file_with(buf_view(&text));
	lines_begin(&l, fd, 996);
	for (size_t i = 0; i < LINES; i++) {
		assert_int_equal(lines_next(&l, &line, &why), 0);
		assert_int_equal(line.n, i % 997);
		for (size_t k = 0; k < line.n; k++)
			assert_int_equal(line.p[k], 'a' + i % 26);
	}
	assert_int_equal(lines_next(&l, &line, &why), HUB_ENOENT);
	lines_free(&l);
	close(fd);
	buf_free(&text);
}

static void
stops_reading_a_line_without_end(void **state)
{
	struct why why = { "" };
	struct buf text;
	struct lines l;
	struct str line;
	int fd;

	(void)state;
	buf_init(&text, 1 << 20);
	memset(buf_space(&text, 1 << 20), 'x', 1 << 20);
	fd = file_with(buf_view(&text));
	lines_begin(&l, fd, 100000);
	assert_int_equal(lines_next(&l, &line, &why), HUB_ETOOBIG);
	assert_true(lseek(fd, 0, SEEK_CUR) < 300000);
	lines_free(&l);
	close(fd);
	buf_free(&text);
}

static void
says_that_it_cannot_read(void **state)
{
	struct why why = { "" };
	struct lines l;
	struct str line;

	(void)state;
	lines_begin(&l, -1, 10);
	assert_int_equal(lines_next(&l, &line, &why), HUB_EIO);
	assert_string_equal(why.text, "cannot read: Bad file descriptor");
	assert_int_equal(lines_next(&l, &line, NULL), HUB_EIO);
	lines_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_line_without_its_newline),
		cmocka_unit_test(refuses_a_line_over_the_maximum),
		cmocka_unit_test(joins_lines_that_several_reads_bring),
		cmocka_unit_test(stops_reading_a_line_without_end),
		cmocka_unit_test(says_that_it_cannot_read),
	};

	return UNIT_RUN(tests);
}
