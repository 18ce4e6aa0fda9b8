#include "identity/own_password.h"

#include "base/clock.h"
#include "directory/account.h"
#include "identity/session.h"
#include "signin_fixture.h"
#include "store/schema.h"
#include "unit.h"

/* Signs jan in with GOOD; the cookie. */
static struct opaque
begin(struct test_hub *hub)
{
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	return in.cookie;
}

static enum own_result
change(struct test_hub *test, const struct opaque *cookie, const char *current,
    const char *password, struct own_change *out)
{
	struct hub hub = hub_of(test);
	struct own_change in = {
		.current = str_of(current),
		.password = str_of(password),
		.source = STR(ADDRESS),
	};
	enum own_result result;

	assert_int_equal(
	    opaque_digest_of(str_of(cookie->text), &in.session), 0);
	result = own_password_change(&hub, NULL, &in);
	assert_int_equal(in.cookie.text[0] != '\0', result == OWN_DONE);
	if (out != NULL)
		*out = in;
	return result;
}

static void
a_change_ends_all_but_the_one_who_changes(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = begin(hub), other;
	uint64_t epoch = hub_account(hub, "jan").epoch;
	struct session_rec session;
	struct own_change out;
	struct signin in;

	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	other = in.cookie;
	put_grant_of_jan(hub, "g1");
	assert_int_equal(change(hub, &cookie, GOOD, BETTER, &out), OWN_DONE);
	assert_true(is_signed_in(hub, &out.cookie));
	assert_false(is_signed_in(hub, &cookie));
	assert_false(is_signed_in(hub, &other));
	assert_false(has_grant(hub, "g1"));
	assert_true(hub_account(hub, "jan").epoch > epoch);
	assert_true(session_of(hub, &out.cookie, &session));
	assert_str(session.source, ADDRESS);
	assert_int_equal(events_of(hub, "password.changed", "jan"), 1);
	assert_false(audit_holds(hub, GOOD) || audit_holds(hub, BETTER));
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_DONE);
	assert_int_equal(change(hub, &cookie, BETTER, GOOD, NULL), OWN_CLOSED);
}

static void
the_current_password_is_asked_and_throttled(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = begin(hub);
	struct own_change out;

	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    change(hub, &cookie, BETTER, BETTER, NULL), OWN_WRONG);
	assert_int_equal(
	    change(hub, &cookie, GOOD, BETTER, &out), OWN_THROTTLED);
	assert_true(out.wait_ms > 0);
	/* The same counter as at sign-in, so that neither helps the other. */
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_THROTTLED);
	assert_int_equal(events_of(hub, "signin.failed", "jan"), 4);
	assert_int_equal(events_of(hub, "password.changed", "jan"), 0);
	assert_true(is_signed_in(hub, &cookie));
}

static void
a_right_one_costs_no_tries(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = begin(hub);
	struct own_change out;

	for (int i = 0; i < 8; i++) {
		assert_int_equal(
		    change(hub, &cookie, GOOD, "kort", &out), OWN_REFUSED);
		assert_int_equal(out.fault, PASSWORD_SHORT);
	}
	assert_int_equal(
	    change(hub, &cookie, GOOD, JAN " jan jan", &out), OWN_REFUSED);
	assert_int_equal(out.fault, PASSWORD_OWN);
	assert_true(is_signed_in(hub, &cookie));
	assert_int_equal(change(hub, &cookie, GOOD, BETTER, NULL), OWN_DONE);
}

static void
who_is_not_signed_in_changes_nothing(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct opaque cookie = begin(hub), nobody;
	struct signin in;

	opaque_make(&nobody);
	assert_int_equal(change(hub, &nobody, GOOD, BETTER, NULL), OWN_CLOSED);
	give_temporary(hub, temporary);
	assert_int_equal(change(hub, &cookie, GOOD, BETTER, NULL), OWN_CLOSED);
	/* The form of a temporary password is no session. */
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_CHANGE);
	assert_int_equal(
	    change(hub, &in.cookie, temporary, BETTER, NULL), OWN_CLOSED);
	assert_int_equal(events_of(hub, "password.changed", "jan"), 0);
	assert_int_equal(events_of(hub, "signin.failed", "jan"), 0);
}

static void
reset_now(struct test_hub *test)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];

	give_temporary(test, temporary);
}

/* An operator's reset comes while the hash is computed, and wins. */
static void
a_reset_meanwhile_wins(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = begin(hub);

	signin_meanwhile = reset_now;
	assert_int_equal(change(hub, &cookie, GOOD, BETTER, NULL), OWN_CLOSED);
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_WRONG);
	assert_int_equal(credential_of_jan(hub).lasting.n, 0);
	assert_true(hub_account(hub, "jan").pending);
}

static struct opaque shared;

static void
change_now(struct test_hub *hub)
{
	struct own_change out;

	assert_int_equal(change(hub, &shared, GOOD, BETTER, &out), OWN_DONE);
	shared = out.cookie;
}

/* The first has all it was told; the second ends nothing of it. */
static void
of_two_at_once_one_is_done(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = begin(hub);

	shared = cookie;
	signin_meanwhile = change_now;
	assert_int_equal(
	    change(hub, &cookie, GOOD, "een derde zin met lood", NULL),
	    OWN_CLOSED);
	assert_true(is_signed_in(hub, &shared));
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)
		TEST(a_change_ends_all_but_the_one_who_changes),
		TEST(the_current_password_is_asked_and_throttled),
		TEST(a_right_one_costs_no_tries),
		TEST(who_is_not_signed_in_changes_nothing),
		TEST(a_reset_meanwhile_wins),
		TEST(of_two_at_once_one_is_done),
#undef TEST
	};

	return UNIT_RUN(tests);
}
