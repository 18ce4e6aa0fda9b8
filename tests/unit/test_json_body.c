#include "endpoint/json_body.h"

#include <stdlib.h>
#include <string.h>
#include "unit.h"

static const char *const names[] = { "email", "note", NULL };

/* A request whose body is read, and what was made of it. */
struct turn {
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct call call;
	const struct json *root;
};

static int
setup(void **state)
{
	struct turn *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->arena = arena_new(4096, 4 << 20);
	assert_non_null(t->arena);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct turn *t = *state;

	arena_free(t->arena);
	free(t);
	return 0;
}

static bool
read_as(struct turn *t, const char *type, struct str body, bool may_be_empty)
{
	req_begin(&t->req, t->arena);
	t->req.id = STR("req-1");
	t->req.content_type = str_of(type);
	t->req.body = body;
	resp_begin(&t->resp, t->arena);
	t->call = (struct call){ .req = &t->req, .resp = &t->resp };
	return json_body_read(&t->call, names, may_be_empty, &t->root);
}

static void
assert_taken(struct turn *t, const char *body)
{
	if (!read_as(t, "application/json", str_of(body), false))
		fail_msg("%s: %.*s", body, STR_ARG(t->resp.body));
	assert_int_equal(t->resp.status, 0);
}

static bool
holds(struct str text, const char *part)
{
	return text.n > 0 && memmem(text.p, text.n, part, strlen(part)) != NULL;
}

/* The problem that the answer holds. */
static const struct json *
problem_of(struct turn *t)
{
	const struct json *root;
	struct why why = { "" };

	if (json_parse(t->arena, t->resp.body, 1 << 20, &root, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(t->resp.body), why.text);
	return root;
}

static void
assert_refused(struct turn *t, const char *body, int status, const char *says)
{
	if (read_as(t, "application/json", str_of(body), false))
		fail_msg("taken: %s", body);
	if (t->resp.status != status)
		fail_msg("%s: %d, %.*s", body, t->resp.status,
		    STR_ARG(t->resp.body));
	if (!holds(t->resp.body, says))
		fail_msg("%s: '%s' is not in %.*s", body, says,
		    STR_ARG(t->resp.body));
}

static void
an_object_of_known_members_is_taken(void **state)
{
	struct turn *t = *state;
	struct str text;

	assert_taken(t, "{\"email\":\"a@b.nl\",\"note\":null}");
	assert_true(json_string(json_get(t->root, "email"), &text));
	assert_true(str_eq(text, STR("a@b.nl")));
	assert_taken(t, " \r\n{ } ");
	assert_int_equal(t->root->count, 0);
	/* A name may be spelled with escapes. */
	assert_taken(t, "{\"\\u0065mail\":1}");
	assert_non_null(json_get(t->root, "email"));
}

static void
content_type_must_say_json(void **state)
{
	static const char *const good[] = { "application/json",
		"Application/JSON", "application/json; charset=utf-8",
		"application/json ;x=y" };
	static const char *const bad[] = { "", "text/plain", "application/jso",
		"application/jsonp", "application/json+x",
		"application/x-www-form-urlencoded", "json",
		"text/plain; application/json", ";application/json" };
	struct turn *t = *state;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!read_as(t, good[i], STR("{}"), false))
			fail_msg("'%s' is refused", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_as(t, bad[i], STR("{}"), true))
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(t->resp.status, 415);
	}
}

static void
an_empty_body_is_an_empty_object_where_it_may_be(void **state)
{
	struct turn *t = *state;

	assert_true(read_as(t, "", STR(""), true));
	assert_int_equal(t->root->type, JSON_OBJECT);
	assert_int_equal(t->root->count, 0);
	assert_null(json_get(t->root, "email"));
	assert_true(read_as(t, "text/plain", STR_NONE, true));
	assert_false(read_as(t, "application/json", STR(""), false));
	assert_int_equal(t->resp.status, 400);
	/* A blank is not nothing. */
	assert_false(read_as(t, "application/json", STR(" "), true));
	assert_int_equal(t->resp.status, 400);
}

static void
an_unknown_member_is_named(void **state)
{
	struct turn *t = *state;

	assert_refused(
	    t, "{\"email\":1,\"role\":\"103\"}", 422, "\"pointer\":\"/role\"");
	assert_true(holds(t->resp.body, "not known here"));
	assert_refused(t, "{\"Email\":1}", 422, "\"pointer\":\"/Email\"");
	assert_refused(t, "{\"emails\":1}", 422, "\"pointer\":\"/emails\"");
	assert_refused(t, "{\"\":1}", 422, "not known here");
	/* RFC 6901, section 3. */
	assert_refused(t, "{\"a/b~c\":1}", 422, "\"pointer\":\"/a~1b~0c\"");
}

