#include "import_fixture.h"

#include <string.h>
#include <unistd.h>
#include "store/schema.h"
#include "unit.h"

struct buf told;
struct import im;

int
imports_setup(void **state)
{
	buf_init(&told, 1 << 20);
	return hub_setup(state);
}

int
imports_teardown(void **state)
{
	buf_free(&told);
	return hub_teardown(state);
}

void
import_told(void *ctx, unsigned long place, const char *reason)
{
	(void)ctx;
	buf_printf(&told, "%lu %s\n", place, reason);
}

int
import_text(struct test_hub *hub, struct str content)
{
	int fd = hub_file(hub, content);
	int rc;

	buf_reset(&told);
	im = (struct import){
		.directory = hub->directory,
		.fd = fd,
		.bad = import_told,
	};
	hub->why.text[0] = '\0';
	rc = import_run(&im, &hub->why);
	close(fd);
	return rc;
}

void
import_good(struct test_hub *hub, const char *content)
{
	if (import_text(hub, str_of(content)) != 0)
		fail_msg("%.*s%s", STR_ARG(buf_view(&told)), hub->why.text);
	assert_int_equal(im.bad_lines, 0);
	assert_int_equal(told.n, 0);
}

struct str
directory_dump(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	struct str key, value;
	struct cursor cursor;
	struct buf text;

	buf_init_arena(&text, hub->arena, 64 << 20);
	for (unsigned int table = 0; table < DIR_TABLES; table++) {
		txn_cursor(&cursor, txn, table, NULL, NULL, false);
		while (txn_cursor_next(&cursor, &key, &value)) {
			buf_printf(&text, "%u %zu ", table, key.n);
			buf_str(&text, key);
			buf_printf(&text, " %zu ", value.n);
			buf_str(&text, value);
		}
		txn_cursor_close(&cursor);
	}
	hub_look_end(txn);
	assert_int_equal(buf_error(&text), 0);
	return buf_view(&text);
}

void
import_bad(struct test_hub *hub, struct str content, const char *reasons)
{
	struct str before = directory_dump(hub), after;

	assert_int_equal(import_text(hub, content), HUB_EINVAL);
	if (!str_eq(buf_view(&told), str_of(reasons)))
		fail_msg(
		    "'%.*s' is not '%s'", STR_ARG(buf_view(&told)), reasons);
	after = directory_dump(hub);
	assert_true(str_eq(before, after));
	assert_int_equal(im.counts[RECORD_ACCOUNT], 0);
}

uint64_t
directory_count(struct test_hub *hub, unsigned int table)
{
	struct txn *txn = hub_look(hub);
	uint64_t n = txn_count(txn, table);

	hub_look_end(txn);
	return n;
}
