#ifndef IDENTITY_TOTP_H
#define IDENTITY_TOTP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "base/str.h"

/*
 * Codes of time (RFC 6238) through liboath: six digits, HMAC-SHA-1, steps of
 * thirty seconds, which is what every app on a phone can do.
 */
#define TOTP_SECRET 20 /* bytes (RFC 4226 section 4, R6) */
#define TOTP_DIGITS 6
#define TOTP_STEP 30 /* seconds */
#define TOTP_TEXT 33 /* a secret in base32 and its NUL */

/* A new secret; outside of transactions. */
void totp_make(unsigned char secret[TOTP_SECRET]);

/* A secret in base32 (RFC 4648 section 6). HUB_EINVAL, HUB_ENOMEM. */
int totp_text(struct str secret, char text[TOTP_TEXT]);

/*
 * The step that CODE, of six digits, is of: that of NOW (seconds since 1970),
 * the one before or the one after, for clocks that differ. HUB_EDENIED if it is
 * of none of them, HUB_ECRYPTO. Takes the same time for each wrong code.
 */
int totp_find(struct str secret, struct str code, int64_t now, uint64_t *step);

#endif
