#include "dossier_fixture.h"

#include <stdio.h>
#include "identity/mail.h"
#include "identity/proven.h"
#include "unit.h"

static int
reset(struct test_hub *hub, const struct dossier_seen *seen,
    char temporary[PASSWORD_TEMPORARY_LEN + 1])
{
	struct hub h = hub_of(hub);

	return enrol_reset_seen(&h, &operator_actor, seen, temporary);
}

static int
block(struct test_hub *hub, const struct dossier_seen *seen)
{
	struct hub h = hub_of(hub);

	return dossier_block(&h, &operator_actor, seen);
}

static int
unblock(struct test_hub *hub, const struct dossier_seen *seen)
{
	struct hub h = hub_of(hub);

	return dossier_unblock(&h, &operator_actor, seen);
}

static void
link_elsewhere(struct test_hub *hub)
{
	struct hub h = hub_of(hub);

	assert_int_equal(
	    dossier_link(&h, &operator_actor, STR("wil"), STR("c2"), &hub->why),
	    0);
}

static void
of_two_resets_one_counts(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	char one[PASSWORD_TEMPORARY_LEN + 1], two[PASSWORD_TEMPORARY_LEN + 1];

	assert_int_equal(reset(hub, &seen, one), 0);
	assert_int_equal(reset(hub, &seen, two), HUB_ECONFLICT);
	assert_string_equal(two, "");
	assert_int_equal(try_signin(hub, WIL, one, NULL), SIGNIN_CHANGE);
	assert_int_equal(events_of(hub, "password.reset", "wil"), 1);
	seen = dossier_see(hub);
	assert_int_equal(reset(hub, &seen, two), 0);
	assert_int_equal(try_signin(hub, WIL, one, NULL), SIGNIN_WRONG);
}

static int
prove(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;

	proven_put(vault, account, STR(WIL), 1800000000);
	return 0;
}

static bool
forgotten_waits(struct test_hub *hub)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct mail_rec rec;
	bool found = mail_find(vault, STR("wil"), hub_account(hub, "wil").born,
	    MAIL_FORGOTTEN, &rec);

	assert_int_equal(store_read_end(vault), 0);
	return found;
}

static void
the_owner_of_a_shared_account_is_mailed(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct dossier_seen seen;
	struct account_rec account;
	struct signin in;

	link_elsewhere(hub);
	assert_int_equal(enrol_set_password(&h, &operator_actor, NULL,
			     STR("wil"), STR(GOOD), &hub->why),
	    0);
	assert_int_equal(try_signin(hub, WIL, GOOD, &in), SIGNIN_DONE);
	account = hub_account(hub, "wil");
	seen = dossier_see(hub);
	assert_true(seen.shared);
	assert_int_equal(
	    enrol_reset_shared(&h, &operator_actor, &seen), HUB_EDENIED);
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	assert_int_equal(
	    enrol_reset_shared(&h, &operator_actor, &seen), HUB_EDENIED);
	assert_false(forgotten_waits(hub));
	hub_write(hub, hub->vault, prove, &account);
	assert_int_equal(enrol_reset_shared(&h, &operator_actor, &seen), 0);
	assert_true(forgotten_waits(hub));
	assert_int_equal(events_of(hub, "password.forgotten", "wil"), 1);
	/* Nothing was taken away. */
	assert_true(hub_account(hub, "wil").epoch == account.epoch);
	assert_int_equal(try_signin(hub, WIL, GOOD, NULL), SIGNIN_DONE);
	seen.account.epoch++;
	assert_int_equal(
	    enrol_reset_shared(&h, &operator_actor, &seen), HUB_ECONFLICT);
	seen = dossier_see(hub);
	seen.account.enabled = false;
	assert_int_equal(
	    enrol_reset_shared(&h, &operator_actor, &seen), HUB_EDENIED);
}

/* Where a temporary password would not reach who has no lasting one. */
static void
a_pending_owner_is_mailed_only_where_that_is_the_way(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct account_rec account;
	struct dossier_seen seen;

	link_elsewhere(hub);
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("wil"), temporary, &hub->why),
	    0);
	account = hub_account(hub, "wil");
	hub_write(hub, hub->vault, prove, &account);
	seen = dossier_see(hub);
	assert_int_equal(
	    enrol_reset_shared(&h, &operator_actor, &seen), HUB_EDENIED);
	hub->conf.delivery = DELIVERY_MAILED;
	assert_int_equal(enrol_reset_shared(&h, &operator_actor, &seen), 0);
}

