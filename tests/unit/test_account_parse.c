#include "directory/account.h"

#include <string.h>
#include "arena_fixture.h"
#include "chance.h"
#include "hub_fixture.h"
#include "unit.h"

static struct why why;

static int
parse(struct str text, struct account *out)
{
	const struct json *line;

	if (json_parse(arena, text, RECORD_LINE_MAX, &line, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(text), why.text);
	return account_parse(arena, line, true, out, &why);
}

static struct account
parsed(const char *text)
{
	struct account account;

	if (parse(str_of(text), &account) != 0)
		fail_msg("%s: %s", text, why.text);
	return account;
}

/* The texts of a list of rec_list.h, each with a space behind it. */
static void
assert_list(struct str list, const char *wanted)
{
	struct test_hub hub = { .arena = arena };

	assert_string_equal(hub_list(&hub, list), wanted);
}

/* A record with these members besides id and name. */
#define NAMED(name, members)                                                   \
	("{\"type\":\"account\",\"id\":\"a-1\",\"name\":\"" name "\"" members  \
	 "}")
#define WITH(members) NAMED("a@b.nl", members)

static void
the_item_is_the_one_of_the_api(void **state)
{
	struct account a = parsed(
	    "{\"type\":\"account\",\"id\":\"5f3c\",\"name\":\"j@example.nl\","
	    "\"email\":\"j@example.nl\",\"firstName\":\"Jan\","
	    "\"middleName\":\"van\",\"lastName\":\"Janssen\","
	    "\"dossiers\":{\"1007\":\"88012\",\"1001\":\"204517\"},"
	    "\"groupIds\":[\"101\"]}");

	(void)state;
	assert_str(a.rec.item,
	    "{\"id\":\"5f3c\",\"name\":\"j@example.nl\","
	    "\"email\":\"j@example.nl\",\"firstName\":\"Jan\","
	    "\"middleName\":\"van\",\"lastName\":\"Janssen\","
	    "\"dossiers\":{\"1007\":\"88012\",\"1001\":\"204517\"},"
	    "\"groupIds\":[\"101\"]}");
	assert_str(a.rec.id, "5f3c");
	assert_str(a.rec.name, "j@example.nl");
	assert_list(a.rec.groups, "101 ");
	assert_list(a.rec.organizations, "1001 1007 ");
	assert_list(a.rec.dossiers, "1001 204517 1007 88012 ");
}

static void
members_stand_in_the_order_of_the_api(void **state)
{
	struct account a = parsed("{\"groupIds\":[],\"lastName\":\"L\","
				  "\"x\":1,\"dossiers\":{},\"name\":\"a@b\","
				  "\"firstName\":\"F\",\"type\":\"account\","
				  "\"y\":2,\"id\":\"i\",\"email\":\"e\","
				  "\"middleName\":\"M\"}");

	(void)state;
	assert_str(a.rec.item,
	    "{\"id\":\"i\",\"name\":\"a@b\",\"email\":\"e\","
	    "\"firstName\":\"F\",\"middleName\":\"M\",\"lastName\":\"L\","
	    "\"dossiers\":{},\"groupIds\":[],\"x\":1,\"y\":2}");
}

static void
absent_members_are_null_or_empty_and_never_missing(void **state)
{
	static const char item[] =
	    "{\"id\":\"a-1\",\"name\":\"a@b.nl\",\"email\":null,"
	    "\"firstName\":null,\"middleName\":null,\"lastName\":null,"
	    "\"dossiers\":{},\"groupIds\":[]}";
	struct account a = parsed(WITH(""));

	(void)state;
	assert_str(a.rec.item, item);
	assert_list(a.rec.groups, "");
	assert_list(a.rec.organizations, "");
	a = parsed(WITH(",\"email\":null,\"firstName\":null,"
			"\"middleName\":null,\"lastName\":null"));
	assert_str(a.rec.item, item);
}

static void
unknown_members_are_kept_as_they_came(void **state)
{
	struct account a = parsed(
	    WITH(",\"z\":85.90,\"a\":[1.0,1e+2,-0,10000000000000000000000],"
		 "\"o\":{\"b\":1,\"a\":{}},\"\":\"\",\"s\":\"\\u00e9\\n\""));

	(void)state;
	assert_non_null(strstr(arena_str(arena, a.rec.item).p,
	    ",\"groupIds\":[],\"z\":85.90,"
	    "\"a\":[1.0,1e+2,-0,10000000000000000000000],"
	    "\"o\":{\"b\":1,\"a\":{}},\"\":\"\",\"s\":\"\xc3\xa9\\n\"}"));
	assert_str(a.rec.source,
	    "{\"id\":\"a-1\",\"name\":\"a@b.nl\",\"z\":85.90,"
	    "\"a\":[1.0,1e+2,-0,10000000000000000000000],"
	    "\"o\":{\"b\":1,\"a\":{}},\"\":\"\",\"s\":\"\xc3\xa9\\n\"}");
}

static void
type_version_enabled_and_deleted_are_never_shown(void **state)
{
	struct account a = parsed(WITH(",\"version\":7,\"enabled\":false,"
				       "\"deleted\":false,\"x\":1"));

	(void)state;
	assert_str(a.rec.item,
	    "{\"id\":\"a-1\",\"name\":\"a@b.nl\",\"email\":null,"
	    "\"firstName\":null,\"middleName\":null,\"lastName\":null,"
	    "\"dossiers\":{},\"groupIds\":[],\"x\":1}");
	assert_true(a.enabled_given);
	assert_false(a.rec.enabled);
}

/* They are told apart by their place: below the top they are data. */
static void
the_same_names_deeper_down_are_shown(void **state)
{
	struct account a = parsed(WITH(",\"x\":{\"type\":1,\"enabled\":2}"));

	(void)state;
	assert_non_null(strstr(arena_str(arena, a.rec.item).p,
	    "\"x\":{\"type\":1,\"enabled\":2}"));
}

static void
the_username_is_trimmed_and_folded(void **state)
{
	struct account a = parsed("{\"id\":\"a\",\"name\":\" J.X@B.nl \"}");

	(void)state;
	assert_str(a.rec.name, "J.X@B.nl");
	assert_str(a.folded, "j.x@b.nl");
	assert_non_null(
	    strstr(arena_str(arena, a.rec.item).p, "\"name\":\"J.X@B.nl\""));
}

static void
enabled_is_true_false_or_not_said(void **state)
{
	struct account a = parsed(WITH(""));

	(void)state;
	assert_false(a.enabled_given);
	a = parsed(WITH(",\"enabled\":true"));
	assert_true(a.enabled_given && a.rec.enabled);
	a = parsed(WITH(",\"enabled\":false"));
	assert_true(a.enabled_given && !a.rec.enabled);
}

static void
effective_groups_are_the_direct_ones_and_those_of_the_roles(void **state)
{
	struct account a =
	    parsed(WITH(",\"roles\":{\"1002\":[\"103\",\"102\"],"
			"\"1001\":[\"102\",\"101\",\"x\"],\"1003\":[]},"
			"\"groupIds\":[\"101\",\"z\"]"));

	(void)state;
	assert_list(a.rec.groups, "101 z 103 102 x ");
	assert_non_null(strstr(arena_str(arena, a.rec.item).p,
	    "\"groupIds\":[\"101\",\"z\",\"103\",\"102\",\"x\"]"));
	/* For export the direct ones stay what they were. */
	assert_non_null(strstr(
	    arena_str(arena, a.rec.source).p, "\"groupIds\":[\"101\",\"z\"]"));
}

static void
organisations_are_the_union_in_id_order(void **state)
{
	struct account a = parsed(
	    WITH(",\"organizationIds\":[\"9\",\"10\",\"b\",\"a\"],"
		 "\"roles\":{\"B\":[\"102\"],\"a\":[\"102\"]},"
		 "\"dossiers\":{\"c\":\"1\",\"10\":\"2\",\"a.b\":\"3\"}"));

	(void)state;
	assert_list(a.rec.organizations, "10 9 B a a.b b c ");
	assert_list(a.rec.dossiers, "10 2 a.b 3 c 1 ");
}

/* What a record must not look like, and the beginning of the sentence. */
static const struct {
	const char *text, *reason;
} refused[] = {
	{ "{\"name\":\"a@b\"}", "/id: missing" },
	{ "{\"id\":5,\"name\":\"a@b\"}", "/id: not a string" },
	{ "{\"id\":\"a b\",\"name\":\"a@b\"}", "/id: not 1 to 64 characters" },
	{ "{\"id\":\"a\"}", "/name: missing" },
	{ "{\"id\":\"a\",\"name\":null}", "/name: not a string" },
	{ "{\"id\":\"a\",\"name\":\"\"}", "/name: not between 1 and" },
	{ "{\"id\":\"a\",\"name\":\"jan\"}", "/name: not an e-mail address" },
	{ WITH(",\"enabled\":null"), "/enabled: not true or false" },
	{ WITH(",\"enabled\":\"true\""), "/enabled: not true or false" },
	{ WITH(",\"password\":\"x\""), "/password: credentials are never" },
	{ WITH(",\"passwordHash\":null"), "/passwordHash: credentials" },
	{ WITH(",\"email\":1"), "/email: not a string" },
	{ WITH(",\"firstName\":[]"), "/firstName: not a string" },
	{ WITH(",\"middleName\":{}"), "/middleName: not a string" },
	{ WITH(",\"lastName\":false"), "/lastName: not a string" },
	{ WITH(",\"dossiers\":[]"), "/dossiers: not an object" },
	{ WITH(",\"dossiers\":null"), "/dossiers: not an object" },
	{ WITH(",\"dossiers\":{\"\":\"1\"}"), "/dossiers: a member's name" },
	{ WITH(",\"dossiers\":{\"a/b\":\"1\"}"), "/dossiers: a member's name" },
	{ WITH(",\"dossiers\":{\"1001\":204517}"), "/dossiers/1001: not text" },
	{ WITH(",\"dossiers\":{\"1001\":null}"), "/dossiers/1001: not text" },
	{ WITH(",\"dossiers\":{\"1\":\"1\",\"2\":\"\"}"),
	    "/dossiers/2: not text" },
	{ WITH(",\"dossiers\":{\"1\":\"a\\tb\"}"), "/dossiers/1: not text" },
	{ WITH(",\"dossiers\":{\"1\":\"caf\\u00e9\"}"),
	    "/dossiers/1: not text" },
	{ WITH(",\"dossiers\":{\"1\":\"0123456789012345678901234567890123456789"
	       "0123456789012345678901234\"}"),
	    "/dossiers/1: not text" },
	{ WITH(",\"groupIds\":\"101\""), "/groupIds: not an array" },
	{ WITH(",\"groupIds\":[101]"), "/groupIds/0: not 1 to 64" },
	{ WITH(",\"groupIds\":[\"101\",\"x\",\"101\"]"),
	    "/groupIds/2: stands twice" },
	{ WITH(",\"groupIds\":[\"102\"]"), "/groupIds/0: 102 is given per" },
	{ WITH(",\"groupIds\":[\"101\",\"103\"]"),
	    "/groupIds/1: 103 is given per" },
	{ WITH(",\"roles\":[]"), "/roles: not an object" },
	{ WITH(",\"roles\":{\"a b\":[]}"), "/roles: a member's name" },
	{ WITH(",\"roles\":{\"1001\":\"102\"}"), "/roles/1001: not an array" },
	{ WITH(",\"roles\":{\"1\":[\"102\"],\"2\":[\"102\",\"102\"]}"),
	    "/roles/2/1: stands twice" },
	{ WITH(",\"roles\":{\"1\":[\"102\",\"\"]}"), "/roles/1/1: not 1 to" },
	{ WITH(",\"organizationIds\":{}"), "/organizationIds: not an array" },
	{ WITH(",\"organizationIds\":[\"1\",2]"),
	    "/organizationIds/1: not 1 to 64" },
};

static void
every_sentence_begins_with_the_pointer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct account account;
		int rc = parse(str_of(refused[i].text), &account);

		if (rc != HUB_EINVAL)
			fail_msg("%s: %d", refused[i].text, rc);
		if (strncmp(why.text, refused[i].reason,
			strlen(refused[i].reason)) != 0)
			fail_msg("%s: %s", refused[i].text, why.text);
	}
}

