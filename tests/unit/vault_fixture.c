#include "vault_fixture.h"

#include "directory/revoked.h"
#include "directory/verify.h"
#include "identity/audit.h"
#include "identity/code.h"
#include "identity/verify_vault.h"
#include "store/schema.h"
#include "unit.h"

int
vault_setup(void **state)
{
	hub_setup(state);
	hub_put(*state,
	    "{\"type\":\"organization\",\"id\":\"1\",\"organizationType\":"
	    "\"T\",\"code\":\"C\",\"name\":\"N\"}");
	hub_put(*state,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@example.nl\","
	    "\"organizations\":[\"1\"]}");
	return 0;
}

struct opaque_digest
digest_of(const struct opaque *secret)
{
	struct opaque_digest digest;

	assert_int_equal(opaque_digest_of(str_of(secret->text), &digest), 0);
	return digest;
}

/* What one transaction puts. */
struct entry {
	const struct conf *conf;
	struct session_rec session;
	struct grant_rec grant;
	struct code_rec code;
	struct opaque_digest digest;
	struct refresh refresh;
	const char *gid;
	int64_t when;
};

static int
put_session(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	session_put(vault, e->conf, &e->digest, &e->session);
	return 0;
}

struct opaque
vault_session(
    struct test_hub *hub, const char *account, const char *sid, int64_t when)
{
	struct entry e = { .conf = &hub->conf,
		.session = { .kind = SESSION_SIGNED_IN,
		    .sid = str_of(sid),
		    .account = str_of(account),
		    .epoch = 1,
		    .auth_time = when,
		    .source = STR("192.0.2.1") } };
	struct opaque cookie;

	opaque_make(&cookie);
	e.digest = digest_of(&cookie);
	hub_write(hub, hub->vault, put_session, &e);
	return cookie;
}

static int
put_grant(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	grant_put(
	    vault, e->conf, str_of(e->gid), &e->refresh, &e->grant, e->when);
	return 0;
}

struct refresh
vault_grant(struct test_hub *hub, const char *account, const char *client,
    const char *gid, const char *sid, int64_t when)
{
	struct entry e = { .conf = &hub->conf,
		.gid = gid,
		.when = when,
		.grant = { .client = str_of(client),
		    .account = str_of(account),
		    .epoch = 1,
		    .scope = STR("openid hub.read"),
		    .sid = str_of(sid),
		    .auth_time = when } };

	refresh_make(&e.refresh);
	hub_write(hub, hub->vault, put_grant, &e);
	return e.refresh;
}

/* Many of a kind. */
struct many {
	struct test_hub *hub;
	struct entry entry;
	const char *prefix;
	unsigned int n;
};

static int
put_grants(struct txn *vault, void *arg)
{
	struct many *m = arg;

	for (unsigned int i = 0; i < m->n; i++) {
		m->entry.gid =
		    arena_printf(m->hub->arena, "%s%u", m->prefix, i);
		refresh_make(&m->entry.refresh);
		put_grant(vault, &m->entry);
	}
	return 0;
}

void
vault_grants(struct test_hub *hub, const char *account, const char *client,
    const char *prefix, const char *sid, unsigned int n)
{
	struct many m = { .hub = hub,
		.prefix = prefix,
		.n = n,
		.entry = { .conf = &hub->conf,
		    .when = T0,
		    .grant = { .client = str_of(client),
			.account = str_of(account),
			.sid = str_of(sid) } } };

	hub_write(hub, hub->vault, put_grants, &m);
}

static int
put_sessions(struct txn *vault, void *arg)
{
	struct many *m = arg;
	struct opaque cookie;

	for (unsigned int i = 0; i < m->n; i++) {
		m->entry.session.sid =
		    str_of(arena_printf(m->hub->arena, "%s%u", m->prefix, i));
		opaque_make(&cookie);
		m->entry.digest = digest_of(&cookie);
		put_session(vault, &m->entry);
	}
	return 0;
}

