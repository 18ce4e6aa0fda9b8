/* hubctl token: what it prints, for whom, for how long and for what. */
#include "hubctl_checks.h"

#include <stdlib.h>
#include "base/b64.h"
#include "base/json_in.h"
#include "site_store.h"
#include "unit.h"

static const struct json *
payload_of(struct arena *arena, const char *token)
{
	struct str rest = str_of(token), part;
	static unsigned char bytes[4096];
	const struct json *json;
	struct why why;
	ptrdiff_t n;

	assert_true(str_split(&rest, '.', &part));
	assert_true(str_split(&rest, '.', &part));
	n = b64url_decode(part, bytes, sizeof(bytes));
	assert_true(n > 0);
	assert_int_equal(
	    json_parse(arena, (struct str){ (char *)bytes, (size_t)n }, 4096,
		&json, &why),
	    0);
	return json;
}

static uint64_t
number(const struct json *payload, const char *name)
{
	uint64_t n;

	assert_true(json_u64(json_get(payload, name), UINT64_MAX, &n));
	return n;
}

static void
assert_claim(const struct json *payload, const char *name, const char *is)
{
	struct str text;

	assert_true(json_string(json_get(payload, name), &text));
	assert_true(str_eq(text, str_of(is)));
}

static void
token_prints_the_token_alone(void **state)
{
	struct site *site = *state;
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *payload;
	struct events events;
	struct output o;

	hubctl(&o, "token", "  J.Janssen@EXAMPLE.nl ");
	assert_done(&o);
	assert_int_equal(strspn(o.out,
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrst"
			     "uvwxyz0123456789-_."),
	    strlen(o.out) - 1);
	assert_int_equal(o.out[strlen(o.out) - 1], '\n');
	payload = payload_of(arena, o.out);
	assert_claim(payload, "iss", "https://hub.example.nl/identity");
	assert_claim(payload, "aud", "https://hub.example.nl");
	assert_claim(payload, "sub", JANSSEN_ID);
	assert_claim(payload, "client_id", "hubctl");
	assert_claim(payload, "scope", "hub.read");
	assert_int_equal(number(payload, "epoch"), 1);
	assert_int_equal(number(payload, "exp") - number(payload, "iat"), 900);
	assert_null(json_get(payload, "sid"));
	events = site_events(site);
	assert_says(events.text, "token.issued " JANSSEN_ID " hubctl (hubctl ");
	assert_says(events.text, "scope hub.read");
	/* What is written down opens nothing. */
	assert_int_equal(count_in(events.text, "eyJ"), 0);
	arena_free(arena);
}

static void
token_takes_a_lifetime_up_to_a_day(void **state)
{
	static const struct {
		const char *ttl;
		uint64_t lifetime; /* 0: refused */
	} rows[] = {
		{ "1", 1 },
		{ "86400", 86400 },
		{ "0", 0 },
		{ "86401", 0 },
		{ "18446744073709551617", 0 },
		{ "-1", 0 },
		{ "+1", 0 },
		{ "1h", 0 },
		{ "1.5", 0 },
		{ "", 0 },
	};
	struct arena *arena = arena_new(4096, 1 << 20);
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct json *payload;

		hubctl(&o, "token", JANSSEN, "--ttl", rows[i].ttl);
		if (rows[i].lifetime == 0) {
			assert_failed(&o, 2, "from 1 to 86400");
			continue;
		}
		assert_done(&o);
		payload = payload_of(arena, o.out);
		assert_int_equal(
		    number(payload, "exp") - number(payload, "iat"),
		    rows[i].lifetime);
	}
	arena_free(arena);
}

static void
token_takes_scopes_of_the_hub(void **state)
{
	static const struct {
		const char *scope;
		bool good;
	} rows[] = {
		{ "openid", true },
		{ "openid profile email offline_access hub.read hub.manage "
		  "records.write",
		    true },
		{ "unknown", false },
		{ "hub.read unknown", false },
		{ "HUB.READ", false },
		{ "hub.read ", false },
		{ "hub.read  openid", false },
		{ "", false },
	};
	struct arena *arena = arena_new(4096, 1 << 20);
	struct output o;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hubctl(&o, "token", "--scope", rows[i].scope, JANSSEN);
		if (!rows[i].good) {
			assert_failed(&o, 2, "is none of: openid ");
			continue;
		}
		assert_done(&o);
		assert_claim(payload_of(arena, o.out), "scope", rows[i].scope);
	}
	arena_free(arena);
}

static void
token_lifetime_comes_from_the_configuration(void **state)
{
	struct site *site = *state;
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *payload;
	struct output o;

	site_configure(site, "token.lifetime = 2m\n");
	hubctl(&o, "token", JANSSEN);
	assert_done(&o);
	payload = payload_of(arena, o.out);
	assert_int_equal(number(payload, "exp") - number(payload, "iat"), 120);
	arena_free(arena);
}

static void
no_token_for_the_unknown_and_the_disabled(void **state)
{
	struct site *site = *state;
	struct output o;

	hubctl(&o, "token", "nobody@example.nl");
	assert_failed(&o, 1,
	    "there is no account nobody@example.nl: see hubctl account list");
	hubctl(&o, "token", "not an address");
	assert_failed(&o, 1, "there is no account");
	site_do(site, "account", "disable", JANSSEN);
	hubctl(&o, "token", JANSSEN);
	assert_failed(&o, 1, "hubctl account enable " JANSSEN);
	assert_int_equal(count_in(site_events(site).text, "token.issued"), 0);
}

#define FILLED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FILLED(token_prints_the_token_alone),
		FILLED(token_takes_a_lifetime_up_to_a_day),
		FILLED(token_takes_scopes_of_the_hub),
		FILLED(token_lifetime_comes_from_the_configuration),
		FILLED(no_token_for_the_unknown_and_the_disabled),
	};

	unsetenv("HUB_CONF");
	unsetenv("HUB_DATA");
	unsetenv("SUDO_USER");
	return UNIT_RUN(tests);
}
