#include "http/problem.h"

#include "base/json_in.h"
#include "unit.h"

static struct arena *arena;
static struct req req;
static struct resp resp;

static int
make_call(void **state)
{
	(void)state;
	arena = arena_new(4096, 1 << 20);
	if (arena == NULL)
		return 1;
	req_begin(&req, arena);
	req.id = STR("req-1");
	resp_begin(&resp, arena);
	return 0;
}

static int
drop_call(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct json *
body(void)
{
	const struct json *root;
	struct why why = { "" };

	if (json_parse(arena, resp.body, 1 << 16, &root, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(resp.body), why.text);
	assert_int_equal(root->type, JSON_OBJECT);
	return root;
}

static void
assert_member(const struct json *root, const char *name, const char *text)
{
	const struct json *member = json_get(root, name);

	if (member == NULL || !str_eq(member->text, str_of(text)))
		fail_msg("%s is not %s", name, text);
}

static void
the_body_has_the_five_members(void **state)
{
	const struct json *root;

	(void)state;
	problem(&req, &resp, 404, "There is no such contract.");
	root = body();
	assert_int_equal(root->count, 5);
	assert_member(root, "type", "about:blank");
	assert_member(root, "title", "Not Found");
	assert_member(root, "status", "404");
	assert_int_equal(json_get(root, "status")->type, JSON_NUMBER);
	assert_member(root, "detail", "There is no such contract.");
	assert_member(root, "instance", "urn:request:req-1");
	assert_int_equal(resp.status, 404);
	assert_true(str_eq(buf_view(&resp.headers),
	    STR("Content-Type: application/problem+json\r\n")));
}

static void
without_a_detail_there_is_no_such_member(void **state)
{
	(void)state;
	problem(&req, &resp, 400, NULL);
	assert_int_equal(body()->count, 4);
	assert_null(json_get(body(), "detail"));
}

static void
whatever_the_detail_holds_the_body_is_json(void **state)
{
	static const char text[] =
	    "a \"b\" \\ \n\t\x01 </script> \xc3\xa9 \x7f";

	(void)state;
	problem(&req, &resp, 422, text);
	assert_member(body(), "detail", text);
}

static void
it_replaces_what_was_answered_before(void **state)
{
	(void)state;
	resp_body(&resp, 200, "application/json", STR("{\"secret\":1}"));
	resp_header(&resp, "ETag", STR("\"x\""));
	resp_header(&resp, "Bad", STR("\n"));
	problem(&req, &resp, 503, NULL);
	assert_member(body(), "status", "503");
	assert_int_equal(buf_error(&resp.headers), 0);
	assert_true(str_eq(buf_view(&resp.headers),
	    STR("Content-Type: application/problem+json\r\n")));
}

/* Not UTF-8, or more than there is room for: the status is what counts. */
static void
a_detail_that_cannot_be_written_leaves_an_empty_body(void **state)
{
	char large[4000];

	(void)state;
	problem(&req, &resp, 400, "\xff");
	assert_int_equal(resp.status, 400);
	assert_int_equal(resp.body.n, 0);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	problem(&req, &resp, 413, large);
	assert_int_equal(resp.status, 413);
	assert_int_equal(resp.body.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_call, drop_call)
		TEST(the_body_has_the_five_members),
		TEST(without_a_detail_there_is_no_such_member),
		TEST(whatever_the_detail_holds_the_body_is_json),
		TEST(it_replaces_what_was_answered_before),
		TEST(a_detail_that_cannot_be_written_leaves_an_empty_body),
#undef TEST
	};

	return UNIT_RUN(tests);
}
