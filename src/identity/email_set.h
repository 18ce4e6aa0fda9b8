#ifndef IDENTITY_EMAIL_SET_H
#define IDENTITY_EMAIL_SET_H

#include "identity/dossier.h"

/*
 * By an operator, or, with SEEN, by an employee: at once, and unproven. A
 * pending account that is mailed its temporary password is mailed another one;
 * what was mailed before opens nothing any more. What the owner had asked for
 * ends. HUB_EINVAL (the address), HUB_ENOENT, HUB_EFULL (the queue of mails),
 * HUB_ECONFLICT with *TAKEN (it is
 * another account's) or without (what was seen is so no longer, or has been
 * proven), with the sentence. One that the account has already changes nothing.
 */
struct email_set {
	struct str account;              /* id */
	struct str address;              /* as typed */
	const struct dossier_seen *seen; /* of an employee, or NULL */

	/* Results. */
	struct str username; /* in the arena */
	bool taken;
};

int email_change_set(const struct hub *hub, const struct actor *actor,
    struct email_set *in, struct why *why);

#endif
