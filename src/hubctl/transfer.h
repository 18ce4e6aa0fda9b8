#ifndef HUBCTL_TRANSFER_H
#define HUBCTL_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/*
 * Bytes on their way into a backup or out of it: counted, hashed, written, and
 * told of on a terminal when the command takes longer than a second.
 */
struct transfer {
	const char *what; /* for the terminal: "copying the directory" */
	const char *name; /* of the file that is written, for WHY */
	int to;           /* a descriptor; -1: they are hashed only */
	uint64_t total;   /* about how many there are; 0: nobody knows */
	int64_t since;    /* clock_mono_ms() when the command began */
	struct why *why;

	uint64_t bytes, sent; /* so far; of these, on the way to the disk */
	struct sha256 *hash;
	int64_t shown;
};

/* SINCE and all members before it are set by the caller. */
int transfer_begin(struct transfer *transfer);

/*
 * Takes the next piece; CTX is the transfer. HUB_EFULL for a full disk and
 * HUB_EIO have their sentence.
 */
int transfer_take(void *ctx, struct str piece);

/* Takes all that the file FROM holds, from its first byte; NAME is for WHY. */
int transfer_file(struct transfer *transfer, int from, const char *name);

/*
 * The end, whatever has happened: what was written is on the disk. RC is the
 * result so far, which comes before one of its own.
 */
int transfer_end(
    struct transfer *transfer, int rc, unsigned char digest[SHA256_LEN]);

/* Bytes for people: "517 bytes", "8.1 MB". */
struct size_text {
	char text[32];
};
struct size_text size_text(uint64_t bytes);

#endif
