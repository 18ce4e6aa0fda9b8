#include "directory/import.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "import_fixture.h"
#include "store/rec_list.h"
#include "store/schema.h"
#include "unit.h"

/* While it stands still, no transaction of an import ends for its time. */
static bool clock_stands;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	if (!clock_stands)
		return (int)syscall(SYS_clock_gettime, id, ts);
	*ts = (struct timespec){ .tv_sec = 1 };
	return 0;
}

static int
teardown(void **state)
{
	clock_stands = false;
	return imports_teardown(state);
}

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

/* Accounts FROM to TO with a dossier each. */
static void
put_accounts(struct buf *text, unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		buf_printf(text,
		    ACCOUNT("a%u", "u%u@example.nl",
			",\"dossiers\":{\"1001\":\"%u\",\"1002\":\"%u\"},"
			"\"groupIds\":[\"101\"]"),
		    i, i, i, 100000 - i);
}

static void
what_one_batch_gives_up_a_later_one_takes(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	BUF_LIT(&text, ORGANIZATION("1001") ORGANIZATION("1002") GROUP("101"));
	put_accounts(&text, 0, 1300);
	BUF_LIT(&text,
	    ACCOUNT("a7", "new@b", "")
		ACCOUNT("late", "u7@example.nl", DOSSIER("7")));
	assert_int_equal(import_text(hub, buf_view(&text)), 0);
	assert_int_equal(im.counts[RECORD_ACCOUNT], 1302);
	assert_int_equal(directory_count(hub, DIR_ACCOUNT), 1301);
	assert_string_equal(hub_who(hub, "u7@example.nl"), "late");
	assert_string_equal(hub_whose(hub, "1001", "7"), "late");
	assert_string_equal(hub_who(hub, "new@b"), "a7");
}

static void
a_bad_last_line_keeps_all_batches_out(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	BUF_LIT(&text, ORGANIZATION("1001") ORGANIZATION("1002") GROUP("101"));
	put_accounts(&text, 0, 1497);
	BUF_LIT(&text, ACCOUNT("x", "u3@example.nl", ""));
	import_bad(hub, buf_view(&text),
	    "1501 /name: is the username of account a3 already\n");
	assert_int_equal(directory_count(hub, DIR_ORGANIZATION), 0);
}

/* Exactly full batches: nothing is left over and nothing comes twice. */
static void
a_file_may_end_at_the_border_of_a_batch(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, GROUP("g%d"), i);
	assert_int_equal(import_text(hub, buf_view(&text)), 0);
	assert_int_equal(im.counts[RECORD_GROUP], 1000);
	assert_int_equal(directory_count(hub, DIR_GROUP), 1000);
}

/* Each line takes forty times its length when it is parsed. */
static void
the_largest_lines_that_pass_the_check_can_be_loaded(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, 8 << 20);
	for (int i = 0; i < 6; i++) {
		size_t n = (RECORD_LINE_MAX - 100) / 2 * 2;
		char *p;

		buf_printf(&text,
		    "{\"type\":\"group\",\"id\":\"g%d\",\"permissions\":[],"
		    "\"x\":[",
		    i);
		p = buf_space(&text, n);
		for (size_t k = 0; k < n; k += 2)
			memcpy(p + k, "1,", 2);
		BUF_LIT(&text, "1]}\n");
	}
	if (import_text(hub, buf_view(&text)) != 0)
		fail_msg("%s", hub->why.text);
	assert_int_equal(im.counts[RECORD_GROUP], 6);
}

/* Each entry of an index leads to an account that claims it. */
static void
check_index(struct test_hub *hub, struct txn *txn, unsigned int table)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct str key, id, one, two;
	struct account_rec rec;
	struct cursor cursor;

	txn_cursor(&cursor, txn, table, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &id)) {
		assert_true(account_get(txn, id, &rec));
		assert_true(key_take_str(&key, &one));
		if (table == DIR_ACCOUNT_NAME) {
			assert_true(str_eq_nocase(one, rec.name));
		} else {
			assert_true(key_take_str(&key, &two));
			while (rec_list_next(&rec.dossiers, &id) &&
			    !str_eq(id, one))
				rec_list_next(&rec.dossiers, &id);
			assert_true(rec_list_next(&rec.dossiers, &id));
			assert_true(str_eq(id, two));
		}
		arena_rewind(hub->arena, mark);
	}
	txn_cursor_close(&cursor);
}

