/*
 * The passes before the last one. The first looks at every line by itself and
 * gathers what the input brings and refers to. Most lines, contracts above
 * all, are settled then; the second reads the others again and plays them
 * through. An input that goes on behind a mark is gathered whole all the same,
 * since a deletion is judged by every line; only what is left is reported.
 */
#include "directory/import.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/import_check.h"
#include "directory/import_feed.h"
#include "directory/import_load.h"
#include "directory/import_reader.h"

#define READ_SIZE (256 * 1024)
#define TELL_LINES 1000

/* Lines that are parsed at a time. */
#define BLOCK_BYTES (128 * 1024)
#define BLOCK_LINES 1000

/* Lines of an input, as spans FIRST to LAST, in their order. */
struct spans {
	struct span {
		unsigned long first, last;
	} * at;
	size_t n, cap;
};

struct pass {
	struct import_run *run;
	struct import_check *check;
	struct import_reader reader;
	struct spans unsettled;
};

bool
import_is_line_fault(int rc)
{
	return rc == HUB_EINVAL || rc == HUB_ECONFLICT || rc == HUB_ETOOBIG;
}

int
import_go_on(struct import_run *run, struct why *why)
{
	struct import *im = run->import;

	if (im->stop == NULL || !im->stop(im->ctx))
		return 0;
	im->interrupted = true;
	return why_set(why, HUB_EEXPIRED, "interrupted");
}

/* Room for one more of SIZE bytes each. */
static void *
grown(void *at, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap == 0 ? 64 : *cap * 2;
	void *p = at;

	if (n == *cap && (p = reallocarray(at, want, size)) != NULL)
		*cap = want;
	return p;
}

static int
add_unsettled(struct spans *s, unsigned long place)
{
	struct span *at;

	if (s->n > 0 && s->at[s->n - 1].last + 1 == place) {
		s->at[s->n - 1].last = place;
		return 0;
	}
	at = grown(s->at, s->n, &s->cap, sizeof(*at));
	if (at == NULL)
		return HUB_ENOMEM;
	s->at = at;
	s->at[s->n++] = (struct span){ place, place };
	return 0;
}

/* Tells about a bad line and keeps its number. */
static int
report(struct import_run *run, unsigned long place, const struct why *reason)
{
	struct import_lines *bad = &run->bad;
	unsigned long *at = grown(bad->at, bad->n, &bad->cap, sizeof(*bad->at));

	if (at == NULL)
		return HUB_ENOMEM;
	bad->at = at;
	bad->at[bad->n++] = place;
	run->import->bad_lines++;
	run->import->bad(run->import->ctx, place, reason->text);
	return 0;
}

static int
compare_places(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
tell(const struct import_run *run, enum import_step step, unsigned long lines,
    uint64_t bytes)
{
	struct import_progress p = { step, lines, bytes, run->total };

	if (run->import->progress != NULL)
		run->import->progress(run->import->ctx, &p);
}

static void
tell_lines(const struct pass *p, enum import_step step)
{
	const struct lines *lines = &p->reader.lines;

	if (lines->number % TELL_LINES == 0)
		tell(p->run, step, lines->number, lines->offset);
}

/* A look at the directory for one line. */
static int
declare(struct pass *p, const struct record *record, bool *settled)
{
	struct txn *txn =
	    store_read_begin(p->run->import->directory, p->reader.arena);
	int rc = import_check_declare(p->check, txn, record, settled);
	int end = store_read_end(txn);

	return end != 0 ? end : rc;
}

static int
check_item(struct pass *p, const struct import_item *item, struct why *why)
{
	bool settled = true;
	int rc = item->rc;

	if (rc != 0)
		why_say(why, "%s", item->reason);
	else if ((rc = declare(p, &item->record, &settled)) != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	if (item->place <= p->run->mark.line)
		return rc == 0 || import_is_line_fault(rc) ? 0 : rc;
	if (import_is_line_fault(rc))
		rc = report(p->run, item->place, why);
	else if (rc == 0 && !settled)
		rc = add_unsettled(&p->unsettled, item->place);
	return rc;
}

static int
check_block(struct pass *p, const struct import_block *block, struct why *why)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < block->n; i++) {
		rc = check_item(p, &block->item[i], why);
		if (rc == 0)
			rc = import_go_on(p->run, why);
		arena_reset(p->reader.arena);
	}
	if (rc == 0 && block->rc != 0)
		rc = why_set(why, block->rc, "%s", block->why.text);
	tell(p->run, IMPORT_CHECK, block->lines, block->offset);
	return rc;
}

