/*
 * The acts on credentials and dossiers, the end of an app's access and the
 * pages' clients change both stores in several transactions. Each act is run in a process that dies at its first commit, at its second, and so on
 * until it comes through; what the stores hold then is looked at here.
 */
#include "dossier_fixture.h"

#include <stdio.h>
#include "crash_fixture.h"
#include "directory/client_public.h"
#include "directory/revoked.h"
#include "identity/app.h"
#include "identity/consent.h"
#include "identity/mail.h"
#include "identity/own_password.h"
#include "identity/page_clients.h"
#include "store/schema.h"
#include "unit.h"

#define TEMPORARY "aaaaaa-bbbbbb-cccccc"
/* Sign-in as it goes for jan with what may be his password. */
struct ways {
	bool old, new, temporary;
};

static struct ways
ways_in(struct test_hub *hub)
{
	struct signin in;
	struct ways ways;

	ways.old = try_signin(hub, JAN, GOOD, &in) == SIGNIN_DONE;
	if (ways.old)
		assert_true(is_signed_in(hub, &in.cookie));
	ways.new = try_signin(hub, JAN, BETTER, &in) == SIGNIN_DONE;
	if (ways.new)
		assert_true(is_signed_in(hub, &in.cookie));
	ways.temporary = try_signin(hub, JAN, TEMPORARY, &in) == SIGNIN_CHANGE;
	return ways;
}

/* How a test begins each time: jan has GOOD, and a session and a grant of it. */
static struct signin before;

static void
begin(struct test_hub *hub)
{
	struct credential_rec none = { .lasting = STR("") };

	put_credential_of_jan(hub, &none);
	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &before), SIGNIN_DONE);
	put_grant_of_jan(hub, "g1");
	assert_true(is_signed_in(hub, &before.cookie));
}

static void
set_password(struct test_hub *hub)
{
	give_password(hub, BETTER);
}

static void
a_password_that_is_set(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	for (at = 0; died && at < CRASH_COMMITS; at++) {
		struct ways ways;
		uint64_t epoch;
		bool old_session;

		begin(hub);
		epoch = hub_account(hub, "jan").epoch;
		died = crash_dies_at(hub, at, set_password);
		old_session = is_signed_in(hub, &before.cookie);
		ways = ways_in(hub);
		/* One of the two, and with the new one all is ended. */
		assert_true(ways.old != ways.new);
		if (ways.new || at > 0)
			assert_false(old_session);
		if (ways.new)
			assert_true(hub_account(hub, "jan").epoch > epoch);
		assert_int_equal(at == 0, old_session);
		if (!died) {
			assert_true(ways.new);
			assert_false(has_grant(hub, "g1"));
		}
	}
	assert_in_range(at, 5, CRASH_COMMITS - 1);
}

static void
reset(struct test_hub *hub)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];

	give_temporary(hub, temporary);
}

static void
a_reset(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	for (at = 0; died && at < CRASH_COMMITS; at++) {
		struct ways ways;

		begin(hub);
		died = crash_dies_at(hub, at, reset);
		assert_int_equal(at == 0, is_signed_in(hub, &before.cookie));
		ways = ways_in(hub);
		assert_false(ways.new);
		assert_int_equal(
		    ways.old, credential_of_jan(hub).temporary.n == 0);
		if (died)
			continue;
		assert_false(ways.old);
		assert_true(hub_account(hub, "jan").pending);
	}
	assert_in_range(at, 5, CRASH_COMMITS - 1);
	/* Given again it does what it should have done. */
	begin(hub);
	assert_true(crash_dies_at(hub, 1, reset));
	reset(hub);
	assert_false(ways_in(hub).old);
}

/* The form that jan has open; known to the child as well. */
static struct opaque form;

static void
open_form(struct test_hub *hub)
{
	struct credential_rec rec = credential_of_jan(hub);
	char hash[PASSWORD_HASH];
	struct signin in;

	assert_int_equal(password_hash(&hub->conf, STR(TEMPORARY), hash), 0);
	credential_set_temporary(&hub->conf, &rec, hash, 1LL << 40);
	put_credential_of_jan(hub, &rec);
	assert_int_equal(try_signin(hub, JAN, TEMPORARY, &in), SIGNIN_CHANGE);
	assert_true(hub_account(hub, "jan").pending);
	form = in.cookie;
}

