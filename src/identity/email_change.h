#ifndef IDENTITY_EMAIL_CHANGE_H
#define IDENTITY_EMAIL_CHANGE_H

#include "identity/act.h"
#include "identity/proven.h"
#include "identity/spelled.h"
#include "store/email_change_rec.h"
#include "store/mail_rec.h"

/*
 * The e-mail address of an account, which is its username, becomes another one:
 * by its owner, who shows that he reads what is sent there, or by who answers
 * for the account while nobody has shown that. The account keeps its id, and
 * with it all that it is and has.
 */

/* Seconds that a change may take, from when it was asked for. */
#define EMAIL_CHANGE_LIFETIME 3600

/* Wrong codes after which it ends, and changes to be asked for in that time. */
#define EMAIL_CHANGE_TRIES 5
#define EMAIL_CHANGE_ASKS 5

/* A code: 60 random bits, "0123-4567-89ab" and a NUL. */
#define EMAIL_CODE_SYMBOLS 12
#define EMAIL_CODE_TEXT SPELLED_TEXT(EMAIL_CODE_SYMBOLS)

enum email_result {
	EMAIL_DONE,
	EMAIL_REFUSED,   /* why says what is wrong with the address */
	EMAIL_PASSWORD,  /* the current password is not that */
	EMAIL_CODE,      /* the code is not that */
	EMAIL_ENDED,     /* there is no such change, or no longer */
	EMAIL_TAKEN,     /* the address has become another account's */
	EMAIL_THROTTLED, /* wait_ms says how long */
	EMAIL_CLOSED,    /* nobody is signed in, or no longer: sign in again */
	EMAIL_FAILED,    /* a store; err says what */
};

struct email_form {
	const struct account_rec
	    *account;        /* as the session was found to be of */
	struct str password; /* as typed: email_change_ask() */
	struct str address;  /* likewise */
	struct str code;     /* as typed: email_change_confirm() */
	struct str source;
	enum mail_language language; /* of the mails */

	/* Results. */
	bool only_proven; /* the address was the account's before */
	struct why why;
	int64_t wait_ms;
	int err;
};

/*
 * Asks for a change, in place of one before: a code is on its way to the new
 * address, whoever has that; the address that the account has already is only
 * to be proven. EMAIL_DONE, EMAIL_REFUSED, EMAIL_PASSWORD, EMAIL_THROTTLED (the
 * password as at sign-in, and more than EMAIL_CHANGE_ASKS), EMAIL_CLOSED,
 * EMAIL_FAILED. Mail must be configured.
 */
enum email_result email_change_ask(
    const struct hub *hub, struct email_form *in);

/*
 * The code that was mailed: the address is proven and becomes the account's,
 * and the old one is told. Sessions and tokens stay. Once more with the same
 * code it completes a change that a crash has cut in two. EMAIL_DONE,
 * EMAIL_CODE, EMAIL_ENDED, EMAIL_TAKEN, EMAIL_CLOSED, EMAIL_FAILED.
 */
enum email_result email_change_confirm(
    const struct hub *hub, struct email_form *in);

/* The owner thinks again: EMAIL_DONE, EMAIL_ENDED, EMAIL_CLOSED, EMAIL_FAILED. */
enum email_result email_change_drop(
    const struct hub *hub, struct email_form *in);

/*
 * Whether a change waits for its code at NOW, of ACCOUNT as the directory has
 * it; for the page that asks for that.
 */
bool email_change_waits(struct txn *vault, const struct account_rec *account,
    int64_t now, struct email_change_rec *rec);

/*
 * For who sends MAIL_ADDRESS_CODE, at each try: makes the code, whose digest is
 * committed when this returns. HUB_ENOENT: there is nothing to send any more,
 * the address being another account's included, and the mail leaves the queue
 * in silence. No transaction of either store is open; TO is in the arena.
 */
struct email_code {
	struct str to; /* the address that it goes to */
	char text[EMAIL_CODE_TEXT];
	int64_t until; /* seconds since 1970 */
};

int email_change_code(const struct hub *hub, struct str account, uint64_t born,
    int64_t now, struct email_code *out);

/*
 * For who sends MAIL_ADDRESS_CHANGED: the old address, in the arena. HUB_ENOENT
 * if the account still has it, or nobody is to be told any more: the mail
 * leaves the queue.
 */
int email_change_former(
    const struct hub *hub, struct str account, uint64_t born, struct str *to);

/*
 * Somebody else has changed the address of ACCOUNT, as it was, at NOW: what its
 * owner had asked for is over. TELL: the old address is told, by a mail.
 */
void email_change_replaced(struct txn *vault, const struct conf *conf,
    const struct account_rec *account, bool tell, int64_t now);

/* For the sweep: takes away what is over at NOW, or lists it anew. */
bool email_change_expire(struct txn *vault, struct str account, int64_t now);

#endif
