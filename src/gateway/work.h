#ifndef GATEWAY_WORK_H
#define GATEWAY_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include "base/arena.h"
#include "base/buf.h"
#include "gateway/fcgi.h"
#include "gateway/loop.h"
#include "http/req.h"
#include "http/resp.h"

/*
 * What a connection of the loop needs while something is under way on it. It is
 * taken when the first byte arrives and given back when the connection is idle
 * again; some wait for their next use, so that a warm worker allocates nothing.
 * Of loop.c alone.
 */

#define WORK_INPUT 65536 /* bytes that are read at a time */

/* No larger buffer stays: the first part of a long answer takes so much. */
#define WORK_OUT_COMMON (512 * 1024)

struct work {
	SLIST_ENTRY(work) entry;
	struct arena *arena;
	struct fcgi_in in;
	struct req req;
	struct resp resp;
	struct buf out;  /* an answer, or answers to records */
	size_t sent;     /* of it */
	size_t taken;    /* bytes that the peer took, of all */
	struct buf rest; /* input that came behind an answer that waits */
	bool unfinished; /* more of the body is made as the peer takes it */
};

struct work_pool {
	const struct loop_spec *spec;
	SLIST_HEAD(, work) spare;
	unsigned int count; /* of spare ones */
	size_t out;         /* bytes of their buffers */
	size_t arena_max;
};

/* SPEC stays the caller's and outlives the pool. */
void work_pool_init(struct work_pool *pool, const struct loop_spec *spec);

/* What waits; all else has been given back. */
void work_pool_free(struct work_pool *pool);

/* Ready for a request. NULL if there is no memory, which is logged. */
struct work *work_take(struct work_pool *pool);
void work_give(struct work_pool *pool, struct work *w);

/* Empties w->rest, and leaves nothing of it in memory where spec->clears. */
void work_rest_clear(const struct work_pool *pool, struct work *w);

#endif
