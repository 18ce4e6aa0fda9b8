#ifndef IDENTITY_CONSENT_H
#define IDENTITY_CONSENT_H

#include <stdbool.h>
#include "store/consent_rec.h"
#include "store/txn.h"

/*
 * What users allow clients of third parties: once per client and scope, until
 * it is withdrawn (OpenID Connect Core section 3.1.2.4). It opens nothing by
 * itself; without it such a client gets no code, and redeems none.
 */

/*
 * False if the id allows the client nothing; *REC is then empty. It is the
 * account's only if both were born together, as credentials are.
 */
bool consent_get(struct txn *vault, struct str account, struct str client,
    struct consent_rec *rec);

/* Whether an account of the life BORN allows each word of SCOPE by it. */
bool consent_covers(
    const struct consent_rec *rec, uint64_t born, struct str scope);

/*
 * Allows SCOPE beside what was allowed before in the same life of the account,
 * at NOW (seconds since 1970). The event is the caller's, in the same
 * transaction.
 */
void consent_put(struct txn *vault, struct str account, uint64_t born,
    struct str client, struct str scope, int64_t now);

/* Takes it away; false if there is none. */
bool consent_del(struct txn *vault, struct str account, struct str client);

/*
 * The consent after that of CLIENT ("": the first) of an account, in the order
 * of the clients, which is moved on; false after the last.
 */
bool consent_next(struct txn *vault, struct str account, struct str *client,
    struct consent_rec *rec);

/* The same of all accounts, in the order of both. */
bool consent_next_of_all(struct txn *vault, struct str *account,
    struct str *client, struct consent_rec *rec);

#endif
