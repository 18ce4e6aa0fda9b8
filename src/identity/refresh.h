#ifndef IDENTITY_REFRESH_H
#define IDENTITY_REFRESH_H

#include "base/err.h"
#include "identity/opaque.h"

/*
 * Refresh tokens. The first 22 characters are the handle of the family (128
 * random bits, the same in each of its tokens and in nothing else), the other
 * 43 the secret of this one. Who shows a known handle with another secret than
 * the one that counts has held a token of the family that had its time; so none
 * of those has to be remembered.
 */
#define REFRESH_HANDLE_LEN 22
#define REFRESH_LEN (REFRESH_HANDLE_LEN + OPAQUE_LEN)
#define REFRESH_SEED 32

struct refresh {
	char text[REFRESH_LEN + 1];
};

/* The digests that a store knows a token by. */
struct refresh_digests {
	struct opaque_digest handle, token;
};

/* The first of a family; outside of transactions. */
void refresh_make(struct refresh *out);

/* HUB_EINVAL if TEXT has not the shape of one, HUB_ECRYPTO. */
int refresh_digests_of(struct str text, struct refresh_digests *out);

/*
 * The successor of a token: the same handle, and HMAC-SHA-256 with the token as
 * key and the family's seed as message (RFC 2104) as its secret. HUB_EINVAL,
 * HUB_ECRYPTO.
 */
int refresh_next(struct str token, struct str seed, struct refresh *out);

#endif
