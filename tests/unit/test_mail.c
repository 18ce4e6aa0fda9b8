#include "identity/mail.h"

#include "directory/account.h"
#include "identity/proven.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define DAY 86400

static struct mail_wish
wish_for(const char *account, enum mail_template template)
{
	return (
	    struct mail_wish){ template, MAIL_NL, str_of(account), 7, STR("") };
}

struct doing {
	struct test_hub *hub;
	struct mail_wish wish;
	const char *name;
	int64_t now;
	bool for_good;
	unsigned int n;
	struct mail_rec rec;
	int rc;
	bool done;
};

static int
put_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	d->rc = mail_put(vault, &d->hub->conf, &d->wish, d->now);
	return 0;
}

static int
put(struct test_hub *hub, struct mail_wish wish, int64_t now)
{
	struct doing d = { .hub = hub, .wish = wish, .now = now };

	hub_write(hub, hub->vault, put_now, &d);
	return d.rc;
}

/* The first that is due, or NULL; its name. */
static const char *
due(struct test_hub *hub, int64_t now, struct mail_rec *rec)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct str name;
	bool found = mail_due(txn, now, &name, rec);

	assert_int_equal(store_read_end(txn), 0);
	return found ? hub_text(hub, name) : NULL;
}

static int
try_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	d->done =
	    mail_try(vault, &d->hub->conf, str_of(d->name), &d->rec, d->now);
	return 0;
}

static bool
try(struct test_hub *hub, const char *name, struct mail_rec *rec, int64_t now)
{
	struct doing d = { .hub = hub, .name = name, .rec = *rec, .now = now };

	hub_write(hub, hub->vault, try_now, &d);
	*rec = d.rec;
	return d.done;
}

static int
sent_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	mail_sent(vault, str_of(d->name), &d->rec);
	return 0;
}

static void
sent(struct test_hub *hub, const char *name, const struct mail_rec *rec)
{
	struct doing d = { .name = name, .rec = *rec };

	hub_write(hub, hub->vault, sent_now, &d);
}

static int
fail_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	d->done = mail_failed(vault, &d->hub->conf, str_of(d->name), &d->rec,
	    STR("451 later"), d->for_good, d->now);
	return 0;
}

static bool
fails(struct test_hub *hub, const char *name, const struct mail_rec *rec,
    bool for_good, int64_t now)
{
	struct doing d = { .hub = hub,
		.name = name,
		.rec = *rec,
		.now = now,
		.for_good = for_good };

	hub_write(hub, hub->vault, fail_now, &d);
	return d.done;
}

static int
operate_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	d->done = d->for_good ? mail_drop(vault, str_of(d->name))
			      : mail_retry(vault, str_of(d->name), d->now);
	return 0;
}

static bool
operate(struct test_hub *hub, const char *name, bool drop, int64_t now)
{
	struct doing d = { .name = name, .now = now, .for_good = drop };

	hub_write(hub, hub->vault, operate_now, &d);
	return d.done;
}

static int
mail_setup(void **state)
{
	int rc = vault_setup(state);
	struct test_hub *hub = *state;

	if (rc == 0)
		memcpy(hub->conf.mail_server, "localhost:25", 13);
	return rc;
}

static void
without_a_server_nothing_is_queued(void **state)
{
	struct test_hub *hub = *state;

	hub->conf.mail_server[0] = '\0';
	assert_int_equal(put(hub, wish_for("a", MAIL_WELCOME), T0), 0);
	assert_int_equal(vault_count(hub, VAULT_MAIL), 0);
}

static void
a_mail_is_due_until_it_was_sent(void **state)
{
	struct test_hub *hub = *state;
	struct mail_rec rec, before;

	put(hub, wish_for("a", MAIL_FORGOTTEN), T0);
	assert_null(due(hub, T0 - 1, &rec));
	assert_string_equal(due(hub, T0, &rec), "a/forgotten");
	assert_int_equal(rec.template, MAIL_FORGOTTEN);
	assert_true(str_eq(rec.account, STR("a")));
	assert_int_equal(rec.born, 7);
	before = rec;
	assert_true(try(hub, "a/forgotten", &rec, T0));
	assert_int_equal(rec.tries, 1);
	assert_int_equal(rec.due, T0 + 60);
	/* Somebody else began a try: this one must not. */
	assert_false(try(hub, "a/forgotten", &before, T0));
	vault_verify(hub);
	sent(hub, "a/forgotten", &before);
	assert_int_equal(vault_count(hub, VAULT_MAIL), 1);
	sent(hub, "a/forgotten", &rec);
	assert_int_equal(vault_count(hub, VAULT_MAIL), 0);
	assert_int_equal(vault_count(hub, VAULT_MAIL_DUE), 0);
}

