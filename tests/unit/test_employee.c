#include "directory/employee.h"

#include "hub_fixture.h"
#include "unit.h"

/* An account with these members more. */
static struct account_rec
account_with(struct test_hub *hub, const char *members)
{
	hub_put(hub,
	    arena_printf(hub->arena,
		"{\"type\":\"account\",\"id\":\"e\",\"name\":\"e@b.nl\"%s}",
		members));
	return hub_account(hub, "e");
}

/* Where the account is an employee's, each with a space after it. */
static const char *
places(struct test_hub *hub, const char *members)
{
	struct account_rec rec = account_with(hub, members);
	struct employee employee;
	struct buf text;

	assert_int_equal(employee_of(hub->arena, &rec, &employee), 0);
	buf_init_arena(&text, hub->arena, 1024);
	for (size_t i = 0; i < employee.n; i++) {
		buf_printf(&text, "%.*s ", STR_ARG(employee.organizations[i]));
		assert_true(
		    employee_is_at(&employee, employee.organizations[i]));
	}
	assert_false(employee_is_at(&employee, STR("nowhere")));
	assert_false(employee_is_at(&employee, STR("")));
	return text.n == 0 ? "" : hub_text(hub, buf_view(&text));
}

static void
either_role_makes_an_employee(void **state)
{
	struct test_hub *hub = *state;

	assert_string_equal(places(hub, ",\"roles\":{\"1\":[\"102\"]}"), "1 ");
	assert_string_equal(places(hub, ",\"roles\":{\"1\":[\"103\"]}"), "1 ");
	assert_string_equal(
	    places(hub, ",\"roles\":{\"1\":[\"103\",\"102\"]}"), "1 ");
	assert_string_equal(
	    places(hub, ",\"roles\":{\"1\":[\"7\",\"102\"]}"), "1 ");
}

static void
a_role_counts_at_its_organisation_only(void **state)
{
	struct test_hub *hub = *state;

	assert_string_equal(
	    places(hub,
		",\"roles\":{\"9\":[\"102\"],\"10\":[\"103\"],\"1\":[],"
		"\"2\":[\"7\"]},\"organizationIds\":[\"3\"],"
		"\"dossiers\":{\"4\":\"D\"}"),
	    "10 9 ");
	assert_string_equal(places(hub,
				",\"roles\":{\"1\":[\"102\"]},\"dossiers\":"
				"{\"2\":\"D\"}"),
	    "1 ");
}

static void
others_are_no_employees(void **state)
{
	static const char *const none[] = {
		"",
		",\"groupIds\":[\"101\"],\"dossiers\":{\"1\":\"D\"}",
		",\"roles\":{}",
		",\"roles\":{\"1\":[]}",
		",\"roles\":{\"1\":[\"101\"]}",
		",\"roles\":{\"1\":[\"1020\",\"10\",\"104\"]}",
		",\"organizationIds\":[\"1\"]",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_string_equal(places(*state, none[i]), "");
}

/* Told apart to the last byte. */
static void
an_organisation_is_no_other_that_begins_like_it(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec =
	    account_with(hub, ",\"roles\":{\"10\":[\"102\"]}");
	struct employee employee;

	assert_int_equal(employee_of(hub->arena, &rec, &employee), 0);
	assert_true(employee_is_at(&employee, STR("10")));
	assert_false(employee_is_at(&employee, STR("1")));
	assert_false(employee_is_at(&employee, STR("100")));
}

/* As the organisation 1 sees it. */
static bool
is_shared(struct test_hub *hub, const char *members)
{
	struct account_rec rec = account_with(hub, members);
	bool shared;

	assert_int_equal(
	    employee_account_is_shared(hub->arena, &rec, STR("1"), &shared), 0);
	return shared;
}

static void
a_customer_of_one_dossier_is_not_shared(void **state)
{
	struct test_hub *hub = *state;

	assert_false(is_shared(hub, ",\"dossiers\":{\"1\":\"D\"}"));
	assert_false(is_shared(
	    hub, ",\"dossiers\":{\"1\":\"D\"},\"groupIds\":[\"101\"]"));
	assert_false(is_shared(
	    hub, ",\"dossiers\":{\"1\":\"D\"},\"organizationIds\":[\"1\"]"));
	assert_false(
	    is_shared(hub, ",\"dossiers\":{\"1\":\"D\"},\"roles\":{}"));
}

static void
who_is_more_than_that_is_shared(void **state)
{
	static const char *const more[] = {
		"",
		",\"dossiers\":{\"2\":\"D\"}",
		",\"dossiers\":{\"10\":\"D\"}",
		",\"dossiers\":{\"1\":\"D\",\"2\":\"E\"}",
		",\"dossiers\":{\"1\":\"D\"},\"organizationIds\":[\"2\"]",
		",\"dossiers\":{\"1\":\"D\"},\"roles\":{\"1\":[\"102\"]}",
		",\"dossiers\":{\"1\":\"D\"},\"roles\":{\"1\":[\"7\"]}",
		",\"dossiers\":{\"1\":\"D\"},\"roles\":{\"2\":[\"102\"]}",
		",\"roles\":{\"1\":[\"102\"]}",
	};

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (!is_shared(*state, more[i]))
			fail_msg("not shared: %s", more[i]);
	}
}