/* Every line by itself; gathers what the file brings. */
static int
pass_lines(struct pass *p, struct why *why)
{
	const struct import_plan plan = { .fd = p->run->import->fd,
		.parse = record_check,
		.bytes = BLOCK_BYTES,
		.lines = BLOCK_LINES,
		.hash = p->run->hash };
	const struct import_block *block;
	struct import_feed *feed;
	int rc = import_feed_open(&feed, &plan, why);

	if (rc != 0)
		return rc;
	do {
		block = import_feed_next(feed);
		rc = check_block(p, block, why);
	} while (rc == 0 && !block->end);
	import_feed_close(feed);
	return rc;
}

static int
compare_line(struct pass *p, struct str line, struct why *why)
{
	struct arena *arena = p->reader.arena;
	struct record record;
	struct txn *txn;
	int rc = record_check(arena, line, &record, why);
	int end;

	if (rc != 0)
		return why_set(why, HUB_EIO, "it changed while it was read");
	txn = store_read_begin(p->run->import->directory, arena);
	rc = import_check_record(p->check, txn, arena, &record, why);
	end = store_read_end(txn);
	if (end != 0)
		return why_set(why, end, "directory: %s", err_text(end));
	if (import_is_line_fault(rc))
		return report(p->run, p->reader.lines.number, why);
	return rc;
}

/* The lines that are not settled, in the light of all others. */
static int
pass_unsettled(struct pass *p, struct why *why)
{
	struct import_reader *r = &p->reader;
	struct str line;
	int rc = 0;

	for (size_t i = 0; i < p->unsettled.n; i++) {
		const struct span *span = &p->unsettled.at[i];

		rc = import_reader_skip(r, span->first - 1, why);
		while (rc == 0 && r->lines.number < span->last) {
			rc = import_reader_next(r, &line, why);
			if (rc == 0)
				rc = compare_line(p, line, why);
			if (rc == 0)
				rc = import_go_on(p->run, why);
			arena_reset(r->arena);
			tell_lines(p, IMPORT_COMPARE);
		}
		if (rc != 0)
			return rc == HUB_ENOENT ? 0 : rc;
	}
	return 0;
}

static int
read_through(
    struct pass *p, int (*fn)(struct pass *p, struct why *why), struct why *why)
{
	int rc = import_reader_open(&p->reader, p->run->import->fd, why);

	if (rc != 0)
		return rc;
	rc = fn(p, why);
	import_reader_close(&p->reader);
	return rc;
}

