#include "http/resp.h"

#include <string.h>
#include "base/err.h"
#include "unit.h"

static struct arena *arena;
static struct resp resp;

static int
make_resp(void **state)
{
	(void)state;
	arena = arena_new(4096, 1 << 20);
	if (arena == NULL)
		return 1;
	resp_begin(&resp, arena);
	return 0;
}

static int
drop_resp(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The CGI form of what is in the answer. */
static const char *
head(void)
{
	struct buf out;

	buf_init_arena(&out, arena, 1 << 16);
	assert_int_equal(resp_head(&resp, &out), 0);
	return arena_str(arena, buf_view(&out)).p;
}

static void
an_answer_has_status_fields_and_length(void **state)
{
	(void)state;
	resp_body(&resp, 200, "application/json", STR("{}"));
	resp_header(&resp, "ETag", STR("\"x\""));
	assert_string_equal(head(),
	    "Status: 200 OK\r\n"
	    "Content-Type: application/json\r\n"
	    "ETag: \"x\"\r\n"
	    "Content-Length: 2\r\n"
	    "\r\n");
	assert_true(str_eq(resp_payload(&resp), STR("{}")));
}

static void
an_empty_body_has_the_length_zero(void **state)
{
	(void)state;
	resp_body(&resp, 404, "text/plain", STR(""));
	assert_string_equal(head(),
	    "Status: 404 Not Found\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 0\r\n"
	    "\r\n");
}

static void
head_tells_the_length_and_sends_nothing(void **state)
{
	(void)state;
	resp_body(&resp, 200, "text/plain", STR("12345"));
	resp.head = true;
	assert_non_null(strstr(head(), "\r\nContent-Length: 5\r\n"));
	assert_int_equal(resp_payload(&resp).n, 0);
}

static void
no_content_and_not_modified_have_neither_length_nor_body(void **state)
{
	static const int statuses[] = { 204, 304 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		resp_clear(&resp);
		resp_header(&resp, "ETag", STR("\"x\""));
		resp.status = statuses[i];
		resp.body = STR("forgotten");
		assert_null(strstr(head(), "Content-Length"));
		assert_non_null(strstr(head(), "\r\nETag: \"x\"\r\n\r\n"));
		assert_int_equal(resp_payload(&resp).n, 0);
	}
}

static void
a_field_value_may_hold_tabs_and_other_letters(void **state)
{
	(void)state;
	resp.status = 204;
	resp_header(&resp, "A", STR("a\tb"));
	resp_header(&resp, "B", STR("\xc3\xa9"));
	resp_header(&resp, "C", STR(""));
	assert_string_equal(head(),
	    "Status: 204 No Content\r\n"
	    "A: a\tb\r\nB: \xc3\xa9\r\nC: \r\n\r\n");
}

/* Whatever would begin another header field or end the head. */
static void
a_control_character_in_a_value_fails_the_answer(void **state)
{
	(void)state;
	for (char c = 0; c < 0x20; c++) {
		struct buf out;
		char value[] = "a_b";

		if (c == '\t')
			continue;
		value[1] = c;
		resp_clear(&resp);
		resp.status = 200;
		resp_header(&resp, "Good", STR("yes"));
		resp_header(&resp, "Bad", (struct str){ value, 3 });
		buf_init_arena(&out, arena, 1 << 16);
		assert_int_equal(resp_head(&resp, &out), HUB_EINVAL);
		assert_int_equal(out.n, 0);
	}
	resp_clear(&resp);
	resp_header(&resp, "Bad", STR("a\x7f"));
	assert_int_equal(buf_error(&resp.headers), HUB_EINVAL);
}

static void
too_many_fields_fail_the_answer(void **state)
{
	struct buf out;

	(void)state;
	resp.status = 204;
	for (int i = 0; i < RESP_HEADERS_MAX / 10; i++)
		resp_header(&resp, "Name", STR("0123456789"));
	buf_init_arena(&out, arena, 1 << 16);
	assert_int_equal(resp_head(&resp, &out), HUB_ETOOBIG);
}

static void
lack_of_room_for_the_head_is_told(void **state)
{
	struct buf out;

	(void)state;
	resp_body(&resp, 200, "text/plain", STR("x"));
	buf_init_arena(&out, arena, 20);
	assert_int_equal(resp_head(&resp, &out), HUB_ETOOBIG);
}

static void
a_cleared_answer_is_a_fresh_one(void **state)
{
	(void)state;
	resp_body(&resp, 200, "text/plain", STR("secret"));
	resp_header(&resp, "Bad", STR("\r\n"));
	resp_clear(&resp);
	resp_body(&resp, 500, "text/plain", STR(""));
	assert_string_equal(head(),
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 0\r\n"
	    "\r\n");
	assert_int_equal(resp_payload(&resp).n, 0);
}

static void
phrases_are_known_for_what_is_in_use(void **state)
{
	static const int used[] = { 200, 201, 204, 302, 303, 304, 400, 401, 403,
		404, 405, 409, 412, 413, 414, 415, 422, 429, 431, 500, 503 };

	(void)state;
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		assert_string_not_equal(status_phrase(used[i]), "Unknown");
	assert_string_equal(status_phrase(413), "Content Too Large");
	assert_string_equal(status_phrase(418), "Unknown");
	assert_string_equal(status_phrase(0), "Unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_resp, drop_resp)
		TEST(an_answer_has_status_fields_and_length),
		TEST(an_empty_body_has_the_length_zero),
		TEST(head_tells_the_length_and_sends_nothing),
		TEST(no_content_and_not_modified_have_neither_length_nor_body),
		TEST(a_field_value_may_hold_tabs_and_other_letters),
		TEST(a_control_character_in_a_value_fails_the_answer),
		TEST(too_many_fields_fail_the_answer),
		TEST(lack_of_room_for_the_head_is_told),
		TEST(a_cleared_answer_is_a_fresh_one),
		TEST(phrases_are_known_for_what_is_in_use),
#undef TEST
	};

	return UNIT_RUN(tests);
}
