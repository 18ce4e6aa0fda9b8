/* What employees are shown of a contact's account. */
#include "endpoint/employee.h"

#include <stdio.h>
#include <string.h>
#include "identity/credential.h"
#include "identity_fixture.h"
#include "unit.h"

#define CUSTOMER                                                               \
	"{\"type\":\"account\",\"id\":\"c\",\"name\":\"c@b.nl\",\"dossiers\":" \
	"{\"1\":\"D\"}}"

static int
setup(void **state)
{
	struct fixture *f;

	if (identity_setup(state) != 0)
		return -1;
	f = *state;
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"e\",\"name\":\"e@b.nl\",\"roles\":"
	    "{\"1\":[\"102\"]}}");
	hub_put(f->hub,
	    "{\"type\":\"contact\",\"id\":\"k\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"D\"}");
	hub_put(f->hub, CUSTOMER);
	return 0;
}

static int
ask_as_employee(struct fixture *f, struct ask request)
{
	struct claims claims = jan_claims();

	snprintf(claims.sub, sizeof(claims.sub), "e");
	snprintf(claims.scope, sizeof(claims.scope), "hub.read hub.manage");
	claims.epoch = hub_account(f->hub, "e").epoch;
	request.authorization = bearer_of(f, &claims);
	return ask(f, request);
}

/* The contact as the employee sees it. */
static void
look(struct fixture *f)
{
	assert_int_equal(
	    ask_as_employee(f, (struct ask){ .uri = "/contact/contacts/k" }),
	    200);
}

static void
assert_shown(struct fixture *f, const char *text)
{
	look(f);
	if (!answer_holds(f, text))
		fail_msg("%s is not in %.*s", text, STR_ARG(f->answer.body));
}

/* A password of the owner's choice for the account as it is, long ago. */
static int
give_password(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;
	static const char hash[PASSWORD_HASH] = "$";
	struct credential_rec rec;

	credential_get(vault, account->id, &rec);
	credential_set_lasting(&rec, hash, 1);
	rec.born = account->born;
	credential_put(vault, account->id, &rec);
	return 0;
}

static int
note_sign_in(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;

	credential_note_sign_in(vault, account->id, 1800000000);
	return 0;
}

static void
write_vault(struct fixture *f, int (*fn)(struct txn *vault, void *arg))
{
	struct account_rec account = hub_account(f->hub, "c");

	hub_write(f->hub, f->hub->vault, fn, &account);
}

static void
the_last_sign_in_is_shown(void **state)
{
	struct fixture *f = *state;

	assert_shown(f, "\"state\":\"none\"");
	assert_shown(f, "\"lastSignIn\":null");
	write_vault(f, give_password);
	assert_shown(f, "\"state\":\"active\"");
	assert_shown(f, "\"lastSignIn\":null");
	write_vault(f, note_sign_in);
	assert_shown(f, "\"lastSignIn\":\"2027-01-15T08:00:00Z\"");
	/* Another password leaves it. */
	write_vault(f, give_password);
	assert_shown(f, "\"lastSignIn\":\"2027-01-15T08:00:00Z\"");
}

/* What a deleted account has left is not that of a new one with its id. */
static void
an_earlier_account_of_that_id_is_not_shown(void **state)
{
	struct fixture *f = *state;

	write_vault(f, give_password);
	write_vault(f, note_sign_in);
	hub_put(f->hub, "{\"type\":\"account\",\"id\":\"c\",\"deleted\":true}");
	hub_put(f->hub, CUSTOMER);
	assert_shown(f, "\"state\":\"none\"");
	assert_shown(f, "\"lastSignIn\":null");
	/* Nor when the new one gets a password, before it was ever used. */
	write_vault(f, give_password);
	assert_shown(f, "\"state\":\"active\"");
	assert_shown(f, "\"lastSignIn\":null");
}

/* It may have been at another organisation's portal. */
static void
the_last_sign_in_of_a_shared_account_is_not_shown(void **state)
{
	struct fixture *f = *state;

	write_vault(f, give_password);
	write_vault(f, note_sign_in);
	hub_put(f->hub,
	    "{\"type\":\"organization\",\"id\":\"2\",\"organizationType\":"
	    "\"insurer\","
	    "\"code\":\"2\",\"name\":\"Two\"}");
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"c\",\"name\":\"c@b.nl\","
	    "\"dossiers\":{\"1\":\"D\",\"2\":\"E\"}}");
	assert_shown(f, "\"shared\":true");
	assert_shown(f, "\"state\":\"active\"");
	assert_shown(f, "\"lastSignIn\":null");
}

static int
block(struct fixture *f, const char *if_match)
{
	return ask_as_employee(f,
	    (struct ask){ .method = "POST",
		.uri = "/contact/contacts/k/account/block",
		.if_match = if_match });
}

static void
a_star_names_nothing_that_was_seen(void **state)
{
	static const char *const stars[] = { "*", " *", "* \t" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(stars) / sizeof(stars[0]); i++) {
		assert_int_equal(block(f, stars[i]), 428);
		assert_true(answer_holds(f, "* names nothing"));
	}
	assert_int_equal(block(f, "*, \"x\""), 412);
	assert_true(hub_account(f->hub, "c").enabled);
	look(f);
	assert_int_equal(block(f, hub_text(f->hub, field(f, "ETag"))), 200);
	assert_false(hub_account(f->hub, "c").enabled);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup, service_teardown)
		TEST(the_last_sign_in_is_shown),
		TEST(an_earlier_account_of_that_id_is_not_shown),
		TEST(the_last_sign_in_of_a_shared_account_is_not_shown),
		TEST(a_star_names_nothing_that_was_seen),
#undef TEST
	};

	return UNIT_RUN(tests);
}
