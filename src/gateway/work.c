#include "gateway/work.h"

#include <stdlib.h>
#include "base/log.h"
#include "base/secret.h"
#include "gateway/gateway.h"

#define ARENA_FIRST 32768

/* The largest answer in records, behind answers to a whole input of records. */
#define OUT_MAX (RESP_HEADERS_MAX + RESP_BODY_MAX + 4 * WORK_INPUT)

/* What waits for its next use: so many, their buffers in all. */
#define SPARE_WORK 32
#define SPARE_OUT (2 * 1024 * 1024)

void
work_pool_init(struct work_pool *pool, const struct loop_spec *spec)
{
	*pool = (struct work_pool){ .spec = spec,
		.arena_max = gateway_arena_max(&spec->limits) };
	SLIST_INIT(&pool->spare);
}

static struct work *
work_new(const struct work_pool *pool)
{
	struct work *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->arena = arena_new(ARENA_FIRST, pool->arena_max);
	if (w->arena == NULL) {
		free(w);
		return NULL;
	}
	if (pool->spec->clears)
		arena_clears(w->arena);
	buf_init(&w->out, OUT_MAX);
	buf_init(&w->rest, WORK_INPUT);
	return w;
}

static void
work_free(struct work *w)
{
	arena_free(w->arena);
	buf_free(&w->out);
	buf_free(&w->rest);
	free(w);
}

void
work_pool_free(struct work_pool *pool)
{
	struct work *w;

	while ((w = SLIST_FIRST(&pool->spare)) != NULL) {
		SLIST_REMOVE_HEAD(&pool->spare, entry);
		work_free(w);
	}
}

struct work *
work_take(struct work_pool *pool)
{
	struct work *w = SLIST_FIRST(&pool->spare);

	if (w != NULL) {
		SLIST_REMOVE_HEAD(&pool->spare, entry);
		pool->count--;
		pool->out -= w->out.cap;
	} else if ((w = work_new(pool)) == NULL) {
		log_err("out of memory for a request");
		return NULL;
	}
	fcgi_in_begin(&w->in, &pool->spec->limits, pool->spec->connections,
	    w->arena, &w->out);
	return w;
}

void
work_rest_clear(const struct work_pool *pool, struct work *w)
{
	if (pool->spec->clears && w->rest.n > 0)
		secret_clear(w->rest.p, w->rest.n);
	buf_reset(&w->rest);
}

void
work_give(struct work_pool *pool, struct work *w)
{
	work_rest_clear(pool, w);
	if (pool->count >= SPARE_WORK) {
		work_free(w);
		return;
	}
	arena_reset(w->arena);
	buf_reset(&w->out);
	buf_free(&w->rest);
	w->sent = 0;
	w->unfinished = false;
	if (w->out.cap > WORK_OUT_COMMON || w->out.cap > SPARE_OUT - pool->out)
		buf_free(&w->out);
	pool->out += w->out.cap;
	SLIST_INSERT_HEAD(&pool->spare, w, entry);
	pool->count++;
}