/* Whoever cannot be judged is nobody's to reset. */
static void
a_record_that_cannot_be_read_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec = account_with(
	    hub, ",\"dossiers\":{\"1\":\"D\"},\"roles\":{\"1\":[\"102\"]}");
	struct employee employee;
	bool shared = false;

	rec.source = STR("{\"roles\":");
	assert_int_equal(
	    employee_of(hub->arena, &rec, &employee), HUB_ECORRUPT);
	assert_int_equal(employee.n, 0);
	assert_int_equal(
	    employee_account_is_shared(hub->arena, &rec, STR("1"), &shared),
	    HUB_ECORRUPT);
	assert_true(shared);
}

/* The ids that work at an organisation, each with a space after it. */
static const char *
staff(struct test_hub *hub, const char *organization)
{
	struct txn *txn = hub_look(hub);
	struct str after = STR("");
	struct account_rec rec;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1024);
	while (employee_next(txn, str_of(organization), after, &rec)) {
		buf_printf(&text, "%.*s ", STR_ARG(rec.id));
		after = rec.id;
	}
	hub_look_end(txn);
	return text.n == 0 ? "" : hub_text(hub, buf_view(&text));
}

static void
an_organisation_knows_who_works_there(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"b\",\"name\":\"b@b.nl\",\"roles\":"
	    "{\"1\":[\"102\"],\"2\":[]}}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b.nl\",\"roles\":"
	    "{\"1\":[]}}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"c\",\"name\":\"c@b.nl\","
	    "\"dossiers\":"
	    "{\"1\":\"D\"},\"organizationIds\":[\"1\"]}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"d\",\"name\":\"d@b.nl\",\"roles\":"
	    "{\"11\":[\"102\"]}}");
	assert_string_equal(staff(hub, "1"), "a b ");
	assert_string_equal(staff(hub, "2"), "b ");
	assert_string_equal(staff(hub, "11"), "d ");
	assert_string_equal(staff(hub, "3"), "");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"b\",\"name\":\"b@b.nl\",\"roles\":"
	    "{\"2\":[]}}");
	assert_string_equal(staff(hub, "1"), "a ");
	assert_string_equal(staff(hub, "2"), "b ");
	hub_put(hub, "{\"type\":\"account\",\"id\":\"a\",\"deleted\":true}");
	assert_string_equal(staff(hub, "1"), "");
}

static void
a_colleague_s_account_is_shared_beyond_the_place(void **state)
{
	static const struct {
		const char *members;
		bool shared;
	} cases[] = {
		{ ",\"roles\":{\"1\":[\"102\",\"103\"]}", false },
		{ ",\"roles\":{\"1\":[]}", false },
		{ ",\"roles\":{\"1\":[\"102\"]},\"dossiers\":{\"1\":\"D\"},"
		  "\"groupIds\":[\"101\"]",
		    false },
		{ ",\"roles\":{\"1\":[\"7\"]}", false },
		{ ",\"roles\":{\"1\":[\"102\"],\"2\":[]}", true },
		{ ",\"roles\":{\"1\":[\"102\"]},\"dossiers\":{\"2\":\"D\"}",
		    true },
		{ ",\"roles\":{\"1\":[\"102\"]},\"organizationIds\":[\"1\","
		  "\"2\"]",
		    true },
		{ ",\"roles\":{\"1\":[\"102\"]},\"groupIds\":[\"7\"]", true },
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct account_rec rec = account_with(hub, cases[i].members);
		bool shared;

		assert_int_equal(
		    employee_is_shared(hub->arena, &rec, STR("1"), &shared), 0);
		if (shared != cases[i].shared)
			fail_msg("%s", cases[i].members);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(either_role_makes_an_employee),
		TEST(a_role_counts_at_its_organisation_only),
		TEST(others_are_no_employees),
		TEST(an_organisation_is_no_other_that_begins_like_it),
		TEST(a_customer_of_one_dossier_is_not_shared),
		TEST(who_is_more_than_that_is_shared),
		TEST(an_organisation_knows_who_works_there),
		TEST(a_colleague_s_account_is_shared_beyond_the_place),
		TEST(a_record_that_cannot_be_read_is_an_error),
#undef TEST
	};

	return UNIT_RUN(tests);
}