/* A name as long as a body may be does not come back. */
static void
a_long_name_is_not_told(void **state)
{
	struct turn *t = *state;
	struct buf body;

	buf_init_arena(&body, t->arena, 1 << 17);
	BUF_LIT(&body, "{\"");
	for (int i = 0; i < 60000; i++)
		buf_byte(&body, 'x');
	BUF_LIT(&body, "\":1}");
	assert_false(read_as(t, "application/json", buf_view(&body), false));
	assert_int_equal(t->resp.status, 422);
	assert_true(t->resp.body.n < 1024);
	assert_true(holds(t->resp.body, "not known here"));
}

static void
what_is_no_object_is_refused(void **state)
{
	static const char *const others[] = { "[]", "[{\"email\":\"a\"}]",
		"\"email\"", "null", "true", "1" };
	struct turn *t = *state;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_refused(t, others[i], 422, "not an object");
}

static void
what_is_no_json_is_a_bad_request(void **state)
{
	static const char *const bad[] = { "{", "{\"email\"}", "{email:1}",
		"{\"email\":1,}", "{\"email\":1}{}", "{\"email\":1} x", "x",
		"{\"email\":\"\\ud800\"}", "{\"email\":\"a\\u0000\"}",
		"{\"email\":\"\xff\"}", "\xef\xbb\xbf{}", "{\"email\":1/*no*/}",
		"email=a%40b.nl" };
	struct turn *t = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_refused(t, bad[i], 400, "The body cannot be read: ");
}

/* Which of the two would count is nobody's guess. */
static void
a_member_twice_is_refused(void **state)
{
	struct turn *t = *state;

	assert_refused(t, "{\"email\":\"a@b.nl\",\"email\":\"c@d.nl\"}", 400,
	    "The body cannot be read: ");
	assert_refused(t, "{\"email\":1,\"\\u0065mail\":1}", 400,
	    "The body cannot be read: ");
	assert_refused(t, "{\"note\":{\"a\":1,\"a\":1}}", 400,
	    "The body cannot be read: ");
}

/* {"note":[[...]]} with arrays down to DEPTH in all. */
static struct str
nested(struct turn *t, int depth)
{
	struct buf body;

	buf_init_arena(&body, t->arena, 4096);
	BUF_LIT(&body, "{\"note\":");
	for (int i = 1; i < depth; i++)
		buf_byte(&body, '[');
	for (int i = 1; i < depth; i++)
		buf_byte(&body, ']');
	buf_byte(&body, '}');
	return buf_view(&body);
}

static void
depth_has_a_bound(void **state)
{
	struct turn *t = *state;

	assert_true(
	    read_as(t, "application/json", nested(t, JSON_DEPTH), false));
	assert_false(
	    read_as(t, "application/json", nested(t, JSON_DEPTH + 1), false));
	assert_int_equal(t->resp.status, 400);
}

/* What a body says is not said back to whoever reads the answer. */
static void
a_problem_tells_no_value(void **state)
{
	struct turn *t = *state;

	assert_refused(
	    t, "{\"email\":\"secret@b.nl\",\"x\":\"secret\"}", 422, "/x");
	assert_false(holds(t->resp.body, "secret"));
	assert_refused(t, "{\"email\":\"secret@b.nl\",", 400, "cannot be read");
	assert_false(holds(t->resp.body, "secret"));
}

static void
a_member_can_be_refused_for_its_value(void **state)
{
	struct turn *t = *state;
	const struct json *root, *errors;
	struct str text;

	assert_taken(t, "{\"email\":17}");
	json_body_refuse(&t->call, STR("email"), "not text");
	assert_int_equal(t->resp.status, 422);
	root = problem_of(t);
	errors = json_get(root, "errors");
	assert_non_null(errors);
	assert_int_equal(errors->type, JSON_ARRAY);
	assert_int_equal(errors->count, 1);
	assert_true(json_string(json_get(errors->child, "pointer"), &text));
	assert_true(str_eq(text, STR("/email")));
	assert_true(json_string(json_get(errors->child, "detail"), &text));
	assert_true(str_eq(text, STR("not text")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(an_object_of_known_members_is_taken),
		TEST(content_type_must_say_json),
		TEST(an_empty_body_is_an_empty_object_where_it_may_be),
		TEST(an_unknown_member_is_named),
		TEST(a_long_name_is_not_told),
		TEST(what_is_no_object_is_refused),
		TEST(what_is_no_json_is_a_bad_request),
		TEST(a_member_twice_is_refused),
		TEST(depth_has_a_bound),
		TEST(a_problem_tells_no_value),
		TEST(a_member_can_be_refused_for_its_value),
#undef TEST
	};

	return UNIT_RUN(tests);
}