static void
a_dossier_number_may_be_any_printable_ascii(void **state)
{
	struct account a = parsed(
	    WITH(",\"dossiers\":{\"1\":\" /~\\\"\\\\0123456789012345678901234"
		 "567890123456789012345678901234567 \"}"));

	(void)state;
	assert_int_equal(a.rec.dossiers.n, 4 + 1 + 4 + 64);
}

/* {"a-1", "roles": PER roles of COUNT groups, all different} */
static struct str
with_roles(unsigned int roles, unsigned int per)
{
	struct buf text;

	buf_init_arena(&text, arena, 1 << 20);
	BUF_LIT(&text, "{\"id\":\"a\",\"name\":\"a@b\",\"roles\":{");
	for (unsigned int r = 0; r < roles; r++) {
		buf_printf(&text, "%s\"o%u\":[", r > 0 ? "," : "", r);
		for (unsigned int i = 0; i < per; i++)
			buf_printf(
			    &text, "%s\"g%u\"", i > 0 ? "," : "", r * per + i);
		BUF_LIT(&text, "]");
	}
	BUF_LIT(&text, "}}");
	return buf_view(&text);
}

/* An account with COUNT ids, and a dossier: of the first of them, or not. */
static struct str
with_ids(const char *member, unsigned int count, bool within)
{
	struct buf text;

	buf_init_arena(&text, arena, 1 << 20);
	buf_printf(&text,
	    "{\"id\":\"a\",\"name\":\"a@b\",\"dossiers\":{\"%s\":\"D\"},"
	    "\"%s\":[",
	    within ? "i0" : "d", member);
	for (unsigned int i = 0; i < count; i++)
		buf_printf(&text, "%s\"i%u\"", i > 0 ? "," : "", i);
	BUF_LIT(&text, "]}");
	return buf_view(&text);
}

