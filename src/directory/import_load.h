#ifndef DIRECTORY_IMPORT_LOAD_H
#define DIRECTORY_IMPORT_LOAD_H

#include "directory/import.h"

/* Line numbers of an import, in their order. */
struct import_lines {
	unsigned long *at;
	size_t n, cap;
};

/* What the passes over one input share. */
struct import_run {
	struct import *import;
	struct import_mark mark;
	bool marked;             /* the mark stands in the directory */
	uint64_t removals;       /* when the check began */
	uint64_t total;          /* bytes of the input */
	struct sha256 *hash;     /* of the input, while a pass makes it */
	uint64_t bad_before;     /* bad lines up to where the mark stood */
	struct import_lines bad; /* behind the mark; sorted before loading */
};

/* Whether a failure is about a line and not about our ability to go on. */
bool import_is_line_fault(int rc);

/* HUB_EEXPIRED if it has been told to stop; not in the midst of a change. */
int import_go_on(struct import_run *run, struct why *why);

/* The last pass: all lines behind the mark but the bad ones. */
int import_load(struct import_run *run, struct why *why);

#endif
