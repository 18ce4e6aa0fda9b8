#include "signin_fixture.h"

#include "base/clock.h"
#include "directory/account.h"
#include "identity/session.h"
#include "store/schema.h"
#include "unit.h"

/* Signs jan in with a temporary password, which is given; the form's cookie. */
static struct opaque
open_form(struct test_hub *hub)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin in;

	give_temporary(hub, temporary);
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_CHANGE);
	return in.cookie;
}

static void
a_change_ends_the_old_and_signs_in(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct credential_rec rec;
	uint64_t epoch;
	struct signin in;
	struct change out;

	give_temporary(hub, temporary);
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_CHANGE);
	put_grant_of_jan(hub, "g1");
	epoch = hub_account(hub, "jan").epoch;
	assert_int_equal(try_change(hub, &in.cookie, GOOD, &out), CHANGE_DONE);
	assert_true(is_signed_in(hub, &out.cookie));
	assert_false(is_signed_in(hub, &in.cookie));
	assert_true(hub_account(hub, "jan").epoch > epoch);
	assert_false(hub_account(hub, "jan").pending);
	assert_false(has_grant(hub, "g1"));
	rec = credential_of_jan(hub);
	assert_int_equal(rec.temporary.n, 0);
	assert_true(rec.lasting.n > 0);
	assert_int_equal(events_of(hub, "password.changed", "jan"), 1);
	assert_int_equal(try_signin(hub, JAN, temporary, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
}

/* Forgotten: the lasting one beside it works until the form is completed. */
static void
a_forgotten_password_ends_with_the_change(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1] = "aaaaaa-bbbbbb-cccccc";
	char hash[PASSWORD_HASH];
	struct credential_rec rec;
	struct signin in, old;
	struct change out;

	give_password(hub, GOOD);
	rec = credential_of_jan(hub);
	assert_int_equal(password_hash(&hub->conf, str_of(temporary), hash), 0);
	rec.temporary = str_of(hash);
	rec.temporary_until = clock_now() + 3600;
	rec.temporary_serial = 7;
	put_credential_of_jan(hub, &rec);
	assert_int_equal(try_signin(hub, JAN, GOOD, &old), SIGNIN_DONE);
	put_grant_of_jan(hub, "g1");
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_CHANGE);
	assert_false(hub_account(hub, "jan").pending);
	assert_true(is_signed_in(hub, &old.cookie));
	assert_int_equal(
	    try_change(hub, &in.cookie, BETTER, &out), CHANGE_DONE);
	assert_false(is_signed_in(hub, &old.cookie));
	assert_true(is_signed_in(hub, &out.cookie));
	assert_false(has_grant(hub, "g1"));
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_DONE);
}

static void
a_refused_password_leaves_the_form_open(void **state)
{
	static const struct {
		const char *password;
		enum password_fault fault;
	} refused[] = {
		{ "te kort", PASSWORD_SHORT },
		{ "", PASSWORD_SHORT },
		{ "welkom01welkom01", PASSWORD_COMMON },
		{ "jan jansen 2024!", PASSWORD_OWN },
		{ "dddddd-eeeeee-ffffff", PASSWORD_TEMPORARY },
		{ "een fiets\x01 zonder bel", PASSWORD_UNREADABLE },
	};
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);
	struct credential_rec before = credential_of_jan(hub), after;
	struct change out;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		signin_computed = 0;
		assert_int_equal(
		    try_change(hub, &form, refused[i].password, &out),
		    CHANGE_REFUSED);
		assert_int_equal(out.fault, refused[i].fault);
		assert_string_equal(out.cookie.text, "");
		assert_int_equal(signin_computed, 0);
	}
	after = credential_of_jan(hub);
	assert_true(str_eq(before.temporary, after.temporary));
	assert_true(hub_account(hub, "jan").pending);
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_DONE);
}

static void
the_same_form_twice_goes_on_as_once(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);
	struct change one, two;

	assert_int_equal(try_change(hub, &form, GOOD, &one), CHANGE_DONE);
	assert_int_equal(try_change(hub, &form, GOOD, &two), CHANGE_DONE);
	assert_true(is_signed_in(hub, &one.cookie));
	assert_true(is_signed_in(hub, &two.cookie));
	assert_int_equal(events_of(hub, "password.changed", "jan"), 1);
}

