#include "identity/role.h"

#include "crash_fixture.h"
#include "directory/account.h"
#include "directory/employee.h"
#include "dossier_fixture.h"
#include "identity/enrol.h"
#include "store/rec_list.h"
#include "vault_fixture.h"
#include "unit.h"

/* Groups of employees, given and taken, and what a crash leaves of that. */

static int
setup(void **state)
{
	struct test_hub *hub;

	if (dossier_setup(state) != 0)
		return -1;
	hub = *state;
	hub_put(hub, "{\"type\":\"group\",\"id\":\"102\",\"permissions\":[]}");
	hub_put(hub, "{\"type\":\"group\",\"id\":\"103\",\"permissions\":[]}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"emp\",\"name\":\"emp@example.nl\","
	    "\"firstName\":\"Em\",\"roles\":{\"1\":[\"103\"]}}");
	return 0;
}

/* "1:103,102 2:" as the record has it. */
static const char *
roles_of(struct test_hub *hub, const char *id)
{
	struct account_rec rec = hub_account(hub, id);
	struct str list, organization;
	const struct json *roles;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1024);
	assert_int_equal(employee_employers(hub->arena, &rec, &list), 0);
	while (rec_list_next(&list, &organization)) {
		assert_int_equal(
		    employee_roles(hub->arena, &rec, organization, &roles), 0);
		buf_printf(&text, "%s%.*s:", text.n > 0 ? " " : "",
		    STR_ARG(organization));
		for (const struct json *r = roles->child; r; r = r->next)
			buf_printf(&text, "%s%.*s",
			    r == roles->child ? "" : ",", STR_ARG(r->text));
	}
	return hub_text(hub, text.n == 0 ? STR("") : buf_view(&text));
}

static int
change(struct test_hub *hub, const char *account, const char *organization,
    const char *group, bool give, const struct dossier_seen *seen)
{
	const struct role_change in = { str_of(account), str_of(organization),
		str_of(group), give, seen };
	struct hub h = hub_of(hub);

	return role_change(&h, &operator_actor, &in, &hub->why);
}

static void
a_group_is_given_and_taken(void **state)
{
	struct test_hub *hub = *state;
	uint64_t epoch = hub_account(hub, "emp").epoch;

	assert_int_equal(change(hub, "emp", "1", "102", true, NULL), 0);
	assert_string_equal(roles_of(hub, "emp"), "1:103,102");
	assert_int_equal(change(hub, "emp", "2", "102", true, NULL), 0);
	assert_string_equal(roles_of(hub, "emp"), "1:103,102 2:102");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "emp").organizations), "1 2 ");
	assert_int_equal(change(hub, "emp", "1", "103", false, NULL), 0);
	assert_int_equal(change(hub, "emp", "2", "102", false, NULL), 0);
	/* Who has none left is an employee all the same. */
	assert_string_equal(roles_of(hub, "emp"), "1:102 2:");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "emp").groups), "102 ");
	assert_int_equal(hub_account(hub, "emp").epoch, epoch);
	assert_int_equal(vault_events(hub, "role.given"), 2);
	assert_int_equal(vault_events(hub, "role.taken"), 2);
}

static void
what_cannot_be_is_told_and_leaves_no_event(void **state)
{
	static const struct {
		const char *account, *organization, *group;
		bool give;
		int rc;
		const char *says;
	} wrong[] = {
		{ "emp", "1", "103", true, HUB_EEXIST, "has group 103 at" },
		{ "emp", "1", "102", false, HUB_ENOENT, "does not have group" },
		{ "emp", "2", "103", false, HUB_ENOENT, "does not have group" },
		{ "emp", "none", "102", true, HUB_ENOENT, "no organisation" },
		{ "emp", "1", "none", true, HUB_ENOENT, "no group none" },
		{ "none", "1", "102", true, HUB_ENOENT, "no account none" },
		{ "none", "1", "102", false, HUB_ENOENT, "no account none" },
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
		    change(hub, wrong[i].account, wrong[i].organization,
			wrong[i].group, wrong[i].give, NULL),
		    wrong[i].rc);
		if (strstr(hub->why.text, wrong[i].says) == NULL)
			fail_msg("%zu: %s", i, hub->why.text);
	}
	assert_string_equal(roles_of(hub, "emp"), "1:103");
	assert_int_equal(vault_events(hub, "role.given") +
		vault_events(hub, "role.taken") +
		vault_events(hub, "role.not_given"),
	    0);
}

