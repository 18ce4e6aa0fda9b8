#ifndef IDENTITY_FORGOTTEN_H
#define IDENTITY_FORGOTTEN_H

#include "identity/act.h"
#include "store/mail_rec.h"

/*
 * Who has forgotten the password asks for a temporary one by mail. Nothing ends
 * by that: the old password works until the mailed one has been used.
 */
enum forgotten_result {
	FORGOTTEN_DONE,      /* whoever it is, or nobody */
	FORGOTTEN_THROTTLED, /* wait_ms says how long */
	FORGOTTEN_FAILED,    /* a store; err says what */
};

struct forgotten {
	struct str username; /* as typed */
	struct str source;   /* address */
	enum mail_language language;

	/* Results. */
	int64_t wait_ms;
	int err;
};

/*
 * Puts MAIL_FORGOTTEN into the queue. Every name, of an account of whatever
 * state or of none, gets the same answer for the same work: the mail of one that
 * nobody has takes its place in the queue too, and is dropped there. Counted by
 * name and by address, apart from tries to sign in. Mail must be configured.
 */
enum forgotten_result forgotten_ask(
    const struct hub *hub, struct forgotten *in);

#endif
