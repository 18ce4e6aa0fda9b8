#include "directory/account_dossier.h"

#include <string.h>
#include "directory/state.h"
#include "hub_fixture.h"
#include "store/rec_list.h"
#include "unit.h"

static int
setup(void **state)
{
	struct test_hub *hub;

	hub_setup(state);
	hub = *state;
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"A@b.nl\","
	    "\"firstName\":\"An\",\"own\":[1.50,{\"b\":null}],"
	    "\"groupIds\":[\"7\"],\"roles\":{\"9\":[\"103\"]},"
	    "\"dossiers\":{\"1\":\"D\",\"2\":\"E\"}}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"bare\",\"name\":\"bare@b.nl\"}");
	return 0;
}

static bool
holds(struct str text, const char *part)
{
	return text.n > 0 && memmem(text.p, text.n, part, strlen(part)) != NULL;
}

struct step {
	const char *account, *organization, *dossier;
	struct why *why;
};

static int
add(struct txn *txn, void *arg)
{
	const struct step *s = arg;

	return account_dossier_add(txn, str_of(s->account),
	    str_of(s->organization), str_of(s->dossier), s->why);
}

static int
drop(struct txn *txn, void *arg)
{
	const struct step *s = arg;

	return account_dossier_drop(txn, str_of(s->account),
	    str_of(s->organization), str_of(s->dossier));
}

static int
run(struct test_hub *hub, int (*fn)(struct txn *txn, void *arg),
    const char *account, const char *organization, const char *dossier)
{
	struct step s = { account, organization, dossier, &hub->why };

	return store_write(hub->directory, hub->arena, fn, &s);
}

static const char *
dossiers(struct test_hub *hub, const char *account)
{
	return hub_list(hub, hub_account(hub, account).dossiers);
}

static void
a_dossier_is_added_with_the_customers_group(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;

	assert_int_equal(run(hub, add, "bare", "3", "F"), 0);
	assert_string_equal(dossiers(hub, "bare"), "3 F ");
	assert_string_equal(hub_whose(hub, "3", "F"), "bare");
	rec = hub_account(hub, "bare");
	assert_string_equal(hub_list(hub, rec.groups), "101 ");
	assert_string_equal(hub_list(hub, rec.organizations), "3 ");
	/* Once the group is there it stays at one. */
	assert_int_equal(run(hub, add, "bare", "4", "G"), 0);
	assert_string_equal(dossiers(hub, "bare"), "3 F 4 G ");
	rec = hub_account(hub, "bare");
	assert_string_equal(hub_list(hub, rec.groups), "101 ");
}

static void
what_else_the_account_has_stays(void **state)
{
	static const char *const kept[] = { "\"firstName\":\"An\"",
		"\"own\":[1.50,{\"b\":null}]", "\"roles\":{\"9\":[\"103\"]}",
		"\"name\":\"A@b.nl\"" };
	struct test_hub *hub = *state;
	struct account_rec before = hub_account(hub, "a"), rec;

	assert_int_equal(run(hub, add, "a", "3", "F"), 0);
	assert_int_equal(run(hub, drop, "a", "1", "D"), 0);
	rec = hub_account(hub, "a");
	assert_string_equal(dossiers(hub, "a"), "2 E 3 F ");
	assert_true(rec_list_has(rec.groups, STR("7")));
	assert_true(rec_list_has(rec.groups, STR("101")));
	assert_true(rec_list_has(rec.groups, STR("103")));
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (!holds(rec.source, kept[i]))
			fail_msg(
			    "%s is not in %.*s", kept[i], STR_ARG(rec.source));
	}
	assert_str(rec.name, "A@b.nl");
	assert_int_equal(rec.epoch, before.epoch);
	assert_int_equal(rec.born, before.born);
	assert_true(rec.enabled);
	assert_false(rec.pending);
	assert_string_equal(hub_who(hub, "a@B.nl"), "a");
}

static int
disable_and_hold(struct txn *txn, void *arg)
{
	int rc = account_set_enabled(txn, str_of(arg), false);

	return rc == 0 ? account_set_pending(txn, str_of(arg), true) : rc;
}

