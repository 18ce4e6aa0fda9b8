#include "identity/act.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

/* More than one transaction takes away. */
#define MANY 450

static const struct actor someone = {
	.client = STR("app"),
	.source = STR("192.0.2.7"),
};

static int
setup(void **state)
{
	vault_setup(state);
	hub_put(*state,
	    "{\"type\":\"account\",\"id\":\"b\",\"name\":\"b@example.nl\","
	    "\"organizations\":[\"1\"]}");
	return 0;
}

/* Until when the id is revoked, and whose it is. */
static int64_t
revoked_until(
    struct test_hub *hub, char kind, const char *id, const char *account)
{
	struct txn *txn = hub_look(hub);
	struct revoked entry;
	int64_t until = 0;
	struct key at;

	key_begin(&at);
	while (revoked_next(txn, &at, &entry)) {
		if (entry.kind != (enum revoked_kind)kind ||
		    !str_eq(entry.id, str_of(id)))
			continue;
		assert_str(entry.account, account);
		until = entry.until;
	}
	hub_look_end(txn);
	return until;
}

static void
a_grant_ends_in_both_stores(void **state)
{
	struct test_hub *test = *state;
	struct refresh token = vault_grant(test, "a", "app", "g", "s", T0);
	struct hub hub = hub_of(test);
	int64_t now = clock_now();

	vault_grant(test, "a", "app", "h", "s", T0);
	assert_int_equal(
	    act_end_grant(&hub, &someone, "grant.revoked", STR("a"), STR("g")),
	    0);
	assert_true(vault_is_revoked(test, REVOKED_GRANT, "g"));
	/* As long as a token can live that was issued before. */
	assert_true(revoked_until(test, REVOKED_GRANT, "g", "a") >=
	    now + TOKEN_LIFETIME_MAX);
	assert_false(vault_has_grant(test, "g"));
	assert_int_equal(
	    vault_refresh(test, token.text, "app", 1, T0, NULL), HUB_ENOENT);
	assert_true(vault_has_grant(test, "h"));
	assert_false(vault_is_revoked(test, REVOKED_GRANT, "h"));
	assert_int_equal(vault_events(test, "grant.revoked"), 1);
	vault_verify(test);
}

/* A used code that is shown all day long. */
static void
a_grant_ends_but_once(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	for (int i = 0; i < 5; i++)
		assert_int_equal(act_end_grant(&hub, &someone, "code.reused",
				     STR("a"), STR("never-begun")),
		    0);
	assert_true(vault_is_revoked(test, REVOKED_GRANT, "never-begun"));
	assert_int_equal(vault_events(test, "code.reused"), 1);
	assert_int_equal(act_end_grant(&hub, &someone, "code.reused", STR("a"),
			     STR("no id")),
	    HUB_ENOENT);
	assert_int_equal(
	    act_end_grant(&hub, &someone, "code.reused", STR("a"), STR("")),
	    HUB_ENOENT);
	assert_int_equal(vault_events(test, "code.reused"), 1);
}

struct revocation {
	enum revoked_kind kind;
	const char *id, *account;
	int64_t until;
};

static int
revoke(struct txn *directory, void *arg)
{
	const struct revocation *r = arg;

	revoked_put(
	    directory, r->kind, str_of(r->id), str_of(r->account), r->until);
	return 0;
}

/* What a crash leaves is completed by the same act, with its event. */
static void
an_act_cut_in_two_is_completed(void **state)
{
	struct test_hub *test = *state;
	struct revocation r = { REVOKED_GRANT, "g", "a", T0 };
	struct hub hub = hub_of(test);

	vault_grant(test, "a", "app", "g", "s", T0);
	hub_write(test, test->directory, revoke, &r);
	assert_int_equal(
	    act_end_grant(&hub, &someone, "grant.revoked", STR("a"), STR("g")),
	    0);
	assert_false(vault_has_grant(test, "g"));
	assert_int_equal(vault_events(test, "grant.revoked"), 1);
}

