/* Many processes at one code, one refresh token, one grant that ends. */
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/rand.h"
#include "identity/act.h"
#include "identity/code.h"
#include "store/schema.h"
#include "store_place.h"
#include "unit.h"
#include "vault_fixture.h"

#define PROCESSES 64

/* Of those who refresh without an end, until the grant has one. */
#define LOOPERS 8

/* What each process has found, in memory that all share. */
struct result {
	int rc;
	struct refresh next;
};

struct table {
	atomic_int ready, ended;
	atomic_bool go;
	struct result of[PROCESSES];
};

static struct table *table;

/* The stores belong to one process at a time: the test gives its own up. */
static void
close_stores(struct test_hub *hub)
{
	store_close(hub->directory);
	store_close(hub->vault);
	hub->directory = hub->vault = NULL;
}

static int
open_stores(struct test_hub *hub)
{
	struct schema directory, vault;

	schema_directory(&directory, &hub->conf);
	schema_vault(&vault, &hub->conf);
	return store_open(&hub->directory, &directory.spec, STORE_WRITE,
		   &hub->why) == 0
	    ? store_open(&hub->vault, &vault.spec, STORE_WRITE, &hub->why)
	    : -1;
}

static int
setup(void **state)
{
	hub_setup(state);
	table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return table == MAP_FAILED ? -1 : 0;
}

static int
teardown(void **state)
{
	munmap(table, sizeof(*table));
	return hub_teardown(state);
}

static void
rest(void)
{
	poll(NULL, 0, 1);
}

/* What process number I does, with stores of its own. */
typedef int part_of(struct test_hub *hub, const void *what, int i);

static void
run_part(struct test_hub *hub, part_of *part, const void *what, int i)
{
	int rc = open_stores(hub);

	atomic_fetch_add(&table->ready, 1);
	if (rc != 0)
		_exit(1);
	while (!atomic_load(&table->go))
		rest();
	rc = part(hub, what, i);
	close_stores(hub);
	_exit(rc);
}

/* All at the same moment, as far as a machine can. */
static void
run_all(struct test_hub *hub, part_of *part, const void *what, int n)
{
	pid_t pids[PROCESSES];

	close_stores(hub);
	for (int i = 0; i < n; i++) {
		pids[i] = child_fork();
		if (pids[i] == 0)
			run_part(hub, part, what, i);
	}
	while (atomic_load(&table->ready) < n)
		rest();
	atomic_store(&table->go, true);
	for (int i = 0; i < n; i++)
		assert_int_equal(child_end(pids[i]), 0);
	assert_int_equal(open_stores(hub), 0);
}

static unsigned int
count(int rc)
{
	unsigned int n = 0;

	for (int i = 0; i < PROCESSES; i++)
		n += table->of[i].rc == rc;
	return n;
}

struct taking {
	struct opaque_digest digest;
	struct code_use use;
	struct code_rec rec;
};

static int
take(struct txn *vault, void *arg)
{
	struct taking *t = arg;

	return code_take(vault, &t->digest, &t->use, T0, &t->rec);
}

static int
take_code(struct test_hub *hub, const void *code, int i)
{
	struct taking t = { .digest = digest_of(code),
		.use = { STR("app"), STR("https://a/"), STR_NONE } };

	table->of[i].rc = store_write(hub->vault, hub->arena, take, &t);
	return 0;
}

static void
one_of_many_takes_the_code(void **state)
{
	struct opaque code = vault_code(*state, "g", "", T0);

	run_all(*state, take_code, &code, PROCESSES);
	assert_int_equal(count(0), 1);
	assert_int_equal(count(HUB_EEXIST), PROCESSES - 1);
	vault_verify(*state);
}

static int
refresh_once(struct test_hub *hub, const void *token, int i)
{
	const struct refresh *shown = token;
	struct result *result = &table->of[i];

	/* Each comes with a seed of its own. */
	result->rc = vault_refresh(hub, shown->text, "app",
	    (unsigned char)(i + 1), T0 + 5, &result->next);
	return 0;
}

static void
many_refreshes_give_one_successor(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);

	run_all(hub, refresh_once, &token, PROCESSES);
	assert_int_equal(count(0), PROCESSES);
	for (int i = 1; i < PROCESSES; i++)
		assert_string_equal(
		    table->of[i].next.text, table->of[0].next.text);
	assert_int_equal(
	    vault_refresh(hub, table->of[0].next.text, "app", 0, T0 + 6, NULL),
	    0);
	vault_verify(hub);
}

static void
without_grace_one_of_many_refreshes_succeeds(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);

	hub->conf.refresh_grace = 0;
	run_all(hub, refresh_once, &token, PROCESSES);
	assert_int_equal(count(0), 1);
	assert_int_equal(count(HUB_EEXIST), PROCESSES - 1);
	vault_verify(hub);
}

static int
end_grant(struct test_hub *hub)
{
	const struct actor actor = { .client = STR("app"),
		.source = STR("test") };
	const struct hub stores = hub_of(hub);
	int rc;

	/* The others are well under way. */
	while (atomic_load(&table->ready) < LOOPERS + 20)
		rest();
	rc =
	    act_end_grant(&stores, &actor, "grant.revoked", STR("a"), STR("g"));
	atomic_store(&table->ended, 1);
	return rc;
}

/* Process 0 ends the grant, the others refresh until they are refused. */
static int
refresh_until_refused(struct test_hub *hub, const void *token, int i)
{
	const struct refresh *shown = token;
	int rc = 0;

	if (i == 0)
		return end_grant(hub) != 0;
	while (rc == 0) {
		bool ended = atomic_load(&table->ended) != 0;

		rc = vault_refresh(
		    hub, shown->text, "app", (unsigned char)i, T0 + 5, NULL);
		if (rc == 0 && ended)
			return 2;
		atomic_fetch_add(&table->ready, 1);
		arena_reset(hub->arena);
	}
	return rc != HUB_ENOENT;
}

static void
nothing_succeeds_once_the_end_is_acknowledged(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);

	run_all(hub, refresh_until_refused, &token, LOOPERS);
	assert_false(vault_has_grant(hub, "g"));
	assert_true(vault_is_revoked(hub, REVOKED_GRANT, "g"));
	assert_int_equal(vault_size(hub), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(one_of_many_takes_the_code),
		TEST(many_refreshes_give_one_successor),
		TEST(without_grace_one_of_many_refreshes_succeeds),
		TEST(nothing_succeeds_once_the_end_is_acknowledged),
#undef TEST
	};

	return UNIT_RUN(tests);
}
