#include "directory/contract_walk.h"
#include "endpoint/items.h"
#include "service_fixture.h"
#include "unit.h"

#define LIST "/contract/contracts/mycontracts"
#define WHOLE (256 * 1024)
#define PIECE (64 * 1024)
#define TEXT_MAX (8 << 20)

/* An answer that goes on after its first part, driven by the test. */
struct stream {
	struct fixture *f;
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct buf text;
	unsigned int pieces;
	bool broken;
};

static int
setup(void **state)
{
	struct fixture *f;
	int rc = service_setup(state);

	f = *state;
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[\"account.read.mine\",\"contract.read.mine\"]}");
	return rc;
}

struct many {
	struct test_hub *hub;
	int from, to;
	size_t text; /* bytes in each */
	const char *status;
};

static int
write_many(struct txn *txn, void *arg)
{
	const struct many *many = arg;
	struct arena *arena = many->hub->arena;
	char *text = arena_zalloc(arena, many->text + 1);
	struct record record;
	struct why why;
	bool done;

	assert_non_null(text);
	memset(text, 'x', many->text);
	for (int i = many->from; i < many->to; i++) {
		const char *line = arena_printf(arena,
		    "{\"type\":\"contract\",\"id\":\"c-%06d\","
		    "\"organizationId\":\"1001\",\"dossierNumber\":\"204517\","
		    "\"format\":\"AFD2\",\"status\":\"%s\",\"metadata\":{"
		    "\"text\":\"%s\"}}",
		    i, many->status, text);

		assert_int_equal(
		    record_parse(arena, str_of(line), &record, &why), 0);
		assert_int_equal(record_apply(txn, &record, &done, &why), 0);
	}
	return 0;
}

/* Contracts of jan's, "c-000000" and so on. */
static void
put_many(struct fixture *f, int from, int to, size_t text, const char *status)
{
	struct many many = { f->hub, from, to, text, status };

	hub_write(f->hub, f->hub->directory, write_many, &many);
}

static void
delete_one(struct fixture *f, int i)
{
	hub_put(f->hub,
	    arena_printf(f->hub->arena,
		"{\"type\":\"contract\",\"id\":\"c-%06d\",\"deleted\":true}",
		i));
}

static void
begin(struct stream *s, struct fixture *f, const char *uri)
{
	struct req_limits limits;

	*s = (struct stream){ .f = f, .arena = arena_new(32768, 16 << 20) };
	assert_non_null(s->arena);
	buf_init(&s->text, TEXT_MAX);
	req_limits_of(&limits, &f->hub->conf);
	req_begin(&s->req, s->arena);
	req_param(&s->req, STR("REQUEST_METHOD"), STR("GET"));
	req_param(&s->req, STR("REQUEST_URI"), str_of(uri));
	req_param(&s->req, STR("HTTP_AUTHORIZATION"), str_of(jan_bearer(f)));
	req_ready(&s->req, &limits);
	resp_begin(&s->resp, s->arena);
	service_serve(&f->service, &s->req, &s->resp);
	assert_int_equal(s->resp.status, 200);
	buf_str(&s->text, s->resp.body);
}

/* One piece; false when there is none any more. */
static bool
step(struct stream *s)
{
	struct buf piece;
	enum resp_step next;

	if (s->resp.produce == NULL || s->broken)
		return false;
	buf_init(&piece, RESP_BODY_MAX);
	next = s->resp.produce(s->resp.produce_ctx, &piece);
	s->broken = next == RESP_BROKEN;
	if (!s->broken)
		buf_str(&s->text, buf_view(&piece));
	s->pieces++;
	buf_free(&piece);
	return next == RESP_MORE;
}

static void
finish(struct stream *s)
{
	while (step(s))
		;
}

static void
end(struct stream *s)
{
	buf_free(&s->text);
	arena_free(s->arena);
}

