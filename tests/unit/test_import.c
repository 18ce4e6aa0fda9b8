#include "directory/import.h"

#include <stdio.h>
#include <string.h>
#include "import_fixture.h"
#include "store/schema.h"
#include "unit.h"

static void
records_of_each_kind_come_in_and_are_counted(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") ORGANIZATION("1002") GROUP("101") GROUP("102")
		GROUP("103") ACCOUNT("a", "a@b",
		    ",\"groupIds\":[\"101\"]" DOSSIER("D")) ACCOUNT("e", "e@b",
		    ",\"organizationIds\":[\"1002\"],"
		    "\"roles\":{\"1002\":[\"102\"]}") DELETION("z"));
	assert_int_equal(im.counts[RECORD_ORGANIZATION], 2);
	assert_int_equal(im.counts[RECORD_GROUP], 3);
	assert_int_equal(im.counts[RECORD_ACCOUNT], 2);
	assert_int_equal(im.deleted, 0);
	assert_int_equal(im.absent, 1);
	assert_string_equal(hub_whose(hub, "1001", "D"), "a");
	assert_string_equal(hub_who(hub, "E@b"), "e");
	assert_string_equal(
	    hub_list(hub, hub_account(hub, "e").organizations), "1002 ");
	assert_int_equal(directory_count(hub, DIR_ORGANIZATION), 2);
	assert_int_equal(directory_count(hub, DIR_GROUP), 3);
}

static void
an_empty_file_brings_nothing(void **state)
{
	import_good(*state, "");
	import_good(*state, "\n\r\n  \t\n \r\n\n");
	assert_int_equal(directory_count(*state, DIR_ACCOUNT), 0);
}

static void
blank_lines_crlf_and_a_missing_newline_are_fine(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    "\n  " GROUP("g") "\r\n"
			      "{\"type\":\"group\",\"id\":\"h\","
			      "\"permissions\":[]}\r\n"
			      " \t \n"
			      "\t{\"type\":\"group\",\"id\":\"i\","
			      "\"permissions\":[]}");
	assert_int_equal(im.counts[RECORD_GROUP], 3);
	import_bad(hub,
	    STR("\n\r\n" GROUP("g") "\n{}\r\n\n{\"type\":\"group\"}"),
	    "5 /type: missing\n7 /id: missing\n");
}

static void
every_bad_line_is_told_with_its_number(void **state)
{
	struct test_hub *hub = *state;

	import_bad(hub,
	    STR(GROUP("101") "{\"type\":\"contact\"}\n" ACCOUNT("a", "a@b", "")
		    ACCOUNT("b", "nobody", "") "[]\n" ACCOUNT(
			"c", "c@b", ",\"groupIds\":[\"102\"]")
			ACCOUNT("d", "d@b", ",\"enabled\":0")),
	    "2 /id: missing\n"
	    "4 /name: not an e-mail address\n"
	    "5 not an object\n"
	    "6 /groupIds/0: 102 is given per organisation, in roles\n"
	    "7 /enabled: not true or false\n");
	assert_int_equal(im.bad_lines, 5);
}

static void
a_reference_may_stand_later_in_the_file(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ACCOUNT("a", "a@b",
		",\"groupIds\":[\"101\"],\"roles\":{\"1002\":[\"102\"]},"
		"\"organizationIds\":[\"1003\"]" DOSSIER("D")) GROUP("102")
		ORGANIZATION("1003") ORGANIZATION("1002") ORGANIZATION("1001")
		    GROUP("101"));
	/* Or have been there before. */
	import_good(hub, ACCOUNT("b", "b@b", DOSSIER("E")));
}

static void
an_unknown_reference_is_pointed_at(void **state)
{
	static const char known[] = ORGANIZATION("1001") GROUP("101");
	struct test_hub *hub = *state;

	import_good(hub, known);
	import_bad(hub,
	    STR(ACCOUNT("a", "a@b",
		",\"dossiers\":{\"1001\":\"1\",\"1002\":\"1\"}") ACCOUNT("b",
		"b@b", ",\"groupIds\":[\"101\",\"100\"]") ACCOUNT("c", "c@b",
		",\"roles\":{\"1\":[]}") ACCOUNT("d", "d@b",
		",\"roles\":{\"1001\":[\"101\",\"102\"]}") ACCOUNT("e", "e@b",
		",\"organizationIds\":[\"1001\",\"2\"]")),
	    "1 /dossiers/1002: organization 1002 does not exist\n"
	    "2 /groupIds/1: group 100 does not exist\n"
	    "3 /roles/1: organization 1 does not exist\n"
	    "4 /roles/1001/1: group 102 does not exist\n"
	    "5 /organizationIds/1: organization 2 does not exist\n");
}

