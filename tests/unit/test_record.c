#include "directory/record.h"

#include <string.h>
#include "arena_fixture.h"
#include "hub_fixture.h"
#include "unit.h"

static struct why why;

static int
parse(struct str text, struct record *out)
{
	why.text[0] = '\0';
	return record_parse(arena, text, out, &why);
}

static void
a_byte_order_mark_is_named(void **state)
{
	static char long_line[RECORD_LINE_MAX + 1];
	struct record r;

	(void)state;
	assert_int_equal(
	    parse(STR("\xef\xbb\xbf{\"type\":\"group\",\"id\":\"g\","
		      "\"permissions\":[]}"),
		&r),
	    HUB_EINVAL);
	assert_string_equal(why.text,
	    "begins with a byte order mark: save the file as UTF-8 without "
	    "one");
	assert_int_equal(parse(STR("\xef\xbb"), &r), HUB_EINVAL);
	assert_null(strstr(why.text, "byte order mark"));
	memcpy(long_line, "\xef\xbb\xbf", 3);
	assert_int_equal(
	    parse((struct str){ long_line, sizeof(long_line) }, &r),
	    HUB_ETOOBIG);
	assert_string_equal(why.text, "longer than 1048576 bytes");
}

static void
the_kind_stands_in_the_member_type(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(
	    parse(STR("{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\"}"),
		&r),
	    0);
	assert_int_equal(r.kind, RECORD_ACCOUNT);
	assert_str(r.id, "a");
	assert_false(r.deleted);
	assert_int_equal(
	    parse(STR("{\"id\":\"g\",\"permissions\":[],\"type\":\"group\"}"),
		&r),
	    0);
	assert_int_equal(r.kind, RECORD_GROUP);
	assert_str(r.id, "g");
	assert_int_equal(parse(STR("{\"type\":\"organization\",\"id\":\"o\","
				   "\"organizationType\":\"t\",\"code\":\"c\","
				   "\"name\":\"n\"}"),
			     &r),
	    0);
	assert_int_equal(r.kind, RECORD_ORGANIZATION);
	assert_str(r.id, "o");
	assert_string_equal(
	    record_kind_name(RECORD_ORGANIZATION), "organization");
}

static void
a_deletion_needs_its_id_and_nothing_else(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(
	    parse(STR("{\"type\":\"account\",\"id\":\"a\",\"deleted\":true}"),
		&r),
	    0);
	assert_true(r.deleted);
	assert_int_equal(r.kind, RECORD_ACCOUNT);
	assert_str(r.id, "a");
	assert_int_equal(
	    parse(STR("{\"type\":\"account\",\"id\":\"a\",\"deleted\":true,"
		      "\"name\":5,\"version\":9}"),
		&r),
	    0);
}

static void
what_is_no_record_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} cases[] = {
		{ "", "" },
		{ "{", "" },
		{ "x", "" },
		{ "{\"type\":\"account\"} x", "" },
		{ "{\"type\":\"account\",\"type\":\"group\"}",
		    "an object has a member twice" },
		{ "[]", "not an object" },
		{ "null", "not an object" },
		{ "\"account\"", "not an object" },
		{ "{}", "/type: missing" },
		{ "{\"type\":1}", "/type: not a string" },
		{ "{\"type\":\"\"}", "/type: not between 1 and 64" },
		{ "{\"type\":\"Account\"}", "/type: none of organization, " },
		{ "{\"type\":\"contract\"}", "/id: missing" },
		{ "{\"type\":\"policy\"}", "/type: none of organization, " },
		{ "{\"type\":\"contact\",\"id\":\"a\",\"version\":-1}",
		    "/version: not a whole number" },
		{ "{\"type\":\"contract\",\"id\":\"a\",\"deleted\":true,"
		  "\"version\":18446744073709551616}",
		    "/version: not a whole number" },
		{ "{\"type\":\"account\"}", "/id: missing" },
		{ "{\"type\":\"account\",\"id\":\"a\",\"deleted\":1}",
		    "/deleted: not true or false" },
		{ "{\"type\":\"account\",\"deleted\":true}", "/id: missing" },
		{ "{\"type\":\"account\",\"deleted\":true,\"id\":\"a b\"}",
		    "/id: not 1 to 64" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record r;

		if (parse(str_of(cases[i].text), &r) != HUB_EINVAL ||
		    why.text[0] == '\0' ||
		    strncmp(why.text, cases[i].reason,
			strlen(cases[i].reason)) != 0)
			fail_msg("%s: %s", cases[i].text, why.text);
	}
}

