#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/secret.h"

struct chunk {
	struct chunk *next; /* the older one */
	size_t size, used;
	max_align_t data[];
};

struct deferred {
	struct deferred *next;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct chunk *top;
	struct deferred *deferred;
	size_t total, max;
	bool failed, clears;
};

static struct chunk *
chunk_new(size_t size, struct chunk *next)
{
	struct chunk *c;

	if (size > SIZE_MAX - sizeof(*c) ||
	    (c = malloc(sizeof(*c) + size)) == NULL)
		return NULL;
	c->next = next;
	c->size = size;
	c->used = 0;
	return c;
}

struct arena *
arena_new(size_t first, size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->top = chunk_new(first, NULL);
	if (a->top == NULL) {
		free(a);
		return NULL;
	}
	a->total = first;
	a->max = max < first ? first : max;
	return a;
}

void
arena_clears(struct arena *a)
{
	a->clears = true;
}

/* Leaves the first USED bytes of the newest chunk in use. */
static void
cut_top(struct arena *a, size_t used)
{
	struct chunk *c = a->top;

	if (a->clears)
		secret_clear((char *)c->data + used, c->used - used);
	c->used = used;
}

static void
drop_top(struct arena *a)
{
	struct chunk *c = a->top;

	cut_top(a, 0);
	a->top = c->next;
	a->total -= c->size;
	free(c);
}

static void
run_deferred(struct arena *a)
{
	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->fn(d->p);
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	run_deferred(a);
	while (a->top != NULL)
		drop_top(a);
	free(a);
}

void
arena_reset(struct arena *a)
{
	run_deferred(a);
	while (a->top->next != NULL)
		drop_top(a);
	cut_top(a, 0);
	a->failed = false;
}

bool
arena_failed(const struct arena *a)
{
	return a->failed;
}

bool
arena_has_room(const struct arena *a, size_t n)
{
	return a->top->size - a->top->used >= n || a->max - a->total >= n;
}

/* Makes a chunk that holds N bytes at least, doubling to keep the list short. */
static bool
grow(struct arena *a, size_t n)
{
	size_t size = a->top->size * 2;
	size_t room = a->max - a->total;
	struct chunk *c;

	if (size < n)
		size = n;
	if (size > room)
		size = room;
	if (size < n || (c = chunk_new(size, a->top)) == NULL)
		return false;
	a->top = c;
	a->total += size;
	return true;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	const size_t align = _Alignof(max_align_t);
	char *p;

	if (n > SIZE_MAX - align) {
		a->failed = true;
		return NULL;
	}
	n = (n + align - 1) / align * align;
	if (n > a->top->size - a->top->used && !grow(a, n)) {
		a->failed = true;
		return NULL;
	}
	p = (char *)a->top->data + a->top->used;
	a->top->used += n;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p;

	if (s.n == SIZE_MAX || (p = arena_alloc(a, s.n + 1)) == NULL)
		return STR_NONE;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct str){ p, s.n };
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (p = arena_alloc(a, (size_t)n + 1)) == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

bool
arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_alloc(a, sizeof(*d));

	if (d == NULL) {
		fn(p);
		return false;
	}
	d->fn = fn;
	d->p = p;
	d->next = a->deferred;
	a->deferred = d;
	return true;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->top, a->top->used };
}

void
arena_rewind(struct arena *a, struct arena_mark mark)
{
	while (a->top != mark.chunk)
		drop_top(a);
	cut_top(a, mark.used);
}