void
vault_sessions(struct test_hub *hub, const char *account, const char *prefix,
    unsigned int n)
{
	struct many m = { .hub = hub,
		.prefix = prefix,
		.n = n,
		.entry = { .conf = &hub->conf,
		    .session = {
			.account = str_of(account), .auth_time = T0 } } };

	hub_write(hub, hub->vault, put_sessions, &m);
}

static int
put_code(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	code_put(vault, &e->digest, &e->code, e->when);
	return 0;
}

struct opaque
vault_code(
    struct test_hub *hub, const char *gid, const char *challenge, int64_t when)
{
	struct entry e = { .when = when,
		.code = { .client = STR("app"),
		    .redirect_uri = STR("https://a/"),
		    .challenge = str_of(challenge),
		    .scope = STR("openid"),
		    .account = STR("a"),
		    .epoch = 1,
		    .sid = STR("s"),
		    .auth_time = when,
		    .gid = str_of(gid) } };
	struct opaque code;

	opaque_make(&code);
	e.digest = digest_of(&code);
	hub_write(hub, hub->vault, put_code, &e);
	return code;
}

struct refreshing {
	const struct conf *conf;
	struct grant_use use;
};

static int
refresh(struct txn *vault, void *arg)
{
	struct refreshing *r = arg;

	return grant_refresh(vault, r->conf, &r->use);
}

int
vault_refresh(struct test_hub *hub, const char *token, const char *client,
    unsigned char seed, int64_t now, struct refresh *next)
{
	struct refreshing r = { .conf = &hub->conf,
		.use = { .token = str_of(token),
		    .client = str_of(client),
		    .now = now } };
	int rc;

	memset(r.use.seed, seed, sizeof(r.use.seed));
	rc = store_write(hub->vault, hub->arena, refresh, &r);
	if (rc == 0 && next != NULL)
		*next = r.use.next;
	return rc;
}

bool
vault_has_session(
    struct test_hub *hub, const struct opaque *cookie, int64_t now)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct opaque_digest digest = digest_of(cookie);
	struct session_rec rec;
	bool has = session_get(txn, &hub->conf, &digest, now, &rec);

	hub_look_end(txn);
	return has;
}

bool
vault_has_grant(struct test_hub *hub, const char *gid)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct grant_rec rec;
	bool has = grant_get(txn, str_of(gid), &rec);

	hub_look_end(txn);
	return has;
}

bool
vault_is_revoked(struct test_hub *hub, char kind, const char *id)
{
	struct txn *txn = hub_look(hub);
	bool has = revoked_has(txn, (enum revoked_kind)kind, str_of(id));

	hub_look_end(txn);
	return has;
}

uint64_t
vault_count(struct test_hub *hub, unsigned int table)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	uint64_t n = txn_count(txn, table);

	hub_look_end(txn);
	return n;
}

uint64_t
vault_size(struct test_hub *hub)
{
	uint64_t n = 0;

	for (unsigned int t = 0; t < VAULT_TABLES; t++) {
		if (t != VAULT_AUDIT && t != VAULT_AUDIT_ABOUT)
			n += vault_count(hub, t);
	}
	return n;
}

struct count {
	struct str event;
	unsigned int n;
};

static bool
count_one(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct count *count = ctx;

	(void)time_us;
	count->n += str_eq(rec->event, count->event);
	return true;
}

unsigned int
vault_events(struct test_hub *hub, const char *event)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct count count = { .event = str_of(event) };

	audit_walk(txn, count_one, &count);
	hub_look_end(txn);
	return count.n;
}

static void
fail_over(void *ctx, const char *table, const char *key, const char *reason)
{
	(void)ctx;
	fail_msg("%s %s: %s", table, key, reason);
}

void
vault_verify(struct test_hub *hub)
{
	struct verify v = { .directory = hub->directory,
		.vault = hub->vault,
		.vault_checks = verify_vault,
		.found = fail_over };

	if (verify_run(&v, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}
