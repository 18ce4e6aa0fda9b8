#include "http/req.h"

#include "arena_fixture.h"
#include "unit.h"

static const struct req_limits limits = { 100, 1000, 50 };

struct param {
	const char *name;
	struct str value;
};

/* A request of N parameters and a body, ready. */
static struct req
made(struct arena *a, const struct param *params, size_t n, struct str body)
{
	struct req req;

	req_begin(&req, a);
	for (size_t i = 0; i < n; i++)
		req_param(&req, str_of(params[i].name), params[i].value);
	req.body = body;
	req_ready(&req, &limits);
	return req;
}

#define MADE(arena, body, ...)                                                 \
	made((arena), (const struct param[]){ __VA_ARGS__ },                   \
	    sizeof((const struct param[]){ __VA_ARGS__ }) /                    \
		sizeof(struct param),                                          \
	    (body))

#define URI(text)                                                              \
	{                                                                      \
		"REQUEST_URI", STR(text)                                       \
	}

static void
each_parameter_goes_to_its_place(void **state)
{
	struct req req =
	    MADE(*state, STR("12"), { "REQUEST_METHOD", STR("POST") },
		URI("/a/b?c=d&e"), { "HTTP_AUTHORIZATION", STR("Bearer x") },
		{ "REQUEST_ID", STR("id-1") }, { "REMOTE_ADDR", STR("::1") },
		{ "HTTPS", STR("on") }, { "CONTENT_TYPE", STR("text/plain") },
		{ "CONTENT_LENGTH", STR("2") },
		{ "HTTP_IF_NONE_MATCH", STR("\"n\"") },
		{ "HTTP_IF_MATCH", STR("\"m\"") },
		{ "HTTP_ORIGIN", STR("https://a.example") },
		{ "HTTP_COOKIE", STR("s=1") },
		{ "HTTP_ACCEPT_LANGUAGE", STR("nl") },
		{ "HTTP_X_FORWARDED_FOR", STR("192.0.2.1") });

	assert_int_equal(req.refused, 0);
	assert_int_equal(req.method, METHOD_POST);
	assert_true(req.https);
	assert_true(str_eq(req.uri, STR("/a/b?c=d&e")));
	assert_true(str_eq(req.path, STR("/a/b")));
	assert_true(str_eq(req.query, STR("c=d&e")));
	assert_true(str_eq(req.id, STR("id-1")));
	assert_true(str_eq(req.body, STR("12")));
	assert_true(str_eq(req.authorization, STR("Bearer x")));
	assert_true(str_eq(req.content_type, STR("text/plain")));
	assert_true(str_eq(req.cookie, STR("s=1")));
	assert_true(str_eq(req.origin, STR("https://a.example")));
	assert_true(str_eq(req.if_match, STR("\"m\"")));
	assert_true(str_eq(req.if_none_match, STR("\"n\"")));
	assert_true(str_eq(req.accept_language, STR("nl")));
	assert_true(str_eq(req.remote_addr, STR("::1")));
}

static void
what_is_absent_is_empty(void **state)
{
	struct req req = MADE(*state, STR_NONE, URI("/"));

	assert_int_equal(req.refused, 0);
	assert_int_equal(req.method, METHOD_OTHER);
	assert_false(req.https);
	assert_int_equal(req.query.n, 0);
	assert_int_equal(req.authorization.n, 0);
	assert_int_equal(req.cookie.n, 0);
	assert_int_equal(req.param_count, 0);
}

