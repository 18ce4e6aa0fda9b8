#include "identity/sweep.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "directory/revoked.h"
#include "identity/audit.h"
#include "identity/client_secret.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "identity/second_factor.h"
#include "identity/throttle.h"
#include "store/credential_rec.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define HOUR 3600
#define DAY ((int64_t)86400)

/* More than one transaction takes away. */
#define MANY 450

static struct sweep sweeper;

static int
setup(void **state)
{
	sweeper = (struct sweep){ .steps = 10 };
	return vault_setup(state);
}

static const struct swept *
run(struct test_hub *test, int64_t now)
{
	struct hub hub = hub_of(test);

	assert_int_equal(sweep_round(&hub, &sweeper, now), 0);
	vault_verify(test);
	return &sweeper.swept;
}

static void
an_empty_hub_has_nothing_to_sweep(void **state)
{
	static const struct swept nothing;

	assert_memory_equal(run(*state, T0), &nothing, sizeof(nothing));
	assert_false(sweeper.more);
}

static void
each_kind_goes_at_its_time(void **state)
{
	struct test_hub *hub = *state;

	vault_code(hub, "g", "", T0);
	vault_session(hub, "a", "s", T0);
	vault_grant(hub, "a", "app", "g", "s", T0);
	run(hub, T0 + HOUR - 1);
	assert_int_equal(sweeper.swept.sessions, 0);
	assert_int_equal(vault_count(hub, VAULT_SESSION), 1);
	run(hub, T0 + HOUR);
	assert_int_equal(sweeper.swept.sessions, 1);
	assert_int_equal(sweeper.swept.codes, 0);
	run(hub, T0 + HOUR + 60);
	assert_int_equal(sweeper.swept.sessions, 0);
	assert_int_equal(sweeper.swept.codes, 1);
	assert_int_equal(sweeper.swept.grants, 0);
	run(hub, T0 + 30 * DAY - 1);
	assert_int_equal(sweeper.swept.grants, 0);
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, 1);
	assert_int_equal(vault_size(hub), 0);
	assert_false(sweeper.more);
}

static int
touch(struct txn *vault, void *arg)
{
	session_touch(vault, arg, T0 + 600);
	return 0;
}

static void
what_was_used_lives_on_until_its_own_end(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct opaque_digest digest = digest_of(&cookie);

	hub_write(hub, hub->vault, touch, &digest);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + DAY, &token), 0);
	run(hub, T0 + HOUR);
	assert_int_equal(sweeper.swept.sessions, 0);
	assert_true(vault_has_session(hub, &cookie, T0 + HOUR));
	run(hub, T0 + HOUR + 600);
	assert_int_equal(sweeper.swept.sessions, 1);
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, 0);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 2, T0 + 30 * DAY, NULL), 0);
	run(hub, T0 + 60 * DAY);
	assert_int_equal(sweeper.swept.grants, 1);
	assert_int_equal(vault_size(hub), 0);
}

static void
a_seed_goes_when_its_window_is_over(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh next;

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0, &next), 0);
	run(hub, T0 + 9);
	assert_int_equal(sweeper.swept.windows, 0);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 2, T0 + 9, NULL), 0);
	run(hub, T0 + 10);
	assert_int_equal(sweeper.swept.windows, 1);
	/* A clock that is set back does not open it again. */
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 2, T0 + 9, NULL), HUB_EEXIST);
	assert_int_equal(
	    vault_refresh(hub, next.text, "app", 2, T0 + 11, NULL), 0);
}

static void
a_round_has_its_bound_and_says_so(void **state)
{
	struct test_hub *hub = *state;

	vault_grants(hub, "a", "app", "g", "", MANY);
	sweeper.steps = 1;
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, SWEEP_STEP);
	assert_true(sweeper.more);
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, SWEEP_STEP);
	assert_true(sweeper.more);
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, MANY - 2 * SWEEP_STEP);
	assert_false(sweeper.more);
	assert_int_equal(vault_size(hub), 0);
}

static void
one_round_sweeps_all_that_is_due(void **state)
{
	struct test_hub *hub = *state;

	vault_grants(hub, "a", "app", "g", "", MANY);
	vault_sessions(hub, "a", "s", MANY);
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.grants, MANY);
	assert_int_equal(sweeper.swept.sessions, MANY);
	assert_false(sweeper.more);
}

