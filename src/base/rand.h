#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/*
 * N random bytes fit for keys and tokens. Ends the process when the system
 * has none: nothing safe can be done then.
 */
void rand_bytes(void *p, size_t n);

/* 128 random bits as 22 characters of base64url, and a NUL. */
#define RAND_ID 23
void rand_id(char id[RAND_ID]);

#endif
