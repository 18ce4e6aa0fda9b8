#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "keys.h"
#include "token/nh.h"
#include "token/verify.h"

#define NOW 1800000000

static struct arena *arena;
static struct signer_key ours;
static struct verifier verifier;
static struct counters counters;

static int
set_up(void **state)
{
	struct str der;

	(void)state;
	arena = arena_new(1 << 16, 1 << 20);
	assert_non_null(arena);
	ours.rsa = test_key(TEST_KEY_A);
	assert_non_null(ours.rsa);
	assert_int_equal(rsa_public_der(arena, ours.rsa, &der), 0);
	assert_int_equal(rsa_public(&verifier.keys.key[0].rsa, der), 0);
	assert_int_equal(key_thumbprint(ours.rsa, ours.kid), 0);
	memcpy(verifier.keys.key[0].kid, ours.kid, sizeof(ours.kid));
	verifier.keys.n = 1;
	token_domain_of(&verifier.domain, "https://hub.example");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	keyset_free(&verifier.keys);
	rsa_free(ours.rsa);
	arena_free(arena);
	return 0;
}

static int
each(void **state)
{
	(void)state;
	arena_reset(arena);
	memset(&counters, 0, sizeof(counters));
	verifier.counters = &counters;
	verifier.keys.n = 1;
	verifier.keys.key[0].ends = 0;
	verifier.cache = token_cache_new(64);
	return verifier.cache == NULL ? -1 : 0;
}

static int
after_each(void **state)
{
	(void)state;
	token_cache_free(verifier.cache);
	return 0;
}

static struct str
token_for(const char *sub)
{
	struct claims claims = { .exp = NOW + 900,
		.iat = NOW,
		.user = true,
		.client_id = "c",
		.jti = "t" };
	struct str token;

	snprintf(claims.sub, sizeof(claims.sub), "%s", sub);
	assert_int_equal(
	    jwt_sign(arena, &ours, &verifier.domain, STR(""), &claims, &token),
	    0);
	return token;
}

/* The subject, or NULL with the result in *RC. */
static const char *
subject(struct str token, int64_t now, int *rc)
{
	static struct claims storage;
	struct verified verified = { .claims = &storage };

	*rc = token_verify(
	    &verifier, arena, token, now, &storage, &verified, NULL);
	assert_true((*rc == 0) == (verified.claims != NULL));
	return verified.claims == NULL ? NULL : verified.claims->sub;
}

static int
result(struct str token, int64_t now)
{
	int rc;

	subject(token, now, &rc);
	return rc;
}

static void
the_second_time_comes_from_the_cache(void **state)
{
	struct str token = token_for("a");
	int rc;

	(void)state;
	assert_string_equal(subject(token, NOW, &rc), "a");
	assert_int_equal(counters.token_hits, 0);
	assert_int_equal(counters.token_misses, 1);
	assert_string_equal(subject(token, NOW, &rc), "a");
	assert_int_equal(counters.token_hits, 1);
	assert_int_equal(counters.token_misses, 1);
	/* Without its keys only the cache can still know it. */
	verifier.keys.n = 0;
	assert_string_equal(subject(token, NOW, &rc), "a");
	token_cache_clear(verifier.cache);
	assert_int_equal(result(token, NOW), HUB_EDENIED);
}

static void
a_hit_takes_no_memory_of_the_arena(void **state)
{
	struct str token = token_for("a");
	struct arena *tiny = arena_new(16, 16);
	struct verified verified;
	struct claims storage;

	(void)state;
	assert_int_equal(result(token, NOW), 0);
	assert_int_equal(token_verify(&verifier, tiny, token, NOW, &storage,
			     &verified, NULL),
	    0);
	assert_false(arena_failed(tiny));
	arena_free(tiny);
}

static void
many_tokens_keep_their_own_claims(void **state)
{
	struct str tokens[20];
	char name[8];
	int rc;

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "u%d", i);
		tokens[i] = token_for(name);
	}
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "u%d", i % 20);
		assert_string_equal(subject(tokens[i % 20], NOW, &rc), name);
	}
	assert_int_equal(counters.token_hits + counters.token_misses, 60);
	assert_true(counters.token_hits >= 20);
}

