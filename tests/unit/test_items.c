#include "endpoint/items.h"

#include <stdlib.h>
#include "hub_fixture.h"
#include "unit.h"

struct fixture {
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct call call;
};

/* A request that may hold an If-None-Match. */
static void
begin(struct fixture *f, const char *if_none_match)
{
	arena_reset(f->arena);
	req_begin(&f->req, f->arena);
	f->req.id = STR("0123456789abcdef");
	f->req.if_none_match = str_of(if_none_match);
	resp_begin(&f->resp, f->arena);
	f->call = (struct call){ .req = &f->req, .resp = &f->resp };
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL || (f->arena = arena_new(4096, 32 << 20)) == NULL)
		return -1;
	begin(f, "");
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

/* The entity tag of the answer, with its quotes; a copy beyond the request. */
static const char *
tag_of(const struct fixture *f, char *to, size_t n)
{
	struct str rest = buf_view(&f->resp.headers), line;

	to[0] = '\0';
	while (str_split(&rest, '\n', &line)) {
		struct str name = STR("ETag: ");

		if (!str_starts(line, name) || line.n - name.n > n)
			continue;
		memcpy(to, line.p + name.n, line.n - name.n - 1);
		to[line.n - name.n - 1] = '\0';
	}
	return to;
}

struct pair {
	const char *item, *tag;
};

static const char *
answer(struct fixture *f, const char *if_none_match, const struct pair *pairs,
    char tag[64])
{
	struct items items;

	begin(f, if_none_match);
	items_begin(&items, &f->call);
	for (; pairs->item != NULL; pairs++)
		items_add(&items, str_of(pairs->item), str_of(pairs->tag));
	items_end(&items);
	return tag_of(f, tag, 64);
}

static void
the_envelope_stands_around_none_one_and_several(void **state)
{
	const struct pair none[] = { { NULL, NULL } };
	const struct pair one[] = { { "{}", "a" }, { NULL, NULL } };
	const struct pair two[] = { { "1", "a" }, { "2", "b" },
		{ NULL, NULL } };
	char tag[64];

	answer(*state, "", none, tag);
	assert_str(
	    ((struct fixture *)*state)->resp.body, "{\"data\":{\"items\":[]}}");
	answer(*state, "", one, tag);
	assert_str(((struct fixture *)*state)->resp.body,
	    "{\"data\":{\"items\":[{}]}}");
	answer(*state, "", two, tag);
	assert_str(((struct fixture *)*state)->resp.body,
	    "{\"data\":{\"items\":[1,2]}}");
}

static void
the_tag_changes_with_the_items_and_with_nothing_else(void **state)
{
	const struct pair lists[][4] = {
		{ { NULL, NULL } },
		{ { "1", "a" }, { NULL, NULL } },
		{ { "1", "b" }, { NULL, NULL } },
		{ { "1", "a" }, { "1", "a" }, { NULL, NULL } },
		{ { "1", "a" }, { "1", "b" }, { NULL, NULL } },
		{ { "1", "b" }, { "1", "a" }, { NULL, NULL } },
		{ { "1", "ab" }, { NULL, NULL } },
		{ { "1", "a" }, { "1", "b" }, { "1", "c" }, { NULL, NULL } },
		{ { "1", "ab" }, { "1", "c" }, { NULL, NULL } },
		{ { "1", "a" }, { "1", "bc" }, { NULL, NULL } },
	};
	enum { N = sizeof(lists) / sizeof(lists[0]) };
	char tags[N][64], again[64];

	for (int i = 0; i < N; i++) {
		answer(*state, "", lists[i], tags[i]);
		assert_string_equal(
		    answer(*state, "", lists[i], again), tags[i]);
		assert_int_equal(tags[i][0], '"');
		for (int j = 0; j < i; j++)
			assert_string_not_equal(tags[i], tags[j]);
	}
}

static void
what_the_client_has_is_not_sent_again(void **state)
{
	const struct pair list[] = { { "1", "a" }, { NULL, NULL } };
	struct fixture *f = *state;
	char tag[64], again[64];
	const char *same;

	answer(f, "", list, tag);
	assert_int_equal(f->resp.status, 200);
	for (int i = 0; i < 2; i++) {
		char asked[80] = "W/";

		memcpy(asked + 2, tag, strlen(tag) + 1);
		same = answer(f, i == 0 ? tag : asked, list, again);
		assert_int_equal(f->resp.status, 304);
		assert_int_equal(f->resp.body.n, 0);
		assert_string_equal(same, tag);
	}
	answer(f, "\"other\"", list, again);
	assert_int_equal(f->resp.status, 200);
}

static void
one_item_has_its_own_tag(void **state)
{
	struct fixture *f = *state;
	char tag[64];

	items_one(&f->call, STR("{\"id\":\"x\"}"), STR("\"own\""));
	assert_int_equal(f->resp.status, 200);
	assert_str(f->resp.body, "{\"data\":{\"items\":[{\"id\":\"x\"}]}}");
	assert_string_equal(tag_of(f, tag, sizeof(tag)), "\"own\"");
	begin(f, "W/\"own\"");
	items_one(&f->call, STR("{}"), STR("\"own\""));
	assert_int_equal(f->resp.status, 304);
	assert_int_equal(f->resp.body.n, 0);
}

static struct str
text_of(struct arena *arena, size_t n)
{
	char *p = arena_alloc(arena, n);

	assert_non_null(p);
	memset(p, '1', n);
	return (struct str){ p, n };
}

static void
what_is_too_long_for_an_answer_is_an_error_and_no_part_of_it(void **state)
{
	const size_t frame = sizeof(ITEMS_HEAD ITEMS_TAIL) - 1;
	struct fixture *f = *state;
	struct items items;
	struct str text;

	begin(f, "");
	text = text_of(f->arena, RESP_BODY_MAX - frame);
	items_one(&f->call, text, STR("\"a\""));
	assert_int_equal(f->resp.status, 200);
	assert_int_equal(f->resp.body.n, RESP_BODY_MAX);

	begin(f, "");
	text = text_of(f->arena, RESP_BODY_MAX - frame + 1);
	items_one(&f->call, text, STR("\"a\""));
	assert_int_equal(f->resp.status, 500);
	assert_true(f->resp.body.n < 1024);

	begin(f, "");
	text = text_of(f->arena, RESP_BODY_MAX / 2);
	items_begin(&items, &f->call);
	for (int i = 0; i < 2; i++)
		items_add(&items, text, STR("a"));
	items_end(&items);
	assert_int_equal(f->resp.status, 500);
	assert_true(f->resp.body.n < 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_envelope_stands_around_none_one_and_several, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    the_tag_changes_with_the_items_and_with_nothing_else, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    what_the_client_has_is_not_sent_again, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    one_item_has_its_own_tag, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_is_too_long_for_an_answer_is_an_error_and_no_part_of_it,
		    setup, teardown),
	};

	return UNIT_RUN(tests);
}
