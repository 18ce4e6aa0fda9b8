#include "endpoint/authorize_request.h"

#include "arena_fixture.h"
#include "unit.h"

#define ALL                                                                    \
	"response_type=code&response_mode=query&client_id=app&redirect_uri="   \
	"https%3A%2F%2Fa.example%2F%3Fb%3Dc&scope=openid%20email&state=s%26t"  \
	"&nonce=n&prompt=login%20consent&max_age=10&id_token_hint=a.b.c"       \
	"&login_hint=jan%40example.nl&ui_locales=nl%20en&code_challenge=x"     \
	"&code_challenge_method=S256&request=r&request_uri=u"

static struct authorize_request
parse(const char *text)
{
	struct authorize_request request;
	struct param_list list;

	param_read(arena, str_of(text), &list);
	authorize_request_of(&list, &request);
	return request;
}

static void
assert_query(const char *text, bool signed_in, const char *wanted)
{
	struct authorize_request request = parse(text);
	struct str query = authorize_request_query(arena, &request, signed_in);

	if (!str_eq(query, str_of(wanted)))
		fail_msg("%s became %.*s", text, STR_ARG(query));
}

static void
every_parameter_travels_and_no_other(void **state)
{
	(void)state;
	assert_query(ALL, false, ALL);
	assert_query("unknown=1&" ALL "&form=x", false, ALL);
	assert_query("state=%E9+%2B&scope=&x=1", false, "state=%E9%20%2B");
	assert_query("", false, "");
}

static void
after_the_sign_in_nothing_asks_for_one_again(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{ "prompt=login", "" },
		{ "prompt=select_account", "" },
		{ "prompt=login+select_account", "" },
		{ "prompt=login+consent", "prompt=consent" },
		{ "prompt=consent+login", "prompt=consent" },
		{ "prompt=none", "prompt=none" },
		{ "prompt=logins", "prompt=logins" },
		{ "max_age=0", "" },
		{ "state=a&max_age=100&prompt=login", "state=a" },
		{ "id_token_hint=x", "id_token_hint=x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_query(rows[i].before, true, rows[i].after);
}

static void
what_stands_twice_or_is_not_clear_is_told(void **state)
{
	struct authorize_request r = parse(ALL "&unknown=1&unknown=2");

	(void)state;
	assert_false(r.bad || r.twice || r.twice_address);
	r = parse(ALL "&nonce=m");
	assert_true(r.twice && !r.twice_address && !r.bad);
	assert_true(r.state.p != NULL);
	r = parse(ALL "&state=m");
	assert_true(r.twice && !r.twice_address && !r.bad);
	assert_null(r.state.p);
	r = parse(ALL "&client_id=m");
	assert_true(r.twice && r.twice_address);
	r = parse(ALL "&redirect_uri=m");
	assert_true(r.twice && r.twice_address);
	r = parse(ALL "&x=%zz");
	assert_true(r.bad);
	r = parse(ALL "&nonce=");
	assert_false(r.bad || r.twice);
}

/* It goes into an address, which has a bound. */
static void
what_does_not_fit_has_no_query(void **state)
{
	static char text[8000];
	struct authorize_request request;
	size_t n;

	(void)state;
	memcpy(text, "state=", 6);
	memset(text + 6, 'a', sizeof(text) - 7);
	for (n = 7168; n > 7160; n--) {
		text[n] = '\0';
		request = parse(text);
		if (authorize_request_query(arena, &request, false).p != NULL)
			break;
	}
	assert_int_equal(n, 7168);
	text[n] = 'a';
	text[n + 1] = '\0';
	request = parse(text);
	assert_null(authorize_request_query(arena, &request, false).p);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
	const struct CMUnitTest tests[] = {
		T(every_parameter_travels_and_no_other),
		T(after_the_sign_in_nothing_asks_for_one_again),
		T(what_stands_twice_or_is_not_clear_is_told),
		T(what_does_not_fit_has_no_query),
	};

	return UNIT_RUN(tests);
}
