#ifndef IDENTITY_ROLE_H
#define IDENTITY_ROLE_H

#include "identity/dossier.h"

/*
 * Groups of employees, given and taken: acts, as those of act.h. A group that is
 * given is on record before, one that is taken after.
 */
struct role_change {
	struct str account, organization, group; /* ids */
	bool give;                               /* else it is taken */

	/* What an employee decided on, or NULL. */
	const struct dossier_seen *seen;
};

/*
 * HUB_ENOENT, HUB_EEXIST as account_role_give() and account_role_take() say, with
 * the sentence; HUB_ECONFLICT if it is not as it was seen.
 */
int role_change(const struct hub *hub, const struct actor *actor,
    const struct role_change *in, struct why *why);

#endif
