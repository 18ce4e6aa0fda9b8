#include "mail/courier.h"

#include <stdio.h>
#include <stdlib.h>
#include "identity/mail.h"
#include "mail/smtp.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define MAILS 20

struct plan {
	struct test_hub *hub;
	const char *account;
	uint64_t born;
};

static struct courier *courier;

static int
setup(void **state)
{
	const char *srcdir = getenv("srcdir");
	struct test_hub *hub;
	int rc = vault_setup(state);

	hub = *state;
	if (rc != 0)
		return rc;
	snprintf(hub->conf.mail_templates, sizeof(hub->conf.mail_templates),
	    "%s/mail", srcdir != NULL ? srcdir : ".");
	snprintf(hub->conf.mail_from, sizeof(hub->conf.mail_from), "%s",
	    "hub@voorbeeld.example");
	/* Where nobody listens. */
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:1");
	hub->conf.mail_security = MAIL_PLAIN;
	hub->conf.mail_timeout = 60;
	return 0;
}

static int
teardown(void **state)
{
	courier_free(courier);
	courier = NULL;
	return hub_teardown(state);
}

static int
put_mails(struct txn *vault, void *arg)
{
	const struct plan *plan = arg;
	struct mail_wish wish = {
		.template = MAIL_PASSWORD_CHANGED,
		.language = MAIL_NL,
		.account = str_of(plan->account),
		.born = plan->born,
	};
	char about[16];

	for (unsigned int i = 0; i < MAILS; i++) {
		snprintf(about, sizeof(about), "%u", i);
		wish.about = str_of(about);
		assert_int_equal(
		    mail_put(vault, &plan->hub->conf, &wish, T0), 0);
	}
	return 0;
}

/* So many mails to the account, all due, and a courier for them. */
static void
begin(struct test_hub *hub, const char *account)
{
	struct plan plan = { hub, account, 0 };
	const struct hub acts = hub_of(hub);
	struct why why;

	if (account[0] != '\0')
		plan.born = hub_account(hub, account).born;
	hub_write(hub, hub->vault, put_mails, &plan);
	assert_int_equal(courier_new(&courier, &acts, &why), 0);
}

struct seen {
	unsigned int all, tried, failed;
	struct str fault; /* of one that was tried */
};

static struct seen
look(struct test_hub *hub)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct seen seen = { 0 };
	struct str name = STR("");
	struct mail_rec rec;

	while (mail_next(vault, &name, &rec)) {
		seen.all++;
		seen.failed += rec.failed;
		if (rec.tries == 0)
			continue;
		seen.tried++;
		seen.fault = arena_str(hub->arena, rec.fault);
	}
	assert_int_equal(store_read_end(vault), 0);
	return seen;
}

/* Turns until nothing is under way. */
static void
go_on(int64_t now)
{
	while (courier_turn(courier, now))
		courier_wait(courier, -1, 1000);
}

/* Each try takes a moment, and who takes turns has other work as well. */
static void
a_turn_ends_soon(void **state)
{
	struct test_hub *hub = *state;
	begin(hub, "");
	assert_true(courier_turn(courier, T0));
	assert_int_equal(look(hub).all, MAILS - COURIER_DROPS);
	/* Who has others behind does not rest. */
	courier_wait(courier, -1, INT64_MAX);
	assert_false(courier_turn(courier, T0));
	assert_int_equal(look(hub).all, 0);
	assert_int_equal(vault_events(hub, "mail.failed"), 0);
	vault_verify(hub);
}

static void
a_server_in_trouble_is_left_alone_for_a_while(void **state)
{
	struct test_hub *hub = *state;
	struct seen seen;

	begin(hub, "a");
	go_on(T0);
	go_on(T0);
	seen = look(hub);
	assert_int_equal(seen.all, MAILS);
	assert_int_equal(seen.tried, SMTP_MOST);
	assert_int_equal(seen.failed, 0);
	assert_true(seen.fault.n > 0);
	vault_verify(hub);
}

static int
welcome_b(struct txn *vault, void *arg)
{
	struct test_hub *hub = arg;
	const struct mail_wish wish = {
		.template = MAIL_WELCOME,
		.account = STR("b"),
		.born = hub_account(hub, "b").born,
	};

	return mail_put(vault, &hub->conf, &wish, T0);
}

/* Nothing goes out without its password, and the queue says why. */
static void
trouble_of_ours_is_no_reason_to_try_all(void **state)
{
	struct test_hub *hub = *state;
	struct seen seen;

	snprintf(hub->conf.mail_user, sizeof(hub->conf.mail_user), "%s", "hub");
	snprintf(hub->conf.mail_password_file,
	    sizeof(hub->conf.mail_password_file), "%s/nothing", hub->root);
	begin(hub, "a");
	assert_false(courier_turn(courier, T0));
	assert_false(courier_turn(courier, T0));
	seen = look(hub);
	assert_int_equal(seen.all, MAILS);
	assert_int_equal(seen.tried, 1);
	assert_int_equal(seen.failed, 0);
	assert_non_null(
	    strstr(hub_text(hub, seen.fault), "mail.password_file"));
}

/* Nor is a password made for it, again and again. */
static void
an_address_that_is_none_is_given_up_at_once(void **state)
{
	static const char *const bad[] = { "Jan <jan@x.nl>", "x@y.nl,z@y.nl",
		"@a,@b:c@d.nl", "\\\"a b\\\"@x.nl", "x@y.nl\\r\\nDATA",
		"j\xc3\xa4n@x.nl", "postmaster" };
	struct test_hub *hub = *state;
	struct hub acts = hub_of(hub);
	struct why why;
	struct seen seen;

	assert_int_equal(courier_new(&courier, &acts, &why), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hub_put(hub,
		    arena_printf(hub->arena,
			"{\"type\":\"account\",\"id\":\"b\",\"name\":"
			"\"b@example.nl\",\"organizationIds\":[\"1\"],"
			"\"groupIds\":[],\"email\":\"%s\"}",
			bad[i]));
		hub_write(hub, hub->vault, welcome_b, hub);
		assert_false(courier_turn(courier, T0));
		seen = look(hub);
		assert_int_equal(seen.failed, 1);
		assert_non_null(strstr(hub_text(hub, seen.fault), "address"));
	}
	assert_int_equal(vault_events(hub, "password.mailed"), 0);
	vault_verify(hub);
}

static void
what_is_not_due_waits(void **state)
{
	struct test_hub *hub = *state;

	begin(hub, "");
	assert_false(courier_turn(courier, T0 - 1));
	assert_int_equal(look(hub).all, MAILS);
}

static void
without_a_server_there_is_no_courier(void **state)
{
	struct test_hub *hub = *state;
	const struct hub acts = hub_of(hub);
	struct why why;

	snprintf(hub->conf.mail_templates, sizeof(hub->conf.mail_templates),
	    "%s", "/nowhere");
	assert_int_equal(courier_new(&courier, &acts, &why), HUB_EIO);
	assert_non_null(strstr(why.text, "/nowhere/"));
	assert_null(courier);
	hub->conf.mail_server[0] = '\0';
	assert_int_equal(courier_check(&hub->conf, &why), 0);
	assert_int_equal(courier_new(&courier, &acts, &why), 0);
	assert_null(courier);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_turn_ends_soon),
		CASE(a_server_in_trouble_is_left_alone_for_a_while),
		CASE(trouble_of_ours_is_no_reason_to_try_all),
		CASE(an_address_that_is_none_is_given_up_at_once),
		CASE(what_is_not_due_waits),
		CASE(without_a_server_there_is_no_courier),
	};

	return UNIT_RUN(tests);
}