/* How many items, each of which must stand behind the one before. */
static unsigned int
count_items(struct stream *s)
{
	const struct json *root, *items;
	struct str before = STR_NONE, id;
	unsigned int n = 0;
	struct why why;

	if (json_parse(s->f->hub->arena, buf_view(&s->text), TEXT_MAX, &root,
		&why) != 0)
		fail_msg("%s", why.text);
	items = json_get(json_get(root, "data"), "items");
	assert_non_null(items);
	for (const struct json *i = items->child; i != NULL; i = i->next) {
		assert_true(json_string(json_get(i, "id"), &id));
		assert_true(before.p == NULL || str_cmp(before, id) < 0);
		before = id;
		n++;
	}
	return n;
}

static bool
holds(const struct stream *s, const char *text)
{
	return memmem(s->text.p, s->text.n, text, strlen(text)) != NULL;
}

static void
a_short_list_is_one_answer_with_a_tag(void **state)
{
	struct stream s;

	put_many(*state, 0, 100, 100, "ACTIVE");
	begin(&s, *state, LIST);
	assert_null(s.resp.produce);
	assert_int_equal(count_items(&s), 100);
	assert_non_null(
	    memmem(s.resp.headers.p, s.resp.headers.n, "ETag: \"", 7));
	end(&s);
}

static void
a_long_list_is_made_in_pieces_without_a_tag(void **state)
{
	struct stream s;
	size_t before;

	put_many(*state, 0, 3000, 300, "ACTIVE");
	begin(&s, *state, LIST);
	assert_non_null(s.resp.produce);
	assert_null(memmem(s.resp.headers.p, s.resp.headers.n, "ETag", 4));
	assert_in_range(s.text.n, WHOLE - 1024, WHOLE);
	for (;;) {
		before = s.text.n;
		if (!step(&s))
			break;
		assert_in_range(s.text.n - before, PIECE - 1024, PIECE);
	}
	assert_false(s.broken);
	assert_true(s.text.n - before <= PIECE);
	assert_true(s.pieces > 10);
	assert_int_equal(count_items(&s), 3000);
	end(&s);
}

/* So many contracts that the whole list is LENGTH bytes long. */
static void
put_list_of(struct fixture *f, int items, size_t length)
{
	struct stream s;
	size_t text = length / (size_t)items;

	put_many(f, 0, items - 1, text - 200, "ACTIVE");
	put_many(f, items - 1, items, 0, "ACTIVE");
	begin(&s, f, LIST);
	assert_null(s.resp.produce);
	text = length - s.text.n;
	end(&s);
	put_many(f, items - 1, items, text, "ACTIVE");
}

static void
the_bound_of_a_list_in_one_look_is_exact(void **state)
{
	struct stream s;

	put_list_of(*state, 8, WHOLE);
	begin(&s, *state, LIST);
	assert_null(s.resp.produce);
	assert_int_equal(s.text.n, WHOLE);
	assert_int_equal(count_items(&s), 8);
	end(&s);
	put_list_of(*state, 8, WHOLE + 1);
	begin(&s, *state, LIST);
	assert_non_null(s.resp.produce);
	assert_true(s.text.n < WHOLE);
	finish(&s);
	assert_false(s.broken);
	assert_int_equal(s.text.n, WHOLE + 1);
	assert_int_equal(count_items(&s), 8);
	end(&s);
}

/* Two of them do not go into one piece. */
static void
items_of_half_a_piece_and_more_go_one_by_one(void **state)
{
	struct stream s;
	size_t before;

	put_many(*state, 0, 12, 40000, "ACTIVE");
	begin(&s, *state, LIST);
	assert_true(s.text.n <= WHOLE);
	do {
		before = s.text.n;
	} while (step(&s) && s.text.n - before <= PIECE);
	assert_false(s.broken);
	assert_true(s.text.n - before <= PIECE);
	assert_int_equal(s.pieces, 6);
	assert_int_equal(count_items(&s), 12);
	end(&s);
}

/* A page too keeps within its bounds, with its cursor at the end. */
static void
a_long_page_is_made_in_pieces_with_its_cursor(void **state)
{
	struct stream s;
	size_t before;

	put_many(*state, 0, 1001, 500, "ACTIVE");
	begin(&s, *state, LIST "?limit=1000");
	assert_non_null(s.resp.produce);
	assert_true(s.text.n <= WHOLE);
	do {
		before = s.text.n;
	} while (step(&s) && s.text.n - before <= PIECE);
	assert_false(s.broken);
	assert_true(s.text.n - before <= PIECE);
	assert_int_equal(count_items(&s), 1000);
	assert_true(holds(&s, "\"nextCursor\""));
	end(&s);
}

