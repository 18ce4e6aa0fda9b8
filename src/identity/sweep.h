#ifndef IDENTITY_SWEEP_H
#define IDENTITY_SWEEP_H

#include "identity/act.h"

/*
 * Takes away what has expired, in short transactions: the housekeeper's work.
 * What stays is bounded by what is alive.
 */
struct swept {
	unsigned int codes, grants, sessions, throttles, revoked, events;
	unsigned int credentials; /* of accounts that never came to be */
};

/*
 * One round at NOW (seconds since 1970): at most STEP records a transaction,
 * at most STEPS transactions. *MORE: there was more than that.
 */
int sweep(const struct hub *hub, int64_t now, unsigned int step,
    unsigned int steps, struct swept *out, bool *more);

#endif
