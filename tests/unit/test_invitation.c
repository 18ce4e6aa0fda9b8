/*
 * jan has an account and is invited to take the dossier of c2, which is a
 * customer of another organisation and has no account.
 */
#include "dossier_fixture.h"

#include <stdio.h>
#include "base/clock.h"
#include "crash_fixture.h"
#include "directory/account_dossier.h"
#include "directory/account_rename.h"
#include "directory/contact.h"
#include "identity/invitation.h"
#include "identity/proven.h"
#include "unit.h"

static int
setup(void **state)
{
	struct test_hub *hub;

	if (dossier_setup(state) != 0)
		return -1;
	hub = *state;
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server),
	    "127.0.0.1:1");
	give_password(hub, GOOD);
	return 0;
}

static int
prove_now(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;

	proven_put(vault, account, account->name, clock_now());
	return 0;
}

static void
prove(struct test_hub *hub, const char *id)
{
	struct account_rec account = hub_account(hub, id);

	hub_write(hub, hub->vault, prove_now, &account);
}

static int
invite_as(struct test_hub *hub, struct invitation_form *in)
{
	struct hub h = hub_of(hub);

	return invitation_make(&h, &operator_actor, in, &hub->why);
}

static int
invite(struct test_hub *hub, const char *contact, const char *address)
{
	struct invitation_form in = { .contact = str_of(contact),
		.address = str_of(address),
		.inviter = STR("wil") };

	return invite_as(hub, &in);
}

static int
answer_as(struct test_hub *hub, const struct account_rec *account, bool accept)
{
	struct hub h = hub_of(hub);
	const struct actor owner = { .source = STR(ADDRESS) };

	return invitation_answer(&h, &owner, account, STR("c2"), accept);
}

static int
answer(struct test_hub *hub, bool accept)
{
	struct account_rec jan = hub_account(hub, "jan");

	return answer_as(hub, &jan, accept);
}

/* What jan's page shows at that many seconds from now. */
static unsigned int
listed(struct test_hub *hub, int64_t later, struct invitation *out)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct txn *directory = hub_look(hub);
	unsigned int n = invitation_list(
	    vault, directory, &jan, clock_now() + later, out, 1);

	hub_look_end(directory);
	assert_int_equal(store_read_end(vault), 0);
	return n;
}

/* Nobody is asked, nothing is mailed, and a click does nothing. */
static void
assert_dead(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct invitation out;

	assert_int_equal(listed(hub, 0, &out), 0);
	assert_int_equal(
	    invitation_get(&h, STR("jan"), hub_account(hub, "jan").born,
		STR("c2"), clock_now(), &out),
	    HUB_ENOENT);
	assert_int_equal(answer(hub, true), HUB_ENOENT);
	assert_string_not_equal(hub_whose(hub, "2", "20"), "jan");
}

static void
the_owner_accepts(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec before = hub_account(hub, "jan");
	struct invitation out;
	struct signin in;

	prove(hub, "jan");
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(invite(hub, "c2", "JAN@example.nl"), 0);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_int_equal(listed(hub, 0, &out), 1);
	assert_str(out.contact, "c2");
	assert_str(out.name, "Filiaal");
	assert_int_equal(out.expires - out.made, INVITATION_LIFETIME);
	assert_int_equal(answer(hub, true), 0);
	assert_string_equal(hub_whose(hub, "2", "20"), "jan");
	assert_true(hub_account(hub, "jan").epoch == before.epoch);
	assert_true(is_signed_in(hub, &in.cookie));
	assert_int_equal(events_of(hub, "invitation.made", "jan"), 1);
	assert_int_equal(events_of(hub, "invitation.accepted", "jan"), 1);
	assert_int_equal(events_of(hub, "account.linked", "jan"), 1);
	assert_int_equal(answer(hub, true), HUB_ENOENT);
	assert_int_equal(events_of(hub, "account.linked", "jan"), 1);
}

