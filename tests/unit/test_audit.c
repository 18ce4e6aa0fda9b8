#include "identity/audit.h"

#include <dlfcn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

#define MANY 300

/* Steps of the engine's cursors: what a walk costs. */
static unsigned int steps;

int mdb_cursor_get(void *cursor, void *key, void *data, int op);

int
mdb_cursor_get(void *cursor, void *key, void *data, int op)
{
	static int (*real)(void *, void *, void *, int);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "mdb_cursor_get");
	steps++;
	return real(cursor, key, data, op);
}

/* What the clock tells while it is not 0: the system's stands behind it. */
static int64_t frozen_us;

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	if (frozen_us == 0)
		return (int)syscall(SYS_clock_gettime, id, ts);
	ts->tv_sec = (time_t)(frozen_us / 1000000);
	ts->tv_nsec = (long)(frozen_us % 1000000) * 1000;
	return 0;
}

static int
thaw(void **state)
{
	frozen_us = 0;
	return hub_teardown(state);
}

static int
put_one(struct txn *txn, void *arg)
{
	struct audit_rec rec = { .event = STR("e"), .detail = str_of(arg) };

	audit_put(txn, &rec);
	return 0;
}

/* Puts MANY events, numbered in their detail, in one transaction. */
static int
put_many(struct txn *txn, void *arg)
{
	char detail[32];

	for (int i = 0; i < MANY; i++) {
		struct audit_rec rec = { .event = STR("test"),
			.account = STR("a"),
			.client = STR("c"),
			.source = STR("s") };

		snprintf(detail, sizeof(detail), "%s%d", (char *)arg, i);
		rec.detail = str_of(detail);
		audit_put(txn, &rec);
	}
	return 0;
}

struct walk {
	int n, stop_at;
	int64_t last;
	const char *prefix;
};

static bool
expect(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct walk *w = ctx;
	char detail[32];

	snprintf(detail, sizeof(detail), "%s%d", w->prefix, w->n % MANY);
	assert_str(rec->event, "test");
	assert_str(rec->account, "a");
	assert_str(rec->client, "c");
	assert_str(rec->source, "s");
	assert_str(rec->detail, detail);
	assert_true(time_us >= w->last);
	w->last = time_us;
	return ++w->n != w->stop_at;
}

static void
walk(struct test_hub *hub, struct walk *w)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);

	audit_walk(txn, expect, w);
	assert_int_equal(store_read_end(txn), 0);
}

static void
events_come_in_the_order_they_were_put(void **state)
{
	struct test_hub *hub = *state;
	int64_t before = clock_now_us();
	struct walk w = { .last = before, .prefix = "x" };

	hub_write(hub, hub->vault, put_many, "x");
	hub_write(hub, hub->vault, put_many, "x");
	walk(hub, &w);
	assert_int_equal(w.n, 2 * MANY);
	assert_true(w.last <= clock_now_us());
}

static void
a_walk_ends_when_it_is_told_to(void **state)
{
	struct test_hub *hub = *state;
	struct walk w = { .stop_at = 7, .prefix = "" };

	hub_write(hub, hub->vault, put_many, "");
	walk(hub, &w);
	assert_int_equal(w.n, 7);
}

static void
an_empty_log_has_no_event(void **state)
{
	struct test_hub *hub = *state;
	struct walk w = { .prefix = "" };

	walk(hub, &w);
	assert_int_equal(w.n, 0);
}

static bool
join(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	buf_printf(ctx, "%lld/%.*s ", (long long)time_us, STR_ARG(rec->detail));
	return true;
}

/* Also where the clock is set back between them. */
static void
events_of_one_microsecond_keep_their_order(void **state)
{
	static const int64_t times[] = { 300, 255, 256, 255, 255 };
	struct test_hub *hub = *state;
	struct buf text;
	struct txn *txn;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char detail[] = { (char)('a' + i), '\0' };

		frozen_us = times[i];
		hub_write(hub, hub->vault, put_one, detail);
	}
	buf_init(&text, 4096);
	txn = store_read_begin(hub->vault, hub->arena);
	audit_walk(txn, join, &text);
	assert_int_equal(store_read_end(txn), 0);
	assert_str(buf_view(&text), "255/b 255/d 255/e 256/c 300/a ");
	buf_free(&text);
}

