/*
 * The last pass of an import. A transaction ends after a number of records
 * that follows from how long the last ones took, its commit included, and in
 * any case when its time is over: the store has one writer at a time, and who
 * signs in or revokes waits no longer than for one of these.
 */
#include "directory/import_load.h"

#include "base/clock.h"
#include "directory/import_feed.h"

#define TXN_MS 10 /* what a transaction shall take, and its records may */
#define TXN_RECORDS_MIN 100
#define TXN_RECORDS_MAX 5000

/* Lines that are parsed at a time; several transactions may share them. */
#define BLOCK_BYTES (2 * 1024 * 1024)

/* What applying one record takes: it as it was and as it will be, encoded. */
#define SCRATCH_FIRST (64 * 1024)
#define SCRATCH_MAX (16 * 1024 * 1024)

struct tally {
	unsigned long counts[RECORD_KINDS], deleted, absent, older;
};

struct batch {
	struct import_run *run;
	struct arena *scratch; /* of transactions; not of what is parsed */
	const struct import_block *block;
	size_t from;  /* items of the block before this one are in */
	size_t limit; /* records of the next transaction */

	/* Of the transaction that runs. */
	int64_t start; /* since when others wait */
	size_t applied;
	struct tally tally;
	struct import_mark mark;
	uint64_t removals; /* as it leaves them */
	struct why why;
};

/* How many bad lines stand at or before PLACE. */
static size_t
bad_up_to(const struct import_lines *bad, unsigned long place)
{
	size_t low = 0, high = bad->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bad->at[middle] <= place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_bad(const struct import_lines *bad, unsigned long place)
{
	size_t n = bad_up_to(bad, place);

	return n > 0 && bad->at[n - 1] == place;
}

/* That no other import has begun, gone on or taken away what is needed. */
static int
expect_mark(struct txn *txn, const struct import_run *run, struct why *why)
{
	struct import_mark mark;
	bool marked = import_mark_get(txn, &mark);

	if (txn_error(txn) != 0)
		return txn_error(txn);
	if (marked == run->marked &&
	    (!marked || import_mark_eq(&mark, &run->mark)) &&
	    import_removals(txn) == run->removals)
		return 0;
	return why_set(why, HUB_EDENIED,
	    "another import was at work meanwhile; when it has ended, run "
	    "this one again");
}

static bool
takes_away(const struct record *record)
{
	return record->deleted &&
	    (record->kind == RECORD_ORGANIZATION ||
		record->kind == RECORD_GROUP);
}

static int
apply_one(struct txn *txn, struct batch *b, const struct record *record)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	bool absent = record->deleted && !record_exists(txn, record), done;
	int rc = record_apply(txn, record, &done, &b->why);

	if (rc != 0)
		return rc;
	if (takes_away(record))
		import_removals_raise(txn);
	arena_rewind(txn_arena(txn), mark);
	if (!done)
		b->tally.older++;
	else if (absent)
		b->tally.absent++;
	else if (record->deleted)
		b->tally.deleted++;
	else
		b->tally.counts[record->kind]++;
	return 0;
}

static void
move_mark(struct txn *txn, struct batch *b)
{
	const struct import_run *run = b->run;
	size_t last = b->from + b->applied;

	b->mark = run->mark;
	if (last > 0) {
		b->mark.line = b->block->item[last - 1].place;
		b->mark.bad = run->bad_before +
		    bad_up_to(&run->bad, b->block->item[last - 1].place);
	}
	if (!b->block->end || last < b->block->n)
		import_mark_put(txn, &b->mark);
	else if (run->marked)
		import_mark_drop(txn);
}

static int
apply_some(struct txn *txn, void *arg)
{
	struct batch *b = arg;
	int rc;

	b->start = clock_mono_ms();
	b->applied = 0;
	b->tally = (struct tally){ 0 };
	b->why.text[0] = '\0';
	if ((rc = expect_mark(txn, b->run, &b->why)) != 0)
		return rc;
	while (b->from + b->applied < b->block->n && b->applied < b->limit) {
		if (b->applied > 0 && clock_mono_ms() - b->start >= TXN_MS)
			break;
		rc = apply_one(
		    txn, b, &b->block->item[b->from + b->applied].record);
		if (rc != 0)
			return rc;
		b->applied++;
	}
	move_mark(txn, b);
	b->removals = import_removals(txn);
	return 0;
}

/*
 * Fewer or more records next time, by how long these have taken in all. A few
 * that were left of what had been read say nothing of how many fit.
 */
