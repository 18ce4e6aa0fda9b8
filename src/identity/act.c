/*
 * Each act begins in the directory, where it takes the access away, and then
 * tidies the vault. What is left behind by a crash between the two opens
 * nothing: an epoch, a session or a grant that is dead in the directory is
 * looked at in each request and each refresh. What the directory forgets with
 * time, a revoked id or a removed client, it may forget only when nothing is
 * left behind any more: see act_complete() and act_clear_client().
 */
#include "identity/act.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "identity/audit.h"
#include "identity/client.h"
#include "identity/client_secret.h"
#include "identity/consent.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "store/schema.h"

/* Records that one transaction looks at, and takes away. */
#define STEP 200

#define ID_ROOM 65 /* what str_is_id() takes, and a NUL */

/* No token that was issued until now lives on then. */
static int64_t
end_of_tokens(void)
{
	return client_free_from(clock_now());
}

void
act_event(struct audit_rec *rec, const struct actor *actor, const char *event,
    struct str account, const char *detail)
{
	*rec = (struct audit_rec){
		.event = str_of(event),
		.account = account,
		.client = actor->client,
		.source = actor->source,
		.detail = str_of(detail),
		.organization = actor->organization,
		.contact = actor->contact,
		.by = actor->by,
	};
}

static int
write_revocation(struct txn *directory, void *arg)
{
	const struct revoked *r = arg;

	revoked_put(directory, r->kind, r->id, r->account, r->until);
	return 0;
}

static int
revoke(const struct hub *hub, enum revoked_kind kind, struct str id,
    struct str account, int64_t until)
{
	struct revoked r = { kind, id, account, until };

	return store_write(hub->directory, hub->arena, write_revocation, &r);
}

static int
is_revoked(
    const struct hub *hub, enum revoked_kind kind, struct str id, bool *revoked)
{
	struct txn *directory = store_read_begin(hub->directory, hub->arena);

	*revoked = revoked_has(directory, kind, id);
	return store_read_end(directory);
}

/*
 * What goes from the vault: sessions and grants, and consents with a client,
 * looked for STEP at a time and taken away in a transaction for each look, the
 * first with the event. No writer waits for a look, and no number of them is
 * too large.
 */
struct tidying {
	struct str account, client; /* the other is empty */
	struct str sid;             /* empty: all of the account */
	uint64_t epoch;             /* what began with it stays; 0: nothing */
	const struct audit_rec *event;
	bool recorded;     /* the event is committed, or there is none */
	bool must;         /* the event is written even if nothing was found */
	bool leaves_forms; /* of temporary passwords: they end with those */

	/* How far the looks have come, and what the last has found. */
	char last_grant[ID_ROOM], last_session[ID_ROOM];
	char last_account[ID_ROOM], last_client[ID_ROOM];
	char grant[STEP][ID_ROOM], session[STEP][ID_ROOM];
	char consent[STEP][ID_ROOM]; /* whose */
	unsigned int grants, sessions, consents;
	bool more;
};

static void
copy_id(struct txn *vault, char to[ID_ROOM], struct str id)
{
	to[0] = '\0';
	if (id.n >= ID_ROOM) {
		txn_fail(vault, HUB_ECORRUPT);
		return;
	}
	memcpy(to, id.p, id.n);
	to[id.n] = '\0';
}

static bool
grant_is_meant(const struct tidying *t, const struct grant_rec *rec)
{
	if (t->client.n > 0)
		return str_eq(rec->client, t->client);
	if (t->epoch > 0 && rec->epoch >= t->epoch)
		return false;
	return t->sid.n == 0 || str_eq(rec->sid, t->sid);
}

static bool
session_is_meant(const struct tidying *t, const struct session_rec *rec)
{
	if (t->leaves_forms && rec->kind == SESSION_CHANGE)
		return false;
	if (t->epoch > 0 && rec->epoch >= t->epoch)
		return false;
	return t->sid.n == 0 || str_eq(rec->sid, t->sid);
}

static void
note_grants(struct txn *vault, struct tidying *t)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int looked = 0;
	struct grant_rec rec;
	struct str gid;

	while (looked < STEP &&
	    (t->client.n > 0 ? grant_next_of_all(
				   vault, str_of(t->last_grant), &gid, &rec)
			     : grant_next(vault, t->account,
				   str_of(t->last_grant), &gid, &rec))) {
		copy_id(vault, t->last_grant, gid);
		if (grant_is_meant(t, &rec))
			copy_id(vault, t->grant[t->grants++], gid);
		arena_rewind(txn_arena(vault), mark);
		looked++;
	}
	t->more = looked == STEP;
}

static void
note_sessions(struct txn *vault, struct tidying *t)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int looked = 0;
	struct session_rec rec;

	while (looked < STEP &&
	    session_next(vault, t->account, str_of(t->last_session), &rec)) {
		copy_id(vault, t->last_session, rec.sid);
		if (session_is_meant(t, &rec))
			copy_id(vault, t->session[t->sessions++], rec.sid);
		arena_rewind(txn_arena(vault), mark);
		looked++;
	}
	t->more = t->more || looked == STEP;
}

