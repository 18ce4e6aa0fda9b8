#ifndef DIRECTORY_CONTRACT_WALK_H
#define DIRECTORY_CONTRACT_WALK_H

#include "directory/contract.h"

/*
 * A walk over the contracts of an account's dossiers, in the order of
 * organisation, dossier and contract id. It can be left off after any line and
 * taken up again in another transaction, with the account as it is then: what
 * lies behind the position is never shown twice.
 */
struct contract_filter {
	struct str organization, status, format; /* n 0: any */
};

struct contract_walk {
	struct txn *txn;
	const struct contract_filter *filter;
	struct str dossiers;  /* what is left of the account's list */
	struct key *position; /* of the last line looked at; n 0: none */
	struct key before;    /* where it was before the last line given out */
	struct cursor cursor;
	bool walking;       /* the cursor stands in a dossier */
	bool ended;         /* there are no more lines */
	uint64_t looked_at; /* lines so far, also those left out */
};

/*
 * Begins after *POSITION, which moves with the walk and outlives it.
 * contract_walk_end() must follow.
 */
void contract_walk_begin(struct contract_walk *walk, struct txn *directory,
    const struct account_rec *account, const struct contract_filter *filter,
    struct key *position);

/*
 * The next line that the filter lets through; a copy in the transaction's
 * arena. False at the end (walk->ended), after an error, or when LOOKED_MAX
 * lines have been looked at.
 */
bool contract_walk_next(struct contract_walk *walk, uint64_t looked_max,
    struct contract_line *line);

/*
 * Puts the last line given out back: a walk that begins at the position has it
 * first. This walk is over then, but for contract_walk_end().
 */
void contract_walk_back(struct contract_walk *walk);

void contract_walk_end(struct contract_walk *walk);

/*
 * Whether the contract stands in one of the account's dossiers: told by the
 * list alone, so that the contract of somebody else costs what no contract
 * costs.
 */
bool contract_is_listed(
    struct txn *directory, const struct account_rec *account, struct str id);

/* A position as text that only we can read, and back; false if it is none. */
struct str contract_cursor_text(
    struct arena *arena, const struct key *position);
bool contract_cursor_parse(struct str text, struct key *position);

#endif
