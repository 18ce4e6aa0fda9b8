#include "identity/grant.h"

#include "identity/client_secret.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define DAY ((int64_t)86400)

static struct grant_rec
record(struct test_hub *hub, const char *gid)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct grant_rec rec;

	assert_true(grant_get(txn, str_of(gid), &rec));
	hub_look_end(txn);
	return rec;
}

static void
each_token_gives_the_next(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh token = first, next;

	for (unsigned char i = 1; i <= 5; i++) {
		int64_t now = T0 + 900 * i;

		assert_int_equal(
		    vault_refresh(hub, token.text, "app", i, now, &next), 0);
		assert_string_not_equal(next.text, token.text);
		assert_true(record(hub, "g").used == now);
		token = next;
	}
	assert_true(record(hub, "g").began == T0);
	vault_verify(hub);
}

/* Nothing that is stored can be used, and nothing grows with use. */
static void
a_family_takes_the_same_room_however_often_it_is_used(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	uint64_t size;

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 1, &token), 0);
	size = vault_size(hub);
	for (unsigned char i = 2; i < 100; i++)
		assert_int_equal(vault_refresh(hub, token.text, "app", i,
				     T0 + 900 * i, &token),
		    0);
	assert_int_equal(vault_size(hub), size);
	vault_verify(hub);
}

static void
an_old_token_gives_the_same_successor_for_a_while(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh one, two;

	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 1, T0 + 5, &one), 0);
	for (int64_t t = T0 + 5; t < T0 + 15; t++) {
		assert_int_equal(
		    vault_refresh(hub, first.text, "app", 2, t, &two), 0);
		assert_string_equal(one.text, two.text);
	}
	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 2, T0 + 15, &two),
	    HUB_EEXIST);
	/* The successor itself is as good as ever. */
	assert_int_equal(
	    vault_refresh(hub, one.text, "app", 3, T0 + 15, &two), 0);
}

static void
the_window_closes_when_the_successor_is_used(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh one, two, three;

	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 1, T0 + 5, &one), 0);
	assert_int_equal(
	    vault_refresh(hub, one.text, "app", 2, T0 + 6, &two), 0);
	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 3, T0 + 6, NULL), HUB_EEXIST);
	/* That one has a window of its own. */
	assert_int_equal(
	    vault_refresh(hub, one.text, "app", 3, T0 + 7, &three), 0);
	assert_string_equal(two.text, three.text);
}

static void
any_older_generation_is_reuse(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token[12];

	token[0] = vault_grant(hub, "a", "app", "g", "s", T0);
	for (unsigned char i = 1; i < 12; i++)
		assert_int_equal(vault_refresh(hub, token[i - 1].text, "app", i,
				     T0 + 900 * i, &token[i]),
		    0);
	for (int i = 0; i < 11; i++)
		assert_int_equal(vault_refresh(hub, token[i].text, "app", 99,
				     T0 + 80 * DAY / 10, NULL),
		    HUB_EEXIST);
	/* Telling is all: ending it is the caller's act. */
	assert_int_equal(
	    vault_refresh(hub, token[11].text, "app", 99, T0 + 10000, NULL), 0);
}

/* Whoever knows the handle alone has held a token of the family. */
static void
a_known_handle_with_another_secret_is_reuse(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh other;

	refresh_make(&other);
	assert_int_equal(
	    vault_refresh(hub, other.text, "app", 1, T0, NULL), HUB_ENOENT);
	memcpy(other.text, token.text, REFRESH_HANDLE_LEN);
	assert_int_equal(
	    vault_refresh(hub, other.text, "app", 1, T0, NULL), HUB_EEXIST);
	assert_int_equal(
	    vault_refresh(hub, "nonsense", "app", 1, T0, NULL), HUB_ENOENT);
	assert_int_equal(vault_refresh(hub, token.text, "app", 1, T0, NULL), 0);
}