static struct dossier_seen
see(struct test_hub *hub)
{
	return (struct dossier_seen){ .employer = STR("1"),
		.account = hub_account(hub, "emp") };
}

/* Nobody decides on what has changed meanwhile. */
static void
what_was_seen_must_still_be_so(void **state)
{
	static const char *const since[] = {
		"{\"type\":\"account\",\"id\":\"emp\",\"name\":\"emp@example.nl"
		"\",\"roles\":{\"1\":[\"103\"],\"2\":[]}}",
		"{\"type\":\"account\",\"id\":\"emp\",\"name\":\"emp@example.nl"
		"\",\"enabled\":false,\"roles\":{\"1\":[\"103\"]}}",
		"{\"type\":\"account\",\"id\":\"emp\",\"name\":\"now@example.nl"
		"\",\"enabled\":true,\"roles\":{\"1\":[\"103\"]}}",
	};
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);

	for (size_t i = 0; i < sizeof(since) / sizeof(since[0]); i++) {
		struct dossier_seen seen = see(hub);

		hub_put(hub, since[i]);
		assert_int_equal(
		    change(hub, "emp", "1", "102", true, &seen), HUB_ECONFLICT);
		assert_int_equal(change(hub, "emp", "1", "103", false, &seen),
		    HUB_ECONFLICT);
		assert_int_equal(
		    enrol_reset_seen(&h, &operator_actor, &seen, temporary),
		    HUB_ECONFLICT);
	}
	hub_put(hub, "{\"type\":\"account\",\"id\":\"emp\",\"deleted\":true}");
	assert_int_equal(vault_events(hub, "role.given"), 0);
	assert_int_equal(vault_events(hub, "password.reset"), 0);
}

static void
what_is_seen_counts(void **state)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct dossier_seen seen = see(hub);

	assert_int_equal(change(hub, "emp", "1", "102", true, &seen), 0);
	seen = see(hub);
	assert_int_equal(
	    enrol_reset_seen(&h, &operator_actor, &seen, temporary), 0);
	assert_true(hub_account(hub, "emp").pending);
	/* The other click, with what was shown before. */
	assert_int_equal(
	    enrol_reset_seen(&h, &operator_actor, &seen, temporary),
	    HUB_ECONFLICT);
	seen = see(hub);
	seen.shared = true;
	assert_int_equal(
	    enrol_reset_seen(&h, &operator_actor, &seen, temporary),
	    HUB_ECONFLICT);
}

static void
give(struct test_hub *hub)
{
	assert_int_equal(change(hub, "emp", "1", "102", true, NULL), 0);
}

static void
take(struct test_hub *hub)
{
	assert_int_equal(change(hub, "emp", "1", "102", false, NULL), 0);
}

/* Given: on record before. Taken: it is gone before anybody writes of it. */
static void
a_crash_leaves_less(void **state)
{
	struct test_hub *hub = *state;

	assert_true(crash_dies_at(hub, 0, give));
	assert_string_equal(roles_of(hub, "emp"), "1:103");
	assert_int_equal(vault_events(hub, "role.given"), 0);
	assert_true(crash_dies_at(hub, 1, give));
	assert_string_equal(roles_of(hub, "emp"), "1:103");
	assert_int_equal(vault_events(hub, "role.given"), 1);
	assert_false(crash_dies_at(hub, 2, give));
	assert_string_equal(roles_of(hub, "emp"), "1:103,102");
	assert_true(crash_dies_at(hub, 0, take));
	assert_string_equal(roles_of(hub, "emp"), "1:103,102");
	assert_true(crash_dies_at(hub, 1, take));
	assert_string_equal(roles_of(hub, "emp"), "1:103");
	assert_int_equal(vault_events(hub, "role.taken"), 0);
	give(hub);
	assert_false(crash_dies_at(hub, 2, take));
	assert_int_equal(vault_events(hub, "role.taken"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_group_is_given_and_taken),
		TEST(what_cannot_be_is_told_and_leaves_no_event),
		TEST(what_was_seen_must_still_be_so),
		TEST(what_is_seen_counts),
		TEST(a_crash_leaves_less),
	};

	return UNIT_RUN(tests);
}
