#include "directory/client_public.h"

#include <stdio.h>
#include <string.h>
#include "directory/state.h"
#include "hub_fixture.h"
#include "store/rec.h"
#include "store/schema.h"
#include "unit.h"

struct change {
	const char *id;
	struct client_rec rec;
};

static int
put(struct txn *txn, void *arg)
{
	const struct change *c = arg;

	client_put(txn, str_of(c->id), &c->rec);
	return 0;
}

/* A client with these origins, split at spaces. */
static void
put_client(struct hub *hub, const char *id, bool enabled, const char *origins)
{
	struct change c = { id, { .enabled = enabled, .name = str_of(id) } };
	struct str rest = str_of(origins), part;
	struct buf list;

	buf_init_arena(&list, hub->arena, 4096);
	while (rest.n > 0 && str_split(&rest, ' ', &part))
		rec_put_str(&list, part);
	c.rec.origins = buf_view(&list);
	hub_write(hub, hub->directory, put, &c);
}

static void
load(struct hub *hub, struct client_set *set)
{
	struct txn *txn = hub_look(hub);

	assert_int_equal(client_set_load(set, txn), 0);
	hub_look_end(txn);
}

static void
an_empty_set_has_nobody(void **state)
{
	struct client_set set = { 0 };

	assert_null(client_set_find(&set, STR("a")));
	assert_false(client_set_has_origin(&set, STR("https://a.example")));
	load(*state, &set);
	assert_null(client_set_find(&set, STR("a")));
	assert_null(client_set_find(&set, STR("")));
	client_set_free(&set);
	client_set_free(&set);
}

static void
every_client_is_found_by_its_whole_id(void **state)
{
	static const char *const ids[] = { "b", "a", "ab", "a-", "a.b", "A",
		"_", "hubctl", "z9", "z:" };
	struct client_set set = { 0 };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		put_client(*state, ids[i], true, "");
	load(*state, &set);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const struct client_rec *rec =
		    client_set_find(&set, str_of(ids[i]));

		assert_non_null(rec);
		assert_str(rec->name, ids[i]);
	}
	assert_null(client_set_find(&set, STR("")));
	assert_null(client_set_find(&set, STR("a-b")));
	assert_null(client_set_find(&set, STR("B")));
	assert_null(client_set_find(&set, STR("zz")));
	client_set_free(&set);
}

static void
all_parts_of_a_client_are_there(void **state)
{
	struct change c = { "app",
		{ true, true, false, STR("App"), STR("openid hub.read"),
		    STR("https://hub.example"), STR_NONE } };
	struct client_set set = { 0 };
	struct hub *hub = *state;
	const struct client_rec *rec;

	hub_write(hub, hub->directory, put, &c);
	load(hub, &set);
	/* The set stands on its own memory. */
	arena_reset(hub->arena);
	memset(arena_alloc(hub->arena, 4096), 'x', 4096);
	rec = client_set_find(&set, STR("app"));
	assert_non_null(rec);
	assert_true(rec->enabled && rec->third_party && !rec->builtin);
	assert_str(rec->name, "App");
	assert_str(rec->scope, "openid hub.read");
	assert_str(rec->audience, "https://hub.example");
	client_set_free(&set);
}

static void
origins_of_enabled_clients_count(void **state)
{
	struct client_set set = { 0 };

	put_client(
	    *state, "a", true, "https://a.example http://localhost:3000");
	put_client(*state, "b", false, "https://b.example https://c.example");
	put_client(*state, "c", true, "https://c.example");
	load(*state, &set);
	assert_true(client_set_has_origin(&set, STR("https://a.example")));
	assert_true(client_set_has_origin(&set, STR("http://localhost:3000")));
	assert_true(client_set_has_origin(&set, STR("https://c.example")));
	assert_false(client_set_has_origin(&set, STR("https://b.example")));
	assert_false(client_set_find(&set, STR("b"))->enabled);
	client_set_free(&set);
}

static void
origins_are_compared_byte_for_byte(void **state)
{
	static const char *const others[] = { "https://A.example",
		"https://a.example/", "https://a.example:443",
		"http://a.example", "https://a.example.evil.example",
		"https://a.exampl", "null", "*", "" };
	struct client_set set = { 0 };

	put_client(*state, "a", true, "https://a.example");
	load(*state, &set);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(client_set_has_origin(&set, str_of(others[i])));
	client_set_free(&set);
}

static void
a_change_raises_the_generation_and_shows_when_loaded_again(void **state)
{
	struct client_set set = { 0 };
	struct hub *hub = *state;
	struct txn *txn;

	put_client(hub, "a", true, "https://a.example");
	load(hub, &set);
	put_client(hub, "a", false, "https://a.example");
	put_client(hub, "b", true, "");
	txn = hub_look(hub);
	assert_int_equal(generation_get(txn), 3);
	hub_look_end(txn);
	assert_true(client_set_find(&set, STR("a"))->enabled);
	load(hub, &set);
	assert_false(client_set_find(&set, STR("a"))->enabled);
	assert_non_null(client_set_find(&set, STR("b")));
	client_set_free(&set);
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	key_of(&key, STR("b"));
	txn_put(txn, DIR_CLIENT, &key, STR("\1\1damaged"));
	return 0;
}

static void
a_load_that_fails_leaves_the_set_as_it_was(void **state)
{
	struct client_set set = { 0 };
	struct hub *hub = *state;
	struct txn *txn;

	put_client(hub, "a", true, "https://a.example");
	load(hub, &set);
	put_client(hub, "a", false, "");
	hub_write(hub, hub->directory, damage, NULL);
	txn = hub_look(hub);
	assert_int_equal(client_set_load(&set, txn), HUB_ECORRUPT);
	store_read_end(txn);
	assert_true(client_set_find(&set, STR("a"))->enabled);
	assert_true(client_set_has_origin(&set, STR("https://a.example")));
	client_set_free(&set);
}

static void
a_large_set_is_whole(void **state)
{
	struct client_set set = { 0 };
	char id[32];

	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "client-%d", i);
		put_client(*state, id, true, "");
	}
	load(*state, &set);
	for (int i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "client-%d", i);
		assert_str(client_set_find(&set, str_of(id))->name, id);
	}
	client_set_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(an_empty_set_has_nobody),
		TEST(every_client_is_found_by_its_whole_id),
		TEST(all_parts_of_a_client_are_there),
		TEST(origins_of_enabled_clients_count),
		TEST(origins_are_compared_byte_for_byte),
		TEST(
		    a_change_raises_the_generation_and_shows_when_loaded_again),
		TEST(a_load_that_fails_leaves_the_set_as_it_was),
		TEST(a_large_set_is_whole),
#undef TEST
	};

	return UNIT_RUN(tests);
}
