/*
 * What is cut from the copies of a backup, and what is begun anew. The two
 * stores of the fixture stand for the drafts of a restore.
 */
#include "identity/restore.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/account.h"
#include "directory/client_public.h"
#include "directory/revoked.h"
#include "directory/state.h"
#include "hub_fixture.h"
#include "identity/audit.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "token/keyset.h"
#include "unit.h"

#define ACCOUNT(id)                                                            \
	"{\"type\":\"account\",\"id\":\"" id "\",\"name\":\"" id               \
	"@example.nl\",\"email\":\"" id "@example.nl\"}"

/* Two pairs for all tests: making one takes long under valgrind. */
static struct arena *pairs;
static struct signing_key old_key, new_key;

static int
make_pairs(void **state)
{
	(void)state;
	pairs = arena_new(1 << 14, 1 << 20);
	if (pairs == NULL || signing_key_make(pairs, &old_key) != 0)
		return 1;
	return signing_key_make(pairs, &new_key);
}

static int
drop_pairs(void **state)
{
	(void)state;
	arena_free(pairs);
	return 0;
}

static int
put_vault(struct txn *txn, void *arg)
{
	const struct audit_rec event = { .event = STR("before") };

	(void)arg;
	signing_key_put_private(txn, &old_key);
	audit_put(txn, &event);
	return 0;
}

static int
put_directory(struct txn *txn, void *arg)
{
	const struct client_rec client = { .enabled = true,
		.name = STR("An app") };

	(void)arg;
	signing_key_put_public(txn, &old_key);
	client_put(txn, STR("app"), &client);
	revoked_put(txn, REVOKED_SESSION, STR("sid"), STR("a"), 4102444800);
	epoch_bury(txn, 7);
	return 0;
}

static struct test_hub *
filled(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, ACCOUNT("a"));
	hub_put(hub, ACCOUNT("b"));
	hub_put(hub, ACCOUNT("c"));
	hub_write(hub, hub->vault, put_vault, NULL);
	hub_write(hub, hub->directory, put_directory, NULL);
	return hub;
}

static void
every_table_has_its_answer(void **state)
{
	struct test_hub *hub = *state;
	struct schema schema;

	schema_directory(&schema, &hub->conf);
	for (unsigned int t = 0; t < DIR_TABLES; t++)
		assert_int_not_equal(schema.fates[t], FATE_NONE);
	assert_int_equal(schema.fates[DIR_KEY], FATE_ENDS);
	assert_int_equal(schema.fates[DIR_REVOKED], FATE_SURVIVES);
	schema_vault(&schema, &hub->conf);
	for (unsigned int t = 0; t < VAULT_TABLES; t++)
		assert_int_not_equal(schema.fates[t], FATE_NONE);
	assert_int_equal(schema.fates[VAULT_KEY], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_AUDIT], FATE_SURVIVES);
	/* What was sent since the backup would be sent again. */
	assert_int_equal(schema.fates[VAULT_MAIL], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_MAIL_DUE], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_EMAIL_CHANGE], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_INVITATION], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_ACCOUNT_INVITATION], FATE_ENDS);
	assert_int_equal(schema.fates[VAULT_PROVEN], FATE_SURVIVES);
}

static uint64_t
count(struct test_hub *hub, struct store *store, unsigned int table)
{
	struct txn *txn = store_read_begin(store, hub->arena);
	uint64_t n = txn_count(txn, table);

	assert_int_equal(store_read_end(txn), 0);
	return n;
}

static void
a_table_without_an_answer_stops_it_before_anything(void **state)
{
	struct test_hub *hub = filled(state);
	enum schema_fate fates[VAULT_TABLES] = {
		[VAULT_KEY] = FATE_ENDS, [VAULT_AUDIT] = FATE_NONE
	};
	struct schema schema;

	schema_vault(&schema, &hub->conf);
	schema.fates = fates;
	assert_int_equal(
	    restore_end(hub->vault, &schema, hub->arena), HUB_EINVAL);
	assert_int_equal(count(hub, hub->vault, VAULT_KEY), 1);
}

