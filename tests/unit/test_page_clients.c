#include "identity/page_clients.h"

#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "directory/client_public.h"
#include "identity/client.h"
#include "identity/registration.h"
#include "signin_fixture.h"
#include "unit.h"

#define URL "https://hub.example.nl"
#define OTHER_URL "https://other.example.nl"

static void
set_base_url(struct test_hub *hub, const char *url)
{
	snprintf(hub->conf.base_url, sizeof(hub->conf.base_url), "%s", url);
}

static int
setup(void **state)
{
	hub_setup(state);
	set_base_url(*state, URL);
	return 0;
}

static unsigned int
make(struct test_hub *test)
{
	struct hub hub = hub_of(test);
	unsigned int changed;

	if (page_clients_make(&hub, &operator_actor, &changed, &test->why) != 0)
		fail_msg("%s", test->why.text);
	return changed;
}

static struct client_rec
client(struct test_hub *hub, const char *id)
{
	struct txn *txn = hub_look(hub);
	struct client_rec rec;

	if (!client_get(txn, str_of(id), &rec))
		fail_msg("there is no client %s", id);
	hub_look_end(txn);
	return rec;
}

static void
assert_addresses(struct test_hub *hub, const char *id, const char *address)
{
	struct client_rec rec = client(hub, id);
	const char *list = arena_printf(hub->arena, "%s ", address);

	assert_string_equal(hub_list(hub, rec.redirect_uris), list);
	assert_string_equal(hub_list(hub, rec.post_logout_uris), list);
}

static void
both_are_made_and_one_manages(void **state)
{
	struct test_hub *hub = *state;
	struct client_rec beheer, mijn;

	assert_int_equal(make(hub), 2);
	beheer = client(hub, CLIENT_BEHEER);
	mijn = client(hub, CLIENT_MIJN);
	assert_true(beheer.enabled && beheer.public && !beheer.third_party);
	assert_true(mijn.enabled && mijn.public && !mijn.third_party);
	assert_str(beheer.scope, "openid profile email hub.read hub.manage");
	assert_str(mijn.scope, "openid profile email hub.read");
	assert_int_equal(
	    beheer.grants, CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH);
	assert_int_equal(mijn.grants, CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH);
	/* Pages of the hub's own origin need no other. */
	assert_int_equal(beheer.origins.n + mijn.origins.n, 0);
	assert_false(beheer.pkce_optional || mijn.pkce_optional);
	assert_addresses(hub, CLIENT_BEHEER, URL "/beheer/");
	assert_addresses(hub, CLIENT_MIJN, URL "/mijn/");
	assert_int_equal(events_of(hub, "client.added", NULL), 2);
}