static void
numbers_of_groups_and_organisations_are_bounded(void **state)
{
	struct account a;

	(void)state;
	assert_int_equal(parse(with_roles(1000, 0), &a), 0);
	assert_int_equal(parse(with_roles(100, 1), &a), 0);
	assert_int_equal(parse(with_roles(2, 50), &a), 0);
	assert_int_equal(parse(with_roles(1001, 0), &a), HUB_EINVAL);
	assert_string_equal(why.text, "/roles: more than 1000");
	assert_int_equal(parse(with_roles(1, 101), &a), HUB_EINVAL);
	assert_string_equal(why.text, "/roles: more than 100 groups in all");
	assert_int_equal(parse(with_roles(1, 1001), &a), HUB_EINVAL);
	assert_string_equal(why.text, "/roles/o0: more than 1000 ids");
	assert_int_equal(parse(with_ids("groupIds", 100, false), &a), 0);
	assert_int_equal(
	    parse(with_ids("groupIds", 101, false), &a), HUB_EINVAL);
	assert_string_equal(why.text, "/groupIds: more than 100");
}

static void
an_organisation_counts_once_however_it_is_named(void **state)
{
	struct account a;

	(void)state;
	assert_int_equal(parse(with_ids("organizationIds", 1000, true), &a), 0);
	assert_int_equal(parse(with_ids("organizationIds", 999, false), &a), 0);
	assert_int_equal(
	    parse(with_ids("organizationIds", 1000, false), &a), HUB_EINVAL);
	assert_string_equal(why.text,
	    "/organizationIds: more than 1000 organizations in all, dossiers "
	    "and roles included");
}

