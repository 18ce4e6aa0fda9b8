#include "http/param.h"

#include <stdio.h>
#include "arena_fixture.h"
#include "base/buf.h"
#include "unit.h"

/* Everything of a list: "name=value" and a semicolon each. */
static const char *
read(const char *text, struct param_list *list)
{
	struct buf all;

	param_read(arena, str_of(text), list);
	buf_init_arena(&all, arena, 4096);
	for (unsigned int i = 0; i < list->n; i++)
		buf_printf(&all, "%.*s=%.*s;", STR_ARG(list->at[i].name),
		    STR_ARG(list->at[i].value));
	buf_byte(&all, '\0');
	assert_int_equal(buf_error(&all), 0);
	return all.p;
}

static void
an_empty_value_is_an_absent_one(void **state)
{
	static const struct {
		const char *text, *all;
	} rows[] = {
		{ "", "" },
		{ "a=1&b=2", "a=1;b=2;" },
		{ "&&a=1&&", "a=1;" },
		{ "a=&b", "" },
		{ "a=&a=1&a=", "a=1;" },
		{ "a%20b=c+d%2B&=x", "a b=c d+;=x;" },
		{ "a=b=c", "a=b=c;" },
	};
	struct param_list list;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(read(rows[i].text, &list), rows[i].all);
		assert_false(list.bad);
		assert_int_equal(list.twice.n, 0);
	}
	read("a=&b=2", &list);
	assert_null(param_get(&list, "a").p);
	assert_null(param_get(&list, "c").p);
	assert_int_equal(param_get(&list, "b").n, 1);
}

static void
what_stands_twice_is_told(void **state)
{
	struct param_list list;

	(void)state;
	read("a=1&b=2&%62=3&a=4&c=5", &list);
	assert_false(list.bad);
	assert_true(str_eq(list.twice, STR("b")));
	assert_true(param_is_twice(&list, "a"));
	assert_true(param_is_twice(&list, "b"));
	assert_false(param_is_twice(&list, "c"));
	assert_false(param_is_twice(&list, "d"));
	/* The same value twice is no better. */
	read("a=1&a=1", &list);
	assert_true(param_is_twice(&list, "a"));
	/* Names are compared byte for byte. */
	read("a=1&A=1", &list);
	assert_int_equal(list.twice.n, 0);
}

static void
what_cannot_be_decoded_spoils_the_list(void **state)
{
	static const char *const texts[] = { "a=%", "a=%zz", "%=1", "a=%00",
		"a%00=1", "a=1&b=%4", "a=%0" };
	struct param_list list;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		read(texts[i], &list);
		assert_true(list.bad);
	}
}

static void
no_more_than_a_list_holds_is_read(void **state)
{
	char text[1024] = "";
	struct param_list list;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < PARAM_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "&p%d=1", i);
	read(text, &list);
	assert_false(list.bad);
	assert_int_equal(list.n, PARAM_MAX);
	snprintf(text + n, sizeof(text) - n, "&empty=");
	read(text, &list);
	assert_int_equal(list.n, PARAM_MAX);
	snprintf(text + n, sizeof(text) - n, "&more=1");
	read(text, &list);
	assert_true(list.bad);
	assert_int_equal(list.n, PARAM_MAX);
}

static void
a_body_is_read_if_it_is_a_form(void **state)
{
	static const struct {
		const char *type;
		bool form;
	} rows[] = {
		{ "application/x-www-form-urlencoded", true },
		{ "Application/X-WWW-Form-URLencoded", true },
		{ "application/x-www-form-urlencoded;charset=UTF-8", true },
		{ " application/x-www-form-urlencoded ; a=b", true },
		{ "application/x-www-form-urlencoded2", false },
		{ "application/json", false },
		{ "multipart/form-data", false },
		{ ";application/x-www-form-urlencoded", false },
		{ "", false },
		{ NULL, false },
	};
	struct req req;

	(void)state;
	req_begin(&req, arena);
	req.body = STR("a=1");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct param_list list;

		req.content_type = str_of(rows[i].type);
		assert_int_equal(param_read_body(&req, &list), rows[i].form);
		assert_int_equal(list.n, rows[i].form);
		assert_int_equal(param_get(&list, "a").p != NULL, rows[i].form);
	}
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
	const struct CMUnitTest tests[] = {
		T(an_empty_value_is_an_absent_one),
		T(what_stands_twice_is_told),
		T(what_cannot_be_decoded_spoils_the_list),
		T(no_more_than_a_list_holds_is_read),
		T(a_body_is_read_if_it_is_a_form),
	};

	return UNIT_RUN(tests);
}
