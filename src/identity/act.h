#ifndef IDENTITY_ACT_H
#define IDENTITY_ACT_H

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "directory/revoked.h"
#include "store/audit_rec.h"
#include "store/txn.h"

/*
 * Acts that change both stores, one transaction after the other. Each is in
 * the list of doc/two-stores.md, with its order, its reason and its test. No
 * transaction of either store is open when one is called.
 */
struct hub {
	const struct conf *conf;
	struct store *directory, *vault;
	struct arena *arena;
};

/* Who does it: what the audit event says. */
struct actor {
	struct str client; /* id, or "" */
	struct str source; /* an address, or "hubctl" and the system user */
	struct str by;     /* account id, or "" */

	/* Where an employee does it, or whose dossier or employee it is about. */
	struct str organization, contact; /* ids, or "" */
};

/* Fills an audit event that ACTOR causes; DETAIL may be NULL. */
void act_event(struct audit_rec *rec, const struct actor *actor,
    const char *event, struct str account, const char *detail);

/*
 * Ends a grant: its tokens are dead at the next request. EVENT is
 * "grant.revoked", "code.reused", "refresh.reused". 0 also when it was gone;
 * one that was ended before is left at that, without an event.
 */
int act_end_grant(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str gid);

/* Ends one access token, in the same way; UNTIL: its exp. */
int act_end_token(const struct hub *hub, const struct actor *actor,
    struct str account, struct str jti, int64_t until);

/*
 * Signs out: ends a session and every grant that began in it, whose tokens all
 * name it. HUB_ENOENT if the account has no such session and no such grant;
 * then nothing has changed.
 */
int act_end_session(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str sid);

/*
 * Before a revocation is forgotten: takes away what the act that it comes from
 * would have, if a crash had cut that in two. Does nothing otherwise.
 */
int act_complete(const struct hub *hub, const struct revoked *entry);

/*
 * Ends everything of an account by raising its epoch, then takes its sessions
 * and grants away. DISABLE: it cannot sign in either. HUB_ENOENT.
 */
int act_end_all(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, bool disable);

/*
 * The second half of it alone, for who has raised the epoch himself: sessions
 * and grants go, with the event.
 */
int act_ended_all(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account);

/*
 * Takes sessions and grants of an account away that began before EPOCH, which
 * has ended them already; no event. Forms that change a temporary password
 * stay: they end with that password.
 */
int act_tidy(const struct hub *hub, struct str account, uint64_t epoch);

/*
 * Removes a client, its secret, every grant it has and the consents to it.
 * HUB_ENOENT, also after completing a removal that was cut in two; HUB_EDENIED
 * for the built-in one.
 */
int act_remove_client(
    const struct hub *hub, const struct actor *actor, struct str client);

/*
 * To be called before an id is given to a new client: takes away what a
 * removal that was cut in two has left of an old one. Does nothing to a client
 * that is there, or never was.
 */
int act_clear_client(const struct hub *hub, struct str client);

#endif
