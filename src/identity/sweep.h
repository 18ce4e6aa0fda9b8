#ifndef IDENTITY_SWEEP_H
#define IDENTITY_SWEEP_H

#include "identity/act.h"
#include "store/key.h"

/*
 * Takes away what has expired, in short transactions: the housekeeper's work.
 * What stays in both stores is bounded by what is alive.
 */
struct swept {
	unsigned int codes, grants, sessions;
	unsigned int windows; /* seeds of successors not used in time */
	unsigned int email_changes, invitations;
	unsigned int throttles;   /* counters */
	unsigned int revoked;     /* ids that no token can name any more */
	unsigned int events;      /* of the audit log, older than audit.keep */
	unsigned int credentials; /* of accounts that are not there */
	unsigned int secrets;     /* of clients that are not there */
	unsigned int consents;    /* of either */
	unsigned int factors;     /* second ones, as credentials */
	unsigned int devices;     /* that nobody has signed in with for long */
	unsigned int proofs;      /* of addresses, likewise */
	unsigned int mails;       /* that were given up 30 days ago */
};

/* Records that one transaction looks at, and takes away, at most. */
#define SWEEP_STEP 200

/* Zeroed before the first round, but for STEPS. */
struct sweep {
	unsigned int
	    steps; /* transactions a round and kind of record, at most */

	/* Results of the last round. */
	struct swept swept;
	bool more; /* there is more that was due */

	/* Where the next round goes on in tables that have no order of time. */
	struct key revoked, credential, secret, consent, factor, proof, device;
};

/*
 * One round at NOW (seconds since 1970). Does what it can also after an error,
 * and gives the first.
 */
int sweep_round(const struct hub *hub, struct sweep *sweep, int64_t now);

#endif