static void
the_owner_declines(void **state)
{
	struct test_hub *hub = *state;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(answer(hub, false), 0);
	assert_int_equal(events_of(hub, "invitation.declined", "jan"), 1);
	assert_dead(hub);
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(answer(hub, true), 0);
}

/*
 * Somebody else has made an account under the address, and knows its password:
 * what the address is sent he does not read.
 */
static void
who_has_not_proven_the_address_gets_nothing(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(answer(hub, true), HUB_EDENIED);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_int_equal(events_of(hub, "invitation.accepted", NULL), 0);
	prove(hub, "jan");
	assert_int_equal(answer(hub, true), 0);
}

static int
rename_jan(struct txn *directory, void *arg)
{
	(void)arg;
	return account_rename(
	    directory, STR("jan"), STR("elders@example.nl"), NULL);
}

/* Nor by proving another one, of his own. */
static void
another_address_was_not_invited(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(invite(hub, "c2", JAN), 0);
	hub_write(hub, hub->directory, rename_jan, NULL);
	prove(hub, "jan");
	assert_dead(hub);
}

static void
who_was_not_asked_cannot_answer(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec wil = hub_account(hub, "wil"), again;

	prove(hub, "wil");
	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(answer_as(hub, &wil, true), HUB_ENOENT);
	assert_int_equal(answer_as(hub, &wil, false), HUB_ENOENT);
	again = hub_account(hub, "jan");
	again.born++;
	assert_int_equal(answer_as(hub, &again, true), HUB_ENOENT);
	assert_int_equal(answer(hub, true), 0);
}

/* Who asks for it works with c2 as the directory has it now. */
static int
withdraw(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct txn *directory = hub_look(hub);
	struct contact_rec c2;
	bool found = contact_get(directory, STR("c2"), &c2);

	hub_look_end(directory);
	assert_true(found);
	return invitation_withdraw(&h, &operator_actor, &c2);
}

static void
a_withdrawn_one_is_dead(void **state)
{
	struct test_hub *hub = *state;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(withdraw(hub), 0);
	assert_int_equal(withdraw(hub), HUB_ENOENT);
	assert_int_equal(events_of(hub, "invitation.withdrawn", "jan"), 1);
	assert_dead(hub);
}

/* Nor does the log of who made it tell who has the contact now. */
static void
another_organisation_withdraws_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct invitation out;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c2\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"20\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	assert_int_equal(withdraw(hub), HUB_ENOENT);
	assert_int_equal(events_of(hub, "invitation.withdrawn", NULL), 0);
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c2\",\"organizationId\":\"2\","
	    "\"dossierNumber\":\"20\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	assert_int_equal(listed(hub, 0, &out), 1);
	assert_int_equal(withdraw(hub), 0);
}

static int
expire_now(struct txn *vault, void *arg)
{
	int64_t *when = arg;

	*when = invitation_expire(vault, STR("c2"), *when);
	return 0;
}

static void
two_weeks_end_it(void **state)
{
	struct test_hub *hub = *state;
	int64_t early = clock_now(), late = early + INVITATION_LIFETIME + 5;
	struct invitation out;
	struct hub h = hub_of(hub);

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(listed(hub, INVITATION_LIFETIME - 60, &out), 1);
	assert_int_equal(listed(hub, INVITATION_LIFETIME + 1, &out), 0);
	assert_int_equal(
	    invitation_get(&h, STR("jan"), hub_account(hub, "jan").born,
		STR("c2"), late, &out),
	    HUB_ENOENT);
	hub_write(hub, hub->vault, expire_now, &early);
	assert_int_equal(early, 0);
	hub_write(hub, hub->vault, expire_now, &late);
	assert_int_equal(late, 1);
	assert_dead(hub);
}

static int
give_to_wil(struct txn *directory, void *arg)
{
	(void)arg;
	return account_dossier_add(
	    directory, STR("wil"), STR("2"), STR("20"), NULL);
}