static void
note_consents(struct txn *vault, struct tidying *t)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	unsigned int looked = 0;
	struct consent_rec rec;

	while (looked < STEP) {
		struct str account = str_of(t->last_account);
		struct str client = str_of(t->last_client);

		if (!consent_next_of_all(vault, &account, &client, &rec))
			break;
		copy_id(vault, t->last_account, account);
		copy_id(vault, t->last_client, client);
		if (str_eq(client, t->client))
			copy_id(vault, t->consent[t->consents++], account);
		arena_rewind(txn_arena(vault), mark);
		looked++;
	}
	t->more = t->more || looked == STEP;
}

static int
look(const struct hub *hub, struct tidying *t)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);

	t->grants = t->sessions = t->consents = 0;
	note_grants(vault, t);
	if (t->client.n == 0)
		note_sessions(vault, t);
	else
		note_consents(vault, t);
	return store_read_end(vault);
}

static int
take(struct txn *vault, void *arg)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	const struct tidying *t = arg;

	for (unsigned int i = 0; i < t->grants; i++) {
		grant_del(vault, str_of(t->grant[i]));
		arena_rewind(txn_arena(vault), mark);
	}
	for (unsigned int i = 0; i < t->sessions; i++) {
		session_del_by_sid(vault, t->account, str_of(t->session[i]));
		arena_rewind(txn_arena(vault), mark);
	}
	for (unsigned int i = 0; i < t->consents; i++)
		consent_del(vault, str_of(t->consent[i]), t->client);
	if (!t->recorded)
		audit_put(vault, t->event);
	return 0;
}

static bool
is_worth_a_write(const struct tidying *t)
{
	return t->grants + t->sessions + t->consents > 0 ||
	    (t->must && !t->recorded && !t->more);
}

static int
tidy(const struct hub *hub, struct tidying *t)
{
	struct arena_mark mark = arena_mark(hub->arena);
	int rc;

	t->recorded = t->event == NULL;
	do {
		rc = look(hub, t);
		if (rc == 0 && is_worth_a_write(t)) {
			rc = store_write(hub->vault, hub->arena, take, t);
			t->recorded = true;
		}
		arena_rewind(hub->arena, mark);
	} while (rc == 0 && t->more);
	return rc;
}

static int
grant_is_there(const struct hub *hub, struct str gid, bool *there)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct grant_rec rec;

	*there = grant_get(vault, gid, &rec);
	return store_read_end(vault);
}

struct grant_end {
	struct str gid;
	const struct audit_rec *event;
};

static int
take_grant(struct txn *vault, void *arg)
{
	const struct grant_end *e = arg;

	grant_del(vault, e->gid);
	audit_put(vault, e->event);
	return 0;
}

static int
tidy_grant(const struct hub *hub, const struct actor *actor, const char *event,
    struct str account, struct str gid)
{
	struct audit_rec rec;
	struct grant_end end = { gid, &rec };
	const char *detail =
	    arena_printf(hub->arena, "grant %.*s", STR_ARG(gid));

	if (detail == NULL)
		return HUB_ENOMEM;
	act_event(&rec, actor, event, account, detail);
	return store_write(hub->vault, hub->arena, take_grant, &end);
}

int
act_end_grant(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str gid)
{
	bool revoked, there;
	int rc;

	if (!str_is_id(gid))
		return HUB_ENOENT;
	if ((rc = is_revoked(hub, REVOKED_GRANT, gid, &revoked)) != 0 ||
	    (rc = grant_is_there(hub, gid, &there)) != 0)
		return rc;
	/* Who shows a used code again and again makes us write but once. */
	if (revoked && !there)
		return 0;
	rc = revoke(hub, REVOKED_GRANT, gid, account, end_of_tokens());
	return rc == 0 ? tidy_grant(hub, actor, event, account, gid) : rc;
}

static int
write_event(struct txn *vault, void *arg)
{
	audit_put(vault, arg);
	return 0;
}

int
act_end_token(const struct hub *hub, const struct actor *actor,
    struct str account, struct str jti, int64_t until)
{
	struct audit_rec rec;
	const char *detail;
	bool revoked;
	int rc;

	if (!str_is_id(jti))
		return HUB_ENOENT;
	rc = is_revoked(hub, REVOKED_TOKEN, jti, &revoked);
	if (rc != 0 || revoked)
		return rc;
	if ((rc = revoke(hub, REVOKED_TOKEN, jti, account, until)) != 0)
		return rc;
	detail = arena_printf(hub->arena, "token %.*s", STR_ARG(jti));
	if (detail == NULL)
		return HUB_ENOMEM;
	act_event(&rec, actor, "token.revoked", account, detail);
	return store_write(hub->vault, hub->arena, write_event, &rec);
}