struct revocation {
	enum revoked_kind kind;
	const char *id, *account;
	int64_t until;
	unsigned int n; /* with numbers after the id */
};

static int
revoke(struct txn *directory, void *arg)
{
	const struct revocation *r = arg;
	char id[32];

	for (unsigned int i = 0; i < r->n; i++) {
		snprintf(id, sizeof(id), "%s%u", r->id, i);
		revoked_put(directory, r->kind, str_of(id), str_of(r->account),
		    r->until);
	}
	return 0;
}

static void
revoke_ids(struct test_hub *hub, char kind, const char *id, unsigned int n)
{
	/* Gone a second after T0 + 300. */
	struct revocation r = { (enum revoked_kind)kind, id, "a",
		T0 + 300 - REVOKED_REST, n };

	hub_write(hub, hub->directory, revoke, &r);
}

static void
a_revoked_id_is_forgotten_when_nothing_can_name_it(void **state)
{
	struct test_hub *hub = *state;

	revoke_ids(hub, REVOKED_SESSION, "s", 1);
	revoke_ids(hub, REVOKED_GRANT, "g", 1);
	revoke_ids(hub, REVOKED_TOKEN, "t", 1);
	run(hub, T0 + 300);
	assert_int_equal(sweeper.swept.revoked, 0);
	assert_true(vault_is_revoked(hub, REVOKED_SESSION, "s0"));
	run(hub, T0 + 301);
	assert_int_equal(sweeper.swept.revoked, 3);
	assert_false(vault_is_revoked(hub, REVOKED_SESSION, "s0"));
	assert_false(vault_is_revoked(hub, REVOKED_GRANT, "g0"));
	assert_false(vault_is_revoked(hub, REVOKED_TOKEN, "t0"));
	assert_int_equal(vault_events(hub, "session.ended"), 0);
	assert_int_equal(vault_events(hub, "grant.revoked"), 0);
}

/* A crash has left in the vault what the directory calls ended. */
static void
nothing_revives_when_its_revocation_is_forgotten(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s0", T0 + 290);
	struct opaque other = vault_session(hub, "a", "s1", T0 + 290);

	vault_grant(hub, "a", "app", "in-session", "s0", T0);
	vault_grant(hub, "a", "app", "g0", "s1", T0);
	vault_grant(hub, "a", "app", "stays", "s1", T0);
	revoke_ids(hub, REVOKED_SESSION, "s", 1);
	revoke_ids(hub, REVOKED_GRANT, "g", 1);
	run(hub, T0 + 301);
	assert_int_equal(sweeper.swept.revoked, 2);
	assert_false(vault_has_session(hub, &cookie, T0 + 301));
	assert_true(vault_has_session(hub, &other, T0 + 301));
	assert_false(vault_has_grant(hub, "in-session"));
	assert_false(vault_has_grant(hub, "g0"));
	assert_true(vault_has_grant(hub, "stays"));
	assert_int_equal(vault_events(hub, "session.ended"), 1);
	assert_int_equal(vault_events(hub, "grant.revoked"), 1);
}

/* Each round goes on where the one before it has come to. */
static void
a_long_list_of_revoked_ids_is_walked_in_rounds(void **state)
{
	struct test_hub *hub = *state;
	unsigned int gone = 0;

	revoke_ids(hub, REVOKED_TOKEN, "t", MANY);
	sweeper.steps = 1;
	for (int i = 0; i < 3; i++) {
		run(hub, T0 + 301);
		assert_true(sweeper.swept.revoked <= SWEEP_STEP);
		gone += sweeper.swept.revoked;
	}
	assert_int_equal(gone, MANY);
	/* And it begins anew. */
	revoke_ids(hub, REVOKED_SESSION, "a", 1);
	run(hub, T0 + 301);
	assert_int_equal(sweeper.swept.revoked, 1);
}

static int
put_event(struct txn *vault, void *arg)
{
	struct audit_rec rec = { .event = str_of(arg) };

	for (int i = 0; i < MANY; i++)
		audit_put(vault, &rec);
	return 0;
}

