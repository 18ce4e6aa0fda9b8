#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include <stdbool.h>
#include "base/err.h"
#include "store/txn.h"

/*
 * The folder of a store and the files in it, seen from outside the engine:
 * names, rights, and the steps that let a new store appear whole or not at
 * all. The data file is made under another name, so that it exists only when
 * it is complete; everything before that may be done again after a crash.
 *
 * Once the engine has the files open, none of this opens them: closing a
 * second descriptor would drop the engine's locks.
 */
#define FOLDER_PATH 1024

struct folder {
	char path[FOLDER_PATH];
	char data[FOLDER_PATH]; /* the engine's two files */
	char lock[FOLDER_PATH];
	char draft[FOLDER_PATH]; /* the data file while it is made */
	int fd;                  /* held by folder_claim(), else -1 */
};

/* The names; nothing is touched. HUB_ETOOBIG if the path is too long. */
int folder_of(
    struct folder *folder, const struct store_spec *spec, struct why *why);

/*
 * Makes the folder if it is missing, keeps out others who would make a store
 * in it and clears away what an earlier attempt left. HUB_EEXIST if there is a
 * store already. folder_release() must follow, whatever the result.
 */
int folder_claim(
    struct folder *folder, const struct store_spec *spec, struct why *why);

/*
 * Makes the draft's file, for its owner alone, and has FILL write it; the
 * result of that.
 */
int folder_fill(const struct folder *folder,
    int (*fill)(void *ctx, int fd, struct why *why), void *ctx,
    struct why *why);

/* The draft becomes the store; a power failure after this does not undo it. */
int folder_publish(
    struct folder *folder, const struct store_spec *spec, struct why *why);

void folder_release(struct folder *folder);

/*
 * Whether there is a store and this process may use its files. A reader needs
 * a lock file that it can write: without one LMDB would read without locks.
 * HUB_ENOENT or HUB_EDENIED with the file and the user.
 */
int folder_check(
    const struct folder *folder, enum store_access access, struct why *why);

/* Sets modes and group right on those of the files that this user owns. */
int folder_set_rights(const struct folder *folder,
    const struct store_spec *spec, struct why *why);

/*
 * The size of the disk under the folder and what of it is left for this user,
 * in bytes. 0 or a number of errno.
 */
int folder_disk(
    const struct folder *folder, uint64_t *free_bytes, uint64_t *size);

/*
 * Whether the disk has next to nothing left, or the system limits the size of
 * what this process writes.
 */
bool folder_disk_full(const struct folder *folder);

#endif