/* Whether the session, or a grant that began in it, is there. */
static int
session_is_there(
    const struct hub *hub, struct str account, struct str sid, bool *there)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct tidying t = { .account = account, .sid = sid };
	int rc;

	do {
		rc = look(hub, &t);
		arena_rewind(hub->arena, mark);
	} while (rc == 0 && t.more && t.grants + t.sessions == 0);
	*there = t.grants + t.sessions > 0;
	return rc;
}

static int
tidy_session(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str sid)
{
	struct audit_rec rec;
	struct tidying t = { .account = account, .sid = sid, .event = &rec };
	const char *detail =
	    arena_printf(hub->arena, "session %.*s", STR_ARG(sid));

	if (detail == NULL)
		return HUB_ENOMEM;
	act_event(&rec, actor, event, account, detail);
	return tidy(hub, &t);
}

int
act_end_session(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str sid)
{
	bool there;
	int rc;

	if (!str_is_id(account) || !str_is_id(sid))
		return HUB_ENOENT;
	rc = session_is_there(hub, account, sid, &there);
	if (rc != 0 || !there)
		return rc != 0 ? rc : HUB_ENOENT;
	rc = revoke(hub, REVOKED_SESSION, sid, account, end_of_tokens());
	return rc == 0 ? tidy_session(hub, actor, event, account, sid) : rc;
}

int
act_complete(const struct hub *hub, const struct revoked *entry)
{
	const struct actor housekeeper = { .source = STR("housekeeper") };
	bool there;
	int rc;

	if (entry->kind == REVOKED_SESSION && str_is_id(entry->account))
		return tidy_session(hub, &housekeeper, "session.ended",
		    entry->account, entry->id);
	if (entry->kind != REVOKED_GRANT)
		return 0;
	rc = grant_is_there(hub, entry->id, &there);
	if (rc != 0 || !there)
		return rc;
	return tidy_grant(
	    hub, &housekeeper, "grant.revoked", entry->account, entry->id);
}

struct ending {
	struct str account;
	bool disable;
};

static int
end_account(struct txn *directory, void *arg)
{
	const struct ending *e = arg;

	/* One that is disabled already has got nothing since. */
	return e->disable ? account_set_enabled(directory, e->account, false)
			  : account_revoke(directory, e->account);
}

int
act_end_all(const struct hub *hub, const struct actor *actor, const char *event,
    struct str account, bool disable)
{
	struct ending ending = { account, disable };
	int rc = store_write(hub->directory, hub->arena, end_account, &ending);

	return rc == 0 ? act_ended_all(hub, actor, event, account) : rc;
}

int
act_ended_all(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account)
{
	struct audit_rec rec;
	struct tidying t = { .account = account, .event = &rec, .must = true };

	act_event(&rec, actor, event, account, NULL);
	return tidy(hub, &t);
}

int
act_tidy(const struct hub *hub, struct str account, uint64_t epoch)
{
	struct tidying t = {
		.account = account,
		.epoch = epoch,
		.leaves_forms = true,
	};

	return tidy(hub, &t);
}

struct removal {
	struct str client;
	const struct audit_rec *event; /* NULL: none */
	int64_t free_from;
};

static int
remove_client(struct txn *directory, void *arg)
{
	const struct removal *r = arg;

	return client_remove(directory, r->client, r->free_from);
}

static int
take_secret(struct txn *vault, void *arg)
{
	const struct removal *r = arg;

	client_secret_del(vault, r->client);
	if (r->event != NULL)
		audit_put(vault, r->event);
	return 0;
}

static int
tidy_client(const struct hub *hub, struct removal *r)
{
	struct tidying t = { .client = r->client };
	int rc = store_write(hub->vault, hub->arena, take_secret, r);

	return rc == 0 ? tidy(hub, &t) : rc;
}

int
act_remove_client(
    const struct hub *hub, const struct actor *actor, struct str client)
{
	struct audit_rec rec;
	struct actor named = *actor;
	struct removal r = { client, &rec, end_of_tokens() };
	int rc = store_write(hub->directory, hub->arena, remove_client, &r);
	int cleared;

	if (rc == HUB_ENOENT && (cleared = act_clear_client(hub, client)) != 0)
		return cleared;
	if (rc != 0)
		return rc;
	named.client = client;
	act_event(&rec, &named, "client.removed", STR(""), NULL);
	return tidy_client(hub, &r);
}

int
act_clear_client(const struct hub *hub, struct str client)
{
	struct txn *directory = store_read_begin(hub->directory, hub->arena);
	struct removal r = { .client = client };
	struct client_rec rec;
	bool known = client_get(directory, client, &rec);
	int rc = store_read_end(directory);

	if (rc != 0 || !known || rec.free_from == 0)
		return rc;
	return tidy_client(hub, &r);
}
