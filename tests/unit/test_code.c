#include "identity/code.h"

#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

/* RFC 7636 appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

struct taking {
	struct opaque_digest digest;
	struct code_use use;
	int64_t now;
	struct code_rec rec;
	bool done;
};

static int
take(struct txn *vault, void *arg)
{
	struct taking *t = arg;

	return code_take(vault, &t->digest, &t->use, t->now, &t->rec);
}

static struct taking
use_of(const struct opaque *code, const char *verifier)
{
	return (struct taking){ .digest = digest_of(code),
		.use = { STR("app"), STR("https://a/"), str_of(verifier) },
		.now = T0 };
}

static int
try(struct test_hub *hub, struct taking *t)
{
	return store_write(hub->vault, hub->arena, take, t);
}

static void
a_code_says_once_what_it_stands_for(void **state)
{
	struct opaque code = vault_code(*state, "g", CHALLENGE, T0);
	struct taking t = use_of(&code, VERIFIER);

	assert_int_equal(try(*state, &t), 0);
	assert_str(t.rec.gid, "g");
	assert_str(t.rec.account, "a");
	assert_str(t.rec.sid, "s");
	assert_str(t.rec.scope, "openid");
	assert_true(t.rec.epoch == 1);
	assert_true(t.rec.auth_time == T0);
	t = use_of(&code, VERIFIER);
	assert_int_equal(try(*state, &t), HUB_EEXIST);
	assert_str(t.rec.gid, "g");
	assert_str(t.rec.account, "a");
	vault_verify(*state);
}

/* Also by another client, without the verifier, and when it has expired. */
static void
any_second_use_is_told(void **state)
{
	struct opaque code = vault_code(*state, "g", CHALLENGE, T0);
	struct taking t = use_of(&code, VERIFIER);

	assert_int_equal(try(*state, &t), 0);
	t = use_of(&code, NULL);
	t.use.client = STR("other");
	assert_int_equal(try(*state, &t), HUB_EEXIST);
	t = use_of(&code, VERIFIER);
	t.now = T0 + 3600;
	assert_int_equal(try(*state, &t), HUB_EEXIST);
}

static void
a_code_lives_a_minute(void **state)
{
	struct opaque early = vault_code(*state, "g", "", T0);
	struct opaque late = vault_code(*state, "h", "", T0);
	struct taking t = use_of(&late, NULL);

	t.now = T0 + CODE_LIFETIME;
	assert_int_equal(try(*state, &t), HUB_EEXPIRED);
	t = use_of(&early, NULL);
	t.now = T0 + CODE_LIFETIME - 1;
	assert_int_equal(try(*state, &t), 0);
}

static void
an_unknown_code_is_none(void **state)
{
	struct opaque code;
	struct taking t;

	opaque_make(&code);
	t = use_of(&code, NULL);
	assert_int_equal(try(*state, &t), HUB_ENOENT);
}

/* A refused try leaves the code to whom it belongs. */
static void
a_code_is_bound_to_client_and_address(void **state)
{
	static const char *const addresses[] = { "https://a", "https://a//",
		"https://A/", "https://a/?", "", NULL };
	struct opaque code = vault_code(*state, "g", "", T0);
	struct taking t = use_of(&code, NULL);

	t.use.client = STR("ap");
	assert_int_equal(try(*state, &t), HUB_EDENIED);
	t.use.client = STR("App");
	assert_int_equal(try(*state, &t), HUB_EDENIED);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		t = use_of(&code, NULL);
		t.use.redirect_uri = str_of(addresses[i]);
		assert_int_equal(try(*state, &t), HUB_EDENIED);
	}
	t = use_of(&code, NULL);
	assert_int_equal(try(*state, &t), 0);
}

static void
a_challenge_needs_its_verifier(void **state)
{
	static const char *const bad[] = { NULL, "", CHALLENGE,
		/* One character changed, one less, one more. */
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX",
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk0",
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX=" };
	struct opaque code = vault_code(*state, "g", CHALLENGE, T0);
	struct taking t;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		t = use_of(&code, bad[i]);
		assert_int_equal(try(*state, &t), HUB_EDENIED);
	}
	t = use_of(&code, VERIFIER);
	assert_int_equal(try(*state, &t), 0);
}

