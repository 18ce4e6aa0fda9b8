#ifndef IDENTITY_CLIENT_SECRET_H
#define IDENTITY_CLIENT_SECRET_H

#include <stdbool.h>
#include "identity/opaque.h"
#include "store/txn.h"

/* Secrets of confidential clients; only digests are stored. */
void client_secret_put(struct txn *vault, struct str client,
    const struct opaque_digest *secret, int64_t now);
bool client_secret_del(struct txn *vault, struct str client);

/*
 * Whether SECRET is the client's, in a time that does not depend on how much
 * of it is right or whether there is a client.
 */
bool client_secret_is(struct txn *vault, struct str client, struct str secret);

#endif