static bool
has(struct str text, const char *part)
{
	return strstr(arena_str(arena, text).p, part) != NULL;
}

static void
roles_without_organization_ids_give_them(void **state)
{
	static const char ids[] = ",\"organizationIds\":[\"9\",\"10\"]}";
	static const char given[] = ",\"organizationIds\":[\"7\"],\"z\":1}";
	struct account a =
	    parsed(WITH(",\"roles\":{\"9\":[\"102\"],\"10\":[]},\"z\":1"));

	(void)state;
	assert_true(has(a.rec.item, ids));
	assert_true(has(a.rec.source, ids));
	assert_list(a.rec.organizations, "10 9 ");
	a = parsed(WITH(",\"roles\":{\"9\":[]},\"organizationIds\":[\"7\"],"
			"\"z\":1"));
	assert_true(has(a.rec.item, given));
	assert_true(has(a.rec.source, given));
	assert_list(a.rec.organizations, "7 9 ");
	a = parsed(WITH(",\"roles\":{}"));
	assert_false(has(a.rec.source, "organizationIds"));
	a = parsed(WITH(",\"dossiers\":{\"9\":\"D\"}"));
	assert_false(has(a.rec.item, "organizationIds"));
}

/* A record whose item is larger than an answer may be. */
static void
what_the_api_cannot_show_is_refused(void **state)
{
	struct account a;
	struct buf text;

	(void)state;
	for (size_t n = 100000; n <= 400000; n += 300000) {
		buf_init_arena(&text, arena, 1 << 20);
		BUF_LIT(&text, "{\"id\":\"a\",\"name\":\"a@b\",\"x\":\"");
		memset(buf_space(&text, n), 'x', n);
		BUF_LIT(&text, "\"}");
		assert_int_equal(
		    parse(buf_view(&text), &a), n == 100000 ? 0 : HUB_ETOOBIG);
	}
	assert_string_equal(why.text,
	    "too large: the API shows at most 262144 bytes of a record");
}

