#ifndef IDENTITY_REGISTRATION_H
#define IDENTITY_REGISTRATION_H

#include "identity/act.h"
#include "identity/opaque.h"
#include "store/client_rec.h"

/*
 * Clients and their secrets, as operators make them: acts on both stores, as
 * those of act.h. A secret leaves through these calls once; only its digest is
 * stored.
 */

/*
 * Adds a client that client_make() has made. A confidential one gets *SECRET,
 * before anybody sees the client. The errors and the sentence are those of
 * client_check().
 */
int registration_add(const struct hub *hub, const struct actor *actor,
    struct str id, const struct client_rec *rec, struct opaque *secret,
    struct why *why);

/*
 * Another secret for a confidential client; the old one ends at once. What it
 * was given stays. HUB_ENOENT; HUB_EDENIED for one that has none, with the
 * sentence.
 */
int registration_rotate(const struct hub *hub, const struct actor *actor,
    struct str id, struct opaque *secret, struct why *why);

#endif