static void
without_grace_each_token_is_good_once(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh next;

	hub->conf.refresh_grace = 0;
	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 1, T0 + 5, &next), 0);
	assert_int_equal(record(hub, "g").seed.n, 0);
	assert_int_equal(record(hub, "g").previous.n, 0);
	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 1, T0 + 5, NULL), HUB_EEXIST);
	assert_int_equal(
	    vault_refresh(hub, next.text, "app", 2, T0 + 6, NULL), 0);
	vault_verify(hub);
}

static void
a_token_is_its_clients(void **state)
{
	struct test_hub *hub = *state;
	struct refresh mine = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh other = vault_grant(hub, "a", "two", "h", "s", T0);
	struct refresh next;

	assert_int_equal(
	    vault_refresh(hub, mine.text, "two", 1, T0, NULL), HUB_EDENIED);
	assert_int_equal(
	    vault_refresh(hub, mine.text, "", 1, T0, NULL), HUB_EDENIED);
	assert_int_equal(vault_refresh(hub, mine.text, "app", 1, T0, &next), 0);
	/* Nor does it give the successor, or tell of reuse. */
	assert_int_equal(
	    vault_refresh(hub, mine.text, "two", 1, T0, NULL), HUB_EDENIED);
	assert_int_equal(vault_refresh(hub, mine.text, "two", 1, T0 + 60, NULL),
	    HUB_EDENIED);
	assert_int_equal(vault_refresh(hub, other.text, "two", 1, T0, NULL), 0);
}

static void
a_grant_ends_when_it_idles(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 30 * DAY, NULL),
	    HUB_EEXPIRED);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 30 * DAY - 1, &token),
	    0);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 60 * DAY - 2, &token),
	    0);
}

static void
a_grant_ends_however_it_is_used(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);

	for (unsigned char i = 1; i < 9; i++)
		assert_int_equal(vault_refresh(hub, token.text, "app", i,
				     T0 + 10 * DAY * i, &token),
		    0);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 90 * DAY, NULL),
	    HUB_EEXPIRED);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + 90 * DAY - 1, NULL),
	    0);
}

static bool
is_current(struct test_hub *hub, const struct refresh *token, int64_t now)
{
	const struct grant_rec rec = record(hub, "g");

	return grant_is_current(&hub->conf, &rec, str_of(token->text), now);
}

static void
what_would_be_taken_is_current(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh next, other;

	assert_true(is_current(hub, &first, T0));
	assert_false(is_current(hub, &first, T0 + 30 * DAY));
	assert_int_equal(
	    vault_refresh(hub, first.text, "app", 1, T0, &next), 0);
	assert_true(is_current(hub, &first, T0 + 9));
	assert_false(is_current(hub, &first, T0 + 10));
	assert_true(is_current(hub, &next, T0 + 10));
	refresh_make(&other);
	assert_false(is_current(hub, &other, T0));
}

static void
a_token_of_any_age_leads_to_its_family(void **state)
{
	struct test_hub *hub = *state;
	struct refresh first = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh next = first, other;
	struct txn *txn;
	struct str gid;

	for (unsigned char i = 1; i < 4; i++)
		assert_int_equal(
		    vault_refresh(hub, next.text, "app", i, T0 + i, &next), 0);
	refresh_make(&other);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_true(grant_of_refresh(txn, str_of(first.text), &gid));
	assert_str(gid, "g");
	assert_true(grant_of_refresh(txn, str_of(next.text), &gid));
	assert_false(grant_of_refresh(txn, str_of(other.text), &gid));
	assert_false(grant_of_refresh(txn, STR("x"), &gid));
	hub_look_end(txn);
}

struct handle {
	const struct conf *conf;
	const char *gid;
	int64_t now;
	bool done;
};

static int
close_window(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done = grant_close_window(vault, str_of(h->gid), h->now);
	return 0;
}

static int
drop(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done = grant_del(vault, str_of(h->gid));
	return 0;
}

static int
expire(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done = grant_expire(vault, h->conf, str_of(h->gid), h->now);
	return 0;
}

