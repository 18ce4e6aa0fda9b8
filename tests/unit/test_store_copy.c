/*
 * A store copied as a stream, and a new store that begins with such a copy.
 */
#include "store/txn.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store_place.h"
#include "unit.h"

#define RECORDS 600

struct fixture {
	struct place *place;
	struct store *store;
	char file[700];   /* where copies go */
	char second[700]; /* folder of another store */
	int fd;
	size_t taken;
	void (*meanwhile)(struct fixture *f); /* at the first piece */
};

static int
setup(void **state)
{
	static struct fixture f;
	void *place;

	f = (struct fixture){ 0 };
	place_setup(&place);
	f.place = place;
	f.store = place_open(f.place, STORE_WRITE);
	snprintf(f.file, sizeof(f.file), "%s/copy", f.place->root);
	f.fd = open(f.file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(f.fd >= 0);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	void *place = f->place;

	store_close(f->store);
	close(f->fd);
	return place_teardown(&place);
}

static void
name(struct key *key, unsigned int i)
{
	char text[16];

	snprintf(text, sizeof(text), "%06u", i);
	key_of(key, str_of(text));
}

struct writing {
	unsigned int count;
	char fill;
};

static int
write_all(struct txn *txn, void *arg)
{
	const struct writing *w = arg;
	char text[3000];
	struct key key;

	memset(text, w->fill, sizeof(text));
	for (unsigned int i = 0; i < w->count; i++) {
		name(&key, i);
		txn_put(txn, TABLE_A, &key, (struct str){ text, sizeof(text) });
	}
	return 0;
}

/* All records with these contents, in one transaction. */
static void
put_all(struct fixture *f, char fill)
{
	struct writing w = { RECORDS, fill };

	assert_int_equal(
	    store_write(f->store, f->place->arena, write_all, &w), 0);
}

static int
delete_most(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	for (unsigned int i = 1; i < RECORDS; i++) {
		name(&key, i);
		txn_del(txn, TABLE_A, &key);
	}
	return 0;
}

static int
take(void *ctx, struct str piece)
{
	struct fixture *f = ctx;

	if (f->taken == 0 && f->meanwhile != NULL)
		f->meanwhile(f);
	f->taken += piece.n;
	assert_true(piece.n > 0);
	return write(f->fd, piece.p, piece.n) == (ssize_t)piece.n ? 0 : HUB_EIO;
}

static void
copy(struct fixture *f)
{
	struct stat st;

	assert_int_equal(store_copy(f->store, take, f, &f->place->why), 0);
	assert_int_equal(fstat(f->fd, &st), 0);
	assert_int_equal(st.st_size, f->taken);
}

/* How many records of table A begin with this letter; all others fail. */
static unsigned int
count(struct fixture *f, struct store *store, char fill)
{
	struct txn *txn = store_read_begin(store, f->place->arena);
	struct str key, value;
	struct cursor cursor;
	unsigned int n = 0;

	txn_cursor(&cursor, txn, TABLE_A, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value)) {
		assert_int_equal(value.n, 3000);
		assert_int_equal(value.p[0], fill);
		assert_int_equal(value.p[2999], fill);
		n++;
	}
	txn_cursor_close(&cursor);
	assert_int_equal(store_read_end(txn), 0);
	arena_reset(f->place->arena);
	return n;
}

static struct store *
open_copy(struct fixture *f)
{
	struct store *store;

	if (store_open_copy(&store, &f->place->spec, f->file, &f->place->why) !=
	    0)
		fail_msg("%s", f->place->why.text);
	return store;
}

static void
a_copy_is_the_store_and_can_only_be_read(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	char lock[720];

	put_all(f, 'a');
	copy(f);
	store_close(f->store);
	f->store = NULL;
	store = open_copy(f);
	assert_int_equal(count(f, store, 'a'), RECORDS);
	assert_int_equal(
	    place_put(f->place, store, TABLE_A, "k", STR("v")), HUB_EDENIED);
	store_close(store);
	snprintf(lock, sizeof(lock), "%s-lock", f->file);
	assert_int_equal(access(lock, F_OK), -1);
}