/* Each account is found by its name and by each of its dossiers. */
static void
check_accounts(struct test_hub *hub, struct txn *txn)
{
	struct arena_mark mark = arena_mark(hub->arena);
	struct str key, value, one, two, id;
	struct account_rec rec, found;
	struct cursor cursor;

	txn_cursor(&cursor, txn, DIR_ACCOUNT, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value)) {
		assert_int_equal(account_rec_get(value, &rec), 0);
		assert_true(account_by_name(txn, rec.name, &found));
		assert_true(str_eq(found.id, rec.id));
		while (rec_list_next(&rec.dossiers, &one) &&
		    rec_list_next(&rec.dossiers, &two)) {
			assert_true(account_of_dossier(txn, one, two, &id));
			assert_true(str_eq(id, rec.id));
		}
		arena_rewind(hub->arena, mark);
	}
	txn_cursor_close(&cursor);
}

static void
twenty_thousand_accounts_are_complete_in_the_indexes(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn;
	struct buf text;

	buf_init_arena(&text, hub->arena, 16 << 20);
	BUF_LIT(&text, ORGANIZATION("1001") ORGANIZATION("1002") GROUP("101"));
	put_accounts(&text, 0, 20000);
	assert_int_equal(import_text(hub, buf_view(&text)), 0);
	assert_int_equal(im.counts[RECORD_ACCOUNT], 20000);
	txn = hub_look(hub);
	assert_int_equal(txn_count(txn, DIR_ACCOUNT), 20000);
	assert_int_equal(txn_count(txn, DIR_ACCOUNT_NAME), 20000);
	assert_int_equal(txn_count(txn, DIR_ACCOUNT_DOSSIER), 40000);
	check_accounts(hub, txn);
	check_index(hub, txn, DIR_ACCOUNT_NAME);
	check_index(hub, txn, DIR_ACCOUNT_DOSSIER);
	hub_look_end(txn);
}

static void
what_cannot_be_read_twice_is_refused(void **state)
{
	struct test_hub *hub = *state;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	im = (struct import){
		.directory = hub->directory, .fd = ends[0], .bad = import_told
	};
	assert_int_equal(import_run(&im, &hub->why), HUB_EIO);
	assert_non_null(strstr(hub->why.text, "cannot read it twice: "));
	close(ends[0]);
	close(ends[1]);
}

/* Counts, and lets somebody else in while the second pass is under way. */
struct meddler {
	struct test_hub *hub;
	unsigned long calls[4], last;
	const char *line;
};

static void
meddle(void *ctx, const struct import_progress *p)
{
	struct meddler *m = ctx;

	assert_in_range(p->step, IMPORT_READ, IMPORT_LOAD);
	assert_true(p->bytes <= p->total);
	m->calls[p->step]++;
	m->last = p->lines;
	if (p->step == IMPORT_COMPARE && p->lines == 3000 && m->line != NULL) {
		hub_put(m->hub, m->line);
		m->line = NULL;
	}
}

static int
import_meddled(struct test_hub *hub, struct meddler *m, const char *line)
{
	struct buf text;
	int rc;

	*m = (struct meddler){ .hub = hub, .line = line };
	buf_init_arena(&text, hub->arena, 1 << 20);
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, ACCOUNT("a%d", "u%d@b", ""), i, i);
	buf_reset(&told);
	im = (struct import){ .directory = hub->directory,
		.fd = hub_file(hub, buf_view(&text)),
		.bad = import_told,
		.progress = meddle,
		.ctx = m };
	rc = import_run(&im, &hub->why);
	close(im.fd);
	return rc;
}

static void
progress_is_told_in_every_pass(void **state)
{
	struct meddler m;

	assert_int_equal(import_meddled(*state, &m, NULL), 0);
	assert_int_equal(m.calls[IMPORT_READ], 0);
	assert_true(m.calls[IMPORT_CHECK] >= 1);
	assert_int_equal(m.calls[IMPORT_COMPARE], 3);
	assert_true(m.calls[IMPORT_LOAD] >= 1);
	assert_int_equal(m.last, 3000);
}

static void
a_conflict_that_arises_meanwhile_names_the_line(void **state)
{
	struct test_hub *hub = *state;
	struct meddler m;

	assert_int_equal(
	    import_meddled(hub, &m, ACCOUNT("other", "u2900@b", "")),
	    HUB_ECONFLICT);
	assert_string_equal(
	    hub->why.text, "/name: is the username of account other already");
	assert_int_equal(im.stopped, 2901);
	assert_int_equal(im.bad_lines, 0);
	/* What stands before it is in; the same file completes it. */
	assert_int_equal(directory_count(hub, DIR_ACCOUNT), 2901);
	assert_int_equal(im.counts[RECORD_ACCOUNT], 2900);
	assert_int_equal(im.done, 2900);
	hub_put(hub, DELETION("other"));
	assert_int_equal(import_meddled(hub, &m, NULL), 0);
	assert_int_equal(directory_count(hub, DIR_ACCOUNT), 3000);
	assert_int_equal(directory_count(hub, DIR_ACCOUNT_NAME), 3000);
}

