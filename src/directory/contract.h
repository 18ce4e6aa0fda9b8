#ifndef DIRECTORY_CONTRACT_H
#define DIRECTORY_CONTRACT_H

#include "base/json_in.h"
#include "directory/version.h"
#include "store/account_rec.h"
#include "store/contract_rec.h"
#include "store/txn.h"

/* A contract as it comes in, checked. */
struct contract {
	struct contract_rec rec;
	struct contract_line line;
};

/*
 * From a parsed line: checks it and, if it RENDERS, makes the items that are
 * stored; text is in the arena. HUB_EINVAL with pointer: reason. That the
 * organisation exists is the caller's matter.
 */
int contract_parse(struct arena *arena, const struct json *line, bool renders,
    struct contract *out, struct why *why);

/*
 * Makes or replaces it and its place in the list of its dossier; nothing if
 * its version is older than the one that is there. True if it did something.
 */
bool contract_put(struct txn *directory, const struct contract *contract);

/*
 * Takes it away; with a version given a tombstone stays, so that older lines
 * that come later change nothing. True if it did something.
 */
bool contract_delete(
    struct txn *directory, struct str id, struct version version);

/* False if there is none, or only a tombstone. */
bool contract_get(
    struct txn *directory, struct str id, struct contract_rec *rec);

/* Whether organisation and dossier together are one of the account's. */
bool contract_is_of(
    const struct contract_rec *rec, const struct account_rec *account);

/* The key of a line in the list, and its pieces. */
void contract_line_key(struct key *key, struct str organization,
    struct str dossier, struct str id);

#endif
