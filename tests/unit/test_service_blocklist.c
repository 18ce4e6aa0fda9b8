#include "endpoint/service.h"

#include <stdio.h>
#include "base/counters.h"
#include "hub_fixture.h"
#include "unit.h"

/* As a worker opens it: the stores are its own. */
static int
open_as(struct test_hub *hub, enum pool pool, struct service *service)
{
	static struct counters counters;

	return service_open(service, &hub->conf, pool, &counters, &hub->why);
}

static int
setup(void **state)
{
	int rc = hub_setup(state);
	struct test_hub *hub = *state;
	FILE *file;

	snprintf(hub->conf.base_url, sizeof(hub->conf.base_url),
	    "https://hub.example.nl");
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s/words", hub->root);
	file = fopen(hub->conf.password_blocklist, "w");
	assert_non_null(file);
	fputs("welkom\n", file);
	assert_int_equal(fclose(file), 0);
	/* One handle a process. */
	store_close(hub->directory);
	store_close(hub->vault);
	hub->directory = hub->vault = NULL;
	return rc;
}

static void
only_sign_in_workers_have_the_list(void **state)
{
	struct test_hub *hub = *state;
	struct service service;

	for (int pool = 0; pool < POOL_COUNT; pool++) {
		assert_int_equal(open_as(hub, (enum pool)pool, &service), 0);
		if (pool == POOL_SIGNIN)
			assert_true(
			    blocklist_has(service.blocklist, STR("welkom")));
		else
			assert_null(service.blocklist);
		service_close(&service);
		assert_null(service.blocklist);
	}
}

static void
a_list_that_is_not_there_stops_them(void **state)
{
	struct test_hub *hub = *state;
	struct service service;

	assert_int_equal(remove(hub->conf.password_blocklist), 0);
	assert_int_equal(open_as(hub, POOL_KEEPERS, &service), 0);
	service_close(&service);
	assert_int_equal(open_as(hub, POOL_SIGNIN, &service), HUB_ENOENT);
	assert_non_null(strstr(hub->why.text, "password.blocklist"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(only_sign_in_workers_have_the_list),
		TEST(a_list_that_is_not_there_stops_them),
	};

	return UNIT_RUN(tests);
}
