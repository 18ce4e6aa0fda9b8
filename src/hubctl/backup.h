#ifndef HUBCTL_BACKUP_H
#define HUBCTL_BACKUP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "store/schema.h"

/*
 * A backup is a folder with three files and a manifest that tells of them. The
 * manifest is written last, so a folder without one holds no backup.
 */
enum backup_file { BACKUP_DIRECTORY, BACKUP_VAULT, BACKUP_CONF, BACKUP_FILES };

#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_MANIFEST_MAX 65536

/* "directory.mdb", "vault.mdb", "hub.conf". */
const char *backup_name(enum backup_file file);

/* Whether a folder holds a backup, and not the stores of a hub. */
bool backup_is_in(const char *folder);

struct backup_part {
	uint64_t bytes;
	unsigned char digest[SHA256_LEN];
};

struct backup {
	char time[CLOCK_TEXT]; /* when the directory was looked at */
	struct backup_part part[BACKUP_FILES];
	/* How many there are in each table; written for people. */
	uint64_t directory[DIR_TABLES], vault[VAULT_TABLES];
};

/* The manifest's text, in the arena. */
int backup_manifest(
    const struct backup *backup, struct arena *arena, struct str *out);

/*
 * The way back, but for the counts. HUB_EVERSION: a newer program made it;
 * HUB_EINVAL: this is no manifest.
 */
int backup_parse(struct backup *out, struct arena *arena, struct str manifest,
    struct why *why);

#endif