/* {"type":"account","id":"a","name":"a@b","x":[[[...]]]} with DEPTH levels. */
static struct str
nested(size_t depth)
{
	struct buf text;

	buf_init_arena(&text, arena, 1 << 16);
	BUF_LIT(&text,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\",\"x\":");
	memset(buf_space(&text, depth), '[', depth);
	memset(buf_space(&text, depth), ']', depth);
	BUF_LIT(&text, "}");
	return buf_view(&text);
}

static void
depth_is_bounded_and_the_deepest_can_be_rendered(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(parse(nested(63), &r), 0);
	assert_int_equal(parse(nested(64), &r), HUB_ETOOBIG);
	assert_string_equal(why.text, "nested deeper than 64 levels");
	assert_int_equal(parse(nested(10000), &r), HUB_ETOOBIG);
}

/* A line of N bytes. */
static struct str
of_length(size_t n)
{
	static const char begin[] = "{\"type\":\"group\",\"id\":\"a\","
				    "\"permissions\":[],\"x\":\"";
	char *text = arena_alloc(arena, n);

	assert_non_null(text);
	memset(text, 'x', n);
	memcpy(text, begin, sizeof(begin) - 1);
	memcpy(text + n - 2, "\"}", 2);
	return (struct str){ text, n };
}

static void
length_is_bounded(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(parse(of_length(RECORD_LINE_MAX), &r), 0);
	assert_int_equal(r.as.group.rec.source.n, RECORD_LINE_MAX - 15);
	assert_int_equal(
	    parse(of_length(RECORD_LINE_MAX + 1), &r), HUB_ETOOBIG);
	assert_string_equal(why.text, "longer than 1048576 bytes");
}

/* A line of this kind with a text of N bytes in METADATA's place. */
static struct str
with_text(const char *kind, size_t n)
{
	struct buf line;

	buf_init_arena(&line, arena, RECORD_LINE_MAX);
	buf_printf(&line,
	    "{\"type\":\"%s\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"organizationId\":\"1\",\"dossierNumber\":\"D\","
	    "\"format\":\"F\",\"status\":\"S\",\"metadata\":{\"x\":\"",
	    kind);
	memset(buf_space(&line, n), 'x', n);
	BUF_LIT(&line, "\"}}");
	return buf_view(&line);
}

static void
a_check_refuses_what_cannot_be_rendered(void **state)
{
	static const struct {
		const char *kind;
		size_t n;
	} cases[] = { { "contract", 48000 }, { "contract", 50000 },
		{ "contact", 50000 }, { "account", 261000 },
		{ "account", 263000 } };
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str line = with_text(cases[i].kind, cases[i].n);
		struct record r;
		struct why reason = { "" };
		int rc = parse(line, &r);

		assert_int_equal(record_check(arena, line, &r, &reason), rc);
		if (rc != 0)
			assert_string_equal(reason.text, why.text);
		refused += rc != 0;
	}
	assert_int_equal(refused, 2);
}

static void
a_check_of_a_short_line_renders_nothing(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(
	    record_check(arena, with_text("contract", 9), &r, &why), 0);
	assert_str(r.as.contract.rec.organization, "1");
	assert_null(r.as.contract.rec.item.p);
	assert_int_equal(
	    record_check(arena, with_text("account", 9), &r, &why), 0);
	assert_str(r.as.account.folded, "a@b");
	assert_null(r.as.account.rec.item.p);
}

