/* ID tokens, and that no kind of token is taken for another. */
#include "token/id_token.h"

#include <stdio.h>
#include <string.h>
#include "base/err.h"
#include "forge.h"
#include "unit.h"

/* The example of OpenID Connect Core 1.0, appendix A.3. */
#define ACCESS_TOKEN "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
#define AT_HASH "77QmUPtjPfzWtF2AnpK9RQ"

static const struct id_token sound = {
	.sub = STR("a1"),
	.client = STR("portal"),
	.nonce = STR("n-0S6_WzA2Mj \xc3\xa9\n\"\\"),
	.sid = STR("s1"),
	.access_token = STR(ACCESS_TOKEN),
	.iat = NOW,
	.exp = NOW + 900,
	.auth_time = NOW - 30,
};

static struct str
sign(const struct id_token *id)
{
	struct str token;

	assert_int_equal(
	    id_token_sign(arena, &signing, &domain, id, &token), 0);
	return token;
}

static int
read_back(struct str token, struct id_token *id)
{
	return id_token_read(arena, &keys, &domain, token, id);
}

#define assert_text(s, expected)                                               \
	do {                                                                   \
		struct str assert_text_s = (s);                                \
		if (!str_eq(assert_text_s, str_of(expected)))                  \
			fail_msg("'%.*s' is not '%s'", STR_ARG(assert_text_s), \
			    (expected));                                       \
	} while (0)

static void
what_was_signed_comes_back(void **state)
{
	struct id_token out;

	(void)state;
	assert_int_equal(read_back(sign(&sound), &out), 0);
	assert_text(out.sub, "a1");
	assert_text(out.client, "portal");
	assert_text(out.nonce, sound.nonce.p);
	assert_text(out.sid, "s1");
	assert_int_equal(out.iat, NOW);
	assert_int_equal(out.exp, NOW + 900);
	assert_int_equal(out.auth_time, NOW - 30);
	assert_null(out.access_token.p);
}

static void
it_says_what_core_asks_for_and_nothing_else(void **state)
{
	struct id_token id = sound;
	struct str token, part;

	(void)state;
	id.nonce = STR("n");
	token = sign(&id);
	assert_true(str_split(&token, '.', &part));
	assert_text(decoded(part),
	    arena_printf(arena,
		"{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
		signing.kid));
	assert_true(str_split(&token, '.', &part));
	assert_text(decoded(part),
	    "{\"iss\":\"https://hub.example/identity\",\"sub\":\"a1\","
	    "\"aud\":\"portal\",\"exp\":1800000900,\"iat\":1800000000,"
	    "\"auth_time\":1799999970,\"nonce\":\"n\","
	    "\"at_hash\":\"" AT_HASH "\",\"sid\":\"s1\"}");
}

static void
what_there_is_not_is_left_out(void **state)
{
	struct id_token id = sound, out;
	struct str token, part;

	(void)state;
	id.nonce = id.sid = id.access_token = STR_NONE;
	token = sign(&id);
	assert_int_equal(read_back(token, &out), 0);
	assert_int_equal(out.nonce.n, 0);
	assert_int_equal(out.sid.n, 0);
	assert_true(str_split(&token, '.', &part));
	assert_true(str_split(&token, '.', &part));
	assert_text(decoded(part),
	    "{\"iss\":\"https://hub.example/identity\",\"sub\":\"a1\","
	    "\"aud\":\"portal\",\"exp\":1800000900,\"iat\":1800000000,"
	    "\"auth_time\":1799999970}");
}

#define SIGNS_NOT(change)                                                      \
	do {                                                                   \
		struct id_token id = sound;                                    \
		struct str token = STR("left over");                           \
		change;                                                        \
		assert_int_equal(                                              \
		    id_token_sign(arena, &signing, &domain, &id, &token),      \
		    HUB_EINVAL);                                               \
		assert_null(token.p);                                          \
	} while (0)

