#include "identity/consent.h"

#include "base/clock.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "identity/app.h"
#include "identity/sweep.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

/* More than one transaction takes away. */
#define MANY 450

static const struct actor someone = { .source = STR("192.0.2.7") };

struct giving {
	const char *account, *client, *scope;
	int64_t now;
	unsigned int n; /* not 0: so many clients, CLIENT and a number */
	uint64_t born;
};

static int
give_now(struct txn *vault, void *arg)
{
	const struct giving *g = arg;

	consent_put(vault, str_of(g->account), g->born, str_of(g->client),
	    str_of(g->scope), g->now);
	for (unsigned int i = 0; i < g->n; i++)
		consent_put(vault, str_of(g->account), g->born,
		    str_of(
			arena_printf(txn_arena(vault), "%s%u", g->client, i)),
		    str_of(g->scope), g->now);
	return 0;
}

/* 0 for an account that is not there. */
static uint64_t
born_of(struct test_hub *hub, const char *account)
{
	struct txn *txn = hub_look(hub);
	struct account_rec rec = { .born = 0 };

	account_get(txn, str_of(account), &rec);
	hub_look_end(txn);
	return rec.born;
}

static void
give(struct test_hub *hub, const char *account, const char *client,
    const char *scope, int64_t now)
{
	struct giving g = { account, client, scope, now, 0,
		born_of(hub, account) };

	hub_write(hub, hub->vault, give_now, &g);
}

/* The scope that is allowed, NULL for none. */
static const char *
given(struct test_hub *hub, const char *account, const char *client)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct consent_rec rec;
	bool found = consent_get(vault, str_of(account), str_of(client), &rec);

	assert_int_equal(store_read_end(vault), 0);
	return found ? hub_text(hub, rec.scope) : NULL;
}

static void
a_later_consent_adds_to_the_first(void **state)
{
	struct test_hub *hub = *state;
	struct consent_rec rec;
	struct txn *vault;

	assert_null(given(hub, "a", "app"));
	give(hub, "a", "app", "openid email", T0);
	assert_string_equal(given(hub, "a", "app"), "openid email");
	give(hub, "a", "app", "hub.read openid", T0 + 5);
	assert_string_equal(given(hub, "a", "app"), "openid email hub.read");
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(consent_get(vault, STR("a"), STR("app"), &rec));
	assert_int_equal(rec.given, T0 + 5);
	assert_int_equal(store_read_end(vault), 0);
	/* Nobody else's, and to nobody else. */
	assert_null(given(hub, "b", "app"));
	assert_null(given(hub, "a", "ap"));
	vault_verify(hub);
}

/* As an import takes it away, and brings another one under its id. */
static void
be_born_again(struct test_hub *hub)
{
	hub_put(hub, "{\"type\":\"account\",\"id\":\"a\",\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@example.nl\","
	    "\"organizations\":[\"1\"]}");
}

static struct app_list list(struct test_hub *hub, uint64_t epoch, int64_t now);

static void
a_consent_ends_with_its_account(void **state)
{
	struct test_hub *hub = *state;
	struct consent_rec rec;
	struct txn *vault;

	give(hub, "a", "app", "openid email", T0);
	be_born_again(hub);
	assert_int_equal(list(hub, 0, T0).n, 0);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(consent_get(vault, STR("a"), STR("app"), &rec));
	assert_false(consent_covers(&rec, born_of(hub, "a"), STR("email")));
	assert_int_equal(store_read_end(vault), 0);
	/* Nothing of it is in the next one. */
	give(hub, "a", "app", "openid", T0 + 1);
	assert_string_equal(given(hub, "a", "app"), "openid");
	assert_int_equal(list(hub, 0, T0).n, 1);
}

static void
every_word_has_to_be_allowed(void **state)
{
	const struct consent_rec rec = { .scope = STR("openid email"),
		.born = 3 };
	const struct consent_rec none = { .scope = STR_NONE, .born = 3 };

	(void)state;
	assert_true(consent_covers(&rec, 3, STR("email")));
	assert_true(consent_covers(&rec, 3, STR("email openid")));
	assert_false(consent_covers(&rec, 3, STR("openid profile")));
	assert_false(consent_covers(&rec, 3, STR("mail")));
	assert_false(consent_covers(&none, 3, STR("openid")));
	assert_false(consent_covers(&rec, 4, STR("email")));
}

static struct app_list
list(struct test_hub *hub, uint64_t epoch, int64_t now)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct app_list apps;
	struct account_rec account = hub_account(hub, "a");

	account.epoch = epoch;
	app_list(vault, &hub->conf, &account, now, &apps);
	assert_int_equal(store_read_end(vault), 0);
	return apps;
}

static void
an_app_is_what_has_a_grant_or_a_consent(void **state)
{
	struct test_hub *hub = *state;
	struct app_list apps = list(hub, 0, T0);

	assert_int_equal(apps.n, 0);
	give(hub, "a", "third", "openid email", T0 + 10);
	give(hub, "b", "other", "openid", T0);
	vault_grant(hub, "a", "app", "g1", "s", T0 + 3);
	vault_grant(hub, "a", "app", "g2", "s", T0 + 2);
	vault_grant(hub, "a", "third", "g3", "s", T0 + 5);
	apps = list(hub, 0, T0 + 20);
	assert_int_equal(apps.n, 2);
	assert_false(apps.more);
	assert_str(apps.at[0].client, "app");
	assert_false(apps.at[0].consented);
	assert_int_equal(apps.at[0].since, T0 + 2);
	assert_str(apps.at[1].client, "third");
	assert_true(apps.at[1].consented);
	assert_int_equal(apps.at[1].since, T0 + 5);
	assert_true(str_has_word(apps.at[1].scope, STR("email")));
	/* Dead grants give no access, a consent stays. */
	apps = list(hub, UINT64_MAX, T0 + 20);
	assert_int_equal(apps.n, 1);
	apps = list(hub, 0, T0 + 366 * (int64_t)86400);
	assert_int_equal(apps.n, 1);
	assert_str(apps.at[0].client, "third");
}