static void
hundreds_of_one_microsecond_are_all_there(void **state)
{
	struct test_hub *hub = *state;
	struct walk w = { .prefix = "x" };

	frozen_us = 1700000000000000;
	hub_write(hub, hub->vault, put_many, "x");
	hub_write(hub, hub->vault, put_many, "x");
	walk(hub, &w);
	assert_int_equal(w.n, 2 * MANY);
	assert_true(w.last == frozen_us);
}

static int
put_damage(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	key_begin(&key);
	key_u64(&key, 1);
	key_u32(&key, 0);
	txn_put(txn, VAULT_AUDIT, &key, STR("\1damaged"));
	return 0;
}

static void
a_damaged_event_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct walk w = { .prefix = "" };
	struct txn *txn;

	hub_write(hub, hub->vault, put_damage, NULL);
	txn = store_read_begin(hub->vault, hub->arena);
	audit_walk(txn, expect, &w);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	assert_int_equal(w.n, 0);
}

static int
put_too_large(struct txn *txn, void *arg)
{
	audit_put(txn, arg);
	return 0;
}

/* What cannot be recorded does not happen. */
static void
an_event_that_does_not_fit_fails_its_transaction(void **state)
{
	static char large[8192];
	struct test_hub *hub = *state;
	struct audit_rec rec = { .detail = { large, sizeof(large) } };

	assert_int_equal(
	    store_write(hub->vault, hub->arena, put_too_large, &rec),
	    HUB_ETOOBIG);
}

static void
join_page(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	join(ctx, time_us, rec);
}

/* What one page says, and whether there may be more. */
static void
assert_page(struct test_hub *hub, struct audit_place *place, bool more,
    const char *expected)
{
	struct buf text;
	struct txn *txn;

	buf_init(&text, 4096);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_int_equal(audit_page(txn, place, 2, join_page, &text), more);
	assert_int_equal(store_read_end(txn), 0);
	assert_str(buf_view(&text), expected);
	buf_free(&text);
}

static void
a_log_is_read_in_pages_from_any_moment(void **state)
{
	static const int64_t times[] = { 10, 20, 20, 20, 30 };
	struct test_hub *hub = *state;
	struct audit_place place;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char detail[] = { (char)('a' + i), '\0' };

		frozen_us = times[i];
		hub_write(hub, hub->vault, put_one, detail);
	}
	audit_place_at(&place, 0);
	assert_page(hub, &place, true, "10/a 20/b ");
	assert_page(hub, &place, true, "20/c 20/d ");
	assert_page(hub, &place, false, "30/e ");
	/* What comes later is found from there. */
	assert_page(hub, &place, false, "");
	frozen_us = 40;
	hub_write(hub, hub->vault, put_one, "f");
	assert_page(hub, &place, false, "40/f ");
	audit_place_at(&place, 20);
	assert_page(hub, &place, true, "20/b 20/c ");
	audit_place_at(&place, 21);
	assert_page(hub, &place, true, "30/e 40/f ");
	audit_place_at(&place, -5);
	assert_page(hub, &place, true, "10/a 20/b ");
	audit_place_at(&place, 41);
	assert_page(hub, &place, false, "");
}

/* One event about all that there can be, by somebody else. */
static int
put_about(struct txn *txn, void *arg)
{
	const char *words = arg;
	struct audit_rec rec = { .event = STR("e"), .detail = str_of(words) };
	struct str rest = rec.detail, word;

	while (rest.n > 0 && str_split(&rest, ' ', &word)) {
		struct str id = { word.p + 1, word.n - 1 };

		if (word.p[0] == 'a')
			rec.account = id;
		else if (word.p[0] == 'b')
			rec.by = id;
		else if (word.p[0] == 'c')
			rec.contact = id;
		else if (word.p[0] == 'o')
			rec.organization = id;
	}
	audit_put(txn, &rec);
	return 0;
}

