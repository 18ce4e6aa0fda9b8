/* What is done with a second factor, by its rules alone. */
#include "identity/factor_act.h"

#include <liboath/oath.h>
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "identity/credential.h"
#include "identity/mail.h"
#include "identity/session.h"
#include "signin_fixture.h"
#include "token/acr.h"
#include "unit.h"

/* The code that an app shows STEPS from now. */
static const char *
code_of(struct test_hub *hub, struct str secret, int steps)
{
	uint64_t step = (uint64_t)clock_now() / TOTP_STEP;
	char text[TOTP_DIGITS + 1];

	assert_int_equal(
	    oath_hotp_generate(secret.p, secret.n, step + (uint64_t)steps,
		TOTP_DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, text),
	    OATH_OK);
	return hub_text(hub, str_of(text));
}

static struct factor_form
form_of(const struct opaque *cookie, const char *code)
{
	struct factor_form form = {
		.code = str_of(code),
		.source = STR(ADDRESS),
	};

	assert_int_equal(
	    opaque_digest_any(str_of(cookie->text), &form.session), 0);
	return form;
}

static struct session_rec
session_now(struct test_hub *hub, const struct opaque *cookie)
{
	struct session_rec rec;

	assert_true(session_of(hub, cookie, &rec));
	return rec;
}

/* When employees are told that the account was signed in last. */
static int64_t
last_sign_in(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct txn *vault = store_read_begin(h.vault, h.arena);
	int64_t when = credential_signed_in(vault, STR("jan"));

	assert_int_equal(store_read_end(vault), 0);
	return when;
}

static int
forget_sign_in(struct txn *vault, void *arg)
{
	(void)arg;
	credential_note_sign_in(vault, STR("jan"), 1);
	return 0;
}

/* Adds a factor in the session of COOKIE, which is another one afterwards. */
static struct str
add(struct test_hub *hub, struct opaque *cookie, struct recovery *recovery)
{
	struct hub h = hub_of(hub);
	struct factor_form form = form_of(cookie, "");
	struct str secret;

	assert_int_equal(factor_propose(&h, &form), FACTOR_DONE);
	secret = session_now(hub, cookie).proposal;
	form = form_of(cookie, code_of(hub, secret, 0));
	assert_int_equal(factor_add(&h, &form), FACTOR_DONE);
	*cookie = form.cookie;
	if (recovery != NULL)
		*recovery = form.recovery;
	return secret;
}

static int
forget_step(struct txn *vault, void *arg)
{
	const uint64_t *born = arg;
	struct second_factor_rec rec;

	assert_true(second_factor_get(vault, STR("jan"), *born, &rec));
	rec.last_step = 0;
	second_factor_put(vault, STR("jan"), &rec);
	return 0;
}

/* That was long ago: the code that it was added with is no longer shown. */
static struct str
give_factor(struct test_hub *hub, struct recovery *recovery)
{
	uint64_t born = hub_account(hub, "jan").born;
	struct str secret;
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	secret = add(hub, &in.cookie, recovery);
	hub_write(hub, hub->vault, forget_step, &born);
	return secret;
}

/* As far as the form for the code. */
static struct opaque
ask(struct test_hub *hub)
{
	struct signin in;

	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_FACTOR);
	return in.cookie;
}

static void
adding_one_gives_the_session_another_cookie(void **state)
{
	struct test_hub *hub = *state;
	struct session_rec before, after;
	struct opaque old;
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	old = in.cookie;
	before = session_now(hub, &old);
	assert_int_equal(before.methods, AUTH_PASSWORD);
	add(hub, &in.cookie, NULL);
	assert_false(is_signed_in(hub, &old));
	assert_true(is_signed_in(hub, &in.cookie));
	after = session_now(hub, &in.cookie);
	assert_int_equal(after.methods, AUTH_PASSWORD | AUTH_CODE);
	assert_true(str_eq(after.sid, before.sid));
	assert_true(after.expires == before.expires);
	assert_true(after.proposal.n == 0);
	assert_int_equal(events_of(hub, "second-factor.added", "jan"), 1);
}