/* Whoever finds the form later has one guess and no more. */
static void
a_finished_form_is_no_place_to_guess(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);
	struct change out;

	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_DONE);
	assert_int_equal(try_change(hub, &form, BETTER, &out), CHANGE_CLOSED);
	assert_string_equal(out.cookie.text, "");
	signin_computed = 0;
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(signin_computed, 0);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
}

static struct opaque form_now;
static struct change first;

static void
change_at_once(struct test_hub *hub)
{
	assert_int_equal(try_change(hub, &form_now, GOOD, &first), CHANGE_DONE);
}

/* Both have seen the form open; one of them comes first. */
static void
two_at_the_same_moment(void **state)
{
	struct test_hub *hub = *state;
	struct change second;

	form_now = open_form(hub);
	signin_meanwhile = change_at_once;
	assert_int_equal(
	    try_change(hub, &form_now, GOOD, &second), CHANGE_DONE);
	assert_true(is_signed_in(hub, &first.cookie));
	assert_true(is_signed_in(hub, &second.cookie));
	assert_int_equal(events_of(hub, "password.changed", "jan"), 1);
	form_now = open_form(hub);
	signin_meanwhile = change_at_once;
	assert_int_equal(
	    try_change(hub, &form_now, BETTER, &second), CHANGE_CLOSED);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_WRONG);
}

static char given_meanwhile[PASSWORD_TEMPORARY_LEN + 1];

static void
give_another(struct test_hub *hub)
{
	give_temporary(hub, given_meanwhile);
}

static void
a_newer_temporary_password_closes_the_form(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);

	give_another(hub);
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(
	    try_signin(hub, JAN, given_meanwhile, NULL), SIGNIN_CHANGE);
	/* And while the new one is being hashed. */
	form = open_form(hub);
	signin_meanwhile = give_another;
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(
	    try_signin(hub, JAN, given_meanwhile, NULL), SIGNIN_CHANGE);
}

static int
disable(struct txn *txn, void *arg)
{
	(void)arg;
	return account_set_enabled(txn, STR("jan"), false);
}

static int delete (struct txn *txn, void *arg)
{
	(void)arg;
	account_delete(txn, STR("jan"));
	return 0;
}

static void
no_form_of_whom_may_not_sign_in(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);

	hub_write(hub, hub->directory, disable, NULL);
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	hub_write(hub, hub->directory, delete, NULL);
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(credential_of_jan(hub).lasting.n, 0);
}

static void
delete_jan(struct test_hub *hub)
{
	hub_write(hub, hub->directory, delete, NULL);
}

static void
an_account_that_goes_meanwhile_closes_the_form(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);

	signin_meanwhile = delete_jan;
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(credential_of_jan(hub).lasting.n, 0);
}

static void
other_cookies_are_no_form(void **state)
{
	struct test_hub *hub = *state;
	struct opaque none = { "" };
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(
	    try_change(hub, &in.cookie, BETTER, NULL), CHANGE_CLOSED);
	assert_int_equal(try_change(hub, &none, BETTER, NULL), CHANGE_CLOSED);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
}

struct aging {
	struct test_hub *hub;
	struct opaque_digest form;
};

static int
age(struct txn *vault, void *arg)
{
	struct aging *a = arg;
	struct session_rec rec;

	assert_true(
	    session_get(vault, &a->hub->conf, &a->form, clock_now(), &rec));
	rec.auth_time -= SESSION_FORM_LIFETIME;
	session_put(vault, &a->hub->conf, &a->form, &rec);
	return 0;
}

static void
a_form_has_its_time(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub);
	struct aging aging = { .hub = hub };

	assert_int_equal(opaque_digest_any(str_of(form.text), &aging.form), 0);
	hub_write(hub, hub->vault, age, &aging);
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_CLOSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)
		TEST(a_change_ends_the_old_and_signs_in),
		TEST(a_forgotten_password_ends_with_the_change),
		TEST(a_refused_password_leaves_the_form_open),
		TEST(the_same_form_twice_goes_on_as_once),
		TEST(a_finished_form_is_no_place_to_guess),
		TEST(two_at_the_same_moment),
		TEST(a_newer_temporary_password_closes_the_form),
		TEST(no_form_of_whom_may_not_sign_in),
		TEST(an_account_that_goes_meanwhile_closes_the_form),
		TEST(other_cookies_are_no_form),
		TEST(a_form_has_its_time),
	};

	return UNIT_RUN(tests);
}
