#ifndef ENDPOINT_EMPLOYEE_H
#define ENDPOINT_EMPLOYEE_H

#include "base/clock.h"
#include "base/json_out.h"
#include "directory/employee.h"
#include "endpoint/call.h"
#include "identity/dossier.h"
#include "identity/mail.h"
#include "store/contact_rec.h"
#include "store/invitation_rec.h"

/*
 * What the endpoints of employees share: who may call them, which contacts there
 * are for whom, and how a contact is shown. To an employee a contact of another
 * organisation does not exist.
 */

/*
 * Whose contacts the token's user works with. False: the answer (403) stands in
 * the call's resp, or the call has failed.
 */
bool employee_enter(struct call *call, struct employee *out);

/*
 * The same, and the contact that the path names. False: likewise, or 404, the
 * same for a contact that is not there, another organisation's and an
 * impossible id.
 */
bool employee_contact(
    struct call *call, struct employee *employee, struct contact_rec *out);

/* The account of a contact as both stores have it at this moment. */
struct contact_account {
	bool exists;
	struct account_rec rec;
	const char
	    *state;    /* "pending", "expired", "active", "blocked", "none" */
	bool shared;   /* see employee_account_is_shared() */
	int64_t until; /* of a temporary password that waits; or 0 */
	bool mailed;   /* that one was, and never shown */
	int64_t signed_in; /* last; 0: never, or of a shared one */
	bool proven;       /* its owner reads what is sent to its address */
	uint64_t serial;   /* of the temporary password made last */
	bool lasting;      /* there is a password of the owner's choice */
	bool mail_waits;   /* one with a temporary password, which is this: */
	struct mail_rec mail;
	bool invited; /* no account, but somebody's was asked, which is this: */
	struct invitation_rec invitation;
};

/* Within the call's look; VAULT is a look at the vault. Errors stick in both. */
void contact_account_get(struct call *call, struct txn *vault,
    const struct contact_rec *contact, struct contact_account *out);

/*
 * The same of an account whose record is filled in, but for SHARED, which goes
 * by where it is looked at from.
 */
void employee_account_get(struct txn *vault, struct contact_account *out);

/* The item of the list, as the next value of J. Errors stick in the call. */
void contact_put_listed(struct call *call, struct json_out *j,
    const struct contact_rec *contact, const struct contact_account *account);

/*
 * The item of the detail call with its entity tag, in the arena; begins the
 * look and one at the vault. False: the call has failed.
 */
struct contact_item {
	struct contact_account account;
	struct str text, etag;
};

bool contact_item_get(struct call *call, const struct contact_rec *contact,
    struct contact_item *out);

/* A member that is a time: RFC 3339, or null for 0. */
void contact_put_time(struct json_out *j, const char *name, int64_t seconds);

/*
 * The entity tag of an item. Two resets within a second look the same in it: the
 * tag also stands for the epoch and the serial, which no two states of an account
 * share.
 */
int employee_tag(struct arena *arena, struct str text,
    const struct contact_account *account, struct str *etag);

/*
 * Whether the request's If-Match names one state of WHAT, or is not there and
 * not NEEDED. False: 428 stands in the call's resp.
 */
bool employee_names_seen(struct call *call, const char *what, bool needed);

/*
 * Whether the request's If-Match names the contact as it is. False: 412 stands
 * in the call's resp, or 428 if it is "*", or if there is none and it is NEEDED.
 */
bool contact_is_as_seen(
    struct call *call, const struct contact_item *item, bool needed);

/* 412: what the request's If-Match named is so no longer. */
void contact_has_changed(struct call *call);

/* What an act must still find of what the request's If-Match named. */
struct dossier_seen contact_seen(
    const struct contact_rec *contact, const struct contact_account *account);

/* A 409 that a program can tell from others by its reason. */
void contact_conflict(struct call *call, const char *reason,
    struct str username, const char *detail);

/* Who does it, to whom and where, for the audit log; in the arena. */
struct actor employee_actor(
    struct call *call, const struct contact_rec *contact);
struct actor employee_actor_at(struct call *call, struct str organization);

#endif