static void
change(struct test_hub *hub)
{
	assert_int_equal(try_change(hub, &form, BETTER, NULL), CHANGE_DONE);
}

static void
a_change_of_the_temporary_password(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	for (at = 0; died && at < CRASH_COMMITS; at++) {
		struct change again;
		struct ways ways;

		begin(hub);
		open_form(hub);
		died = crash_dies_at(hub, at, change);
		assert_false(is_signed_in(hub, &before.cookie));
		/* The form works still, and sets what was typed. */
		assert_int_equal(
		    try_change(hub, &form, BETTER, &again), CHANGE_DONE);
		assert_true(is_signed_in(hub, &again.cookie));
		ways = ways_in(hub);
		assert_false(ways.old);
		assert_false(ways.temporary);
		assert_true(ways.new);
	}
	assert_in_range(at, 4, CRASH_COMMITS - 1);
}

static void
enrol_wil(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct enrol in = { .email = STR("wil@example.nl"),
		.contact = STR("c1") };

	assert_int_equal(enrol(&h, &operator_actor, &in, &hub->why), 0);
}

static void
an_enrolment(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	for (at = 0; died && at < CRASH_COMMITS; at++) {
		died = crash_dies_at(hub, at, enrol_wil);
		if (died)
			assert_string_equal(hub_who(hub, "wil@example.nl"), "");
	}
	assert_int_equal(at, 3);
	assert_true(hub_account(hub, hub_who(hub, "wil@example.nl")).pending);
	assert_int_equal(events_of(hub, "account.added", NULL), 2);
}

static void
enrol_by_mail(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct enrol in = {
		.email = STR("wil@example.nl"),
		.contact = STR("c1"),
		.mailed = true,
	};

	assert_int_equal(enrol(&h, &operator_actor, &in, &hub->why), 0);
}

/* A mail of an account that never came finds nobody. */
static void
an_enrolment_by_mail(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec wil;
	struct mail_rec mail;
	struct txn *vault;
	bool died = true;
	int at;

	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	for (at = 0; died && at < CRASH_COMMITS; at++) {
		died = crash_dies_at(hub, at, enrol_by_mail);
		if (died)
			assert_string_equal(hub_who(hub, "wil@example.nl"), "");
	}
	assert_int_equal(at, 3);
	wil = hub_account(hub, hub_who(hub, "wil@example.nl"));
	assert_true(wil.pending);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(mail_find(vault, wil.id, wil.born, MAIL_WELCOME, &mail));
	assert_int_equal(txn_count(vault, VAULT_MAIL), 2);
	assert_int_equal(store_read_end(vault), 0);
}

static void
reset_by_mail(struct test_hub *hub)
{
	struct hub h = hub_of(hub);

	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why), 0);
}

/* Whenever it dies, the sessions are over; then the password and the mail. */
static void
a_reset_by_mail(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	for (at = 0; died && at < CRASH_COMMITS; at++) {
		struct mail_rec mail;
		struct txn *vault;
		bool waits;

		begin(hub);
		died = crash_dies_at(hub, at, reset_by_mail);
		if (at > 0)
			assert_false(is_signed_in(hub, &before.cookie));
		vault = store_read_begin(hub->vault, hub->arena);
		waits = mail_find(vault, STR("jan"),
		    hub_account(hub, "jan").born, MAIL_RESET, &mail);
		assert_int_equal(store_read_end(vault), 0);
		/* Either the old password counts, or another is on its way. */
		assert_true(ways_in(hub).old == !waits);
	}
	assert_in_range(at, 4, CRASH_COMMITS - 1);
	assert_true(hub_account(hub, "jan").pending);
}

static void
sign_in(struct test_hub *hub)
{
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
}

static void
a_sign_in(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	begin(hub);
	for (at = 0; died && at < CRASH_COMMITS; at++) {
		unsigned int n = events_of(hub, "signin.succeeded", "jan");

		died = crash_dies_at(hub, at, sign_in);
		assert_int_equal(
		    events_of(hub, "signin.succeeded", "jan"), n + !died);
		assert_true(is_signed_in(hub, &before.cookie));
	}
	assert_int_equal(at, 3);
}

