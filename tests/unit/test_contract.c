#include "directory/contract.h"

#include "directory/contract_walk.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

#define CONTRACT(id, organization, dossier, status, more)                      \
	"{\"type\":\"contract\",\"id\":\"" id                                  \
	"\",\"organizationId\":\"" organization                                \
	"\",\"dossierNumber\":\"" dossier                                      \
	"\",\"format\":\"AFD2\",\"status\":\"" status                          \
	"\",\"metadata\":{\"b\":85.90,\"a\":1}" more "}"

static void
both_items_hold_what_the_api_shows(void **state)
{
	struct test_hub *hub = *state;
	struct contract_rec rec;
	struct txn *txn;

	hub_put(hub,
	    CONTRACT("c", "1", "D", "S",
		",\"version\":3,\"content\":{\"x\":1.10},\"deleted\":false"));
	txn = hub_look(hub);
	assert_true(contract_get(txn, STR("c"), &rec));
	hub_look_end(txn);
	assert_str(rec.item,
	    "{\"id\":\"c\",\"dossierNumber\":\"D\",\"format\":\"AFD2\","
	    "\"metadata\":{\"b\":85.90,\"a\":1},\"status\":\"S\","
	    "\"content\":{\"x\":1.10}}");
	assert_str(rec.organization, "1");
	assert_int_equal(rec.version, 3);
}

static void
a_member_that_is_missing_is_pointed_at(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(
	    hub_try(hub, "{\"type\":\"contract\",\"id\":\"c\"}"), HUB_EINVAL);
	assert_int_equal(strncmp(hub->why.text, "/organizationId: ", 17), 0);
	assert_int_equal(hub_try(hub,
			     "{\"type\":\"contract\",\"id\":\"c\","
			     "\"organizationId\":\"1\",\"dossierNumber\":\"D\","
			     "\"format\":\"F\",\"status\":\"S\"}"),
	    HUB_EINVAL);
	assert_string_equal(hub->why.text, "/metadata: missing");
}

/* A contract with N bytes in a member besides its identity. */
static int
try_large(struct test_hub *hub, const char *member, size_t n)
{
	struct buf line;

	buf_init_arena(&line, hub->arena, 2 << 20);
	buf_printf(&line,
	    "{\"type\":\"contract\",\"id\":\"c\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"D\",\"format\":\"F\",\"status\":\"S\","
	    "%s\"%s\":{\"x\":\"",
	    strcmp(member, "metadata") == 0 ? "" : "\"metadata\":{},", member);
	memset(buf_space(&line, n), 'x', n);
	buf_str(&line, STR("\"}}"));
	buf_byte(&line, '\0');
	return hub_try(hub, line.p);
}

static void
a_piece_of_a_list_stays_small_and_a_contract_may_be_large(void **state)
{
	struct test_hub *hub = *state;
	struct contract_rec rec;
	struct txn *txn;
	size_t rest = strlen("{\"id\":\"c\",\"dossierNumber\":\"D\","
			     "\"format\":\"F\",\"metadata\":{\"x\":\"\"},"
			     "\"status\":\"S\"}");

	assert_int_equal(try_large(hub, "metadata", 48 * 1024 - rest), 0);
	txn = hub_look(hub);
	assert_true(contract_get(txn, STR("c"), &rec));
	hub_look_end(txn);
	assert_int_equal(rec.item.n, 48 * 1024);
	assert_int_equal(
	    try_large(hub, "metadata", 48 * 1024 - rest + 1), HUB_EINVAL);
	assert_string_equal(hub->why.text, "/metadata: longer than 48 KiB");
	assert_int_equal(try_large(hub, "content", 1000 * 1024), 0);
}

/* The ids of an account's contracts that a walk gives, a space after each. */
static const char *
walk(struct test_hub *hub, const struct contract_filter *filter,
    uint64_t looked_max)
{
	struct account_rec rec = hub_account(hub, "a");
	struct contract_line line;
	struct contract_walk w;
	struct buf text;
	struct key at;
	bool more = true;

	key_begin(&at);
	buf_init_arena(&text, hub->arena, 1 << 16);
	while (more) {
		struct txn *txn = hub_look(hub);

		contract_walk_begin(&w, txn, &rec, filter, &at);
		while (contract_walk_next(&w, looked_max, &line)) {
			struct str rest = { (const char *)at.b, at.n }, id;

			assert_true(key_take_str(&rest, &id));
			assert_true(key_take_str(&rest, &id));
			assert_true(key_take_str(&rest, &id));
			buf_str(&text, id);
			buf_byte(&text, ' ');
		}
		more = !w.ended;
		contract_walk_end(&w);
		hub_look_end(txn);
	}
	return text.n == 0 ? "" : hub_text(hub, buf_view(&text));
}

