#include "directory/account.h"

#include <string.h>
#include "directory/state.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

/* Members besides type, id and name. */
#define ACCOUNT(id, name, members)                                             \
	"{\"type\":\"account\",\"id\":\"" id "\",\"name\":\"" name             \
	"\"" members "}"

#define DELETION(id) "{\"type\":\"account\",\"id\":\"" id "\",\"deleted\":true}"

static int
disable(struct txn *txn, void *arg)
{
	return account_set_enabled(txn, str_of(arg), false);
}

static int
enable(struct txn *txn, void *arg)
{
	return account_set_enabled(txn, str_of(arg), true);
}

static int
revoke(struct txn *txn, void *arg)
{
	return account_revoke(txn, str_of(arg));
}

static void
change(
    struct test_hub *hub, int (*fn)(struct txn *txn, void *arg), const char *id)
{
	hub_write(hub, hub->directory, fn, (void *)(uintptr_t)id);
}

static void
assert_epoch(struct test_hub *hub, const char *id, uint64_t epoch)
{
	assert_int_equal(hub_account(hub, id).epoch, epoch);
}

static void
a_new_account_is_found_by_id_name_and_dossier(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;

	hub_put(hub,
	    ACCOUNT(
		"a", "J.X@b.nl", ",\"dossiers\":{\"1\":\"D\",\"2\":\"E\"}"));
	rec = hub_account(hub, "a");
	assert_true(rec.enabled);
	assert_false(rec.pending);
	assert_int_equal(rec.epoch, 1);
	assert_str(rec.name, "J.X@b.nl");
	assert_string_equal(hub_who(hub, "J.X@b.nl"), "a");
	assert_string_equal(hub_who(hub, " j.x@B.NL\t"), "a");
	assert_string_equal(hub_whose(hub, "1", "D"), "a");
	assert_string_equal(hub_whose(hub, "2", "E"), "a");
	assert_string_equal(hub_whose(hub, "1", "E"), "");
	assert_string_equal(hub_whose(hub, "1", "d"), "");
}

static void
who_is_not_there_is_not_found(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn = hub_look(hub);
	struct account_rec rec;
	char large[300];

	memset(large, 'a', sizeof(large));
	memcpy(large + 290, "@b.nl", 6);
	assert_false(account_get(txn, STR("a"), &rec));
	assert_false(account_by_name(txn, STR("a@b.nl"), &rec));
	/* No text whatsoever makes the look at the directory fail. */
	assert_false(account_get(txn, STR(""), &rec));
	assert_false(account_get(txn, STR("a\0b"), &rec));
	assert_false(account_get(txn, str_of(large), &rec));
	assert_false(account_by_name(txn, STR(""), &rec));
	assert_false(account_by_name(txn, STR("a"), &rec));
	assert_false(account_by_name(txn, STR("a\0@b.nl"), &rec));
	assert_false(account_by_name(txn, str_of(large), &rec));
	hub_look_end(txn);
}

static void
usernames_that_fold_together_are_one(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	assert_int_equal(
	    hub_try(hub, ACCOUNT("b", " A@B.nl", "")), HUB_ECONFLICT);
	assert_string_equal(
	    hub->why.text, "/name: is the username of account a already");
	assert_string_equal(hub_who(hub, "a@b.nl"), "a");
	hub_put(hub, ACCOUNT("a", "A@B.nl", ""));
	assert_str(hub_account(hub, "a").name, "A@B.nl");
}

static void
a_changed_username_frees_the_old_one(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "old@b.nl", ""));
	hub_put(hub, ACCOUNT("a", "new@b.nl", ""));
	assert_string_equal(hub_who(hub, "old@b.nl"), "");
	assert_string_equal(hub_who(hub, "new@b.nl"), "a");
	hub_put(hub, ACCOUNT("b", "old@b.nl", ""));
	assert_string_equal(hub_who(hub, "old@b.nl"), "b");
}

static void
a_dossier_belongs_to_one_account(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	assert_int_equal(
	    hub_try(hub, ACCOUNT("b", "b@b.nl", ",\"dossiers\":{\"1\":\"D\"}")),
	    HUB_ECONFLICT);
	assert_string_equal(
	    hub->why.text, "/dossiers/1: belongs to account a already");
	assert_string_equal(hub_who(hub, "b@b.nl"), "");
	/* The number alone is not it. */
	hub_put(hub, ACCOUNT("b", "b@b.nl", ",\"dossiers\":{\"2\":\"D\"}"));
	hub_put(hub, ACCOUNT("c", "c@b.nl", ",\"dossiers\":{\"1\":\"D \"}"));
	assert_string_equal(hub_whose(hub, "1", "D"), "a");
}

