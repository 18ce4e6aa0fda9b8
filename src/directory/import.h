#ifndef DIRECTORY_IMPORT_H
#define DIRECTORY_IMPORT_H

#include "directory/record.h"
#include "store/txn.h"

/*
 * Brings NDJSON records into the directory, all or nothing: a first pass
 * checks every line and writes nothing if one is bad; the second loads in
 * short transactions, so that nobody else waits long to write.
 */
struct import {
	struct store *directory;
	int fd; /* can be read twice: a file */
	/* Told about each bad line; PLACE is the line's number. */
	void (*bad)(void *ctx, unsigned long place, const char *reason);
	/* Told now and then how many lines are done in which pass; or NULL. */
	void (*progress)(void *ctx, int pass, unsigned long done);
	void *ctx;

	unsigned long bad_lines;            /* after the first pass */
	unsigned long counts[RECORD_KINDS]; /* records loaded */
	unsigned long deleted;
};

/*
 * 0 when all is in; HUB_EINVAL when lines were bad and nothing was written;
 * another error, with its reason, when something else failed.
 */
int import_run(struct import *import, struct why *why);

#endif
