#include "signin_fixture.h"

#include "base/clock.h"
#include "directory/account.h"
#include "identity/session.h"
#include "identity/throttle.h"
#include "unit.h"

static int
forget_tries(struct txn *vault, void *arg)
{
	(void)arg;
	throttle_sweep(vault, INT64_MAX / 2, 1000);
	return 0;
}

/* So that a test may err as often as it has to. */
static void
rest(struct test_hub *hub)
{
	hub_write(hub, hub->vault, forget_tries, NULL);
}

static void
right_and_wrong(void **state)
{
	struct test_hub *hub = *state;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	assert_int_equal(
	    try_signin(hub, "  JAN@Example.nl ", GOOD, NULL), SIGNIN_DONE);
	assert_int_equal(try_signin(hub, JAN, GOOD "x", NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, "", NULL), SIGNIN_WRONG);
	assert_int_equal(
	    try_signin(hub, "piet@example.nl", GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, "", "", NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, "jan", GOOD, NULL), SIGNIN_WRONG);
}

static void
spellings_of_one_password(void **state)
{
	struct test_hub *hub = *state;

	/* e with acute, composed and not; a ligature. */
	give_password(hub, "drie caf\xc3\xa9s, \xef\xac\x81jn weer");
	assert_int_equal(
	    try_signin(hub, JAN, "drie cafe\xcc\x81s, fijn weer", NULL),
	    SIGNIN_DONE);
	assert_int_equal(
	    try_signin(hub, JAN, "drie cafes, fijn weer", NULL), SIGNIN_WRONG);
	assert_int_equal(
	    try_signin(hub, JAN, "drie caf\xc3", NULL), SIGNIN_WRONG);
}

static void
a_session_says_where_it_is_from(void **state)
{
	struct test_hub *hub = *state;
	struct signin one, two;
	struct session_rec first, second;
	int64_t before = clock_now();

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &one), SIGNIN_DONE);
	assert_int_equal(try_signin(hub, JAN, GOOD, &two), SIGNIN_DONE);
	assert_int_equal(strlen(one.cookie.text), OPAQUE_LEN);
	assert_string_not_equal(one.cookie.text, two.cookie.text);
	assert_true(session_of(hub, &one.cookie, &first));
	assert_true(session_of(hub, &two.cookie, &second));
	assert_false(str_eq(first.sid, second.sid));
	assert_int_equal(first.sid.n, 22);
	assert_str(first.account, "jan");
	assert_str(first.source, ADDRESS);
	assert_int_equal(first.kind, SESSION_SIGNED_IN);
	assert_int_equal(first.epoch, hub_account(hub, "jan").epoch);
	assert_true(first.auth_time >= before);
	assert_true(is_signed_in(hub, &one.cookie));
	assert_int_equal(events_of(hub, "signin.succeeded", "jan"), 2);
}

static void
no_cookie_without_success(void **state)
{
	struct test_hub *hub = *state;
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, "wrong", &in), SIGNIN_WRONG);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(in.wait_ms, 0);
}

static int
disable(struct txn *txn, void *arg)
{
	(void)arg;
	return account_set_enabled(txn, STR("jan"), false);
}

static void
assert_one_computation(struct test_hub *hub, const char *name,
    const char *password, enum signin_result result)
{
	signin_computed = 0;
	assert_int_equal(try_signin(hub, name, password, NULL), result);
	assert_int_equal(signin_computed, 1);
}

#define NO_TEMPORARY "aaaaaa-bbbbbb-cccccc"

static void
the_same_work_in_every_case(void **state)
{
	struct test_hub *hub = *state;
	struct credential_rec rec;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	char lasting[PASSWORD_HASH];
	char lots[2 * PASSWORD_INPUT_MAX];

	memset(lots, 'x', sizeof(lots));
	lots[sizeof(lots) - 1] = '\0';
	assert_one_computation(hub, JAN, GOOD, SIGNIN_WRONG);
	give_password(hub, GOOD);
	assert_one_computation(hub, JAN, GOOD, SIGNIN_DONE);
	assert_one_computation(hub, JAN, BETTER, SIGNIN_WRONG);
	assert_one_computation(hub, JAN, NO_TEMPORARY, SIGNIN_WRONG);
	assert_one_computation(hub, "nobody", GOOD, SIGNIN_WRONG);
	assert_one_computation(hub, "nobody", NO_TEMPORARY, SIGNIN_WRONG);
	rest(hub);
	assert_one_computation(hub, JAN, "", SIGNIN_WRONG);
	assert_one_computation(hub, JAN, lots, SIGNIN_WRONG);
	assert_one_computation(hub, JAN, "a\xff", SIGNIN_WRONG);
	rest(hub);
	assert_int_equal(password_hash(&hub->conf, STR(GOOD), lasting), 0);
	give_temporary(hub, temporary);
	assert_one_computation(hub, JAN, temporary, SIGNIN_CHANGE);
	assert_one_computation(hub, JAN, GOOD, SIGNIN_WRONG);
	/* Both there: a password that was forgotten, or was not. */
	rec = credential_of_jan(hub);
	rec.lasting = str_of(lasting);
	put_credential_of_jan(hub, &rec);
	assert_one_computation(hub, JAN, temporary, SIGNIN_CHANGE);
	assert_one_computation(hub, JAN, GOOD, SIGNIN_DONE);
	rec.temporary_until = clock_now();
	put_credential_of_jan(hub, &rec);
	assert_one_computation(hub, JAN, temporary, SIGNIN_EXPIRED);
	assert_one_computation(hub, JAN, NO_TEMPORARY, SIGNIN_WRONG);
	assert_one_computation(hub, JAN, GOOD, SIGNIN_DONE);
	hub_write(hub, hub->directory, disable, NULL);
	assert_one_computation(hub, JAN, GOOD, SIGNIN_WRONG);
	assert_one_computation(hub, JAN, temporary, SIGNIN_WRONG);
}