static int
check_all(struct import_run *run, struct why *why)
{
	struct pass pass = { .run = run, .check = import_check_new() };
	int rc;

	if (pass.check == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	why->text[0] = '\0';
	rc = read_through(&pass, pass_lines, why);
	if (rc == 0)
		rc = read_through(&pass, pass_unsettled, why);
	import_check_free(pass.check);
	free(pass.unsettled.at);
	if (rc == HUB_ENOMEM)
		return why_set(why, rc, "out of memory");
	if (run->bad.n > 1)
		qsort(run->bad.at, run->bad.n, sizeof(*run->bad.at),
		    compare_places);
	return rc;
}

/* What input it is and how long. */
static int
digest_input(struct import_run *run, unsigned char *digest, struct why *why)
{
	struct sha256 *hash = sha256_begin();
	char *bytes = malloc(READ_SIZE);
	int fd = run->import->fd;
	ssize_t n = 0;
	int rc = 0;

	if (hash == NULL || bytes == NULL)
		rc = why_set(why, HUB_ENOMEM, "out of memory");
	else if (lseek(fd, 0, SEEK_SET) != 0)
		rc = why_set(
		    why, HUB_EIO, "cannot read it twice: %s", strerror(errno));
	while (rc == 0 &&
	    ((n = read(fd, bytes, READ_SIZE)) > 0 ||
		(n < 0 && errno == EINTR))) {
		if (n < 0)
			continue;
		sha256_add(hash, (struct str){ bytes, (size_t)n });
		run->total += (uint64_t)n;
		tell(run, IMPORT_READ, 0, run->total);
		rc = import_go_on(run, why);
	}
	if (rc == 0 && n < 0)
		rc = why_set(why, HUB_EIO, "cannot read: %s", strerror(errno));
	if (hash != NULL && sha256_end(hash, digest) != 0 && rc == 0)
		rc = why_set(why, HUB_ECRYPTO, "no digest can be made of it");
	free(bytes);
	return rc;
}

/* That the mark in the directory is one of this input. */
static int
compare_mark(struct import_run *run, struct why *why)
{
	unsigned char digest[SHA256_LEN];
	char began[CLOCK_TEXT];
	int rc = digest_input(run, digest, why);

	if (rc != 0 || import_mark_is_of(&run->mark, digest))
		return rc;
	clock_text(run->mark.began, began);
	return why_set(why, HUB_EDENIED,
	    "an import of another input, begun %s, is done up to line %llu "
	    "only: complete it with that input, or forget it with --abandon",
	    began, (unsigned long long)run->mark.line);
}

/* Where an earlier run of this input stopped, or at the beginning. */
static int
find_mark(struct import_run *run, struct arena *arena, struct why *why)
{
	struct import *im = run->import;
	struct txn *txn = store_read_begin(im->directory, arena);
	struct stat st;
	int rc;

	run->marked = import_mark_get(txn, &run->mark);
	run->removals = import_removals(txn);
	rc = store_read_end(txn);
	if (rc != 0)
		return why_set(why, rc, "directory: %s", err_text(rc));
	if (run->marked)
		return compare_mark(run, why);
	if (fstat(im->fd, &st) == 0)
		run->total = (uint64_t)st.st_size;
	run->mark.began = clock_now();
	return 0;
}

/* The first pass makes the digest on its way, if there is no mark yet. */
static int
check_and_digest(struct import_run *run, struct why *why)
{
	int rc, hashed;

	if (run->marked)
		return check_all(run, why);
	if ((run->hash = sha256_begin()) == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = check_all(run, why);
	hashed = sha256_end(run->hash, run->mark.digest);
	run->hash = NULL;
	if (rc == 0 && hashed != 0)
		return why_set(why, hashed, "no digest can be made of it");
	return rc;
}

static int
run_passes(struct import_run *run, struct arena *arena, struct why *why)
{
	struct import *im = run->import;
	int rc = find_mark(run, arena, why);

	if (rc != 0)
		return rc;
	im->behind = im->done = (unsigned long)run->mark.line;
	run->bad_before = run->mark.bad;
	im->bad_lines = (unsigned long)run->mark.bad;
	if ((rc = check_and_digest(run, why)) != 0)
		return rc;
	if (run->bad.n > 0 && !im->continues)
		return why_set(why, HUB_EINVAL, "%zu bad lines", run->bad.n);
	return import_load(run, why);
}

int
import_run(struct import *im, struct why *why)
{
	struct import_run run = { .import = im };
	struct arena *arena = arena_new(4096, 1024 * 1024);
	int rc;

	if (arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = run_passes(&run, arena, why);
	free(run.bad.at);
	arena_free(arena);
	return rc;
}

static int
drop_mark(struct txn *txn, void *arg)
{
	if (!import_mark_get(txn, arg))
		return HUB_ENOENT;
	import_mark_drop(txn);
	return 0;
}

int
import_abandon(
    struct store *directory, struct import_mark *mark, struct why *why)
{
	struct arena *arena = arena_new(4096, 1024 * 1024);
	int rc;

	if (arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = store_write(directory, arena, drop_mark, mark);
	arena_free(arena);
	if (rc != 0 && rc != HUB_ENOENT)
		return why_set(why, rc, "directory: %s", err_text(rc));
	return rc;
}