static void
bytes_that_are_no_text_are_refused(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(
	    parse(STR("{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
		      "\"x\":\"\xff\"}"),
		&r),
	    HUB_EINVAL);
	assert_string_equal(why.text, "not UTF-8");
	assert_int_equal(parse(STR("{\"type\":\"acc\0unt\"}"), &r), HUB_EINVAL);
}

/* Copied from its line or put together anew, a contract is the same. */
static void
a_contract_is_the_same_however_it_is_spelled(void **state)
{
	static const char *const lines[] = {
		"{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
		"\"dossierNumber\":\"d\",\"status\":\"S\",\"format\":\"F\","
		"\"metadata\":{\"a\":[1,{\"b\":\"/\"}]},\"x\":[],\"y\":2.50}",
		"{\"x\":[],\"organizationId\":\"1\",\"dossierNumber\":\"d\","
		"\"status\":\"S\",\"y\":2.50,\"format\":\"F\",\"metadata\":"
		"{\"a\":[1,{\"b\":\"/\"}]},\"id\":\"c\",\"type\":\"contract\"}",
		"{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
		"\"dossierNumber\":\"d\",\"status\":\"S\",\"format\":\"F\","
		"\"metadata\":{\"a\": [1,{\"b\":\"/\"}]}, \"x\":[],\"y\":2.50 "
		"}",
		"{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
		"\"dossierNumber\":\"d\",\"status\":\"\\u0053\",\"format\":"
		"\"F\",\"metadata\":{\"a\":[1,{\"b\":\"\\/\"}]},\"x\":[],"
		"\"y\":2.50}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct record r, checked;

		assert_int_equal(parse(str_of(lines[i]), &r), 0);
		assert_int_equal(
		    record_check(arena, str_of(lines[i]), &checked, &why), 0);
		assert_str(checked.as.contract.line.format, "F");
		assert_str(r.as.contract.line.item,
		    "{\"id\":\"c\",\"dossierNumber\":\"d\",\"format\":\"F\","
		    "\"metadata\":{\"a\":[1,{\"b\":\"/\"}]},\"status\":\"S\"}");
		assert_str(r.as.contract.rec.item,
		    "{\"id\":\"c\",\"dossierNumber\":\"d\",\"format\":\"F\","
		    "\"metadata\":{\"a\":[1,{\"b\":\"/\"}]},\"status\":\"S\","
		    "\"x\":[],\"y\":2.50}");
	}
}

/* Below its members a contract is skimmed, but not let pass for that. */
static void
a_fault_deep_in_a_contract_is_named(void **state)
{
	struct record r;
	struct str line =
	    STR("{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
		"\"dossierNumber\":\"d\",\"status\":\"S\",\"format\":\"F\","
		"\"metadata\":{\"a\":[{\"b\":1,\"b\":2}]}}");

	(void)state;
	assert_int_equal(parse(line, &r), HUB_EINVAL);
	assert_string_equal(why.text, "an object has a member twice");
	why.text[0] = '\0';
	assert_int_equal(record_check(arena, line, &r, &why), HUB_EINVAL);
	assert_string_equal(why.text, "an object has a member twice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
		TEST(a_byte_order_mark_is_named),
		TEST(the_kind_stands_in_the_member_type),
		TEST(a_deletion_needs_its_id_and_nothing_else),
		TEST(what_is_no_record_is_refused_with_its_reason),
		TEST(depth_is_bounded_and_the_deepest_can_be_rendered),
		TEST(length_is_bounded),
		TEST(a_check_refuses_what_cannot_be_rendered),
		TEST(a_check_of_a_short_line_renders_nothing),
		TEST(bytes_that_are_no_text_are_refused),
		TEST(a_contract_is_the_same_however_it_is_spelled),
		TEST(a_fault_deep_in_a_contract_is_named),
#undef TEST
	};

	return UNIT_RUN(tests);
}
