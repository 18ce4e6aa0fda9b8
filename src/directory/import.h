#ifndef DIRECTORY_IMPORT_H
#define DIRECTORY_IMPORT_H

#include "directory/import_mark.h"
#include "directory/record.h"
#include "store/txn.h"

enum import_step {
	IMPORT_READ,    /* what input it is, if one is unfinished */
	IMPORT_CHECK,   /* each line by itself */
	IMPORT_COMPARE, /* those that depend on others, with all the rest */
	IMPORT_LOAD,
};

struct import_progress {
	enum import_step step;
	unsigned long lines;   /* done in this step */
	uint64_t bytes, total; /* likewise, of the input */
};

/*
 * Brings NDJSON records into the directory: passes over the input check every
 * line and write nothing if one is bad; the last pass loads in short
 * transactions, so that nobody else waits long to write. A mark in the
 * directory moves along: if the last pass is cut short, the same input goes on
 * where it stopped, and no other is taken.
 */
struct import {
	struct store *directory;
	int fd;         /* can be read several times: a file */
	bool continues; /* loads the good lines though others are bad */
	/* Told about each bad line; PLACE is the line's number. */
	void (*bad)(void *ctx, unsigned long place, const char *reason);
	/* Told now and then how far it is; or NULL. */
	void (*progress)(void *ctx, const struct import_progress *progress);
	/* Asked again and again whether to stop where it is; or NULL. */
	bool (*stop)(void *ctx);
	void *ctx;

	unsigned long behind;    /* an earlier run came up to this line */
	unsigned long done;      /* and this one up to here */
	unsigned long bad_lines; /* of that run too */
	unsigned long stopped;   /* the line that could not be loaded */
	bool interrupted;        /* it was told to stop */
	unsigned long counts[RECORD_KINDS]; /* records loaded */
	unsigned long deleted;
	unsigned long absent; /* deletions of what was not there */
	unsigned long older;  /* lines that came too late */
};

/*
 * 0 when all is in, or all that is good if it continues. HUB_EINVAL when lines
 * were bad and nothing was written; HUB_EDENIED when another import is
 * unfinished or came between; HUB_ECONFLICT with import->stopped set when a
 * line that was good no longer is: what stands before it is in; HUB_EEXPIRED
 * with import->interrupted set when it was told to stop. Another error, with
 * its reason, when something else failed. What is done up to import->done is
 * in, whatever the result.
 */
int import_run(struct import *import, struct why *why);

/*
 * Forgets an unfinished import; what it brought stays. *MARK is where it had
 * come to. HUB_ENOENT, without a reason, if there is none.
 */
int import_abandon(
    struct store *directory, struct import_mark *mark, struct why *why);

#endif