static void
change_own(struct test_hub *test)
{
	struct hub hub = hub_of(test);
	struct own_change in = {
		.current = STR(GOOD),
		.password = STR(BETTER),
		.source = STR(ADDRESS),
	};

	assert_int_equal(
	    opaque_digest_of(str_of(before.cookie.text), &in.session), 0);
	assert_int_equal(own_password_change(&hub, NULL, &in), OWN_DONE);
}

static void
a_change_of_the_own_password(void **state)
{
	struct test_hub *hub = *state;
	unsigned int ended = 0;
	bool died = true;
	int at;

	for (at = 0; died && at < CRASH_COMMITS; at++) {
		struct ways ways;
		bool old_session;

		begin(hub);
		died = crash_dies_at(hub, at, change_own);
		old_session = is_signed_in(hub, &before.cookie);
		ways = ways_in(hub);
		/* One of the two, and with the new one all is ended. */
		assert_true(ways.old != ways.new);
		if (ways.new)
			assert_false(old_session);
		ended += !old_session && ways.old;
		if (!died) {
			assert_true(ways.new);
			assert_false(has_grant(hub, "g1"));
		}
	}
	assert_in_range(at, 5, CRASH_COMMITS - 1);
	/* The epoch comes first: once all was ended, and the old one counts. */
	assert_int_equal(ended, 1);
}

#define CLIENT STR("app")

static int
give_consent(struct txn *vault, void *arg)
{
	(void)arg;
	consent_put(vault, STR("jan"), 1, CLIENT, STR("openid"), 1800000000);
	return 0;
}

static bool
has_consent(struct test_hub *hub)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct consent_rec rec;
	bool has = consent_get(vault, STR("jan"), CLIENT, &rec);

	assert_int_equal(store_read_end(vault), 0);
	return has;
}

static bool
is_dead(struct test_hub *hub, const char *gid)
{
	struct txn *directory = hub_look(hub);
	bool dead = revoked_has(directory, REVOKED_GRANT, str_of(gid));

	hub_look_end(directory);
	return dead;
}

static void
end_app(struct test_hub *test)
{
	struct hub hub = hub_of(test);

	assert_int_equal(app_end(&hub, &operator_actor, STR("jan"), CLIENT), 0);
}

static void
the_end_of_an_app(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	give_password(hub, GOOD);
	for (at = 0; died && at < CRASH_COMMITS; at++) {
		char gid[16];

		snprintf(gid, sizeof(gid), "g-%d", at);
		put_grant_of_jan(hub, gid);
		hub_write(hub, hub->vault, give_consent, NULL);
		died = crash_dies_at(hub, at, end_app);
		/* The consent never goes before what gives access. */
		if (!has_consent(hub))
			assert_true(is_dead(hub, gid) && !has_grant(hub, gid));
		assert_int_equal(at > 0, is_dead(hub, gid));
		/* Given again it does what it should have done. */
		if (died)
			end_app(hub);
		assert_false(has_consent(hub));
		assert_false(has_grant(hub, gid));
		assert_true(is_dead(hub, gid));
	}
	assert_int_equal(at, 4);
}

/* What an employee saw; known to the child as well. */
static struct dossier_seen seen;

static void
block(struct test_hub *test)
{
	struct hub hub = hub_of(test);

	assert_int_equal(dossier_block(&hub, &operator_actor, &seen), 0);
}

static void
link_other(struct test_hub *test)
{
	struct hub hub = hub_of(test);

	assert_int_equal(dossier_link(&hub, &operator_actor, STR("wil"),
			     STR("c2"), &test->why),
	    0);
}

static void
unblock(struct test_hub *test)
{
	struct hub hub = hub_of(test);

	assert_int_equal(dossier_unblock(&hub, &operator_actor, &seen), 0);
}

/* The directory first: nothing is on record that is not so. */
static void
a_withdrawn_dossier(void **state)
{
	struct test_hub *hub = *state;

	link_other(hub);
	seen = dossier_see(hub);
	assert_true(seen.shared);
	assert_true(crash_dies_at(hub, 0, block));
	assert_string_equal(hub_whose(hub, "1", "10"), "wil");
	assert_true(crash_dies_at(hub, 1, block));
	assert_string_equal(hub_whose(hub, "1", "10"), "");
	assert_string_equal(hub_whose(hub, "2", "20"), "wil");
	assert_int_equal(events_of(hub, "account.dossier_withdrawn", NULL), 0);
}

