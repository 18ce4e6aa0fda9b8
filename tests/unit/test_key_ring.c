/*
 * Rotations through all their phases, with a time of the test's own: at each
 * of them whatever was signed is taken, also where a crash has left one half
 * done.
 */
#include "identity/key_ring.h"

#include <stdio.h>
#include <string.h>
#include "base/conf.h"
#include "directory/state.h"
#include "hub_fixture.h"
#include "identity/audit.h"
#include "keys.h"
#include "store/schema.h"
#include "token/jwt.h"
#include "unit.h"

#define T0 1800000000
#define AHEAD 600
#define MARGIN 300
#define DAY 86400

static const struct actor somebody = { .source = STR("hubctl test") };
static struct arena *pair_arena;
static struct signing_key a, b;
static struct token_domain domain;

static void
make_pair(struct signing_key *pair, const char *text)
{
	struct rsa_key *rsa = test_key(text);

	assert_non_null(rsa);
	*pair = (struct signing_key){ .kid = "" };
	assert_int_equal(key_thumbprint(rsa, pair->kid), 0);
	assert_int_equal(
	    rsa_private_der(pair_arena, rsa, &pair->private.der), 0);
	assert_int_equal(rsa_public_der(pair_arena, rsa, &pair->public.der), 0);
	rsa_free(rsa);
}

static int
make_pairs(void **state)
{
	(void)state;
	pair_arena = arena_new(1 << 14, 1 << 20);
	assert_non_null(pair_arena);
	make_pair(&a, TEST_KEY_A);
	make_pair(&b, TEST_KEY_B);
	a.private.created = a.private.signs_from = a.public.created = T0 - DAY;
	token_domain_of(&domain, "https://hub.example");
	return 0;
}

static int
drop_pairs(void **state)
{
	(void)state;
	arena_free(pair_arena);
	return 0;
}

static int
put_private(struct txn *vault, void *arg)
{
	signing_key_put_private(vault, arg);
	return 0;
}

static int
put_public(struct txn *directory, void *arg)
{
	signing_key_put_public(directory, arg);
	return 0;
}

/* A hub whose key A signs for a day. */
static int
setup(void **state)
{
	struct test_hub *hub;

	hub_setup(state);
	hub = *state;
	hub->conf.key_ahead = AHEAD;
	hub_write(hub, hub->vault, put_private, &a);
	hub_write(hub, hub->directory, put_public, &a);
	return 0;
}

static int
rotate_as(struct test_hub *test, int64_t now, bool at_once,
    const struct signing_key *fresh, struct key_rotation *out)
{
	struct hub hub = hub_of(test);

	*out = (struct key_rotation){
		.fresh = fresh, .now = now, .at_once = at_once
	};
	test->why.text[0] = '\0';
	return key_ring_rotate(&hub, &somebody, out, &test->why);
}

static void
rotate(struct test_hub *test, int64_t now, const struct signing_key *fresh)
{
	struct key_rotation out;

	if (rotate_as(test, now, false, fresh, &out) != 0)
		fail_msg("%s", test->why.text);
	assert_string_equal(out.kid, fresh->kid);
	assert_int_equal(out.signs_from, now + AHEAD);
}

static void
tidy(struct test_hub *test, int64_t now)
{
	struct hub hub = hub_of(test);

	assert_int_equal(key_ring_tidy(&hub, now), 0);
}

/* The signer as those load it who have heard of the last generation. */
static void
load(struct test_hub *hub, struct signer *signer, struct keyset *keys)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);

	assert_int_equal(signer_load(signer, txn), 0);
	assert_int_equal(store_read_end(txn), 0);
	txn = hub_look(hub);
	assert_int_equal(keyset_load(keys, txn), 0);
	hub_look_end(txn);
}

static struct str
sign(struct test_hub *hub, const struct signer *signer, int64_t now,
    int64_t lifetime)
{
	struct claims claims = {
		.iat = now,
		.exp = now + lifetime,
		.user = true,
		.sub = "jan",
		.client_id = "app",
		.jti = "t",
	};
	struct str token;

	assert_int_equal(jwt_sign(hub->arena, signer_current(signer, now),
			     &domain, STR(""), &claims, &token),
	    0);
	return token;
}

static int
verify(struct test_hub *hub, const struct keyset *keys, int64_t now,
    struct str token)
{
	const struct jwt_check check = { hub->arena, keys, &domain, now, NULL };
	struct claims claims;

	return jwt_verify(&check, token, &claims, NULL);
}

