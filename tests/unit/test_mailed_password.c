/*
 * What a mailed temporary password opens, and for whom: it is as good as the
 * address that it went to. jan is pending and waits for his first one.
 */
#include "identity/mailed_password.h"

#include <stdio.h>
#include "base/clock.h"
#include "crash_fixture.h"
#include "identity/email_change.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "signin_fixture.h"
#include "unit.h"
#include "vault_fixture.h"

#define NEW "jan@elders.example.nl"
#define ACCOUNT(name) "{\"type\":\"account\",\"id\":\"jan\"," name "}"

static int
setup(void **state)
{
	int rc = signin_setup(state);
	struct test_hub *hub = *state;

	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	hub->conf.delivery = DELIVERY_MAILED;
	return rc;
}

static bool
is_proven(struct test_hub *hub)
{
	const struct account_rec account = hub_account(hub, "jan");
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	bool proven = proven_is(vault, &account);

	assert_int_equal(store_read_end(vault), 0);
	return proven;
}

struct queuing {
	struct test_hub *hub;
	enum mail_template template;
};

static int
queue(struct txn *vault, void *arg)
{
	const struct queuing *q = arg;
	const struct mail_wish wish = {
		.template = q->template,
		.account = STR("jan"),
		.born = hub_account(q->hub, "jan").born,
		.about = STR(""),
	};

	return mail_put(vault, &q->hub->conf, &wish, clock_now());
}

static struct mailed_password sent;

/* The try to send a mail of this kind. */
static int
try_mail(struct test_hub *hub, enum mail_template template)
{
	struct queuing q = { hub, template };
	struct hub h = hub_of(hub);
	struct account_rec jan = hub_account(hub, "jan");
	struct mail_rec rec;
	struct txn *vault;

	hub_write(hub, hub->vault, queue, &q);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(mail_find(vault, jan.id, jan.born, template, &rec));
	assert_int_equal(store_read_end(vault), 0);
	return mailed_password_make(&h,
	    str_of(arena_printf(
		hub->arena, "jan/%s", mail_template_name(template))),
	    &rec, &sent);
}

/* What its reader finds in it. */
static const char *
mail(struct test_hub *hub, enum mail_template template)
{
	assert_int_equal(try_mail(hub, template), 0);
	return sent.text;
}

/* An import knows nothing of passwords, and may be what mends a typing error. */
static void
who_reads_the_address_before_gets_nothing(void **state)
{
	struct test_hub *hub = *state;
	const char *text = mail(hub, MAIL_WELCOME);
	struct signin in;

	assert_int_equal(try_signin(hub, JAN, text, &in), SIGNIN_CHANGE);
	hub_put(hub, ACCOUNT("\"name\":\"" NEW "\""));
	assert_int_equal(try_signin(hub, NEW, text, NULL), SIGNIN_WRONG);
	assert_int_equal(
	    try_change(hub, &in.cookie, GOOD, NULL), CHANGE_CLOSED);
	assert_false(is_proven(hub));
	assert_int_equal(try_signin(hub, NEW, GOOD, NULL), SIGNIN_WRONG);
	text = mail(hub, MAIL_WELCOME);
	assert_int_equal(try_signin(hub, NEW, text, &in), SIGNIN_CHANGE);
	assert_int_equal(try_change(hub, &in.cookie, GOOD, NULL), CHANGE_DONE);
	assert_true(is_proven(hub));
	vault_verify(hub);
}

/* The username is not where mail goes to, if there is an address beside it. */
static void
the_address_beside_the_username_counts(void **state)
{
	struct test_hub *hub = *state;
	const char *text;

	hub_put(hub,
	    ACCOUNT("\"name\":\"" JAN "\",\"email\":\"Jan@Thuis.example.nl\""));
	text = mail(hub, MAIL_WELCOME);
	hub_put(hub,
	    ACCOUNT("\"name\":\"" NEW "\",\"email\":\"jan@thuis.example.nl\""));
	assert_int_equal(try_signin(hub, NEW, text, NULL), SIGNIN_CHANGE);
	hub_put(hub, ACCOUNT("\"name\":\"" NEW "\",\"email\":\"" NEW "\""));
	assert_int_equal(try_signin(hub, NEW, text, NULL), SIGNIN_WRONG);
}

/* Anybody can ask for one that was forgotten, and must not end it by that. */
static void
one_that_was_shown_is_not_mailed_as_well(void **state)
{
	struct test_hub *hub = *state;
	char shown[PASSWORD_TEMPORARY_LEN + 1];
	struct credential_rec rec;

	give_temporary(hub, shown);
	assert_int_equal(try_mail(hub, MAIL_FORGOTTEN), HUB_ENOENT);
	assert_int_equal(try_signin(hub, JAN, shown, NULL), SIGNIN_CHANGE);
	rec = credential_of_jan(hub);
	rec.temporary_until = clock_now();
	put_credential_of_jan(hub, &rec);
	mail(hub, MAIL_FORGOTTEN);
	mail(hub, MAIL_FORGOTTEN);
}

static char code[EMAIL_CODE_TEXT];

static enum email_result
bring_code(struct test_hub *hub)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct hub h = hub_of(hub);
	struct email_form in = {
		.account = &jan,
		.code = str_of(code),
		.source = STR(ADDRESS),
	};

	return email_change_confirm(&h, &in);
}

static void
bring_it(struct test_hub *hub)
{
	bring_code(hub);
}

static void
ask_for_another_address(struct test_hub *hub)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct hub h = hub_of(hub);
	struct email_code made;
	struct email_form in = {
		.account = &jan,
		.password = STR(GOOD),
		.address = STR(NEW),
		.source = STR(ADDRESS),
	};

	assert_int_equal(email_change_ask(&h, &in), EMAIL_DONE);
	assert_int_equal(
	    email_change_code(&h, STR("jan"), jan.born, clock_now(), &made), 0);
	snprintf(code, sizeof(code), "%s", made.text);
}

/*
 * While a change stands between the two stores the old address still is the
 * account's, and who reads it asks for a password just then.
 */
static void
one_asked_for_in_the_middle_of_a_change(void **state)
{
	struct test_hub *hub = *state;
	const char *text;

	give_password(hub, GOOD);
	ask_for_another_address(hub);
	assert_true(crash_dies_at(hub, 1, bring_it));
	text = mail(hub, MAIL_FORGOTTEN);
	assert_int_equal(bring_code(hub), EMAIL_DONE);
	assert_string_equal(hub_who(hub, NEW), "jan");
	assert_int_equal(try_signin(hub, NEW, text, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, NEW, GOOD, NULL), SIGNIN_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(who_reads_the_address_before_gets_nothing),
		TEST(the_address_beside_the_username_counts),
		TEST(one_that_was_shown_is_not_mailed_as_well),
		TEST(one_asked_for_in_the_middle_of_a_change),
	};

	return UNIT_RUN(tests);
}
