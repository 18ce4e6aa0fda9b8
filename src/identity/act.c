/*
 * Each act begins in the directory, where it takes the access away, and then
 * tidies the vault. What is left behind by a crash between the two opens
 * nothing: an epoch, a session or a grant that is dead in the directory is
 * looked at in each request and each refresh.
 */
#include "identity/act.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "directory/revoked.h"
#include "identity/audit.h"
#include "identity/client.h"
#include "identity/client_secret.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "store/schema.h"

/* Records that one transaction takes away. */
#define STEP 500

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
	};
}

struct revocation {
	enum revoked_kind kind;
	struct str id;
	int64_t until;
};

static int
write_revocation(struct txn *directory, void *arg)
{
	const struct revocation *r = arg;

	revoked_put(directory, r->kind, r->id, r->until);
	return 0;
}

static int
revoke(
    const struct hub *hub, enum revoked_kind kind, struct str id, int64_t until)
{
	struct revocation r = { kind, id, until };

	if (!str_is_id(id))
		return HUB_ENOENT;
	return store_write(hub->directory, hub->arena, write_revocation, &r);
}

/* What goes from the vault, a step a transaction, with the event in the first. */
struct tidying {
	struct str account, gid, sid; /* sid empty: all sessions and grants */
	const struct audit_rec *event;
	bool recorded; /* the event is committed */
	bool must;     /* the event is written even if nothing was found */
	bool leaves_forms; /* of temporary passwords: they end with those */
	struct str found[STEP];
	unsigned int grants, sessions;
};

static bool
note_grant(void *ctx, struct str gid, const struct grant_rec *rec)
{
	struct tidying *t = ctx;

	if (t->sid.n == 0 || str_eq(rec->sid, t->sid))
		t->found[t->grants++] = gid;
	return t->grants < STEP;
}

static bool
note_session(void *ctx, const struct session_rec *rec)
{
	struct tidying *t = ctx;

	if (t->leaves_forms && rec->kind == SESSION_CHANGE)
		return true;
	if (t->sid.n == 0 || str_eq(rec->sid, t->sid))
		t->found[t->sessions++] = rec->sid;
	return t->sessions < STEP;
}

static int
tidy_step(struct txn *vault, void *arg)
{
	struct tidying *t = arg;

	t->grants = t->sessions = 0;
	grant_walk(vault, t->account, note_grant, t);
	for (unsigned int i = 0; i < t->grants; i++)
		grant_del(vault, t->found[i]);
	session_walk(vault, t->account, note_session, t);
	for (unsigned int i = 0; i < t->sessions; i++)
		session_del_by_sid(vault, t->account, t->found[i]);
	if (!t->recorded && (t->must || t->grants + t->sessions > 0))
		audit_put(vault, t->event);
	return 0;
}

/* Takes sessions and grants away until none is left; *FOUND: there were any. */
static int
tidy(const struct hub *hub, struct tidying *t, bool *found)
{
	struct arena_mark mark = arena_mark(hub->arena);
	int rc;

	*found = false;
	do {
		rc = store_write(hub->vault, hub->arena, tidy_step, t);
		if (rc != 0)
			return rc;
		t->recorded = true;
		*found = *found || t->grants + t->sessions > 0;
		arena_rewind(hub->arena, mark);
	} while (t->grants == STEP || t->sessions == STEP);
	return 0;
}

static int
tidy_grant(struct txn *vault, void *arg)
{
	struct tidying *t = arg;

	grant_del(vault, t->gid);
	audit_put(vault, t->event);
	return 0;
}

int
act_end_grant(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str gid)
{
	struct audit_rec rec;
	struct tidying t = { .gid = gid, .event = &rec };
	const char *detail;
	int rc = revoke(hub, REVOKED_GRANT, gid, end_of_tokens());

	if (rc != 0)
		return rc;
	detail = arena_printf(hub->arena, "grant %.*s", STR_ARG(gid));
	act_event(&rec, actor, event, account, detail);
	return store_write(hub->vault, hub->arena, tidy_grant, &t);
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
	int rc = revoke(hub, REVOKED_TOKEN, jti, until);

	if (rc != 0)
		return rc;
	detail = arena_printf(hub->arena, "token %.*s", STR_ARG(jti));
	act_event(&rec, actor, "token.revoked", account, detail);
	return store_write(hub->vault, hub->arena, write_event, &rec);
}

