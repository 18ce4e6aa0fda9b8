#include "directory/group.h"

#include <string.h>
#include "directory/permission.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

static struct group
parsed(struct test_hub *hub, const char *text)
{
	struct record record;

	if (record_parse(hub->arena, str_of(text), &record, &hub->why) != 0)
		fail_msg("%s: %s", text, hub->why.text);
	assert_int_equal(record.kind, RECORD_GROUP);
	return record.as.group;
}

static void
permissions_are_listed_in_byte_order(void **state)
{
	struct test_hub *hub = *state;
	struct group g = parsed(hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":"
	    "[\"c.read\",\"a.read\",\"B.read\",\"a.read.mine\"]}");

	assert_str(g.id, "101");
	assert_string_equal(hub_list(hub, g.rec.permissions),
	    "B.read a.read a.read.mine c.read ");
	g = parsed(hub, "{\"type\":\"group\",\"id\":\"0\",\"permissions\":[]}");
	assert_string_equal(hub_list(hub, g.rec.permissions), "");
}

static void
the_source_is_the_record_without_its_type(void **state)
{
	struct test_hub *hub = *state;
	struct group g = parsed(hub,
	    "{\"id\":\"101\",\"x\":1.50,\"type\":\"group\","
	    "\"permissions\":[\"b\",\"a\"],\"name\":null}");

	assert_str(g.rec.source,
	    "{\"id\":\"101\",\"x\":1.50,\"permissions\":[\"b\",\"a\"],"
	    "\"name\":null}");
}

static void
every_sentence_begins_with_the_pointer(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "{\"type\":\"group\",\"permissions\":[]}", "/id: missing" },
		{ "{\"type\":\"group\",\"id\":\"\",\"permissions\":[]}",
		    "/id: not between 1 and 64 bytes long" },
		{ "{\"type\":\"group\",\"id\":\"1\"}",
		    "/permissions: missing" },
		{ "{\"type\":\"group\",\"id\":\"1\",\"permissions\":null}",
		    "/permissions: not an array" },
		{ "{\"type\":\"group\",\"id\":\"1\",\"permissions\":[\"a\","
		  "\"a b\"]}",
		    "/permissions/1: not 1 to 64" },
		{ "{\"type\":\"group\",\"id\":\"1\",\"permissions\":[\"a\","
		  "\"a\"]}",
		    "/permissions/1: stands twice" },
		{ "{\"type\":\"group\",\"id\":\"1\",\"name\":7,"
		  "\"permissions\":[]}",
		    "/name: not a string" },
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		hub_refuses(hub, cases[i].text, cases[i].reason);
}

static void
a_group_is_made_and_replaced(void **state)
{
	struct test_hub *hub = *state;
	struct group_rec rec;
	struct txn *txn = hub_look(hub);

	assert_false(group_exists(txn, STR("101")));
	assert_false(group_get(txn, STR("101"), &rec));
	hub_look_end(txn);
	hub_put(
	    hub, "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[\"a\"]}");
	hub_put(
	    hub, "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[\"b\"]}");
	txn = hub_look(hub);
	assert_true(group_exists(txn, STR("101")));
	assert_true(group_get(txn, STR("101"), &rec));
	assert_string_equal(hub_list(hub, rec.permissions), "b ");
	assert_false(group_exists(txn, STR("10")));
	hub_look_end(txn);
}

static void
only_102_and_103_are_roles(void **state)
{
	(void)state;
	assert_true(group_is_role(STR("102")));
	assert_true(group_is_role(STR("103")));
	assert_false(group_is_role(STR(GROUP_CUSTOMER)));
	assert_false(group_is_role(STR("1020")));
	assert_false(group_is_role(STR("")));
}

static bool
holds(struct test_hub *hub, const char *id, const char *permission)
{
	struct account_rec rec = hub_account(hub, id);
	struct txn *txn = hub_look(hub);
	bool held = permission_held(txn, &rec, str_of(permission));

	hub_look_end(txn);
	return held;
}

static void
a_permission_comes_from_any_group_of_the_account(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[\"a.r\"]}");
	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"102\",\"permissions\":[\"b.r\"]}");
	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"103\",\"permissions\":[\"c.r\"]}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"groupIds\":[\"gone\",\"101\"],\"roles\":{\"1\":[\"102\"]}}");
	assert_true(holds(hub, "a", "a.r"));
	assert_true(holds(hub, "a", "b.r"));
	assert_false(holds(hub, "a", "c.r"));
	assert_false(holds(hub, "a", "a"));
	assert_false(holds(hub, "a", ""));
	assert_false(holds(hub, "a", "A.r"));
}

static void
a_permission_is_what_the_group_has_at_this_moment(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"groupIds\":[\"101\"]}");
	assert_false(holds(hub, "a", "a.r"));
	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[\"a.r\"]}");
	assert_true(holds(hub, "a", "a.r"));
	hub_put(hub, "{\"type\":\"group\",\"id\":\"101\",\"permissions\":[]}");
	assert_false(holds(hub, "a", "a.r"));
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("101"));
	txn_put(txn, DIR_GROUP, &key, STR("\1damaged"));
	return 0;
}

static void
a_damaged_group_gives_nothing_and_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec rec;
	struct txn *txn;

	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"groupIds\":[\"101\"]}");
	hub_write(hub, hub->directory, damage, NULL);
	rec = hub_account(hub, "a");
	txn = hub_look(hub);
	assert_false(permission_held(txn, &rec, STR("a.r")));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(permissions_are_listed_in_byte_order),
		TEST(the_source_is_the_record_without_its_type),
		TEST(every_sentence_begins_with_the_pointer),
		TEST(a_group_is_made_and_replaced),
		cmocka_unit_test(only_102_and_103_are_roles),
		TEST(a_permission_comes_from_any_group_of_the_account),
		TEST(a_permission_is_what_the_group_has_at_this_moment),
		TEST(a_damaged_group_gives_nothing_and_is_an_error),
#undef TEST
	};

	return UNIT_RUN(tests);
}
