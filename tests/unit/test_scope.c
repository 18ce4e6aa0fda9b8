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
		cmocka_unit_test(anything_else_is_not),
	};

	return UNIT_RUN(tests);
}