static void
methods_are_told_apart_by_their_exact_name(void **state)
{
	static const struct {
		struct str text;
		enum method method;
	} cases[] = {
		{ { "GET", 3 }, METHOD_GET },
		{ { "HEAD", 4 }, METHOD_HEAD },
		{ { "POST", 4 }, METHOD_POST },
		{ { "PUT", 3 }, METHOD_PUT },
		{ { "DELETE", 6 }, METHOD_DELETE },
		{ { "OPTIONS", 7 }, METHOD_OPTIONS },
		{ { "get", 3 }, METHOD_OTHER },
		{ { "GETS", 4 }, METHOD_OTHER },
		{ { "GE", 2 }, METHOD_OTHER },
		{ { "GET\0", 4 }, METHOD_OTHER },
		{ { "TRACE", 5 }, METHOD_OTHER },
		{ { "", 0 }, METHOD_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct req req = MADE(*state, STR_NONE, URI("/"),
		    { "REQUEST_METHOD", cases[i].text });

		assert_int_equal(req.method, cases[i].method);
		assert_int_equal(req.refused, 0);
	}
	assert_string_equal(method_name(METHOD_DELETE), "DELETE");
	assert_string_equal(method_name(METHOD_OTHER), "");
}

static void
https_is_on_or_off(void **state)
{
	struct req req;

	req = MADE(*state, STR_NONE, URI("/"), { "HTTPS", STR("ON") });
	assert_true(req.https);
	req = MADE(*state, STR_NONE, URI("/"), { "HTTPS", STR("off") });
	assert_false(req.https);
	req = MADE(*state, STR_NONE, URI("/"), { "HTTPS", STR("") });
	assert_false(req.https);
}

static void
the_first_question_mark_ends_the_path(void **state)
{
	struct req req;

	req = MADE(*state, STR_NONE, URI("/a?b?c"));
	assert_true(str_eq(req.path, STR("/a")));
	assert_true(str_eq(req.query, STR("b?c")));
	req = MADE(*state, STR_NONE, URI("/a?"));
	assert_true(str_eq(req.path, STR("/a")));
	assert_int_equal(req.query.n, 0);
	req = MADE(*state, STR_NONE, URI("/%3Fa"));
	assert_true(str_eq(req.path, STR("/%3Fa")));
}

/* Two values would let two readers see two requests. */
static void
a_parameter_that_comes_twice_is_400(void **state)
{
	static const char *const names[] = { "REQUEST_METHOD", "REQUEST_ID",
		"UNIQUE_ID", "REMOTE_ADDR", "HTTPS", "CONTENT_TYPE",
		"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_ORIGIN",
		"HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE" };
	struct req req;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		req = MADE(*state, STR_NONE, URI("/"),
		    { names[i], STR("same") }, { names[i], STR("same") });
		assert_int_equal(req.refused, 400);
	}
	req = MADE(*state, STR_NONE, URI("/a"), URI("/a"));
	assert_int_equal(req.refused, 400);
	req =
	    MADE(*state, STR_NONE, URI("/a"), { "HTTP_AUTHORIZATION", STR("") },
		{ "HTTP_AUTHORIZATION", STR("Bearer x") });
	assert_int_equal(req.refused, 0);
	assert_true(req.two_credentials);
	req = MADE(*state, STR_NONE, URI("/a"), { "HTTP_X", STR("1") },
	    { "HTTP_X", STR("2") });
	assert_int_equal(req.refused, 0);
}

/* A target of N bytes. */
static struct req
with_target_of(struct arena *a, size_t n)
{
	char *text = arena_alloc(a, n);

	memset(text, 'a', n);
	text[0] = '/';
	return MADE(a, STR_NONE, { "REQUEST_URI", { text, n } });
}

static void
a_target_over_the_limit_is_414(void **state)
{
	assert_int_equal(with_target_of(*state, limits.uri).refused, 0);
	assert_int_equal(with_target_of(*state, limits.uri + 1).refused, 414);
	assert_int_equal(with_target_of(*state, 60000).refused, 414);
}

static void
no_target_is_400(void **state)
{
	struct req req;

	req = MADE(*state, STR_NONE, { "REQUEST_METHOD", STR("GET") });
	assert_int_equal(req.refused, 400);
	req = MADE(*state, STR_NONE, URI(""));
	assert_int_equal(req.refused, 400);
}

static void
a_control_character_or_space_in_the_target_is_400(void **state)
{
	for (int c = 0; c < 256; c++) {
		char text[] = "/a?b_c";
		struct req req;

		text[4] = (char)c;
		req = MADE(*state, STR_NONE,
		    { "REQUEST_URI", { text, sizeof(text) - 1 } });
		assert_int_equal(req.refused, c <= ' ' || c == 0x7f ? 400 : 0);
	}
}

static struct req
with_body(struct arena *a, struct str length, size_t n)
{
	char *body = arena_zalloc(a, n + 1);

	return MADE(a, ((struct str){ body, n }), URI("/"),
	    { "CONTENT_LENGTH", length });
}

static void
a_body_has_its_length(void **state)
{
	assert_int_equal(with_body(*state, STR("50"), 50).refused, 0);
	assert_int_equal(with_body(*state, STR("0"), 0).refused, 0);
	assert_int_equal(with_body(*state, STR(""), 0).refused, 0);
	assert_int_equal(with_body(*state, STR_NONE, 0).refused, 0);
}

static void
a_length_that_is_not_the_body_s_is_400(void **state)
{
	assert_int_equal(with_body(*state, STR("4"), 5).refused, 400);
	assert_int_equal(with_body(*state, STR("5"), 4).refused, 400);
	assert_int_equal(with_body(*state, STR("5"), 0).refused, 400);
	assert_int_equal(with_body(*state, STR("0"), 1).refused, 400);
	assert_int_equal(with_body(*state, STR(""), 1).refused, 400);
	assert_int_equal(with_body(*state, STR_NONE, 1).refused, 400);
}

