#ifndef IDENTITY_INVITATION_H
#define IDENTITY_INVITATION_H

#include "identity/act.h"
#include "store/account_rec.h"
#include "store/contact_rec.h"
#include "store/invitation_rec.h"

/*
 * An intermediary asks the owner of an account that is there to take a dossier:
 * it becomes the account's by the owner's click and in no other way. Who may
 * click has proven the very address that was invited, so that an account that
 * somebody else has made under it gets nothing.
 */

/* Seconds that an invitation waits for its answer. */
#define INVITATION_LIFETIME (14 * 86400)

/*
 * Invitations that an account may have before it, and of one organisation: nobody
 * fills the page with what hides another's.
 */
#define INVITATIONS_MAX 100
#define INVITATIONS_OF_ONE 5

struct invitation_form {
	struct str contact; /* id */
	struct str within;  /* organisation that it must be of, or "" */
	struct str address; /* that is invited */
	struct str inviter; /* account id, or "" of an operator */

	/* Results. */
	struct invitation_rec made;
	bool unknown;        /* of HUB_ENOENT: the address is nobody's */
	struct str username; /* of HUB_EEXIST: the contact's account, or "" */
	int64_t wait_ms;     /* of HUB_ETOOBIG: until another is let in, or 0 */
};

/*
 * Invites, in place of an invitation before; the mail is queued. HUB_EINVAL
 * (the address), HUB_ENOENT (contact, or with UNKNOWN no account has the
 * address), HUB_EEXIST (the contact has an account, or the account a dossier of
 * that organisation), HUB_ETOOBIG (INVITATIONS_MAX, INVITATIONS_OF_ONE, or with
 * WAIT_MS one that comes too soon: an operator need not wait), HUB_EFULL (the
 * queue of mails), HUB_EDENIED (no mail is sent), with the sentence.
 */
int invitation_make(const struct hub *hub, const struct actor *actor,
    struct invitation_form *in, struct why *why);

/*
 * The inviter takes back what CONTACT, as the directory has it, waits with.
 * HUB_ENOENT if there is none; one that another organisation made while the
 * contact was its is not this one's to take back.
 */
int invitation_withdraw(const struct hub *hub, const struct actor *actor,
    const struct contact_rec *contact);

/*
 * The invitation that CONTACT, as the directory has it, waits with at NOW;
 * false if there is none. That the contact has no account is the caller's
 * matter.
 */
bool invitation_of_contact(struct txn *vault, const struct contact_rec *contact,
    int64_t now, struct invitation_rec *rec);

/*
 * What the owner of ACCOUNT is asked at NOW: fills up to MOST of OUT and gives
 * their number; what is so no longer is left out. The text is in the arena of
 * the transactions.
 */
struct invitation {
	struct str contact; /* id: names it in the form */
	struct str organization, dossier;
	struct str name; /* of the organisation, for people */
	int64_t made, expires;
};

unsigned int invitation_list(struct txn *vault, struct txn *directory,
    const struct account_rec *account, int64_t now, struct invitation *out,
    unsigned int most);

/*
 * The owner's answer, once: of two at the same moment one is done. ACCEPT:
 * HUB_EDENIED if the address is not proven, and the invitation stays; else it
 * ends, and the dossier is the account's from the next request on. HUB_ENOENT:
 * there is no such invitation for this account, or it is so no longer.
 */
int invitation_answer(const struct hub *hub, const struct actor *actor,
    const struct account_rec *account, struct str contact, bool accept);

/*
 * For who sends MAIL_INVITATION, at each try: the invitation of CONTACT for
 * this account. HUB_ENOENT: nothing is to be sent, and the mail leaves the
 * queue. No transaction of either store is open; in the arena.
 */
int invitation_get(const struct hub *hub, struct str account, uint64_t born,
    struct str contact, int64_t now, struct invitation *out);

/* For the sweep: takes it away if its time is over at NOW. */
bool invitation_expire(struct txn *vault, struct str contact, int64_t now);

#endif
