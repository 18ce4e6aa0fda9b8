#ifndef DIRECTORY_CLIENT_PUBLIC_H
#define DIRECTORY_CLIENT_PUBLIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/str.h"
#include "store/client_rec.h"
#include "store/txn.h"

/* The client in whose name `hubctl token` issues tokens. */
#define CLIENT_BUILTIN "hubctl"

/* The public part of all clients, as a worker holds it between generations. */
struct client_set {
	struct arena *arena; /* NULL: empty */
	struct client_entry *at;
	size_t n;
};

/*
 * Reads all clients into SET, which is empty or was loaded before; on failure
 * it stays as it was.
 */
int client_set_load(struct client_set *set, struct txn *directory);
void client_set_free(struct client_set *set);

/* NULL if there is none. */
const struct client_rec *client_set_find(
    const struct client_set *set, struct str id);

/* Whether ORIGIN is one of an enabled client's, compared byte for byte. */
bool client_set_has_origin(const struct client_set *set, struct str origin);

/*
 * Makes or replaces a client. As all changes of clients it raises the
 * generation, so that the next request knows of it.
 */
void client_put(
    struct txn *directory, struct str id, const struct client_rec *rec);

/*
 * The record of an id, of a client that was removed too (free_from says so).
 * False if there is none; damage fails the transaction.
 */
bool client_get(struct txn *directory, struct str id, struct client_rec *rec);

/*
 * What a client was given opens nothing while it is disabled. HUB_ENOENT,
 * HUB_EDENIED for the built-in one.
 */
int client_set_enabled(struct txn *directory, struct str id, bool enabled);

/*
 * Ends all that the client was given. Its tokens name it by its id alone, so
 * the id rests until FREE_FROM (seconds since 1970), when the last of them has
 * expired: see client_add(). HUB_ENOENT, HUB_EDENIED for the built-in one.
 */
int client_remove(struct txn *directory, struct str id, int64_t free_from);

/* Whether a client that is there belongs to the organisation. */
bool client_names_organization(struct txn *directory, struct str organization);

/* Calls FN for each client in the order of the ids. */
void client_walk(struct txn *directory,
    void (*fn)(void *ctx, struct str id, const struct client_rec *rec),
    void *ctx);

#endif
