#ifndef IDENTITY_OPAQUE_H
#define IDENTITY_OPAQUE_H

#include <stdbool.h>
#include "base/str.h"

/*
 * A secret that others hold and show again: code, refresh token, cookie,
 * client secret. 256 random bits as 43 characters of base64url. The store never
 * has one; it has its digest, which names the record.
 */
#define OPAQUE_LEN 43

struct opaque {
	char text[OPAQUE_LEN + 1];
};

/* SHA-256 of the secret's text in base64url: a key of the vault. */
struct opaque_digest {
	char text[OPAQUE_LEN + 1];
};

/* Outside of transactions, which may be run twice. */
void opaque_make(struct opaque *out);

/* The same of 256 bits that come from elsewhere: of a keyed hash. */
void opaque_of(const unsigned char bytes[32], struct opaque *out);

/*
 * HUB_EINVAL if TEXT has not the shape of such a secret (nothing is computed
 * then), HUB_ECRYPTO.
 */
int opaque_digest_of(struct str text, struct opaque_digest *out);

/* The digest of any text, whatever its shape. HUB_ECRYPTO. */
int opaque_digest_any(struct str text, struct opaque_digest *out);

#endif