/* Up to MOST details of a walk, and the last mark. */
static void
assert_list(struct test_hub *hub, const char *subjects,
    const struct audit_mark *before, unsigned int most, struct audit_mark *last,
    const char *expected)
{
	struct audit_subject at[AUDIT_LISTS];
	struct str rest = str_of(subjects), word;
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct audit_mark mark;
	struct audit_list list;
	struct audit_rec rec;
	unsigned int n = 0;
	struct buf text;

	while (rest.n > 0 && str_split(&rest, ' ', &word))
		at[n++] = (struct audit_subject){ (enum audit_kind)word.p[0],
			{ word.p + 1, word.n - 1 } };
	buf_init(&text, 1 << 20);
	audit_list_begin(&list, txn, at, n, before);
	for (; most > 0 && audit_list_next(&list, &mark, &rec); most--) {
		buf_printf(&text, "[%.*s]", STR_ARG(rec.detail));
		if (last != NULL)
			*last = mark;
	}
	audit_list_end(&list);
	assert_int_equal(store_read_end(txn), 0);
	assert_str(buf_view(&text), expected);
	buf_free(&text);
}

static void
events_are_found_by_what_they_are_about(void **state)
{
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, put_about, "a1 bboss c1 o1");
	hub_write(hub, hub->vault, put_about, "a1 b1");
	hub_write(hub, hub->vault, put_about, "a2 bboss c2 o1");
	hub_write(hub, hub->vault, put_about, "a11");
	hub_write(hub, hub->vault, put_about, "");
	assert_list(hub, "a1", NULL, 9, NULL, "[a1 b1][a1 bboss c1 o1]");
	assert_list(
	    hub, "aboss", NULL, 9, NULL, "[a2 bboss c2 o1][a1 bboss c1 o1]");
	assert_list(hub, "c1", NULL, 9, NULL, "[a1 bboss c1 o1]");
	assert_list(
	    hub, "o1", NULL, 9, NULL, "[a2 bboss c2 o1][a1 bboss c1 o1]");
	assert_list(hub, "o2", NULL, 9, NULL, "");
	/* Of two lists each event once. */
	assert_list(hub, "c1 a1", NULL, 9, NULL, "[a1 b1][a1 bboss c1 o1]");
	assert_list(hub, "c2 a1", NULL, 9, NULL,
	    "[a2 bboss c2 o1][a1 b1][a1 bboss c1 o1]");
}

static void
a_walk_goes_on_where_it_was_whatever_comes_in(void **state)
{
	static const int64_t times[] = { 10, 20, 20, 20, 30 };
	struct test_hub *hub = *state;
	struct audit_mark place;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		char words[] = { 'o', '1', ' ', (char)('0' + i), '\0' };

		frozen_us = times[i];
		hub_write(hub, hub->vault, put_about, words);
	}
	assert_list(hub, "o1", NULL, 2, &place, "[o1 4][o1 3]");
	frozen_us = 40;
	hub_write(hub, hub->vault, put_about, "o1 5");
	assert_list(hub, "o1", &place, 2, &place, "[o1 2][o1 1]");
	hub_write(hub, hub->vault, put_about, "o1 6");
	assert_list(hub, "o1", &place, 2, &place, "[o1 0]");
	assert_list(hub, "o1", &place, 2, NULL, "");
	/* What is before a moment. */
	place = (struct audit_mark){ .time = 20 };
	assert_list(hub, "o1", &place, 2, NULL, "[o1 0]");
	place.time = 21;
	assert_list(hub, "o1", &place, 2, NULL, "[o1 3][o1 2]");
}

#define CROWD 5000

/* Most events are about others. */
static int
put_crowd(struct txn *txn, void *arg)
{
	(void)arg;
	for (int i = 0; i < CROWD; i++) {
		char mine[] = "a1 o1", others[] = "a2 o2";

		put_about(txn, i % 100 == 0 ? mine : others);
	}
	return 0;
}