/* Says at the N-th question that it is enough. */
static bool
is_enough(void *ctx)
{
	unsigned int *n = ctx;

	return *n == 0 || --*n == 0;
}

static int
import_stopped_at(struct test_hub *hub, struct str content, unsigned int n)
{
	int rc;

	buf_reset(&told);
	im = (struct import){ .directory = hub->directory,
		.fd = hub_file(hub, content),
		.bad = import_told,
		.stop = is_enough,
		.ctx = &n };
	rc = import_run(&im, &hub->why);
	close(im.fd);
	return rc;
}

/* 1000 lines are asked about twice before the first of them is loaded. */
static void
told_to_stop_it_ends_between_two_changes(void **state)
{
	struct test_hub *hub = *state;
	unsigned int stops = 0;
	struct buf text;
	int rc;

	buf_init_arena(&text, hub->arena, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, ACCOUNT("a%d", "u%d@b", ""), i, i);
	for (unsigned int n = 1; n < 2000; n += 499) {
		rc = import_stopped_at(hub, buf_view(&text), n);
		assert_int_equal(rc, HUB_EEXPIRED);
		assert_true(im.interrupted);
		assert_int_equal(im.done, 0);
		assert_int_equal(directory_count(hub, DIR_ACCOUNT), 0);
	}
	/* The second question about the load comes after its first change. */
	while ((rc = import_stopped_at(hub, buf_view(&text), 2003)) != 0) {
		assert_int_equal(rc, HUB_EEXPIRED);
		assert_true(im.interrupted);
		assert_true(im.done > im.behind);
		assert_int_equal(directory_count(hub, DIR_ACCOUNT), im.done);
		assert_true(++stops < 1000);
	}
	assert_true(stops > 0);
	assert_false(im.interrupted);
	assert_int_equal(directory_count(hub, DIR_ACCOUNT), 1000);
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

#define LARGE 300

/* Contracts of 300 KiB: more than a transaction's memory holds together. */
static int
plant_large(struct txn *txn, void *arg)
{
	struct test_hub *hub = arg;
	struct contract contract = { .line = { STR("F"), STR("S"), STR("\"e\""),
					 STR("{}") } };
	char *item = arena_zalloc(hub->arena, LARGE * 1024);

	assert_non_null(item);
	contract.rec.organization = STR("1001");
	contract.rec.dossier = STR("D");
	contract.rec.etag = STR("\"e\"");
	contract.rec.item = (struct str){ item, LARGE * 1024 };
	for (int i = 0; i < LARGE; i++) {
		struct arena_mark mark = arena_mark(txn_arena(txn));

		contract.rec.id =
		    str_of(arena_printf(txn_arena(txn), "c%d", i));
		assert_true(contract_put(txn, &contract));
		arena_rewind(txn_arena(txn), mark);
	}
	return 0;
}

static void
large_records_are_deleted_in_one_go(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	hub_write(hub, hub->directory, plant_large, hub);
	assert_int_equal(directory_count(hub, DIR_CONTRACT), LARGE);
	buf_init_arena(&text, hub->arena, 1 << 20);
	for (int i = 0; i < LARGE; i++)
		buf_printf(&text,
		    "{\"type\":\"contract\",\"id\":\"c%d\","
		    "\"deleted\":true}\n",
		    i);
	clock_stands = true;
	if (import_text(hub, buf_view(&text)) != 0)
		fail_msg("%s", hub->why.text);
	assert_int_equal(im.deleted, LARGE);
	assert_int_equal(directory_count(hub, DIR_CONTRACT), 0);
	assert_int_equal(directory_count(hub, DIR_CONTRACT_LINE), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, imports_setup, teardown)
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
		TEST(what_one_batch_gives_up_a_later_one_takes),
		TEST(a_bad_last_line_keeps_all_batches_out),
		TEST(a_file_may_end_at_the_border_of_a_batch),
		TEST(the_largest_lines_that_pass_the_check_can_be_loaded),
		TEST(twenty_thousand_accounts_are_complete_in_the_indexes),
		TEST(what_cannot_be_read_twice_is_refused),
		TEST(progress_is_told_in_every_pass),
		TEST(a_conflict_that_arises_meanwhile_names_the_line),
		TEST(told_to_stop_it_ends_between_two_changes),
		TEST(deletions_of_what_is_not_there_are_counted_apart),
		TEST(large_records_are_deleted_in_one_go),
#undef TEST
	};

	return UNIT_RUN(tests);
}