static void
a_temporary_password_opens_its_form(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	char typed[PASSWORD_TEMPORARY_LEN + 4] = "  ";
	struct session_rec form;
	struct signin in;

	give_password(hub, GOOD);
	give_temporary(hub, temporary);
	assert_true(hub_account(hub, "jan").pending);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	/* As somebody types it from a letter. */
	for (size_t i = 0; temporary[i] != '\0'; i++) {
		char c = temporary[i];

		typed[2 + i] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
	}
	typed[2 + PASSWORD_TEMPORARY_LEN] = ' ';
	assert_int_equal(try_signin(hub, JAN, typed, &in), SIGNIN_CHANGE);
	assert_true(session_of(hub, &in.cookie, &form));
	assert_int_equal(form.kind, SESSION_CHANGE);
	assert_int_equal(form.serial, credential_of_jan(hub).temporary_serial);
	assert_false(is_signed_in(hub, &in.cookie));
}

static void
an_expired_temporary_password_says_so_only_if_it_is_right(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct credential_rec rec;
	struct signin in;

	give_temporary(hub, temporary);
	rec = credential_of_jan(hub);
	assert_true(rec.temporary_until > clock_now());
	rec.temporary_until = clock_now();
	put_credential_of_jan(hub, &rec);
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_EXPIRED);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(
	    try_signin(hub, JAN, NO_TEMPORARY, NULL), SIGNIN_WRONG);
}

static void
a_cheap_hash_is_made_again(void **state)
{
	struct test_hub *hub = *state;
	struct credential_rec old, new;

	give_password(hub, GOOD);
	old = credential_of_jan(hub);
	hub->conf.password_passes = 2;
	hub->conf.password_memory = 128 * 1024;
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_WRONG);
	new = credential_of_jan(hub);
	assert_true(str_eq(old.lasting, new.lasting));
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	new = credential_of_jan(hub);
	assert_false(str_eq(old.lasting, new.lasting));
	assert_false(password_is_cheap(&hub->conf, new.lasting));
	assert_int_equal(old.lasting_at, new.lasting_at);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	assert_true(str_eq(new.lasting, credential_of_jan(hub).lasting));
}

static int
make_pending(struct txn *txn, void *arg)
{
	return account_set_pending(txn, STR("jan"), *(bool *)arg);
}

static void
the_credential_sets_the_flag_right(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	bool pending = true;
	struct signin in;

	give_password(hub, GOOD);
	hub_write(hub, hub->directory, make_pending, &pending);
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_WRONG);
	assert_true(hub_account(hub, "jan").pending);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_true(is_signed_in(hub, &in.cookie));
	give_temporary(hub, temporary);
	pending = false;
	hub_write(hub, hub->directory, make_pending, &pending);
	assert_int_equal(try_signin(hub, JAN, temporary, NULL), SIGNIN_CHANGE);
	assert_true(hub_account(hub, "jan").pending);
}

static void
tries_are_throttled(void **state)
{
	struct test_hub *hub = *state;
	struct signin in;

	give_password(hub, GOOD);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    try_signin(hub, JAN, BETTER, NULL), SIGNIN_WRONG);
	/* Three cost nothing. */
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	for (int i = 0; i < 15; i++)
		try_signin(hub, JAN, BETTER, NULL);
	signin_computed = 0;
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_THROTTLED);
	assert_in_range(in.wait_ms, 1, 15 * 60 * 1000);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(signin_computed, 0);
}

/* Refusals do not fill the log: one event for each try that was let in. */
static void
events_are_bounded(void **state)
{
	struct test_hub *hub = *state;
	unsigned int refused = 0, failed, throttled;

	give_password(hub, GOOD);
	for (int i = 0; i < 100; i++)
		refused +=
		    try_signin(hub, JAN, BETTER, NULL) == SIGNIN_THROTTLED;
	failed = events_of(hub, "signin.failed", "jan");
	throttled = events_of(hub, "signin.throttled", NULL);
	assert_int_equal(failed, 100 - refused);
	assert_in_range(throttled, 1, failed);
	assert_true(refused > throttled);
}