#define MANY 5003

static int
revoke_many(struct txn *txn, void *arg)
{
	char id[16];

	(void)arg;
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "%u", i);
		revoked_put(txn, REVOKED_TOKEN, str_of(id), STR(""), 1);
	}
	return 0;
}

/* More records than one transaction of it takes. */
static void
a_table_of_any_size_is_emptied_and_no_other(void **state)
{
	struct test_hub *hub = filled(state);
	enum schema_fate fates[DIR_TABLES];
	struct schema schema;

	for (unsigned int t = 0; t < DIR_TABLES; t++)
		fates[t] = FATE_SURVIVES;
	fates[DIR_REVOKED] = FATE_ENDS;
	schema_directory(&schema, &hub->conf);
	schema.fates = fates;
	hub_write(hub, hub->directory, revoke_many, NULL);
	assert_int_equal(count(hub, hub->directory, DIR_REVOKED), MANY + 1);
	assert_int_equal(restore_end(hub->directory, &schema, hub->arena), 0);
	assert_int_equal(count(hub, hub->directory, DIR_REVOKED), 0);
	assert_int_equal(count(hub, hub->directory, DIR_ACCOUNT), 3);
	assert_int_equal(count(hub, hub->directory, DIR_KEY), 1);
}

static int
put_mail_and_proof(struct txn *vault, void *arg)
{
	struct test_hub *hub = arg;
	const struct account_rec account = { .id = STR("a"), .born = 1 };
	const struct mail_wish wish = { MAIL_WELCOME, MAIL_NL, STR("a"), 1,
		STR("") };

	proven_put(vault, &account, STR("a@example.nl"), 1800000000);
	return mail_put(vault, &hub->conf, &wish, 1800000000);
}

static void
mail_that_waited_is_not_sent_again_but_a_proof_stays(void **state)
{
	struct test_hub *hub = filled(state);
	struct schema schema;

	memcpy(hub->conf.mail_server, "localhost:25", 13);
	hub_write(hub, hub->vault, put_mail_and_proof, hub);
	assert_int_equal(count(hub, hub->vault, VAULT_MAIL), 1);
	assert_int_equal(count(hub, hub->vault, VAULT_MAIL_DUE), 1);
	schema_vault(&schema, &hub->conf);
	assert_int_equal(restore_end(hub->vault, &schema, hub->arena), 0);
	assert_int_equal(count(hub, hub->vault, VAULT_MAIL), 0);
	assert_int_equal(count(hub, hub->vault, VAULT_MAIL_DUE), 0);
	assert_int_equal(count(hub, hub->vault, VAULT_PROVEN), 1);
}

struct seen {
	unsigned int n;
	struct str event[4];
	struct arena *arena;
};

static bool
see(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct seen *seen = ctx;

	(void)time_us;
	assert_true(seen->n < 4);
	seen->event[seen->n++] = arena_str(seen->arena, rec->event);
	return true;
}

static void
the_vault_keeps_its_log_and_signs_with_the_new_key(void **state)
{
	struct test_hub *hub = filled(state);
	const struct audit_rec events[] = { { .event = STR("state.restored") },
		{ .event = STR("key.created") } };
	struct seen seen = { .arena = pairs };
	struct signing_key found;
	struct schema schema;
	struct txn *txn;

	schema_vault(&schema, &hub->conf);
	assert_int_equal(
	    restore_vault(hub->vault, &schema, hub->arena, &new_key, events, 2),
	    0);
	assert_int_equal(count(hub, hub->vault, VAULT_KEY), 1);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_int_equal(signing_key_find(txn, clock_now(), &found), 0);
	audit_walk(txn, see, &seen);
	assert_int_equal(store_read_end(txn), 0);
	assert_string_equal(found.kid, new_key.kid);
	assert_int_equal(seen.n, 3);
	assert_str(seen.event[0], "before");
	assert_str(seen.event[1], "state.restored");
	assert_str(seen.event[2], "key.created");
}