static void
a_walk_gives_the_contracts_of_the_dossiers_in_order(void **state)
{
	static const struct contract_filter all,
	    active = { .status = { "S", 1 } },
	    second = { .organization = { "2", 1 } };
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"dossiers\":{\"2\":\"D\",\"1\":\"E\"}}");
	assert_string_equal(walk(hub, &all, UINT64_MAX), "");
	hub_put(hub, CONTRACT("z", "1", "E", "S", ""));
	hub_put(hub, CONTRACT("b", "1", "E", "T", ""));
	hub_put(hub, CONTRACT("c", "2", "D", "S", ""));
	hub_put(hub, CONTRACT("d", "1", "D", "S", ""));
	hub_put(hub, CONTRACT("e", "2", "DD", "S", ""));
	assert_string_equal(walk(hub, &all, UINT64_MAX), "b z c ");
	assert_string_equal(walk(hub, &active, UINT64_MAX), "z c ");
	assert_string_equal(walk(hub, &second, UINT64_MAX), "c ");
	/* Left off after each line and taken up again. */
	assert_string_equal(walk(hub, &all, 1), "b z c ");
	assert_string_equal(walk(hub, &active, 2), "z c ");
}

static void
a_contract_that_moves_leaves_its_old_dossier(void **state)
{
	static const struct contract_filter all;
	struct test_hub *hub = *state;

	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"a\",\"name\":\"a@b\","
	    "\"dossiers\":{\"1\":\"D\"}}");
	hub_put(hub, CONTRACT("c", "1", "D", "S", ",\"version\":2"));
	hub_put(hub, CONTRACT("c", "1", "E", "S", ",\"version\":1"));
	assert_string_equal(walk(hub, &all, UINT64_MAX), "c ");
	hub_put(hub, CONTRACT("c", "1", "E", "S", ",\"version\":2"));
	assert_string_equal(walk(hub, &all, UINT64_MAX), "");
	hub_put(hub, CONTRACT("c", "1", "D", "S", ""));
	assert_string_equal(walk(hub, &all, UINT64_MAX), "c ");
	hub_put(hub, "{\"type\":\"contract\",\"id\":\"c\",\"deleted\":true}");
	assert_string_equal(walk(hub, &all, UINT64_MAX), "");
	/* The version it had stays, in a tombstone. */
	hub_put(hub, CONTRACT("c", "1", "D", "S", ",\"version\":1"));
	assert_string_equal(walk(hub, &all, UINT64_MAX), "");
}

static void
a_cursor_is_a_position_and_nothing_else(void **state)
{
	struct test_hub *hub = *state;
	struct key key, back;

	contract_line_key(&key, STR("1"), STR("D E"), STR("c"));
	assert_true(contract_cursor_parse(
	    contract_cursor_text(hub->arena, &key), &back));
	assert_int_equal(back.n, key.n);
	assert_memory_equal(back.b, key.b, key.n);
	assert_false(contract_cursor_parse(STR(""), &back));
	assert_false(contract_cursor_parse(STR("!"), &back));
	key_begin(&key);
	key_str(&key, STR("1"));
	assert_false(contract_cursor_parse(
	    contract_cursor_text(hub->arena, &key), &back));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(both_items_hold_what_the_api_shows),
		TEST(a_member_that_is_missing_is_pointed_at),
		TEST(a_piece_of_a_list_stays_small_and_a_contract_may_be_large),
		TEST(a_walk_gives_the_contracts_of_the_dossiers_in_order),
		TEST(a_contract_that_moves_leaves_its_old_dossier),
		TEST(a_cursor_is_a_position_and_nothing_else),
#undef TEST
	};

	return UNIT_RUN(tests);
}
