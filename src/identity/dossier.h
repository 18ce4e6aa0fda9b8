#ifndef IDENTITY_DOSSIER_H
#define IDENTITY_DOSSIER_H

#include "identity/act.h"
#include "store/account_rec.h"
#include "store/contact_rec.h"
#include "store/credential_rec.h"

/*
 * Which dossiers an account has, as employees and operators change it: acts, as
 * those of act.h.
 */

/*
 * A contact and its account, or an account of a colleague (CONTACT is then
 * empty), as an employee saw them when deciding. The acts that
 * take it look again in the transactions that they write in, and do nothing
 * that was decided on what is so no longer: HUB_ECONFLICT.
 */
struct dossier_seen {
	struct contact_rec contact;
	struct str employer; /* of a colleague: where; or "" */
	struct account_rec account;
	bool shared; /* employee_account_is_shared(), employee_is_shared() */
	uint64_t serial; /* of the temporary password made last */
	bool lasting;    /* there was a password of the owner's choice */
};

/* The part of the look that each store can answer: 0 or HUB_ECONFLICT. */
int dossier_check(struct txn *directory, const struct dossier_seen *seen);
int dossier_check_credential(
    const struct credential_rec *now, const struct dossier_seen *seen);

/*
 * Ends what the contact can do at this organisation. The account is disabled
 * and all it was given ends; of one that is shared the dossier is taken away,
 * and what else it has, its password and its sessions stay.
 */
int dossier_block(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen);

/*
 * Gives the dossier of a contact to an account that is there: its owner is a
 * customer there from the next request on. HUB_ENOENT (account or contact),
 * HUB_EEXIST (the dossier is an account's, or the account has another dossier
 * of that organisation), with the sentence.
 */
int dossier_link(const struct hub *hub, const struct actor *actor,
    struct str account, struct str contact, struct why *why);

/*
 * HUB_EEXIST with the sentence: the dossier of this contact is this account's.
 * Its username, which the sentence leaves out, is *USERNAME then; or empty.
 */
int dossier_taken(struct txn *directory, struct str contact, struct str account,
    struct str *username, struct why *why);

/*
 * Lets an account be used again that is the customer of this dossier and nothing
 * else, and that an employee blocked: HUB_ECONFLICT, too, for one that is shared
 * and for one that an operator has disabled.
 */
int dossier_unblock(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen);

#endif
