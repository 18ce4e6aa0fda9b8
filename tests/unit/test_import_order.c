/*
 * Imports that depend on what is there already: versions, deletions, marks.
 */
#include "directory/import.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "import_fixture.h"
#include "store/rec_list.h"
#include "store/schema.h"
#include "unit.h"

#define CONTACT(id, dossier, members)                                          \
	"{\"type\":\"contact\",\"id\":\"" id                                   \
	"\",\"organizationId\":\"1001\",\"dossierNumber\":\"" dossier          \
	"\"" members "}\n"

#define CONTRACT(id, members)                                                  \
	"{\"type\":\"contract\",\"id\":\"" id                                  \
	"\",\"organizationId\":\"1001\",\"dossierNumber\":\"D\","              \
	"\"format\":\"AFD2\",\"status\":\"ACTIVE\",\"metadata\":{}" members    \
	"}\n"

#define GONE(kind, id, members)                                                \
	"{\"type\":\"" kind "\",\"id\":\"" id "\",\"deleted\":true" members    \
	"}\n"

static const char *
contact_of(struct test_hub *hub, const char *dossier)
{
	struct txn *txn = hub_look(hub);
	struct str id;
	bool found = contact_of_dossier(txn, STR("1001"), str_of(dossier), &id);

	hub_look_end(txn);
	return found ? hub_text(hub, id) : "";
}

static void
contacts_and_contracts_need_their_organization(void **state)
{
	struct test_hub *hub = *state;

	import_bad(hub,
	    STR(CONTACT("k", "D", "") CONTRACT("c", "")
		    GONE("contract", "x", "")),
	    "1 /organizationId: organization 1001 does not exist\n"
	    "2 /organizationId: organization 1001 does not exist\n");
	/* Behind them in the file it is there too. */
	import_good(
	    hub, CONTACT("k", "D", "") CONTRACT("c", "") ORGANIZATION("1001"));
	assert_int_equal(im.counts[RECORD_CONTACT], 1);
	assert_int_equal(im.counts[RECORD_CONTRACT], 1);
	assert_int_equal(directory_count(hub, DIR_CONTRACT_LINE), 1);
}

static void
a_dossier_has_one_contact(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub, ORGANIZATION("1001") CONTACT("k", "D", ""));
	import_bad(hub, STR(CONTACT("m", "D", "")),
	    "1 /dossierNumber: belongs to contact k already\n");
	import_bad(hub, STR(CONTACT("m", "E", "") CONTACT("n", "E", "")),
	    "2 /dossierNumber: belongs to contact m already\n");
	/* Given up and taken, in this order. */
	import_good(hub, CONTACT("k", "E", "") CONTACT("m", "D", ""));
	assert_string_equal(contact_of(hub, "D"), "m");
	assert_string_equal(contact_of(hub, "E"), "k");
	import_good(hub, GONE("contact", "m", "") CONTACT("n", "D", ""));
	assert_string_equal(contact_of(hub, "D"), "n");
}

static void
an_older_contact_line_changes_and_claims_nothing(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") CONTACT("k", "D", ",\"version\":5")
		CONTACT("k", "E", ",\"version\":4") CONTACT("m", "E", ""));
	assert_int_equal(im.older, 1);
	assert_int_equal(im.counts[RECORD_CONTACT], 2);
	assert_string_equal(contact_of(hub, "D"), "k");
	assert_string_equal(contact_of(hub, "E"), "m");
	/* Also where the newer one is in the directory. */
	import_good(hub, CONTACT("k", "E", ",\"version\":1"));
	assert_int_equal(im.older, 1);
	/* A tombstone keeps older lines out, and claims nothing. */
	import_good(hub,
	    GONE("contact", "k", ",\"version\":9")
		CONTACT("k", "D", ",\"version\":8") CONTACT("n", "D", ""));
	assert_string_equal(contact_of(hub, "D"), "n");
}

static void
a_contact_with_an_account_stays(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") CONTACT("k", "D", "")
		ACCOUNT("a", "a@b", DOSSIER("D")));
	import_bad(hub, STR(GONE("contact", "k", "")),
	    "1 /deleted: account a has its dossier\n");
	import_bad(hub, STR(GONE("contact", "k", "") DELETION("a")),
	    "1 /deleted: account a has its dossier\n");
	import_good(hub, DELETION("a") GONE("contact", "k", ""));
	assert_int_equal(im.deleted, 2);
	assert_string_equal(contact_of(hub, "D"), "");
}

