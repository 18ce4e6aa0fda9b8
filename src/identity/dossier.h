#ifndef IDENTITY_DOSSIER_H
#define IDENTITY_DOSSIER_H

#include "identity/act.h"

/*
 * Which dossiers an account has, as employees and operators change it: acts, as
 * those of act.h.
 */

/*
 * Takes a dossier away from an account; the next request sees it. What else the
 * account has, its password and its sessions stay. HUB_ENOENT if it has not
 * that dossier.
 */
int dossier_withdraw(const struct hub *hub, const struct actor *actor,
    struct str account, struct str organization, struct str dossier);

/*
 * Gives the dossier of a contact to an account that is there: its owner is a
 * customer there from the next request on. HUB_ENOENT (account or contact),
 * HUB_EEXIST (the dossier is an account's, or the account has another dossier
 * of that organisation), with the sentence.
 */
int dossier_link(const struct hub *hub, const struct actor *actor,
    struct str account, struct str contact, struct why *why);

/*
 * Lets an account be used again that still is the customer of one dossier of the
 * organisation and nothing else: else HUB_ECONFLICT. HUB_ENOENT.
 */
int dossier_unblock(const struct hub *hub, const struct actor *actor,
    struct str account, struct str organization);

#endif