static void
a_password_alone_opens_the_form_and_nothing_else(void **state)
{
	struct test_hub *hub = *state;
	struct str secret = give_factor(hub, NULL);
	struct opaque form;
	struct hub h = hub_of(hub);
	struct factor_form in;
	struct session_rec rec;

	form = ask(hub);
	assert_false(is_signed_in(hub, &form));
	assert_int_equal(session_now(hub, &form).kind, SESSION_CODE);
	assert_int_equal(events_of(hub, "second-factor.asked", "jan"), 1);
	/* Neither a proposal nor a change comes of it. */
	in = form_of(&form, "");
	assert_int_equal(factor_propose(&h, &in), FACTOR_CLOSED);
	in = form_of(&form, code_of(hub, secret, 0));
	assert_int_equal(factor_add(&h, &in), FACTOR_CLOSED);
	assert_int_equal(factor_remove(&h, &in), FACTOR_CLOSED);

	assert_int_equal(
	    store_write(h.vault, h.arena, forget_sign_in, NULL), 0);
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	assert_true(is_signed_in(hub, &in.cookie));
	assert_int_equal(
	    session_now(hub, &in.cookie).methods, AUTH_PASSWORD | AUTH_CODE);
	assert_int_equal(
	    last_sign_in(hub), session_now(hub, &in.cookie).auth_time);
	assert_false(session_of(hub, &form, &rec));
	assert_string_not_equal(form.text, in.cookie.text);
}

static void
a_code_is_taken_once(void **state)
{
	struct test_hub *hub = *state;
	struct str secret = give_factor(hub, NULL);
	struct opaque one = ask(hub), other = ask(hub);
	const char *code = code_of(hub, secret, 0);
	struct hub h = hub_of(hub);
	struct factor_form in = form_of(&one, code);

	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	in = form_of(&other, code);
	assert_int_equal(factor_signin(&h, &in), FACTOR_WRONG);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(events_of(hub, "second-factor.failed", "jan"), 1);
	assert_false(audit_holds(hub, code));
	/* The form is still there for the next code. */
	in = form_of(&other, code_of(hub, secret, 1));
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
}

static void
the_code_that_added_it_is_used(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct opaque cookie;
	struct signin in;
	struct factor_form form;
	const char *code;
	struct str secret;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	form = form_of(&in.cookie, "");
	assert_int_equal(factor_propose(&h, &form), FACTOR_DONE);
	secret = session_now(hub, &in.cookie).proposal;
	code = code_of(hub, secret, 0);
	form = form_of(&in.cookie, code);
	assert_int_equal(factor_add(&h, &form), FACTOR_DONE);
	cookie = ask(hub);
	form = form_of(&cookie, code);
	assert_int_equal(factor_signin(&h, &form), FACTOR_WRONG);
}

static void
wrong_codes_are_slowed_down_and_the_right_one_too(void **state)
{
	struct test_hub *hub = *state;
	struct str secret = give_factor(hub, NULL);
	struct opaque form = ask(hub);
	struct hub h = hub_of(hub);
	struct factor_form in;

	for (int i = 0; i < 4; i++) {
		in = form_of(&form, "no code");
		assert_int_equal(factor_signin(&h, &in), FACTOR_WRONG);
	}
	in = form_of(&form, code_of(hub, secret, 0));
	assert_int_equal(factor_signin(&h, &in), FACTOR_THROTTLED);
	assert_true(in.wait_ms > 0);
	assert_int_equal(events_of(hub, "second-factor.failed", "jan"), 4);
	assert_int_equal(events_of(hub, "second-factor.throttled", "jan"), 1);
	/* Another right password does not begin the count anew. */
	form = ask(hub);
	in = form_of(&form, "no code");
	assert_int_equal(factor_signin(&h, &in), FACTOR_THROTTLED);
}

static void
a_code_for_recovery_signs_in_once(void **state)
{
	struct test_hub *hub = *state;
	struct recovery recovery;
	struct hub h = hub_of(hub);
	struct factor_form in;
	struct opaque form;

	give_factor(hub, &recovery);
	form = ask(hub);
	in = form_of(&form, recovery.text[3]);
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	assert_int_equal(
	    events_of(hub, "second-factor.recovery-used", "jan"), 1);
	form = ask(hub);
	in = form_of(&form, recovery.text[3]);
	assert_int_equal(factor_signin(&h, &in), FACTOR_WRONG);
	in = form_of(&form, recovery.text[4]);
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	for (int i = 0; i < RECOVERY_CODES; i++)
		assert_false(audit_holds(hub, recovery.text[i]));
}