static void
what_is_referred_to_is_not_deleted(void **state)
{
	struct test_hub *hub = *state;

	import_good(hub,
	    ORGANIZATION("1001") ORGANIZATION("1002") GROUP("101")
		CONTRACT("c", ""));
	import_bad(hub, STR(GONE("organization", "1001", "")),
	    "1 /deleted: accounts, contacts or contracts refer to it; delete "
	    "them first, in an import of its own\n");
	import_bad(hub,
	    STR(GONE("group", "101", "")
		    ACCOUNT("a", "a@b", ",\"groupIds\":[\"101\"]")),
	    "1 /deleted: accounts refer to it; delete them first, in an import "
	    "of its own\n");
	/* Not even when it goes in the same file. */
	import_bad(hub,
	    STR(GONE("contract", "c", "") GONE("organization", "1001", "")),
	    "2 /deleted: accounts, contacts or contracts refer to it; delete "
	    "them first, in an import of its own\n");
	import_bad(hub, STR(GONE("group", "101", "") GROUP("101")),
	    "1 /deleted: the file has another line for it\n");
	import_good(hub, GONE("contract", "c", ""));
	import_good(
	    hub, GONE("organization", "1001", "") GONE("group", "101", ""));
	assert_int_equal(directory_count(hub, DIR_ORGANIZATION), 1);
	assert_int_equal(directory_count(hub, DIR_GROUP), 0);
}

static int
import_with(struct test_hub *hub, const char *content, bool continues)
{
	int rc;

	buf_reset(&told);
	im = (struct import){ .directory = hub->directory,
		.fd = hub_file(hub, str_of(content)),
		.continues = continues,
		.bad = import_told };
	rc = import_run(&im, &hub->why);
	close(im.fd);
	return rc;
}

static void
the_good_lines_come_in_without_the_bad_ones(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(
	    import_with(hub,
		ORGANIZATION("1001") "{}\n" ACCOUNT("a", "a@b", DOSSIER("D"))
		    ACCOUNT("b", "A@B", "") ACCOUNT("b", "b@b", "")
			CONTRACT("c", "") "x\n",
		true),
	    0);
	assert_int_equal(im.bad_lines, 3);
	assert_str(buf_view(&told),
	    "2 /type: missing\n7 lexical error: invalid char in json text. "
	    "(byte 1)\n"
	    "4 /name: is the username of account a already\n");
	assert_string_equal(hub_who(hub, "a@b"), "a");
	assert_string_equal(hub_who(hub, "b@b"), "b");
	assert_int_equal(directory_count(hub, DIR_CONTRACT), 1);
}

/* A line that is left out keeps what it would have given up. */
static void
a_bad_line_gives_nothing_up(void **state)
{
	struct test_hub *hub = *state;

	import_good(
	    hub, ORGANIZATION("1001") ACCOUNT("a", "a@b", DOSSIER("D")));
	assert_int_equal(import_with(hub,
			     ACCOUNT("b", "b@b", "") ACCOUNT("a", "b@b", "")
				 ACCOUNT("c", "c@b", DOSSIER("D")),
			     true),
	    0);
	assert_str(buf_view(&told),
	    "2 /name: is the username of account b already\n"
	    "3 /dossiers/1001: belongs to account a already\n");
	assert_string_equal(hub_who(hub, "a@b"), "a");
}

static int
plant_mark(struct txn *txn, void *arg)
{
	import_mark_put(txn, arg);
	return 0;
}

static bool
is_marked(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	struct import_mark mark;
	bool marked = import_mark_get(txn, &mark);

	hub_look_end(txn);
	return marked;
}

static void
an_unfinished_import_goes_on_behind_its_mark(void **state)
{
	static const char content[] =
	    GROUP("g1") "{}\n" GROUP("g2") GROUP("g3") "[]\n" GROUP("g4");
	struct import_mark mark = { .line = 3, .bad = 1, .began = 1 };
	struct test_hub *hub = *state;

	assert_int_equal(sha256(str_of(content), mark.digest), 0);
	hub_write(hub, hub->directory, plant_mark, &mark);
	assert_int_equal(import_with(hub, content, false), HUB_EINVAL);
	assert_str(buf_view(&told), "5 not an object\n");
	assert_true(is_marked(hub));
	assert_int_equal(import_with(hub, content, true), 0);
	assert_int_equal(im.behind, 3);
	assert_int_equal(im.bad_lines, 2);
	/* What stands before the mark is not loaded again. */
	assert_int_equal(directory_count(hub, DIR_GROUP), 2);
	assert_false(is_marked(hub));
}

