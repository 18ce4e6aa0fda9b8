#ifndef BASE_B64_H
#define BASE_B64_H

#include <stddef.h>
#include "base/buf.h"
#include "base/str.h"

/* base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */

/* The text's length for N bytes. */
#define B64URL_LEN(n) (((n)*4 + 2) / 3)

/* Appends the text of N bytes. */
void b64url_put(struct buf *out, const void *p, size_t n);

/*
 * Decodes into OUT, which has room for CAP bytes, and gives their number; -1
 * for anything but the canonical form: foreign characters, padding, a length
 * that no encoder makes, left-over bits that are not zero, or too long.
 */
ptrdiff_t b64url_decode(struct str text, unsigned char *out, size_t cap);

/*
 * The same of base64 with its other two characters and padding (RFC 4648
 * section 4).
 */
ptrdiff_t b64_decode(struct str text, unsigned char *out, size_t cap);

#endif
