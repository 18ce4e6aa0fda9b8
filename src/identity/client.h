#ifndef IDENTITY_CLIENT_H
#define IDENTITY_CLIENT_H

#include "base/arena.h"
#include "base/err.h"
#include "store/client_rec.h"
#include "store/txn.h"

/* Texts in one of a client's lists. */
#define CLIENT_LIST_MAX 16
#define CLIENT_NAME_MAX 128 /* bytes */

/*
 * A client as somebody asks for it. A list ends with NULL; an empty one
 * of grants or scopes means the default, as NULL does for all other texts.
 */
struct client_form {
	const char *id;
	const char *name; /* else the id */
	bool public;      /* it has no secret */
	bool third_party;
	bool manages;       /* it is the employees' pages: SCOPE_MANAGE */
	bool pkce_optional; /* of a confidential client that cannot do it */
	const char *const *redirect_uris; /* needed for codes only */
	const char *const *post_logout_uris;
	const char *const *origins;
	const char *const *grants; /* by their RFC names */
	const char *const *scopes; /* each a word or several */
	const char *audience;      /* else the hub's base URL */
	const char *organization;
};

/*
 * What a client may be: its record, enabled, in the arena, or HUB_EINVAL with
 * the sentence. Whether the organisation exists is client_add()'s matter.
 */
int client_make(struct arena *arena, const struct client_form *form,
    struct client_rec *out, struct why *why);

/*
 * Whether a client may be added. HUB_EEXIST; HUB_ENOENT for an organisation
 * that is not there; HUB_ECONFLICT while, at NOW (seconds since 1970), the id
 * of a removed client rests.
 */
int client_check(struct txn *directory, struct str id,
    const struct client_rec *rec, int64_t now, struct why *why);

/* Adds it, or says what client_check() says. */
int client_add(struct txn *directory, struct str id,
    const struct client_rec *rec, int64_t now, struct why *why);

/*
 * When the id of a client that is removed at NOW is free again: no token that
 * it was given is alive then.
 */
int64_t client_free_from(int64_t now);

/* The grants by their RFC names, split at single spaces, in the arena. */
struct str client_grant_names(struct arena *arena, uint8_t grants);

#endif
