#include "directory/import.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/lines.h"
#include "directory/import_check.h"

/* A batch is one transaction: well below 20 ms of writing. */
#define BATCH_RECORDS 500
#define BATCH_BYTES (1024 * 1024)
#define ARENA_FIRST (1024 * 1024)
#define ARENA_MAX (256 * 1024 * 1024) /* two of the longest lines, parsed */

struct reader {
	struct lines lines;
	struct arena *arena;
};

static int
reader_open(struct reader *r, int fd, struct why *why)
{
	if (lseek(fd, 0, SEEK_SET) != 0)
		return why_set(
		    why, HUB_EIO, "cannot read it twice: %s", strerror(errno));
	r->arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (r->arena == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	lines_begin(&r->lines, fd, RECORD_LINE_MAX);
	return 0;
}

static void
reader_close(struct reader *r)
{
	lines_free(&r->lines);
	arena_free(r->arena);
}

static bool
is_blank(struct str line)
{
	struct str s = str_trim(line);

	return s.n == 0 || str_eq(s, STR("\r"));
}

/* The next line that is not empty; results of lines_next(). */
static int
next_line(struct reader *r, struct str *line, struct why *why)
{
	int rc;

	do {
		rc = lines_next(&r->lines, line, why);
	} while (rc == 0 && is_blank(*line));
	return rc;
}

static void
report(struct import *im, unsigned long place, const struct why *why)
{
	im->bad_lines++;
	im->bad(im->ctx, place, why->text);
}

static void
tick(struct import *im, int pass, unsigned long done)
{
	if (im->progress != NULL && done % 1000 == 0)
		im->progress(im->ctx, pass, done);
}

/* Whether a failure is about this line and not about our ability to go on. */
static bool
is_line_fault(int rc)
{
	return rc == HUB_EINVAL || rc == HUB_ECONFLICT || rc == HUB_ETOOBIG;
}

/* Every line by itself; gathers what the file brings. */
static int
pass_syntax(struct import *im, struct reader *r, struct import_check *check,
    struct why *why)
{
	struct record record;
	struct str line;
	int rc;

	while ((rc = next_line(r, &line, why)) != HUB_ENOENT) {
		if (rc == 0)
			rc = record_parse(r->arena, line, &record, why);
		if (rc == 0)
			rc = import_check_declare(check, &record);
		if (is_line_fault(rc))
			report(im, r->lines.number, why);
		else if (rc != 0)
			return rc;
		arena_reset(r->arena);
		tick(im, 1, r->lines.number);
	}
	return 0;
}

/* Every line in the light of all others and of the directory. */
static int
pass_references(struct import *im, struct reader *r, struct import_check *check,
    struct why *why)
{
	struct record record;
	struct str line;
	struct txn *txn;
	int rc, end;

	while ((rc = next_line(r, &line, why)) != HUB_ENOENT) {
		if (rc == 0)
			rc = record_parse(r->arena, line, &record, why);
		if (is_line_fault(rc)) {
			arena_reset(r->arena);
			continue; /* reported before */
		}
		if (rc != 0)
			return rc;
		txn = store_read_begin(im->directory, r->arena);
		rc = import_check_record(check, txn, r->arena, &record, why);
		end = store_read_end(txn);
		if (end != 0)
			return why_set(
			    why, end, "directory: %s", err_text(end));
		if (is_line_fault(rc))
			report(im, r->lines.number, why);
		else if (rc != 0)
			return rc;
		arena_reset(r->arena);
	}
	return 0;
}

static int
check_all(struct import *im, struct why *why)
{
	struct import_check *check = import_check_new();
	struct reader reader;
	int rc;

	if (check == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = reader_open(&reader, im->fd, why);
	if (rc == 0) {
		rc = pass_syntax(im, &reader, check, why);
		reader_close(&reader);
	}
	if (rc == 0 && (rc = reader_open(&reader, im->fd, why)) == 0) {
		rc = pass_references(im, &reader, check, why);
		reader_close(&reader);
	}
	import_check_free(check);
	if (rc == 0 && im->bad_lines > 0)
		rc = HUB_EINVAL;
	return rc;
}

struct batch {
	struct record record[BATCH_RECORDS];
	unsigned long place[BATCH_RECORDS];
	size_t n, bytes;
	struct why why;
};

static int
apply_batch(struct txn *txn, void *arg)
{
	struct batch *batch = arg;
	int rc;

	for (size_t i = 0; i < batch->n; i++) {
		rc = record_apply(txn, &batch->record[i], &batch->why);
		if (rc != 0) {
			why_prefix(&batch->why, "line %lu", batch->place[i]);
			return rc;
		}
	}
	return 0;
}

/* Reads and parses lines until the batch is full or the file ends. */
static int
fill_batch(struct reader *r, struct batch *batch, struct why *why)
{
	struct str line;
	int rc = 0;

	batch->n = 0;
	batch->bytes = 0;
	while (batch->n < BATCH_RECORDS && batch->bytes < BATCH_BYTES &&
	    (rc = next_line(r, &line, why)) == 0) {
		rc =
		    record_parse(r->arena, line, &batch->record[batch->n], why);
		if (rc != 0) {
			why_prefix(why, "line %lu", r->lines.number);
			break;
		}
		batch->place[batch->n] = r->lines.number;
		batch->bytes += line.n;
		batch->n++;
	}
	return rc == HUB_ENOENT ? 0 : rc;
}

static void
count_batch(struct import *im, const struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->record[i].deleted)
			im->deleted++;
		else
			im->counts[batch->record[i].kind]++;
	}
}

static int
load_batches(
    struct import *im, struct reader *r, struct batch *batch, struct why *why)
{
	int rc;

	for (;;) {
		rc = fill_batch(r, batch, why);
		if (rc != 0 || batch->n == 0)
			return rc;
		batch->why.text[0] = '\0';
		rc = store_write(im->directory, r->arena, apply_batch, batch);
		if (rc != 0)
			return why_set(why, rc, "%s",
			    batch->why.text[0] != '\0' ? batch->why.text
						       : err_text(rc));
		count_batch(im, batch);
		arena_reset(r->arena);
		tick(im, 2, r->lines.number);
	}
}

static int
load_all(struct import *im, struct why *why)
{
	struct batch *batch = malloc(sizeof(*batch));
	struct reader reader;
	int rc;

	if (batch == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	rc = reader_open(&reader, im->fd, why);
	if (rc == 0) {
		rc = load_batches(im, &reader, batch, why);
		reader_close(&reader);
	}
	free(batch);
	return rc;
}

int
import_run(struct import *im, struct why *why)
{
	int rc = check_all(im, why);

	return rc != 0 ? rc : load_all(im, why);
}
