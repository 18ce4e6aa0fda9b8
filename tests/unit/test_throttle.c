#include "identity/throttle.h"

#include <stdio.h>
#include <unistd.h>
#include "base/rand.h"
#include "hub_fixture.h"
#include "identity/opaque.h"
#include "store/schema.h"
#include "store/throttle_rec.h"
#include "store_place.h"
#include "unit.h"

#define JAN "jan@example.nl"
#define NOW 1800000000000 /* milliseconds */
#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* A look at the clock that tests set. */
struct entry {
	const char *name, *source;
	int64_t now;
	int64_t wait;
	bool first;
};

static int
enter(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	e->wait = throttle_enter(
	    vault, str_of(e->name), str_of(e->source), e->now, &e->first);
	return 0;
}

static int64_t
try(struct test_hub *hub, const char *name, const char *source, int64_t now)
{
	struct entry e = { .name = name, .source = source, .now = now };

	hub_write(hub, hub->vault, enter, &e);
	return e.wait;
}

static int
succeed(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	throttle_succeed(vault, str_of(e->name), str_of(e->source));
	return 0;
}

static void
succeed_at(struct test_hub *hub, const char *name, const char *source)
{
	struct entry e = { .name = name, .source = source };

	hub_write(hub, hub->vault, succeed, &e);
}

static uint64_t
counters(struct test_hub *hub)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	uint64_t n = txn_count(txn, VAULT_THROTTLE);

	assert_int_equal(store_read_end(txn), 0);
	return n;
}

/* Each try from another address, so that only the name counts. */
static int64_t
try_name(struct test_hub *hub, const char *name, int64_t now)
{
	static unsigned int number;
	char address[32];

	number++;
	snprintf(address, sizeof(address), "10.%u.%u.%u", number >> 16 & 255,
	    number >> 8 & 255, number & 255);
	return try(hub, name, address, now);
}

static void
a_name_waits_twice_as_long_each_time(void **state)
{
	struct test_hub *hub = *state;
	int64_t now = NOW, delay = SECOND;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, now), 0);
	for (int i = 0; i < 14; i++) {
		assert_int_equal(try_name(hub, JAN, now), delay);
		assert_int_equal(try_name(hub, JAN, now + delay - 1), 1);
		now += delay;
		assert_int_equal(try_name(hub, JAN, now), 0);
		delay = delay * 2 > 15 * MINUTE ? 15 * MINUTE : delay * 2;
	}
	assert_int_equal(delay, 15 * MINUTE);
	/* Nobody else waits. */
	assert_int_equal(try_name(hub, "piet@example.nl", now), 0);
}

static int
enter_code(struct txn *vault, void *arg)
{
	struct entry *e = arg;

	e->wait = throttle_enter_code(
	    vault, str_of(e->name), str_of(e->source), e->now, &e->first);
	return 0;
}

static int64_t
try_code(struct test_hub *hub, const char *account, int64_t now)
{
	static unsigned int number;
	struct entry e = { .name = account, .now = now };
	char address[32];

	number++;
	snprintf(address, sizeof(address), "10.200.%u.%u", number >> 8 & 255,
	    number & 255);
	e.source = address;
	hub_write(hub, hub->vault, enter_code, &e);
	return e.wait;
}

static void
codes_wait_longer_and_are_remembered_for_a_day(void **state)
{
	struct test_hub *hub = *state;
	int64_t now = NOW, delay = SECOND;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_code(hub, "jan", now), 0);
	for (int i = 0; i < 16; i++) {
		assert_int_equal(try_code(hub, "jan", now), delay);
		now += delay;
		assert_int_equal(try_code(hub, "jan", now), 0);
		delay = delay * 2 > HOUR ? HOUR : delay * 2;
	}
	assert_int_equal(delay, HOUR);
	/* A sign-in under that name is counted apart. */
	assert_int_equal(try_name(hub, "jan", now), 0);
	now += 24 * HOUR - 1;
	assert_int_equal(try_code(hub, "jan", now), 0);
	assert_int_equal(try_code(hub, "jan", now), HOUR);
	now += 24 * HOUR;
	for (int i = 0; i < 4; i++)
		assert_int_equal(try_code(hub, "jan", now), 0);
}

