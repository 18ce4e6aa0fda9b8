#include "identity/signin.h"

#include "base/clock.h"
#include "directory/account.h"
#include "hub_fixture.h"
#include "identity/audit.h"
#include "identity/credential.h"
#include "identity/enrol.h"
#include "identity/grant.h"
#include "identity/session.h"
#include "store/schema.h"
#include "unit.h"

#define ADDRESS "192.0.2.1"
#define GOOD "een fiets zonder bel"
#define BETTER "vier koeien in de regen"
#define JAN "jan@example.nl"

static const struct actor operator= { .source = { "hubctl root", 11 } };

/* A hub with an account "jan"; hashes cost next to nothing. */
static int
setup(void **state)
{
	struct test_hub *hub;

	if (hub_setup(state) != 0)
		return -1;
	hub = *state;
	hub->conf.password_memory = 64 * 1024;
	hub->conf.password_passes = 2;
	hub_put(hub,
	    "{\"type\":\"organization\",\"id\":\"1\",\"organizationType\":"
	    "\"T\",\"code\":\"C\",\"name\":\"Kantoor\"}");
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"jan\",\"name\":\"" JAN "\","
	    "\"firstName\":\"Jan\",\"lastName\":\"Jansen\"}");
	return 0;
}

static void
give_password(struct test_hub *hub, const char *password)
{
	struct hub h = hub_of(hub);

	if (enrol_set_password(&h, &operator, NULL, STR("jan"),
		str_of(password), &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}

static void
give_temporary(struct test_hub *hub, char text[PASSWORD_TEMPORARY_LEN + 1])
{
	struct hub h = hub_of(hub);

	if (enrol_reset(&h, &operator, STR("jan"), text, &hub->why) != 0)
		fail_msg("%s", hub->why.text);
}

static enum signin_result
try(struct test_hub *hub, const char *name, const char *password,
    struct signin *in)
{
	struct hub h = hub_of(hub);

	*in = (struct signin){
		.username = str_of(name),
		.password = str_of(password),
		.source = STR(ADDRESS),
	};
	return signin(&h, in);
}

static enum signin_result
try_it(struct test_hub *hub, const char *name, const char *password)
{
	struct signin in;

	return try(hub, name, password, &in);
}

static void
right_and_wrong(void **state)
{
	struct test_hub *hub = *state;

	give_password(hub, GOOD);
	assert_int_equal(try_it(hub, JAN, GOOD), SIGNIN_DONE);
	assert_int_equal(try_it(hub, "  JAN@Example.nl ", GOOD), SIGNIN_DONE);
	assert_int_equal(try_it(hub, JAN, GOOD "x"), SIGNIN_WRONG);
	assert_int_equal(try_it(hub, "piet@example.nl", GOOD), SIGNIN_WRONG);
	assert_int_equal(try_it(hub, "", ""), SIGNIN_WRONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    right_and_wrong, setup, hub_teardown),
	};

	return UNIT_RUN(tests);
}
