#include "store/txn.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store/rec.h"
#include "store_place.h"
#include "unit.h"

/*
 * Transaction N writes its number in two tables, adds a group of records and
 * deletes the group of transaction N - KEPT. So the store shows which
 * transaction was the last and exactly what has to be there.
 */
#define KEPT 20
#define ROUNDS 25

static unsigned int
group_size(uint64_t n)
{
	return (unsigned int)(1 + n % 7);
}

static size_t
value_size(uint64_t n, unsigned int i)
{
	return (size_t)((n * 7919 + i * 104729) % 9000);
}

static void
group_key(struct key *key, uint64_t n, unsigned int i)
{
	key_begin(key);
	key_u64(key, n);
	key_u32(key, i);
}

static void
put_number(struct txn *txn, unsigned int table, uint64_t n)
{
	char bytes[8];
	struct buf buf = { .p = bytes, .cap = 8, .max = 8 };
	struct key key;

	rec_put_u64(&buf, n);
	key_of(&key, STR("number"));
	txn_put(txn, table, &key, buf_view(&buf));
}

static uint64_t
get_number(struct txn *txn, unsigned int table)
{
	struct str bytes;
	struct rec_in in;
	struct key key;

	key_of(&key, STR("number"));
	if (!txn_get(txn, table, &key, &bytes))
		return 0;
	rec_in_begin(&in, bytes);
	return rec_u64(&in);
}

static int
write_group(struct txn *txn, void *arg)
{
	uint64_t *n = arg;
	char text[9000];
	struct key key;

	*n = get_number(txn, TABLE_A) + 1;
	memset(text, (int)(*n % 251), sizeof(text));
	put_number(txn, TABLE_A, *n);
	for (unsigned int i = 0; i < group_size(*n); i++) {
		group_key(&key, *n, i);
		txn_put(txn, TABLE_B, &key,
		    (struct str){ text, value_size(*n, i) });
	}
	if (*n > KEPT) {
		for (unsigned int i = 0; i < group_size(*n - KEPT); i++) {
			group_key(&key, *n - KEPT, i);
			txn_del(txn, TABLE_B, &key);
		}
	}
	put_number(txn, TABLE_C, *n);
	return 0;
}

/* Commits and tells each number through the pipe, until it is killed. */
static void
write_for_ever(struct place *p, int out)
{
	struct store *store;
	uint64_t n;

	if (store_open(&store, &p->spec, STORE_WRITE, &p->why) != 0)
		_exit(1);
	for (;;) {
		if (store_write(store, p->arena, write_group, &n) != 0)
			_exit(2);
		arena_reset(p->arena);
		if (write(out, &n, sizeof(n)) != sizeof(n))
			_exit(3);
	}
}

/* Starts a writer, kills it a little later; the last number it has told. */
static uint64_t
write_and_kill(struct place *p, unsigned int *seed)
{
	uint64_t n = 0, told;
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = child_fork();
	if (pid == 0)
		write_for_ever(p, ends[1]);
	close(ends[1]);
	if (read(ends[0], &told, sizeof(told)) == sizeof(told))
		n = told;
	usleep((useconds_t)rand_r(seed) % 15000);
	kill(pid, SIGKILL);
	while (read(ends[0], &told, sizeof(told)) == sizeof(told))
		n = told;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return n;
}

/* All that transaction N leaves behind, and nothing else. */
static bool
is_whole(struct txn *txn, uint64_t n)
{
	uint64_t first = n > KEPT ? n - KEPT + 1 : 1, records = 0;
	struct str value;
	struct key key;

	for (uint64_t g = first; g <= n; g++) {
		for (unsigned int i = 0; i < group_size(g); i++) {
			group_key(&key, g, i);
			if (!txn_get(txn, TABLE_B, &key, &value) ||
			    value.n != value_size(g, i))
				return false;
			for (size_t k = 0; k < value.n; k++) {
				if ((unsigned char)value.p[k] != g % 251)
					return false;
			}
			records++;
		}
	}
	return txn_count(txn, TABLE_B) == records;
}

static uint64_t
check_store(struct place *p)
{
	struct store *store = place_open(p, STORE_WRITE);
	struct txn *txn = store_read_begin(store, p->arena);
	uint64_t n = get_number(txn, TABLE_A);

	assert_true(get_number(txn, TABLE_C) == n);
	assert_true(is_whole(txn, n));
	assert_int_equal(store_read_end(txn), 0);
	store_close(store);
	arena_reset(p->arena);
	return n;
}

/* Looks again and again until the other end of the pipe is closed. */
static int
look_until_closed(struct place *p, int in)
{
	struct pollfd closed = { .fd = in };
	struct store *store;
	uint64_t last = 0;

	if (store_open(&store, &p->spec, STORE_READ, &p->why) != 0)
		return 1;
	while (poll(&closed, 1, 0) == 0) {
		struct txn *txn = store_read_begin(store, p->arena);
		uint64_t n = get_number(txn, TABLE_A);
		bool good = n >= last && is_whole(txn, n) &&
		    get_number(txn, TABLE_C) == n;

		if (store_read_end(txn) != 0)
			return 2;
		if (!good)
			return 3;
		arena_reset(p->arena);
		last = n;
	}
	store_close(store);
	return last > 0 ? 0 : 4;
}

static pid_t
looker_start(struct place *p, int *end)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = child_fork();
	if (pid == 0) {
		close(ends[1]);
		_exit(look_until_closed(p, ends[0]));
	}
	close(ends[0]);
	*end = ends[1];
	return pid;
}

static void
run_rounds(struct place *p, unsigned int seed)
{
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t told = write_and_kill(p, &seed);
		uint64_t n = check_store(p);

		assert_true(told > 0);
		assert_in_range(n, told, told + 1);
	}
}

static void
what_was_acknowledged_survives_a_kill(void **state)
{
	run_rounds(*state, 1);
}

/* The looker keeps the lock file alive, with what the killed left in it. */
static void
a_look_is_whole_while_writers_write_and_die(void **state)
{
	struct place *p = *state;
	int end;
	pid_t pid = looker_start(p, &end);

	run_rounds(p, 2);
	close(end);
	assert_int_equal(child_end(pid), 0);
}

static int
create(struct place *p)
{
	return store_create(&p->spec, &p->why) != 0;
}

static void
a_store_is_made_whole_or_not_at_all(void **state)
{
	struct place *p = *state;
	unsigned int seed = 3;
	int made = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct place q = *p;
		pid_t pid;
		int rc;

		snprintf(q.folder, sizeof(q.folder), "%s/%d", p->root, i);
		q.spec.folder = q.folder;
		pid = child_start(create, &q);
		usleep((useconds_t)rand_r(&seed) % 20000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		rc = store_create(&q.spec, &q.why);
		assert_true(rc == 0 || rc == HUB_EEXIST);
		made += rc == 0;
		store_close(place_open(&q, STORE_READ));
	}
	print_message("# made again after a kill: %d of %d\n", made, ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_was_acknowledged_survives_a_kill, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_look_is_whole_while_writers_write_and_die, place_setup,
		    place_teardown),
		cmocka_unit_test_setup_teardown(
		    a_store_is_made_whole_or_not_at_all, place_setup_empty,
		    place_teardown),
	};

	return UNIT_RUN(tests);
}