static void
another_input_waits_until_the_mark_is_dropped(void **state)
{
	struct import_mark mark = { .line = 3, .began = 1 };
	struct test_hub *hub = *state;

	hub_write(hub, hub->directory, plant_mark, &mark);
	assert_int_equal(import_with(hub, GROUP("g"), false), HUB_EDENIED);
	assert_non_null(strstr(hub->why.text, "begun 1970-01-01T00:00:01Z"));
	assert_non_null(strstr(hub->why.text, "line 3"));
	assert_non_null(strstr(hub->why.text, "--abandon"));
	assert_int_equal(directory_count(hub, DIR_GROUP), 0);
	assert_true(is_marked(hub));
	mark.line = 0;
	assert_int_equal(import_abandon(hub->directory, &mark, &hub->why), 0);
	assert_int_equal(mark.line, 3);
	assert_int_equal(
	    import_abandon(hub->directory, &mark, &hub->why), HUB_ENOENT);
	assert_int_equal(import_with(hub, GROUP("g"), false), 0);
	assert_int_equal(directory_count(hub, DIR_GROUP), 1);
	assert_false(is_marked(hub));
}

/* Another import begins while this one compares. */
static void
mark_meanwhile(void *ctx, const struct import_progress *p)
{
	struct import_mark mark = { .line = 1 };
	struct test_hub *hub = ctx;

	if (p->step == IMPORT_CHECK)
		hub_write(hub, hub->directory, plant_mark, &mark);
}

static void
two_imports_do_not_load_at_once(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, GROUP("g%d"), i);
	im = (struct import){ .directory = hub->directory,
		.fd = hub_file(hub, buf_view(&text)),
		.bad = import_told,
		.progress = mark_meanwhile,
		.ctx = hub };
	assert_int_equal(import_run(&im, &hub->why), HUB_EDENIED);
	assert_non_null(strstr(hub->why.text, "another import was at work"));
	assert_int_equal(directory_count(hub, DIR_GROUP), 0);
	close(im.fd);
}

/*
 * Whatever the order of the versioned lines of one id, the last version is
 * what stays. All orders of five lines, the newest one a deletion or not.
 */
static void
any_order_of_versions_ends_the_same(void **state)
{
	struct test_hub *hub = *state;
	struct str ends[2] = { STR_NONE, STR_NONE };

	import_good(hub, ORGANIZATION("1001"));
	for (unsigned int order = 0; order < 120 * 2; order++) {
		int lines[5] = { 1, 2, 3, 4, 5 };
		bool gone = order >= 120;
		unsigned int rest = order % 120;
		struct str *end = &ends[gone], now;
		struct buf text;

		buf_init_arena(&text, hub->arena, 1 << 16);
		for (unsigned int n = 5; n > 0; n--) {
			unsigned int pick = rest % n;
			int v = lines[pick];

			rest /= n;
			lines[pick] = lines[n - 1];
			if (v == 3 || (v == 5 && gone))
				buf_printf(&text,
				    GONE("contract", "c%u", ",\"version\":%d")
					GONE("contact", "k%u",
					    ",\"version\":%d"),
				    order, v, order, v);
			else
				buf_printf(&text,
				    CONTRACT("c%u", ",\"version\":%d") CONTACT(
					"k%u", "%u-%d", ",\"version\":%d"),
				    order, v, order, order, v, v);
		}
		assert_int_equal(import_text(hub, buf_view(&text)), 0);
		buf_init_arena(&text, hub->arena, 1 << 16);
		buf_printf(&text, "%d %d",
		    (int)directory_count(hub, DIR_CONTRACT_LINE) -
			(gone ? 120 : (int)order),
		    strcmp(contact_of(hub,
			       hub_text(hub,
				   str_of(arena_printf(
				       hub->arena, "%u-5", order)))),
			hub_text(hub,
			    str_of(arena_printf(hub->arena, "k%u", order)))));
		now = buf_view(&text);
		if (end->p == NULL)
			*end = now;
		if (!str_eq(*end, now))
			fail_msg("order %u: %.*s, not %.*s", order,
			    STR_ARG(now), STR_ARG(*end));
	}
	assert_int_equal(directory_count(hub, DIR_CONTRACT), 240);
	assert_int_equal(directory_count(hub, DIR_CONTRACT_LINE), 120);
	assert_int_equal(directory_count(hub, DIR_CONTACT_DOSSIER), 120);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, imports_setup, imports_teardown)
		TEST(contacts_and_contracts_need_their_organization),
		TEST(a_dossier_has_one_contact),
		TEST(an_older_contact_line_changes_and_claims_nothing),
		TEST(a_contact_with_an_account_stays),
		TEST(what_is_referred_to_is_not_deleted),
		TEST(the_good_lines_come_in_without_the_bad_ones),
		TEST(a_bad_line_gives_nothing_up),
		TEST(an_unfinished_import_goes_on_behind_its_mark),
		TEST(another_input_waits_until_the_mark_is_dropped),
		TEST(two_imports_do_not_load_at_once),
		TEST(any_order_of_versions_ends_the_same),
#undef TEST
	};

	return UNIT_RUN(tests);
}