static void
the_tag_moves_when_the_item_does(void **state)
{
	static const char *const other[] = {
		WITH(",\"x\":1,\"firstName\":\"K\""),
		WITH(",\"x\":1,\"firstName\":\"J\",\"y\":null"),
		WITH(",\"x\":1.0,\"firstName\":\"J\""),
		WITH(",\"x\":1,\"firstName\":\"J\",\"groupIds\":[\"101\"]"),
		NAMED("A@b.nl", ",\"x\":1,\"firstName\":\"J\""),
	};
	static const char *const same[] = {
		WITH(",\"firstName\":\"J\",\"x\":1"),
		WITH(",\"x\" : 1 , \"firstName\":\"\\u004a\""),
		WITH(",\"x\":1,\"firstName\":\"J\",\"enabled\":false"),
		WITH(",\"x\":1,\"firstName\":\"J\",\"version\":9"),
		WITH(",\"email\":null,\"x\":1,\"firstName\":\"J\""),
		NAMED(" a@b.nl", ",\"x\":1,\"firstName\":\"J\""),
	};
	struct str tag = parsed(WITH(",\"x\":1,\"firstName\":\"J\"")).rec.etag;

	(void)state;
	assert_int_equal(tag.n, 24);
	assert_true(tag.p[0] == '"' && tag.p[23] == '"');
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		assert_false(str_eq(parsed(other[i]).rec.etag, tag));
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_true(str_eq(parsed(same[i]).rec.etag, tag));
}

static uint64_t seed;

static uint32_t
pick(uint32_t n)
{
	return chance_below(&seed, n);
}

static void
put_random_value(struct buf *text, int depth)
{
	static const char *const leaves[] = { "null", "true", "false", "0",
		"-1.50", "1e5", "85.90", "\"\"", "\"\\u0041\\\"\"",
		"\"\xe2\x82\xac\"" };
	uint32_t kind = depth > 3 ? 0 : pick(4);
	uint32_t n = pick(4);

	if (kind < 2) {
		buf_str(text, str_of(leaves[pick(10)]));
		return;
	}
	buf_byte(text, kind == 2 ? '[' : '{');
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			BUF_LIT(text, ", ");
		if (kind == 3)
			buf_printf(text, "\"m%u\":", i);
		put_random_value(text, depth + 1);
	}
	buf_byte(text, kind == 2 ? ']' : '}');
}

/* ,"NAME":["a","b"] with some of eight ids from 900 on. */
static void
put_random_ids(struct buf *text)
{
	bool first = true;

	buf_byte(text, '[');
	for (int i = 0; i < 8; i++) {
		if (pick(3) > 0)
			continue;
		buf_printf(text, "%s\"g%d\"", first ? "" : ",", i);
		first = false;
	}
	buf_byte(text, ']');
}

