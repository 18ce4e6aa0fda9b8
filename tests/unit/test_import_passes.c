/*
 * What an import does on its way through a file: batches, passes, progress, the
 * stop, and whom it meets in the directory.
 */
#include "directory/import.h"

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
		TEST(what_one_batch_gives_up_a_later_one_takes),
		TEST(a_bad_last_line_keeps_all_batches_out),
		TEST(a_file_may_end_at_the_border_of_a_batch),
		TEST(the_largest_lines_that_pass_the_check_can_be_loaded),
		TEST(twenty_thousand_accounts_are_complete_in_the_indexes),
		TEST(what_cannot_be_read_twice_is_refused),
		TEST(progress_is_told_in_every_pass),
		TEST(a_conflict_that_arises_meanwhile_names_the_line),
		TEST(told_to_stop_it_ends_between_two_changes),
		TEST(large_records_are_deleted_in_one_go),
#undef TEST
	};

	return UNIT_RUN(tests);
}
