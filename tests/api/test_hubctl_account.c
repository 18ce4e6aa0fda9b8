/* hubctl account: accounts are listed, shown, disabled, enabled, revoked. */
#include "hubctl_checks.h"

#include <stdlib.h>
#include "site_store.h"
#include "unit.h"

static void
account_list_shows_all_in_the_order_of_their_ids(void **state)
{
	struct site *site = *state;
	const char *first, *second;
	struct output o;

	site_do(site, "account", "disable", BOS);
	hubctl(&o, "account", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 8);
	assert_says(o.out, "c-bos                                 disabled  ");
	first = strstr(o.out, JANSSEN_ID);
	second = strstr(o.out, "e-1 ");
	assert_true(first != NULL && second != NULL && first < second);
	assert_says(first, "enabled   " JANSSEN);
}

/* More than are looked up at a time. */
static void
account_list_has_no_end_of_its_own(void **state)
{
	struct site *site = *state;
	struct output o;

	import_many(site, 1203);
	site_run(&o, NULL, NULL, "/bin/sh",
	    (const char *const[]){ "-c",
		"\"$0\" --config \"$1\" account list >\"$2\"; "
		"wc -l <\"$2\"; sort -u \"$2\" | wc -l",
		site_program("HUBCTL", "./hubctl"), site->conf,
		site_path(site, "list"), NULL });
	assert_int_equal(o.status, 0);
	/* Each once, and the line above them. */
	assert_string_equal(o.out, "1211\n1211\n");
}

static void
account_show_takes_name_and_id(void **state)
{
	static const char *const names[] = { JANSSEN, "J.JANSSEN@example.NL",
		JANSSEN_ID };
	struct output o;

	for (size_t i = 0; i < 3; i++) {
		hubctl(&o, "account", "show", names[i]);
		assert_done(&o);
		assert_says(o.out,
		    "id: " JANSSEN_ID "\nusername: " JANSSEN
		    "\nstate: enabled\nepoch: 1\ngroups: 101\n");
		assert_says(o.out, "dossiers: 1001 204517\n");
		assert_says(o.out, "item: {\"id\":\"" JANSSEN_ID "\"");
	}
	hubctl(&o, "account", "show", "none");
	assert_failed(
	    &o, 1, "there is no account none: see hubctl account list");
}

static void
accounts_are_changed_by_name_and_id(void **state)
{
	struct site *site = *state;
	struct events events;
	struct output o;

	hubctl(&o, "account", "disable", "J.JANSSEN@EXAMPLE.NL");
	assert_done(&o);
	assert_says(o.out, "is disabled");
	hubctl(&o, "account", "show", JANSSEN_ID);
	assert_says(o.out, "state: disabled\nepoch: 2\n");
	hubctl(&o, "account", "enable", JANSSEN_ID);
	assert_done(&o);
	hubctl(&o, "account", "revoke", JANSSEN);
	assert_done(&o);
	assert_says(o.out, "signed out everywhere");
	hubctl(&o, "account", "show", JANSSEN);
	assert_says(o.out, "state: enabled\nepoch: 3\n");
	events = site_events(site);
	assert_says(events.text, "account.disabled " JANSSEN_ID " hubctl (");
	assert_says(events.text, "account.enabled " JANSSEN_ID " hubctl (");
	assert_says(events.text, "account.revoked " JANSSEN_ID " hubctl (");
}

static void
changing_the_unknown_is_1_and_leaves_no_trace(void **state)
{
	static const char *const verbs[] = { "enable", "disable", "revoke" };
	struct site *site = *state;
	struct output o;

	for (size_t i = 0; i < 3; i++) {
		hubctl(&o, "account", verbs[i], "none@example.nl");
		assert_failed(&o, 1, "there is no account none@example.nl");
	}
	assert_int_equal(count_in(site_events(site).text, "account."), 0);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(account_list_shows_all_in_the_order_of_their_ids),
		FILLED(account_list_has_no_end_of_its_own),
		FILLED(account_show_takes_name_and_id),
		FILLED(accounts_are_changed_by_name_and_id),
		FILLED(changing_the_unknown_is_1_and_leaves_no_trace),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
