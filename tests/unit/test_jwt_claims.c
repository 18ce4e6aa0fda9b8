/* Access tokens under a right signature: what RFC 9068 wants in the claims. */
#include "unit.h"

#include <string.h>
#include "base/err.h"
#include "forge.h"

static void
another_issuer_or_audience_is_refused(void **state)
{
	static const char *const issuers[] = { "\"https://hub.example\"",
		"\"https://hub.example/identity/\"",
		"\"https://HUB.example/identity\"",
		"\"http://hub.example/identity\"",
		"\"https://hub.example/identit\"", "\"\"", "null", "1",
		"[\"https://hub.example/identity\"]" };
	static const char *const audiences[] = { "\"https://hub.example/\"",
		"\"https://evil.example\"", "\"https://hub.exampl\"",
		"\"https://hub.example/identity\"", "\"\"", "null", "1", "{}",
		"[]", "[\"https://evil.example\"]",
		"[\"https://hub.example\",1]", "[1,\"https://hub.example\"]",
		"[[\"https://hub.example\"]]",
		"{\"https://hub.example\":\"https://hub.example\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		refuses(with_claim("iss", issuers[i]), "another issuer");
	for (size_t i = 0; i < sizeof(audiences) / sizeof(audiences[0]); i++)
		refuses(with_claim("aud", audiences[i]), "another audience");
}

static void
one_audience_of_several_is_enough(void **state)
{
	struct claims claims;

	(void)state;
	accepts(with_claim("aud", "[\"https://hub.example\"]"), &claims);
	accepts(with_claim("aud", "[\"x\",\"https://hub.example\",\"y\"]"),
	    &claims);
}

static void
required_claims_may_not_be_missing(void **state)
{
	(void)state;
	refuses(with_claim("iss", NULL), "another issuer");
	refuses(with_claim("aud", NULL), "another audience");
	refuses(with_claim("exp", NULL), "bad exp");
	refuses(with_claim("iat", NULL), "bad iat");
	refuses(with_claim("sub", NULL), "bad sub");
	refuses(with_claim("client_id", NULL), "bad client_id");
	refuses(with_claim("jti", NULL), "bad jti");
}

static void
ids_are_ids(void **state)
{
	static const char *const names[] = { "sub", "client_id", "jti", "gid",
		"sid" };
	const char *longest = arena_printf(arena, "\"%064d\"", 0);
	const char *longer = arena_printf(arena, "\"%065d\"", 0);
	const char *bad[] = { "\"\"", "\"a b\"", "\"a/b\"", "\"\xc3\xa9\"",
		"\"a\\n\"", "null", "1", "[\"a\"]", longer };

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		const char *reason = arena_printf(arena, "bad %s", names[n]);
		struct claims claims;

		accepts(with_claim(names[n], longest), &claims);
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			refuses(with_claim(names[n], bad[i]), reason);
	}
}

static void
a_scope_is_words_between_single_spaces(void **state)
{
	const char *longest = arena_printf(arena, "\"%0256d\"", 0);
	const char *longer = arena_printf(arena, "\"%0257d\"", 0);
	const char *bad[] = { "\"\"", "\" \"", "\" a\"", "\"a \"", "\"a  b\"",
		"\"a\\tb\"", "\"a\\\"b\"", "\"a\\\\b\"", "\"\xc3\xa9\"",
		"\"a\\u007f\"", "null", "1", "[\"a\"]", longer };
	struct claims claims;

	(void)state;
	accepts(with_claim("scope", "\"openid hub.read !#$[]^~\""), &claims);
	assert_string_equal(claims.scope, "openid hub.read !#$[]^~");
	accepts(with_claim("scope", longest), &claims);
	assert_int_equal(strlen(claims.scope), 256);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(with_claim("scope", bad[i]), "bad scope");
}

static void
times_and_epoch_are_plain_numbers(void **state)
{
	static const char *const names[] = { "exp", "iat", "nbf", "auth_time",
		"epoch" };
	static const char *const bad[] = { "\"1800000000\"", "1800000000.0",
		"-1", "18e8", "9007199254740992", "9223372036854775808",
		"18446744073709551617", "null" };

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		const char *reason = arena_printf(arena, "bad %s", names[n]);

		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			refuses(with_claim(names[n], bad[i]), reason);
	}
}

static void
a_number_is_spelled_as_digits(void **state)
{
	static const char *const bad[] = { "\"\"", "1800000000.5", "-0",
		"-1800000000", "1.8e9", "18E8", "18e+8", "1e400",
		"9223372036854775807", "18446744073709551615",
		"99999999999999999999999999", "true", "false", "[1800000000]",
		"{}" };
	static const char *const no_json[] = { "01800000000", "+1800000000",
		"0x6b49d200", "1_800", "Infinity", "NaN", ".5", "1." };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(with_claim("exp", bad[i]), "bad exp");
	for (size_t i = 0; i < sizeof(no_json) / sizeof(no_json[0]); i++)
		refuses(with_claim("exp", no_json[i]), "not strict JSON");
}

static void
the_largest_number_is_taken(void **state)
{
	struct claims claims;

	(void)state;
	accepts(with_claim("epoch", "9007199254740991"), &claims);
	assert_int_equal(claims.epoch, (1ULL << 53) - 1);
	assert_true(claims.user);
	accepts(with_claim("auth_time", "9007199254740991"), &claims);
	refuses(
	    with_claim("exp", "9007199254740991"), "an impossible lifetime");
}

