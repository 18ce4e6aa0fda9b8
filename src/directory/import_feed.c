/*
 * A few blocks go round: a thread fills one with lines, one thread at a time,
 * and parses them while another reads on; the caller takes the blocks in the
 * order of their lines and gives each back with the next call. Where there is
 * but one processor, or no thread is to be had, the caller does it all.
 */
#include "directory/import_feed.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/secret.h"

#define BLOCKS 8
#define WORKERS 2

/* What is parsed, or kept, of the lines of a block; one may be long. */
#define BLOCK_ARENA_FIRST (2 * 1024 * 1024)
#define BLOCK_ARENA_MAX (256 * 1024 * 1024)
#define PARSED_FIRST (256 * 1024)

enum state { IS_FREE, IS_WORKED_AT, IS_READY };

struct slot {
	struct import_block block;
	struct str *line; /* as many as items */
	struct arena *lines, *records;
	enum state state;
};

struct import_feed {
	struct import_plan plan;
	struct import_reader reader; /* of the one who reads */
	struct slot slot[BLOCKS];
	struct arena *parsed[WORKERS];
	pthread_t thread[WORKERS];
	size_t workers;

	pthread_mutex_t lock; /* of what follows, and the states */
	pthread_cond_t changed;
	unsigned long read, given; /* blocks so far */
	bool reading;              /* somebody is */
	bool over;                 /* there is no more, or nobody wants it */
};

/* Keeps a line's fault where its record would stand. */
static void
fail(struct slot *s, struct import_item *item, int rc, const struct why *why)
{
	item->rc = rc;
	item->reason = arena_printf(s->records, "%s", why->text);
	if (item->reason == NULL)
		item->reason = "out of memory";
}

/* A line that cannot be read as one is an item too. */
static int
add_line(struct slot *s, int rc, struct str line, unsigned long place,
    const struct why *why)
{
	struct import_block *b = &s->block;
	struct import_item *item = &b->item[b->n];

	*item = (struct import_item){ .place = place };
	if (rc != 0)
		fail(s, item, rc, why);
	else if ((s->line[b->n] = arena_str(s->lines, line)).p == NULL)
		return HUB_ENOMEM;
	b->n++;
	return 0;
}

static void
read_block(struct import_feed *f, struct slot *s)
{
	struct import_reader *r = &f->reader;
	struct import_block *b = &s->block;
	uint64_t begin = r->lines.offset;
	struct str line;
	int rc;

	arena_reset(s->lines);
	arena_reset(s->records);
	b->n = 0;
	while (b->rc == 0 && !b->end && b->n < f->plan.lines &&
	    r->lines.offset - begin < f->plan.bytes) {
		rc = import_reader_next(r, &line, &b->why);
		b->end = rc == HUB_ENOENT;
		if (rc != 0 && rc != HUB_ETOOBIG)
			b->rc = b->end ? 0 : rc;
		else if (f->plan.leaves_out == NULL ||
		    !f->plan.leaves_out(f->plan.ctx, r->lines.number))
			b->rc = add_line(s, rc, line, r->lines.number, &b->why);
	}
	if (b->rc == HUB_ENOMEM)
		why_say(&b->why, "out of memory");
	b->lines = r->lines.number;
	b->offset = r->lines.offset;
}

static void
parse_block(struct import_feed *f, struct slot *s, struct arena *parsed)
{
	const struct import_plan *plan = &f->plan;
	struct arena *arena = plan->keeps ? parsed : s->records;
	struct why why;

	for (size_t i = 0; i < s->block.n; i++) {
		struct import_item *item = &s->block.item[i];
		int rc = item->rc;

		if (rc != 0)
			continue;
		rc = plan->parse(arena, s->line[i], &item->record, &why);
		if (rc == 0 && plan->keeps &&
		    record_keep(s->records, &item->record) != 0)
			rc = why_set(&why, HUB_ENOMEM, "out of memory");
		if (rc != 0)
			fail(s, item, rc, &why);
		arena_reset(parsed);
	}
}