struct finding {
	const char *account;
	int64_t now, wait;
	bool first;
};

static int
find_used(struct txn *vault, void *arg)
{
	struct finding *f = arg;

	f->wait =
	    throttle_conflict(vault, str_of(f->account), f->now, &f->first);
	return 0;
}

static int64_t
find(struct test_hub *hub, const char *account, int64_t now, bool *first)
{
	struct finding f = { .account = account, .now = now };

	hub_write(hub, hub->vault, find_used, &f);
	*first = f.first;
	return f.wait;
}

/* What throttle_conflict_wait() says in a look of its own. */
static int64_t
asked(struct test_hub *hub, const char *account, int64_t now)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	int64_t wait = throttle_conflict_wait(txn, str_of(account), now);

	assert_int_equal(store_read_end(txn), 0);
	return wait;
}

static void
addresses_in_use_cost_nothing_five_times(void **state)
{
	struct test_hub *hub = *state;
	int64_t now = NOW, delay = SECOND;
	bool first;

	for (int i = 0; i < 6; i++) {
		assert_int_equal(asked(hub, "e", now), 0);
		assert_int_equal(find(hub, "e", now, &first), 0);
		assert_false(first);
	}
	for (int i = 0; i < 14; i++) {
		assert_int_equal(asked(hub, "e", now), delay);
		assert_int_equal(find(hub, "e", now, &first), delay);
		assert_true(first);
		assert_int_equal(find(hub, "e", now + delay - 1, &first), 1);
		assert_false(first);
		now += delay;
		assert_int_equal(asked(hub, "e", now), 0);
		assert_int_equal(find(hub, "e", now, &first), 0);
		delay = delay * 2 > 15 * MINUTE ? 15 * MINUTE : delay * 2;
	}
	assert_int_equal(delay, 15 * MINUTE);
}

static void
asking_counts_nothing(void **state)
{
	struct test_hub *hub = *state;
	bool first;

	for (int i = 0; i < 20; i++)
		assert_int_equal(asked(hub, "e", NOW), 0);
	assert_int_equal(counters(hub), 0);
	for (int i = 0; i < 6; i++)
		find(hub, "e", NOW, &first);
	for (int i = 0; i < 20; i++)
		assert_int_equal(asked(hub, "e", NOW), SECOND);
	/* The first that is kept out is still to come. */
	assert_int_equal(find(hub, "e", NOW, &first), SECOND);
	assert_true(first);
}

/* Ids differ in case; and tries to sign in are another matter. */
static void
each_employee_is_counted_alone(void **state)
{
	struct test_hub *hub = *state;
	bool first;

	for (int i = 0; i < 6; i++)
		find(hub, "e", NOW, &first);
	assert_int_equal(asked(hub, "e", NOW), SECOND);
	assert_int_equal(asked(hub, "E", NOW), 0);
	assert_int_equal(asked(hub, "f", NOW), 0);
	assert_int_equal(try_name(hub, "e", NOW), 0);
	assert_int_equal(try_code(hub, "e", NOW), 0);
	for (int i = 0; i < 4; i++)
		try_name(hub, "f", NOW);
	assert_int_equal(try_name(hub, "f", NOW), SECOND);
	assert_int_equal(asked(hub, "f", NOW), 0);
}

static void
found_addresses_are_forgotten_after_an_hour(void **state)
{
	struct test_hub *hub = *state;
	bool first;

	for (int i = 0; i < 6; i++)
		find(hub, "e", NOW, &first);
	assert_int_equal(find(hub, "e", NOW + HOUR - 1, &first), 0);
	assert_int_equal(asked(hub, "e", NOW + HOUR - 1), 2 * SECOND);
	for (int i = 0; i < 6; i++)
		assert_int_equal(find(hub, "e", NOW + 2 * HOUR, &first), 0);
	assert_int_equal(asked(hub, "e", NOW + 2 * HOUR), SECOND);
}