static void
a_contact_that_has_changed_ends_it(void **state)
{
	struct test_hub *hub = *state;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c2\",\"organizationId\":\"2\","
	    "\"dossierNumber\":\"21\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	assert_dead(hub);
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c2\",\"organizationId\":\"2\","
	    "\"dossierNumber\":\"20\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	hub_write(hub, hub->directory, give_to_wil, NULL);
	assert_dead(hub);
	assert_string_equal(hub_whose(hub, "2", "20"), "wil");
}

static void
what_cannot_be_invited(void **state)
{
	struct test_hub *hub = *state;
	struct invitation_form in = { .contact = STR("c1"),
		.address = STR(JAN) };

	assert_int_equal(invite_as(hub, &in), HUB_EEXIST);
	assert_str(in.username, WIL);
	in.contact = STR("none");
	assert_int_equal(invite_as(hub, &in), HUB_ENOENT);
	assert_false(in.unknown);
	in.contact = STR("c2");
	in.within = STR("1");
	assert_int_equal(invite_as(hub, &in), HUB_ENOENT);
	assert_false(in.unknown);
	in.within = STR("2");
	in.address = STR("niemand@example.nl");
	assert_int_equal(invite_as(hub, &in), HUB_ENOENT);
	assert_true(in.unknown);
	in.address = STR("no address");
	assert_int_equal(invite_as(hub, &in), HUB_EINVAL);
	in.address = STR(WIL);
	assert_int_equal(invite_as(hub, &in), 0);
	/* An account has one dossier of an organisation. */
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c3\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"11\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
	in.contact = STR("c3");
	in.within = STR("1");
	assert_int_equal(invite_as(hub, &in), HUB_EEXIST);
	assert_int_equal(in.username.n, 0);
	hub->conf.mail_server[0] = '\0';
	in.address = STR(JAN);
	assert_int_equal(invite_as(hub, &in), HUB_EDENIED);
}

static void
put_contact(struct test_hub *hub, const char *id, const char *organization)
{
	char line[200];

	snprintf(line, sizeof(line),
	    "{\"type\":\"contact\",\"id\":\"%s\",\"organizationId\":\"%s\","
	    "\"dossierNumber\":\"%s\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}",
	    id, organization, id);
	hub_put(hub, line);
}

static int
invite_as_operator(struct test_hub *hub, const char *contact)
{
	struct invitation_form in = { .contact = str_of(contact),
		.address = STR(JAN) };

	return invite_as(hub, &in);
}

/* Else an organisation with many contacts hides what another one asks. */
static void
no_organisation_fills_the_page(void **state)
{
	struct test_hub *hub = *state;
	struct invitation_form in = { .contact = STR("m5"),
		.address = STR(JAN) };
	char id[8];

	for (int i = 0; i <= INVITATIONS_OF_ONE; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		put_contact(hub, id, "2");
		assert_int_equal(invite_as_operator(hub, id),
		    i < INVITATIONS_OF_ONE ? 0 : HUB_ETOOBIG);
	}
	assert_int_equal(invite_as(hub, &in), HUB_ETOOBIG);
	assert_true(in.wait_ms == 0);
	assert_int_equal(
	    events_of(hub, "invitation.made", "jan"), INVITATIONS_OF_ONE);
	/* One of those takes no other place, and each account has its own. */
	assert_int_equal(invite_as_operator(hub, "m0"), 0);
	in.contact = STR("c2");
	in.address = STR(WIL);
	assert_int_equal(invite_as(hub, &in), 0);
}

/* Invites and withdraws until that is refused: each time the delay is longer. */
static int
mail_again_and_again(struct test_hub *hub, struct invitation_form *in)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < 20; i++) {
		rc = invite_as(hub, in);
		if (rc == 0 && str_eq(in->contact, STR("c2")))
			assert_int_equal(withdraw(hub), 0);
	}
	return rc;
}

