#include "directory/import_feed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "arena_fixture.h"
#include "unit.h"

#define MANY 5000

static FILE *file;
static struct import_plan plan;
static struct import_feed *feed;

/* Contract N, a blank line behind each tenth, a bad line in place of each 7th. */
static void
write_line(int n)
{
	if (n % 7 == 0)
		fprintf(file, "{\"type\":\"contract\",\"id\":%d}\n", n);
	else
		fprintf(file,
		    "{\"type\":\"contract\",\"id\":\"c%d\",\"organizationId\":"
		    "\"o\",\"dossierNumber\":\"d%d\",\"format\":\"F\","
		    "\"status\":\"S\",\"metadata\":{\"n\":%d}}\n%s",
		    n, n, n, n % 10 == 0 ? "\n" : "");
}

static unsigned long
line_of(int n)
{
	unsigned long place = 1;

	for (int i = 0; i < n; i++)
		place += i % 10 == 0 && i % 7 != 0 ? 2 : 1;
	return place;
}

static int
setup(void **state)
{
	file = tmpfile();
	if (file == NULL)
		return 1;
	for (int n = 0; n < MANY; n++)
		write_line(n);
	fflush(file);
	plan = (struct import_plan){ .fd = fileno(file),
		.parse = record_parse,
		.keeps = true,
		.bytes = 4096,
		.lines = 20 };
	return arena_setup(state);
}

static int
teardown(void **state)
{
	fclose(file);
	return arena_teardown(state);
}

static void
begin(void)
{
	struct why why;

	assert_int_equal(import_feed_open(&feed, &plan, &why), 0);
}

static void
expect_item(const struct import_item *item, int n)
{
	const struct contract *c = &item->record.as.contract;

	assert_int_equal(item->place, line_of(n));
	if (n % 7 == 0) {
		assert_int_equal(item->rc, HUB_EINVAL);
		assert_string_equal(item->reason, "/id: not a string");
		return;
	}
	assert_int_equal(item->rc, 0);
	assert_int_equal(item->record.kind, RECORD_CONTRACT);
	assert_true(
	    str_eq(item->record.id, str_of(arena_printf(arena, "c%d", n))));
	assert_true(str_eq(c->rec.id, item->record.id));
	assert_true(str_eq(c->rec.organization, STR("o")));
	assert_true(
	    str_eq(c->rec.dossier, str_of(arena_printf(arena, "d%d", n))));
	assert_true(str_eq(c->line.format, STR("F")));
	assert_true(str_eq(c->line.status, STR("S")));
	assert_true(str_eq(c->rec.item, c->line.item));
	assert_true(str_eq(c->rec.item,
	    str_of(arena_printf(arena,
		"{\"id\":\"c%d\",\"dossierNumber\":\"d%d\",\"format\":\"F\","
		"\"metadata\":{\"n\":%d},\"status\":\"S\"}",
		n, n, n))));
	assert_true(str_eq(c->rec.etag, c->line.etag));
}

/* All blocks; gives the number of items. */
static int
walk(int step)
{
	const struct import_block *b;
	unsigned long lines = 0;
	uint64_t offset = 0;
	int n = 0;

	do {
		b = import_feed_next(feed);
		assert_int_equal(b->rc, 0);
		assert_true(b->n <= plan.lines);
		assert_true(b->lines >= lines && b->offset >= offset);
		lines = b->lines;
		offset = b->offset;
		for (size_t i = 0; i < b->n; i++, n++) {
			expect_item(&b->item[i], n * step);
			arena_reset(arena);
		}
	} while (!b->end);
	return n;
}

static void
items_come_in_the_order_of_their_lines(void **state)
{
	(void)state;
	begin();
	assert_int_equal(walk(1), MANY);
	import_feed_close(feed);
}

static void
what_is_not_kept_lasts_as_long_as_its_block(void **state)
{
	(void)state;
	plan.keeps = false;
	begin();
	assert_int_equal(walk(1), MANY);
	import_feed_close(feed);
}

static bool
is_odd(const void *ctx, unsigned long place)
{
	for (int n = *(const int *)ctx; n < MANY; n += 2) {
		if (line_of(n) == place)
			return true;
	}
	return false;
}

static void
lines_are_left_out(void **state)
{
	const int first = 1;

	(void)state;
	/* A short input: is_odd() is slow. */
	rewind(file);
	assert_int_equal(ftruncate(fileno(file), 0), 0);
	for (int n = 0; n < 200; n++)
		write_line(n);
	fflush(file);
	plan.leaves_out = is_odd;
	plan.ctx = &first;
	begin();
	assert_int_equal(walk(2), 100);
	import_feed_close(feed);
}

static void
it_may_begin_behind_a_line_and_end_anywhere(void **state)
{
	const struct import_block *b;

	(void)state;
	for (int n = 0; n < 40; n++) {
		plan.behind = line_of(n * 10) - 1;
		begin();
		b = n % 2 == 0 ? NULL : import_feed_next(feed);
		if (b != NULL)
			expect_item(&b->item[0], n * 10);
		arena_reset(arena);
		import_feed_close(feed);
	}
}

static void
behind_the_end_is_a_block_of_none(void **state)
{
	const struct import_block *b;

	(void)state;
	plan.behind = 1000000;
	begin();
	b = import_feed_next(feed);
	assert_int_equal(b->n, 0);
	assert_true(b->end);
	import_feed_close(feed);
}

static void
what_cannot_be_read_is_an_error(void **state)
{
	const struct import_block *b;

	(void)state;
	plan.fd = open("/", O_RDONLY | O_CLOEXEC);
	begin();
	b = import_feed_next(feed);
	assert_int_equal(b->rc, HUB_EIO);
	assert_non_null(strstr(b->why.text, "cannot read: "));
	import_feed_close(feed);
	close(plan.fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(items_come_in_the_order_of_their_lines),
		TEST(what_is_not_kept_lasts_as_long_as_its_block),
		TEST(lines_are_left_out),
		TEST(it_may_begin_behind_a_line_and_end_anywhere),
		TEST(behind_the_end_is_a_block_of_none),
		TEST(what_cannot_be_read_is_an_error),
	};

	return UNIT_RUN(tests);
}