/* The signer signs with KEY, and readers take its longest token to its end. */
static void
assert_signs(struct test_hub *hub, const struct signer *signer,
    const struct signing_key *key, int64_t now)
{
	struct signer fresh = { .n = 0 };
	struct keyset keys = { .n = 0 };
	struct str token = sign(hub, signer, now, TOKEN_LIFETIME_MAX);

	assert_string_equal(signer_current(signer, now)->kid, key->kid);
	load(hub, &fresh, &keys);
	assert_int_equal(verify(hub, &keys, now, token), 0);
	assert_int_equal(
	    verify(hub, &keys, now + TOKEN_LIFETIME_MAX - 1, token), 0);
	keyset_free(&keys);
	signer_free(&fresh);
}

/* The same for somebody who reads both stores now. */
static void
assert_now_signs(
    struct test_hub *hub, const struct signing_key *key, int64_t now)
{
	struct signer signer = { .n = 0 };
	struct keyset keys = { .n = 0 };

	load(hub, &signer, &keys);
	assert_signs(hub, &signer, key, now);
	keyset_free(&keys);
	signer_free(&signer);
}

/* What the list tells of a key; "-" if it is not in it. */
static const char *
told(struct test_hub *test, int64_t now, const struct signing_key *key)
{
	static const char *const names[] = { "next", "signs", "verifies",
		"ended", "unused", "unpublished" };
	struct hub hub = hub_of(test);
	struct key_info *list;
	size_t n;

	assert_int_equal(key_ring_list(&hub, now, &list, &n), 0);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].kid, key->kid) == 0)
			return arena_printf(test->arena, "%s %lld %lld",
			    names[list[i].state],
			    list[i].signs_from == 0
				? 0LL
				: (long long)(list[i].signs_from - T0),
			    list[i].ends == 0 ? 0LL
					      : (long long)(list[i].ends - T0));
	}
	return "-";
}

#define assert_told(hub, now, key, text)                                       \
	assert_string_equal(told((hub), (now), (key)), (text))

#define SOURCE 64
#define DETAIL 160

struct counting {
	const char *event;
	char *source, *detail; /* of the last one */
	unsigned int n;
};

static bool
count_one(void *ctx, int64_t time_us, const struct audit_rec *rec)
{
	struct counting *c = ctx;

	(void)time_us;
	if (!str_eq(rec->event, str_of(c->event)))
		return true;
	c->n++;
	snprintf(c->source, SOURCE, "%.*s", STR_ARG(rec->source));
	snprintf(c->detail, DETAIL, "%.*s", STR_ARG(rec->detail));
	return true;
}

/* How many such events there are; the last one's source and detail. */
static unsigned int
events(struct test_hub *hub, const char *event, char source[SOURCE],
    char detail[DETAIL])
{
	struct counting c = { event, source, detail, 0 };
	struct txn *vault = store_read_begin(hub->vault, hub->arena);

	source[0] = detail[0] = '\0';
	audit_walk(vault, count_one, &c);
	assert_int_equal(store_read_end(vault), 0);
	return c.n;
}

static uint64_t
generation(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	uint64_t n = generation_get(txn);

	hub_look_end(txn);
	return n;
}

static void
a_rotation_goes_through_its_phases(void **state)
{
	const int64_t last = T0 + AHEAD + DAY + MARGIN;
	struct test_hub *hub = *state;
	char source[SOURCE], detail[DETAIL];

	assert_told(hub, T0, &a, "signs -86400 0");
	rotate(hub, T0, &b);
	assert_told(hub, T0, &a, "signs -86400 87300");
	assert_told(hub, T0, &b, "next 600 0");
	assert_now_signs(hub, &a, T0);
	assert_now_signs(hub, &a, T0 + AHEAD - 1);
	assert_now_signs(hub, &b, T0 + AHEAD);
	assert_told(hub, T0 + AHEAD, &a, "verifies -86400 87300");
	assert_told(hub, T0 + AHEAD, &b, "signs 600 0");
	assert_int_equal(events(hub, "key.rotated", source, detail), 1);
	assert_string_equal(source, "hubctl test");
	assert_non_null(strstr(detail, b.kid));
	assert_non_null(strstr(detail, "signs from 2027-01-15T08:10:00Z"));

	/* The private half goes when it cannot be wanted any more. */
	tidy(hub, T0 + AHEAD + MARGIN - 1);
	assert_int_equal(events(hub, "key.removed", source, detail), 0);
	tidy(hub, T0 + AHEAD + MARGIN);
	assert_int_equal(events(hub, "key.removed", source, detail), 1);
	assert_string_equal(source, "housekeeper");
	assert_non_null(strstr(detail, a.kid));
	assert_non_null(strstr(detail, "private"));
	assert_told(hub, T0 + AHEAD + MARGIN, &a, "verifies 0 87300");
	assert_now_signs(hub, &b, T0 + AHEAD + MARGIN);

	/* And the public one when nothing that it signed can be alive. */
	tidy(hub, last - 1);
	assert_told(hub, last - 1, &a, "verifies 0 87300");
	assert_told(hub, last, &a, "ended 0 87300");
	tidy(hub, last);
	assert_told(hub, last, &a, "-");
	assert_int_equal(events(hub, "key.removed", source, detail), 2);
	assert_non_null(strstr(detail, "public"));
	assert_now_signs(hub, &b, last);
}

