#ifndef DIRECTORY_IMPORT_READER_H
#define DIRECTORY_IMPORT_READER_H

#include "base/arena.h"
#include "base/lines.h"

/* Reads an import's input from its beginning, once for each pass. */
struct import_reader {
	struct lines lines;
	struct arena *arena; /* for what is parsed of the lines */
};

/*
 * Goes back to the beginning of FD. import_reader_close() follows only if the
 * result is 0; HUB_EIO when FD can be read but once, HUB_ENOMEM.
 */
int import_reader_open(struct import_reader *reader, int fd, struct why *why);
void import_reader_close(struct import_reader *reader);

/* The next line that is not blank; results of lines_next(). */
int import_reader_next(
    struct import_reader *reader, struct str *line, struct why *why);

/* Goes behind line NUMBER. 0, also where the input ends before it. */
int import_reader_skip(
    struct import_reader *reader, uint64_t number, struct why *why);

#endif
