/* Access tokens: what is signed comes back, for the audience that it is for. */
#include "unit.h"

#include <string.h>
#include "base/conf.h"
#include "base/err.h"
#include "forge.h"

static void
a_signed_token_says_what_was_put_in(void **state)
{
	const struct claims in = {
		.exp = NOW + 900,
		.iat = NOW,
		.auth_time = NOW - 10,
		.epoch = 7,
		.user = true,
		.sub = "a-1",
		.client_id = "portal",
		.jti = "t:1",
		.gid = "g.1",
		.sid = "s_1",
		.scope = "openid hub.read",
	};
	struct claims out;
	struct str token;

	(void)state;
	assert_int_equal(
	    jwt_sign(arena, &signing, &domain, STR(""), &in, &token), 0);
	accepts(token, &out);
	assert_int_equal(out.exp, in.exp);
	assert_int_equal(out.iat, in.iat);
	assert_int_equal(out.auth_time, in.auth_time);
	assert_int_equal(out.epoch, 7);
	assert_true(out.user);
	assert_string_equal(out.sub, "a-1");
	assert_string_equal(out.client_id, "portal");
	assert_string_equal(out.jti, "t:1");
	assert_string_equal(out.gid, "g.1");
	assert_string_equal(out.sid, "s_1");
	assert_string_equal(out.scope, "openid hub.read");
	assert_true(claims_have_scope(&out, "hub.read"));
	assert_false(claims_have_scope(&out, "hub"));
}

static void
a_token_without_a_user_has_no_optional_claims(void **state)
{
	const struct claims in = { .exp = NOW + 1,
		.iat = NOW,
		.epoch = 7, /* nobody's */
		.sub = "client:c",
		.client_id = "c",
		.jti = "t" };
	struct str token, part;
	struct claims out;

	(void)state;
	assert_int_equal(
	    jwt_sign(arena, &signing, &domain, STR(""), &in, &token), 0);
	accepts(token, &out);
	assert_false(out.user);
	assert_int_equal(out.epoch, 0);
	assert_true(str_split(&token, '.', &part));
	assert_true(str_eq(decoded(part), good_header()));
	assert_true(str_split(&token, '.', &part));
	assert_true(str_eq(decoded(part),
	    STR("{\"iss\":\"https://hub.example/identity\","
		"\"aud\":\"https://hub.example\",\"exp\":1800000001,"
		"\"iat\":1800000000,\"sub\":\"client:c\",\"client_id\":\"c\","
		"\"jti\":\"t\"}")));
}

static int
sign(const struct claims *claims)
{
	struct str token;
	int rc = jwt_sign(arena, &signing, &domain, STR(""), claims, &token);

	assert_true((rc == 0) == (token.p != NULL));
	return rc;
}

static const struct claims sound = {
	.exp = NOW + 900,
	.iat = NOW,
	.user = true,
	.sub = "a",
	.client_id = "c",
	.jti = "t",
};

#define SIGNS_NOT(change)                                                      \
	do {                                                                   \
		struct claims c = sound;                                       \
		change;                                                        \
		assert_int_equal(sign(&c), HUB_EINVAL);                        \
	} while (0)

static void
nothing_is_signed_that_would_be_refused(void **state)
{
	(void)state;
	assert_int_equal(sign(&sound), 0);
	SIGNS_NOT(c.sub[0] = '\0');
	SIGNS_NOT(c.user = false);
	SIGNS_NOT(memcpy(c.sub, "client:c", 9));
	SIGNS_NOT(c.user = false; memcpy(c.sub, "client:d", 9));
	SIGNS_NOT(c.user = false; memcpy(c.sub, "client:", 8));
	SIGNS_NOT(c.client_id[0] = '\0');
	SIGNS_NOT(c.jti[0] = '\0');
	SIGNS_NOT(memset(c.sub, 'a', sizeof(c.sub)));
	SIGNS_NOT(memset(c.gid, 'a', sizeof(c.gid)));
	SIGNS_NOT(memset(c.scope, 'a', sizeof(c.scope)));
	SIGNS_NOT(c.sid[0] = ' ');
	SIGNS_NOT(c.scope[0] = ' ');
	SIGNS_NOT(c.scope[0] = '"');
	SIGNS_NOT(c.exp = c.iat);
	SIGNS_NOT(c.exp = c.iat + TOKEN_LIFETIME_MAX + 1);
	SIGNS_NOT(c.iat = -1);
	SIGNS_NOT(c.auth_time = -1);
	SIGNS_NOT(c.epoch = 1ULL << 53);
	SIGNS_NOT(c.iat = 1LL << 53; c.exp = c.iat + 1);
}