static void
nothing_is_signed_that_is_no_id_token(void **state)
{
	char longest[ID_TOKEN_NONCE_MAX + 1];
	struct id_token good = sound;

	(void)state;
	memset(longest, '"', sizeof(longest));
	SIGNS_NOT(id.sub = STR(""));
	SIGNS_NOT(id.sub = STR("a b"));
	SIGNS_NOT(id.sub = STR("client:portal"));
	SIGNS_NOT(id.client = STR_NONE);
	SIGNS_NOT(id.client = STR("https://portal.example"));
	SIGNS_NOT(id.sid = STR("s 1"));
	SIGNS_NOT(id.nonce = STR("\xff"));
	SIGNS_NOT(id.nonce = ((struct str){ longest, sizeof(longest) }));
	SIGNS_NOT(id.iat = -1);
	SIGNS_NOT(id.exp = id.iat);
	SIGNS_NOT(id.exp = 1LL << 53);
	SIGNS_NOT(id.auth_time = -1);
	SIGNS_NOT(id.auth_time = 1LL << 53);
	/* The longest nonce, and of what takes most room in JSON. */
	good.nonce = (struct str){ longest, ID_TOKEN_NONCE_MAX };
	assert_int_equal(read_back(sign(&good), &good), 0);
	assert_int_equal(good.nonce.n, ID_TOKEN_NONCE_MAX);
}

static void
signing_needs_a_private_key_and_a_domain(void **state)
{
	struct signer_key public = signing;
	const struct token_domain none = { .issuer = "" };
	struct str token;

	(void)state;
	public.rsa = keys.key[0].rsa;
	assert_int_equal(
	    id_token_sign(arena, &public, &domain, &sound, &token), HUB_EINVAL);
	assert_int_equal(
	    id_token_sign(arena, &signing, &none, &sound, &token), HUB_EINVAL);
}

/* A hint of a session long over still tells who it was. */
static void
an_expired_one_is_a_good_hint(void **state)
{
	struct id_token id = sound, out;

	(void)state;
	id.iat = id.auth_time = 1;
	id.exp = 2;
	assert_int_equal(read_back(sign(&id), &out), 0);
	assert_text(out.sub, "a1");
}

static void
an_access_token_is_no_id_token_and_the_other_way_round(void **state)
{
	struct id_token out;

	(void)state;
	assert_int_equal(read_back(good_token(), &out), HUB_EDENIED);
	refuses(sign(&sound), "type is not at+jwt");
}

/* The payload of a good ID token with one member changed, under our key. */
static const struct member payload[] = {
	{ "iss", "\"https://hub.example/identity\"" },
	{ "sub", "\"a1\"" },
	{ "aud", "\"portal\"" },
	{ "exp", "1800000900" },
	{ "iat", "1800000000" },
	{ "auth_time", "1799999970" },
	{ "nonce", "\"n\"" },
	{ "sid", "\"s1\"" },
	{ NULL, NULL },
};

static int
read_with(const char *typ, const char *name, const char *raw)
{
	struct id_token out, before;
	struct str token;
	int rc;

	token = forge(header_with("typ", typ), member_with(payload, name, raw));
	memset(&out, 0x5a, sizeof(out));
	before = out;
	rc = read_back(token, &out);
	if (rc != 0)
		assert_memory_equal(&out, &before, sizeof(out));
	return rc;
}

static void
each_claim_has_its_type(void **state)
{
	static const struct member bad[] = {
		{ "iss", NULL },
		{ "iss", "\"https://hub.example\"" },
		{ "iss", "\"\"" },
		{ "iss", "[\"https://hub.example/identity\"]" },
		{ "sub", NULL },
		{ "sub", "\"\"" },
		{ "sub", "5" },
		{ "sub", "\"client:portal\"" },
		{ "aud", NULL },
		{ "aud", "[\"portal\"]" },
		{ "aud", "\"https://hub.example\"" },
		{ "exp", NULL },
		{ "exp", "\"1800000900\"" },
		{ "exp", "1800000900.5" },
		{ "exp", "1799999999" },
		{ "iat", NULL },
		{ "iat", "-1" },
		{ "iat", "9223372036854775808" },
		{ "auth_time", NULL },
		{ "auth_time", "null" },
		{ "nonce", "7" },
		{ "nonce", "null" },
		{ "sid", "7" },
		{ "sid", "\"s 1\"" },
	};

	(void)state;
	assert_int_equal(read_with("\"JWT\"", "nonce", "\"m\""), 0);
	assert_int_equal(read_with("\"JWT\"", "sid", NULL), 0);
	assert_int_equal(read_with("\"JWT\"", "more", "{}"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_with("\"JWT\"", bad[i].name, bad[i].raw) !=
		    HUB_EDENIED)
			fail_msg("%s: %s", bad[i].name, bad[i].raw);
	}
}