/* A group is no organisation and an account neither. */
static void
a_reference_is_to_its_own_kind(void **state)
{
	import_bad(*state,
	    STR(GROUP("1001") ORGANIZATION("101") ACCOUNT("a", "a@b",
		",\"groupIds\":[\"101\"]") ACCOUNT("b", "b@b", DOSSIER("D"))),
	    "3 /groupIds/0: group 101 does not exist\n"
	    "4 /dossiers/1001: organization 1001 does not exist\n");
}

static void
a_username_stands_once_in_the_file(void **state)
{
	import_bad(*state,
	    STR(ACCOUNT("a", "x@b", "") ACCOUNT("b", " X@B", "")
		    ACCOUNT("c", "y@b", "") ACCOUNT("d", "x@b", "")),
	    "2 /name: is the username of account a already\n"
	    "4 /name: is the username of account a already\n");
}

static void
a_dossier_stands_once_in_the_file(void **state)
{
	import_good(*state, ORGANIZATION("1001") ORGANIZATION("1002"));
	import_bad(*state,
	    STR(ACCOUNT("a", "a@b", DOSSIER("D"))
		    ACCOUNT("b", "b@b", DOSSIER("D"))
			ACCOUNT("c", "c@b", ",\"dossiers\":{\"1002\":\"D\"}")),
	    "2 /dossiers/1001: belongs to account a already\n");
}

static void
username_and_dossier_are_free_in_the_directory(void **state)
{
	struct test_hub *hub = *state;

	import_good(
	    hub, ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D")));
	import_bad(hub,
	    STR(ACCOUNT("b", "A@b", "") ACCOUNT("c", "c@b", DOSSIER("D"))),
	    "1 /name: is the username of account a already\n"
	    "2 /dossiers/1001: belongs to account a already\n");
}

/* A dossier number may hold spaces: it ends where it ends. */
static void
dossier_numbers_are_compared_whole(void **state)
{
	import_good(*state,
	    ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D")) ACCOUNT(
		"b", "b@b", DOSSIER("D ")) ACCOUNT("c", "c@b", DOSSIER(" D"))
		ACCOUNT("d", "d@b", DOSSIER("d")));
	import_bad(*state, STR(ACCOUNT("e", "e@b", DOSSIER("D "))),
	    "1 /dossiers/1001: belongs to account b already\n");
}

static void
the_same_account_twice_is_a_change(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D")) ACCOUNT(
		"a", "a2@b", DOSSIER("E")) ACCOUNT("b", "a@b", DOSSIER("D")));
	assert_string_equal(hub_who(hub, "a@b"), "b");
	assert_string_equal(hub_who(hub, "a2@b"), "a");
	assert_string_equal(hub_whose(hub, "1001", "D"), "b");
	assert_string_equal(hub_whose(hub, "1001", "E"), "a");
}

/* First given up, then taken. */
static void
a_name_and_a_dossier_pass_on_within_a_file(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D"))
		ACCOUNT("b", "b@b", DOSSIER("E")));
	import_good(
	    hub, ACCOUNT("a", "a2@b", "") ACCOUNT("b", "A@B", DOSSIER("D")));
	assert_string_equal(hub_who(hub, "a@b"), "b");
	assert_string_equal(hub_whose(hub, "1001", "D"), "b");
	assert_string_equal(hub_whose(hub, "1001", "E"), "");
	/* Three steps make a full exchange. */
	import_good(hub,
	    ACCOUNT("b", "b3@b", "") ACCOUNT("a", "a@b", DOSSIER("D"))
		ACCOUNT("b", "a2@b", DOSSIER("E")));
	assert_string_equal(hub_who(hub, "a@b"), "a");
	assert_string_equal(hub_who(hub, "a2@b"), "b");
	assert_string_equal(hub_whose(hub, "1001", "D"), "a");
}