/* What is meant for others is no key to the hub itself. */
static void
a_token_for_another_audience_is_told_on_request_only(void **state)
{
	const struct str api = STR("urn:example:api");
	struct str audience = STR_NONE, token;
	const struct jwt_check asking = { arena, &keys, &domain, NOW,
		&audience };
	struct claims claims;

	(void)state;
	assert_int_equal(
	    jwt_sign(arena, &signing, &domain, api, &sound, &token), 0);
	refuses(token, "another audience");
	assert_int_equal(jwt_verify(&asking, token, &claims, NULL), 0);
	assert_true(str_eq(audience, api));
	assert_string_equal(claims.sub, "a");
	assert_int_equal(
	    jwt_sign(arena, &signing, &domain, STR(""), &sound, &token), 0);
	assert_int_equal(jwt_verify(&asking, token, &claims, NULL), 0);
	assert_true(str_eq(audience, STR("https://hub.example")));
}

static void
whatever_the_audience_all_else_must_be_right(void **state)
{
	static const char *const not_one[] = { NULL, "\"\"", "[]", "5",
		"[\"https://hub.example\"]", "{}" };
	struct str audience = STR("left over");
	const struct jwt_check asking = { arena, &keys, &domain, NOW,
		&audience };
	struct claims claims;

	(void)state;
	assert_int_equal(
	    jwt_verify(&asking, with_claim("iss", "\"me\""), &claims, NULL),
	    HUB_EDENIED);
	assert_null(audience.p);
	assert_int_equal(
	    jwt_verify(&asking, with_claim("exp", "1799999999"), &claims, NULL),
	    HUB_EDENIED);
	assert_null(audience.p);
	for (size_t i = 0; i < sizeof(not_one) / sizeof(not_one[0]); i++) {
		assert_int_equal(
		    jwt_verify(
			&asking, with_claim("aud", not_one[i]), &claims, NULL),
		    HUB_EDENIED);
		assert_null(audience.p);
	}
}

static void
signing_needs_a_private_key_a_whole_kid_and_a_domain(void **state)
{
	struct signer_key public = signing, nameless = signing;
	struct token_domain none;
	struct str token;

	(void)state;
	public.rsa = keys.key[0].rsa;
	assert_int_equal(
	    jwt_sign(arena, &public, &domain, STR(""), &sound, &token),
	    HUB_EINVAL);
	nameless.kid[KID_LEN - 1] = '\0';
	assert_int_equal(
	    jwt_sign(arena, &nameless, &domain, STR(""), &sound, &token),
	    HUB_EINVAL);
	token_domain_of(&none, "");
	none.issuer[0] = '\0';
	assert_int_equal(
	    jwt_sign(arena, &signing, &none, STR(""), &sound, &token),
	    HUB_EINVAL);
}

static void
the_domain_is_the_base_url_whole_or_nothing(void **state)
{
	struct token_domain d;
	char url[300];

	(void)state;
	assert_string_equal(domain.issuer, "https://hub.example/identity");
	assert_string_equal(domain.audience, "https://hub.example");
	memset(url, 'a', sizeof(url));
	url[255] = '\0';
	token_domain_of(&d, url);
	assert_string_equal(d.audience, url);
	assert_int_equal(strlen(d.issuer), 255 + strlen("/identity"));
	url[255] = 'a';
	url[256] = '\0';
	token_domain_of(&d, url);
	assert_string_equal(d.audience, "");
	assert_string_equal(d.issuer, "");
}

static void
a_domain_without_a_name_takes_no_token(void **state)
{
	const struct token_domain none = { .issuer = "" };
	struct str token = forge(good_header(),
	    STR("{\"iss\":\"\",\"aud\":\"\",\"exp\":1800000900,"
		"\"iat\":1800000000,\"sub\":\"a\",\"client_id\":\"c\","
		"\"jti\":\"t\"}"));

	(void)state;
	assert_int_equal(verify_by(&keys, &none, NOW, token), HUB_EDENIED);
}

static void
too_little_memory_is_no_fault_of_the_token(void **state)
{
	struct arena *small = arena_new(64, 256);
	const struct jwt_check check = { small, &keys, &domain, NOW, NULL };
	struct claims claims;
	const char *reason;

	(void)state;
	assert_non_null(small);
	assert_int_equal(
	    jwt_verify(&check, good_token(), &claims, &reason), HUB_ENOMEM);
	assert_string_equal(reason, "out of memory");
	arena_free(small);
}

static void
scratch_memory_is_given_back(void **state)
{
	struct str token = good_token();
	struct claims claims;
	void *before = arena_alloc(arena, 1);

	(void)state;
	accepts(token, &claims);
	assert_ptr_equal((char *)arena_alloc(arena, 1) - (char *)before,
	    _Alignof(max_align_t));
}

#define TEST(fn) cmocka_unit_test_setup(fn, forge_each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signed_token_says_what_was_put_in),
		TEST(a_token_without_a_user_has_no_optional_claims),
		TEST(nothing_is_signed_that_would_be_refused),
		TEST(a_token_for_another_audience_is_told_on_request_only),
		TEST(whatever_the_audience_all_else_must_be_right),
		TEST(signing_needs_a_private_key_a_whole_kid_and_a_domain),
		TEST(the_domain_is_the_base_url_whole_or_nothing),
		TEST(a_domain_without_a_name_takes_no_token),
		TEST(too_little_memory_is_no_fault_of_the_token),
		TEST(scratch_memory_is_given_back),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, forge_set_up, forge_tear_down);
}
