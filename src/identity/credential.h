#ifndef IDENTITY_CREDENTIAL_H
#define IDENTITY_CREDENTIAL_H

#include "identity/act.h"
#include "identity/password.h"
#include "store/account_rec.h"
#include "store/credential_rec.h"

/* What accounts sign in with: the vault's table, and how it is replaced. */

/*
 * False if the id has none; *REC is then empty. It is the account's only if
 * both were born together: what a deleted account has left behind opens nothing
 * of a new one with its id.
 */
bool credential_get(
    struct txn *vault, struct str account, struct credential_rec *rec);

/*
 * The same of the account's life BORN: of an earlier one only the serial is
 * left, which goes on, so that no two temporary passwords share one.
 */
bool credential_for(struct txn *vault, struct str account, uint64_t born,
    struct credential_rec *rec);
void credential_put(
    struct txn *vault, struct str account, const struct credential_rec *rec);

/* With what is known of its sign-ins. */
bool credential_del(struct txn *vault, struct str account);

/*
 * When the account was signed in with last, with a lasting password and its
 * second factor, if it has one: seconds since 1970, 0 if never. It goes with the
 * credential, and when that becomes one of another account with the same id.
 */
int64_t credential_signed_in(struct txn *vault, struct str account);
void credential_note_sign_in(
    struct txn *vault, struct str account, int64_t now);

/*
 * The record with a lasting password and nothing else, or with a temporary one
 * that was just made, shown to whoever made it, in place of all before. NOW:
 * seconds since 1970.
 */
void credential_set_lasting(
    struct credential_rec *rec, const char hash[PASSWORD_HASH], int64_t now);
void credential_set_temporary(const struct conf *conf,
    struct credential_rec *rec, const char hash[PASSWORD_HASH], int64_t now);

/*
 * Whether the temporary password was mailed to another address than ACCOUNT, as
 * the directory has it, has now: who reads that one is not let in by it. So,
 * too, where the address cannot be told.
 */
bool credential_has_strayed(struct arena *arena,
    const struct account_rec *account, const struct credential_rec *rec);

/*
 * Takes a temporary password away that was mailed to an address which the
 * account, born at BORN, is about to lose; forms that it has opened close.
 */
void credential_drop_mailed(
    struct txn *vault, struct str account, uint64_t born);

/*
 * Or with none at all, until one is mailed; forms that a temporary one has
 * opened close.
 */
void credential_set_none(struct credential_rec *rec, int64_t now);

/*
 * Replaces what an account signs in with by FN in a transaction of the vault,
 * and ends all that the old one has opened. The epoch is raised before, so
 * that a crash leaves less, and once more after it, together with the pending
 * flag, for who signed in with the old one in between. FN's failure is
 * returned; then nothing but the epoch has changed. HUB_ENOENT.
 */
int credential_replace(const struct hub *hub, struct str account, bool pending,
    int (*fn)(struct txn *vault, void *arg), void *arg);

/*
 * The same if CHECK allows it in the transaction that raises the epoch. Its
 * failure is returned; then nothing has changed.
 */
int credential_replace_if(const struct hub *hub, struct str account,
    bool pending, int (*check)(struct txn *directory, void *arg),
    int (*fn)(struct txn *vault, void *arg), void *arg);

/*
 * The same for an account that was seen pending, with which nothing is open:
 * FN first, which fails if somebody else has replaced it meanwhile, then
 * credential_settle(). Whoever was first has nothing ended by the second.
 */
int credential_replace_pending(const struct hub *hub, struct str account,
    int (*fn)(struct txn *vault, void *arg), void *arg);

/*
 * The last part of both, for who finds the flag not as the credential wants it,
 * after a crash or while somebody else is about to set it: raises the epoch,
 * sets the flag, tidies up. Does nothing if the flag is right. HUB_ENOENT.
 */
int credential_settle(const struct hub *hub, struct str account, bool pending);

/*
 * A new password of the user's choice: normalises, judges and hashes it. 0, and
 * *FAULT is PASSWORD_GOOD if HASH is filled in.
 */
int credential_choose(const struct hub *hub, const struct blocklist *list,
    const struct account_rec *account, struct str typed,
    enum password_fault *fault, char hash[PASSWORD_HASH]);

#endif