static void
who_may_not_sign_in_still_may_not(void **state)
{
	static char id[] = "a";
	struct test_hub *hub = *state;
	struct account_rec before, rec;

	hub_write(hub, hub->directory, disable_and_hold, id);
	before = hub_account(hub, "a");
	assert_int_equal(run(hub, add, "a", "3", "F"), 0);
	assert_int_equal(run(hub, drop, "a", "2", "E"), 0);
	rec = hub_account(hub, "a");
	assert_false(rec.enabled);
	assert_true(rec.pending);
	assert_int_equal(rec.epoch, before.epoch);
}

static void
a_dropped_dossier_is_free(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(run(hub, drop, "a", "1", "D"), 0);
	assert_string_equal(dossiers(hub, "a"), "2 E ");
	assert_string_equal(hub_whose(hub, "1", "D"), "");
	assert_string_equal(hub_whose(hub, "2", "E"), "a");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "a").organizations), "2 9 ");
	assert_int_equal(run(hub, add, "bare", "1", "D"), 0);
	assert_string_equal(hub_whose(hub, "1", "D"), "bare");
	/* The last goes, too, and the group is not taken along. */
	assert_int_equal(run(hub, drop, "bare", "1", "D"), 0);
	assert_string_equal(dossiers(hub, "bare"), "");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "bare").groups), "101 ");
}

static void
only_the_very_dossier_is_dropped(void **state)
{
	static const char *const wrong[][3] = {
		{ "nobody", "1", "D" },
		{ "a", "3", "D" },
		{ "a", "1", "E" },
		{ "a", "1", "d" },
		{ "a", "1", "" },
		{ "a", "", "D" },
		{ "bare", "1", "D" },
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (run(hub, drop, wrong[i][0], wrong[i][1], wrong[i][2]) !=
		    HUB_ENOENT)
			fail_msg("%zu is dropped", i);
	}
	assert_string_equal(dossiers(hub, "a"), "1 D 2 E ");
	assert_int_equal(run(hub, drop, "a", "1", "D"), 0);
	assert_int_equal(run(hub, drop, "a", "1", "D"), HUB_ENOENT);
}

static void
assert_not_added(struct test_hub *hub, const char *account,
    const char *organization, const char *dossier, int rc, const char *says)
{
	hub->why.text[0] = '\0';
	assert_int_equal(run(hub, add, account, organization, dossier), rc);
	if (strstr(hub->why.text, says) == NULL)
		fail_msg("'%s' is not in: %s", says, hub->why.text);
}

static void
what_may_not_be_added_is_told(void **state)
{
	struct test_hub *hub = *state;

	assert_not_added(
	    hub, "nobody", "3", "F", HUB_ENOENT, "account nobody: ");
	assert_not_added(hub, "a", "1", "X", HUB_EEXIST,
	    "account a has dossier D of organisation 1 already");
	assert_not_added(hub, "a", "1", "D", HUB_EEXIST,
	    "account a has dossier D of organisation 1 already");
	assert_not_added(hub, "bare", "1", "D", HUB_ECONFLICT, "account a");
	assert_string_equal(dossiers(hub, "bare"), "");
	assert_string_equal(hub_list(hub, hub_account(hub, "bare").groups), "");
	assert_string_equal(hub_whose(hub, "1", "D"), "a");
}

/* Nothing that an import would refuse comes in this way. */
static void
what_is_no_dossier_is_refused(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(run(hub, add, "bare", "1", ""), HUB_EINVAL);
	assert_int_equal(run(hub, add, "bare", "no id", "D"), HUB_EINVAL);
	assert_int_equal(run(hub, add, "bare", "3", "D\n"), HUB_EINVAL);
	assert_string_equal(dossiers(hub, "bare"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(a_dossier_is_added_with_the_customers_group),
		TEST(what_else_the_account_has_stays),
		TEST(who_may_not_sign_in_still_may_not),
		TEST(a_dropped_dossier_is_free),
		TEST(only_the_very_dossier_is_dropped),
		TEST(what_may_not_be_added_is_told),
		TEST(what_is_no_dossier_is_refused),
#undef TEST
	};

	return UNIT_RUN(tests);
}