/* The lines come in one after the other, so this order cannot be loaded. */
static void
what_is_not_given_up_yet_cannot_be_taken(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D"))
		ACCOUNT("b", "b@b", DOSSIER("E")));
	import_bad(hub,
	    STR(ACCOUNT("b", "a@b", DOSSIER("E")) ACCOUNT("a", "a2@b", "")),
	    "1 /name: is the username of account a already\n");
	import_bad(hub,
	    STR(ACCOUNT("b", "b@b", DOSSIER("D")) ACCOUNT("a", "a@b", "")),
	    "1 /dossiers/1001: belongs to account a already\n");
	import_bad(hub, STR(ACCOUNT("b", "a@b", "") DELETION("a")),
	    "1 /name: is the username of account a already\n");
}

static void
a_deletion_frees_what_the_account_had(void **state)
{
	struct test_hub *hub = *state;

	import_good(
	    hub, ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D")));
	import_good(hub, DELETION("a") ACCOUNT("b", "a@b", DOSSIER("D")));
	assert_string_equal(hub_who(hub, "a@b"), "b");
	import_bad(hub, STR(DELETION("a") ACCOUNT("a", "a@b", "")),
	    "2 /name: is the username of account b already\n");
}

static void
deletion_and_return_in_one_file_revive_no_epoch(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub, ACCOUNT("a", "a@b", ""));
	import_good(hub,
	    ACCOUNT("a", "a@b", ",\"enabled\":false")
		ACCOUNT("a", "a@b", ",\"enabled\":true"));
	assert_int_equal(hub_account(hub, "a").epoch, 2);
	import_good(hub, DELETION("a") ACCOUNT("a", "a@b", ""));
	assert_int_equal(im.deleted, 1);
	assert_int_equal(im.counts[RECORD_ACCOUNT], 1);
	assert_int_equal(hub_account(hub, "a").epoch, 3);
	assert_true(hub_account(hub, "a").enabled);
	import_good(hub, DELETION("a"));
	assert_string_equal(hub_who(hub, "a@b"), "");
}

static void
the_same_file_again_changes_nothing(void **state)
{
	static const char content[] = ORGANIZATION("1001") GROUP("101")
	    ACCOUNT("a", " A@b ", ",\"groupIds\":[\"101\"],\"x\":1.50")
		ACCOUNT("b", "b@b", ",\"enabled\":false" DOSSIER("D"));
	struct test_hub *hub = *state;
	struct str first;

	import_good(hub, content);
	first = directory_dump(hub);
	assert_true(first.n > 0);
	import_good(hub, content);
	assert_true(str_eq(directory_dump(hub), first));
}

/* LONG is a line of SIZE bytes among two others, at place AT. */
static struct str
with_long_line(struct test_hub *hub, size_t size, size_t at)
{
	struct buf text;

	buf_init_arena(&text, hub->arena, 8 << 20);
	for (size_t i = 0; i < 3; i++) {
		buf_printf(&text,
		    "{\"type\":\"group\",\"id\":\"g%zu\",\"permissions\":[]",
		    i);
		if (i == at) {
			BUF_LIT(&text, ",\"x\":\"");
			memset(buf_space(&text, size - 50), 'x', size - 50);
			BUF_LIT(&text, "\"");
		}
		BUF_LIT(&text, "}\n");
	}
	return buf_view(&text);
}

static void
a_line_that_is_too_long_is_bad_wherever_it_stands(void **state)
{
	struct test_hub *hub = *state;
	char reasons[80];

	for (size_t at = 0; at < 3; at++) {
		struct str text = with_long_line(hub, RECORD_LINE_MAX * 2, at);

		snprintf(reasons, sizeof(reasons),
		    "%zu longer than 1048576 bytes\n", at + 1);
		import_bad(hub, text, reasons);
		text.n--;
		import_bad(hub, text, reasons);
	}
	assert_int_equal(
	    import_text(hub, with_long_line(hub, RECORD_LINE_MAX, 1)), 0);
	assert_int_equal(im.counts[RECORD_GROUP], 3);
}

