#include "identity/refresh.h"

#include "base/b64.h"
#include "hub_fixture.h"
#include "unit.h"

static void
secrets_have_their_shape_and_differ(void **state)
{
	unsigned char bytes[32];
	struct opaque one, two;

	(void)state;
	opaque_make(&one);
	opaque_make(&two);
	assert_int_equal(strlen(one.text), OPAQUE_LEN);
	assert_string_not_equal(one.text, two.text);
	assert_int_equal(
	    b64url_decode(str_of(one.text), bytes, sizeof(bytes)), 32);
}

static void
a_secret_may_come_from_elsewhere(void **state)
{
	static const unsigned char bytes[32] = { 0xff, 0xff, 0xff };
	struct opaque secret;

	(void)state;
	opaque_of(bytes, &secret);
	assert_string_equal(
	    secret.text, "____AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

/* The digest of 43 times "A", by another implementation. */
static void
a_digest_is_of_the_text(void **state)
{
	static const char text[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct opaque_digest digest, same;

	(void)state;
	assert_int_equal(opaque_digest_of(STR(text), &digest), 0);
	assert_string_equal(
	    digest.text, "DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo");
	assert_int_equal(opaque_digest_any(STR(text), &same), 0);
	assert_string_equal(same.text, digest.text);
	assert_int_equal(opaque_digest_any(STR(""), &same), 0);
	assert_string_equal(
	    same.text, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

static void
what_has_not_the_shape_of_a_secret_has_no_digest(void **state)
{
	static const char *const bad[] = { "",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA A" };
	struct opaque_digest digest;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
		    opaque_digest_of(str_of(bad[i]), &digest), HUB_EINVAL);
		assert_string_equal(digest.text, "");
	}
	assert_int_equal(opaque_digest_of(STR_NONE, &digest), HUB_EINVAL);
}

static void
a_family_shares_its_handle_and_nothing_else(void **state)
{
	struct str seed = STR("0123456789abcdef0123456789abcdef");
	struct refresh first, second, again, other;
	struct refresh_digests a, b;

	(void)state;
	refresh_make(&first);
	refresh_make(&other);
	assert_int_equal(strlen(first.text), REFRESH_LEN);
	assert_memory_not_equal(first.text, other.text, REFRESH_HANDLE_LEN);
	assert_int_equal(refresh_next(str_of(first.text), seed, &second), 0);
	assert_int_equal(refresh_next(str_of(first.text), seed, &again), 0);
	assert_string_equal(second.text, again.text);
	assert_memory_equal(first.text, second.text, REFRESH_HANDLE_LEN);
	assert_string_not_equal(first.text, second.text);
	assert_int_equal(refresh_digests_of(str_of(first.text), &a), 0);
	assert_int_equal(refresh_digests_of(str_of(second.text), &b), 0);
	assert_string_equal(a.handle.text, b.handle.text);
	assert_string_not_equal(a.token.text, b.token.text);
	/* Another token or another seed: another successor. */
	assert_int_equal(refresh_next(str_of(other.text), seed, &again), 0);
	assert_string_not_equal(
	    again.text + REFRESH_HANDLE_LEN, second.text + REFRESH_HANDLE_LEN);
	assert_int_equal(refresh_next(str_of(first.text),
			     STR("1123456789abcdef0123456789abcdef"), &again),
	    0);
	assert_string_not_equal(again.text, second.text);
}

/* HMAC-SHA-256 (RFC 2104), by another implementation. */
static void
a_successor_is_the_keyed_hash_of_the_seed(void **state)
{
	static const char token[] =
	    "AAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct refresh next;

	(void)state;
	assert_int_equal(refresh_next(STR(token),
			     STR("0123456789abcdef0123456789abcdef"), &next),
	    0);
	assert_string_equal(next.text,
	    "AAAAAAAAAAAAAAAAAAAAAA"
	    "hQjdSTJII_iQ11dpcgxpgibItnitGWa4w-p9xGwk-dA");
}

static void
what_is_no_refresh_token_is_refused(void **state)
{
	struct str seed = STR("0123456789abcdef0123456789abcdef");
	struct refresh_digests digests;
	struct refresh good, bad;
	struct str text;

	(void)state;
	refresh_make(&good);
	text = str_of(good.text);
	assert_int_equal(refresh_digests_of(text, &digests), 0);
	for (size_t i = 0; i < REFRESH_LEN; i++) {
		bad = good;
		bad.text[i] = '=';
		assert_int_equal(
		    refresh_digests_of(str_of(bad.text), &digests), HUB_EINVAL);
		assert_int_equal(
		    refresh_digests_of((struct str){ text.p, i }, &digests),
		    HUB_EINVAL);
	}
	/* The last characters of both parts hold fewer than six bits. */
	bad = good;
	bad.text[REFRESH_HANDLE_LEN - 1] = 'B';
	assert_int_equal(
	    refresh_digests_of(str_of(bad.text), &digests), HUB_EINVAL);
	bad = good;
	bad.text[REFRESH_LEN - 1] = 'B';
	assert_int_equal(
	    refresh_digests_of(str_of(bad.text), &digests), HUB_EINVAL);
	assert_int_equal(refresh_digests_of(STR_NONE, &digests), HUB_EINVAL);
	assert_int_equal(refresh_next(STR(""), seed, &bad), HUB_EINVAL);
	seed.n--;
	assert_int_equal(refresh_next(text, seed, &bad), HUB_EINVAL);
	assert_int_equal(refresh_next(text, STR(""), &bad), HUB_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_have_their_shape_and_differ),
		cmocka_unit_test(a_secret_may_come_from_elsewhere),
		cmocka_unit_test(a_digest_is_of_the_text),
		cmocka_unit_test(
		    what_has_not_the_shape_of_a_secret_has_no_digest),
		cmocka_unit_test(a_family_shares_its_handle_and_nothing_else),
		cmocka_unit_test(a_successor_is_the_keyed_hash_of_the_seed),
		cmocka_unit_test(what_is_no_refresh_token_is_refused),
	};

	return UNIT_RUN(tests);
}
