#include "base/buf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/err.h"

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void
buf_init_arena(struct buf *b, struct arena *arena, size_t max)
{
	*b = (struct buf){ .max = max, .arena = arena };
}

void
buf_free(struct buf *b)
{
	if (b->arena == NULL)
		free(b->p);
	*b = (struct buf){ .max = b->max, .arena = b->arena };
}

void
buf_reset(struct buf *b)
{
	b->n = 0;
	b->err = 0;
}

void
buf_fail(struct buf *b, int err)
{
	if (b->err == 0)
		b->err = err;
}

static char *
resize(struct buf *b, size_t cap)
{
	char *p;

	if (b->arena == NULL)
		return realloc(b->p, cap);
	p = arena_alloc(b->arena, cap);
	if (p != NULL && b->n > 0)
		memcpy(p, b->p, b->n);
	return p;
}

static bool
set_cap(struct buf *b, size_t cap)
{
	char *p = resize(b, cap);

	if (p == NULL) {
		b->err = b->arena != NULL ? HUB_ETOOBIG : HUB_ENOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

/* Makes room for NEED bytes in all; rarely, so take() is quicker without it. */
__attribute__((noinline)) static bool
grow(struct buf *b, size_t need)
{
	size_t cap = b->cap < 256 ? 256 : b->cap * 2;

	if (cap > b->max)
		cap = b->max;
	return set_cap(b, cap < need ? need : cap);
}

/* Takes N bytes; SPARE more may be written behind them, but do not count. */
static char *
take(struct buf *b, size_t n, size_t spare)
{
	if (b->err != 0)
		return NULL;
	if (n > b->max - b->n) {
		b->err = HUB_ETOOBIG;
		return NULL;
	}
	if (b->n + n + spare > b->cap && !grow(b, b->n + n + spare))
		return NULL;
	b->n += n;
	return b->p + b->n - n;
}

void
buf_reserve(struct buf *b, size_t n)
{
	if (b->err == 0 && n <= b->max - b->n && b->n + n > b->cap)
		set_cap(b, b->n + n);
}

void *
buf_space(struct buf *b, size_t n)
{
	return take(b, n, 0);
}

void
buf_put(struct buf *b, const void *p, size_t n)
{
	void *to;

	if (n > 0 && (to = buf_space(b, n)) != NULL)
		memcpy(to, p, n);
}

void
buf_str(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}

void
buf_byte(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_put(b, digits + at, sizeof(digits) - at);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		buf_fail(b, HUB_EINVAL);
	if (n <= 0 || (to = take(b, (size_t)n, 1)) == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
}