static void
a_page_costs_no_more_than_its_rows(void **state)
{
	static const struct audit_subject mine = { AUDIT_ORGANIZATION,
		STR("1") };
	struct test_hub *hub = *state;
	struct audit_list list;
	struct audit_mark mark;
	struct audit_rec rec;
	struct txn *txn;
	int n = 0;

	hub_write(hub, hub->vault, put_crowd, NULL);
	txn = store_read_begin(hub->vault, hub->arena);
	steps = 0;
	audit_list_begin(&list, txn, &mine, 1, NULL);
	while (n < 20 && audit_list_next(&list, &mark, &rec))
		n++;
	audit_list_end(&list);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(n, 20);
	assert_in_range(steps, 20, 25);
}

static int
expire_all(struct txn *txn, void *arg)
{
	unsigned int *n = arg;

	*n = audit_expire(txn, 1000, 100);
	return 0;
}

static void
what_expires_leaves_nothing_that_leads_to_it(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn;
	unsigned int n;

	frozen_us = 10;
	hub_write(hub, hub->vault, put_about, "a1 bboss c1 o1");
	hub_write(hub, hub->vault, put_about, "a1 b1");
	txn = store_read_begin(hub->vault, hub->arena);
	assert_int_equal(txn_count(txn, VAULT_AUDIT_ABOUT), 5);
	assert_int_equal(store_read_end(txn), 0);
	hub_write(hub, hub->vault, expire_all, &n);
	assert_int_equal(n, 2);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_int_equal(txn_count(txn, VAULT_AUDIT), 0);
	assert_int_equal(txn_count(txn, VAULT_AUDIT_ABOUT), 0);
	assert_int_equal(store_read_end(txn), 0);
}

/* An event of the format before: a log is kept for years. */
static int
put_old(struct txn *txn, void *arg)
{
	static const char old[] = "\1"
				  "\1\0\0\0e\1\0\0\0a\0\0\0\0\0\0\0\0\0\0\0";
	struct key key;

	(void)arg;
	audit_mark_key(&key, &(struct audit_mark){ .time = 5 });
	txn_put(txn, VAULT_AUDIT, &key, (struct str){ old, sizeof(old) });
	return 0;
}

static bool
is_old(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	assert_int_equal(time_us, 5);
	assert_str(rec->account, "a");
	assert_str(rec->organization, "");
	assert_true(rec->unlisted);
	*(bool *)ctx = true;
	return true;
}

static void
an_event_of_the_old_format_is_read_and_expires(void **state)
{
	struct test_hub *hub = *state;
	bool seen = false;
	struct txn *txn;
	unsigned int n;

	hub_write(hub, hub->vault, put_old, NULL);
	txn = store_read_begin(hub->vault, hub->arena);
	audit_walk(txn, is_old, &seen);
	assert_int_equal(store_read_end(txn), 0);
	assert_true(seen);
	hub_write(hub, hub->vault, expire_all, &n);
	assert_int_equal(n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, hub_setup, thaw)
		TEST(events_come_in_the_order_they_were_put),
		TEST(a_walk_ends_when_it_is_told_to),
		TEST(an_empty_log_has_no_event),
		TEST(events_of_one_microsecond_keep_their_order),
		TEST(hundreds_of_one_microsecond_are_all_there),
		TEST(a_log_is_read_in_pages_from_any_moment),
		TEST(a_damaged_event_is_an_error),
		TEST(an_event_that_does_not_fit_fails_its_transaction),
		TEST(events_are_found_by_what_they_are_about),
		TEST(a_walk_goes_on_where_it_was_whatever_comes_in),
		TEST(a_page_costs_no_more_than_its_rows),
		TEST(what_expires_leaves_nothing_that_leads_to_it),
		TEST(an_event_of_the_old_format_is_read_and_expires),
#undef TEST
	};

	return UNIT_RUN(tests);
}