static void
a_dossier_moves_once_it_is_free(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"E\"}"));
	assert_string_equal(hub_whose(hub, "1", "D"), "");
	hub_put(hub, ACCOUNT("b", "b@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	assert_string_equal(hub_whose(hub, "1", "D"), "b");
	assert_string_equal(hub_whose(hub, "1", "E"), "a");
	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	assert_string_equal(hub_whose(hub, "1", "E"), "");
}

/* The index takes what the record takes: the longest id, number and name. */
static void
the_longest_texts_fit_into_the_indexes(void **state)
{
	static const char sixty_four[] = "0123456789abcdef0123456789abcdef"
					 "0123456789abcdef0123456789abcdef";
	static const char label[] = "0123456789abcdef0123456789abcdef"
				    "0123456789abcdef0123456789abcde";
	struct test_hub *hub = *state;
	const char *name = arena_printf(
	    hub->arena, "%s@%s.%s.%.61s", sixty_four, label, label, label);

	assert_int_equal(strlen(name), 254);
	hub_put(hub,
	    arena_printf(hub->arena,
		ACCOUNT("%s", "%s", ",\"dossiers\":{\"%s\":\"%s\"}"),
		sixty_four, name, sixty_four, sixty_four));
	assert_string_equal(hub_who(hub, name), sixty_four);
	assert_string_equal(hub_whose(hub, sixty_four, sixty_four), sixty_four);
}

static void
a_refused_record_changes_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	hub_put(hub, ACCOUNT("b", "b@b.nl", ",\"dossiers\":{\"1\":\"E\"}"));
	assert_int_equal(
	    hub_try(hub,
		ACCOUNT("b", "x@b.nl",
		    ",\"enabled\":false,\"dossiers\":{\"1\":\"D\"}")),
	    HUB_ECONFLICT);
	rec = hub_account(hub, "b");
	assert_true(rec.enabled);
	assert_int_equal(rec.epoch, 1);
	assert_string_equal(hub_who(hub, "b@b.nl"), "b");
	assert_string_equal(hub_who(hub, "x@b.nl"), "");
	assert_string_equal(hub_whose(hub, "1", "E"), "b");
	assert_string_equal(hub_whose(hub, "1", "D"), "a");
}

static void
enabled_not_said_stays_what_it_is(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	assert_true(hub_account(hub, "a").enabled);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":false"));
	assert_false(hub_account(hub, "a").enabled);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"x\":1"));
	assert_false(hub_account(hub, "a").enabled);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":true"));
	assert_true(hub_account(hub, "a").enabled);
	hub_put(hub, ACCOUNT("b", "b@b.nl", ",\"enabled\":false"));
	assert_false(hub_account(hub, "b").enabled);
}

static void
a_record_that_disables_raises_the_epoch(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":true"));
	assert_epoch(hub, "a", 1);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":false"));
	assert_epoch(hub, "a", 2);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":false"));
	assert_epoch(hub, "a", 2);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":true"));
	assert_epoch(hub, "a", 2);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":false"));
	assert_epoch(hub, "a", 3);
}

static void
no_record_lowers_the_epoch_or_brings_its_own(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	for (int i = 0; i < 5; i++)
		change(hub, revoke, "a");
	assert_epoch(hub, "a", 6);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"epoch\":1,\"pending\":true"));
	assert_epoch(hub, "a", 6);
	assert_false(hub_account(hub, "a").pending);
}

static void
disable_and_revoke_raise_the_epoch_and_enable_does_not(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	change(hub, enable, "a");
	assert_epoch(hub, "a", 1);
	change(hub, disable, "a");
	assert_epoch(hub, "a", 2);
	assert_false(hub_account(hub, "a").enabled);
	change(hub, disable, "a");
	assert_epoch(hub, "a", 2);
	change(hub, enable, "a");
	assert_epoch(hub, "a", 2);
	assert_true(hub_account(hub, "a").enabled);
	change(hub, revoke, "a");
	assert_epoch(hub, "a", 3);
	assert_true(hub_account(hub, "a").enabled);
	assert_string_equal(hub_who(hub, "a@b.nl"), "a");
	assert_string_equal(hub_whose(hub, "1", "D"), "a");
	assert_int_equal(
	    store_write(hub->directory, hub->arena, revoke, "b"), HUB_ENOENT);
	assert_int_equal(
	    store_write(hub->directory, hub->arena, disable, "b"), HUB_ENOENT);
}