/* Each time is a mail, to somebody who has asked for none. */
static void
who_mails_again_and_again_waits(void **state)
{
	struct test_hub *hub = *state;
	struct invitation_form in = {
		.contact = STR("c2"), .address = STR(JAN), .inviter = STR("wil")
	};

	for (int i = 0; i < 4; i++) {
		assert_int_equal(invite_as(hub, &in), 0);
		assert_int_equal(withdraw(hub), 0);
	}
	assert_int_equal(mail_again_and_again(hub, &in), HUB_ETOOBIG);
	assert_true(in.wait_ms > 0);
	/* So does it with another contact, but not for another account. */
	put_contact(hub, "c3", "2");
	in.contact = STR("c3");
	assert_int_equal(mail_again_and_again(hub, &in), HUB_ETOOBIG);
	assert_true(in.wait_ms > 0);
	in.address = STR(WIL);
	assert_int_equal(invite_as(hub, &in), 0);
	assert_int_equal(invite_as_operator(hub, "c2"), 0);
}

static void
another_takes_the_place_of_the_first(void **state)
{
	struct test_hub *hub = *state;
	struct invitation out;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(invite(hub, "c2", WIL), 0);
	assert_int_equal(listed(hub, 0, &out), 0);
	assert_int_equal(answer(hub, true), HUB_ENOENT);
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(listed(hub, 0, &out), 1);
}

/* Both saw it, and both click. */
static void
of_two_answers_one_is_done(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec seen;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	seen = hub_account(hub, "jan");
	assert_int_equal(answer_as(hub, &seen, false), 0);
	assert_int_equal(answer_as(hub, &seen, true), HUB_ENOENT);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_int_equal(events_of(hub, "invitation.accepted", NULL), 0);
}

static void
an_account_that_was_ended_meanwhile_gets_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct account_rec seen;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	seen = hub_account(hub, "jan");
	assert_int_equal(act_end_all(&h, &operator_actor, "account.disabled",
			     STR("jan"), true),
	    0);
	assert_int_equal(answer_as(hub, &seen, true), HUB_ENOENT);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_int_equal(events_of(hub, "account.not_linked", "jan"), 1);
}

static void
accept(struct test_hub *hub)
{
	answer(hub, true);
}

/* The invitation ends on record before anything is given. */
static void
a_crash_in_an_answer(void **state)
{
	struct test_hub *hub = *state;
	struct invitation out;

	prove(hub, "jan");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_true(crash_dies_at(hub, 0, accept));
	assert_int_equal(listed(hub, 0, &out), 1);
	assert_int_equal(events_of(hub, "account.linked", NULL), 0);
	assert_true(crash_dies_at(hub, 1, accept));
	assert_int_equal(events_of(hub, "account.linked", "jan"), 1);
	assert_dead(hub);
	assert_string_equal(hub_whose(hub, "2", "20"), "");
	assert_int_equal(invite(hub, "c2", JAN), 0);
	assert_int_equal(answer(hub, true), 0);
	assert_string_equal(hub_whose(hub, "2", "20"), "jan");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(the_owner_accepts),
		TEST(the_owner_declines),
		TEST(who_has_not_proven_the_address_gets_nothing),
		TEST(another_address_was_not_invited),
		TEST(who_was_not_asked_cannot_answer),
		TEST(a_withdrawn_one_is_dead),
		TEST(another_organisation_withdraws_nothing),
		TEST(two_weeks_end_it),
		TEST(a_contact_that_has_changed_ends_it),
		TEST(what_cannot_be_invited),
		TEST(no_organisation_fills_the_page),
		TEST(who_mails_again_and_again_waits),
		TEST(another_takes_the_place_of_the_first),
		TEST(of_two_answers_one_is_done),
		TEST(an_account_that_was_ended_meanwhile_gets_nothing),
		TEST(a_crash_in_an_answer),
	};

	return UNIT_RUN(tests);
}
