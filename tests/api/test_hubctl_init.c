/* hubctl init: what it makes, and that it goes on where it was cut short. */
#include "hubctl_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "site_store.h"
#include "unit.h"

static void
init_makes_the_stores_and_a_key(void **state)
{
	struct site *site = *state;
	struct events events;
	struct output o;

	hubctl(&o, "init");
	assert_done(&o);
	assert_says(o.out, "made the stores and a signing key");
	assert_mode(site, "data", 0755);
	assert_mode(site, "data/directory", 0750);
	assert_mode(site, "data/directory/data.mdb", 0640);
	assert_mode(site, "data/directory/lock.mdb", 0660);
	assert_mode(site, "data/vault", 0700);
	assert_mode(site, "data/vault/data.mdb", 0600);
	events = site_events(site);
	assert_int_equal(count_in(events.text, "\n"), 3);
	assert_says(events.text, "key.created  hubctl (hubctl ");
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "signing"), 1);
	assert_int_equal(count_in(o.out, "\n"), 2);
}

static void
narrow(void)
{
	umask(077);
}

/* The readers' user has to get through. */
static void
init_does_not_take_over_a_narrow_umask(void **state)
{
	struct site *site = *state;
	struct output o;

	site_run(&o, NULL, narrow, site_program("HUBCTL", "./hubctl"),
	    (const char *const[]){ "--config", site->conf, "init", NULL });
	assert_done(&o);
	assert_mode(site, "data", 0755);
	assert_mode(site, "data/directory", 0750);
	assert_mode(site, "data/directory/lock.mdb", 0660);
}

static void
a_second_init_changes_nothing(void **state)
{
	struct site *site = *state;
	struct output before, o, after;

	hubctl(&before, "key", "list");
	hubctl(&o, "init");
	assert_failed(&o, 1, "holds a hub already; nothing was changed");
	hubctl(&after, "key", "list");
	assert_string_equal(before.out, after.out);
	hubctl(&o, "account", "show", JANSSEN);
	assert_done(&o);
	assert_int_equal(count_in(site_events(site).text, "key.created"), 1);
}

/* An init that was cut short is completed, and the hub then works. */
static void
assert_init_completes(struct site *site)
{
	struct token token;
	struct output o;

	site_hubctl(site, &o, NULL, "init");
	assert_done(&o);
	assert_says(o.out, "made the stores");
	assert_int_equal(count_in(site_events(site).text, "key.created"), 1);
	site_demo(&o);
	site_do(site, "import", site_file(site, "demo.ndjson", o.out));
	token = site_token(site, JANSSEN);
	site_start(site, POOL_READERS);
	assert_int_equal(
	    site_ask(site, POOL_READERS, "/account/mine", &token), 200);
	site_hubctl(site, &o, NULL, "init");
	assert_failed(&o, 1, "holds a hub already");
}

static void
init_goes_on_where_only_the_folder_was_made(void **state)
{
	struct site *site = *state;

	assert_int_equal(mkdir(site->data, 0755), 0);
	assert_init_completes(site);
}

static void
init_goes_on_where_only_the_empty_vault_was_made(void **state)
{
	struct site *site = *state;

	assert_int_equal(mkdir(site->data, 0755), 0);
	look_create(site, schema_vault);
	assert_init_completes(site);
}

static void
remove_directory(struct site *site)
{
	assert_int_equal(remove(site_path(site, "data/directory/data.mdb")), 0);
	assert_int_equal(remove(site_path(site, "data/directory/lock.mdb")), 0);
	assert_int_equal(rmdir(site_path(site, "data/directory")), 0);
}

static void
init_goes_on_where_the_directory_was_not_made(void **state)
{
	struct site *site = *state;
	struct output before, after;

	site_do(site, "init");
	hubctl(&before, "key", "list");
	remove_directory(site);
	assert_init_completes(site);
	/* With the private key that was there. */
	hubctl(&after, "key", "list");
	assert_string_equal(before.out, after.out);
}

static void
init_goes_on_where_the_directory_was_half_made(void **state)
{
	struct site *site = *state;

	site_do(site, "init");
	assert_int_equal(rename(site_path(site, "data/directory/data.mdb"),
			     site_path(site, "data/directory/data.mdb.new")),
	    0);
	assert_init_completes(site);
}

static int
empty(struct txn *txn, void *arg)
{
	const unsigned int *table = arg;
	struct key keys[8], prefix;
	struct cursor cursor;
	struct str key, value;
	size_t n = 0;

	key_begin(&prefix);
	txn_cursor(&cursor, txn, *table, &prefix, NULL, false);
	while (n < 8 && txn_cursor_next(&cursor, &key, &value)) {
		memcpy(keys[n].b, key.p, key.n);
		keys[n].n = (uint16_t)key.n;
		keys[n++].bad = false;
	}
	txn_cursor_close(&cursor);
	for (size_t i = 0; i < n; i++)
		txn_del(txn, *table, &keys[i]);
	return 0;
}

static void
init_goes_on_where_the_public_key_was_not_written(void **state)
{
	unsigned int tables[] = { DIR_KEY, DIR_CLIENT, DIR_STATE };
	struct site *site = *state;

	site_do(site, "init");
	for (size_t i = 0; i < 3; i++)
		look_write(site, schema_directory, empty, &tables[i]);
	assert_init_completes(site);
}

static void
init_without_the_folder_above_says_so(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "init", "--data", site_path(site, "a/b"));
	assert_failed(&o, 1, "cannot make the folder");
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE(init_makes_the_stores_and_a_key),
		SITE(init_does_not_take_over_a_narrow_umask),
		FILLED(a_second_init_changes_nothing),
		SITE(init_goes_on_where_only_the_folder_was_made),
		SITE(init_goes_on_where_only_the_empty_vault_was_made),
		SITE(init_goes_on_where_the_directory_was_not_made),
		SITE(init_goes_on_where_the_directory_was_half_made),
		SITE(init_goes_on_where_the_public_key_was_not_written),
		SITE(init_without_the_folder_above_says_so),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
