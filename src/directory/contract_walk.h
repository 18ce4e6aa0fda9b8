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
	struct key *position; /* of the last line given out; n 0: none */
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

void contract_walk_end(struct contract_walk *walk);

/* A position as text that only we can read, and back; false if it is none. */
struct str contract_cursor_text(
    struct arena *arena, const struct key *position);
bool contract_cursor_parse(struct str text, struct key *position);

#endif