static void
one_that_waits_is_not_doubled(void **state)
{
	struct test_hub *hub = *state;
	struct mail_wish other = wish_for("a", MAIL_FORGOTTEN);
	struct mail_rec rec, again;

	put(hub, wish_for("a", MAIL_FORGOTTEN), T0);
	put(hub, wish_for("a", MAIL_FORGOTTEN), T0 + 5);
	due(hub, T0 + 5, &rec);
	assert_int_equal(rec.made, T0);
	assert_true(try(hub, "a/forgotten", &rec, T0 + 5));
	/* Under way already: another one follows it. */
	put(hub, wish_for("a", MAIL_FORGOTTEN), T0 + 6);
	sent(hub, "a/forgotten", &rec);
	assert_string_equal(due(hub, T0 + 6, &again), "a/forgotten");
	assert_int_equal(again.tries, 0);
	/* Another life of the account. */
	other.born = 8;
	put(hub, other, T0 + 7);
	due(hub, T0 + 7, &again);
	assert_int_equal(again.born, 8);
	assert_int_equal(vault_count(hub, VAULT_MAIL), 1);
	vault_verify(hub);
}

static void
names_tell_mails_apart(void **state)
{
	struct test_hub *hub = *state;
	struct mail_wish wish = wish_for("a", MAIL_INVITATION);
	struct str name = STR("");
	struct mail_rec rec;
	struct txn *txn;

	wish.about = STR("c2");
	put(hub, wish, T0);
	wish.about = STR("c1");
	put(hub, wish, T0);
	put(hub, wish_for("a", MAIL_WELCOME), T0 + 1);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_true(mail_next(txn, &name, &rec));
	assert_true(str_eq(name, STR("a/invitation/c1")));
	assert_true(str_eq(rec.about, STR("c1")));
	assert_true(mail_next(txn, &name, &rec));
	assert_true(str_eq(name, STR("a/invitation/c2")));
	assert_true(mail_next(txn, &name, &rec));
	assert_true(str_eq(name, STR("a/welcome")));
	assert_false(mail_next(txn, &name, &rec));
	assert_int_equal(store_read_end(txn), 0);
}

static void
tries_come_less_and_less_often(void **state)
{
	static const int64_t pauses[] = { 60, 120, 240, 480, 960, 1920, 3840,
		7680, 15360, 21600, 21600 };
	struct test_hub *hub = *state;
	int64_t now = T0;
	struct mail_rec rec;

	hub->conf.mail_give_up = 30 * DAY;
	put(hub, wish_for("a", MAIL_WELCOME), T0);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		assert_null(due(hub, now - 1, &rec));
		assert_non_null(due(hub, now, &rec));
		assert_true(try(hub, "a/welcome", &rec, now));
		assert_false(fails(hub, "a/welcome", &rec, false, now));
		now += pauses[i];
	}
	assert_non_null(due(hub, now, &rec));
	assert_true(str_eq(rec.fault, STR("451 later")));
	vault_verify(hub);
}

/* Two would go out, and the password of the first be dead before it is read. */
static void
a_slow_try_is_not_overtaken_by_the_next(void **state)
{
	struct test_hub *hub = *state;
	struct mail_rec rec;

	hub->conf.mail_timeout = 300;
	put(hub, wish_for("a", MAIL_WELCOME), T0);
	due(hub, T0, &rec);
	assert_true(try(hub, "a/welcome", &rec, T0));
	assert_null(due(hub, T0 + 301, &rec));
	assert_non_null(due(hub, T0 + 400, &rec));
}

static void
what_cannot_be_sent_is_given_up_and_told(void **state)
{
	struct test_hub *hub = *state;
	struct mail_rec rec;

	hub->conf.mail_give_up = 100;
	put(hub, wish_for("a", MAIL_WELCOME), T0);
	due(hub, T0, &rec);
	try(hub, "a/welcome", &rec, T0);
	assert_false(fails(hub, "a/welcome", &rec, false, T0));
	due(hub, T0 + 60, &rec);
	try(hub, "a/welcome", &rec, T0 + 60);
	/* The last try comes when the time is over, and not later. */
	assert_false(fails(hub, "a/welcome", &rec, false, T0 + 60));
	assert_non_null(due(hub, T0 + 100, &rec));
	try(hub, "a/welcome", &rec, T0 + 100);
	assert_true(fails(hub, "a/welcome", &rec, false, T0 + 100));
	assert_null(due(hub, T0 + DAY, &rec));
	assert_int_equal(vault_events(hub, "mail.failed"), 1);
	vault_verify(hub);
	assert_true(operate(hub, "a/welcome", false, T0 + 200));
	assert_non_null(due(hub, T0 + 200, &rec));
	/* It tells of what happened then, and not of the operator. */
	assert_int_equal(rec.made, T0);
	try(hub, "a/welcome", &rec, T0 + 200);
	assert_true(fails(hub, "a/welcome", &rec, true, T0 + 200));
	assert_true(operate(hub, "a/welcome", true, 0));
	assert_false(operate(hub, "a/welcome", true, 0));
	assert_false(operate(hub, "a/welcome", false, T0));
	assert_int_equal(vault_count(hub, VAULT_MAIL_DUE), 0);
	vault_verify(hub);
}