static void
a_token_ends_alone(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    act_end_token(&hub, &someone, STR("a"), STR("j"), 12345),
		    0);
	assert_true(vault_is_revoked(test, REVOKED_TOKEN, "j"));
	assert_true(revoked_until(test, REVOKED_TOKEN, "j", "a") == 12345);
	assert_int_equal(vault_events(test, "token.revoked"), 1);
	assert_int_equal(
	    act_end_token(&hub, &someone, STR("a"), STR(""), 1), HUB_ENOENT);
	/* The token of a client, which is nobody's. */
	assert_int_equal(
	    act_end_token(&hub, &someone, STR(""), STR("k"), 1), 0);
	assert_true(vault_is_revoked(test, REVOKED_TOKEN, "k"));
}

static void
a_session_ends_with_all_that_began_in_it(void **state)
{
	struct test_hub *test = *state;
	struct opaque one = vault_session(test, "a", "s", T0);
	struct opaque two = vault_session(test, "a", "t", T0);
	struct hub hub = hub_of(test);

	vault_grants(test, "a", "app", "g", "s", MANY);
	vault_grant(test, "a", "app", "other", "t", T0);
	vault_grant(test, "a", "app", "none", "", T0);
	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("a"), STR("s")),
	    0);
	assert_true(vault_is_revoked(test, REVOKED_SESSION, "s"));
	assert_false(vault_has_session(test, &one, T0));
	assert_true(vault_has_session(test, &two, T0));
	assert_int_equal(vault_count(test, VAULT_GRANT), 2);
	assert_true(vault_has_grant(test, "other"));
	assert_true(vault_has_grant(test, "none"));
	assert_int_equal(vault_events(test, "session.ended"), 1);
	vault_verify(test);
}

/* Single sign-on ends by time, the grants do not: they can still be ended. */
static void
a_session_that_is_gone_ends_by_its_grants(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	vault_grants(test, "a", "app", "a", "t", MANY);
	vault_grant(test, "a", "app", "z", "s", T0);
	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("a"), STR("s")),
	    0);
	assert_true(vault_is_revoked(test, REVOKED_SESSION, "s"));
	assert_int_equal(vault_count(test, VAULT_GRANT), MANY);
	assert_int_equal(vault_events(test, "session.ended"), 1);
}

static void
a_session_that_the_account_has_not_changes_nothing(void **state)
{
	struct test_hub *test = *state;
	struct opaque cookie = vault_session(test, "a", "s", T0);
	struct hub hub = hub_of(test);

	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("b"), STR("s")),
	    HUB_ENOENT);
	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("a"), STR("S")),
	    HUB_ENOENT);
	assert_int_equal(
	    act_end_session(&hub, &someone, "session.ended", STR("a"), STR("")),
	    HUB_ENOENT);
	assert_false(vault_is_revoked(test, REVOKED_SESSION, "s"));
	assert_false(vault_is_revoked(test, REVOKED_SESSION, "S"));
	assert_true(vault_has_session(test, &cookie, T0));
	assert_int_equal(vault_events(test, "session.ended"), 0);
}

static void
all_of_an_account_ends(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);
	uint64_t epoch = hub_account(test, "a").epoch;

	vault_grants(test, "a", "app", "g", "s", MANY);
	vault_grants(test, "a", "other", "h", "", 3);
	vault_sessions(test, "a", "s", MANY);
	vault_session(test, "b", "t", T0);
	vault_grant(test, "b", "app", "i", "t", T0);
	assert_int_equal(
	    act_end_all(&hub, &someone, "account.revoked", STR("a"), false), 0);
	assert_true(hub_account(test, "a").epoch > epoch);
	assert_true(hub_account(test, "a").enabled);
	assert_int_equal(vault_count(test, VAULT_GRANT), 1);
	assert_int_equal(vault_count(test, VAULT_SESSION), 1);
	assert_int_equal(vault_events(test, "account.revoked"), 1);
	vault_verify(test);
}

