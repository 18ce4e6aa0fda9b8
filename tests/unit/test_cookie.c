#include "http/cookie.h"

#include "arena_fixture.h"
#include "unit.h"

#define NAME "__Host-hub"

static void
a_cookie_is_found_by_its_whole_name(void **state)
{
	static const struct {
		const char *field, *value;
	} rows[] = {
		{ NAME "=abc", "abc" },
		{ "a=b; " NAME "=abc; c=d", "abc" },
		{ "a=b;" NAME "=abc;c=d", "abc" },
		{ "  " NAME "=abc  ", "abc" },
		{ NAME "=a=b", "a=b" },
		{ NAME "=", "" },
		{ ";; ;" NAME "=abc;", "abc" },
		{ NAME "-form=abc", NULL },
		{ "x" NAME "=abc", NULL },
		{ "__host-hub=abc", NULL },
		{ NAME, NULL },
		{ "a=" NAME "=abc", NULL },
		{ "=abc", NULL },
		{ "", NULL },
		{ NULL, NULL },
		/* Which of two is ours, nobody can tell. */
		{ NAME "=abc; " NAME "=abc", NULL },
		{ NAME "=abc; " NAME "=", NULL },
		{ NAME "=a; " NAME "=b; " NAME "=c", NULL },
	};
	struct req req;

	req_begin(&req, *state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str value;

		req.cookie = str_of(rows[i].field);
		value = cookie_get(&req, NAME);
		if ((value.p == NULL) != (rows[i].value == NULL) ||
		    !str_eq(value, str_of(rows[i].value)))
			fail_msg("'%s': '%.*s'", rows[i].field, STR_ARG(value));
	}
}

static void
it_is_set_for_the_browsers_run_and_this_host_alone(void **state)
{
	struct resp resp;

	resp_begin(&resp, *state);
	cookie_set(&resp, NAME, STR("abc"));
	assert_true(str_eq(buf_view(&resp.headers),
	    STR("Set-Cookie: " NAME
		"=abc; Path=/; Secure; HttpOnly; SameSite=Lax\r\n")));
	resp_begin(&resp, *state);
	cookie_keep(&resp, NAME, STR("abc"), 86400);
	assert_true(str_eq(buf_view(&resp.headers),
	    STR("Set-Cookie: " NAME "=abc; Path=/; Secure; HttpOnly; "
		"SameSite=Lax; Max-Age=86400\r\n")));
	resp_begin(&resp, *state);
	cookie_clear(&resp, NAME);
	assert_true(str_eq(buf_view(&resp.headers),
	    STR("Set-Cookie: " NAME "=; Path=/; Secure; HttpOnly; "
		"SameSite=Lax; Max-Age=0\r\n")));
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
	const struct CMUnitTest tests[] = {
		T(a_cookie_is_found_by_its_whole_name),
		T(it_is_set_for_the_browsers_run_and_this_host_alone),
	};

	return UNIT_RUN(tests);
}