static int
fill_now(struct txn *vault, void *arg)
{
	struct doing *d = arg;

	for (unsigned int i = 0; i < d->n; i++) {
		d->wish.account =
		    str_of(arena_printf(txn_arena(vault), "m%u", i));
		d->rc = mail_put(vault, &d->hub->conf, &d->wish, T0);
		assert_int_equal(d->rc, 0);
	}
	return 0;
}

static void
the_queue_has_a_bound(void **state)
{
	struct test_hub *hub = *state;
	struct doing d = {
		.hub = hub, .wish = wish_for("", MAIL_WELCOME), .n = MAIL_MAX
	};

	hub_write(hub, hub->vault, fill_now, &d);
	assert_int_equal(put(hub, wish_for("a", MAIL_WELCOME), T0), HUB_EFULL);
	/* One that is there may be asked for again. */
	assert_int_equal(put(hub, wish_for("m7", MAIL_WELCOME), T0), 0);
	assert_true(operate(hub, "m7/welcome", true, 0));
	assert_int_equal(put(hub, wish_for("a", MAIL_WELCOME), T0), 0);
}

static void
what_waits_is_counted(void **state)
{
	struct test_hub *hub = *state;
	struct mail_count count;
	struct mail_rec rec;
	struct txn *txn;

	txn = store_read_begin(hub->vault, hub->arena);
	mail_count(txn, &count);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(count.waiting, 0);
	assert_int_equal(count.failed, 0);
	assert_true(count.oldest == INT64_MAX);
	put(hub, wish_for("a", MAIL_WELCOME), T0);
	due(hub, T0, &rec);
	try(hub, "a/welcome", &rec, T0);
	assert_true(fails(hub, "a/welcome", &rec, true, T0));
	put(hub, wish_for("a", MAIL_RESET), T0 + 9);
	put(hub, wish_for("b", MAIL_RESET), T0 + 5);
	txn = store_read_begin(hub->vault, hub->arena);
	mail_count(txn, &count);
	assert_int_equal(store_read_end(txn), 0);
	assert_int_equal(count.waiting, 2);
	assert_int_equal(count.failed, 1);
	assert_true(count.oldest == T0 + 5);
}

struct proving {
	struct account_rec account;
	const char *address;
};

static int
prove_now(struct txn *vault, void *arg)
{
	const struct proving *p = arg;

	proven_put(vault, &p->account, str_of(p->address), T0);
	return 0;
}

static bool
is_proven(struct test_hub *hub)
{
	struct account_rec account = hub_account(hub, "b");
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	bool proven = proven_is(txn, &account);

	assert_int_equal(store_read_end(txn), 0);
	return proven;
}

#define ACCOUNT_B(members)                                                     \
	"{\"type\":\"account\",\"id\":\"b\",\"organizationIds\":[\"1\"],"      \
	"\"groupIds\":[]," members "}"

static void
a_proof_is_of_one_address(void **state)
{
	struct test_hub *hub = *state;
	struct proving p = { .address = "B@Example.nl" };

	hub_put(hub, ACCOUNT_B("\"name\":\"b@example.nl\""));
	p.account = hub_account(hub, "b");
	assert_false(is_proven(hub));
	hub_write(hub, hub->vault, prove_now, &p);
	assert_true(is_proven(hub));
	hub_put(hub,
	    ACCOUNT_B("\"name\":\"b@example.nl\","
		      "\"email\":\"other@example.nl\""));
	assert_false(is_proven(hub));
	hub_put(hub,
	    ACCOUNT_B("\"name\":\"x@example.nl\","
		      "\"email\":\"b@EXAMPLE.nl\""));
	assert_true(is_proven(hub));
	p.account.born++;
	hub_write(hub, hub->vault, prove_now, &p);
	assert_false(is_proven(hub));
	vault_verify(hub);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, mail_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(without_a_server_nothing_is_queued),
		T(a_mail_is_due_until_it_was_sent),
		T(one_that_waits_is_not_doubled),
		T(names_tell_mails_apart),
		T(tries_come_less_and_less_often),
		T(a_slow_try_is_not_overtaken_by_the_next),
		T(what_cannot_be_sent_is_given_up_and_told),
		T(the_queue_has_a_bound),
		T(what_waits_is_counted),
		T(a_proof_is_of_one_address),
	};

	return UNIT_RUN(tests);
}
