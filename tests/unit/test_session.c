#include "identity/session.h"

#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define HOUR 3600

struct handle {
	const struct conf *conf;
	struct opaque_digest digest;
	const char *account, *sid;
	int64_t now;
	struct session_rec rec;
	bool done;
};

static struct handle
handle_of(struct test_hub *hub, const struct opaque *cookie, int64_t now)
{
	return (struct handle){
		.conf = &hub->conf, .digest = digest_of(cookie), .now = now
	};
}

static int
touch(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	session_touch(vault, &h->digest, h->now);
	return 0;
}

static void
use_at(struct test_hub *hub, const struct opaque *cookie, int64_t now)
{
	struct handle h = handle_of(hub, cookie, now);

	hub_write(hub, hub->vault, touch, &h);
}

static int
drop(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done = session_del(vault, &h->digest);
	return 0;
}

static int
drop_by_sid(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done = session_del_by_sid(vault, str_of(h->account), str_of(h->sid));
	return 0;
}

static int
expire(struct txn *vault, void *arg)
{
	struct handle *h = arg;

	h->done =
	    session_expire(vault, h->conf, str_of(h->digest.text), h->now);
	return 0;
}

static void
a_session_comes_back_by_its_cookie(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0), other;
	struct handle h = handle_of(hub, &cookie, T0);
	struct txn *txn = store_read_begin(hub->vault, hub->arena);

	assert_true(session_get(txn, &hub->conf, &h.digest, T0, &h.rec));
	hub_look_end(txn);
	assert_int_equal(h.rec.kind, SESSION_SIGNED_IN);
	assert_str(h.rec.sid, "s");
	assert_str(h.rec.account, "a");
	assert_str(h.rec.source, "192.0.2.1");
	assert_true(h.rec.epoch == 1);
	assert_true(h.rec.auth_time == T0);
	assert_true(h.rec.used == T0);
	opaque_make(&other);
	assert_false(vault_has_session(hub, &other, T0));
	vault_verify(hub);
}

static void
a_session_ends_when_it_idles(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);

	assert_true(vault_has_session(hub, &cookie, T0 + HOUR - 1));
	assert_false(vault_has_session(hub, &cookie, T0 + HOUR));
	use_at(hub, &cookie, T0 + HOUR - 1);
	assert_true(vault_has_session(hub, &cookie, T0 + 2 * HOUR - 2));
	assert_false(vault_has_session(hub, &cookie, T0 + 2 * HOUR - 1));
	vault_verify(hub);
}

static void
a_session_ends_however_it_is_used(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);
	int64_t end = T0 + (int64_t)hub->conf.session_lifetime;

	for (int64_t t = T0; t < end; t += HOUR / 2)
		use_at(hub, &cookie, t);
	assert_true(vault_has_session(hub, &cookie, end - 1));
	assert_false(vault_has_session(hub, &cookie, end));
	/* A longer idle time than all of its life changes nothing. */
	hub->conf.session_idle = hub->conf.session_lifetime * 2;
	assert_false(vault_has_session(hub, &cookie, end));
}

static void
uses_within_a_minute_are_not_written(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);
	struct session_rec rec = { .used = T0 };

	assert_false(session_is_stale(&rec, T0 - 100));
	assert_false(session_is_stale(&rec, T0 + 59));
	assert_true(session_is_stale(&rec, T0 + 60));
	use_at(hub, &cookie, T0 + 59);
	assert_false(vault_has_session(hub, &cookie, T0 + HOUR));
	use_at(hub, &cookie, T0 + 60);
	assert_true(vault_has_session(hub, &cookie, T0 + HOUR + 59));
}

static int
put_form(struct txn *vault, void *arg)
{
	struct handle *h = arg;
	struct session_rec rec = { .kind = SESSION_CHANGE,
		.sid = STR("f"),
		.account = STR("a"),
		.serial = 5,
		.auth_time = T0 };

	session_put(vault, h->conf, &h->digest, &rec);
	return 0;
}

/* Its quarter of an hour is neither longer nor cut short by idle time. */
static void
the_form_of_a_temporary_password_has_its_own_time(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie;
	struct handle h;

	hub->conf.session_idle = 60;
	opaque_make(&cookie);
	h = handle_of(hub, &cookie, T0);
	hub_write(hub, hub->vault, put_form, &h);
	vault_verify(hub);
	assert_true(
	    vault_has_session(hub, &cookie, T0 + SESSION_FORM_LIFETIME - 1));
	assert_false(
	    vault_has_session(hub, &cookie, T0 + SESSION_FORM_LIFETIME));
}