int
act_end_session(const struct hub *hub, const struct actor *actor,
    const char *event, struct str account, struct str sid)
{
	struct audit_rec rec;
	struct tidying t = { .account = account, .sid = sid, .event = &rec };
	const char *detail;
	bool found;
	int rc = revoke(hub, REVOKED_SESSION, sid, end_of_tokens());

	if (rc != 0)
		return rc;
	detail = arena_printf(hub->arena, "session %.*s", STR_ARG(sid));
	act_event(&rec, actor, event, account, detail);
	rc = tidy(hub, &t, &found);
	return rc == 0 && !found ? HUB_ENOENT : rc;
}

struct ending {
	struct str account;
	bool disable;
};

static int
end_account(struct txn *directory, void *arg)
{
	const struct ending *e = arg;
	int rc = account_revoke(directory, e->account);

	if (rc == 0 && e->disable)
		rc = account_set_enabled(directory, e->account, false);
	return rc;
}

int
act_end_all(const struct hub *hub, const struct actor *actor, const char *event,
    struct str account, bool disable)
{
	struct ending ending = { account, disable };
	struct audit_rec rec;
	struct tidying t = { .account = account, .event = &rec, .must = true };
	bool found;
	int rc;

	rc = store_write(hub->directory, hub->arena, end_account, &ending);
	if (rc != 0)
		return rc;
	act_event(&rec, actor, event, account, NULL);
	return tidy(hub, &t, &found);
}

int
act_tidy(const struct hub *hub, struct str account)
{
	struct tidying t = {
		.account = account,
		.recorded = true,
		.leaves_forms = true,
	};
	bool found;

	return tidy(hub, &t, &found);
}

struct removal {
	struct str client;
	const struct audit_rec *event;
	int64_t free_from;
	struct key from; /* the last gid that was looked at */
	bool begun, more;
	struct str found[STEP];
	unsigned int n;
};

static int
remove_client(struct txn *directory, void *arg)
{
	const struct removal *r = arg;

	return client_remove(directory, r->client, r->free_from);
}

static int
remove_secret(struct txn *vault, void *arg)
{
	const struct removal *r = arg;

	client_secret_del(vault, r->client);
	audit_put(vault, r->event);
	return 0;
}

/* Looks at STEP grants of whatever client and notes those of this one. */
static void
note_of_client(struct txn *vault, struct removal *r)
{
	struct str key, bytes, gid;
	struct grant_rec rec;
	struct cursor cursor;
	unsigned int looked = 0;

	r->n = 0;
	txn_cursor(&cursor, vault, VAULT_GRANT, NULL,
	    r->begun ? &r->from : NULL, r->begun);
	while (looked < STEP && txn_cursor_next(&cursor, &key, &bytes)) {
		if (!key_take_str(&key, &gid) ||
		    grant_rec_get(bytes, &rec) != 0) {
			txn_fail(vault, HUB_ECORRUPT);
			break;
		}
		key_of(&r->from, gid);
		r->begun = true;
		if (str_eq(rec.client, r->client))
			r->found[r->n++] = gid;
		looked++;
	}
	txn_cursor_close(&cursor);
	r->more = looked == STEP;
}

static int
remove_grants(struct txn *vault, void *arg)
{
	const struct removal *r = arg;

	for (unsigned int i = 0; i < r->n; i++)
		grant_del(vault, r->found[i]);
	return 0;
}

static int
tidy_client(const struct hub *hub, struct removal *r)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct txn *vault;
	int rc;

	do {
		vault = store_read_begin(hub->vault, hub->arena);
		note_of_client(vault, r);
		rc = store_read_end(vault);
		if (rc == 0 && r->n > 0)
			rc = store_write(
			    hub->vault, hub->arena, remove_grants, r);
		arena_rewind(hub->arena, mark);
	} while (rc == 0 && r->more);
	return rc;
}

int
act_remove_client(
    const struct hub *hub, const struct actor *actor, struct str client)
{
	struct audit_rec rec;
	struct actor named = *actor;
	struct removal r = {
		.client = client,
		.event = &rec,
		.free_from = end_of_tokens(),
	};
	int rc = store_write(hub->directory, hub->arena, remove_client, &r);

	if (rc != 0)
		return rc;
	named.client = client;
	act_event(&rec, &named, "client.removed", STR(""), NULL);
	rc = store_write(hub->vault, hub->arena, remove_secret, &r);
	return rc == 0 ? tidy_client(hub, &r) : rc;
}
