#ifndef IDENTITY_MAILED_PASSWORD_H
#define IDENTITY_MAILED_PASSWORD_H

#include "identity/act.h"
#include "identity/password.h"
#include "store/mail_rec.h"

/* The temporary password of a mail, which nobody but its reader ever sees. */
struct mailed_password {
	char text[PASSWORD_TEMPORARY_LEN + 1];
	struct str to; /* the account's address, in the arena */
	int64_t until; /* seconds since 1970 */
};

/*
 * For who sends MAIL_WELCOME, MAIL_RESET or MAIL_FORGOTTEN, at each try: makes
 * one in place of any temporary one before, whose hash is committed when this
 * returns, with the event "password.mailed". It opens the account for as long as
 * that has the address TO, and what an owner has forgotten keeps working beside
 * it. HUB_ENOENT: the account does not wait for one any more, and
 * the mail leaves the queue. No transaction of either store is open. The caller
 * clears the text.
 */
int mailed_password_make(const struct hub *hub, struct str name,
    const struct mail_rec *mail, struct mailed_password *out);

#endif