static void
the_end_of_an_account_that_has_nothing_is_on_record(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);
	uint64_t epoch = hub_account(test, "a").epoch;

	assert_int_equal(
	    act_end_all(&hub, &someone, "account.disabled", STR("a"), true), 0);
	assert_true(hub_account(test, "a").epoch > epoch);
	assert_false(hub_account(test, "a").enabled);
	assert_true(hub_account(test, "b").enabled);
	assert_int_equal(vault_events(test, "account.disabled"), 1);
	assert_int_equal(
	    act_end_all(&hub, &someone, "account.disabled", STR("x"), true),
	    HUB_ENOENT);
	assert_int_equal(vault_events(test, "account.disabled"), 1);
}

struct client {
	const char *id;
	struct client_rec rec;
	struct opaque_digest secret;
};

static int
put_client(struct txn *directory, void *arg)
{
	const struct client *c = arg;

	client_put(directory, str_of(c->id), &c->rec);
	return 0;
}

static int
put_secret(struct txn *vault, void *arg)
{
	const struct client *c = arg;

	client_secret_put(vault, str_of(c->id), &c->secret, T0);
	return 0;
}

static void
add_client(struct test_hub *test, const char *id, bool builtin)
{
	struct client c = { .id = id,
		.rec = { .enabled = true, .builtin = builtin } };
	struct opaque secret;

	opaque_make(&secret);
	c.secret = digest_of(&secret);
	hub_write(test, test->directory, put_client, &c);
	hub_write(test, test->vault, put_secret, &c);
}

static struct client_rec
client_of(struct test_hub *test, const char *id)
{
	struct txn *txn = hub_look(test);
	struct client_rec rec;

	assert_true(client_get(txn, str_of(id), &rec));
	hub_look_end(txn);
	return rec;
}

static void
a_client_goes_with_its_secret_and_its_grants(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	add_client(test, "app", false);
	add_client(test, "apple", false);
	vault_grants(test, "a", "app", "g", "s", MANY);
	vault_grants(test, "b", "apple", "h", "t", MANY);
	assert_int_equal(act_remove_client(&hub, &someone, STR("app")), 0);
	assert_true(client_of(test, "app").free_from > clock_now());
	assert_true(client_of(test, "apple").enabled);
	assert_int_equal(vault_count(test, VAULT_CLIENT_SECRET), 1);
	assert_int_equal(vault_count(test, VAULT_GRANT), MANY);
	assert_false(vault_has_grant(test, "g0"));
	assert_true(vault_has_grant(test, "h0"));
	assert_int_equal(vault_events(test, "client.removed"), 1);
	vault_verify(test);
	assert_int_equal(
	    act_remove_client(&hub, &someone, STR("app")), HUB_ENOENT);
	assert_int_equal(
	    act_remove_client(&hub, &someone, STR("none")), HUB_ENOENT);
	assert_int_equal(vault_events(test, "client.removed"), 1);
}

static void
the_builtin_client_stays(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	add_client(test, "hubctl", true);
	assert_int_equal(
	    act_remove_client(&hub, &someone, STR("hubctl")), HUB_EDENIED);
	assert_true(client_of(test, "hubctl").enabled);
	assert_int_equal(vault_count(test, VAULT_CLIENT_SECRET), 1);
}

/* A removal that a crash has cut in two must not be inherited with the id. */
static void
an_id_is_cleared_before_it_is_given_anew(void **state)
{
	struct test_hub *test = *state;
	struct client removed = { .id = "app", .rec = { .free_from = 1 } };
	struct hub hub = hub_of(test);

	add_client(test, "app", false);
	vault_grants(test, "a", "app", "g", "s", 3);
	assert_int_equal(act_clear_client(&hub, STR("app")), 0);
	assert_int_equal(act_clear_client(&hub, STR("none")), 0);
	assert_int_equal(vault_count(test, VAULT_GRANT), 3);
	assert_int_equal(vault_count(test, VAULT_CLIENT_SECRET), 1);
	hub_write(test, test->directory, put_client, &removed);
	assert_int_equal(act_clear_client(&hub, STR("app")), 0);
	assert_int_equal(vault_count(test, VAULT_GRANT), 0);
	assert_int_equal(vault_count(test, VAULT_CLIENT_SECRET), 0);
}

