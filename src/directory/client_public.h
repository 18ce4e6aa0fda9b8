#ifndef DIRECTORY_CLIENT_PUBLIC_H
#define DIRECTORY_CLIENT_PUBLIC_H

#include <stdbool.h>
#include <stddef.h>
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

/* Makes or changes a client and raises the generation. */
void client_put(
    struct txn *directory, struct str id, const struct client_rec *rec);

#endif
