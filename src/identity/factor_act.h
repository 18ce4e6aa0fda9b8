#ifndef IDENTITY_FACTOR_ACT_H
#define IDENTITY_FACTOR_ACT_H

#include "identity/act.h"
#include "identity/device.h"
#include "identity/opaque.h"
#include "identity/second_factor.h"
#include "store/session_rec.h"

/*
 * What is done with a second factor: the whole acts, with throttling, audit and
 * the order of the two stores. Each is done in a session, by its cookie. That a
 * factor has been added or removed the account's owner hears by mail.
 */
enum factor_result {
	FACTOR_DONE,
	FACTOR_WRONG,     /* the code, or the password */
	FACTOR_THROTTLED, /* wait_ms says how long */
	FACTOR_CLOSED,    /* no such session or proposal, or no longer */
	FACTOR_FAILED,    /* a store; err says what */
};

struct factor_form {
	struct opaque_digest session; /* of its cookie */
	struct str code;              /* as typed */
	struct str password;          /* as typed, where it is asked */
	struct str source;            /* address */
	struct device device;

	/* Results. */
	struct opaque cookie; /* of the session that is there now */
	struct recovery recovery;
	int64_t wait_ms;
	int err;
};

/* How long a proposal may be worked on, in seconds. */
#define FACTOR_PROPOSAL_LIFETIME 900

/* Whether the session has one that is alive at NOW. */
bool factor_has_proposal(const struct session_rec *session, int64_t now);

/*
 * The form of SESSION_CODE with its code: the form ends, and a new session of
 * SESSION_SIGNED_IN begins under in->cookie. A code is taken once, whoever
 * brings it; tries are counted before they are looked at.
 */
enum factor_result factor_signin(const struct hub *hub, struct factor_form *in);

/*
 * Proposes a new secret, in place of one before, to a session of
 * SESSION_SIGNED_IN or SESSION_ENROL. That its owner has just shown a password
 * is the caller's matter.
 */
enum factor_result factor_propose(
    const struct hub *hub, struct factor_form *in);

/*
 * The proposal becomes the account's second factor if CODE shows that an app
 * has it; in->recovery is to be shown, once. A session of SESSION_ENROL ends
 * and one of SESSION_SIGNED_IN begins; one of that kind goes on under another
 * cookie. FACTOR_CLOSED also where a factor has come meanwhile.
 */
enum factor_result factor_add(const struct hub *hub, struct factor_form *in);

/*
 * Takes the account's second factor away, for its password and a code. The
 * session, of SESSION_SIGNED_IN, goes on.
 */
enum factor_result factor_remove(const struct hub *hub, struct factor_form *in);

/*
 * New codes for recovery in in->recovery, to be shown once, for the same two;
 * those from before are dead. The code that was brought is used up.
 */
enum factor_result factor_renew(const struct hub *hub, struct factor_form *in);

/*
 * The same for an operator: ends sessions, grants and tokens of the account,
 * then the factor is gone. HUB_ENOENT if there is none, or no such account.
 */
int factor_reset(
    const struct hub *hub, const struct actor *actor, struct str account);

#endif