static void
events_are_kept_as_long_as_configured(void **state)
{
	struct test_hub *hub = *state;
	int64_t before = clock_now(), keep = 100 * DAY;

	hub->conf.audit_keep = (uint64_t)keep;
	hub_write(hub, hub->vault, put_event, "kept");
	run(hub, before + keep);
	assert_int_equal(sweeper.swept.events, 0);
	assert_int_equal(vault_events(hub, "kept"), MANY);
	sweeper.steps = 1;
	run(hub, clock_now() + 1 + keep);
	assert_int_equal(sweeper.swept.events, SWEEP_STEP);
	assert_true(sweeper.more);
	sweeper.steps = 10;
	run(hub, clock_now() + 1 + keep);
	assert_int_equal(vault_events(hub, "kept"), 0);
	assert_false(sweeper.more);
}

struct credential {
	const char *account;
	struct credential_rec rec;
};

static int
put_credential(struct txn *vault, void *arg)
{
	const struct credential *c = arg;
	struct buf bytes;
	struct key key;

	buf_init_arena(&bytes, txn_arena(vault), 1024);
	credential_rec_put(&bytes, &c->rec);
	key_of(&key, str_of(c->account));
	txn_put(vault, VAULT_CREDENTIAL, &key, buf_view(&bytes));
	return 0;
}

static void
add_credential(struct test_hub *hub, const char *account, int64_t lasting_at,
    int64_t temporary_until)
{
	struct credential c = { account,
		{ .born = hub_account(hub, "a").born,
		    .lasting_at = lasting_at,
		    .temporary_until = temporary_until } };

	hub_write(hub, hub->vault, put_credential, &c);
}

/* One that is made now is for an account that is about to be. */
static void
a_credential_without_an_account_goes_after_a_day(void **state)
{
	struct test_hub *hub = *state;

	add_credential(hub, "a", T0 - 1000 * DAY, 0);
	add_credential(hub, "gone", T0, 0);
	add_credential(hub, "coming", 0, T0 + 3 * DAY);
	run(hub, T0 + DAY);
	assert_int_equal(sweeper.swept.credentials, 0);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.credentials, 1);
	run(hub, T0 + 4 * DAY);
	assert_int_equal(sweeper.swept.credentials, 0);
	run(hub, T0 + 4 * DAY + 1);
	assert_int_equal(sweeper.swept.credentials, 1);
	assert_int_equal(vault_count(hub, VAULT_CREDENTIAL), 1);
}

struct factor {
	const char *account;
	uint64_t born;
};

static int
put_factor(struct txn *vault, void *arg)
{
	const struct factor *factor = arg;
	const struct second_factor_rec rec = {
		.secret = STR("12345678901234567890"),
		.added = T0,
		.recovery = STR(""),
		.born = factor->born,
	};

	second_factor_put(vault, str_of(factor->account), &rec);
	return 0;
}

static void
a_second_factor_goes_as_a_credential_does(void **state)
{
	struct test_hub *hub = *state;
	struct factor own = { "a", hub_account(hub, "a").born };
	struct factor gone = { "gone", own.born };

	hub_write(hub, hub->vault, put_factor, &own);
	hub_write(hub, hub->vault, put_factor, &gone);
	run(hub, T0 + DAY);
	assert_int_equal(sweeper.swept.factors, 0);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.factors, 1);
	assert_int_equal(vault_count(hub, VAULT_SECOND_FACTOR), 1);
	/* And that of an account before with the id of one that is there. */
	hub_put(hub, "{\"type\":\"account\",\"id\":\"a\",\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@example.nl\"}");
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.factors, 1);
	assert_int_equal(vault_count(hub, VAULT_SECOND_FACTOR), 0);
}

struct proof {
	struct account_rec account;
};

static int
put_proof(struct txn *vault, void *arg)
{
	const struct proof *proof = arg;

	proven_put(vault, &proof->account, STR("a@example.nl"), T0);
	return 0;
}