static void
who_must_have_one_gets_nothing_before(void **state)
{
	struct test_hub *hub = *state;
	struct session_rec rec;
	struct opaque form;
	struct signin in;

	hub->conf.second_factor = SECOND_FACTOR_ALL;
	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_FACTOR);
	form = in.cookie;
	assert_int_equal(session_now(hub, &form).kind, SESSION_ENROL);
	assert_false(is_signed_in(hub, &form));
	add(hub, &in.cookie, NULL);
	assert_true(is_signed_in(hub, &in.cookie));
	assert_false(session_of(hub, &form, &rec));
	assert_int_equal(events_of(hub, "second-factor.required", "jan"), 1);
	assert_int_equal(events_of(hub, "signin.succeeded", "jan"), 1);
}

static void
a_temporary_password_comes_first(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct str secret = give_factor(hub, NULL);
	struct hub h = hub_of(hub);
	struct factor_form in;
	struct change change;
	struct signin signin;

	give_temporary(hub, temporary);
	assert_int_equal(
	    try_signin(hub, JAN, temporary, &signin), SIGNIN_CHANGE);
	assert_int_equal(
	    try_change(hub, &signin.cookie, BETTER, &change), CHANGE_FACTOR);
	assert_false(is_signed_in(hub, &change.cookie));
	in = form_of(&change.cookie, code_of(hub, secret, 0));
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	assert_true(is_signed_in(hub, &in.cookie));
}

static void
removing_it_takes_password_and_code(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct factor_form in;
	struct recovery recovery;
	struct opaque cookie;
	struct signin signin;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &signin), SIGNIN_DONE);
	cookie = signin.cookie;
	add(hub, &cookie, &recovery);
	in = form_of(&cookie, recovery.text[0]);
	in.password = STR(BETTER);
	assert_int_equal(factor_remove(&h, &in), FACTOR_WRONG);
	in.password = STR(GOOD);
	in.code = STR("no code");
	assert_int_equal(factor_remove(&h, &in), FACTOR_WRONG);
	assert_int_equal(events_of(hub, "second-factor.removed", "jan"), 0);
	in.code = str_of(recovery.text[0]);
	assert_int_equal(factor_remove(&h, &in), FACTOR_DONE);
	assert_int_equal(events_of(hub, "second-factor.removed", "jan"), 1);
	assert_true(is_signed_in(hub, &cookie));
	assert_int_equal(try_signin(hub, JAN, GOOD, &signin), SIGNIN_DONE);
	assert_int_equal(factor_remove(&h, &in), FACTOR_CLOSED);
}

static void
new_recovery_codes_end_the_old_ones(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct recovery old, fresh;
	struct factor_form in;
	struct signin signin;
	struct opaque cookie, form;
	struct str secret;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &signin), SIGNIN_DONE);
	cookie = signin.cookie;
	secret = add(hub, &cookie, &old);
	in = form_of(&cookie, old.text[0]);
	in.password = STR(BETTER);
	assert_int_equal(factor_renew(&h, &in), FACTOR_WRONG);
	in = form_of(&cookie, "no code");
	in.password = STR(GOOD);
	assert_int_equal(factor_renew(&h, &in), FACTOR_WRONG);
	assert_int_equal(
	    events_of(hub, "second-factor.recovery-renewed", "jan"), 0);
	in = form_of(&cookie, old.text[0]);
	in.password = STR(GOOD);
	assert_int_equal(factor_renew(&h, &in), FACTOR_DONE);
	assert_int_equal(
	    events_of(hub, "second-factor.recovery-renewed", "jan"), 1);
	for (int i = 0; i < RECOVERY_CODES; i++) {
		assert_string_not_equal(in.recovery.text[i], old.text[i]);
		assert_false(audit_holds(hub, in.recovery.text[i]));
	}
	/* The session goes on, and the app's codes are what they were. */
	assert_true(is_signed_in(hub, &cookie));
	fresh = in.recovery;
	form = ask(hub);
	in = form_of(&form, old.text[1]);
	assert_int_equal(factor_signin(&h, &in), FACTOR_WRONG);
	in = form_of(&form, fresh.text[9]);
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	form = ask(hub);
	in = form_of(&form, code_of(hub, secret, 1));
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
}

static void
an_operator_resets_it_and_ends_what_is_open(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct opaque form;
	struct signin signin;

	assert_int_equal(
	    factor_reset(&h, &operator_actor, STR("jan")), HUB_ENOENT);
	give_factor(hub, NULL);
	put_grant_of_jan(hub, "g");
	form = ask(hub);
	assert_int_equal(factor_reset(&h, &operator_actor, STR("jan")), 0);
	assert_false(has_grant(hub, "g"));
	assert_false(session_of(hub, &form, &(struct session_rec){ 0 }));
	assert_int_equal(events_of(hub, "second-factor.reset", "jan"), 1);
	assert_int_equal(try_signin(hub, JAN, GOOD, &signin), SIGNIN_DONE);
}