static void
a_second_time_changes_nothing(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(make(hub), 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(make(hub), 0);
	assert_int_equal(events_of(hub, "client.added", NULL), 2);
	assert_int_equal(events_of(hub, "client.changed", NULL), 0);
}

static void
another_base_url_moves_both(void **state)
{
	struct test_hub *hub = *state;

	make(hub);
	set_base_url(hub, OTHER_URL);
	assert_int_equal(make(hub), 2);
	assert_addresses(hub, CLIENT_BEHEER, OTHER_URL "/beheer/");
	assert_addresses(hub, CLIENT_MIJN, OTHER_URL "/mijn/");
	assert_int_equal(events_of(hub, "client.changed", NULL), 2);
	assert_int_equal(make(hub), 0);
	assert_int_equal(events_of(hub, "client.changed", NULL), 2);
}

static int
disable(struct txn *txn, void *arg)
{
	return client_set_enabled(txn, str_of(arg), false);
}

/* Who closed the pages opens them; a new base URL does not. */
static void
one_that_is_disabled_stays_so(void **state)
{
	static char id[] = CLIENT_BEHEER;
	struct test_hub *hub = *state;

	make(hub);
	hub_write(hub, hub->directory, disable, id);
	assert_int_equal(make(hub), 0);
	assert_false(client(hub, CLIENT_BEHEER).enabled);
	set_base_url(hub, OTHER_URL);
	assert_int_equal(make(hub), 2);
	assert_false(client(hub, CLIENT_BEHEER).enabled);
	assert_addresses(hub, CLIENT_BEHEER, OTHER_URL "/beheer/");
	assert_true(client(hub, CLIENT_MIJN).enabled);
}

/* A client of an operator's with the name of one of the pages. */
static struct client_form
form_of(const char *id)
{
	static const char *const uris[] = { "https://app.example.nl/cb", NULL };
	static const char *const none[] = { NULL };

	return (struct client_form){
		.id = id,
		.redirect_uris = uris,
		.post_logout_uris = none,
		.origins = none,
		.grants = none,
		.scopes = none,
	};
}

static void
add_client(struct test_hub *test, const struct client_form *form)
{
	struct hub hub = hub_of(test);
	struct opaque secret;
	struct client_rec rec;

	assert_int_equal(client_make(test->arena, form, &rec, &test->why), 0);
	if (registration_add(&hub, &operator_actor, str_of(form->id), &rec,
		&secret, &test->why) != 0)
		fail_msg("%s", test->why.text);
}

static void
assert_left_alone(struct test_hub *test, const char *id)
{
	struct client_rec before = client(test, id), after;
	struct hub hub = hub_of(test);
	unsigned int changed;

	assert_int_equal(
	    page_clients_make(&hub, &operator_actor, &changed, &test->why),
	    HUB_EDENIED);
	if (strstr(test->why.text,
		arena_printf(test->arena, "hubctl client remove %s", id)) ==
	    NULL)
		fail_msg("%s", test->why.text);
	after = client(test, id);
	assert_int_equal(after.public, before.public);
	assert_true(str_eq(after.scope, before.scope));
	assert_true(str_eq(after.redirect_uris, before.redirect_uris));
	assert_int_equal(events_of(test, "client.changed", NULL), 0);
}

static void
somebody_elses_client_of_that_name_is_left_alone(void **state)
{
	struct client_form form = form_of(CLIENT_MIJN);

	add_client(*state, &form);
	assert_left_alone(*state, CLIENT_MIJN);
}

/* Neither does a confidential one get what only the pages may have. */
static void
no_client_becomes_the_employees_pages(void **state)
{
	static const char *const scopes[] = { "openid profile email hub.read",
		NULL };
	struct client_form form = form_of(CLIENT_BEHEER);

	form.public = true;
	form.third_party = true;
	form.scopes = scopes;
	add_client(*state, &form);
	assert_left_alone(*state, CLIENT_BEHEER);
}

static void
one_that_was_removed_is_left_alone_while_its_id_rests(void **state)
{
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	make(test);
	assert_int_equal(
	    act_remove_client(&hub, &operator_actor, STR(CLIENT_MIJN)), 0);
	assert_int_equal(make(test), 0);
	assert_true(client(test, CLIENT_MIJN).free_from > clock_now());
	set_base_url(test, OTHER_URL);
	assert_int_equal(make(test), 1);
	assert_addresses(test, CLIENT_BEHEER, OTHER_URL "/beheer/");
	assert_true(client(test, CLIENT_MIJN).free_from > 0);
}

static int
end_rest(struct txn *txn, void *arg)
{
	struct client_rec rec;

	assert_true(client_get(txn, str_of(arg), &rec));
	rec.free_from = 1;
	client_put(txn, str_of(arg), &rec);
	return 0;
}

static void
an_id_that_has_rested_is_taken_again(void **state)
{
	static char id[] = CLIENT_MIJN;
	struct test_hub *test = *state;
	struct hub hub = hub_of(test);

	make(test);
	assert_int_equal(
	    act_remove_client(&hub, &operator_actor, STR(CLIENT_MIJN)), 0);
	hub_write(test, test->directory, end_rest, id);
	assert_int_equal(make(test), 1);
	assert_true(client(test, CLIENT_MIJN).enabled);
	assert_addresses(test, CLIENT_MIJN, URL "/mijn/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(both_are_made_and_one_manages),
		TEST(a_second_time_changes_nothing),
		TEST(another_base_url_moves_both),
		TEST(one_that_is_disabled_stays_so),
		TEST(somebody_elses_client_of_that_name_is_left_alone),
		TEST(no_client_becomes_the_employees_pages),
		TEST(one_that_was_removed_is_left_alone_while_its_id_rests),
		TEST(an_id_that_has_rested_is_taken_again),
#undef TEST
	};

	return UNIT_RUN(tests);
}
