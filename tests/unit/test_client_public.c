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
put_client(
    struct test_hub *hub, const char *id, bool enabled, const char *origins)
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
load(struct test_hub *hub, struct client_set *set)
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
		{ .enabled = true,
		    .third_party = true,
		    .name = STR("App"),
		    .scope = STR("openid hub.read"),
		    .audience = STR("https://hub.example") } };
	struct client_set set = { 0 };
	struct test_hub *hub = *state;
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
	struct test_hub *hub = *state;
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
	struct test_hub *hub = *state;
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

/* What one change of a client says. */
struct act {
	const char *id;
	bool enabled;
	int64_t free_from;
	int rc;
};

static int
set_enabled(struct txn *txn, void *arg)
{
	struct act *act = arg;

	act->rc = client_set_enabled(txn, str_of(act->id), act->enabled);
	return 0;
}

static int
take_away(struct txn *txn, void *arg)
{
	struct act *act = arg;

	act->rc = client_remove(txn, str_of(act->id), act->free_from);
	return 0;
}

static int
enable(struct test_hub *hub, const char *id, bool enabled)
{
	struct act act = { .id = id, .enabled = enabled };

	hub_write(hub, hub->directory, set_enabled, &act);
	return act.rc;
}

static int
drop(struct test_hub *hub, const char *id)
{
	struct act act = { .id = id, .free_from = 7 };

	hub_write(hub, hub->directory, take_away, &act);
	return act.rc;
}

static uint64_t
generation(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	uint64_t number = generation_get(txn);

	hub_look_end(txn);
	return number;
}

static void
disabling_and_enabling_keep_the_rest(void **state)
{
	struct client_set set = { 0 };
	struct test_hub *hub = *state;
	uint64_t before;

	put_client(hub, "a", true, "https://a.example");
	before = generation(hub);
	assert_int_equal(enable(hub, "a", false), 0);
	assert_true(generation(hub) > before);
	load(hub, &set);
	assert_false(client_set_has_origin(&set, STR("https://a.example")));
	assert_str(client_set_find(&set, STR("a"))->name, "a");
	before = generation(hub);
	assert_int_equal(enable(hub, "a", true), 0);
	assert_true(generation(hub) > before);
	load(hub, &set);
	assert_true(client_set_has_origin(&set, STR("https://a.example")));
	client_set_free(&set);
}

static void
a_removed_client_is_gone_and_its_id_remembers_until_when(void **state)
{
	struct client_set set = { 0 };
	struct test_hub *hub = *state;
	struct client_rec rec;
	struct txn *txn;
	uint64_t before;

	put_client(hub, "a", true, "https://a.example");
	put_client(hub, "b", true, "https://b.example");
	before = generation(hub);
	assert_int_equal(drop(hub, "a"), 0);
	assert_true(generation(hub) > before);
	load(hub, &set);
	assert_null(client_set_find(&set, STR("a")));
	assert_non_null(client_set_find(&set, STR("b")));
	assert_false(client_set_has_origin(&set, STR("https://a.example")));
	txn = hub_look(hub);
	assert_true(client_get(txn, STR("a"), &rec));
	assert_int_equal(rec.free_from, 7);
	assert_false(rec.enabled);
	assert_str(rec.name, "");
	hub_look_end(txn);
	client_set_free(&set);
}

static void
who_is_not_there_cannot_be_changed(void **state)
{
	struct test_hub *hub = *state;

	put_client(hub, "a", true, "");
	assert_int_equal(drop(hub, "a"), 0);
	assert_int_equal(drop(hub, "a"), HUB_ENOENT);
	assert_int_equal(enable(hub, "a", true), HUB_ENOENT);
	assert_int_equal(drop(hub, "b"), HUB_ENOENT);
	assert_int_equal(enable(hub, "b", true), HUB_ENOENT);
	assert_int_equal(enable(hub, "", true), HUB_ENOENT);
}

static void
the_built_in_client_stays_as_it_is(void **state)
{
	struct change c = { CLIENT_BUILTIN,
		{ .enabled = true, .builtin = true } };
	struct test_hub *hub = *state;

	hub_write(hub, hub->directory, put, &c);
	assert_int_equal(drop(hub, CLIENT_BUILTIN), HUB_EDENIED);
	assert_int_equal(enable(hub, CLIENT_BUILTIN, false), HUB_EDENIED);
	assert_int_equal(enable(hub, CLIENT_BUILTIN, true), HUB_EDENIED);
	assert_int_equal(generation(hub), 1);
}

static void
note(void *ctx, struct str id, const struct client_rec *rec)
{
	buf_printf(ctx, "%.*s%s ", STR_ARG(id), rec->enabled ? "" : "-");
}

static void
a_walk_meets_those_who_are_there_in_their_order(void **state)
{
	struct test_hub *hub = *state;
	struct txn *txn;
	struct buf met;

	put_client(hub, "c", true, "");
	put_client(hub, "a", false, "");
	put_client(hub, "b", true, "");
	put_client(hub, "B", true, "");
	assert_int_equal(drop(hub, "b"), 0);
	buf_init_arena(&met, hub->arena, 100);
	txn = hub_look(hub);
	client_walk(txn, note, &met);
	hub_look_end(txn);
	assert_str(buf_view(&met), "B a- c ");
}

static void
damage_is_no_absence(void **state)
{
	struct test_hub *hub = *state;
	struct client_rec rec;
	struct txn *txn;
	struct buf met;

	hub_write(hub, hub->directory, damage, NULL);
	txn = hub_look(hub);
	assert_false(client_get(txn, STR("b"), &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	buf_init_arena(&met, hub->arena, 100);
	txn = hub_look(hub);
	client_walk(txn, note, &met);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
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
		TEST(disabling_and_enabling_keep_the_rest),
		TEST(a_removed_client_is_gone_and_its_id_remembers_until_when),
		TEST(who_is_not_there_cannot_be_changed),
		TEST(the_built_in_client_stays_as_it_is),
		TEST(a_walk_meets_those_who_are_there_in_their_order),
		TEST(damage_is_no_absence),
#undef TEST
	};

	return UNIT_RUN(tests);
}
