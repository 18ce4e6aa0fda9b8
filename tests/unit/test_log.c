#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"
#include "base/str.h"

/*
 * Standard error becomes one end of a socket that keeps the borders of
 * writes: what one recv() gives is what one write() took.
 */
static int saved, ours;

static int
capture(void **state)
{
	int pair[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return 1;
	saved = dup(STDERR_FILENO);
	if (saved < 0 || dup2(pair[1], STDERR_FILENO) < 0)
		return 1;
	close(pair[1]);
	ours = pair[0];
	return 0;
}

static int
release(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ours);
	unsetenv("JOURNAL_STREAM");
	return 0;
}

/* What one write held, ended by a NUL; "" when there was none. */
static const char *
written(void)
{
	static char line[8192];
	ssize_t n = recv(ours, line, sizeof(line) - 1, MSG_DONTWAIT);

	line[n > 0 ? n : 0] = '\0';
	return line;
}

/* Fails unless LINE is the time, NAME, our process id, LEVEL and TEXT. */
static void
assert_line(
    const char *line, const char *name, const char *level, const char *text)
{
	char rest[2048];

	snprintf(rest, sizeof(rest), " %s[%ld] %s: %s\n", name, (long)getpid(),
	    level, text);
	assert_true(strlen(line) > 20);
	assert_int_equal(line[4], '-');
	assert_int_equal(line[10], 'T');
	assert_int_equal(line[19], 'Z');
	assert_string_equal(line + 20, rest);
}

static void
writes_one_line_in_one_write(void **state)
{
	(void)state;
	log_open("hubd[readers]", LOG_LEVEL_DEBUG);
	log_err("first %d", 1);
	log_warn("second %s", "x");
	log_info("third");
	log_debug("fourth");
	assert_line(written(), "hubd[readers]", "error", "first 1");
	assert_line(written(), "hubd[readers]", "warning", "second x");
	assert_line(written(), "hubd[readers]", "info", "third");
	assert_line(written(), "hubd[readers]", "debug", "fourth");
	assert_string_equal(written(), "");
}

static void
leaves_out_what_is_below_the_level(void **state)
{
	(void)state;
	for (int level = LOG_LEVEL_ERR; level <= LOG_LEVEL_DEBUG; level++) {
		int lines = 0;

		log_open("hub", (enum log_level)level);
		for (int l = LOG_LEVEL_ERR; l <= LOG_LEVEL_DEBUG; l++)
			assert_int_equal(
			    log_wants((enum log_level)l), l <= level);
		log_err("x");
		log_warn("x");
		log_info("x");
		log_debug("x");
		while (*written() != '\0')
			lines++;
		assert_int_equal(lines, level + 1);
	}
}

static void
escapes_all_but_printable_ascii(void **state)
{
	(void)state;
	log_open("hub", LOG_LEVEL_INFO);
	log_info("a\nb\r\tc\x1b[31m\x7f~ ");
	assert_line(
	    written(), "hub", "info", "a\\x0ab\\x0d\\x09c\\x1b[31m\\x7f~ ");
	log_info("%s", "\xc3\xa9 \xc2\x9b \xff");
	assert_line(written(), "hub", "info", "\\xc3\\xa9 \\xc2\\x9b \\xff");
	for (int c = 1; c < 256; c++) {
		const char *line;

		log_info("%c", c);
		line = written();
		assert_true(
		    str_is_print((struct str){ line, strlen(line) - 1 }));
	}
}

/* The text may be cut, but the line has its end, and is one. */
static void
cuts_lines_that_are_too_long(void **state)
{
	char text[5000];
	const char *fill = "x\n\x1b\xff";

	(void)state;
	log_open("hub", LOG_LEVEL_INFO);
	for (; *fill != '\0'; fill++) {
		const char *line;
		size_t n;

		memset(text, *fill, sizeof(text) - 1);
		text[sizeof(text) - 1] = '\0';
		log_info("%s", text);
		line = written();
		n = strlen(line);
		assert_true(n > 1000 && n <= 2048);
		assert_int_equal(line[n - 1], '\n');
		assert_true(str_is_print((struct str){ line, n - 1 }));
		if (*fill != 'x')
			assert_int_equal(line[n - 5], '\\');
		assert_string_equal(written(), "");
	}
}

static void
name_stream(int fd, unsigned int more)
{
	char stream[64];
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino + more);
	assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
}

static void
begins_with_the_priority_in_the_journal(void **state)
{
	static const int priority[] = { 3, 4, 6, 7 };
	char want[64];

	(void)state;
	name_stream(STDERR_FILENO, 0);
	log_open("hubd", LOG_LEVEL_DEBUG);
	log_err("text");
	log_warn("text");
	log_info("text");
	log_debug("text");
	for (size_t i = 0; i < 4; i++) {
		snprintf(want, sizeof(want), "<%d>hubd[%ld]: text\n",
		    priority[i], (long)getpid());
		assert_string_equal(written(), want);
	}
}

/* The variable is inherited by programs that write elsewhere. */
static void
begins_with_the_time_where_the_journal_is_another_stream(void **state)
{
	(void)state;
	name_stream(STDERR_FILENO, 1);
	log_open("hub", LOG_LEVEL_INFO);
	log_info("text");
	assert_line(written(), "hub", "info", "text");
	assert_int_equal(setenv("JOURNAL_STREAM", "", 1), 0);
	log_open("hub", LOG_LEVEL_INFO);
	log_info("text");
	assert_line(written(), "hub", "info", "text");
}

static void
goes_on_where_standard_error_is_closed(void **state)
{
	(void)state;
	log_open("hub", LOG_LEVEL_INFO);
	close(STDERR_FILENO);
	log_info("nobody reads this");
	assert_int_equal(errno, EBADF);
	assert_string_equal(written(), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, capture, release)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writes_one_line_in_one_write),
		TEST(leaves_out_what_is_below_the_level),
		TEST(escapes_all_but_printable_ascii),
		TEST(cuts_lines_that_are_too_long),
		TEST(begins_with_the_priority_in_the_journal),
		TEST(begins_with_the_time_where_the_journal_is_another_stream),
		TEST(goes_on_where_standard_error_is_closed),
	};

	return UNIT_RUN(tests);
}