static void
only_the_type_of_an_id_token_is_taken(void **state)
{
	static const char *const good[] = { "\"JWT\"", "\"jwt\"",
		"\"application/jwt\"", "\"Application/JWT\"" };
	static const char *const bad[] = { NULL, "\"at+jwt\"", "\"\"",
		"\"logout+jwt\"", "\"application/\"", "\"application/at+jwt\"",
		"\"JWT \"", "\"JW\"", "\"application/application/jwt\"", "7",
		"[\"JWT\"]" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(read_with(good[i], "nonce", "\"n\""), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    read_with(bad[i], "nonce", "\"n\""), HUB_EDENIED);
}

static void
a_changed_or_foreign_one_is_refused(void **state)
{
	struct str token = sign(&sound);
	struct signer_key foreign = signing;
	struct id_token out;
	struct str forged;
	char *copy;

	(void)state;
	foreign.rsa = other;
	assert_int_equal(
	    id_token_sign(arena, &foreign, &domain, &sound, &forged), 0);
	assert_int_equal(read_back(forged, &out), HUB_EDENIED);
	copy = arena_alloc(arena, token.n);
	assert_non_null(copy);
	memcpy(copy, token.p, token.n);
	for (size_t i = 0; i < token.n; i += 7) {
		struct arena_mark mark = arena_mark(arena);

		copy[i] ^= 1;
		assert_int_equal(read_back((struct str){ copy, token.n }, &out),
		    HUB_EDENIED);
		copy[i] ^= 1;
		arena_rewind(arena, mark);
	}
	assert_int_equal(read_back(STR(""), &out), HUB_EDENIED);
	assert_int_equal(read_back(STR("a.b.c"), &out), HUB_EDENIED);
	assert_int_equal(
	    read_back((struct str){ token.p, token.n - 1 }, &out), HUB_EDENIED);
}

static void
a_key_that_is_gone_makes_no_hint(void **state)
{
	const struct keyset empty = { .n = 0 };
	struct str token = sign(&sound);
	struct id_token out;

	(void)state;
	assert_int_equal(
	    id_token_read(arena, &empty, &domain, token, &out), HUB_EDENIED);
}

static void
too_little_memory_is_no_fault_of_the_token(void **state)
{
	struct arena *small = arena_new(64, 256);
	struct str token = sign(&sound);
	struct id_token out;

	(void)state;
	assert_non_null(small);
	assert_int_equal(
	    id_token_read(small, &keys, &domain, token, &out), HUB_ENOMEM);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, forge_each)
		TEST(what_was_signed_comes_back),
		TEST(it_says_what_core_asks_for_and_nothing_else),
		TEST(what_there_is_not_is_left_out),
		TEST(nothing_is_signed_that_is_no_id_token),
		TEST(signing_needs_a_private_key_and_a_domain),
		TEST(an_expired_one_is_a_good_hint),
		TEST(an_access_token_is_no_id_token_and_the_other_way_round),
		TEST(each_claim_has_its_type),
		TEST(only_the_type_of_an_id_token_is_taken),
		TEST(a_changed_or_foreign_one_is_refused),
		TEST(a_key_that_is_gone_makes_no_hint),
		TEST(too_little_memory_is_no_fault_of_the_token),
#undef TEST
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, forge_set_up, forge_tear_down);
}