static void
it_is_forgotten_after_an_hour(void **state)
{
	struct test_hub *hub = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, NOW), 0);
	assert_int_equal(try_name(hub, JAN, NOW), SECOND);
	/* After a little less it goes on from where it was. */
	assert_int_equal(try_name(hub, JAN, NOW + HOUR - 1), 0);
	assert_int_equal(try_name(hub, JAN, NOW + HOUR - 1), 2 * SECOND);
	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, NOW + 2 * HOUR), 0);
	assert_int_equal(try_name(hub, JAN, NOW + 2 * HOUR), SECOND);
}

static void
spellings_of_a_name_are_one(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(try_name(hub, JAN, NOW), 0);
	assert_int_equal(try_name(hub, "JAN@example.NL", NOW), 0);
	assert_int_equal(try_name(hub, "  jan@Example.nl\t", NOW), 0);
	assert_int_equal(try_name(hub, JAN, NOW), 0);
	assert_int_equal(try_name(hub, "Jan@example.nl", NOW), SECOND);
	/* Names that are none are counted like any other. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, "", NOW), 0);
	assert_int_equal(try_name(hub, " ", NOW), SECOND);
}

/* Tries of as many names from one address. */
static void
try_from(struct test_hub *hub, const char *source, unsigned int tries)
{
	static unsigned int number;
	char name[32];

	for (unsigned int i = 0; i < tries; i++) {
		snprintf(name, sizeof(name), "n%u", number++);
		assert_int_equal(try(hub, name, source, NOW), 0);
	}
}

static void
an_address_has_twenty(void **state)
{
	struct test_hub *hub = *state;

	try_from(hub, "192.0.2.1", 21);
	assert_int_equal(try(hub, JAN, "192.0.2.1", NOW), SECOND);
	assert_int_equal(try(hub, JAN, "192.0.2.2", NOW), 0);
}

static void
an_ipv6_network_is_one_address(void **state)
{
	struct test_hub *hub = *state;
	char address[64];

	for (int i = 0; i < 21; i++) {
		snprintf(
		    address, sizeof(address), "2001:db8:0:1::%x:%x", i * 7, i);
		try_from(hub, address, 1);
	}
	assert_int_equal(try(hub, JAN, "2001:DB8:0:1:ffff::1", NOW), SECOND);
	assert_int_equal(try(hub, JAN, "2001:db8:0:2::1", NOW), 0);
	/* A mapped IPv4 address is no network that somebody has. */
	try_from(hub, "::ffff:192.0.2.1", 21);
	assert_int_equal(try(hub, "x", "::ffff:192.0.2.1", NOW), SECOND);
	assert_int_equal(try(hub, "x", "::ffff:192.0.2.2", NOW), 0);
}

static void
success_begins_anew(void **state)
{
	struct test_hub *hub = *state;

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			assert_int_equal(try_name(hub, JAN, NOW), 0);
		assert_int_equal(try_name(hub, JAN, NOW), SECOND);
		succeed_at(hub, JAN, "192.0.2.1");
	}
}

/* A success gives back its own try and none of the others. */
static void
success_does_not_clear_an_address(void **state)
{
	struct test_hub *hub = *state;

	try_from(hub, "192.0.2.1", 15);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(try(hub, "own", "192.0.2.1", NOW), 0);
		succeed_at(hub, "own", "192.0.2.1");
	}
	try_from(hub, "192.0.2.1", 6);
	assert_int_equal(try(hub, "x", "192.0.2.1", NOW), SECOND);
}

static void
success_leaves_nothing_behind(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(try(hub, JAN, "192.0.2.1", NOW), 0);
	assert_int_equal(counters(hub), 2);
	succeed_at(hub, JAN, "192.0.2.1");
	assert_int_equal(counters(hub), 0);
	succeed_at(hub, JAN, "192.0.2.1");
	assert_int_equal(counters(hub), 0);
}