/* A token of the last moment, by somebody who has not heard of anything. */
static void
no_token_is_refused_in_any_phase(void **state)
{
	struct signer old = { .n = 0 }, new = { .n = 0 };
	struct keyset keys = { .n = 0 };
	struct test_hub *hub = *state;
	struct str first, late;

	load(hub, &old, &keys);
	first = sign(hub, &old, T0, TOKEN_LIFETIME_MAX);
	rotate(hub, T0, &b);
	load(hub, &new, &keys);
	assert_signs(hub, &old, &a, T0 + AHEAD - 1);
	assert_signs(hub, &new, &a, T0 + AHEAD - 1);
	assert_signs(hub, &new, &b, T0 + AHEAD);
	/* A request that began with the old keys and took long. */
	late = sign(hub, &old, T0 + AHEAD + MARGIN - 1, TOKEN_LIFETIME_MAX);
	for (int64_t now = T0; now < T0 + AHEAD + DAY + MARGIN; now += 2993) {
		tidy(hub, now);
		load(hub, &new, &keys);
		if (now < T0 + DAY)
			assert_int_equal(verify(hub, &keys, now, first), 0);
		if (now >= T0 + AHEAD + MARGIN - 1)
			assert_int_equal(verify(hub, &keys, now, late), 0);
	}
	keyset_free(&keys);
	signer_free(&old);
	signer_free(&new);
}

static void
those_who_sign_hear_of_it(void **state)
{
	struct test_hub *hub = *state;
	uint64_t before = generation(hub);
	struct key_rotation out;

	rotate(hub, T0, &b);
	/* When it is published, and when it may sign. */
	assert_true(generation(hub) >= before + 2);
	before = generation(hub);
	assert_int_equal(rotate_as(hub, T0 + 1, true, &b, &out), 0);
	assert_true(generation(hub) > before);
	before = generation(hub);
	tidy(hub, T0 + 2);
	assert_int_equal(generation(hub), before);
}

static void
a_rotation_at_once_signs_at_once(void **state)
{
	struct test_hub *hub = *state;
	struct key_rotation out;

	assert_int_equal(rotate_as(hub, T0, true, &b, &out), 0);
	assert_string_equal(out.kid, b.kid);
	assert_int_equal(out.signs_from, T0);
	assert_told(hub, T0, &b, "signs 0 0");
	assert_told(hub, T0, &a, "verifies -86400 86700");
	assert_now_signs(hub, &b, T0);
}

static void
a_key_that_waits_is_not_joined_by_another(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key third = a;
	struct key_rotation out;

	rotate(hub, T0, &b);
	memset(third.kid, 'z', KID_LEN);
	assert_int_equal(
	    rotate_as(hub, T0 + 1, false, &third, &out), HUB_EEXIST);
	assert_string_equal(hub->why.text,
	    "the next key is published and signs from 2027-01-15T08:10:00Z: "
	    "--now lets it sign at once");
	assert_told(hub, T0 + 1, &third, "-");
}

static void
a_key_that_waits_can_be_brought_forward(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key third = a;
	struct key_rotation out;
	char source[SOURCE], detail[DETAIL];

	rotate(hub, T0, &b);
	memset(third.kid, 'z', KID_LEN);
	assert_int_equal(rotate_as(hub, T0 + 10, true, &third, &out), 0);
	assert_string_equal(out.kid, b.kid);
	assert_int_equal(out.signs_from, T0 + 10);
	assert_told(hub, T0 + 10, &third, "-");
	assert_told(hub, T0 + 10, &b, "signs 10 0");
	assert_told(hub, T0 + 10, &a, "verifies -86400 87300");
	assert_now_signs(hub, &b, T0 + 10);
	assert_int_equal(events(hub, "key.rotated", source, detail), 2);
	assert_non_null(strstr(detail, b.kid));
}