/* With the lock; false when there is nothing more to read. */
static bool
work_once(struct import_feed *f, struct arena *parsed)
{
	struct slot *s = &f->slot[f->read % BLOCKS];

	while (!f->over && (f->reading || s->state != IS_FREE)) {
		pthread_cond_wait(&f->changed, &f->lock);
		s = &f->slot[f->read % BLOCKS];
	}
	if (f->over)
		return false;
	f->reading = true;
	s->state = IS_WORKED_AT;
	pthread_mutex_unlock(&f->lock);
	read_block(f, s);
	pthread_mutex_lock(&f->lock);
	f->reading = false;
	f->read++;
	f->over = f->over || s->block.end || s->block.rc != 0;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	parse_block(f, s, parsed);
	pthread_mutex_lock(&f->lock);
	s->state = IS_READY;
	pthread_cond_broadcast(&f->changed);
	return true;
}

struct worker {
	struct import_feed *feed;
	struct arena *parsed;
};

static void *
work(void *arg)
{
	struct worker w = *(struct worker *)arg;

	free(arg);
	pthread_mutex_lock(&w.feed->lock);
	while (work_once(w.feed, w.parsed))
		;
	pthread_mutex_unlock(&w.feed->lock);
	sha256_forget();
	return NULL;
}

/* Signals are the caller's matter. */
static bool
start_worker(struct import_feed *f, size_t i)
{
	struct worker *w = malloc(sizeof(*w));
	sigset_t all, before;
	int rc;

	if (w == NULL)
		return false;
	*w = (struct worker){ f, f->parsed[i] };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&f->thread[i], NULL, work, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		free(w);
	return rc == 0;
}

static bool
make_slot(const struct import_plan *plan, struct slot *s)
{
	s->block.item = calloc(plan->lines, sizeof(*s->block.item));
	s->line = calloc(plan->lines, sizeof(*s->line));
	s->lines = arena_new(plan->bytes, BLOCK_ARENA_MAX);
	s->records = arena_new(BLOCK_ARENA_FIRST, BLOCK_ARENA_MAX);
	return s->block.item != NULL && s->line != NULL && s->lines != NULL &&
	    s->records != NULL;
}

static void
feed_free(struct import_feed *f)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		free(f->slot[i].block.item);
		free(f->slot[i].line);
		arena_free(f->slot[i].lines);
		arena_free(f->slot[i].records);
	}
	for (size_t i = 0; i < WORKERS; i++)
		arena_free(f->parsed[i]);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static struct import_feed *
feed_new(const struct import_plan *plan)
{
	struct import_feed *f = calloc(1, sizeof(*f));
	bool good = true;

	if (f == NULL)
		return NULL;
	f->plan = *plan;
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	for (size_t i = 0; i < BLOCKS; i++)
		good = make_slot(plan, &f->slot[i]) && good;
	for (size_t i = 0; i < WORKERS; i++) {
		f->parsed[i] = arena_new(PARSED_FIRST, BLOCK_ARENA_MAX);
		good = f->parsed[i] != NULL && good;
	}
	if (good)
		return f;
	feed_free(f);
	return NULL;
}

int
import_feed_open(
    struct import_feed **out, const struct import_plan *plan, struct why *why)
{
	struct import_feed *f = feed_new(plan);
	int rc;

	*out = NULL;
	if (f == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = import_reader_open(&f->reader, plan->fd, why);
	if (rc != 0) {
		feed_free(f);
		return rc;
	}
	*out = f;
	f->reader.lines.hash = plan->hash;
	rc = import_reader_skip(&f->reader, plan->behind, why);
	if (rc != 0) {
		import_feed_close(f);
		*out = NULL;
		return rc;
	}
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		while (f->workers < WORKERS && start_worker(f, f->workers))
			f->workers++;
	}
	return 0;
}

const struct import_block *
import_feed_next(struct import_feed *f)
{
	struct slot *s;

	pthread_mutex_lock(&f->lock);
	if (f->given > 0) {
		f->slot[(f->given - 1) % BLOCKS].state = IS_FREE;
		pthread_cond_broadcast(&f->changed);
	}
	s = &f->slot[f->given++ % BLOCKS];
	if (f->workers == 0)
		work_once(f, f->parsed[0]);
	while (s->state != IS_READY)
		pthread_cond_wait(&f->changed, &f->lock);
	pthread_mutex_unlock(&f->lock);
	return &s->block;
}

void
import_feed_close(struct import_feed *f)
{
	pthread_mutex_lock(&f->lock);
	f->over = true;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	for (size_t i = 0; i < f->workers; i++)
		pthread_join(f->thread[i], NULL);
	import_reader_close(&f->reader);
	feed_free(f);
}