static void
one_refusal_of_a_delay_is_the_first(void **state)
{
	struct test_hub *hub = *state;
	struct entry e = { .name = JAN, .source = "192.0.2.1", .now = NOW };

	for (int i = 0; i < 4; i++) {
		hub_write(hub, hub->vault, enter, &e);
		assert_int_equal(e.wait, 0);
		assert_false(e.first);
	}
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3; i++) {
			hub_write(hub, hub->vault, enter, &e);
			assert_true(e.wait > 0);
			assert_int_equal(e.first, i == 0);
		}
		e.now += e.wait;
		hub_write(hub, hub->vault, enter, &e);
		assert_int_equal(e.wait, 0);
	}
}

static void
a_clock_that_goes_back_locks_nobody_out(void **state)
{
	struct test_hub *hub = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, NOW), 0);
	/* A little back is as if no time had passed. */
	assert_int_equal(try_name(hub, JAN, NOW - 5), SECOND);
	assert_int_equal(try_name(hub, JAN, NOW - MINUTE), SECOND);
	/* A clock that was set is no reason. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, NOW - 24 * HOUR), 0);
	assert_int_equal(try_name(hub, JAN, NOW - 24 * HOUR), SECOND);
}

struct filling {
	unsigned int n;
	struct throttle_rec rec;
};

static int
fill(struct txn *vault, void *arg)
{
	const struct filling *f = arg;
	struct arena_mark mark = arena_mark(txn_arena(vault));
	char name[RAND_ID];
	struct buf bytes;
	struct key key;

	for (unsigned int i = 0; i < f->n; i++) {
		rand_id(name);
		key_of(&key, str_of(name));
		buf_init_arena(&bytes, txn_arena(vault), 64);
		throttle_rec_put(&bytes, &f->rec);
		txn_put(vault, VAULT_THROTTLE, &key, buf_view(&bytes));
		arena_rewind(txn_arena(vault), mark);
	}
	return 0;
}

static void
fill_with(struct test_hub *hub, unsigned int n, uint32_t tries, int64_t last)
{
	struct filling f = { n, { .tries = tries, .last = last } };

	hub_write(hub, hub->vault, fill, &f);
}

#define FLOOD 2000

static int
flood(struct txn *vault, void *arg)
{
	struct arena_mark mark = arena_mark(txn_arena(vault));
	char name[32], address[32];
	bool first;

	(void)arg;
	for (unsigned int i = 0; i < FLOOD; i++) {
		snprintf(name, sizeof(name), "flood%u", i);
		snprintf(
		    address, sizeof(address), "172.16.%u.%u", i >> 8, i & 255);
		assert_int_equal(throttle_enter(vault, str_of(name),
				     str_of(address), NOW, &first),
		    0);
		arena_rewind(txn_arena(vault), mark);
	}
	return 0;
}

/* What a flood of names gets rid of is what it brought. */
static void
a_full_table_keeps_who_is_delayed(void **state)
{
	struct test_hub *hub = *state;

	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, JAN, NOW), 0);
	assert_int_equal(try_name(hub, JAN, NOW), SECOND);
	fill_with(hub, THROTTLE_MAX - (unsigned int)counters(hub), 1, NOW);
	assert_int_equal(counters(hub), THROTTLE_MAX);
	hub_write(hub, hub->vault, flood, NULL);
	assert_int_equal(counters(hub), THROTTLE_MAX);
	assert_int_equal(try_name(hub, JAN, NOW), SECOND);
	/* Strangers are counted, and do not wait for one another. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(try_name(hub, "piet", NOW), 0);
	assert_int_equal(try_name(hub, "piet", NOW), SECOND);
	assert_int_equal(try_name(hub, "kees", NOW), 0);
}

struct sweeping {
	int64_t now;
	unsigned int most, removed;
};

static int
sweep(struct txn *vault, void *arg)
{
	struct sweeping *s = arg;

	s->removed = throttle_sweep(vault, s->now, s->most);
	return 0;
}

static unsigned int
sweep_at(struct test_hub *hub, int64_t now, unsigned int most)
{
	struct sweeping s = { .now = now, .most = most };

	hub_write(hub, hub->vault, sweep, &s);
	return s.removed;
}

static void
what_rests_is_swept(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(sweep_at(hub, NOW, 10), 0);
	fill_with(hub, 50, 2, NOW);
	fill_with(hub, 30, 9, NOW - HOUR);
	fill_with(hub, 5, 9, NOW + 2 * MINUTE);
	/* More than LOOKS times ten are looked at in all: none is missed. */
	assert_int_equal(sweep_at(hub, NOW, 10), 10);
	assert_int_equal(sweep_at(hub, NOW, 10), 10);
	assert_int_equal(sweep_at(hub, NOW, 10), 10);
	assert_int_equal(sweep_at(hub, NOW, 10), 5);
	assert_int_equal(sweep_at(hub, NOW, 10), 0);
	assert_int_equal(counters(hub), 50);
	assert_int_equal(sweep_at(hub, NOW + HOUR, 100), 50);
	assert_int_equal(counters(hub), 0);
}

