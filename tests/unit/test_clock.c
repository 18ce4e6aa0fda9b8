#include "base/clock.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"

static void
writes_a_time_as_text(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 1769862896, "2026-01-31T12:34:56Z" },
		{ 2147483648, "2038-01-19T03:14:08Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		{ 253402300800, "" },
		{ INT64_MAX, "" },
		{ INT64_MIN, "" },
	};
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		clock_text(cases[i].seconds, text);
		assert_string_equal(text, cases[i].text);
	}
}

/* Read in turn, so that each clock lies between two readings of the other. */
static void
counts_the_same_time_in_seconds_and_microseconds(void **state)
{
	int64_t before = clock_now();
	int64_t us = clock_now_us();
	int64_t after = clock_now();

	(void)state;
	assert_true(before > 1700000000);
	assert_true(before <= us / 1000000);
	assert_true(us / 1000000 <= after);
}

static void
never_runs_backwards(void **state)
{
	int64_t last = clock_mono_ms();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_mono_ms();

		assert_true(now >= last);
		last = now;
	}
}

/*
 * The clock as a test sets it, so many seconds from the true time; or, where
 * seconds must not pass by themselves, the time and what only grows.
 */
static int64_t shift;
static struct {
	int64_t now, grown;
} still; /* zeros: they pass */

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	bool of_day = id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE;

	if (still.now != 0) {
		*ts = (struct timespec){ of_day ? still.now : still.grown, 0 };
		return 0;
	}
	if (syscall(SYS_clock_gettime, id, ts) != 0)
		return -1;
	if (of_day)
		ts->tv_sec += shift;
	return 0;
}

static int
let_time_pass(void **state)
{
	(void)state;
	still.now = 0;
	return 0;
}

static void
pass(int64_t seconds)
{
	still.now += seconds;
	still.grown += seconds;
}

/* The two clocks are not read in one moment, so a second may lack. */
static void
assert_step(struct clock_watch *watch, int64_t want)
{
	int64_t step = clock_watch_step(watch);

	assert_in_range(step, want - 1, want + 1);
	assert_int_equal(clock_watch_step(watch), 0);
}

static void
notices_that_the_clock_was_set(void **state)
{
	struct clock_watch watch = { 0 };

	(void)state;
	shift = -1000000;
	assert_int_equal(clock_watch_step(&watch), 0);
	shift += CLOCK_SET_MIN - 2;
	assert_int_equal(clock_watch_step(&watch), 0);
	shift += 10;
	assert_step(&watch, CLOCK_SET_MIN + 8);
	shift -= 3600;
	assert_true(clock_watch_step(&watch) <= -3599);
	assert_int_equal(clock_watch_step(&watch), 0);
	shift += 1003600;
	assert_step(&watch, 1003600);
	shift = 0;
}

/* To another second, while that in which it was looked at goes on. */
static void
notices_at_once_a_step_back_in_the_second_of_the_last_look(void **state)
{
	struct clock_watch watch = { 0 };

	(void)state;
	still.now = 1800000000;
	still.grown = 5000;
	assert_int_equal(clock_watch_step(&watch), 0);
	still.now -= 3600;
	assert_int_equal(clock_watch_step(&watch), -3600);
	assert_int_equal(clock_watch_step(&watch), 0);
	still.now -= CLOCK_SET_MIN - 1;
	assert_int_equal(clock_watch_step(&watch), 0);
	still.now--;
	assert_int_equal(clock_watch_step(&watch), -CLOCK_SET_MIN);
}

/* Nobody asked for an hour, and by that hour the clock was set back. */
static void
notices_a_step_back_to_the_second_of_the_last_look_when_it_is_over(void **state)
{
	struct clock_watch watch = { 0 };

	(void)state;
	still.now = 1800000000;
	still.grown = 5000;
	assert_int_equal(clock_watch_step(&watch), 0);
	pass(3600);
	still.now -= 3600;
	assert_int_equal(clock_watch_step(&watch), 0);
	pass(1);
	assert_int_equal(clock_watch_step(&watch), -3600);
	pass(1);
	assert_int_equal(clock_watch_step(&watch), 0);
}

static void
the_two_that_only_grow_are_one_clock(void **state)
{
	int64_t before = clock_mono_ms();
	int64_t us = clock_mono_us();
	int64_t after = clock_mono_ms();

	(void)state;
	assert_true(before <= us / 1000);
	assert_true(us / 1000 <= after);
}

static void
reads_what_it_writes_and_nothing_else(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-01-31", 1769817600 },
		{ "2026-01-31T12:34:56Z", 1769862896 },
		{ "2024-02-29", 1709164800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};
	static const char *const bad[] = { "", "2026", "2026-02-29",
		"2026-13-01", "2026-00-01", "2026-01-00", "2026-1-31 ",
		"2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
		"2026-01-31T12:34:56z", "2026-01-31 12:34:56Z",
		"2026-01-31T12:34:56", "2026-01-31T12:34:56+1", "+026-01-31",
		"2026/01/31", "----------", "2026-01-31T12:34:56Z " };
	int64_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(clock_parse(str_of(good[i].text), &seconds));
		assert_int_equal(seconds, good[i].seconds);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse(str_of(bad[i]), &seconds));
}

#define STILL(test) cmocka_unit_test_teardown(test, let_time_pass)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_time_as_text),
		cmocka_unit_test(reads_what_it_writes_and_nothing_else),
		cmocka_unit_test(
		    counts_the_same_time_in_seconds_and_microseconds),
		cmocka_unit_test(never_runs_backwards),
		cmocka_unit_test(notices_that_the_clock_was_set),
		STILL(
		    notices_at_once_a_step_back_in_the_second_of_the_last_look),
		STILL(
		    notices_a_step_back_to_the_second_of_the_last_look_when_it_is_over),
		cmocka_unit_test(the_two_that_only_grow_are_one_clock),
	};

	return UNIT_RUN(tests);
}