/* What the one who comes between is given. */
static char between[PASSWORD_TEMPORARY_LEN + 1];

static void
reset_between(struct test_hub *hub)
{
	struct dossier_seen seen = dossier_see(hub);

	assert_int_equal(reset(hub, &seen, between), 0);
}

static void
a_reset_while_another_is_hashed_counts(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	char late[PASSWORD_TEMPORARY_LEN + 1];

	signin_meanwhile = reset_between;
	assert_int_equal(reset(hub, &seen, late), HUB_ECONFLICT);
	assert_string_equal(late, "");
	assert_int_equal(try_signin(hub, WIL, between, NULL), SIGNIN_CHANGE);
}

/*
 * The owner's change of a temporary password is in the vault and has not come to
 * the directory: the epoch tells nothing of it.
 */
static int
change_in_vault(struct txn *vault, void *arg)
{
	struct credential_rec rec;

	credential_get(vault, STR("wil"), &rec);
	credential_set_lasting(&rec, arg, 1);
	credential_put(vault, STR("wil"), &rec);
	return 0;
}

static void
the_owners_new_password_stays(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen;
	char temporary[PASSWORD_TEMPORARY_LEN + 1], hash[PASSWORD_HASH];

	seen = dossier_see(hub);
	assert_int_equal(reset(hub, &seen, temporary), 0);
	seen = dossier_see(hub);
	assert_int_equal(password_hash(&hub->conf, STR(GOOD), hash), 0);
	hub_write(hub, hub->vault, change_in_vault, hash);
	assert_int_equal(reset(hub, &seen, temporary), HUB_ECONFLICT);
	assert_string_equal(temporary, "");
	assert_int_equal(try_signin(hub, WIL, GOOD, NULL), SIGNIN_DONE);
}

/* The account of dossier 10 goes, and one of the same id comes. */
static void
begin_another_life(struct test_hub *hub)
{
	uint64_t born = hub_account(hub, "wil").born;

	hub_put(hub, "{\"type\":\"account\",\"id\":\"wil\",\"deleted\":true}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"wil\",\"name\":\"" WIL "\","
	    "\"groupIds\":[\"101\"],\"dossiers\":{\"1\":\"10\"}}");
	assert_int_not_equal(hub_account(hub, "wil").born, born);
}

/* Neither in the way of a reset nor of use: only the serial goes on. */
static void
what_an_earlier_account_of_that_id_left_counts_as_none(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	char old[PASSWORD_TEMPORARY_LEN + 1], new[PASSWORD_TEMPORARY_LEN + 1];
	char hash[PASSWORD_HASH];

	assert_int_equal(reset(hub, &seen, old), 0);
	assert_int_equal(password_hash(&hub->conf, STR(GOOD), hash), 0);
	hub_write(hub, hub->vault, change_in_vault, hash);
	begin_another_life(hub);
	assert_int_equal(try_signin(hub, WIL, GOOD, NULL), SIGNIN_WRONG);
	seen = dossier_see(hub);
	assert_false(seen.lasting);
	assert_int_equal(reset(hub, &seen, new), 0);
	assert_int_equal(dossier_see(hub).serial, seen.serial + 1);
	assert_int_equal(try_signin(hub, WIL, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, WIL, new, NULL), SIGNIN_CHANGE);
}

static void
what_became_shared_is_not_reset_or_disabled(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	uint64_t epoch = hub_account(hub, "wil").epoch;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];

	assert_false(seen.shared);
	link_elsewhere(hub);
	assert_int_equal(reset(hub, &seen, temporary), HUB_ECONFLICT);
	assert_int_equal(block(hub, &seen), HUB_ECONFLICT);
	assert_true(hub_account(hub, "wil").enabled);
	assert_int_equal(hub_account(hub, "wil").epoch, epoch);
	assert_int_equal(events_of(hub, "account.disabled", NULL), 0);
	seen = dossier_see(hub);
	assert_true(seen.shared);
	assert_int_equal(reset(hub, &seen, temporary), HUB_ECONFLICT);
	assert_int_equal(unblock(hub, &seen), HUB_ECONFLICT);
	assert_int_equal(block(hub, &seen), 0);
	assert_true(hub_account(hub, "wil").enabled);
	assert_string_equal(hub_whose(hub, "1", "10"), "");
	assert_string_equal(hub_whose(hub, "2", "20"), "wil");
	assert_int_equal(events_of(hub, "account.dossier_withdrawn", "wil"), 1);
	assert_int_equal(block(hub, &seen), HUB_ECONFLICT);
}