static void
nothing_is_left_of_a_session(void **state)
{
	struct test_hub *hub = *state;
	struct opaque one = vault_session(hub, "a", "s", T0);
	struct opaque two = vault_session(hub, "a", "t", T0);
	struct handle h = handle_of(hub, &one, T0);

	hub_write(hub, hub->vault, drop, &h);
	assert_true(h.done);
	hub_write(hub, hub->vault, drop, &h);
	assert_false(h.done);
	assert_false(vault_has_session(hub, &one, T0));
	assert_true(vault_has_session(hub, &two, T0));
	vault_verify(hub);
	h.account = "b";
	h.sid = "t";
	hub_write(hub, hub->vault, drop_by_sid, &h);
	assert_false(h.done);
	h.account = "a";
	hub_write(hub, hub->vault, drop_by_sid, &h);
	assert_false(vault_has_session(hub, &two, T0));
	assert_int_equal(vault_size(hub), 0);
	/* What is gone is not brought back by a use. */
	use_at(hub, &two, T0 + 100);
	assert_int_equal(vault_size(hub), 0);
}

static void
the_sweep_leaves_what_lives(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);
	struct handle h;

	use_at(hub, &cookie, T0 + 600);
	h = handle_of(hub, &cookie, T0 + HOUR);
	hub_write(hub, hub->vault, expire, &h);
	assert_false(h.done);
	assert_true(vault_has_session(hub, &cookie, T0 + HOUR));
	assert_int_equal(vault_count(hub, VAULT_EXPIRY), 1);
	vault_verify(hub);
	h.now = T0 + HOUR + 600;
	hub_write(hub, hub->vault, expire, &h);
	assert_true(h.done);
	assert_int_equal(vault_size(hub), 0);
	hub_write(hub, hub->vault, expire, &h);
	assert_false(h.done);
}

struct walk {
	struct test_hub *hub;
	struct buf sids;
	unsigned int n, stop_at;
};

static bool
note(void *ctx, const struct session_rec *rec)
{
	struct walk *w = ctx;

	buf_str(&w->sids, rec->sid);
	return ++w->n != w->stop_at;
}

static const char *
walk(struct test_hub *hub, const char *account, unsigned int stop_at)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct walk w = { .hub = hub, .stop_at = stop_at };

	buf_init_arena(&w.sids, hub->arena, 256);
	session_walk(txn, str_of(account), note, &w);
	hub_look_end(txn);
	return hub_text(hub, w.n == 0 ? STR("") : buf_view(&w.sids));
}

static void
an_account_has_its_sessions_and_no_others(void **state)
{
	struct test_hub *hub = *state;

	vault_session(hub, "a", "3", T0);
	vault_session(hub, "a", "1", T0);
	vault_session(hub, "aa", "4", T0);
	vault_session(hub, "a", "2", T0);
	assert_string_equal(walk(hub, "a", 0), "123");
	assert_string_equal(walk(hub, "a", 2), "12");
	assert_string_equal(walk(hub, "aa", 0), "4");
	assert_string_equal(walk(hub, "b", 0), "");
}

static int
break_index(struct txn *vault, void *arg)
{
	struct handle *h = arg;
	struct key key;

	key_of(&key, str_of(h->digest.text));
	txn_del(vault, VAULT_SESSION, &key);
	return 0;
}

static void
an_index_that_leads_nowhere_is_damage(void **state)
{
	struct test_hub *hub = *state;
	struct opaque cookie = vault_session(hub, "a", "s", T0);
	struct handle h = handle_of(hub, &cookie, T0);
	struct walk w = { .hub = hub };
	struct txn *txn;

	hub_write(hub, hub->vault, break_index, &h);
	buf_init_arena(&w.sids, hub->arena, 256);
	txn = store_read_begin(hub->vault, hub->arena);
	session_walk(txn, STR("a"), note, &w);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
	assert_int_equal(w.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_session_comes_back_by_its_cookie),
		TEST(a_session_ends_when_it_idles),
		TEST(a_session_ends_however_it_is_used),
		TEST(uses_within_a_minute_are_not_written),
		TEST(the_form_of_a_temporary_password_has_its_own_time),
		TEST(nothing_is_left_of_a_session),
		TEST(the_sweep_leaves_what_lives),
		TEST(an_account_has_its_sessions_and_no_others),
		TEST(an_index_that_leads_nowhere_is_damage),
#undef TEST
	};

	return UNIT_RUN(tests);
}