static void
the_seed_goes_with_its_window(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct handle h = { .gid = "g", .now = T0 + 9 };

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 7, T0, &token), 0);
	assert_int_equal(record(hub, "g").seed.n, REFRESH_SEED);
	hub_write(hub, hub->vault, close_window, &h);
	assert_false(h.done);
	h.now = T0 + 10;
	hub_write(hub, hub->vault, close_window, &h);
	assert_true(h.done);
	assert_int_equal(record(hub, "g").seed.n, 0);
	assert_int_equal(record(hub, "g").previous.n, 0);
	vault_verify(hub);
	hub_write(hub, hub->vault, close_window, &h);
	assert_false(h.done);
	/* The next one has its own, at the time of its own. */
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 8, T0 + 20, &token), 0);
	assert_int_equal(record(hub, "g").seed.p[0], 8);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 9, T0 + 25, &token), 0);
	h.now = T0 + 30;
	hub_write(hub, hub->vault, close_window, &h);
	assert_false(h.done);
	assert_int_equal(record(hub, "g").seed.p[0], 9);
}

static void
nothing_is_left_of_a_grant(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct refresh next;
	struct handle h = { .gid = "g" };

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0, &next), 0);
	hub_write(hub, hub->vault, drop, &h);
	assert_true(h.done);
	assert_int_equal(vault_size(hub), 0);
	hub_write(hub, hub->vault, drop, &h);
	assert_false(h.done);
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0, NULL), HUB_ENOENT);
	assert_int_equal(
	    vault_refresh(hub, next.text, "app", 1, T0, NULL), HUB_ENOENT);
}

static void
the_sweep_leaves_what_lives(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct handle h = { &hub->conf, "g", T0 + 30 * DAY, false };

	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0 + DAY, &token), 0);
	hub_write(hub, hub->vault, expire, &h);
	assert_false(h.done);
	assert_true(record(hub, "g").listed == T0 + 31 * DAY);
	vault_verify(hub);
	h.now = T0 + 31 * DAY;
	hub_write(hub, hub->vault, expire, &h);
	assert_true(h.done);
	assert_int_equal(vault_size(hub), 0);
	hub_write(hub, hub->vault, expire, &h);
	assert_false(h.done);
}

struct walk {
	struct buf gids;
	unsigned int n, stop_at;
};

static bool
note(void *ctx, struct str gid, const struct grant_rec *rec)
{
	struct walk *w = ctx;

	assert_str(rec->client, "app");
	buf_str(&w->gids, gid);
	return ++w->n != w->stop_at;
}

static const char *
walk(struct test_hub *hub, const char *account, unsigned int stop_at)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct walk w = { .stop_at = stop_at };

	buf_init_arena(&w.gids, hub->arena, 256);
	grant_walk(txn, str_of(account), note, &w);
	hub_look_end(txn);
	return hub_text(hub, w.n == 0 ? STR("") : buf_view(&w.gids));
}

static void
an_account_has_its_grants_and_no_others(void **state)
{
	struct test_hub *hub = *state;
	struct str gid = STR("");
	struct grant_rec rec;
	struct txn *txn;
	struct buf all;

	vault_grant(hub, "a", "app", "3", "s", T0);
	vault_grant(hub, "a", "app", "1", "s", T0);
	vault_grant(hub, "aa", "app", "4", "s", T0);
	vault_grant(hub, "a", "app", "2", "s", T0);
	assert_string_equal(walk(hub, "a", 0), "123");
	assert_string_equal(walk(hub, "a", 2), "12");
	assert_string_equal(walk(hub, "aa", 0), "4");
	assert_string_equal(walk(hub, "b", 0), "");
	buf_init_arena(&all, hub->arena, 256);
	txn = store_read_begin(hub->vault, hub->arena);
	while (grant_next_of_all(txn, gid, &gid, &rec)) {
		buf_str(&all, gid);
		buf_str(&all, rec.account);
	}
	hub_look_end(txn);
	assert_str(buf_view(&all), "1a2a3a4aa");
}