static void
a_proof_goes_as_a_credential_does(void **state)
{
	struct test_hub *hub = *state;
	struct proof own = { hub_account(hub, "a") };
	struct proof gone = own, before = own;

	gone.account.id = STR("gone");
	before.account.born++;
	hub_write(hub, hub->vault, put_proof, &own);
	hub_write(hub, hub->vault, put_proof, &gone);
	run(hub, T0 + DAY);
	assert_int_equal(sweeper.swept.proofs, 0);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.proofs, 1);
	assert_int_equal(vault_count(hub, VAULT_PROVEN), 1);
	hub_write(hub, hub->vault, put_proof, &before);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.proofs, 1);
	assert_int_equal(vault_count(hub, VAULT_PROVEN), 0);
}

struct mails {
	struct test_hub *hub;
	unsigned int n;
};

/* Every other one is given up at T0, the others wait. */
static int
put_mails(struct txn *vault, void *arg)
{
	const struct mails *m = arg;

	for (unsigned int i = 0; i < m->n; i++) {
		struct mail_wish wish = { MAIL_WELCOME, MAIL_NL, STR_NONE, 1,
			STR("") };
		struct mail_rec rec;
		struct str name;

		wish.account =
		    str_of(arena_printf(txn_arena(vault), "m%04u", i));
		assert_int_equal(
		    mail_put(vault, &m->hub->conf, &wish, T0 + i % 2), 0);
		if (i % 2 == 1)
			continue;
		assert_true(mail_due(vault, T0, &name, &rec));
		assert_true(mail_try(vault, &m->hub->conf, name, &rec, T0));
		assert_true(mail_failed(
		    vault, &m->hub->conf, name, &rec, STR("550 no"), true, T0));
	}
	return 0;
}

static void
mails_given_up_go_after_thirty_days(void **state)
{
	struct test_hub *hub = *state;
	struct mails mails = { .hub = hub, .n = 2 * MANY };

	memcpy(hub->conf.mail_server, "localhost:25", 13);
	hub->conf.audit_keep = 1000 * DAY;
	hub_write(hub, hub->vault, put_mails, &mails);
	run(hub, T0 + 30 * DAY - 1);
	assert_int_equal(sweeper.swept.mails, 0);
	sweeper.steps = 1;
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.mails, SWEEP_STEP / 2);
	assert_true(sweeper.more);
	sweeper.steps = 10;
	run(hub, T0 + 30 * DAY);
	assert_int_equal(sweeper.swept.mails, MANY - SWEEP_STEP / 2);
	assert_false(sweeper.more);
	/* Those that wait are for the sender, however long. */
	run(hub, T0 + 300 * DAY);
	assert_int_equal(sweeper.swept.mails, 0);
	assert_int_equal(vault_count(hub, VAULT_MAIL), MANY);
	assert_int_equal(vault_count(hub, VAULT_MAIL_DUE), MANY);
}

static void
a_credential_of_an_account_before_goes_too(void **state)
{
	struct test_hub *hub = *state;

	add_credential(hub, "a", T0, 0);
	hub_put(hub, "{\"type\":\"account\",\"id\":\"a\",\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@example.nl\"}");
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.credentials, 1);
	assert_int_equal(vault_count(hub, VAULT_CREDENTIAL), 0);
	add_credential(hub, "a", T0, 0);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.credentials, 0);
}

static void
many_credentials_are_walked_in_rounds(void **state)
{
	struct test_hub *hub = *state;
	unsigned int gone = 0;
	char account[32];

	for (int i = 0; i < SWEEP_STEP + 10; i++) {
		snprintf(account, sizeof(account), "x%d", i);
		add_credential(hub, account, T0, 0);
	}
	sweeper.steps = 1;
	for (int i = 0; i < 2; i++) {
		run(hub, T0 + 2 * DAY);
		assert_true(sweeper.swept.credentials <= SWEEP_STEP);
		gone += sweeper.swept.credentials;
	}
	assert_int_equal(gone, SWEEP_STEP + 10);
	assert_int_equal(vault_count(hub, VAULT_CREDENTIAL), 0);
}

static int
try_to_sign_in(struct txn *vault, void *arg)
{
	bool first;

	(void)arg;
	throttle_enter(
	    vault, STR("name"), STR("192.0.2.1"), T0 * (int64_t)1000, &first);
	return 0;
}

