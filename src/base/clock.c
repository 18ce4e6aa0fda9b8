#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static struct timespec
read_clock(clockid_t id)
{
	struct timespec ts = { 0 };

	clock_gettime(id, &ts);
	return ts;
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_REALTIME).tv_sec;
}

int64_t
clock_now_us(void)
{
	struct timespec ts = read_clock(CLOCK_REALTIME);

	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
clock_mono_ms(void)
{
	struct timespec ts = read_clock(CLOCK_MONOTONIC);

	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_text(int64_t seconds, char text[CLOCK_TEXT])
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}

/* The number that two or four digits make; anything else spoils it later. */
static int
digits(const char *p, int n)
{
	int value = 0;

	while (n-- > 0)
		value = value * 10 + (*p++ - '0');
	return value;
}

bool
clock_parse(struct str text, int64_t *seconds)
{
	char whole[CLOCK_TEXT] = "", back[CLOCK_TEXT] = "";
	struct tm tm = { 0 };

	if (text.n != 10 && text.n != CLOCK_TEXT - 1)
		return false;
	memcpy(whole, text.p, text.n);
	if (text.n == 10)
		memcpy(whole + 10, "T00:00:00Z", 10);
	tm.tm_year = digits(whole, 4) - 1900;
	tm.tm_mon = digits(whole + 5, 2) - 1;
	tm.tm_mday = digits(whole + 8, 2);
	tm.tm_hour = digits(whole + 11, 2);
	tm.tm_min = digits(whole + 14, 2);
	tm.tm_sec = digits(whole + 17, 2);
	*seconds = (int64_t)timegm(&tm);
	/* What is no date, or spelt otherwise, does not come back as it was. */
	clock_text(*seconds, back);
	return memcmp(whole, back, CLOCK_TEXT) == 0;
}

int64_t
clock_watch_step(struct clock_watch *w)
{
	struct timespec ts = read_clock(CLOCK_REALTIME_COARSE);
	int64_t now, offset, step;

	/*
	 * A clock that was set tells of another second; one that was set back
	 * to the very second of the last call does so when that is over.
	 */
	if (w->begun && ts.tv_sec == w->now)
		return 0;
	/* This one goes on while the machine sleeps. */
	ts = read_clock(CLOCK_BOOTTIME);
	now = clock_now_us();
	offset = now - ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	step = (offset - w->offset) / 1000000;
	w->now = now / 1000000;
	if (w->begun && step > -CLOCK_SET_MIN && step < CLOCK_SET_MIN)
		return 0;
	w->offset = offset;
	if (!w->begun)
		step = 0;
	w->begun = true;
	return step;
}

int64_t
clock_mono_us(void)
{
	struct timespec ts = read_clock(CLOCK_MONOTONIC);

	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