static void
an_epoch_makes_a_user_token(void **state)
{
	const struct str client_token =
	    STR("{\"iss\":\"https://hub.example/identity\","
		"\"aud\":\"https://hub.example\",\"exp\":1800000900,"
		"\"iat\":1800000000,\"sub\":\"client:portal\","
		"\"client_id\":\"portal\",\"jti\":\"t1\"}");
	struct claims claims;

	(void)state;
	accepts(with_claim("epoch", "0"), &claims);
	assert_true(claims.user);
	accepts(forge(good_header(), client_token), &claims);
	assert_false(claims.user);
	assert_string_equal(claims.sub, "client:portal");
}

/* Neither kind of subject can be taken for the other. */
static void
the_sub_is_an_account_or_the_client_itself(void **state)
{
	(void)state;
	refuses(with_claim("epoch", NULL), "bad sub");
	refuses(with_claim("sub", "\"client:portal\""), "bad sub");
	refuses(with_claim("sub", "\"client:\""), "bad sub");
	refuses(forge(good_header(),
		    STR("{\"iss\":\"https://hub.example/identity\","
			"\"aud\":\"https://hub.example\","
			"\"exp\":1800000900,\"iat\":1800000000,"
			"\"sub\":\"client:other\","
			"\"client_id\":\"portal\",\"jti\":\"t1\"}")),
	    "bad sub");
}

static int
verify_at(struct str token, int64_t now)
{
	return verify_by(&keys, &domain, now, token);
}

static void
a_token_lives_from_nbf_to_exp(void **state)
{
	struct str token = with_claim("nbf", "1800000010");

	(void)state;
	assert_int_equal(verify_at(token, NOW + 9), HUB_EDENIED);
	assert_int_equal(verify_at(token, NOW + 10), 0);
	assert_int_equal(verify_at(token, NOW + 899), 0);
	assert_int_equal(verify_at(token, NOW + 900), HUB_EEXPIRED);
	assert_int_equal(verify_at(token, NOW + 100000), HUB_EEXPIRED);
}

static void
iat_may_lie_a_minute_ahead(void **state)
{
	struct str token = good_token();

	(void)state;
	assert_int_equal(verify_at(token, NOW - 60), 0);
	assert_int_equal(verify_at(token, NOW - 61), HUB_EDENIED);
	assert_int_equal(verify_at(token, 0), HUB_EDENIED);
}

static void
no_token_lives_longer_than_a_day(void **state)
{
	struct claims claims;

	(void)state;
	accepts(with_claim("iat", "1799914500"), &claims); /* 86400 */
	refuses(with_claim("iat", "1799914499"), "an impossible lifetime");
	refuses(with_claim("iat", "0"), "an impossible lifetime");
	refuses(with_claim("exp", "1800000000"), "an impossible lifetime");
	refuses(with_claim("exp", "1799999999"), "an impossible lifetime");
}

static void
expired_tells_that_all_else_was_right(void **state)
{
	struct str stranger =
	    seal(other, input_of(good_header(), good_payload()));

	(void)state;
	assert_int_equal(verify_at(stranger, NOW + 1000), HUB_EDENIED);
	assert_int_equal(
	    verify_at(with_claim("aud", "\"x\""), NOW + 1000), HUB_EDENIED);
	assert_int_equal(verify_at(good_token(), NOW + 1000), HUB_EEXPIRED);
}

static void
a_token_ends_with_its_key(void **state)
{
	struct str token = good_token();
	struct claims claims;

	(void)state;
	keys.key[0].ends = NOW + 100;
	accepts(token, &claims);
	assert_int_equal(claims.exp, NOW + 100);
	assert_int_equal(verify_at(token, NOW + 99), 0);
	assert_int_equal(verify_at(token, NOW + 100), HUB_EEXPIRED);
	keys.key[0].ends = NOW + 5000;
	accepts(token, &claims);
	assert_int_equal(claims.exp, NOW + 900);
}

static void
a_payload_is_one_json_object(void **state)
{
	(void)state;
	refuses(forge(good_header(), STR("")), "not strict JSON");
	refuses(forge(good_header(), STR("{}{}")), "not strict JSON");
	refuses(forge(good_header(), STR("null")), "another issuer");
	refuses(forge(good_header(), STR("[]")), "another issuer");
	refuses(forge(good_header(), STR("{}")), "another issuer");
	refuses(
	    forge(good_header(), text("[%.*s]%.*s", good_payload(), STR(""))),
	    "another issuer");
}

static void
claims_that_nobody_knows_are_ignored(void **state)
{
	struct claims claims;

	(void)state;
	accepts(with_claim("roles", "[{\"deep\":[1,2.5,null]}]"), &claims);
}

#define TEST(fn) cmocka_unit_test_setup(fn, forge_each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_issuer_or_audience_is_refused),
		TEST(one_audience_of_several_is_enough),
		TEST(required_claims_may_not_be_missing),
		TEST(ids_are_ids),
		TEST(a_scope_is_words_between_single_spaces),
		TEST(times_and_epoch_are_plain_numbers),
		TEST(a_number_is_spelled_as_digits),
		TEST(the_largest_number_is_taken),
		TEST(an_epoch_makes_a_user_token),
		TEST(the_sub_is_an_account_or_the_client_itself),
		TEST(a_token_lives_from_nbf_to_exp),
		TEST(iat_may_lie_a_minute_ahead),
		TEST(no_token_lives_longer_than_a_day),
		TEST(expired_tells_that_all_else_was_right),
		TEST(a_token_ends_with_its_key),
		TEST(a_payload_is_one_json_object),
		TEST(claims_that_nobody_knows_are_ignored),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, forge_set_up, forge_tear_down);
}
