#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"

/*
 * A growing piece of bytes that is born with its maximum. The first error
 * sticks: later calls do nothing, buf_error() tells it once at the end.
 */
struct buf {
	char *p;
	size_t n;
	size_t cap, max;
	struct arena *arena; /* NULL: memory of malloc */
	int err;
};

/* Memory of malloc; buf_free() gives it back. */
void buf_init(struct buf *buf, size_t max);

/* Memory of the arena, which outlives the buffer; no buf_free() needed. */
void buf_init_arena(struct buf *buf, struct arena *arena, size_t max);

void buf_free(struct buf *buf);

/* Empties it and clears the error; keeps the memory. */
void buf_reset(struct buf *buf);

/*
 * Room for N more bytes at once, for who knows that about so many will come.
 * More than the maximum are not made room for: the call that puts them fails.
 */
void buf_reserve(struct buf *buf, size_t n);

void buf_put(struct buf *buf, const void *p, size_t n);
void buf_str(struct buf *buf, struct str s);
void buf_byte(struct buf *buf, char c);
void buf_u64(struct buf *buf, uint64_t v); /* as decimal digits */
void buf_printf(struct buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * N bytes, one at least, at the end that the caller fills at once; NULL on
 * failure. Valid until the next call.
 */
void *buf_space(struct buf *buf, size_t n);

/* Makes the buffer fail with ERR unless it has failed already. */
void buf_fail(struct buf *buf, int err);

/*
 * 0, HUB_ETOOBIG (the maximum or the arena's ceiling), HUB_ENOMEM, or what
 * buf_fail() was given.
 */
static inline int
buf_error(const struct buf *buf)
{
	return buf->err;
}

static inline struct str
buf_view(const struct buf *buf)
{
	return (struct str){ buf->p, buf->n };
}

#define BUF_LIT(buf, literal) buf_put((buf), (literal), sizeof(literal) - 1)

#endif
