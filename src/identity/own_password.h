#ifndef IDENTITY_OWN_PASSWORD_H
#define IDENTITY_OWN_PASSWORD_H

#include "identity/act.h"
#include "identity/opaque.h"
#include "identity/password.h"
#include "store/mail_rec.h"

/*
 * Who is signed in changes the lasting password. The current one is asked, so
 * that a browser that was left open gives nobody the account, and throttled as
 * at sign-in.
 */
enum own_result {
	OWN_DONE,      /* everything else of the account has ended */
	OWN_REFUSED,   /* fault says why */
	OWN_WRONG,     /* the current password is not that */
	OWN_THROTTLED, /* wait_ms says how long */
	OWN_CLOSED,    /* nobody is signed in, or no longer: sign in again */
	OWN_FAILED,    /* a store; err says what */
};

struct own_change {
	struct opaque_digest session; /* of the cookie of SESSION_SIGNED_IN */
	struct str current, password; /* as typed */
	struct str source;
	enum mail_language language; /* of the notice */

	/* Results. */
	enum password_fault fault;
	int64_t wait_ms;
	struct opaque cookie; /* of the session that has begun in its place */
	int err;
};

/*
 * The password is set, the epoch is raised, so that all sessions, grants and
 * tokens end, a new session begins, and the owner gets a notice. Of two at the same moment one at most
 * is done.
 */
enum own_result own_password_change(
    const struct hub *hub, const struct blocklist *list, struct own_change *in);

#endif
