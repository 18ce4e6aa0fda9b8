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

/* Gives back what sha256() keeps for this thread, which ends. */
void sha256_forget(void);

/* HMAC-SHA-256 (RFC 2104). 0 or HUB_ECRYPTO. */
int hmac_sha256(
    struct str key, struct str message, unsigned char mac[SHA256_LEN]);

/*
 * SHA-256 of data that comes in pieces. NULL when out of memory; the first
 * error sticks and is told at the end.
 */
struct sha256;
struct sha256 *sha256_begin(void);
void sha256_add(struct sha256 *hash, struct str piece);

/* 0 or HUB_ECRYPTO. Frees it, whatever the result; NULL fails. */
int sha256_end(struct sha256 *hash, unsigned char digest[SHA256_LEN]);

#endif