static int
drop_mail(struct txn *vault, void *arg)
{
	const char **name = arg;

	if (!mail_drop(vault, str_of(*name)))
		*name = NULL;
	return 0;
}

/* Whether this mail waits; it does no more then. */
static bool
was_told(struct test_hub *hub, const char *name)
{
	hub_write(hub, hub->vault, drop_mail, &name);
	return name != NULL;
}

static void
the_owner_hears_what_is_done_with_it(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct factor_form in;
	struct opaque form;
	struct str secret;

	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	secret = give_factor(hub, NULL);
	assert_true(was_told(hub, "jan/factor_added"));
	form = ask(hub);
	in = form_of(&form, code_of(hub, secret, 0));
	assert_int_equal(factor_signin(&h, &in), FACTOR_DONE);
	assert_false(was_told(hub, "jan/factor_removed"));
	in = form_of(&in.cookie, code_of(hub, secret, 1));
	in.password = STR(GOOD);
	assert_int_equal(factor_remove(&h, &in), FACTOR_DONE);
	assert_true(was_told(hub, "jan/factor_removed"));
	give_factor(hub, NULL);
	assert_int_equal(factor_reset(&h, &operator_actor, STR("jan")), 0);
	assert_true(was_told(hub, "jan/factor_removed"));
}

static void
one_of_a_deleted_account_is_not_asked_for(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct signin in;
	struct str old = give_factor(hub, NULL), secret;

	hub_put(hub, "{\"type\":\"account\",\"id\":\"jan\",\"deleted\":true}");
	hub_put(
	    hub, "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"" JAN "\"}");
	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(
	    factor_reset(&h, &operator_actor, STR("jan")), HUB_ENOENT);
	/* Its place is free. */
	secret = add(hub, &in.cookie, NULL);
	assert_false(str_eq(secret, old));
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_FACTOR);
}

static void
a_form_of_an_ended_epoch_is_closed(void **state)
{
	struct test_hub *hub = *state;
	struct str secret = give_factor(hub, NULL);
	struct opaque form = ask(hub);
	struct hub h = hub_of(hub);
	struct factor_form in = form_of(&form, code_of(hub, secret, 0));

	give_password(hub, BETTER);
	assert_int_equal(factor_signin(&h, &in), FACTOR_CLOSED);
	assert_string_equal(in.cookie.text, "");
}

static void
a_wrong_password_does_not_tell_of_it(void **state)
{
	struct test_hub *hub = *state;
	struct signin in;
	unsigned int before;

	give_factor(hub, NULL);
	before = signin_computed;
	assert_int_equal(try_signin(hub, JAN, BETTER, &in), SIGNIN_WRONG);
	assert_int_equal(signin_computed, before + 1);
	assert_string_equal(in.cookie.text, "");
	assert_int_equal(events_of(hub, "second-factor.asked", NULL), 0);
}

static void
a_proposal_ends(void **state)
{
	struct session_rec rec = { .proposal = STR("12345678901234567890"),
		.proposed = 1000 };

	(void)state;
	assert_true(factor_has_proposal(&rec, 1000 + 899));
	assert_false(factor_has_proposal(&rec, 1000 + 900));
	rec.proposal = STR("");
	assert_false(factor_has_proposal(&rec, 1000));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(adding_one_gives_the_session_another_cookie),
		TEST(a_password_alone_opens_the_form_and_nothing_else),
		TEST(a_code_is_taken_once),
		TEST(the_code_that_added_it_is_used),
		TEST(wrong_codes_are_slowed_down_and_the_right_one_too),
		TEST(a_code_for_recovery_signs_in_once),
		TEST(who_must_have_one_gets_nothing_before),
		TEST(a_temporary_password_comes_first),
		TEST(removing_it_takes_password_and_code),
		TEST(new_recovery_codes_end_the_old_ones),
		TEST(an_operator_resets_it_and_ends_what_is_open),
		TEST(the_owner_hears_what_is_done_with_it),
		TEST(one_of_a_deleted_account_is_not_asked_for),
		TEST(a_form_of_an_ended_epoch_is_closed),
		TEST(a_wrong_password_does_not_tell_of_it),
		cmocka_unit_test(a_proposal_ends),
	};

	return UNIT_RUN(tests);
}
