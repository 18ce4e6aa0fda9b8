#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

/* Seconds since 1970 in UTC: what tokens and records carry. */
int64_t clock_now(void);

/* Microseconds since 1970 in UTC: what orders the audit log. */
int64_t clock_now_us(void);

/* Milliseconds that only ever grow: what time-outs are measured with. */
int64_t clock_mono_ms(void);

/* The same clock in microseconds, as a service manager reads it. */
int64_t clock_mono_us(void);

/* "2026-01-31T12:34:56Z" and its NUL; "" for a time after the year 9999. */
#define CLOCK_TEXT 21
void clock_text(int64_t seconds, char text[CLOCK_TEXT]);

/* The way back, also from a date alone: midnight. False for anything else. */
bool clock_parse(struct str text, int64_t *seconds);

/*
 * Notices that the clock was set, at hardly any cost: it looks closely once a
 * second. A watch begins as all zeros; one that has noticed goes on from the
 * new time.
 */
struct clock_watch {
	int64_t now;    /* the time at the last call, or some ms before it */
	int64_t offset; /* of the time to what only grows, in microseconds */
	bool begun;
};

/* A clock that is set by less than this makes no difference to a token. */
#define CLOCK_SET_MIN 60

/*
 * By how many seconds the clock was set since the last call, or in small steps
 * since the last time that this was told; less than 0: back. 0 if it was not,
 * or by less than CLOCK_SET_MIN.
 */
int64_t clock_watch_step(struct clock_watch *watch);

#endif
