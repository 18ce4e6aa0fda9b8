#include "identity/scope.h"

#include "unit.h"

static void
the_scopes_of_the_hub_are_known(void **state)
{
	struct str rest = str_of(scope_names()), word;
	int n = 0;

	(void)state;
	for (; str_split(&rest, ' ', &word); n++)
		assert_true(scope_is_known(word));
	assert_int_equal(n, 7);
	assert_true(scope_is_known(STR("openid")));
	assert_true(scope_is_known(STR("hub.read")));
	assert_true(scope_is_known(STR("offline_access")));
}

/* What is offered is known, and only what no path asks for is not offered. */
static void
what_opens_nothing_is_not_offered(void **state)
{
	struct str rest = str_of(scope_offered()), word;
	int n = 0;

	(void)state;
	for (; str_split(&rest, ' ', &word); n++)
		assert_true(scope_is_known(word));
	assert_int_equal(n, 6);
	assert_true(scope_is_known(STR(SCOPE_RECORDS)));
	assert_false(str_has_word(str_of(scope_offered()), STR(SCOPE_RECORDS)));
}

static void
anything_else_is_not(void **state)
{
	static const char *const words[] = { "", " ", "hub", "hub.", "read",
		"HUB.READ", "hub.read ", "openid hub.read", "hub.reader" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_false(scope_is_known(str_of(words[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scopes_of_the_hub_are_known),
		cmocka_unit_test(what_opens_nothing_is_not_offered),
		cmocka_unit_test(anything_else_is_not),
	};

	return UNIT_RUN(tests);
}
