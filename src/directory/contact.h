#ifndef DIRECTORY_CONTACT_H
#define DIRECTORY_CONTACT_H

#include "base/json_in.h"
#include "directory/version.h"
#include "store/contact_rec.h"
#include "store/txn.h"

/*
 * From a parsed line; text is in the arena. RENDERS says whether the source is
 * made, too. HUB_EINVAL with pointer: reason. That the organisation exists is
 * the caller's matter.
 */
int contact_parse(struct arena *arena, const struct json *line, bool renders,
    struct contact_rec *out, struct why *why);

/*
 * Makes or replaces it and its index; *DONE is false if its version is older
 * than the one that is there. HUB_ECONFLICT, with the reason, when the dossier
 * is another contact's.
 */
int contact_put(struct txn *directory, const struct contact_rec *contact,
    bool *done, struct why *why);

/*
 * Takes it away; with a version given a tombstone stays. HUB_ECONFLICT, with
 * the reason, when an account has its dossier.
 */
int contact_delete(struct txn *directory, struct str id, struct version version,
    bool *done, struct why *why);

/* False if there is none, or only a tombstone. */
bool contact_get(struct txn *directory, struct str id, struct contact_rec *rec);

/* The record, or the tombstone of one. */
bool contact_find(
    struct txn *directory, struct str id, struct contact_rec *rec);

/* The id of the contact of a dossier. */
bool contact_of_dossier(struct txn *directory, struct str organization,
    struct str dossier, struct str *id);

#endif