static void
the_list_goes_on_over_changes_without_repeating(void **state)
{
	struct stream s;

	put_many(*state, 0, 3000, 300, "ACTIVE");
	delete_one(*state, 2500);
	begin(&s, *state, LIST);
	step(&s);
	delete_one(*state, 0);
	delete_one(*state, 2999);
	put_many(*state, 1, 2, 300, "CHANGED");
	put_many(*state, 2500, 2501, 300, "CHANGED");
	finish(&s);
	assert_false(s.broken);
	/* All but the one that was taken away ahead. */
	assert_int_equal(count_items(&s), 2999);
	assert_true(holds(&s, "\"c-000000\""));
	assert_true(holds(&s, "\"c-002500\""));
	assert_false(holds(&s, "\"c-002999\""));
	end(&s);
}

/* What may happen between two pieces. */
static void
nothing(struct fixture *f)
{
	(void)f;
}

static void
forget_tokens(struct fixture *f)
{
	token_cache_clear(f->service.verifier.cache);
}

static void
change_generation(struct fixture *f)
{
	put_client(f, "another", true, NULL);
}

static void
disable_client(struct fixture *f)
{
	put_client(f, "app", false, APP_ORIGIN);
}

static void
disable_account(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"dossiers\":{\"1001\":\"204517\"},"
	    "\"groupIds\":[\"101\"],\"enabled\":false}");
}

static void
enable_account_again(struct fixture *f)
{
	disable_account(f);
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"dossiers\":{\"1001\":\"204517\"},"
	    "\"groupIds\":[\"101\"],\"enabled\":true}");
}

static void
delete_account(struct fixture *f)
{
	hub_put(
	    f->hub, "{\"type\":\"account\",\"id\":\"jan\",\"deleted\":true}");
}

static void
withdraw_permission(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"group\",\"id\":\"101\",\"name\":\"Klanten\","
	    "\"permissions\":[\"account.read.mine\"]}");
}

static void
take_group(struct fixture *f)
{
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"dossiers\":{\"1001\":\"204517\"},"
	    "\"groupIds\":[]}");
}

static void
what_ends_the_access_breaks_the_list_off(void **state)
{
	static const struct {
		void (*happens)(struct fixture *f);
		bool broken;
	} cases[] = {
		{ nothing, false },
		{ forget_tokens, false },
		{ change_generation, false },
		{ withdraw_permission, true },
		{ take_group, true },
		{ disable_client, true },
		{ disable_account, true },
		{ enable_account_again, true },
		{ delete_account, true },
	};
	const size_t n = sizeof(cases) / sizeof(cases[0]);
	void *fresh;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct stream s;

		assert_int_equal(setup(&fresh), 0);
		put_many(fresh, 0, 1200, 300, "ACTIVE");
		begin(&s, fresh, LIST);
		assert_true(step(&s));
		cases[i].happens(fresh);
		if (cases[i].broken)
			assert_false(step(&s));
		else
			finish(&s);
		assert_int_equal(s.broken, cases[i].broken);
		if (!cases[i].broken)
			assert_int_equal(count_items(&s), 1200);
		end(&s);
		assert_int_equal(service_teardown(&fresh), 0);
	}
}

static void
a_dossier_taken_away_ends_the_list_early_and_well(void **state)
{
	struct fixture *f = *state;
	struct stream s;

	put_many(f, 0, 2000, 300, "ACTIVE");
	begin(&s, f, LIST);
	step(&s);
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"Jan@example.nl\","
	    "\"email\":\"Jan@example.nl\",\"dossiers\":{},\"groupIds\":["
	    "\"101\"]}");
	finish(&s);
	assert_false(s.broken);
	assert_true(count_items(&s) < 2000);
	end(&s);
}

