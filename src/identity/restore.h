#ifndef IDENTITY_RESTORE_H
#define IDENTITY_RESTORE_H

#include "identity/signing_key.h"
#include "store/audit_rec.h"
#include "store/schema.h"
#include "store/txn.h"

/*
 * What makes the copies of two stores the stores of a hub that starts anew:
 * the records are there, and nothing that was given out before opens them. All
 * of this writes in many short transactions; it is for drafts, which are thrown
 * away if any of it fails.
 */

/* Empties the tables whose fate is FATE_ENDS. HUB_EINVAL: one has none. */
int restore_end(
    struct store *store, const struct schema *schema, struct arena *arena);

/*
 * The vault: what ends has ended, KEY signs, and EVENTS, of which there are
 * COUNT, are on record.
 */
int restore_vault(struct store *vault, const struct schema *schema,
    struct arena *arena, const struct signing_key *key,
    const struct audit_rec *events, size_t count);

/*
 * The directory: KEY alone is trusted, all epochs have leapt, those of future
 * accounts too, and the generation has moved.
 */
int restore_directory(struct store *directory, const struct schema *schema,
    struct arena *arena, const struct signing_key *key);

#endif