static size_t
next_limit(const struct batch *b)
{
	int64_t took = clock_mono_ms() - b->start;
	size_t fitting = b->applied * TXN_MS / (size_t)(took < 1 ? 1 : took);

	if (b->applied < b->limit && (fitting > b->limit || took < TXN_MS))
		return b->limit;
	if (fitting > b->limit * 2)
		fitting = b->limit * 2;
	if (fitting < TXN_RECORDS_MIN)
		return TXN_RECORDS_MIN;
	return fitting > TXN_RECORDS_MAX ? TXN_RECORDS_MAX : fitting;
}

static void
settle(struct batch *b)
{
	struct import *im = b->run->import;

	for (int k = 0; k < RECORD_KINDS; k++)
		im->counts[k] += b->tally.counts[k];
	im->deleted += b->tally.deleted;
	im->absent += b->tally.absent;
	im->older += b->tally.older;
	b->from += b->applied;
	b->run->marked = !b->block->end || b->from < b->block->n;
	b->run->mark = b->mark;
	im->done = (unsigned long)b->mark.line;
	b->run->removals = b->removals;
	b->limit = next_limit(b);
}

static int
say(const struct batch *b, int rc, struct why *why)
{
	return why_set(
	    why, rc, "%s", b->why.text[0] != '\0' ? b->why.text : err_text(rc));
}

/*
 * A record failed and took its transaction with it: those before it come in
 * once more, without it.
 */
static int
stop_at_fault(struct batch *b, int fault, struct why *why)
{
	struct import *im = b->run->import;
	size_t at = b->from + b->applied;
	struct why reason = b->why;
	int rc = 0;

	while (rc == 0 && b->from < at) {
		b->limit = at - b->from;
		rc = store_write(im->directory, b->scratch, apply_some, b);
		if (rc == 0)
			settle(b);
	}
	if (rc != 0)
		return say(b, rc, why);
	im->stopped = b->block->item[at].place;
	return why_set(why, fault, "%s", reason.text);
}

/* One transaction; 0 when it is committed. */
static int
load_some(struct batch *b, struct why *why)
{
	struct store *directory = b->run->import->directory;
	int rc = store_write(directory, b->scratch, apply_some, b);

	arena_reset(b->scratch);
	if (rc == 0)
		settle(b);
	else if (import_is_line_fault(rc) && b->why.text[0] != '\0')
		rc = stop_at_fault(b, rc, why);
	else
		say(b, rc, why);
	return rc;
}

/* A line that was good is so still, or the input has changed meanwhile. */
static int
take(struct batch *b, const struct import_block *block, struct why *why)
{
	b->block = block;
	b->from = 0;
	if (block->rc != 0)
		return why_set(why, block->rc, "line %lu: %s", block->lines,
		    block->why.text);
	for (size_t i = 0; i < block->n; i++) {
		const struct import_item *item = &block->item[i];

		if (item->rc != 0)
			return why_set(why, item->rc, "line %lu: %s",
			    item->place, item->reason);
	}
	return 0;
}

static void
tell(const struct batch *b)
{
	struct import_progress p = { IMPORT_LOAD, b->block->lines,
		b->block->offset, b->run->total };

	if (b->run->import->progress != NULL)
		b->run->import->progress(b->run->import->ctx, &p);
}

static int
load_block(struct batch *b, struct why *why)
{
	int rc = 0;

	/* The end alone is worth a transaction if a mark stands. */
	if (b->block->n == 0 && b->block->end && b->run->marked)
		rc = load_some(b, why);
	while (rc == 0 && b->from < b->block->n) {
		rc = import_go_on(b->run, why);
		if (rc == 0)
			rc = load_some(b, why);
	}
	tell(b);
	return rc;
}

static int
load_blocks(struct batch *b, struct import_feed *feed, struct why *why)
{
	int rc = 0;

	do {
		rc = take(b, import_feed_next(feed), why);
		if (rc == 0)
			rc = load_block(b, why);
	} while (rc == 0 && !b->block->end);
	return rc;
}

static bool
leaves_out(const void *ctx, unsigned long place)
{
	const struct import_run *run = ctx;

	return is_bad(&run->bad, place);
}

int
import_load(struct import_run *run, struct why *why)
{
	const struct import_plan plan = { .fd = run->import->fd,
		.behind = run->mark.line,
		.parse = record_parse,
		.keeps = true,
		.leaves_out = leaves_out,
		.ctx = run,
		.bytes = BLOCK_BYTES,
		.lines = TXN_RECORDS_MAX };
	struct batch b = { .run = run, .limit = TXN_RECORDS_MIN };
	struct import_feed *feed;
	int rc;

	b.scratch = arena_new(SCRATCH_FIRST, SCRATCH_MAX);
	if (b.scratch == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = import_feed_open(&feed, &plan, why);
	if (rc == 0) {
		rc = load_blocks(&b, feed, why);
		import_feed_close(feed);
	}
	arena_free(b.scratch);
	return rc;
}