static void
a_verifier_without_a_challenge_is_refused(void **state)
{
	struct opaque code = vault_code(*state, "g", "", T0);
	struct taking t = use_of(&code, VERIFIER);

	assert_int_equal(try(*state, &t), HUB_EDENIED);
	t = use_of(&code, "");
	assert_int_equal(try(*state, &t), HUB_EDENIED);
	t = use_of(&code, NULL);
	assert_int_equal(try(*state, &t), 0);
}

/* Lengths and alphabet of RFC 7636 section 4.1, with the right digest. */
static void
a_verifier_has_its_shape(void **state)
{
	static const struct {
		size_t n;
		char c;
		int rc;
	} rows[] = { { 42, 'a', HUB_EDENIED }, { 43, 'a', 0 }, { 128, '~', 0 },
		{ 129, 'a', HUB_EDENIED }, { 64, '-', 0 }, { 64, '.', 0 },
		{ 64, '_', 0 }, { 64, '+', HUB_EDENIED },
		{ 64, '/', HUB_EDENIED }, { 64, ' ', HUB_EDENIED },
		{ 64, '\0', HUB_EDENIED }, { 64, '\xc3', HUB_EDENIED } };
	struct opaque_digest challenge;
	char verifier[130];
	struct taking t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct opaque code;

		memset(verifier, rows[i].c, rows[i].n);
		assert_int_equal(
		    opaque_digest_any(
			(struct str){ verifier, rows[i].n }, &challenge),
		    0);
		assert_true(code_is_challenge(str_of(challenge.text)));
		code = vault_code(*state, "g", challenge.text, T0);
		t = use_of(&code, NULL);
		t.use.verifier = (struct str){ verifier, rows[i].n };
		assert_int_equal(try(*state, &t), rows[i].rc);
	}
}

static void
a_challenge_is_a_digest(void **state)
{
	(void)state;
	assert_true(code_is_challenge(STR(CHALLENGE)));
	assert_false(code_is_challenge(STR("")));
	assert_false(code_is_challenge(STR(CHALLENGE "A")));
	assert_false(code_is_challenge(STR(CHALLENGE "=")));
	assert_false(code_is_challenge(
	    STR("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c")));
	assert_false(code_is_challenge(
	    STR("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")));
	/* The last character of 43 holds four bits. */
	assert_false(code_is_challenge(
	    STR("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN")));
}

static int
put_damage(struct txn *vault, void *arg)
{
	struct key key;

	key_of(&key, str_of(((struct opaque_digest *)arg)->text));
	txn_put(vault, VAULT_CODE, &key, STR("\1damage"));
	return 0;
}

static void
damage_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct opaque code = vault_code(hub, "g", "", T0);
	struct taking t = use_of(&code, NULL);

	hub_write(hub, hub->vault, put_damage, &t.digest);
	assert_int_equal(try(hub, &t), HUB_ECORRUPT);
}

static int
expire(struct txn *vault, void *arg)
{
	struct taking *t = arg;

	t->done = code_expire(vault, str_of(t->digest.text), t->now);
	return 0;
}

static void
a_code_is_remembered_for_an_hour(void **state)
{
	struct test_hub *hub = *state;
	struct opaque code = vault_code(hub, "g", "", T0);
	struct taking t = use_of(&code, NULL);

	assert_int_equal(try(hub, &t), 0);
	t.now = T0 + CODE_LIFETIME + 3600 - 1;
	hub_write(hub, hub->vault, expire, &t);
	assert_false(t.done);
	assert_int_equal(try(hub, &t), HUB_EEXIST);
	vault_verify(hub);
	t.now++;
	hub_write(hub, hub->vault, expire, &t);
	assert_true(t.done);
	assert_int_equal(try(hub, &t), HUB_ENOENT);
	assert_int_equal(vault_size(hub), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_code_says_once_what_it_stands_for),
		TEST(any_second_use_is_told),
		TEST(a_code_lives_a_minute),
		TEST(an_unknown_code_is_none),
		TEST(a_code_is_bound_to_client_and_address),
		TEST(a_challenge_needs_its_verifier),
		TEST(a_verifier_without_a_challenge_is_refused),
		TEST(a_verifier_has_its_shape),
		TEST(a_challenge_is_a_digest),
		TEST(damage_is_an_error),
		TEST(a_code_is_remembered_for_an_hour),
#undef TEST
	};

	return UNIT_RUN(tests);
}
