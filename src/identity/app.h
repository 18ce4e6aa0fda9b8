#ifndef IDENTITY_APP_H
#define IDENTITY_APP_H

#include "identity/act.h"
#include "store/account_rec.h"

/* The apps that have access to an account: clients with its grants, consents. */
#define APP_MOST 32

struct app {
	struct str client; /* id */
	struct str scope;  /* of all of it; split at single spaces */
	int64_t since;     /* the oldest of it, seconds since 1970 */
	bool consented;    /* the client is a third party's */
};

struct app_list {
	struct app at[APP_MOST]; /* in the order of the ids */
	unsigned int n;
	bool more; /* than there is room for */
};

/*
 * Those of an account at NOW; grants from before its epoch are dead and not
 * looked at, nor are consents of an earlier life. In the transaction's arena.
 */
void app_list(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, int64_t now, struct app_list *out);

/*
 * Ends an app's access: withdraws the consent and ends every grant of the
 * account to the client, with their tokens. None can begin by a code that was
 * issued before. HUB_ENOENT if there was nothing to end.
 */
int app_end(const struct hub *hub, const struct actor *actor,
    struct str account, struct str client);

#endif