static void
the_directory_trusts_the_new_key_and_no_older_epoch(void **state)
{
	struct test_hub *hub = filled(state);
	struct keyset set = { 0 };
	struct schema schema;
	struct client_rec app;
	uint64_t generation;
	struct txn *txn;

	txn = hub_look(hub);
	generation = generation_get(txn);
	hub_look_end(txn);
	schema_directory(&schema, &hub->conf);
	assert_int_equal(
	    restore_directory(hub->directory, &schema, hub->arena, &new_key),
	    0);
	assert_true(hub_account(hub, "a").epoch == 1 + EPOCH_LEAP);
	assert_true(hub_account(hub, "b").epoch == 1 + EPOCH_LEAP);
	assert_true(hub_account(hub, "c").epoch == 1 + EPOCH_LEAP);
	txn = hub_look(hub);
	assert_true(generation_get(txn) > generation);
	assert_true(epoch_first(txn) == 8 + EPOCH_LEAP);
	assert_true(revoked_has(txn, REVOKED_SESSION, STR("sid")));
	assert_true(client_get(txn, STR("app"), &app) && app.enabled);
	assert_int_equal(keyset_load(&set, txn), 0);
	hub_look_end(txn);
	assert_int_equal(set.n, 1);
	assert_string_equal(set.key[0].kid, new_key.kid);
	keyset_free(&set);
}

struct leaps {
	struct key from;
	unsigned int n;
};

static int
leap_two(struct txn *txn, void *arg)
{
	struct leaps *l = arg;

	l->n = account_leap(txn, &l->from, 2);
	return 0;
}

static void
epochs_leap_a_few_accounts_at_a_time(void **state)
{
	struct test_hub *hub = filled(state);
	struct leaps l;

	key_begin(&l.from);
	hub_write(hub, hub->directory, leap_two, &l);
	assert_int_equal(l.n, 2);
	assert_true(hub_account(hub, "b").epoch == 1 + EPOCH_LEAP);
	assert_true(hub_account(hub, "c").epoch == 1);
	hub_write(hub, hub->directory, leap_two, &l);
	assert_int_equal(l.n, 1);
	assert_true(hub_account(hub, "a").epoch == 1 + EPOCH_LEAP);
	assert_true(hub_account(hub, "c").epoch == 1 + EPOCH_LEAP);
	hub_write(hub, hub->directory, leap_two, &l);
	assert_int_equal(l.n, 0);
}

/* The record of account a, also under another id. */
static int
copy_a_to_b(struct txn *txn, void *arg)
{
	struct str value;
	struct key key;

	(void)arg;
	key_of(&key, STR("a"));
	assert_true(txn_get(txn, DIR_ACCOUNT, &key, &value));
	key_of(&key, STR("b"));
	txn_put(txn, DIR_ACCOUNT, &key, value);
	return 0;
}

static void
a_damaged_account_is_not_written_over_another(void **state)
{
	struct test_hub *hub = filled(state);
	struct schema schema;

	hub_write(hub, hub->directory, copy_a_to_b, NULL);
	schema_directory(&schema, &hub->conf);
	assert_int_equal(
	    restore_directory(hub->directory, &schema, hub->arena, &new_key),
	    HUB_ECORRUPT);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_table_has_its_answer),
		TEST(a_table_without_an_answer_stops_it_before_anything),
		TEST(a_table_of_any_size_is_emptied_and_no_other),
		TEST(mail_that_waited_is_not_sent_again_but_a_proof_stays),
		TEST(the_vault_keeps_its_log_and_signs_with_the_new_key),
		TEST(the_directory_trusts_the_new_key_and_no_older_epoch),
		TEST(epochs_leap_a_few_accounts_at_a_time),
		TEST(a_damaged_account_is_not_written_over_another),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pairs, drop_pairs);
}