/* A filter may leave next to nothing of a long list. */
static void
a_filter_finds_what_lies_far_behind(void **state)
{
	struct stream s;

	put_many(*state, 0, 12000, 0, "COMMON");
	put_many(*state, 5, 6, 0, "RARE");
	put_many(*state, 11999, 12000, 0, "RARE");
	begin(&s, *state, LIST "?status=RARE");
	finish(&s);
	assert_false(s.broken);
	assert_int_equal(count_items(&s), 2);
	assert_false(holds(&s, "nextCursor"));
	end(&s);
	begin(&s, *state, LIST "?status=NONE");
	finish(&s);
	assert_string_equal(
	    hub_text(s.f->hub, buf_view(&s.text)), ITEMS_HEAD ITEMS_TAIL);
	end(&s);
	/* Of a page that has looked at enough the next one goes on. */
	begin(&s, *state, LIST "?status=RARE&limit=2");
	assert_null(s.resp.produce);
	assert_int_equal(count_items(&s), 1);
	assert_true(holds(&s, "nextCursor"));
	end(&s);
}

static void
a_page_has_a_tag_that_knows_of_the_next(void **state)
{
	struct fixture *f = *state;
	const char *bearer = jan_bearer(f);
	const struct ask page = { .uri = LIST "?limit=2",
		.authorization = bearer };
	const char *tag;

	put_many(f, 0, 2, 0, "ACTIVE");
	assert_int_equal(ask(f, page), 200);
	assert_false(answer_holds(f, "nextCursor"));
	tag = hub_text(f->hub, field(f, "ETag"));
	put_many(f, 2, 3, 0, "ACTIVE");
	assert_int_equal(ask(f, page), 200);
	assert_true(answer_holds(f, "nextCursor"));
	assert_false(str_eq(field(f, "ETag"), str_of(tag)));
	delete_one(f, 2);
	assert_int_equal(ask(f, page), 200);
	assert_field(f, "ETag", tag);
}

static void
bad_parameters_are_named(void **state)
{
	static const char *const bad[][2] = {
		{ "?limit=0", "Parameter limit:" },
		{ "?limit=1001", "Parameter limit:" },
		{ "?limit=1&limit=1", "Parameter limit:" },
		{ "?limit=", "Parameter limit:" },
		{ "?cursor=eA", "Parameter cursor:" },
		{ "?cursor=eA&limit=1", "Parameter cursor:" },
		{ "?organization=%2f", "Parameter organization:" },
		{ "?status=", "Parameter status:" },
		{ "?format=a&format=b", "Parameter format:" },
		{ "?limit=%zz", "Parameter limit: cannot be decoded" },
		{ "?%6cimit=1%", "Parameter limit:" },
		{ "?cursor=%00&limit=1", "Parameter cursor:" },
		{ "?limit=1&status=%a&limit=2", "Parameter status:" },
		{ "?format=%f", "Parameter format:" },
		{ "?else=%f", "percent" },
		{ "?%zz=1", "percent" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct ask request = {
			.uri =
			    arena_printf(f->hub->arena, LIST "%s", bad[i][0]),
			.authorization = jan_bearer(f),
		};

		ask(f, request);
		assert_problem(f, 400, NULL);
		if (!answer_holds(f, bad[i][1]))
			fail_msg(
			    "%s: %.*s", bad[i][0], STR_ARG(f->answer.body));
	}
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup, service_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_short_list_is_one_answer_with_a_tag),
		TEST(a_long_list_is_made_in_pieces_without_a_tag),
		TEST(the_bound_of_a_list_in_one_look_is_exact),
		TEST(items_of_half_a_piece_and_more_go_one_by_one),
		TEST(a_long_page_is_made_in_pieces_with_its_cursor),
		TEST(the_list_goes_on_over_changes_without_repeating),
		cmocka_unit_test(what_ends_the_access_breaks_the_list_off),
		TEST(a_dossier_taken_away_ends_the_list_early_and_well),
		TEST(a_filter_finds_what_lies_far_behind),
		TEST(a_page_has_a_tag_that_knows_of_the_next),
		TEST(bad_parameters_are_named),
	};

	return UNIT_RUN(tests);
}
