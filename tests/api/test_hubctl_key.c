/* hubctl key: keys are listed and rotated. */
#include "hubctl_checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "site_store.h"
#include "unit.h"

static void
a_key_is_rotated_in_its_own_time(void **state)
{
	struct site *site = *state;
	struct output o;
	char kid[44], line[128];

	hubctl(&o, "key", "rotate");
	assert_done(&o);
	assert_says(o.out, " signs from 20");
	snprintf(kid, sizeof(kid), "%.43s", o.out);
	assert_int_equal(strlen(kid), 43);
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "  signing "), 1);
	snprintf(line, sizeof(line), "%s  next ", kid);
	assert_says(o.out, line);
	hubctl(&o, "key", "rotate");
	assert_failed(&o, 1, "the next key is published and signs from 20");
	/* No two keys begin to sign in the same second. */
	for (int64_t begun = clock_now(); clock_now() == begun;)
		usleep(10000);
	hubctl(&o, "key", "rotate", "--now");
	assert_done(&o);
	snprintf(line, sizeof(line), "%s signs from 20", kid);
	assert_says(o.out, line);
	hubctl(&o, "key", "list");
	assert_done(&o);
	snprintf(line, sizeof(line), "%s  signing ", kid);
	assert_says(o.out, line);
	assert_int_equal(count_in(o.out, "  verifying "), 1);
	assert_int_equal(count_in(site_events(site).text, "key.rotated"), 2);
}

static void
a_key_of_a_hub_that_was_not_completed_is_not_rotated(void **state)
{
	struct site *site = *state;
	struct output o;

	assert_int_equal(mkdir(site->data, 0755), 0);
	look_create(site, schema_vault);
	look_create(site, schema_directory);
	hubctl(&o, "key", "rotate");
	assert_failed(
	    &o, 1, "there is no signing key; make one with hubctl init");
	hubctl(&o, "key", "list");
	assert_done(&o);
	assert_int_equal(count_in(o.out, "\n"), 1);
}

#define SITE(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)
#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(a_key_is_rotated_in_its_own_time),
		SITE(a_key_of_a_hub_that_was_not_completed_is_not_rotated),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