static void
the_log_says_nothing_of_what_was_typed(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin in;

	give_password(hub, GOOD);
	try_signin(hub, JAN, GOOD, &in);
	try_signin(hub, "stranger", "opensesame", NULL);
	try_signin(hub, JAN, "opensesame", NULL);
	give_temporary(hub, temporary);
	try_signin(hub, JAN, temporary, NULL);
	assert_int_equal(events_of(hub, "signin.failed", ""), 1);
	assert_int_equal(events_of(hub, "signin.failed", "jan"), 1);
	assert_true(audit_holds(hub, ADDRESS));
	assert_false(audit_holds(hub, "stranger"));
	assert_false(audit_holds(hub, "opensesame"));
	assert_false(audit_holds(hub, JAN));
	assert_false(audit_holds(hub, GOOD));
	assert_false(audit_holds(hub, temporary));
	assert_false(audit_holds(hub, in.cookie.text));
}

static void
reset(struct test_hub *hub)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];

	give_temporary(hub, temporary);
}

/* The old password was right when it was looked at, and no longer counts. */
static void
a_reset_during_the_computation_wins(void **state)
{
	struct test_hub *hub = *state;
	struct signin in;

	give_password(hub, GOOD);
	signin_meanwhile = reset;
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_WRONG);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(events_of(hub, "signin.succeeded", NULL), 0);
	assert_int_equal(events_of(hub, "signin.failed", "jan"), 1);
}

static void
disable_jan(struct test_hub *hub)
{
	hub_write(hub, hub->directory, disable, NULL);
}

static void
disabling_during_the_computation_wins(void **state)
{
	struct test_hub *hub = *state;
	struct signin in;

	give_password(hub, GOOD);
	signin_meanwhile = disable_jan;
	try_signin(hub, JAN, GOOD, &in);
	assert_false(is_signed_in(hub, &in.cookie));
}

/* Another account with the id and the name of the one before. */
static void
replace_jan(struct test_hub *hub)
{
	hub_put(hub, "{\"type\":\"account\",\"id\":\"jan\",\"deleted\":true}");
	hub_put(
	    hub, "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"" JAN "\"}");
}

static void
what_a_deleted_account_had_opens_nothing_of_a_new_one(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin in, form;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	replace_jan(hub);
	assert_false(is_signed_in(hub, &in.cookie));
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_WRONG);
	assert_string_equal(in.cookie.text, "");

	/* The same with a temporary one, and the form that it has opened. */
	give_temporary(hub, temporary);
	assert_int_equal(try_signin(hub, JAN, temporary, &form), SIGNIN_CHANGE);
	replace_jan(hub);
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_WRONG);
	assert_int_equal(
	    try_change(hub, &form.cookie, GOOD, NULL), CHANGE_CLOSED);
	give_temporary(hub, temporary);
	assert_int_equal(
	    try_change(hub, &form.cookie, GOOD, NULL), CHANGE_CLOSED);

	/* Its own works. */
	assert_int_equal(try_signin(hub, JAN, temporary, &form), SIGNIN_CHANGE);
	assert_int_equal(
	    try_change(hub, &form.cookie, GOOD, NULL), CHANGE_DONE);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_true(is_signed_in(hub, &in.cookie));
}

static void
an_account_that_is_replaced_during_the_computation(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie;
	struct signin in;
	bool pending = true;

	give_password(hub, GOOD);
	signin_meanwhile = replace_jan;
	try_signin(hub, JAN, GOOD, &in);
	assert_false(is_signed_in(hub, &in.cookie));

	/* The flag is not as its credential wants it, so it is looked at twice. */
	give_password(hub, GOOD);
	hub_write(hub, hub->directory, make_pending, &pending);
	signin_meanwhile = replace_jan;
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_WRONG);

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	cookie = in.cookie;
	replace_jan(hub);
	assert_false(is_signed_in(hub, &cookie));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)
		TEST(right_and_wrong),
		TEST(spellings_of_one_password),
		TEST(a_session_says_where_it_is_from),
		TEST(no_cookie_without_success),
		TEST(the_same_work_in_every_case),
		TEST(a_temporary_password_opens_its_form),
		TEST(an_expired_temporary_password_says_so_only_if_it_is_right),
		TEST(a_cheap_hash_is_made_again),
		TEST(the_credential_sets_the_flag_right),
		TEST(tries_are_throttled),
		TEST(events_are_bounded),
		TEST(the_log_says_nothing_of_what_was_typed),
		TEST(a_reset_during_the_computation_wins),
		TEST(disabling_during_the_computation_wins),
		TEST(what_a_deleted_account_had_opens_nothing_of_a_new_one),
		TEST(an_account_that_is_replaced_during_the_computation),
	};

	return UNIT_RUN(tests);
}