/* More than a pipe holds, so the copy is still under way then. */
static void
write_meanwhile(struct fixture *f)
{
	for (char c = 'b'; c < 'e'; c++)
		put_all(f, c);
}

static void
a_copy_is_the_store_at_one_moment(void **state)
{
	struct fixture *f = *state;
	struct store *store;

	put_all(f, 'a');
	f->meanwhile = write_meanwhile;
	copy(f);
	assert_int_equal(count(f, f->store, 'd'), RECORDS);
	store_close(f->store);
	f->store = NULL;
	store = open_copy(f);
	assert_int_equal(count(f, store, 'a'), RECORDS);
	store_close(store);
}

static void
what_is_free_in_a_store_is_not_copied(void **state)
{
	struct fixture *f = *state;
	struct store_stat stat;

	put_all(f, 'a');
	assert_int_equal(
	    store_write(f->store, f->place->arena, delete_most, NULL), 0);
	copy(f);
	assert_int_equal(store_stat(f->store, &stat), 0);
	assert_true(stat.bytes_used > 600 * 3000);
	assert_true(f->taken < stat.bytes_used / 10);
}

static int
take_twice(void *ctx, struct str piece)
{
	struct fixture *f = ctx;

	f->taken += piece.n;
	return f->taken > 65536 ? HUB_ECONFLICT : 0;
}

static void
who_takes_no_more_ends_the_copy(void **state)
{
	struct fixture *f = *state;
	size_t stopped;

	put_all(f, 'a');
	snprintf(f->place->why.text, sizeof(f->place->why.text), "as it was");
	assert_int_equal(
	    store_copy(f->store, take_twice, f, &f->place->why), HUB_ECONFLICT);
	assert_string_equal(f->place->why.text, "as it was");
	stopped = f->taken;
	assert_true(stopped > 65536 && stopped < 600 * 3000);
	/* Nothing of it is left: the store works, and can be copied. */
	put_all(f, 'b');
	f->taken = 0;
	copy(f);
	assert_true(f->taken > stopped);
}

static void
a_copy_needs_a_free_reader_slot(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	f->place->spec.max_readers = 1;
	/* The number stands in a lock file that is used; a new one obeys. */
	assert_int_equal(unlink(place_file(f->place, "lock.mdb")), 0);
	f->store = place_open(f->place, STORE_WRITE);
	assert_int_equal(
	    store_copy(f->store, take, f, &f->place->why), HUB_ESTORE);
	assert_non_null(strstr(f->place->why.text, "raise max_readers"));
	assert_int_equal(f->taken, 0);
}

/* FILL for a draft: the copy's file again. */
static int
fill(void *ctx, int fd, struct why *why)
{
	struct fixture *f = ctx;
	char bytes[65536];
	off_t place = 0;
	ssize_t n;

	(void)why;
	while ((n = pread(f->fd, bytes, sizeof(bytes), place)) > 0) {
		assert_int_equal(write(fd, bytes, (size_t)n), n);
		place += n;
	}
	return (int)n;
}

/* Of a store beside the first one. */
static struct store_spec
second_spec(struct fixture *f)
{
	struct store_spec spec = f->place->spec;

	snprintf(f->second, sizeof(f->second), "%s/second", f->place->root);
	spec.folder = f->second;
	return spec;
}

static void
a_store_begins_with_a_copy(void **state)
{
	struct fixture *f = *state;
	struct store_spec spec = second_spec(f);
	struct store *draft;

	put_all(f, 'a');
	copy(f);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(
	    store_draft(&draft, &spec, fill, f, &f->place->why), 0);
	assert_int_equal(count(f, draft, 'a'), RECORDS);
	assert_int_equal(place_put(f->place, draft, TABLE_B, "k", STR("v")), 0);
	/* Nobody else sees it yet. */
	assert_int_equal(
	    store_open(&f->store, &spec, STORE_READ, &f->place->why),
	    HUB_ENOENT);
	assert_int_equal(store_publish(draft, &spec, &f->place->why), 0);
	store_close(draft);
	assert_int_equal(
	    store_open(&f->store, &spec, STORE_READ, &f->place->why), 0);
	assert_int_equal(count(f, f->store, 'a'), RECORDS);
	assert_true(
	    str_eq(place_get(f->place, f->store, TABLE_B, "k"), STR("v")));
}