static void
a_long_list_of_apps_is_cut(void **state)
{
	struct test_hub *hub = *state;
	struct giving g = { "a", "app", "openid", T0, APP_MOST,
		born_of(hub, "a") };
	struct app_list apps;

	hub_write(hub, hub->vault, give_now, &g);
	apps = list(hub, 0, T0);
	assert_int_equal(apps.n, APP_MOST);
	assert_true(apps.more);
}

static void
the_end_of_an_app_ends_its_grants_and_consent(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	give(test, "a", "third", "openid", T0);
	give(test, "b", "third", "openid", T0);
	vault_grants(test, "a", "third", "g", "s", 120);
	vault_grant(test, "a", "app", "other", "s", T0);
	vault_grant(test, "b", "third", "anothers", "s", T0);
	assert_int_equal(app_end(&hub, &someone, STR("a"), STR("third")), 0);
	assert_null(given(test, "a", "third"));
	assert_false(vault_has_grant(test, "g0"));
	assert_false(vault_has_grant(test, "g119"));
	assert_true(vault_is_revoked(test, REVOKED_GRANT, "g0"));
	assert_true(vault_is_revoked(test, REVOKED_GRANT, "g119"));
	assert_true(vault_has_grant(test, "other"));
	assert_true(vault_has_grant(test, "anothers"));
	assert_non_null(given(test, "b", "third"));
	assert_int_equal(vault_events(test, "consent.withdrawn"), 1);
	assert_int_equal(vault_events(test, "grant.revoked"), 120);
	assert_int_equal(
	    app_end(&hub, &someone, STR("a"), STR("third")), HUB_ENOENT);
	assert_int_equal(
	    app_end(&hub, &someone, STR("a"), STR("no id")), HUB_ENOENT);
	/* Without a consent the grants are what there is. */
	assert_int_equal(app_end(&hub, &someone, STR("a"), STR("app")), 0);
	assert_false(vault_has_grant(test, "other"));
	assert_int_equal(vault_events(test, "consent.withdrawn"), 1);
	vault_verify(test);
}

static int
put_client(struct txn *directory, void *arg)
{
	const struct client_rec rec = {
		.enabled = true, .third_party = true, .name = STR("third")
	};

	client_put(directory, str_of(arg), &rec);
	return 0;
}

static void
a_removed_client_leaves_no_consent(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);
	struct giving many = { "b", "x", "openid", T0, MANY, 0 };

	hub_write(test, test->directory, put_client, (char[]){ "third" });
	hub_write(test, test->vault, give_now, &many);
	give(test, "a", "third", "openid", T0);
	give(test, "z", "third", "openid", T0);
	assert_int_equal(act_remove_client(&hub, &someone, STR("third")), 0);
	assert_null(given(test, "a", "third"));
	assert_null(given(test, "z", "third"));
	assert_non_null(given(test, "b", "x449"));
	/* What was given while it went is gone before the id comes again. */
	give(test, "a", "third", "openid", T0);
	assert_int_equal(act_clear_client(&hub, STR("third")), 0);
	assert_null(given(test, "a", "third"));
}

static void
what_has_lost_its_account_or_client_is_swept(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);
	struct sweep sweep = { .steps = 10 };
	struct giving many = { "gone", "x", "openid", T0, MANY, 0 };

	hub_write(test, test->directory, put_client, (char[]){ "third" });
	hub_write(test, test->vault, give_now, &many);
	give(test, "a", "third", "openid", T0);
	give(test, "a", "never", "openid", T0);
	assert_int_equal(sweep_round(&hub, &sweep, T0), 0);
	assert_int_equal(sweep.swept.consents, MANY + 2);
	assert_non_null(given(test, "a", "third"));
	assert_int_equal(vault_count(test, VAULT_CONSENT), 1);
	assert_int_equal(sweep_round(&hub, &sweep, T0), 0);
	assert_int_equal(sweep.swept.consents, 0);
	be_born_again(test);
	assert_int_equal(sweep_round(&hub, &sweep, T0), 0);
	assert_int_equal(sweep.swept.consents, 1);
	give(test, "a", "third", "openid", T0);
	assert_int_equal(sweep_round(&hub, &sweep, T0), 0);
	assert_int_equal(sweep.swept.consents, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, vault_setup, hub_teardown)
		TEST(a_later_consent_adds_to_the_first),
		TEST(a_consent_ends_with_its_account),
		cmocka_unit_test(every_word_has_to_be_allowed),
		TEST(an_app_is_what_has_a_grant_or_a_consent),
		TEST(a_long_list_of_apps_is_cut),
		TEST(the_end_of_an_app_ends_its_grants_and_consent),
		TEST(a_removed_client_leaves_no_consent),
		TEST(what_has_lost_its_account_or_client_is_swept),
#undef TEST
	};

	return UNIT_RUN(tests);
}
