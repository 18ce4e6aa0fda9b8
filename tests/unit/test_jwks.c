#include "token/jwks.h"

#include <string.h>
#include "base/b64.h"
#include "base/err.h"
#include "base/json_in.h"
#include "forge.h"
#include "unit.h"

static const struct json *
rendered(const struct keyset *set, int64_t now)
{
	const struct json *root;
	struct str text;
	struct why why;

	assert_int_equal(jwks_render(arena, set, now, &text), 0);
	if (json_parse(arena, text, 65536, &root, &why) != 0)
		fail_msg("%.*s: %s", STR_ARG(text), why.text);
	assert_int_equal(root->count, 1);
	assert_int_equal(json_get(root, "keys")->type, JSON_ARRAY);
	return json_get(root, "keys");
}

static void
assert_member(const struct json *key, const char *name, const char *expected)
{
	struct str value;

	assert_true(json_string(json_get(key, name), &value));
	if (!str_eq(value, str_of(expected)))
		fail_msg(
		    "%s: '%.*s' is not '%s'", name, STR_ARG(value), expected);
}

static struct str
number(const struct json *key, const char *name)
{
	unsigned char *p = arena_alloc(arena, RSA_SIGNATURE_MAX);
	struct str text;
	ptrdiff_t n;

	assert_true(json_string(json_get(key, name), &text));
	n = b64url_decode(text, p, RSA_SIGNATURE_MAX);
	assert_true(n > 0);
	return (struct str){ (char *)p, (size_t)n };
}

/* Six members: so nothing of a private key is among them either. */
static void
a_key_shows_its_public_numbers_and_no_more(void **state)
{
	const struct json *list = rendered(&keys, NOW), *key = list->child;
	struct str n, e;

	(void)state;
	assert_int_equal(list->count, 1);
	assert_int_equal(key->count, 6);
	assert_member(key, "kty", "RSA");
	assert_member(key, "use", "sig");
	assert_member(key, "alg", "RS256");
	assert_member(key, "kid", keys.key[0].kid);
	assert_int_equal(rsa_numbers(arena, ours, &n, &e), 0);
	assert_true(str_eq(number(key, "n"), n));
	assert_true(str_eq(number(key, "e"), e));
	assert_int_equal(n.n, 256);
}

/* Also when the set holds private halves, which it never should. */
static void
of_a_private_key_no_more_is_shown(void **state)
{
	struct keyset set = { .n = 1 };
	struct str shown, public;

	(void)state;
	set.key[0] = keys.key[0];
	set.key[0].rsa = ours;
	assert_int_equal(jwks_render(arena, &set, NOW, &shown), 0);
	assert_int_equal(jwks_render(arena, &keys, NOW, &public), 0);
	assert_true(str_eq(shown, public));
}

static void
keys_are_shown_until_they_end(void **state)
{
	struct keyset set = { .n = KEYSET_MAX };
	const struct json *list;

	(void)state;
	for (unsigned int i = 0; i < set.n; i++) {
		set.key[i] = keys.key[0];
		memset(set.key[i].kid, 'a' + (int)i, KID_LEN);
		set.key[i].ends = i == 0 ? 0 : NOW + (int64_t)i;
	}
	assert_int_equal(rendered(&set, NOW)->count, KEYSET_MAX);
	assert_int_equal(rendered(&set, NOW + 1)->count, KEYSET_MAX - 1);
	list = rendered(&set, NOW + KEYSET_MAX);
	assert_int_equal(list->count, 1);
	assert_member(list->child, "kid", set.key[0].kid);
}

static void
no_keys_are_an_empty_list(void **state)
{
	const struct keyset empty = { .n = 0 };

	(void)state;
	assert_int_equal(rendered(&empty, NOW)->count, 0);
}

static void
too_little_memory_is_told(void **state)
{
	struct arena *small = arena_new(64, 256);
	struct str text = STR("left over");

	(void)state;
	assert_non_null(small);
	assert_int_not_equal(jwks_render(small, &keys, NOW, &text), 0);
	assert_null(text.p);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, forge_each)
		TEST(a_key_shows_its_public_numbers_and_no_more),
		TEST(of_a_private_key_no_more_is_shown),
		TEST(keys_are_shown_until_they_end),
		TEST(no_keys_are_an_empty_list),
		TEST(too_little_memory_is_told),
#undef TEST
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, forge_set_up, forge_tear_down);
}