/* Wherever the resting ones are, some round begins before them. */
static void
every_part_is_swept_in_time(void **state)
{
	struct test_hub *hub = *state;
	unsigned int removed = 0;

	fill_with(hub, 3000, 2, NOW);
	fill_with(hub, 20, 2, NOW - HOUR);
	for (int i = 0; i < 10000 && removed < 20; i++)
		removed += sweep_at(hub, NOW, 5);
	assert_int_equal(removed, 20);
	assert_int_equal(counters(hub), 3000);
}

static int
damage(struct txn *vault, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("x"));
	txn_put(vault, VAULT_THROTTLE, &key, STR("rubbish"));
	return 0;
}

static void
damage_is_told(void **state)
{
	struct test_hub *hub = *state;
	struct sweeping s = { .now = NOW, .most = 10 };

	hub_write(hub, hub->vault, damage, NULL);
	assert_int_equal(
	    store_write(hub->vault, hub->arena, sweep, &s), HUB_ECORRUPT);
}

#define PROCESSES 4
#define TRIES 25

/* Its own handle; gives the tries that were let in. */
static int
try_at_once(struct test_hub *hub)
{
	struct schema schema;
	struct why why;
	int let_in = 0;

	schema_vault(&schema, &hub->conf);
	if (store_open(&hub->vault, &schema.spec, STORE_WRITE, &why) != 0)
		_exit(125);
	for (int i = 0; i < TRIES; i++) {
		struct entry e = {
			.name = JAN, .source = "192.0.2.1", .now = NOW
		};

		if (store_write(hub->vault, hub->arena, enter, &e) != 0)
			_exit(125);
		let_in += e.wait == 0;
	}
	store_close(hub->vault);
	return let_in;
}

static void
processes_count_together(void **state)
{
	struct test_hub *hub = *state;
	struct schema schema;
	pid_t pids[PROCESSES];
	int let_in = 0;

	store_close(hub->vault);
	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = child_fork();
		if (pids[i] == 0)
			_exit(try_at_once(hub));
	}
	for (int i = 0; i < PROCESSES; i++)
		let_in += child_end(pids[i]);
	schema_vault(&schema, &hub->conf);
	assert_int_equal(
	    store_open(&hub->vault, &schema.spec, STORE_WRITE, &hub->why), 0);
	assert_int_equal(let_in, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_name_waits_twice_as_long_each_time),
		TEST(codes_wait_longer_and_are_remembered_for_a_day),
		TEST(addresses_in_use_cost_nothing_five_times),
		TEST(asking_counts_nothing),
		TEST(each_employee_is_counted_alone),
		TEST(found_addresses_are_forgotten_after_an_hour),
		TEST(it_is_forgotten_after_an_hour),
		TEST(spellings_of_a_name_are_one),
		TEST(an_address_has_twenty),
		TEST(an_ipv6_network_is_one_address),
		TEST(success_begins_anew),
		TEST(success_does_not_clear_an_address),
		TEST(success_leaves_nothing_behind),
		TEST(one_refusal_of_a_delay_is_the_first),
		TEST(a_clock_that_goes_back_locks_nobody_out),
		TEST(a_full_table_keeps_who_is_delayed),
		TEST(what_rests_is_swept),
		TEST(every_part_is_swept_in_time),
		TEST(damage_is_told),
		TEST(processes_count_together),
	};

	return UNIT_RUN(tests);
}