static void
a_draft_that_is_given_up_leaves_no_store(void **state)
{
	struct fixture *f = *state;
	struct store_spec spec = second_spec(f);
	struct store *draft;

	copy(f);
	assert_int_equal(
	    store_draft(&draft, &spec, fill, f, &f->place->why), 0);
	store_close(draft);
	assert_int_equal(
	    store_open(&draft, &spec, STORE_READ, &f->place->why), HUB_ENOENT);
	/* And the next one begins anew. */
	assert_int_equal(store_create(&spec, &f->place->why), 0);
}

static int
fill_badly(void *ctx, int fd, struct why *why)
{
	(void)ctx;
	assert_int_equal(write(fd, "not a store", 11), 11);
	return why_set(why, HUB_ECONFLICT, "on purpose");
}

static int
fill_with_text(void *ctx, int fd, struct why *why)
{
	static const char text[8192] = "not a store";

	(void)ctx;
	(void)why;
	return write(fd, text, sizeof(text)) == sizeof(text) ? 0 : HUB_EIO;
}

static void
what_is_no_copy_of_such_a_store_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store_spec spec = second_spec(f);
	struct why *why = &f->place->why;
	struct store *draft;

	assert_int_equal(
	    store_draft(&draft, &spec, fill_badly, f, why), HUB_ECONFLICT);
	assert_null(draft);
	assert_string_equal(why->text, "on purpose");
	assert_int_equal(
	    store_draft(&draft, &spec, fill_with_text, f, why), HUB_ECORRUPT);
	copy(f);
	spec.kind = "other";
	assert_int_equal(
	    store_draft(&draft, &spec, fill, f, why), HUB_ECORRUPT);
	assert_non_null(strstr(why->text, "a store of kind \"test\""));
	assert_int_equal(
	    store_open_copy(&draft, &spec, f->file, why), HUB_ECORRUPT);
	spec.kind = "test";
	spec.format = 2;
	assert_int_equal(
	    store_draft(&draft, &spec, fill, f, why), HUB_EVERSION);
	assert_non_null(strstr(why->text, "use the newer version"));
	assert_int_equal(
	    store_open_copy(&draft, &spec, f->file, why), HUB_EVERSION);
	assert_int_equal(
	    store_open(&draft, &spec, STORE_READ, why), HUB_ENOENT);
}

static void
an_older_copy_gets_the_tables_that_it_lacks(void **state)
{
	static const char *const tables[] = { "a", "b", "c", "d" };
	struct fixture *f = *state;
	struct store_spec spec = second_spec(f);
	struct store *draft;

	put_all(f, 'a');
	copy(f);
	spec.format = 4;
	spec.tables = tables;
	spec.table_count = 4;
	assert_int_equal(
	    store_draft(&draft, &spec, fill, f, &f->place->why), 0);
	assert_int_equal(place_put(f->place, draft, 3, "k", STR("v")), 0);
	assert_int_equal(store_publish(draft, &spec, &f->place->why), 0);
	store_close(draft);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_is_the_store_and_can_only_be_read),
		TEST(a_copy_is_the_store_at_one_moment),
		TEST(what_is_free_in_a_store_is_not_copied),
		TEST(who_takes_no_more_ends_the_copy),
		TEST(a_copy_needs_a_free_reader_slot),
		TEST(a_store_begins_with_a_copy),
		TEST(a_draft_that_is_given_up_leaves_no_store),
		TEST(what_is_no_copy_of_such_a_store_is_refused),
		TEST(an_older_copy_gets_the_tables_that_it_lacks),
	};

	return UNIT_RUN(tests);
}
