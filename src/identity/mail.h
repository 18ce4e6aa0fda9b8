#ifndef IDENTITY_MAIL_H
#define IDENTITY_MAIL_H

#include <stdbool.h>
#include "base/conf.h"
#include "base/err.h"
#include "store/key.h"
#include "store/mail_rec.h"
#include "store/txn.h"

/*
 * The queue of mails, in the vault. An act puts the mail that follows from it in
 * its own transaction; the housekeeper sends it, later. A mail has a name that
 * says all that tells it from others:
 *
 *	<account>/<template>[/<about>]	"jan/invitation/5f3c1a90"
 *
 * so that there is one of a kind at most, and asking twice for one that waits
 * sends it once.
 */

/* Mails there can be, those that were given up included. */
#define MAIL_MAX 20000

/* Bytes of a mail's name. */
#define MAIL_NAME_MAX 192

/* "forgotten": in names, in files of templates, for operators. */
const char *mail_template_name(enum mail_template template);

/* Which one, to whom: ACCOUNT is there and BORN is its. */
struct mail_wish {
	enum mail_template template;
	enum mail_language language;
	struct str account;
	uint64_t born;
	struct str about; /* contact id, or "" */
};

/*
 * Puts a mail into the queue, to be sent from NOW (seconds since 1970) on. One
 * of that name that no try was made for stays as it is, another is begun anew.
 * Does nothing when no mail is sent (conf_sends_mail()). HUB_EFULL when there
 * are MAIL_MAX: what must not happen without its mail fails then, a notice is
 * left out. A damaged record fails the transaction.
 */
int mail_put(struct txn *vault, const struct conf *conf,
    const struct mail_wish *wish, int64_t now);

/*
 * The same for a mail about what the directory is only about to have: it waits
 * some seconds, since a try before that would find nobody to send it to.
 */
int mail_put_ahead(struct txn *vault, const struct conf *conf,
    const struct mail_wish *wish, int64_t now);

/* For a look before what must not happen without its mail: it is not full. */
bool mail_has_room(struct txn *vault);

/* The mail of this kind that waits for an account, about nothing else. */
bool mail_find(struct txn *vault, struct str account, uint64_t born,
    enum mail_template template, struct mail_rec *rec);

/*
 * The account has another password than the one that a waiting mail was to
 * bring, or is about to be mailed one: those mails leave the queue.
 */
void mail_drop_passwords(struct txn *vault, struct str account);

/* The first that is due at NOW; its name in the arena. False: none. */
bool mail_due(
    struct txn *vault, int64_t now, struct str *name, struct mail_rec *rec);

/* The key of a mail's entry in mail_due. */
void mail_due_key(struct key *key, int64_t due, struct str name);

/* When the first is due that waits: seconds since 1970; INT64_MAX: none. */
int64_t mail_next_due(struct txn *vault);

/*
 * Begins a try, before anything goes out: REC, as read, gets one more try and
 * the time of the next, which a crash in between leaves it with: after a minute,
 * then twice as long each time, up to six hours, and not before this try has
 * had mail.timeout. False if the mail is no longer
 * there or has changed; nothing is written then.
 */
bool mail_try(struct txn *vault, const struct conf *conf, struct str name,
    struct mail_rec *rec, int64_t now);

/* Whether the mail still is as REC says, and no other try has begun. */
bool mail_is(struct txn *vault, struct str name, const struct mail_rec *rec);

/*
 * How the try went: the mail was taken and leaves the queue; or FAULT, one line
 * without addresses and secrets, says what the server said. It is given up if
 * no other try can help (FOR_GOOD) or mail.give_up is over, with the event
 * "mail.failed"; true then. A mail that has changed since mail_try() is left
 * alone. The texts of REC are not looked at.
 */
void mail_sent(struct txn *vault, struct str name, const struct mail_rec *rec);
bool mail_failed(struct txn *vault, const struct conf *conf, struct str name,
    const struct mail_rec *rec, struct str fault, bool for_good, int64_t now);

/*
 * For operators: again at once, with all the time of a new one; or no more.
 * False: no such mail.
 */
bool mail_retry(struct txn *vault, struct str name, int64_t now);
bool mail_drop(struct txn *vault, struct str name);

/* The mail of that name; false: there is none. */
bool mail_get(struct txn *vault, struct str name, struct mail_rec *rec);

/*
 * The mail after NAME ("": the first) in the order of names, which is moved on;
 * false after the last.
 */
bool mail_next(struct txn *vault, struct str *name, struct mail_rec *rec);

struct mail_count {
	uint64_t waiting, failed;
	int64_t oldest; /* when the oldest that waits began; INT64_MAX: none */
};

void mail_count(struct txn *vault, struct mail_count *out);

/*
 * The first mail that was given up 30 days ago, in the order of names; false:
 * none. For a look before it is worth a write.
 */
bool mail_over(struct txn *vault, int64_t now, struct str *name);

/*
 * Takes those away, among the MOST mails from the name FROM on; their number.
 */
unsigned int mail_sweep(
    struct txn *vault, int64_t now, struct str from, unsigned int most);

#endif
