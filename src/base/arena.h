#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

/*
 * The memory of one request: pieces are taken one after the other and given
 * back all at once. The first chunk is kept, so that a worker that has warmed
 * up allocates nothing.
 */
struct arena;

/*
 * FIRST bytes are kept for good; MAX is the ceiling of all chunks together.
 * NULL when out of memory. The caller owns it.
 */
struct arena *arena_new(size_t first, size_t max);

/* From now on memory is overwritten when it is given back: it holds secrets. */
void arena_clears(struct arena *arena);

/* Runs the deferred calls and frees all. NULL is allowed. */
void arena_free(struct arena *arena);

/*
 * N bytes, aligned for any type, not cleared; valid until arena_reset() or
 * arena_rewind(). NULL when the ceiling is reached or memory is out; that is
 * remembered until the reset, see arena_failed().
 */
void *arena_alloc(struct arena *arena, size_t n)
    __attribute__((alloc_size(2), malloc));

/* The same, cleared. */
void *arena_zalloc(struct arena *arena, size_t n)
    __attribute__((alloc_size(2), malloc));

/* A copy, ended by a NUL that is not counted; STR_NONE on failure. */
struct str arena_str(struct arena *arena, struct str s);

/* Formatted text; NULL on failure. */
char *arena_printf(struct arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Calls FN(P) at the reset, in reverse order of the calls to this function.
 * False when out of memory: then FN(P) has been called at once.
 */
bool arena_defer(struct arena *arena, void (*fn)(void *), void *p);

/* Runs the deferred calls and gives all memory back but the first chunk. */
void arena_reset(struct arena *arena);

/* Whether an allocation has failed since the last reset. */
bool arena_failed(const struct arena *arena);

/* Whether N bytes and some more can be had below the ceiling. */
bool arena_has_room(const struct arena *arena, size_t n);

/*
 * A place to go back to, for a long walk over many records. Between the mark
 * and the rewind no arena_defer() is allowed.
 */
struct arena_mark {
	void *chunk;
	size_t used;
};

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
