/* The sections of the account page that have to do with mail, in a browser. */
#include <stdio.h>
#include "base/clock.h"
#include "identity/email_change.h"
#include "identity/invitation.h"
#include "identity/proven.h"
#include "unit.h"
#include "visitor.h"

#define ACCOUNT "/identity/account"
#define NEW "jan@elders.example.nl"

static void
send_mail(struct fixture *f)
{
	snprintf(f->hub->conf.mail_server, sizeof(f->hub->conf.mail_server),
	    "127.0.0.1:1");
}

static void
open_account(struct visitor *v, struct fixture *f)
{
	visitor_begin(v, f);
	visitor_sign_in(v);
	v->language = "en";
	assert_int_equal(visitor_get(v, ACCOUNT), 200);
}

static int
ask_for(struct visitor *v, const char *address, const char *password)
{
	return visitor_send(v,
	    arena_printf(v->f->hub->arena,
		"do=email&new_email=%s&email_password=%s", address, password));
}

static int
send_code(struct visitor *v, const char *code)
{
	return visitor_send(v,
	    arena_printf(
		v->f->hub->arena, "do=email-code&email_code=%s", code));
}

static const char *
code_of(struct fixture *f)
{
	static struct email_code code;
	struct hub hub = hub_of(f->hub);

	assert_int_equal(
	    email_change_code(&hub, STR("jan"), hub_account(f->hub, "jan").born,
		clock_now(), &code),
	    0);
	return code.text;
}

static void
without_mail_there_is_neither(void **state)
{
	struct visitor v;

	open_account(&v, *state);
	assert_not_there(&v, "id=\"email\"");
	assert_not_there(&v, "id=\"invitations\"");
	assert_int_equal(ask_for(&v, NEW, JAN_PASSWORD), 400);
}

static void
an_address_is_changed(void **state)
{
	struct fixture *f = *state;
	struct visitor v;

	send_mail(f);
	open_account(&v, f);
	assert_there(&v, "It is not confirmed yet.");
	assert_int_equal(ask_for(&v, "geen+adres", JAN_PASSWORD), 422);
	assert_there(&v, "no e-mail address that we can use");
	assert_there(&v, "value=\"geen adres\"");
	assert_int_equal(ask_for(&v, NEW, "verkeerd"), 403);
	assert_there(&v, "The current password is not right.");
	assert_int_equal(ask_for(&v, NEW, JAN_PASSWORD), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "A code is on its way to " NEW);
	assert_int_equal(send_code(&v, "0000-0000-0000"), 403);
	assert_there(&v, "This code is not right.");
	assert_int_equal(send_code(&v, code_of(f)), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "Your e-mail address is changed.");
	assert_there(&v, "Your e-mail address is " NEW ". It is confirmed.");
	assert_string_equal(hub_who(f->hub, NEW), "jan");
	assert_int_equal(send_code(&v, "x"), 403);
}

static void
a_change_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct visitor v;

	send_mail(f);
	open_account(&v, f);
	assert_int_equal(ask_for(&v, NEW, JAN_PASSWORD), 303);
	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
	assert_int_equal(visitor_send(&v, "do=email-stop"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "Your e-mail address stays as it is.");
	assert_there(&v, "name=\"new_email\"");
	assert_string_equal(hub_who(f->hub, NEW), "");
}

/* A contact of another organisation, to whose dossier jan is invited. */
static void
invite(struct fixture *f)
{
	const struct actor employee = { .source = STR("192.0.2.9") };
	struct invitation_form in = { .contact = STR("c9"),
		.address = STR(JAN) };
	struct hub hub = hub_of(f->hub);

	if (invitation_make(&hub, &employee, &in, &f->hub->why) != 0)
		fail_msg("%s", f->hub->why.text);
}

static void
make_contact(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[]}");
	hub_put(f->hub,
	    "{\"type\":\"organization\",\"id\":\"9\",\"organizationType\":"
	    "\"T\",\"code\":\"C\",\"name\":\"Kantoor <Negen>\"}");
	hub_put(f->hub,
	    "{\"type\":\"contact\",\"id\":\"c9\",\"organizationId\":\"9\","
	    "\"dossierNumber\":\"90\",\"kind\":\"person\",\"lastName\":"
	    "\"Jansen\"}");
}

static int
prove_now(struct txn *vault, void *arg)
{
	const struct account_rec *jan = arg;

	proven_put(vault, jan, jan->name, clock_now());
	return 0;
}

static void
an_invitation_is_answered(void **state)
{
	struct fixture *f = *state;
	struct account_rec jan;
	struct visitor v;

	send_mail(f);
	make_contact(f);
	invite(f);
	open_account(&v, f);
	assert_there(&v, "Kantoor &lt;Negen&gt; wants to show your data");
	assert_there(&v, "Confirm your e-mail address first");
	assert_not_there(&v, "value=\"accept\"");
	assert_int_equal(visitor_send(&v, "do=accept&contact=c9"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_string_equal(hub_whose(f->hub, "9", "90"), "");
	jan = hub_account(f->hub, "jan");
	hub_write(f->hub, f->hub->vault, prove_now, &jan);
	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
	assert_there(&v, "value=\"accept\"");
	assert_int_equal(visitor_send(&v, "do=decline&contact=c9"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "The invitation is declined.");
	assert_not_there(&v, "id=\"invitations\"");
	assert_int_equal(visitor_send(&v, "do=accept&contact=c9"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "This invitation is no longer valid.");
	invite(f);
	assert_int_equal(visitor_send(&v, "do=accept&contact=c9"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "The data is linked to your account.");
	assert_string_equal(hub_whose(f->hub, "9", "90"), "jan");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)
		TEST(without_mail_there_is_neither),
		TEST(an_address_is_changed),
		TEST(a_change_is_given_up),
		TEST(an_invitation_is_answered),
	};

	return UNIT_RUN(tests);
}
