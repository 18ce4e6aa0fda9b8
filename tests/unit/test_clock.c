#include "unit.h"

#include "base/clock.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_time_as_text),
		cmocka_unit_test(
		    counts_the_same_time_in_seconds_and_microseconds),
		cmocka_unit_test(never_runs_backwards),
		cmocka_unit_test(the_two_that_only_grow_are_one_clock),
	};

	return UNIT_RUN(tests);
}