/* Whatever its name: names decide between keys of one second. */
static void
two_rotations_within_a_second_follow_each_other(void **state)
{
	static const char initials[] = "-z";
	struct test_hub *hub = *state;
	struct signing_key key = a;
	struct key_rotation out;

	for (int i = 0; i < 2; i++) {
		memset(key.kid, initials[i], KID_LEN);
		assert_int_equal(rotate_as(hub, T0, true, &key, &out), 0);
		assert_int_equal(out.signs_from, T0 + i);
		assert_string_equal(out.kid, key.kid);
	}
	assert_told(hub, T0 + 1, &key, "signs 1 0");
}

static void
a_hub_without_a_key_is_told(void **state)
{
	struct test_hub *hub;
	struct key_rotation out;

	hub_setup(state);
	hub = *state;
	assert_int_equal(rotate_as(hub, T0, false, &b, &out), HUB_ENOENT);
	assert_string_equal(hub->why.text,
	    "there is no signing key; make one with hubctl init");
	assert_told(hub, T0, &b, "-");
	hub_teardown(state);
}

static void
there_are_sixteen_keys_at_most(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key key = a;
	struct key_rotation out;

	for (int i = 1; i < KEYSET_MAX; i++) {
		memset(key.kid, 'a' + i, KID_LEN);
		assert_int_equal(rotate_as(hub, T0 + i, true, &key, &out), 0);
	}
	assert_int_equal(rotate_as(hub, T0 + 99, true, &b, &out), HUB_ETOOBIG);
	assert_string_equal(hub->why.text,
	    "there are 16 keys already, as many as there may be: wait until "
	    "the first one ends, at 2027-01-16T08:05:01Z");
	assert_told(hub, T0 + 99, &b, "-");
	assert_told(hub, T0 + 99, &key, "signs 15 0");
	/* When the first has ended, there is room, without any tidying. */
	assert_int_equal(
	    rotate_as(hub, T0 + DAY + MARGIN + 1, true, &b, &out), 0);
	assert_told(hub, T0 + DAY + MARGIN + 1, &a, "-");
}

/* Crashed after the first step: nobody has the private half. */
static void
a_key_that_was_only_published_goes_after_a_day(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key lost = b;
	char source[SOURCE], detail[DETAIL];

	lost.public.created = T0;
	hub_write(hub, hub->directory, put_public, &lost);
	assert_told(hub, T0, &b, "unused 0 0");
	assert_now_signs(hub, &a, T0 + AHEAD);
	tidy(hub, T0 + DAY - 1);
	assert_told(hub, T0 + DAY - 1, &b, "unused 0 0");
	tidy(hub, T0 + DAY);
	assert_told(hub, T0 + DAY, &b, "-");
	assert_told(hub, T0 + DAY, &a, "signs -86400 0");
	assert_int_equal(events(hub, "key.removed", source, detail), 1);
}

static void
a_key_that_was_only_published_stops_no_rotation(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key lost = a;

	memset(lost.kid, 'z', KID_LEN);
	lost.public.created = T0;
	hub_write(hub, hub->directory, put_public, &lost);
	rotate(hub, T0 + 1, &b);
	assert_told(hub, T0 + 1, &b, "next 601 0");
	assert_told(hub, T0 + 1, &lost, "unused 0 0");
}

/* Crashed after the second step: nobody may have heard of the new key. */
static void
leave_without_third_step(struct test_hub *hub)
{
	struct signing_key next = b;

	next.private.created = next.public.created = T0;
	next.private.signs_from = T0 + AHEAD;
	hub_write(hub, hub->directory, put_public, &next);
	hub_write(hub, hub->vault, put_private, &next);
}

static void
a_key_without_end_verifies_until_it_is_tidied(void **state)
{
	struct signer unaware = { .n = 0 }, aware = { .n = 0 };
	struct keyset keys = { .n = 0 };
	struct test_hub *hub = *state;
	const int64_t later = T0 + 30 * DAY;

	load(hub, &unaware, &keys);
	leave_without_third_step(hub);
	load(hub, &aware, &keys);
	/* The one has been started again, the other has not. */
	assert_signs(hub, &unaware, &a, later);
	assert_signs(hub, &aware, &b, later);
	assert_told(hub, later, &a, "verifies -86400 0");
	tidy(hub, later);
	assert_told(hub, later, &a, "verifies -86400 2678700");
	/* A request that was under way. */
	assert_signs(hub, &unaware, &a, later + MARGIN);
	assert_now_signs(hub, &b, later + MARGIN);
	keyset_free(&keys);
	signer_free(&unaware);
	signer_free(&aware);
}

