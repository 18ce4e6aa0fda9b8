/*
 * What is remembered between two looks at a store, and how long it is good.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "store_place.h"
#include "unit.h"

static int
put(struct open_place *f, const char *key, struct str value)
{
	return place_put(f->place, f->store, TABLE_A, key, value);
}

static uint64_t
state_seen(struct open_place *f)
{
	struct txn *txn = store_read_begin(f->store, f->arena);
	uint64_t seen = txn_state(txn);

	assert_int_equal(store_read_end(txn), 0);
	return seen;
}

static int
no_state_within(struct txn *txn, void *arg)
{
	(void)arg;
	return txn_state(txn) == 0 ? HUB_EEXPIRED : 0;
}

static void
a_state_has_its_number_until_something_is_committed(void **state)
{
	struct open_place *f = *state;
	uint64_t seen = state_seen(f);
	struct txn *txn;

	assert_int_not_equal(seen, 0);
	assert_true(state_seen(f) == seen);
	/* Given up, whatever it was. */
	assert_int_equal(store_write(f->store, f->arena, no_state_within, NULL),
	    HUB_EEXPIRED);
	assert_true(state_seen(f) == seen);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(put(f, "k", STR("the same")), 0);
		assert_true(state_seen(f) > seen);
		seen = state_seen(f);
	}
	assert_int_equal(
	    place_put(f->place, f->store, TABLE_B, "k", STR("b")), 0);
	assert_true(state_seen(f) > seen);
	seen = state_seen(f);
	assert_int_equal(place_del(f->place, f->store, TABLE_A, "k"), 0);
	assert_true(state_seen(f) > seen);
	txn = store_read_begin(f->store, f->arena);
	txn_fail(txn, HUB_ESTORE);
	assert_int_equal(txn_state(txn), 0);
	assert_int_equal(store_read_end(txn), HUB_ESTORE);
}

/* What another process commits is another state, too. */
static void
a_commit_of_another_process_is_another_state(void **state)
{
	struct open_place *f = *state;
	uint64_t seen;
	int status;
	pid_t pid;

	store_close(f->store);
	pid = child_fork();
	if (pid == 0) {
		f->store = place_open(f->place, STORE_WRITE);
		/* Goes on when the parent has looked. */
		raise(SIGSTOP);
		_exit(put(f, "k", STR("v")) == 0 ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	f->store = place_open(f->place, STORE_WRITE);
	seen = state_seen(f);
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(state_seen(f) > seen);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, open_place_setup, open_place_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(a_state_has_its_number_until_something_is_committed),
		WITH_STORE(a_commit_of_another_process_is_another_state),
	};

	return UNIT_RUN(tests);
}