static void
a_removal_given_again_is_completed(void **state)
{
	struct test_hub *test = *state;
	struct client removed = { .id = "app", .rec = { .free_from = 1 } };
	struct hub hub = hub_of(test);

	add_client(test, "app", false);
	vault_grants(test, "a", "app", "g", "s", 3);
	hub_write(test, test->directory, put_client, &removed);
	assert_int_equal(
	    act_remove_client(&hub, &someone, STR("app")), HUB_ENOENT);
	assert_int_equal(vault_count(test, VAULT_GRANT), 0);
	assert_int_equal(vault_count(test, VAULT_CLIENT_SECRET), 0);
}

/* The arena of a request is bounded, the number of grants is not. */
static void
an_act_needs_little_memory(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	add_client(test, "app", false);
	vault_grants(test, "a", "app", "g", "s", MANY);
	vault_grants(test, "b", "app", "h", "t", MANY);
	vault_grants(test, "b", "two", "i", "t", MANY);
	hub.arena = arena_new(4096, 16384);
	assert_non_null(hub.arena);
	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("a"), STR("s")),
	    0);
	assert_int_equal(act_remove_client(&hub, &someone, STR("app")), 0);
	assert_int_equal(vault_count(test, VAULT_GRANT), MANY);
	assert_int_equal(
	    act_end_all(&hub, &someone, "account.revoked", STR("b"), false), 0);
	assert_int_equal(vault_size(test), 0);
	arena_free(hub.arena);
}

static bool
look_at(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	(void)time_us;
	assert_str(rec->event, "session.ended");
	assert_str(rec->account, "a");
	assert_str(rec->client, "app");
	assert_str(rec->source, "192.0.2.7");
	assert_str(rec->detail, "session s");
	++*(int *)ctx;
	return true;
}

static void
an_event_says_who_did_what_to_whom(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);
	struct txn *txn;
	int n = 0;

	vault_session(test, "a", "s", T0);
	assert_int_equal(act_end_session(&hub, &someone, "session.ended",
			     STR("a"), STR("s")),
	    0);
	txn = store_read_begin(test->vault, test->arena);
	audit_walk(txn, look_at, &n);
	hub_look_end(txn);
	assert_int_equal(n, 1);
}

static int
act_within(struct txn *vault, void *arg)
{
	const struct hub *hub = arg;

	(void)vault;
	assert_int_equal(
	    act_end_session(hub, &someone, "session.ended", STR("a"), STR("s")),
	    HUB_EINVAL);
	return HUB_EDENIED;
}

/* Fails closed where the rule is broken that none may be open. */
static void
no_transaction_may_be_open(void **state)
{
	struct test_hub *test = *state;
	struct opaque cookie = vault_session(test, "a", "s", T0);
	struct hub hub = hub_of(test);

	/* That the inner call failed sticks in the outer transaction, too. */
	assert_int_equal(
	    store_write(test->vault, test->arena, act_within, &hub),
	    HUB_EINVAL);
	assert_true(vault_has_session(test, &cookie, T0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(a_grant_ends_in_both_stores),
		TEST(a_grant_ends_but_once),
		TEST(an_act_cut_in_two_is_completed),
		TEST(a_token_ends_alone),
		TEST(a_session_ends_with_all_that_began_in_it),
		TEST(a_session_that_is_gone_ends_by_its_grants),
		TEST(a_session_that_the_account_has_not_changes_nothing),
		TEST(all_of_an_account_ends),
		TEST(the_end_of_an_account_that_has_nothing_is_on_record),
		TEST(a_client_goes_with_its_secret_and_its_grants),
		TEST(the_builtin_client_stays),
		TEST(an_id_is_cleared_before_it_is_given_anew),
		TEST(a_removal_given_again_is_completed),
		TEST(an_act_needs_little_memory),
		TEST(an_event_says_who_did_what_to_whom),
		TEST(no_transaction_may_be_open),
#undef TEST
	};

	return UNIT_RUN(tests);
}
