#ifndef IDENTITY_SIGNIN_H
#define IDENTITY_SIGNIN_H

#include "identity/act.h"
#include "identity/device.h"
#include "identity/opaque.h"
#include "identity/password.h"
#include "store/account_rec.h"

/*
 * Sign-in and change of password: the whole acts, with throttling, equal work
 * for unknown users, audit, and the order of the two stores.
 */
enum signin_result {
	SIGNIN_DONE,   /* a session has begun */
	SIGNIN_CHANGE, /* the temporary password was right: the form is open */
	SIGNIN_FACTOR, /* the password was right: the form for the second factor
			   is open, SESSION_CODE or SESSION_ENROL */
	SIGNIN_WRONG,  /* unknown, wrong, disabled: all the same */
	SIGNIN_EXPIRED,   /* the temporary password was right, but too late */
	SIGNIN_THROTTLED, /* wait_ms says how long */
	SIGNIN_FAILED,    /* the store; err says what */
};

struct signin {
	struct str username, password; /* as typed */
	struct str source;             /* address */
	struct device device;

	/* Results. */
	struct opaque cookie; /* of the first three */
	int64_t wait_ms;
	int err;
};

/*
 * Hashes once in every case but SIGNIN_THROTTLED. A session of either kind
 * always is a new one, whatever cookie the browser had. A password whose hash
 * is cheap is hashed again; a pending flag that contradicts the credential is
 * set right in the directory.
 */
enum signin_result signin(const struct hub *hub, struct signin *in);

/*
 * The password of somebody who is signed in, once more, with the same count and
 * the same work: SIGNIN_DONE if it is right, and no session begins. A temporary
 * one is wrong.
 */
enum signin_result signin_confirm(const struct hub *hub, struct signin *in);

enum change_result {
	CHANGE_DONE,
	CHANGE_FACTOR,  /* it is changed, and SIGNIN_FACTOR follows */
	CHANGE_REFUSED, /* fault says why; the form stays open */
	CHANGE_CLOSED,  /* no such form, or no longer: sign in again */
	CHANGE_FAILED,
};

struct change {
	struct opaque_digest form; /* of the cookie of SIGNIN_CHANGE */
	struct str password;       /* the new one, as typed */
	struct str source;
	struct device device;

	/* Results. */
	enum password_fault fault;
	struct opaque cookie; /* of the session that has begun */
	int err;
};

/*
 * Completes the change form: the lasting password is set, the temporary one
 * is gone, the epoch is raised, the account is no longer pending and a session
 * begins: of SESSION_SIGNED_IN, or the form for the second factor. Where the
 * temporary one was mailed and never shown its owner reads what is sent to the
 * account's address, which is proven by that. Where there was a lasting one
 * before the owner gets a notice.
 */
enum change_result signin_change(
    const struct hub *hub, const struct blocklist *list, struct change *in);

#endif
