#ifndef DIRECTORY_IMPORT_FEED_H
#define DIRECTORY_IMPORT_FEED_H

#include "directory/import_reader.h"
#include "directory/record.h"

/*
 * Lines of an import in their order, parsed by threads of their own while the
 * caller is at the lines before: block by block, each some lines long.
 */
struct import_feed;

struct import_plan {
	int fd;
	uint64_t behind; /* begins with the line after this one */
	/*
	 * record_check() or record_parse(); if it KEEPS, record_keep() follows,
	 * and references cannot be walked.
	 */
	int (*parse)(struct arena *arena, struct str line, struct record *out,
	    struct why *why);
	bool keeps;
	/* Asked in other threads whether a line is left out; or NULL. */
	bool (*leaves_out)(const void *ctx, unsigned long place);
	const void *ctx;
	size_t bytes, lines; /* a block ends after so many */
	struct sha256 *hash; /* gets the input on its way; or NULL */
};

struct import_item {
	unsigned long place; /* the line's number */
	int rc;
	const char *reason; /* if rc is not 0 */
	struct record record;
};

struct import_block {
	struct import_item *item;
	size_t n;
	unsigned long lines; /* up to here of the input */
	uint64_t offset;     /* and bytes */
	bool end;            /* nothing follows */
	int rc;              /* other than 0: it could not be read on */
	struct why why;
};

/* import_feed_close() follows only if the result is 0. */
int import_feed_open(
    struct import_feed **out, const struct import_plan *plan, struct why *why);

/*
 * The next block, until the next call. After one with END or an RC none may be
 * asked for.
 */
const struct import_block *import_feed_next(struct import_feed *feed);

void import_feed_close(struct import_feed *feed);

#endif
