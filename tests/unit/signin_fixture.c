#include "signin_fixture.h"

#include <sodium.h>
#include "base/clock.h"
#include "identity/audit.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "store/schema.h"
#include "unit.h"

const struct actor operator_actor = { .source = { "hubctl root", 11 } };

unsigned int signin_computed;
void (*signin_meanwhile)(struct test_hub *hub);
static struct test_hub *whose;

static void
note_computation(void)
{
	void (*fn)(struct test_hub * hub) = signin_meanwhile;

	signin_computed++;
	signin_meanwhile = NULL;
	if (fn != NULL)
		fn(whose);
}

int
crypto_pwhash_str_alg(char out[crypto_pwhash_STRBYTES],
    const char *const passwd, unsigned long long passwdlen,
    unsigned long long opslimit, size_t memlimit, int alg)
{
	assert_int_equal(alg, crypto_pwhash_ALG_ARGON2ID13);
	note_computation();
	return crypto_pwhash_argon2id_str(
	    out, passwd, passwdlen, opslimit, memlimit);
}

int
crypto_pwhash_str_verify(const char str[crypto_pwhash_STRBYTES],
    const char *const passwd, unsigned long long passwdlen)
{
	note_computation();
	return crypto_pwhash_argon2id_str_verify(str, passwd, passwdlen);
}

int
signin_setup(void **state)
{
	struct test_hub *hub;

	if (hub_setup(state) != 0)
		return -1;
	hub = whose = *state;
	signin_computed = 0;
	signin_meanwhile = NULL;
	hub->conf.password_memory = 64 * 1024;
	hub->conf.password_passes = 1;
	hub_put(hub,
	    "{\"type\":\"organization\",\"id\":\"1\",\"organizationType\":"
	    "\"T\",\"code\":\"C\",\"name\":\"Kantoor\"}");
	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[]}");
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c1\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"10\",\"kind\":\"person\",\"firstName\":"
	    "\"Wil\",\"middleName\":\"de\",\"lastName\":\"Wit\"}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"" JAN "\","
	    "\"firstName\":\"Jan\",\"lastName\":\"Jansen\"}");
	return 0;
}

void
give_password(struct test_hub *hub, const char *password)
{
	struct hub h = hub_of(hub);

	if (enrol_set_password(&h, &operator_actor, NULL, STR("jan"),
		str_of(password), &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}

void
give_temporary(struct test_hub *hub, char text[PASSWORD_TEMPORARY_LEN + 1])
{
	struct hub h = hub_of(hub);

	if (enrol_reset(&h, &operator_actor, STR("jan"), text, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}

enum signin_result
try_signin(struct test_hub *hub, const char *name, const char *password,
    struct signin *in)
{
	struct hub h = hub_of(hub);
	struct signin own;

	if (in == NULL)
		in = &own;
	*in = (struct signin){
		.username = str_of(name),
		.password = str_of(password),
		.source = STR(ADDRESS),
	};
	return signin(&h, in);
}

enum change_result
try_change(struct test_hub *hub, const struct opaque *form,
    const char *password, struct change *in)
{
	struct hub h = hub_of(hub);
	struct change own;

	if (in == NULL)
		in = &own;
	*in = (struct change){
		.password = str_of(password),
		.source = STR(ADDRESS),
	};
	assert_int_equal(opaque_digest_any(str_of(form->text), &in->form), 0);
	return signin_change(&h, NULL, in);
}

static struct txn *
look_at_vault(struct test_hub *hub)
{
	return store_read_begin(hub->vault, hub->arena);
}

struct credential_rec
credential_of_jan(struct test_hub *hub)
{
	struct txn *txn = look_at_vault(hub);
	struct credential_rec rec;

	credential_get(txn, STR("jan"), &rec);
	assert_int_equal(store_read_end(txn), 0);
	return rec;
}

static int
put_credential(struct txn *vault, void *arg)
{
	credential_put(vault, STR("jan"), arg);
	return 0;
}

void
put_credential_of_jan(struct test_hub *hub, const struct credential_rec *rec)
{
	struct credential_rec copy = *rec;

	hub_write(hub, hub->vault, put_credential, &copy);
}

bool
session_of(
    struct test_hub *hub, const struct opaque *cookie, struct session_rec *rec)
{
	struct txn *txn = look_at_vault(hub);
	struct opaque_digest digest;
	bool found;

	assert_int_equal(opaque_digest_any(str_of(cookie->text), &digest), 0);
	found = session_get(txn, &hub->conf, &digest, clock_now(), rec);
	assert_int_equal(store_read_end(txn), 0);
	return found;
}

bool
is_signed_in(struct test_hub *hub, const struct opaque *cookie)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct session_rec rec;

	return session_of(hub, cookie, &rec) && rec.kind == SESSION_SIGNED_IN &&
	    str_eq(rec.account, STR("jan")) && rec.epoch == jan.epoch &&
	    jan.enabled && !jan.pending;
}

struct new_grant {
	struct test_hub *hub;
	struct str gid;
	struct refresh first;
	struct grant_rec rec;
};

static int
put_grant(struct txn *vault, void *arg)
{
	struct new_grant *g = arg;

	grant_put(
	    vault, &g->hub->conf, g->gid, &g->first, &g->rec, clock_now());
	return 0;
}

void
put_grant_of_jan(struct test_hub *hub, const char *gid)
{
	struct new_grant g = {
		.hub = hub,
		.gid = str_of(gid),
		.rec = {
			.client = STR("app"),
			.account = STR("jan"),
			.epoch = hub_account(hub, "jan").epoch,
			.scope = STR("openid"),
			.sid = STR(""),
			.nonce = STR(""),
		},
	};

	refresh_make(&g.first);
	hub_write(hub, hub->vault, put_grant, &g);
}

bool
has_grant(struct test_hub *hub, const char *gid)
{
	struct txn *txn = look_at_vault(hub);
	struct grant_rec rec;
	bool found = grant_get(txn, str_of(gid), &rec);

	assert_int_equal(store_read_end(txn), 0);
	return found;
}

struct search {
	const char *event, *account, *text;
	unsigned int n;
};

static bool
holds(struct str s, const char *text)
{
	struct str t = str_of(text);

	return s.n >= t.n && memmem(s.p, s.n, t.p, t.n) != NULL;
}

static bool
search_one(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct search *s = ctx;

	(void)time_us;
	if (s->text != NULL)
		s->n += holds(rec->event, s->text) ||
		    holds(rec->account, s->text) ||
		    holds(rec->source, s->text) || holds(rec->detail, s->text);
	else
		s->n += str_eq(rec->event, str_of(s->event)) &&
		    (s->account == NULL ||
			str_eq(rec->account, str_of(s->account)));
	return true;
}

static unsigned int
search(struct test_hub *hub, struct search s)
{
	struct txn *txn = look_at_vault(hub);

	audit_walk(txn, search_one, &s);
	assert_int_equal(store_read_end(txn), 0);
	return s.n;
}

unsigned int
events_of(struct test_hub *hub, const char *event, const char *account)
{
	return search(
	    hub, (struct search){ .event = event, .account = account });
}

bool
audit_holds(struct test_hub *hub, const char *text)
{
	return search(hub, (struct search){ .text = text }) > 0;
}
