#include "base/clock.h"

#include <stdio.h>
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

int64_t
clock_watch_step(struct clock_watch *w)
{
	/* This one goes on while the machine sleeps. */
	struct timespec ts = read_clock(CLOCK_BOOTTIME);
	int64_t offset =
	    clock_now_us() - ((int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	int64_t step = (offset - w->offset) / 1000000;

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
