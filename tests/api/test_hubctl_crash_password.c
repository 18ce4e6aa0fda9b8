/* Accounts and passwords, killed between two writes of hubctl. */
#include "crash.h"

#include <string.h>
#include "directory/account.h"
#include "identity/credential.h"
#include "identity/second_factor.h"
#include "unit.h"

#define NEW "new@example.nl"
#define ADD "account", "add", "--email", NEW, "--contact", "k-204801"

/* The vault's credential of an account; the texts are not to be read. */
static struct credential_rec
credential_of(const struct site *site, const char *account)
{
	struct credential_rec rec;
	struct look vault;
	struct txn *txn;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	credential_get(txn, str_of(account), &rec);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return rec;
}

static uint64_t
credentials(const struct site *site)
{
	struct look vault;
	struct txn *txn;
	uint64_t n;

	look_open(&vault, site, schema_vault, STORE_READ);
	txn = store_read_begin(vault.store, vault.arena);
	n = txn_count(txn, VAULT_CREDENTIAL);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return n;
}

static void
a_password_is_there_before_its_account(void **state)
{
	static const char *const words[] = { ADD, NULL };
	struct site *site = *state;
	struct output o;

	crash(site, schema_vault, schema_directory, words);
	assert_int_equal(credentials(site), 1);
	site_hubctl(site, &o, NULL, "account", "show", NEW);
	assert_int_equal(o.status, 1);
	site_do(site, "verify");
	site_do(
	    site, "account", "add", "--email", NEW, "--contact", "k-204801");
	assert_int_equal(credentials(site), 2);
	assert_int_equal(crash_events(site, "account.added"), 2);
}

#define RESET "account", "reset-password", JANSSEN

static void
a_reset_ends_tokens_before_it_has_another_password(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	site_start(site, POOL_READERS);
	assert_served(site, &token);
	crash_before_event(site, RESET);
	assert_refused(site, &token);
	assert_int_equal(crash_events(site, "password.reset"), 0);
	assert_int_equal(credentials(site), 0);
	/* Not pending: its owner is not shut out by half a reset. */
	token = site_token(site, JANSSEN);
	assert_served(site, &token);
	site_do(site, RESET);
	assert_int_equal(crash_events(site, "password.reset"), 1);
	assert_refused(site, &token);
}

/* Who signed in between the two writes is out as well, by the next attempt. */
static void
a_reset_without_its_third_step_is_completed_by_another(void **state)
{
	static const char *const words[] = { RESET, NULL };
	struct site *site = *state;
	struct credential_rec left, again;
	struct output o;

	crash_late(site, words);
	assert_int_equal(crash_events(site, "password.reset"), 1);
	left = credential_of(site, JANSSEN_ID);
	assert_int_not_equal(left.temporary_until, 0);
	site_do(site, RESET);
	again = credential_of(site, JANSSEN_ID);
	assert_int_not_equal(again.temporary_serial, left.temporary_serial);
	site_hubctl(site, &o, NULL, "account", "show", JANSSEN);
	assert_says(o.out, "state: pending\n");
	site_hubctl(site, &o, NULL, "token", JANSSEN);
	assert_int_equal(o.status, 1);
}

static int
put_factor(struct txn *vault, void *arg)
{
	const uint64_t *born = arg;
	const struct second_factor_rec rec = {
		.secret = STR("12345678901234567890"),
		.recovery = STR(""),
		.born = *born,
	};

	second_factor_put(vault, STR(JANSSEN_ID), &rec);
	return 0;
}

static uint64_t
born_of(const struct site *site)
{
	struct account_rec rec;
	struct look directory;
	struct txn *txn;

	look_open(&directory, site, schema_directory, STORE_READ);
	txn = store_read_begin(directory.store, directory.arena);
	assert_true(account_get(txn, STR(JANSSEN_ID), &rec));
	assert_int_equal(store_read_end(txn), 0);
	look_close(&directory);
	return rec.born;
}

static bool
change_factor(const struct site *site, bool make)
{
	struct second_factor_rec rec;
	uint64_t born = born_of(site);
	struct look vault;
	struct txn *txn;
	bool has;

	look_open(&vault, site, schema_vault, STORE_WRITE);
	if (make)
		assert_int_equal(
		    store_write(vault.store, vault.arena, put_factor, &born),
		    0);
	txn = store_read_begin(vault.store, vault.arena);
	has = second_factor_get(txn, STR(JANSSEN_ID), born, &rec);
	assert_int_equal(store_read_end(txn), 0);
	look_close(&vault);
	return has;
}

#define RESET_FACTOR "account", "reset-second-factor", JANSSEN

static void
a_second_factor_goes_after_all_that_it_has_opened(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);
	struct output o;

	site_hubctl(site, &o, NULL, RESET_FACTOR);
	assert_int_equal(o.status, 1);
	assert_true(change_factor(site, true));
	site_start(site, POOL_READERS);
	assert_served(site, &token);
	crash_before_event(site, RESET_FACTOR);
	assert_refused(site, &token);
	assert_true(change_factor(site, false));
	assert_int_equal(crash_events(site, "second-factor.reset"), 0);
	site_do(site, RESET_FACTOR);
	assert_false(change_factor(site, false));
	assert_int_equal(crash_events(site, "second-factor.reset"), 1);
	site_do(site, "verify");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password_is_there_before_its_account),
		TEST(a_reset_ends_tokens_before_it_has_another_password),
		TEST(a_reset_without_its_third_step_is_completed_by_another),
		TEST(a_second_factor_goes_after_all_that_it_has_opened),
	};

	return UNIT_RUN(tests);
}
