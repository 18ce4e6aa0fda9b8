#ifndef IDENTITY_SPELLED_H
#define IDENTITY_SPELLED_H

#include <stddef.h>
#include "base/str.h"

/*
 * Codes that people read somewhere and type: symbols of five random bits each,
 * letters and digits without look-alikes, in groups of four with "-" between.
 */
#define SPELLED_MAX 16 /* symbols */

/* Room for a code of N symbols as it is shown, and its NUL. */
#define SPELLED_TEXT(n) ((n) + ((n)-1) / 4 + 1)

/* Outside of transactions, which may be run twice. */
void spelled_make(char *text, size_t symbols);

/*
 * What was typed, in upper or lower case, with blanks and dashes wherever they
 * are and look-alikes for what is meant, as the symbols alone; their number, or
 * 0 if there are more than SPELLED_MAX or something that no code holds.
 */
size_t spelled_read(struct str typed, char symbols[SPELLED_MAX + 1]);

#endif
