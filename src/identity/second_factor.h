#ifndef IDENTITY_SECOND_FACTOR_H
#define IDENTITY_SECOND_FACTOR_H

#include "base/conf.h"
#include "identity/opaque.h"
#include "identity/spelled.h"
#include "identity/totp.h"
#include "store/account_rec.h"
#include "store/second_factor_rec.h"
#include "store/txn.h"

/*
 * The second factor of an account: a secret that an app makes codes of, and
 * codes on paper for the day that the app is not at hand.
 */

/* Codes for recovery: 80 random bits, "0123-4567-89ab-cdef" and a NUL. */
#define RECOVERY_CODES 10
#define RECOVERY_SYMBOLS 16
#define RECOVERY_TEXT SPELLED_TEXT(RECOVERY_SYMBOLS)

struct recovery {
	char text[RECOVERY_CODES][RECOVERY_TEXT];
};

/*
 * That of the account in the life BORN (struct account_rec). False if it has
 * none; *REC is then empty. What a deleted account has left behind is neither
 * asked for nor shown when there is one with its id again.
 */
bool second_factor_get(struct txn *vault, struct str account, uint64_t born,
    struct second_factor_rec *rec);

/* In place of any that is there; rec->born says whose it is. */
void second_factor_put(
    struct txn *vault, struct str account, const struct second_factor_rec *rec);
bool second_factor_del(struct txn *vault, struct str account);

/* Whether all its parts have the form that is written. */
bool second_factor_is_whole(const struct second_factor_rec *rec);

/* The codes for recovery that are left. */
unsigned int second_factor_left(const struct second_factor_rec *rec);

/* Whether the account may not do without, by the configuration. */
bool second_factor_is_required(
    const struct conf *conf, const struct account_rec *account);

/*
 * New codes for recovery, and the list of their digests for the record, in the
 * arena. Outside of transactions. HUB_ENOMEM, HUB_ECRYPTO.
 */
int recovery_make(
    struct arena *arena, struct recovery *codes, struct str *digests);

/* A code that was typed and is right, for its one use. */
struct factor_code {
	bool recovery;
	struct str secret;           /* that it was compared with */
	uint64_t born;               /* of its factor */
	uint64_t step;               /* of a code of time */
	struct opaque_digest digest; /* of one for recovery */
};

/*
 * Looks what TYPED, with blanks and dashes wherever they are, is by the record;
 * outside of transactions. 0, HUB_EDENIED (neither a code of this time nor one
 * for recovery that is left), HUB_ENOMEM, HUB_ECRYPTO.
 */
int factor_code_read(struct arena *arena, const struct second_factor_rec *rec,
    struct str typed, int64_t now, struct factor_code *code);

/*
 * Uses the code up. False, and nothing is changed, if the factor is another one
 * by now, the step or a later one was used, or the code for recovery is gone:
 * of two at the same moment one is true.
 */
bool factor_code_use(
    struct txn *vault, struct str account, const struct factor_code *code);

#endif