static struct str
random_account(void)
{
	struct buf text;

	buf_init_arena(&text, arena, 1 << 18);
	buf_printf(&text, "{\"id\":\"a-%u\"", pick(1000));
	if (pick(2) == 0)
		BUF_LIT(&text, ",\"type\":\"account\"");
	if (pick(2) == 0)
		buf_printf(
		    &text, ",\"enabled\":%s", pick(2) ? "true" : "false");
	buf_printf(
	    &text, ",\"name\":\" %cx%u@B.nl\"", "aBcD"[pick(4)], pick(99));
	if (pick(2) == 0)
		buf_printf(&text, ",\"firstName\":%s",
		    pick(2) ? "null" : "\"J\\u00e9\"");
	if (pick(2) == 0)
		buf_printf(&text, ",\"dossiers\":{\"o%u\":\"%u\",\"p\":\"~\"}",
		    pick(9), pick(999));
	if (pick(2) == 0) {
		BUF_LIT(&text, ",\"groupIds\":");
		put_random_ids(&text);
	}
	if (pick(2) == 0) {
		BUF_LIT(&text, ",\"roles\":{\"o1\":");
		put_random_ids(&text);
		BUF_LIT(&text, ",\"o2\":");
		put_random_ids(&text);
		BUF_LIT(&text, "}");
	}
	for (uint32_t n = pick(3); n > 0; n--) {
		buf_printf(&text, ",\"extra%u\":", n);
		put_random_value(&text, 0);
	}
	BUF_LIT(&text, "}");
	return buf_view(&text);
}

/*
 * What is exported and comes back is the same account: through the stored
 * bytes, the source parsed again gives the same item, lists and source.
 */
static void
the_source_of_random_records_gives_the_same_account(void **state)
{
	(void)state;
	seed = 20220401;
	for (int i = 0; i < 2000; i++) {
		struct str text = random_account();
		struct account one, two;
		struct account_rec stored;
		struct buf bytes;

		if (parse(text, &one) != 0)
			fail_msg("%.*s: %s", STR_ARG(text), why.text);
		buf_init_arena(&bytes, arena, 1 << 20);
		account_rec_put(&bytes, &one.rec);
		assert_int_equal(account_rec_get(buf_view(&bytes), &stored), 0);
		assert_int_equal(parse(stored.source, &two), 0);
		if (!str_eq(stored.item, two.rec.item))
			fail_msg("%.*s gives\n%.*s", STR_ARG(stored.item),
			    STR_ARG(two.rec.item));
		assert_true(str_eq(stored.etag, two.rec.etag));
		assert_true(str_eq(stored.name, two.rec.name));
		assert_true(str_eq(stored.groups, two.rec.groups));
		assert_true(
		    str_eq(stored.organizations, two.rec.organizations));
		assert_true(str_eq(stored.dossiers, two.rec.dossiers));
		assert_true(str_eq(stored.source, two.rec.source));
		arena_reset(arena);
	}
}

/* It would be the subject of tokens, and there such a name is a client's. */
static void
an_id_that_could_be_a_clients_is_refused(void **state)
{
	struct account account;

	(void)state;
	assert_int_equal(
	    parse(STR("{\"type\":\"account\",\"id\":\"client:app\","
		      "\"name\":\"a@b.nl\",\"email\":\"a@b.nl\"}"),
		&account),
	    HUB_EINVAL);
	assert_string_equal(why.text,
	    "/id: begins with client:, which only subjects of clients do");
	assert_str(parsed("{\"type\":\"account\",\"id\":\"client\","
			  "\"name\":\"a@b.nl\",\"email\":\"a@b.nl\"}")
		       .rec.id,
	    "client");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
		TEST(the_item_is_the_one_of_the_api),
		TEST(members_stand_in_the_order_of_the_api),
		TEST(absent_members_are_null_or_empty_and_never_missing),
		TEST(unknown_members_are_kept_as_they_came),
		TEST(type_version_enabled_and_deleted_are_never_shown),
		TEST(the_same_names_deeper_down_are_shown),
		TEST(the_username_is_trimmed_and_folded),
		TEST(an_id_that_could_be_a_clients_is_refused),
		TEST(enabled_is_true_false_or_not_said),
		TEST(
		    effective_groups_are_the_direct_ones_and_those_of_the_roles),
		TEST(organisations_are_the_union_in_id_order),
		TEST(every_sentence_begins_with_the_pointer),
		TEST(a_dossier_number_may_be_any_printable_ascii),
		TEST(numbers_of_groups_and_organisations_are_bounded),
		TEST(an_organisation_counts_once_however_it_is_named),
		TEST(roles_without_organization_ids_give_them),
		TEST(what_the_api_cannot_show_is_refused),
		TEST(the_tag_moves_when_the_item_does),
		TEST(the_source_of_random_records_gives_the_same_account),
#undef TEST
	};

	return UNIT_RUN(tests);
}
