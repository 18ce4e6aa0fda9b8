#ifndef ENDPOINT_FACTOR_PLACE_H
#define ENDPOINT_FACTOR_PLACE_H

#include "endpoint/browser.h"

/* Where a visitor of /identity/second-factor stands. */
enum factor_step {
	FACTOR_NOBODY,   /* not signed in, and no form is open */
	FACTOR_CODE,     /* the password was right: a code is asked */
	FACTOR_ADD,      /* a new secret may be shown */
	FACTOR_PASSWORD, /* not before the password has been asked again */
	FACTOR_ON,       /* there is one, which can be removed */
};

struct factor_place {
	enum factor_step step;
	bool must;                   /* it is added because it is required */
	struct opaque_digest cookie; /* of the session that it is done in */
	struct session_rec session;
	struct account_rec account;
	unsigned int left; /* codes for recovery, of FACTOR_ON */
};

/*
 * 0 or the error of a store, which call_failed() knows already. No transaction
 * of either store is open before or after.
 */
int factor_place_find(struct call *call, struct factor_place *out);

/*
 * What an app reads: "otpauth://totp/HOST:USERNAME?secret=..." with the secret
 * that is proposed, in the arena; p is NULL if that fails. A secret itself: it
 * is nobody's but this session's.
 */
struct str factor_place_uri(
    const struct call *call, const struct factor_place *place);

#endif