static void
the_next_rotation_completes_one_that_was_cut_short(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key third = a;
	struct key_rotation out;
	uint64_t before;

	leave_without_third_step(hub);
	memset(third.kid, 'z', KID_LEN);
	before = generation(hub);
	assert_int_equal(
	    rotate_as(hub, T0 + 1, false, &third, &out), HUB_EEXIST);
	assert_told(hub, T0 + 1, &a, "signs -86400 87300");
	assert_true(generation(hub) > before);
}

static void
the_only_keys_are_never_tidied_away(void **state)
{
	struct test_hub *hub = *state;
	struct signing_key lost = b;

	lost.public.created = T0;
	hub_write(hub, hub->directory, put_public, &lost);
	tidy(hub, INT64_C(1) << 40);
	assert_told(hub, T0, &a, "signs -86400 0");
	assert_told(hub, T0, &b, "-");
}

static int
drop_private(struct txn *vault, void *arg)
{
	struct key key;

	key_of(&key, str_of(arg));
	return txn_del(vault, VAULT_KEY, &key) ? 0 : HUB_ENOENT;
}

static void
without_any_private_key_nothing_is_taken_away(void **state)
{
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, drop_private, a.kid);
	tidy(hub, T0 + 10 * DAY);
	assert_told(hub, T0, &a, "unused 0 0");
}

static void
an_interrupted_init_shows(void **state)
{
	struct test_hub *hub;

	hub_setup(state);
	hub = *state;
	hub_write(hub, hub->vault, put_private, &a);
	assert_told(hub, T0, &a, "unpublished -86400 0");
	tidy(hub, T0 + 10 * DAY);
	assert_told(hub, T0, &a, "unpublished -86400 0");
	hub_teardown(state);
}

static void
a_clock_that_was_set_back_stops_nothing(void **state)
{
	const int64_t back = T0 - 40 * DAY;
	struct test_hub *hub = *state;
	struct key_rotation out;

	assert_told(hub, back, &a, "signs -86400 0");
	assert_now_signs(hub, &a, back);
	assert_int_equal(rotate_as(hub, back, false, &b, &out), HUB_EEXIST);
	assert_int_equal(rotate_as(hub, back, true, &b, &out), 0);
	assert_string_equal(out.kid, a.kid);
	assert_int_equal(rotate_as(hub, back, true, &b, &out), 0);
	assert_string_equal(out.kid, b.kid);
	assert_int_equal(out.signs_from, back + 1);
	assert_now_signs(hub, &b, back + 1);
}

static int
damage(struct txn *txn, void *arg)
{
	struct key key;

	key_of(&key, str_of(b.kid));
	txn_put(txn, *(unsigned int *)arg, &key, STR("\1damaged"));
	return 0;
}

static void
damage_is_told_and_changes_nothing(void **state)
{
	unsigned int tables[] = { VAULT_KEY, DIR_KEY };

	for (int i = 0; i < 2; i++) {
		struct key_rotation out;
		struct test_hub *test;
		struct hub hub;

		setup(state);
		test = *state;
		hub = hub_of(test);
		hub_write(test, i == 0 ? test->vault : test->directory, damage,
		    &tables[i]);
		assert_int_equal(
		    rotate_as(test, T0, false, &b, &out), HUB_ECORRUPT);
		assert_int_equal(key_ring_tidy(&hub, T0), HUB_ECORRUPT);
		assert_int_equal(generation(test), 1);
		hub_teardown(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(a_rotation_goes_through_its_phases),
		TEST(no_token_is_refused_in_any_phase),
		TEST(those_who_sign_hear_of_it),
		TEST(a_rotation_at_once_signs_at_once),
		TEST(a_key_that_waits_is_not_joined_by_another),
		TEST(a_key_that_waits_can_be_brought_forward),
		TEST(two_rotations_within_a_second_follow_each_other),
		cmocka_unit_test(a_hub_without_a_key_is_told),
		TEST(there_are_sixteen_keys_at_most),
		TEST(a_key_that_was_only_published_goes_after_a_day),
		TEST(a_key_that_was_only_published_stops_no_rotation),
		TEST(a_key_without_end_verifies_until_it_is_tidied),
		TEST(the_next_rotation_completes_one_that_was_cut_short),
		TEST(the_only_keys_are_never_tidied_away),
		TEST(without_any_private_key_nothing_is_taken_away),
		cmocka_unit_test(an_interrupted_init_shows),
		TEST(a_clock_that_was_set_back_stops_nothing),
		cmocka_unit_test(damage_is_told_and_changes_nothing),
#undef TEST
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_pairs, drop_pairs);
}
