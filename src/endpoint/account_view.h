#ifndef ENDPOINT_ACCOUNT_VIEW_H
#define ENDPOINT_ACCOUNT_VIEW_H

#include "endpoint/browser.h"
#include "endpoint/page.h"
#include "endpoint/visit.h"
#include "identity/app.h"

/* What the account page shows of its user, in sections that stand in order. */
#define ACCOUNT_SESSIONS 32

struct account_view {
	struct visit *visit;
	struct browser browser; /* signed in */

	/* What came of the last form: texts, or TEXTS. */
	enum text done;
	enum text reason;  /* why the password was not changed */
	struct str insert; /* of the reason */
	bool wrong;        /* the current password is what is wrong */

	/* Of account_view_load(). */
	struct session_rec sessions[ACCOUNT_SESSIONS]; /* the newest first */
	unsigned int session_count;
	bool more_sessions;
	struct app_list apps;
};

/*
 * Reads what is shown. No transaction of the vault is open. False if the store
 * failed, which call_failed() knows then.
 */
bool account_view_load(struct account_view *view);

/* The page, with this status. */
void account_view_show(const struct account_view *view, int status);

#endif
