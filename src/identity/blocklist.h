#ifndef IDENTITY_BLOCKLIST_H
#define IDENTITY_BLOCKLIST_H

#include <stdbool.h>
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"

/*
 * Words and commonly used passwords, read once when the process starts: all of
 * the configured files, one entry a line, folded as unicode_fold() does. Left
 * out are lines that begin with "#!", those of fewer than BLOCKLIST_WORD_MIN
 * or more than BLOCKLIST_WORD_MAX bytes, and those that are not UTF-8.
 */
struct blocklist;

#define BLOCKLIST_WORD_MIN 3
#define BLOCKLIST_WORD_MAX 128
#define BLOCKLIST_FILE_MAX (16 * 1024 * 1024) /* bytes, all files together */

/*
 * Without a configured file the list is empty. HUB_ENOENT, HUB_EIO,
 * HUB_ETOOBIG, HUB_ENOMEM, each with the sentence that names the file.
 */
int blocklist_open(
    struct blocklist **out, const struct conf *conf, struct why *why);

/* NULL is allowed. */
void blocklist_close(struct blocklist *list);

/* Whether this folded text is an entry; of NULL nothing is. */
bool blocklist_has(const struct blocklist *list, struct str word);

/* How many entries there are. */
size_t blocklist_count(const struct blocklist *list);

#endif
