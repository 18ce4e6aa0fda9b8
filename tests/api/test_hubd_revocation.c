#include "hub_process.h"

#include <stdio.h>
#include "unit.h"

/*
 * What the operator's tool ends, in a process of its own, is ended when it
 * returns: the very next request on a connection that was open before is
 * refused, whichever worker it goes to.
 */
#define MINE "/account/mine"
#define KEPT 16

static struct client kept[KEPT];

static void
connect_all(const struct site *site)
{
	for (size_t i = 0; i < KEPT; i++)
		site_connect(site, POOL_READERS, &kept[i]);
}

static void
assert_all(const struct token *token, int status)
{
	for (size_t i = 0; i < KEPT; i++)
		assert_int_equal(site_get(&kept[i], MINE, token), status);
}

static int
start(void **state)
{
	struct site *site;

	site_setup_filled(state);
	site = *state;
	/* So that each of the two holds some of them. */
	site_configure(site, "readers.workers = 2\nreaders.connections = 64\n");
	site_start(site, POOL_READERS);
	connect_all(site);
	return 0;
}

static int
stop(void **state)
{
	for (size_t i = 0; i < KEPT; i++)
		client_close(&kept[i]);
	return site_teardown(state);
}

static void
disable_shows_at_the_next_request(void **state)
{
	struct site *site = *state;
	struct token janssen = site_token(site, JANSSEN);
	struct token bos = site_token(site, BOS);
	struct token fresh;

	assert_all(&janssen, 200);
	assert_all(&bos, 200);
	site_do(site, "account", "disable", JANSSEN);
	assert_all(&janssen, 401);
	assert_all(&bos, 200);
	site_do(site, "account", "enable", JANSSEN);
	assert_all(&janssen, 401);
	fresh = site_token(site, JANSSEN);
	assert_all(&fresh, 200);
}

static void
revoke_shows_at_the_next_request(void **state)
{
	struct site *site = *state;
	struct token before = site_token(site, JANSSEN), after;

	assert_all(&before, 200);
	site_do(site, "account", "revoke", JANSSEN_ID);
	assert_all(&before, 401);
	after = site_token(site, JANSSEN);
	assert_all(&after, 200);
	assert_all(&before, 401);
}

static void
import(struct site *site, const char *line)
{
	site_do(site, "import", site_file(site, "more.ndjson", line));
}

static void
a_permission_withdrawn_by_import_shows_at_the_next_request(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	assert_all(&token, 200);
	import(
	    site, "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[]}\n");
	assert_all(&token, 403);
	import(site,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":["
	    "\"account.read.mine\"]}\n");
	assert_all(&token, 200);
}

static void
an_account_deleted_by_import_is_gone_at_the_next_request(void **state)
{
	struct site *site = *state;
	struct token token = site_token(site, JANSSEN);

	assert_all(&token, 200);
	import(site,
	    "{\"type\":\"account\",\"id\":\"" JANSSEN_ID
	    "\",\"deleted\":true}\n");
	assert_all(&token, 401);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disable_shows_at_the_next_request),
		TEST(revoke_shows_at_the_next_request),
		TEST(
		    a_permission_withdrawn_by_import_shows_at_the_next_request),
		TEST(an_account_deleted_by_import_is_gone_at_the_next_request),
	};

	return UNIT_RUN(tests);
}