static void
blocked_and_unblocked_once_each(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen open = dossier_see(hub), blocked;

	assert_int_equal(block(hub, &open), 0);
	assert_int_equal(block(hub, &open), HUB_ECONFLICT);
	assert_false(hub_account(hub, "wil").enabled);
	assert_int_equal(events_of(hub, "account.disabled", "wil"), 1);
	blocked = dossier_see(hub);
	assert_int_equal(unblock(hub, &blocked), 0);
	assert_true(hub_account(hub, "wil").enabled);
	assert_int_equal(unblock(hub, &blocked), HUB_ECONFLICT);
	assert_int_equal(events_of(hub, "account.enabled", "wil"), 1);
	assert_int_equal(events_of(hub, "account.not_enabled", "wil"), 0);
}

static int
disable(struct txn *directory, void *arg)
{
	(void)arg;
	return account_set_enabled(directory, STR("wil"), false);
}

static void
what_an_operator_disabled_stays(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen;

	hub_write(hub, hub->directory, disable, NULL);
	seen = dossier_see(hub);
	assert_int_equal(unblock(hub, &seen), HUB_ECONFLICT);
	/* Nor does a block make it the employees'. */
	assert_int_equal(block(hub, &seen), 0);
	seen = dossier_see(hub);
	assert_int_equal(unblock(hub, &seen), HUB_ECONFLICT);
	assert_false(hub_account(hub, "wil").enabled);
	assert_int_equal(events_of(hub, "account.enabled", NULL), 0);
}

static void
an_operator_takes_a_block_over(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen blocked, seen = dossier_see(hub);
	uint64_t epoch;

	assert_int_equal(block(hub, &seen), 0);
	blocked = dossier_see(hub);
	epoch = hub_account(hub, "wil").epoch;
	assert_true(hub_account(hub, "wil").blocked);
	hub_write(hub, hub->directory, disable, NULL);
	assert_false(hub_account(hub, "wil").blocked);
	assert_int_equal(hub_account(hub, "wil").epoch, epoch);
	assert_int_equal(unblock(hub, &blocked), HUB_ECONFLICT);
	seen = dossier_see(hub);
	assert_int_equal(unblock(hub, &seen), HUB_ECONFLICT);
}

static void
a_contact_that_changed_is_not_what_was_seen(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);

	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c1\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"10\",\"kind\":\"person\",\"lastName\":"
	    "\"Zwart\"}");
	assert_int_equal(block(hub, &seen), HUB_ECONFLICT);
	assert_true(hub_account(hub, "wil").enabled);
	seen = dossier_see(hub);
	assert_int_equal(block(hub, &seen), 0);
}

static void
a_dossier_is_linked_once(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);

	link_elsewhere(hub);
	assert_string_equal(hub_whose(hub, "2", "20"), "wil");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "wil").dossiers), "1 10 2 20 ");
	assert_int_equal(
	    dossier_link(&h, &operator_actor, STR("jan"), STR("c2"), &hub->why),
	    HUB_EEXIST);
	assert_int_equal(
	    dossier_link(&h, &operator_actor, STR("jan"), STR("c9"), &hub->why),
	    HUB_ENOENT);
	assert_int_equal(events_of(hub, "account.linked", NULL), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dossier_setup, hub_teardown)
		TEST(of_two_resets_one_counts),
		TEST(the_owner_of_a_shared_account_is_mailed),
		TEST(a_pending_owner_is_mailed_only_where_that_is_the_way),
		TEST(a_reset_while_another_is_hashed_counts),
		TEST(the_owners_new_password_stays),
		TEST(what_an_earlier_account_of_that_id_left_counts_as_none),
		TEST(what_became_shared_is_not_reset_or_disabled),
		TEST(blocked_and_unblocked_once_each),
		TEST(what_an_operator_disabled_stays),
		TEST(an_operator_takes_a_block_over),
		TEST(a_contact_that_changed_is_not_what_was_seen),
		TEST(a_dossier_is_linked_once),
	};

	return UNIT_RUN(tests);
}