static void
a_counter_that_rests_goes(void **state)
{
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, try_to_sign_in, NULL);
	assert_int_equal(vault_count(hub, VAULT_THROTTLE), 2);
	run(hub, T0 + HOUR - 1);
	assert_int_equal(sweeper.swept.throttles, 0);
	run(hub, T0 + HOUR + 1);
	assert_int_equal(sweeper.swept.throttles, 2);
	assert_int_equal(vault_size(hub), 0);
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
a_secret_without_a_client_goes_after_a_day(void **state)
{
	static const char *const ids[] = { "none", "removed", "there" };
	struct test_hub *hub = *state;
	struct opaque secret;

	opaque_make(&secret);
	for (size_t i = 0; i < 3; i++) {
		struct client c = { .id = ids[i],
			.rec = { .free_from = i == 1 ? T0 : 0 },
			.secret = digest_of(&secret) };

		if (i > 0)
			hub_write(hub, hub->directory, put_client, &c);
		hub_write(hub, hub->vault, put_secret, &c);
	}
	run(hub, T0 + DAY);
	assert_int_equal(sweeper.swept.secrets, 0);
	run(hub, T0 + DAY + 1);
	assert_int_equal(sweeper.swept.secrets, 2);
	assert_int_equal(vault_count(hub, VAULT_CLIENT_SECRET), 1);
}

static int
break_index(struct txn *vault, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("g"));
	txn_put(vault, VAULT_GRANT, &key, STR("\1damage"));
	return 0;
}

/* What is damaged is told and stays; what is not is swept all the same. */
static void
damage_stops_only_its_own_kind(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	vault_grant(test, "a", "app", "g", "", T0);
	hub_write(test, test->vault, break_index, NULL);
	revoke_ids(test, REVOKED_TOKEN, "t", 1);
	assert_int_equal(
	    sweep_round(&hub, &sweeper, T0 + 30 * DAY), HUB_ECORRUPT);
	assert_int_equal(vault_count(test, VAULT_GRANT), 1);
	assert_int_equal(sweeper.swept.revoked, 1);
}

static void
a_round_needs_little_memory(void **state)
{
	struct test_hub *test = *state;
	struct mails mails = { .hub = test, .n = 2 * MANY };
	struct hub hub = hub_of(test);

	vault_grants(test, "a", "app", "g", "", MANY);
	vault_sessions(test, "a", "s", MANY);
	revoke_ids(test, REVOKED_SESSION, "s", MANY);
	memcpy(test->conf.mail_server, "localhost:25", 13);
	test->conf.audit_keep = 1000 * DAY;
	hub_write(test, test->vault, put_mails, &mails);
	hub.arena = arena_new(4096, 32768);
	assert_non_null(hub.arena);
	assert_int_equal(sweep_round(&hub, &sweeper, T0 + 30 * DAY), 0);
	assert_int_equal(sweeper.swept.revoked, MANY);
	assert_int_equal(sweeper.swept.mails, MANY);
	/* The mails that wait, and where they stand in their order. */
	assert_int_equal(vault_size(test), 2 * MANY);
	arena_free(hub.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(an_empty_hub_has_nothing_to_sweep),
		TEST(each_kind_goes_at_its_time),
		TEST(what_was_used_lives_on_until_its_own_end),
		TEST(a_seed_goes_when_its_window_is_over),
		TEST(a_round_has_its_bound_and_says_so),
		TEST(one_round_sweeps_all_that_is_due),
		TEST(a_revoked_id_is_forgotten_when_nothing_can_name_it),
		TEST(nothing_revives_when_its_revocation_is_forgotten),
		TEST(a_long_list_of_revoked_ids_is_walked_in_rounds),
		TEST(events_are_kept_as_long_as_configured),
		TEST(a_credential_without_an_account_goes_after_a_day),
		TEST(a_credential_of_an_account_before_goes_too),
		TEST(a_second_factor_goes_as_a_credential_does),
		TEST(a_proof_goes_as_a_credential_does),
		TEST(mails_given_up_go_after_thirty_days),
		TEST(many_credentials_are_walked_in_rounds),
		TEST(a_counter_that_rests_goes),
		TEST(a_secret_without_a_client_goes_after_a_day),
		TEST(damage_stops_only_its_own_kind),
		TEST(a_round_needs_little_memory),
#undef TEST
	};

	return UNIT_RUN(tests);
}
