#include "directory/organization.h"

#include <string.h>
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

static struct organization
parsed(struct test_hub *hub, const char *text)
{
	struct record record;

	if (record_parse(hub->arena, str_of(text), &record, &hub->why) != 0)
		fail_msg("%s: %s", text, hub->why.text);
	assert_int_equal(record.kind, RECORD_ORGANIZATION);
	return record.as.organization;
}

#define ORGANIZATION(members)                                                  \
	"{\"type\":\"organization\",\"id\":\"1001\"" members "}"

#define WHOLE                                                                  \
	",\"organizationType\":\"INTERMEDIARY\",\"code\":\"DEMO1\","           \
	"\"name\":\"Voorbeeld \\u20ac B.V.\""

static void
the_item_has_the_five_members_of_the_api(void **state)
{
	struct test_hub *hub = *state;
	struct organization o = parsed(hub,
	    ORGANIZATION(
		",\"icon\":\"building\",\"x\":1" WHOLE ",\"version\":3"));

	assert_str(o.id, "1001");
	assert_str(o.rec.item,
	    "{\"id\":\"1001\",\"type\":\"INTERMEDIARY\",\"code\":\"DEMO1\","
	    "\"name\":\"Voorbeeld \xe2\x82\xac B.V.\",\"icon\":\"building\"}");
	assert_str(o.rec.source,
	    "{\"id\":\"1001\",\"icon\":\"building\",\"x\":1,"
	    "\"organizationType\":\"INTERMEDIARY\",\"code\":\"DEMO1\","
	    "\"name\":\"Voorbeeld \xe2\x82\xac B.V.\",\"version\":3}");
}

static void
an_absent_icon_is_null(void **state)
{
	struct test_hub *hub = *state;
	struct organization absent = parsed(hub, ORGANIZATION(WHOLE));
	struct organization null =
	    parsed(hub, ORGANIZATION(WHOLE ",\"icon\":null"));

	assert_non_null(
	    strstr(hub_text(hub, absent.rec.item), "B.V.\",\"icon\":null}"));
	assert_true(str_eq(absent.rec.item, null.rec.item));
	assert_true(str_eq(absent.rec.etag, null.rec.etag));
}

static void
the_tag_moves_when_the_item_does(void **state)
{
	struct test_hub *hub = *state;
	struct str tag = parsed(hub, ORGANIZATION(WHOLE)).rec.etag;

	assert_int_equal(tag.n, 24);
	assert_true(str_eq(
	    parsed(hub, ORGANIZATION(WHOLE ",\"unknown\":1")).rec.etag, tag));
	assert_false(str_eq(
	    parsed(hub, ORGANIZATION(WHOLE ",\"icon\":\"x\"")).rec.etag, tag));
}

static void
every_sentence_begins_with_the_pointer(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "{\"type\":\"organization\"" WHOLE "}", "/id: missing" },
		{ "{\"type\":\"organization\",\"id\":1001" WHOLE "}",
		    "/id: not a string" },
		{ ORGANIZATION(",\"code\":\"c\",\"name\":\"n\""),
		    "/organizationType: missing" },
		{ ORGANIZATION(",\"organizationType\":\"t\",\"name\":\"n\""),
		    "/code: missing" },
		{ ORGANIZATION(",\"organizationType\":\"t\",\"code\":\"c\""),
		    "/name: missing" },
		{ ORGANIZATION(",\"organizationType\":\"t\",\"code\":\"\","
			       "\"name\":\"n\""),
		    "/code: not between 1 and 64" },
		{ ORGANIZATION(WHOLE ",\"icon\":false"),
		    "/icon: not a string" },
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		hub_refuses(hub, cases[i].text, cases[i].reason);
}

static void
an_organisation_is_stored_whole(void **state)
{
	struct test_hub *hub = *state;
	struct organization o = parsed(hub, ORGANIZATION(WHOLE));
	struct organization_rec rec;
	struct txn *txn = hub_look(hub);
	struct str bytes;
	struct key key;

	assert_false(organization_exists(txn, STR("1001")));
	hub_look_end(txn);
	hub_put(hub, ORGANIZATION(WHOLE));
	txn = hub_look(hub);
	assert_true(organization_exists(txn, STR("1001")));
	assert_false(organization_exists(txn, STR("100")));
	key_of(&key, STR("1001"));
	assert_true(txn_get(txn, DIR_ORGANIZATION, &key, &bytes));
	assert_int_equal(organization_rec_get(bytes, &rec), 0);
	assert_true(str_eq(rec.item, o.rec.item));
	assert_true(str_eq(rec.etag, o.rec.etag));
	assert_true(str_eq(rec.source, o.rec.source));
	hub_look_end(txn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(the_item_has_the_five_members_of_the_api),
		TEST(an_absent_icon_is_null),
		TEST(the_tag_moves_when_the_item_does),
		TEST(every_sentence_begins_with_the_pointer),
		TEST(an_organisation_is_stored_whole),
#undef TEST
	};

	return UNIT_RUN(tests);
}
