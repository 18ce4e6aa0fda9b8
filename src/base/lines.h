#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

/* Reads a file line by line, each at most MAX bytes long. */
struct lines {
	int fd;
	struct buf buf;
	size_t at; /* what of buf has been given out */
	size_t max;
	unsigned long number; /* of the line last given out, from 1 */
	uint64_t offset;      /* bytes given out, newlines included */
	bool skipping;        /* the rest of a line that is too long */
	bool end;
	struct sha256 *hash; /* gets all that is read; or NULL */
};

/* FD stays the caller's. */
void lines_begin(struct lines *lines, int fd, size_t max);
void lines_free(struct lines *lines);

/*
 * The next line without its newline, valid until the next call. 0; HUB_ENOENT
 * at the end; HUB_ETOOBIG for a line that is too long, the next call then goes
 * on behind it; HUB_EIO; HUB_ENOMEM.
 */
int lines_next(struct lines *lines, struct str *line, struct why *why);

#endif
