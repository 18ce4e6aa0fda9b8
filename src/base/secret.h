#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

/* Equal, in a time that depends on the lengths only. */
bool secret_eq(struct str a, struct str b);

/* Overwrites N bytes; the compiler may not leave it out. */
void secret_clear(void *p, size_t n);

/* SHA-256 (FIPS 180-4). 0 or HUB_ECRYPTO. */
#define SHA256_LEN 32
int sha256(struct str data, unsigned char digest[SHA256_LEN]);

#endif