/* Likewise, and what the vault still has is of an older epoch. */
static void
a_blocked_account(void **state)
{
	struct test_hub *hub = *state;

	seen = dossier_see(hub);
	assert_true(crash_dies_at(hub, 0, block));
	assert_true(hub_account(hub, "wil").enabled);
	assert_true(crash_dies_at(hub, 1, block));
	assert_false(hub_account(hub, "wil").enabled);
	assert_true(hub_account(hub, "wil").epoch > seen.account.epoch);
	assert_int_equal(events_of(hub, "account.disabled", NULL), 0);
}

/* The vault first: nobody has what is not on record. */
static void
an_unblocked_account(void **state)
{
	struct test_hub *hub = *state;

	seen = dossier_see(hub);
	block(hub);
	seen = dossier_see(hub);
	assert_true(crash_dies_at(hub, 0, unblock));
	assert_int_equal(events_of(hub, "account.enabled", NULL), 0);
	assert_true(crash_dies_at(hub, 1, unblock));
	assert_int_equal(events_of(hub, "account.enabled", "wil"), 1);
	assert_false(hub_account(hub, "wil").enabled);
	assert_false(crash_dies_at(hub, 2, unblock));
	assert_true(hub_account(hub, "wil").enabled);
}

static void
a_linked_dossier(void **state)
{
	struct test_hub *hub = *state;

	assert_true(crash_dies_at(hub, 0, link_other));
	assert_int_equal(events_of(hub, "account.linked", NULL), 0);
	assert_true(crash_dies_at(hub, 1, link_other));
	assert_int_equal(events_of(hub, "account.linked", "wil"), 1);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_false(crash_dies_at(hub, 2, link_other));
	assert_string_equal(hub_whose(hub, "2", "20"), "wil");
}

static unsigned int
make_pages(struct test_hub *test)
{
	struct hub hub = hub_of(test);
	unsigned int changed;

	if (page_clients_make(&hub, &operator_actor, &changed, &test->why) != 0)
		fail_msg("%s", test->why.text);
	return changed;
}

static void
pages(struct test_hub *hub)
{
	make_pages(hub);
}

static unsigned int
clients(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	struct client_rec rec;
	unsigned int n = client_get(txn, STR(CLIENT_BEHEER), &rec) +
	    client_get(txn, STR(CLIENT_MIJN), &rec);

	hub_look_end(txn);
	return n;
}

static void
set_base_url(struct test_hub *hub, const char *url)
{
	snprintf(hub->conf.base_url, sizeof(hub->conf.base_url), "%s", url);
}

static void
the_clients_of_the_pages(void **state)
{
	struct test_hub *hub = *state;
	bool died = true;
	int at;

	set_base_url(hub, "https://hub.example.nl");
	for (at = 0; died && at < CRASH_COMMITS; at++) {
		died = crash_dies_at(hub, at, pages);
		/* None that is not on record. */
		assert_true(
		    clients(hub) <= events_of(hub, "client.added", NULL));
	}
	assert_int_equal(clients(hub), 2);
	assert_int_equal(make_pages(hub), 0);
	set_base_url(hub, "https://elsewhere.example.nl");
	assert_true(crash_dies_at(hub, 1, pages));
	assert_int_equal(events_of(hub, "client.changed", NULL), 1);
	assert_int_equal(make_pages(hub), 2);
	assert_int_equal(make_pages(hub), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)
		TEST(a_password_that_is_set),
		TEST(a_reset),
		TEST(a_change_of_the_temporary_password),
		TEST(an_enrolment),
		TEST(an_enrolment_by_mail),
		TEST(a_reset_by_mail),
		TEST(a_sign_in),
		TEST(a_change_of_the_own_password),
		TEST(the_end_of_an_app),
#define TEST_DOSSIER(name)                                                     \
	cmocka_unit_test_setup_teardown(name, dossier_setup, hub_teardown)
		TEST_DOSSIER(a_withdrawn_dossier),
		TEST_DOSSIER(a_blocked_account),
		TEST_DOSSIER(an_unblocked_account),
		TEST_DOSSIER(a_linked_dossier),
		TEST_DOSSIER(the_clients_of_the_pages),
	};

	return UNIT_RUN(tests);
}
