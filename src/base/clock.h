#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

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

#endif
