#include "hub_process.h"

#include <signal.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/revoked.h"
#include "site_store.h"
#include "unit.h"
#include "vault_fixture.h"

#define NAME "hub-housekeeper"

/* The only one, as soon as there is one that is not NOT. */
static pid_t
wait_for_housekeeper(pid_t daemon, pid_t not )
{
	int64_t start = clock_mono_ms();
	pid_t found[4];

	for (;;) {
		size_t n = site_children(daemon, NAME, found, 4);

		assert_true(n <= 1);
		if (n == 1 && found[0] != not )
			return found[0];
		site_rest(start);
	}
}

static void
the_keepers_have_one_and_the_others_none(void **state)
{
	struct site *site = *state;
	pid_t daemon, found;

	for (int pool = 0; pool < POOL_COUNT; pool++) {
		daemon = site_start(site, (enum pool)pool);
		if (pool == POOL_KEEPERS) {
			found = wait_for_housekeeper(daemon, 0);
			assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
			site_wait_for_end(found);
			continue;
		}
		/* It would be started when all workers serve. */
		site_wait_for_workers(daemon, 2, 0);
		assert_int_equal(
		    site_ask(site, (enum pool)pool, "/health/ready", NULL),
		    200);
		assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
		assert_int_equal(
		    site_log_count(site, (enum pool)pool, "chore"), 0);
	}
}

static void
it_does_each_chore_at_its_start(void **state)
{
	struct site *site = *state;

	site_configure(site, "log.level = debug\n");
	site_start(site, POOL_KEEPERS);
	site_wait_for_log(site, POOL_KEEPERS, "chore readers");
	site_wait_for_log(site, POOL_KEEPERS, "chore room");
	site_wait_for_log(site, POOL_KEEPERS, "chore sweep");
	site_wait_for_log(site, POOL_KEEPERS, "chore keys");
}

static void
it_is_replaced_when_it_dies_and_disturbs_no_worker(void **state)
{
	struct site *site = *state;
	pid_t daemon, before[4], after[4], found;

	daemon = site_start(site, POOL_KEEPERS);
	found = wait_for_housekeeper(daemon, 0);
	assert_int_equal(site_workers(daemon, before, 4), 4);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kill(found, SIGKILL), 0);
		found = wait_for_housekeeper(daemon, found);
	}
	assert_int_equal(
	    site_log_count(site, POOL_KEEPERS, "was ended by signal 9"), 2);
	assert_int_equal(site_workers(daemon, after, 4), 4);
	assert_memory_equal(before, after, sizeof(before));
}

/* Nobody accepts what comes to it, so it has to be without the socket. */
static void
it_ends_with_its_master_and_holds_no_socket(void **state)
{
	struct site *site = *state;
	pid_t daemon, found;
	struct client c;
	pid_t workers[8];
	size_t n;

	daemon = site_start(site, POOL_KEEPERS);
	found = wait_for_housekeeper(daemon, 0);
	site_wait_for_log(site, POOL_KEEPERS, "workers on");
	n = site_workers(daemon, workers, 8);
	assert_int_equal(kill(found, SIGSTOP), 0);
	assert_int_equal(site_stop(site, daemon, SIGKILL), -SIGKILL);
	while (n > 0)
		site_wait_for_end(workers[--n]);
	assert_false(client_open(&c, site->socket[POOL_KEEPERS]));
	assert_int_equal(kill(found, SIGCONT), 0);
	site_wait_for_end(found);
}

static void
one_that_shows_no_life_is_replaced(void **state)
{
	struct site *site = *state;
	pid_t daemon, found;

	site_configure(site, "timeout.worker = 2s\n");
	daemon = site_start(site, POOL_KEEPERS);
	found = wait_for_housekeeper(daemon, 0);
	assert_int_equal(kill(found, SIGSTOP), 0);
	wait_for_housekeeper(daemon, found);
	assert_int_equal(site_log_count(site, POOL_KEEPERS,
			     "has given no sign of life for 2 seconds"),
	    1);
	assert_int_equal(site_stop(site, daemon, SIGTERM), 0);
}

static int
revoke_two(struct txn *directory, void *arg)
{
	const int64_t *until = arg;

	revoked_put(
	    directory, REVOKED_TOKEN, STR("t-old"), STR(JANSSEN_ID), *until);
	revoked_put(directory, REVOKED_TOKEN, STR("t-new"), STR(JANSSEN_ID),
	    INT64_MAX / 2);
	return 0;
}

#define LONG_AGO 1000000 /* seconds since 1970 */

static void
put_what_has_expired(const struct site *site)
{
	int64_t until = LONG_AGO;
	struct test_hub hub;

	look_both(&hub, site);
	vault_session(&hub, JANSSEN_ID, "s-old", LONG_AGO);
	vault_session(&hub, JANSSEN_ID, "s-new", clock_now());
	vault_grant(&hub, JANSSEN_ID, "app", "g-old", "", LONG_AGO);
	vault_grant(&hub, JANSSEN_ID, "app", "g-new", "", clock_now());
	vault_code(&hub, "g-old", "", LONG_AGO);
	hub_write(&hub, hub.directory, revoke_two, &until);
	look_both_end(&hub);
}

/* Whether what has expired is gone; the rest must be there. */
static bool
is_swept(const struct site *site)
{
	struct test_hub hub;
	bool swept;

	look_both(&hub, site);
	assert_true(vault_has_grant(&hub, "g-new"));
	assert_true(vault_is_revoked(&hub, 't', "t-new"));
	swept = !vault_has_grant(&hub, "g-old") &&
	    !vault_is_revoked(&hub, 't', "t-old") &&
	    vault_count(&hub, VAULT_SESSION) == 1 &&
	    vault_count(&hub, VAULT_CODE) == 0 &&
	    vault_count(&hub, VAULT_GRANT) == 1 &&
	    vault_count(&hub, VAULT_REFRESH) == 1 &&
	    vault_count(&hub, VAULT_EXPIRY) == 2;
	look_both_end(&hub);
	return swept;
}

static void
what_has_expired_vanishes_from_a_running_hub(void **state)
{
	struct site *site = *state;
	int64_t start = clock_mono_ms();

	put_what_has_expired(site);
	assert_false(is_swept(site));
	site_start(site, POOL_KEEPERS);
	while (!is_swept(site))
		site_rest(start);
	site_do(site, "verify");
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(the_keepers_have_one_and_the_others_none),
		FILLED(it_does_each_chore_at_its_start),
		FILLED(it_is_replaced_when_it_dies_and_disturbs_no_worker),
		FILLED(it_ends_with_its_master_and_holds_no_socket),
		FILLED(one_that_shows_no_life_is_replaced),
		FILLED(what_has_expired_vanishes_from_a_running_hub),
	};

	return UNIT_RUN(tests);
}