static void
a_hit_expires_too(void **state)
{
	struct str token = token_for("a");
	struct verified verified;
	struct claims storage;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(result(token, NOW), 0);
	assert_int_equal(result(token, NOW + 899), 0);
	assert_int_equal(result(token, NOW + 900), HUB_EEXPIRED);
	assert_int_equal(counters.token_hits, 2);
	assert_int_equal(token_verify(&verifier, arena, token, NOW + 5000,
			     &storage, &verified, &reason),
	    HUB_EEXPIRED);
	assert_string_equal(reason, "expired");
	assert_null(verified.claims);
}

static void
a_hit_ends_with_its_key(void **state)
{
	struct str token = token_for("a");

	(void)state;
	verifier.keys.key[0].ends = NOW + 10;
	assert_int_equal(result(token, NOW + 9), 0);
	assert_int_equal(result(token, NOW + 10), HUB_EEXPIRED);
	assert_int_equal(counters.token_hits, 1);
}

static void
a_refused_token_is_not_remembered(void **state)
{
	struct str token = token_for("a");
	char *bad = (char *)arena_str(arena, token).p;

	(void)state;
	bad[token.n - 9] = bad[token.n - 9] == 'A' ? 'B' : 'A';
	for (int again = 0; again < 3; again++)
		assert_int_equal(
		    result((struct str){ bad, token.n }, NOW), HUB_EDENIED);
	assert_int_equal(result(token, NOW + 900), HUB_EEXPIRED);
	assert_int_equal(result(token, NOW - 61), HUB_EDENIED);
	assert_int_equal(counters.token_hits, 0);
	assert_int_equal(counters.token_misses, 5);
}

static void
a_known_token_with_one_changed_byte_is_refused(void **state)
{
	struct str token = token_for("a");
	char *copy = (char *)arena_str(arena, token).p;

	(void)state;
	assert_int_equal(result(token, NOW), 0);
	for (size_t i = 0; i < token.n; i += 3) {
		copy[i] ^= 1;
		assert_int_equal(
		    result((struct str){ copy, token.n }, NOW), HUB_EDENIED);
		copy[i] ^= 1;
	}
	assert_int_equal(counters.token_hits, 0);
	assert_int_equal(result((struct str){ copy, token.n }, NOW), 0);
	assert_int_equal(counters.token_hits, 1);
}

static void
the_longest_token_of_our_own_is_remembered_too(void **state)
{
	struct claims claims = { .exp = NOW + 900,
		.iat = NOW,
		.user = true,
		.client_id = "c",
		.jti = "t" };
	struct str token;

	(void)state;
	memset(claims.sub, 'a', CLAIM_ID - 1);
	memset(claims.gid, 'g', CLAIM_ID - 1);
	memset(claims.sid, 's', CLAIM_ID - 1);
	memset(claims.scope, 'x', CLAIM_SCOPE - 1);
	assert_int_equal(
	    jwt_sign(arena, &ours, &verifier.domain, STR(""), &claims, &token),
	    0);
	assert_true(token.n <= NH_MAX);
	assert_int_equal(result(token, NOW), 0);
	assert_int_equal(result(token, NOW), 0);
	assert_int_equal(counters.token_hits, 1);
	assert_int_equal(counters.token_misses, 1);
}

static void
the_reason_of_a_refusal_is_told(void **state)
{
	struct verified verified;
	struct claims storage;
	const char *reason = NULL;

	(void)state;
	assert_int_equal(token_verify(&verifier, arena, STR("x"), NOW, &storage,
			     &verified, &reason),
	    HUB_EDENIED);
	assert_string_equal(reason, "not three parts");
}

static void
nobody_has_to_count(void **state)
{
	struct str token = token_for("a");

	(void)state;
	verifier.counters = NULL;
	assert_int_equal(result(token, NOW), 0);
	assert_int_equal(result(token, NOW), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, each, after_each)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_time_comes_from_the_cache),
		TEST(a_hit_takes_no_memory_of_the_arena),
		TEST(many_tokens_keep_their_own_claims),
		TEST(a_hit_expires_too),
		TEST(a_hit_ends_with_its_key),
		TEST(a_refused_token_is_not_remembered),
		TEST(a_known_token_with_one_changed_byte_is_refused),
		TEST(the_longest_token_of_our_own_is_remembered_too),
		TEST(the_reason_of_a_refusal_is_told),
		TEST(nobody_has_to_count),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