static void
lines_behind_one_that_is_too_long_are_checked(void **state)
{
	struct test_hub *hub = *state;
	struct str text = with_long_line(hub, RECORD_LINE_MAX + 100, 0);
	struct buf whole;

	buf_init_arena(&whole, hub->arena, 8 << 20);
	buf_str(&whole, text);
	buf_str(&whole,
	    STR("{}\n" ACCOUNT("a", "a@b", ",\"groupIds\":[\"g1\",\"x\"]")));
	import_bad(hub, buf_view(&whole),
	    "1 longer than 1048576 bytes\n"
	    "4 /type: missing\n"
	    "5 /groupIds/1: group x does not exist\n");
}

static void
bytes_and_depth_that_json_may_not_have_are_bad_lines(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	BUF_LIT(&text, "\xff\n" GROUP("g") "{\"type\":\"acc\0unt\"}\n");
	BUF_LIT(&text, "{\"x\":");
	memset(buf_space(&text, 5000), '[', 5000);
	BUF_LIT(&text, "\n");
	import_bad(hub, buf_view(&text),
	    "1 not UTF-8\n"
	    "3 a control character\n"
	    "4 nested deeper than 64 levels\n");
}

static void
deletions_of_what_is_not_there_are_counted_apart(void **state)
{
	static const char all[] =
	    "{\"type\":\"account\",\"id\":\"x\",\"deleted\":true}\n"
	    "{\"type\":\"group\",\"id\":\"x\",\"deleted\":true}\n"
	    "{\"type\":\"contact\",\"id\":\"x\",\"version\":1,"
	    "\"deleted\":true}\n"
	    "{\"type\":\"contract\",\"id\":\"x\",\"version\":1,"
	    "\"deleted\":true}\n"
	    "{\"type\":\"organization\",\"id\":\"y\",\"deleted\":true}\n";
	struct test_hub *hub = *state;

	import_good(hub, all);
	assert_int_equal(im.absent, 5);
	assert_int_equal(im.deleted, 0);
	/* What was taken away before is as absent as what never was there. */
	import_good(hub, all);
	assert_int_equal(im.absent, 5);
	import_good(hub,
	    ORGANIZATION("1001") ORGANIZATION("y") GROUP("x")
		ACCOUNT("x", "x@b",
		    "") "{\"type\":\"contact\",\"id\":\"x\",\"version\":2,"
			"\"organizationId\":\"1001\",\"dossierNumber\":\"1\"}\n"
			"{\"type\":\"contract\",\"id\":\"x\",\"version\":2,"
			"\"organizationId\":\"1001\",\"dossierNumber\":\"1\","
			"\"format\":\"F\",\"status\":\"S\",\"metadata\":{}}\n");
	assert_int_equal(im.older, 0);
	/* These two are older than what is there: neither deleted nor absent. */
	import_good(hub, all);
	assert_int_equal(im.older, 2);
	assert_int_equal(im.deleted, 3);
	assert_int_equal(im.absent, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, imports_setup, imports_teardown)
		TEST(records_of_each_kind_come_in_and_are_counted),
		TEST(an_empty_file_brings_nothing),
		TEST(blank_lines_crlf_and_a_missing_newline_are_fine),
		TEST(every_bad_line_is_told_with_its_number),
		TEST(a_reference_may_stand_later_in_the_file),
		TEST(an_unknown_reference_is_pointed_at),
		TEST(a_reference_is_to_its_own_kind),
		TEST(a_username_stands_once_in_the_file),
		TEST(a_dossier_stands_once_in_the_file),
		TEST(username_and_dossier_are_free_in_the_directory),
		TEST(dossier_numbers_are_compared_whole),
		TEST(the_same_account_twice_is_a_change),
		TEST(a_name_and_a_dossier_pass_on_within_a_file),
		TEST(what_is_not_given_up_yet_cannot_be_taken),
		TEST(a_deletion_frees_what_the_account_had),
		TEST(deletion_and_return_in_one_file_revive_no_epoch),
		TEST(the_same_file_again_changes_nothing),
		TEST(a_line_that_is_too_long_is_bad_wherever_it_stands),
		TEST(lines_behind_one_that_is_too_long_are_checked),
		TEST(bytes_and_depth_that_json_may_not_have_are_bad_lines),
		TEST(deletions_of_what_is_not_there_are_counted_apart),
#undef TEST
	};

	return UNIT_RUN(tests);
}