static void
a_deleted_account_leaves_nothing_behind(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;
	struct txn *txn;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	hub_put(hub, DELETION("a"));
	txn = hub_look(hub);
	assert_false(account_get(txn, STR("a"), &rec));
	assert_int_equal(txn_count(txn, DIR_ACCOUNT), 0);
	assert_int_equal(txn_count(txn, DIR_ACCOUNT_NAME), 0);
	assert_int_equal(txn_count(txn, DIR_ACCOUNT_DOSSIER), 0);
	hub_look_end(txn);
	hub_put(hub, DELETION("a"));
	hub_put(hub, DELETION("never-there"));
	hub_put(hub, ACCOUNT("b", "a@b.nl", ",\"dossiers\":{\"1\":\"D\"}"));
	assert_string_equal(hub_whose(hub, "1", "D"), "b");
}

static void
an_account_that_comes_back_revives_no_epoch(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	for (int i = 0; i < 6; i++)
		change(hub, revoke, "a");
	hub_put(hub, DELETION("a"));
	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	assert_epoch(hub, "a", 8);
	/* One with a lower epoch that goes does not lower the floor. */
	hub_put(hub, ACCOUNT("b", "b@b.nl", ""));
	assert_epoch(hub, "b", 8);
	change(hub, revoke, "a");
	hub_put(hub, DELETION("a"));
	hub_put(hub, DELETION("b"));
	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	assert_epoch(hub, "a", 10);
}

static void
an_account_is_usable_when_enabled_and_nothing_is_pending(void **state)
{
	(void)state;
	assert_true(account_is_usable(
	    &(struct account_rec){ .enabled = true, .pending = false }));
	assert_false(account_is_usable(
	    &(struct account_rec){ .enabled = true, .pending = true }));
	assert_false(account_is_usable(
	    &(struct account_rec){ .enabled = false, .pending = false }));
}

/* Sets what the identity work will set. */
static int
make_pending(struct txn *txn, void *arg)
{
	struct account_rec rec;
	struct buf bytes;
	struct key key;

	(void)arg;
	assert_true(account_get(txn, STR("a"), &rec));
	rec.pending = true;
	buf_init_arena(&bytes, txn_arena(txn), 1 << 16);
	account_rec_put(&bytes, &rec);
	key_of(&key, rec.id);
	txn_put(txn, DIR_ACCOUNT, &key, buf_view(&bytes));
	return 0;
}

static void
a_pending_temporary_password_stays_pending(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	hub_write(hub, hub->directory, make_pending, NULL);
	hub_put(hub, ACCOUNT("a", "a@b.nl", ",\"enabled\":true"));
	assert_true(hub_account(hub, "a").pending);
	change(hub, revoke, "a");
	change(hub, disable, "a");
	change(hub, enable, "a");
	assert_true(hub_account(hub, "a").pending);
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("a"));
	txn_put(txn, DIR_ACCOUNT, &key, STR("\1\1damaged"));
	return 0;
}

static void
a_damaged_record_is_an_error_and_not_an_absence(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;
	struct txn *txn;

	hub_put(hub, ACCOUNT("a", "a@b.nl", ""));
	hub_write(hub, hub->directory, damage, NULL);
	txn = hub_look(hub);
	assert_false(account_get(txn, STR("a"), &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	txn = hub_look(hub);
	assert_false(account_by_name(txn, STR("a@b.nl"), &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	assert_int_equal(
	    hub_try(hub, ACCOUNT("a", "a@b.nl", "")), HUB_ECORRUPT);
	assert_int_equal(hub_try(hub, DELETION("a")), HUB_ECORRUPT);
	assert_int_equal(
	    store_write(hub->directory, hub->arena, revoke, "a"), HUB_ECORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_new_account_is_found_by_id_name_and_dossier),
		TEST(who_is_not_there_is_not_found),
		TEST(usernames_that_fold_together_are_one),
		TEST(a_changed_username_frees_the_old_one),
		TEST(a_dossier_belongs_to_one_account),
		TEST(a_dossier_moves_once_it_is_free),
		TEST(the_longest_texts_fit_into_the_indexes),
		TEST(a_refused_record_changes_nothing),
		TEST(enabled_not_said_stays_what_it_is),
		TEST(a_record_that_disables_raises_the_epoch),
		TEST(no_record_lowers_the_epoch_or_brings_its_own),
		TEST(disable_and_revoke_raise_the_epoch_and_enable_does_not),
		TEST(a_deleted_account_leaves_nothing_behind),
		TEST(an_account_that_comes_back_revives_no_epoch),
		cmocka_unit_test(
		    an_account_is_usable_when_enabled_and_nothing_is_pending),
		TEST(a_pending_temporary_password_stays_pending),
		TEST(a_damaged_record_is_an_error_and_not_an_absence),
#undef TEST
	};

	return UNIT_RUN(tests);
}
