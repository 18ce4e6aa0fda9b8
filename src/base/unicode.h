#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H

#include <stddef.h>
#include "base/buf.h"
#include "base/str.h"

/*
 * Normal forms of text (Unicode Standard Annex 15). What is worked on in
 * between is cleared, since passwords pass here; the buffer is the caller's,
 * who sees to it that it has room from the beginning.
 */

/*
 * Adds the NFKC form of IN. HUB_EINVAL if it is not UTF-8 or holds a control
 * character, HUB_ENOMEM; else what the buffer says.
 */
int unicode_nfkc(struct str in, struct buf *out);

/*
 * The same with case folded and what has no shape left out, to compare by:
 * NFKC_Casefold, and once more NFKC.
 */
int unicode_fold(struct str in, struct buf *out);

/*
 * To search by: case folded and marks taken off after compatibility
 * decomposition, so that a letter with an accent is found without it. Errors as above.
 */
int unicode_fold_bare(struct str in, struct buf *out);

/* Code points of well-formed UTF-8. */
size_t unicode_count(struct str s);

#endif
