#include "hubd/housekeeper.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "hub_fixture.h"
#include "identity/signing_key.h"
#include "identity/throttle.h"
#include "store/fill.h"
#include "store/schema.h"
#include "store_place.h"
#include "unit.h"
#include "vault_fixture.h"

#define MINUTE 60000
#define SMALL (4 << 20) /* a map that a test can fill */

/* A hub whose stores nobody has open; what is logged goes to a file. */
static int saved;
static char log_path[300];

static int
setup(void **state)
{
	struct test_hub *hub;
	int fd;

	if (hub_setup(state) != 0)
		return 1;
	hub = *state;
	store_close(hub->vault);
	store_close(hub->directory);
	hub->vault = hub->directory = NULL;
	hub->conf.map_size = SMALL;
	snprintf(log_path, sizeof(log_path), "%s/log", hub->root);
	saved = dup(STDERR_FILENO);
	fd = open(log_path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (saved < 0 || fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		return 1;
	close(fd);
	unsetenv("JOURNAL_STREAM");
	log_open("house", LOG_LEVEL_INFO);
	return 0;
}

static int
teardown(void **state)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
	return hub_teardown(state);
}

/* How many lines of the log hold TEXT. */
static unsigned int
logged(const char *text)
{
	FILE *file = fopen(log_path, "r");
	unsigned int n = 0;
	char line[2048];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	fclose(file);
	return n;
}

static void
open_house(struct house *house, struct test_hub *hub)
{
	if (house_open(house, &hub->conf, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}

/* A process that has the directory open when it is killed. */
static void
kill_a_reader(const struct test_hub *hub)
{
	struct store *store;
	struct schema schema;
	int pipes[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = child_fork();
	if (pid == 0) {
		schema_directory(&schema, &hub->conf);
		if (store_open(&store, &schema.spec, STORE_READ, NULL) != 0 ||
		    write(pipes[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(1);
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	close(pipes[0]);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
places_of_killed_readers_are_freed_each_minute(void **state)
{
	struct test_hub *hub = *state;
	struct house house;

	open_house(&house, hub);
	assert_true(house_turn(&house, 1000) == 1000 + MINUTE);
	assert_int_equal(logged("freed"), 0);
	kill_a_reader(hub);
	kill_a_reader(hub);
	assert_true(house_turn(&house, 1000 + MINUTE - 1) == 1000 + MINUTE);
	assert_int_equal(logged("freed"), 0);
	assert_true(house_turn(&house, 1000 + MINUTE) == 1000 + 2 * MINUTE);
	assert_int_equal(logged("freed"), 1);
	assert_true(house_turn(&house, 1000 + 2 * MINUTE) == 1000 + 3 * MINUTE);
	assert_int_equal(logged("freed"), 1);
	house_close(&house);
}

static unsigned int
percent_used(struct store *store)
{
	struct store_fill fill;

	assert_int_equal(store_fill(store, &fill), 0);
	return store_fill_map_percent(&fill);
}

static int
put_much(struct txn *txn, void *arg)
{
	static char value[30000];
	unsigned int *number = arg;
	struct key key;
	char name[16];

	snprintf(name, sizeof(name), "%u", (*number)++);
	key_of(&key, str_of(name));
	txn_put(txn, DIR_STATE, &key, (struct str){ value, sizeof(value) });
	return 0;
}

static void
a_store_that_fills_is_told_early_and_at_each_step(void **state)
{
	struct test_hub *hub = *state;
	unsigned int number = 0, said = 0;
	struct house house;
	int64_t now = 0;

	open_house(&house, hub);
	house_turn(&house, now += MINUTE);
	assert_int_equal(logged("the directory uses"), 0);
	for (unsigned int level = 80; level <= 90; level += 5) {
		while (percent_used(house.directory) < level) {
			assert_int_equal(logged("the directory uses"), said);
			assert_int_equal(store_write(house.directory,
					     hub->arena, put_much, &number),
			    0);
		}
		house_turn(&house, now += MINUTE);
		assert_int_equal(logged("the directory uses"), ++said);
		house_turn(&house, now += MINUTE);
		assert_int_equal(logged("the directory uses"), said);
	}
	assert_int_equal(logged("the vault uses"), 0);
	assert_int_equal(logged("raise map_size"), said);
	house_close(&house);
}

/* Takes away what put_much() has put. */
static int
drop_all(struct txn *txn, void *arg)
{
	const unsigned int *number = arg;
	struct key key;
	char name[16];

	for (unsigned int i = 0; i < *number; i++) {
		snprintf(name, sizeof(name), "%u", i);
		key_of(&key, str_of(name));
		txn_del(txn, DIR_STATE, &key);
	}
	return 0;
}

/* As hubctl stat and doctor count: it is used again before a store grows. */
static void
room_that_was_given_up_counts_as_free(void **state)
{
	struct test_hub *hub = *state;
	unsigned int number = 0;
	struct store_stat stat;
	struct house house;

	open_house(&house, hub);
	while (percent_used(house.directory) < 90)
		assert_int_equal(
		    store_write(house.directory, hub->arena, put_much, &number),
		    0);
	assert_int_equal(
	    store_write(house.directory, hub->arena, drop_all, &number), 0);
	/* It is free when one more transaction has followed. */
	assert_int_equal(
	    store_write(house.directory, hub->arena, put_much, &number), 0);
	assert_int_equal(store_stat(house.directory, &stat), 0);
	assert_true(stat.bytes_used * 100 >= stat.bytes_max * 80);
	house_turn(&house, MINUTE);
	assert_int_equal(logged("the directory uses"), 0);
	house_close(&house);
}

static void
news_begins_at_eighty_and_comes_back_after_a_fall(void **state)
{
	static const struct {
		unsigned int percent;
		bool news;
	} steps[] = {
		{ 0, false },
		{ 79, false },
		{ 80, true },
		{ 84, false },
		{ 80, false },
		{ 79, false }, /* to and fro about a border is no news */
		{ 80, false },
		{ 85, true },
		{ 100, true },
		{ 100, false },
		{ 96, false },
		{ 100, false },
		{ 90, false }, /* after a fall of that size it is */
		{ 94, false },
		{ 95, true },
		{ 50, false },
		{ 80, true },
		{ 93, true },
	};
	unsigned int told = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (house_is_news(&told, steps[i].percent) != steps[i].news)
			fail_msg("step %zu: %u", i, steps[i].percent);
	}
}

static void
a_store_that_cannot_be_seen_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	char directory[300], away[310];
	struct house house;

	open_house(&house, hub);
	snprintf(directory, sizeof(directory), "%s/directory", hub->root);
	snprintf(away, sizeof(away), "%s.away", directory);
	assert_int_equal(rename(directory, away), 0);
	house_turn(&house, MINUTE);
	assert_int_equal(logged("cannot see how full the directory is"), 1);
	assert_int_equal(logged("cannot see"), 1);
	house_close(&house);
}

/* The house's stores for the fixture's calls, which close none of them. */
static void
lend(struct test_hub *hub, const struct house *house)
{
	hub->directory = house->directory;
	hub->vault = house->vault;
}

static void
take_back(struct test_hub *hub)
{
	hub->directory = hub->vault = NULL;
}

#define LONG_AGO 1000000 /* seconds since 1970 */

#define MANY 1500

static int
put_many_sessions(struct txn *vault, void *arg)
{
	struct opaque_digest digest = { .text = "" };
	char sid[16];

	for (int i = 0; i < MANY; i++) {
		struct session_rec rec = {
			.account = STR("b"),
			.auth_time = LONG_AGO,
			.source = STR("192.0.2.1"),
		};

		snprintf(sid, sizeof(sid), "many-%d", i);
		snprintf(digest.text, sizeof(digest.text), "digest-%d", i);
		rec.sid = str_of(sid);
		session_put(vault, arg, &digest, &rec);
	}
	return 0;
}

static void
what_has_expired_goes_a_part_at_each_turn(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie, alive;
	struct house house;
	int64_t now = 0;

	open_house(&house, hub);
	lend(hub, &house);
	cookie = vault_session(hub, "a", "s-old", LONG_AGO);
	alive = vault_session(hub, "a", "s-new", clock_now());
	vault_grant(hub, "a", "c", "g-old", "s-old", LONG_AGO);
	vault_grant(hub, "a", "c", "g-new", "s-new", clock_now());
	vault_code(hub, "g-old", "", LONG_AGO);
	assert_true(house_turn(&house, now) == MINUTE);
	assert_false(vault_has_session(hub, &cookie, LONG_AGO));
	assert_true(vault_has_session(hub, &alive, clock_now()));
	assert_false(vault_has_grant(hub, "g-old"));
	assert_true(vault_has_grant(hub, "g-new"));
	assert_int_equal(vault_count(hub, VAULT_CODE), 0);
	/* More than one turn may take: the next one comes soon. */
	hub_write(hub, hub->vault, put_many_sessions, &hub->conf);
	assert_int_equal(vault_count(hub, VAULT_SESSION), MANY + 1);
	now += MINUTE;
	assert_true(house_turn(&house, now) < now + MINUTE);
	assert_in_range(vault_count(hub, VAULT_SESSION), 2, MANY);
	for (int i = 0; i < 10; i++)
		house_turn(&house, now += 1000);
	assert_int_equal(vault_count(hub, VAULT_SESSION), 1);
	assert_int_equal(logged("cannot"), 0);
	take_back(hub);
	house_close(&house);
}

static int
count_tries(struct txn *vault, void *arg)
{
	char name[16];
	bool first;

	(void)arg;
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		throttle_enter(vault, str_of(name), STR("192.0.2.1"),
		    LONG_AGO * INT64_C(1000), &first);
	}
	return 0;
}

static void
old_tries_are_forgotten(void **state)
{
	struct test_hub *hub = *state;
	struct house house;
	int64_t now = 0;

	open_house(&house, hub);
	lend(hub, &house);
	hub_write(hub, hub->vault, count_tries, NULL);
	assert_int_equal(vault_count(hub, VAULT_THROTTLE), 11);
	/* It looks at a part of the table at a time, from any place. */
	for (int i = 0; i < 100 && vault_count(hub, VAULT_THROTTLE) > 0; i++)
		house_turn(&house, now += MINUTE);
	assert_int_equal(vault_count(hub, VAULT_THROTTLE), 0);
	take_back(hub);
	house_close(&house);
}

static int
put_ended_key(struct txn *directory, void *arg)
{
	const struct signing_key *key = arg;

	signing_key_put_public(directory, key);
	return 0;
}

static int
put_key(struct txn *vault, void *arg)
{
	const struct signing_key *key = arg;

	signing_key_put_private(vault, key);
	return 0;
}

static void
keys_that_have_ended_go(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key signs, ended;
	struct house house;

	open_house(&house, hub);
	lend(hub, &house);
	assert_int_equal(signing_key_make(hub->arena, &signs), 0);
	assert_int_equal(signing_key_make(hub->arena, &ended), 0);
	ended.public.created = LONG_AGO;
	ended.public.ends = LONG_AGO + 1;
	hub_write(hub, hub->directory, put_ended_key, &ended);
	hub_write(hub, hub->directory, put_ended_key, &signs);
	hub_write(hub, hub->vault, put_key, &signs);
	assert_true(house_turn(&house, 0) == MINUTE);
	assert_int_equal(vault_count(hub, VAULT_KEY), 1);
	assert_int_equal(vault_events(hub, "key.removed"), 1);
	take_back(hub);
	house_close(&house);
}

static void
without_a_vault_there_is_no_house(void **state)
{
	struct test_hub *hub = *state;
	char vault[300], away[310];
	struct house house;

	snprintf(vault, sizeof(vault), "%s/vault", hub->root);
	snprintf(away, sizeof(away), "%s.away", vault);
	assert_int_equal(rename(vault, away), 0);
	assert_int_equal(house_open(&house, &hub->conf, &hub->why), HUB_ENOENT);
	assert_null(house.directory);
	assert_null(house.vault);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(places_of_killed_readers_are_freed_each_minute),
		TEST(a_store_that_fills_is_told_early_and_at_each_step),
		TEST(room_that_was_given_up_counts_as_free),
		cmocka_unit_test(
		    news_begins_at_eighty_and_comes_back_after_a_fall),
		TEST(a_store_that_cannot_be_seen_is_an_error),
		TEST(what_has_expired_goes_a_part_at_each_turn),
		TEST(old_tries_are_forgotten),
		TEST(keys_that_have_ended_go),
		TEST(without_a_vault_there_is_no_house),
	};

	return UNIT_RUN(tests);
}
