#ifndef IDENTITY_ENROL_H
#define IDENTITY_ENROL_H

#include "identity/dossier.h"
#include "identity/password.h"

/*
 * Accounts and their temporary passwords, as employees and operators make
 * them. The text of a temporary password leaves through these calls once; or it
 * never does, and one is mailed to the account's address: then the account has
 * no password at all until that is sent, and the mail is queued with the event.
 */
struct enrol {
	struct str email;   /* becomes the username */
	struct str contact; /* id: a customer of that dossier, or "" */
	struct str within; /* organisation that the contact must be of, or "" */
	struct str organization;  /* id: an employee there, or "" */
	const struct str *groups; /* of the employee; "102", "103" ... */
	size_t group_count;
	bool mailed;

	/* Results. */
	struct str account;  /* id, in the arena */
	struct str username; /* of the account that is there, for HUB_EEXIST */
	bool taken; /* of HUB_ECONFLICT: the address is another account's */
	char temporary[PASSWORD_TEMPORARY_LEN + 1]; /* "" if it is mailed */
};

/*
 * Makes the account, pending, with a temporary password. HUB_EINVAL (the
 * address, neither or both of contact and organisation, no mail is sent),
 * HUB_EFULL (the queue of mails), HUB_ENOENT (contact,
 * also one that is not within; organisation or group), HUB_EEXIST (the contact has an account),
 * HUB_ECONFLICT (the address is another account's). An employee without
 * groups is one all the same.
 */
int enrol(const struct hub *hub, const struct actor *actor, struct enrol *in,
    struct why *why);

/*
 * A new temporary password; the old password ends at once, as do sessions and
 * tokens, and the account is pending. One that is shown ends the proof of the
 * address, too: who signs in with it need not be who reads what is sent there.
 * TEMPORARY NULL: it is mailed. HUB_ENOENT,
 * HUB_EINVAL (no mail is sent), HUB_EFULL (the queue of mails); then nothing has
 * ended.
 */
int enrol_reset(const struct hub *hub, const struct actor *actor,
    struct str account, char temporary[PASSWORD_TEMPORARY_LEN + 1],
    struct why *why);

/*
 * The same for an employee: only if contact, account and password are as they
 * were seen, and the account is not shared. HUB_ECONFLICT; what a sign-in had
 * opened may have ended then, but the password is what somebody else made it.
 */
int enrol_reset_seen(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen,
    char temporary[PASSWORD_TEMPORARY_LEN + 1]);

#define ENROL_REMINDER_PAUSE (15 * 60)

/*
 * What an employee can do for an account that is shared: its owner is mailed a
 * temporary password, as who has forgotten the old one, which goes on to work.
 * One that was mailed less than ENROL_REMINDER_PAUSE seconds ago stays, and no
 * other follows it.
 * Only where that reaches its owner: HUB_EDENIED if the address is not proven,
 * the account cannot be used or no mail is sent; HUB_ECONFLICT if it is not as
 * it was seen; HUB_EFULL.
 */
int enrol_reset_shared(const struct hub *hub, const struct actor *actor,
    const struct dossier_seen *seen);

/*
 * A lasting password, as typed, judged like any new one; ends sessions, tokens,
 * the pending state and the proof of the address. HUB_ENOENT, HUB_EINVAL with the reason.
 */
int enrol_set_password(const struct hub *hub, const struct actor *actor,
    const struct blocklist *list, struct str account, struct str typed,
    struct why *why);

#endif