static void
a_length_that_is_no_number_is_400(void **state)
{
	static const char *const bad[] = { "x", "-1", "+1", "1 ", " 1", "1.0",
		"1,1", "0x1", "18446744073709551616" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    with_body(*state, str_of(bad[i]), 1).refused, 400);
}

static void
a_body_over_the_limit_is_413(void **state)
{
	assert_int_equal(with_body(*state, STR("51"), 51).refused, 413);
	assert_int_equal(with_body(*state, STR("51"), 0).refused, 413);
	assert_int_equal(with_body(*state, STR(""), 51).refused, 413);
	assert_int_equal(
	    with_body(*state, STR("18446744073709551615"), 0).refused, 413);
}

static void
the_first_refusal_sticks(void **state)
{
	struct req req;

	req_begin(&req, *state);
	req_refuse(&req, 431);
	req_refuse(&req, 400);
	req_param(&req, STR("REQUEST_URI"), STR(""));
	req_ready(&req, &limits);
	assert_int_equal(req.refused, 431);
	assert_true(req.id.n > 0);
}

static void
a_fit_id_is_taken_over(void **state)
{
	static const char longest[] = "0123456789abcdef0123456789ABCDEF"
				      "0123456789._:-ef0123456789abcdef";
	struct req req =
	    MADE(*state, STR_NONE, URI("/"), { "REQUEST_ID", str_of(longest) });

	assert_int_equal(sizeof(longest) - 1, 64);
	assert_true(str_eq(req.id, str_of(longest)));
}

/* Apache's mod_unique_id has a name of its own for it. */
static void
a_unique_id_serves_where_there_is_no_other(void **state)
{
	struct req req =
	    MADE(*state, STR_NONE, URI("/"), { "UNIQUE_ID", STR("ap@che") });

	assert_int_equal(req.id.n, 22);
	req = MADE(*state, STR_NONE, URI("/"), { "UNIQUE_ID", STR("Z9-a_b") });
	assert_true(str_eq(req.id, STR("Z9-a_b")));
	req = MADE(*state, STR_NONE, URI("/"), { "UNIQUE_ID", STR("Z9-a_b") },
	    { "REQUEST_ID", STR("id-1") });
	assert_true(str_eq(req.id, STR("id-1")));
	req = MADE(*state, STR_NONE, URI("/"), { "UNIQUE_ID", STR("Z9-a_b") },
	    { "REQUEST_ID", STR("un fit") });
	assert_true(str_eq(req.id, STR("Z9-a_b")));
	req = MADE(
	    *state, STR_NONE, URI("/"), { "HTTP_UNIQUE_ID", STR("Z9-a_b") });
	assert_int_equal(req.id.n, 22);
}

static void
an_id_is_made_where_there_is_none_that_is_fit(void **state)
{
	static const char too_long[] =
	    "0123456789abcdef0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0";
	static const char *const unfit[] = { "", "a b", "a\r\nSet-Cookie: x",
		"\"", "a/b", "caf\xc3\xa9", too_long };
	struct str last = STR("");

	for (size_t i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
		struct req req = MADE(*state, STR_NONE, URI("/"),
		    { "REQUEST_ID", str_of(unfit[i]) });

		assert_int_equal(req.refused, 0);
		assert_int_equal(req.id.n, 22);
		assert_true(str_is_id(req.id));
		assert_false(str_eq(req.id, last));
		last = req.id;
	}
}

static void
limits_are_those_of_the_configuration(void **state)
{
	struct req_limits out;
	struct conf conf;

	(void)state;
	conf_defaults(&conf);
	conf.limit_uri = 1;
	conf.limit_headers = 2;
	conf.limit_body = 3;
	req_limits_of(&out, &conf);
	assert_int_equal(out.uri, 1);
	assert_int_equal(out.headers, 2);
	assert_int_equal(out.body, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
		TEST(each_parameter_goes_to_its_place),
		TEST(what_is_absent_is_empty),
		TEST(methods_are_told_apart_by_their_exact_name),
		TEST(https_is_on_or_off),
		TEST(the_first_question_mark_ends_the_path),
		TEST(a_parameter_that_comes_twice_is_400),
		TEST(a_target_over_the_limit_is_414),
		TEST(no_target_is_400),
		TEST(a_control_character_or_space_in_the_target_is_400),
		TEST(a_body_has_its_length),
		TEST(a_length_that_is_not_the_body_s_is_400),
		TEST(a_length_that_is_no_number_is_400),
		TEST(a_body_over_the_limit_is_413),
		TEST(the_first_refusal_sticks),
		TEST(a_fit_id_is_taken_over),
		TEST(a_unique_id_serves_where_there_is_no_other),
		TEST(an_id_is_made_where_there_is_none_that_is_fit),
		TEST(limits_are_those_of_the_configuration),
#undef TEST
	};

	return UNIT_RUN(tests);
}