static int
break_record(struct txn *vault, void *arg)
{
	struct key key;

	key_of(&key, STR("g"));
	if (arg == NULL)
		txn_del(vault, VAULT_GRANT, &key);
	else
		txn_put(vault, VAULT_GRANT, &key, str_of(arg));
	return 0;
}

static void
damage_is_an_error(void **state)
{
	struct test_hub *hub = *state;
	struct refresh token = vault_grant(hub, "a", "app", "g", "s", T0);
	struct grant_rec rec;
	struct txn *txn;
	struct str gid;

	hub_write(hub, hub->vault, break_record, "\1damage");
	assert_int_equal(
	    vault_refresh(hub, token.text, "app", 1, T0, NULL), HUB_ECORRUPT);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_false(grant_next_of_all(txn, STR(""), &gid, &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	hub_write(hub, hub->vault, break_record, NULL);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_false(grant_next(txn, STR("a"), STR(""), &gid, &rec));
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
}

struct secret {
	const char *client;
	struct opaque text;
};

static int
put_secret(struct txn *vault, void *arg)
{
	struct secret *s = arg;
	struct opaque_digest digest = digest_of(&s->text);

	client_secret_put(vault, str_of(s->client), &digest, T0);
	return 0;
}

static bool
is_secret(struct test_hub *hub, const char *client, const char *text)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	bool is = client_secret_is(txn, str_of(client), str_of(text));

	hub_look_end(txn);
	return is;
}

static int
drop_secret(struct txn *vault, void *arg)
{
	return client_secret_del(vault, str_of(arg)) ? 0 : HUB_ENOENT;
}

static void
a_client_has_one_secret(void **state)
{
	struct test_hub *hub = *state;
	struct secret one = { .client = "one" }, two = { .client = "two" };
	struct secret new = { .client = "one" };

	opaque_make(&one.text);
	opaque_make(&two.text);
	opaque_make(&new.text);
	hub_write(hub, hub->vault, put_secret, &one);
	hub_write(hub, hub->vault, put_secret, &two);
	assert_true(is_secret(hub, "one", one.text.text));
	assert_false(is_secret(hub, "one", two.text.text));
	assert_false(is_secret(hub, "one", digest_of(&one.text).text));
	assert_false(is_secret(hub, "one", ""));
	assert_false(is_secret(hub, "One", one.text.text));
	assert_false(is_secret(hub, "", one.text.text));
	assert_false(is_secret(hub, "no id", one.text.text));
	assert_false(is_secret(hub, "none", one.text.text));
	vault_verify(hub);
	hub_write(hub, hub->vault, put_secret, &new);
	assert_false(is_secret(hub, "one", one.text.text));
	assert_true(is_secret(hub, "one", new.text.text));
	hub_write(hub, hub->vault, drop_secret, "one");
	assert_false(is_secret(hub, "one", new.text.text));
	assert_true(is_secret(hub, "two", two.text.text));
	assert_int_equal(
	    store_write(hub->vault, hub->arena, drop_secret, "one"),
	    HUB_ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(each_token_gives_the_next),
		TEST(a_family_takes_the_same_room_however_often_it_is_used),
		TEST(an_old_token_gives_the_same_successor_for_a_while),
		TEST(the_window_closes_when_the_successor_is_used),
		TEST(any_older_generation_is_reuse),
		TEST(a_known_handle_with_another_secret_is_reuse),
		TEST(without_grace_each_token_is_good_once),
		TEST(a_token_is_its_clients),
		TEST(a_grant_ends_when_it_idles),
		TEST(a_grant_ends_however_it_is_used),
		TEST(what_would_be_taken_is_current),
		TEST(a_token_of_any_age_leads_to_its_family),
		TEST(the_seed_goes_with_its_window),
		TEST(nothing_is_left_of_a_grant),
		TEST(the_sweep_leaves_what_lives),
		TEST(an_account_has_its_grants_and_no_others),
		TEST(damage_is_an_error),
		TEST(a_client_has_one_secret),
#undef TEST
	};

	return UNIT_RUN(tests);
}
