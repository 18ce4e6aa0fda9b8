/*
 * An account's address changes by its owner, an employee or an operator. jan
 * has the password GOOD; mail is configured and stays in the queue.
 */
#include "dossier_fixture.h"

#include <stdio.h>
#include "base/clock.h"
#include "crash_fixture.h"
#include "directory/account.h"
#include "identity/email_change.h"
#include "identity/email_set.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "store/schema.h"
#include "unit.h"

#define NEW "jan@elders.example.nl"

static int
setup(void **state)
{
	struct test_hub *hub;

	if (dossier_setup(state) != 0)
		return -1;
	hub = *state;
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server),
	    "127.0.0.1:1");
	give_password(hub, GOOD);
	return 0;
}

/* The form as jan brings it, who is signed in at this moment. */
static struct account_rec jan_now;

static struct email_form
form(struct test_hub *hub)
{
	jan_now = hub_account(hub, "jan");
	return (struct email_form){
		.account = &jan_now,
		.password = STR(GOOD),
		.address = STR(NEW),
		.source = STR(ADDRESS),
		.language = MAIL_EN,
	};
}

static enum email_result
ask(struct test_hub *hub, const char *address)
{
	struct hub h = hub_of(hub);
	struct email_form in = form(hub);

	in.address = str_of(address);
	return email_change_ask(&h, &in);
}

static enum email_result
confirm(struct test_hub *hub, const char *code)
{
	struct hub h = hub_of(hub);
	struct email_form in = form(hub);

	in.code = str_of(code);
	return email_change_confirm(&h, &in);
}

/* The try to send the code; its text, or "" if nothing is sent. */
static const char *
code(struct test_hub *hub, struct str *to)
{
	static struct email_code made;
	struct hub h = hub_of(hub);
	int rc = email_change_code(
	    &h, STR("jan"), hub_account(hub, "jan").born, clock_now(), &made);

	assert_true(rc == 0 || rc == HUB_ENOENT);
	if (to != NULL)
		*to = made.to;
	return made.text;
}

static const char *
former(struct test_hub *hub)
{
	struct hub h = hub_of(hub);
	struct str to;
	int rc = email_change_former(
	    &h, STR("jan"), hub_account(hub, "jan").born, &to);

	assert_true(rc == 0 || rc == HUB_ENOENT);
	return hub_text(hub, to);
}

static bool
is_proven(struct test_hub *hub)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	bool proven = proven_is(txn, &jan);

	assert_int_equal(store_read_end(txn), 0);
	return proven;
}

static bool
has_mail(struct test_hub *hub, const char *name)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct str at = STR("");
	struct mail_rec rec;
	bool found = false;

	while (mail_next(txn, &at, &rec))
		found |= str_eq(at, str_of(name));
	assert_int_equal(store_read_end(txn), 0);
	return found;
}

static struct mail_rec
notice(struct test_hub *hub)
{
	struct account_rec jan = hub_account(hub, "jan");
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	struct mail_rec rec;

	assert_true(
	    mail_find(txn, jan.id, jan.born, MAIL_ADDRESS_CHANGED, &rec));
	assert_int_equal(store_read_end(txn), 0);
	return rec;
}

static void
the_owner_changes_it(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec before = hub_account(hub, "jan"), after;
	struct signin in;
	struct str to;

	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	assert_true(has_mail(hub, "jan/address_code"));
	assert_string_equal(hub_who(hub, NEW), "");
	assert_int_equal(confirm(hub, code(hub, &to)), EMAIL_DONE);
	assert_str(to, NEW);
	assert_string_equal(hub_who(hub, NEW), "jan");
	assert_string_equal(hub_who(hub, JAN), "");
	after = hub_account(hub, "jan");
	assert_true(after.epoch == before.epoch && after.born == before.born);
	assert_true(is_proven(hub));
	assert_true(is_signed_in(hub, &in.cookie));
	assert_int_equal(try_signin(hub, NEW, GOOD, NULL), SIGNIN_DONE);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_int_equal(events_of(hub, "account.address_changed", "jan"), 1);
	/* The account has the new address before the old one is told. */
	assert_true(notice(hub).due > notice(hub).made);
	assert_string_equal(former(hub), JAN);
	assert_false(audit_holds(hub, "elders"));
}

static void
the_same_address_is_only_proven(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(ask(hub, "JAN@example.nl"), EMAIL_DONE);
	assert_false(is_proven(hub));
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_true(is_proven(hub));
	assert_str(hub_account(hub, "jan").name, JAN);
	assert_int_equal(events_of(hub, "account.address_proven", "jan"), 1);
	assert_int_equal(events_of(hub, "account.address_changed", NULL), 0);
	assert_false(has_mail(hub, "jan/address_changed"));
	assert_string_equal(former(hub), "");
}

static void
a_code_is_typed_as_people_type(void **state)
{
	struct test_hub *hub = *state;
	const char *made;
	char typed[64];

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	made = code(hub, NULL);
	snprintf(
	    typed, sizeof(typed), " %.4s %.4s%.4s ", made, made + 5, made + 10);
	for (char *p = typed; *p != '\0'; p++) {
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
		else if (*p == '0')
			*p = 'o';
	}
	assert_int_equal(confirm(hub, typed), EMAIL_DONE);
}

static void
wrong_codes_end_it(void **state)
{
	struct test_hub *hub = *state;
	char right[EMAIL_CODE_TEXT];

	assert_int_equal(confirm(hub, "0000-0000-0000"), EMAIL_ENDED);
	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	/* Before the mail went out no code is right, not even none. */
	assert_int_equal(confirm(hub, ""), EMAIL_CODE);
	snprintf(right, sizeof(right), "%s", code(hub, NULL));
	for (int i = 1; i < EMAIL_CHANGE_TRIES - 1; i++)
		assert_int_equal(confirm(hub, "0000-0000-0000"), EMAIL_CODE);
	assert_int_equal(confirm(hub, "0000-0000-0000"), EMAIL_ENDED);
	assert_int_equal(confirm(hub, right), EMAIL_ENDED);
	assert_string_equal(code(hub, NULL), "");
	assert_string_equal(hub_who(hub, JAN), "jan");
	assert_int_equal(
	    events_of(hub, "account.address_code_wrong", "jan"), 5);
}

static void
only_the_last_code_counts(void **state)
{
	struct test_hub *hub = *state;
	char first[EMAIL_CODE_TEXT], second[EMAIL_CODE_TEXT];

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	snprintf(first, sizeof(first), "%s", code(hub, NULL));
	snprintf(second, sizeof(second), "%s", code(hub, NULL));
	assert_string_not_equal(first, second);
	assert_int_equal(confirm(hub, first), EMAIL_CODE);
	assert_int_equal(ask(hub, "jan@derde.example.nl"), EMAIL_DONE);
	assert_int_equal(confirm(hub, second), EMAIL_CODE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_string_equal(hub_who(hub, "jan@derde.example.nl"), "jan");
}

static void
who_may_not_ask(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct email_form in = form(hub);

	assert_int_equal(ask(hub, "no address"), EMAIL_REFUSED);
	in.password = STR(BETTER);
	assert_int_equal(email_change_ask(&h, &in), EMAIL_PASSWORD);
	assert_false(has_mail(hub, "jan/address_code"));
	/* Signed out everywhere since the form was shown. */
	in = form(hub);
	assert_int_equal(act_end_all(&h, &operator_actor, "account.revoked",
			     STR("jan"), false),
	    0);
	assert_int_equal(email_change_ask(&h, &in), EMAIL_CLOSED);
	for (int i = 0; i < EMAIL_CHANGE_ASKS; i++)
		assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	in = form(hub);
	assert_int_equal(email_change_ask(&h, &in), EMAIL_THROTTLED);
	assert_in_range(in.wait_ms, 1000, EMAIL_CHANGE_LIFETIME * 1000);
}

static void
an_address_in_use_is_told_to_nobody(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(ask(hub, WIL), EMAIL_DONE);
	assert_string_equal(code(hub, NULL), "");
	assert_int_equal(confirm(hub, "0000-0000-0000"), EMAIL_CODE);
	assert_string_equal(hub_who(hub, WIL), "wil");
}

static void
one_that_was_taken_meanwhile(void **state)
{
	struct test_hub *hub = *state;
	const char *text;

	assert_int_equal(ask(hub, JAN), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	text = code(hub, NULL);
	hub_put(
	    hub, "{\"type\":\"account\",\"id\":\"wil\",\"name\":\"" NEW "\"}");
	assert_int_equal(confirm(hub, text), EMAIL_TAKEN);
	assert_string_equal(hub_who(hub, JAN), "jan");
	assert_true(is_proven(hub));
	assert_string_equal(former(hub), "");
	assert_int_equal(confirm(hub, text), EMAIL_ENDED);
	assert_int_equal(
	    events_of(hub, "account.address_not_changed", "jan"), 1);
}

static void
the_owner_thinks_again(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct email_form in;
	const char *text;

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	text = code(hub, NULL);
	in = form(hub);
	assert_int_equal(email_change_drop(&h, &in), EMAIL_DONE);
	assert_int_equal(email_change_drop(&h, &in), EMAIL_ENDED);
	assert_int_equal(confirm(hub, text), EMAIL_ENDED);
	assert_string_equal(code(hub, NULL), "");
}

static int
expire_now(struct txn *vault, void *arg)
{
	bool *gone = arg;

	*gone = email_change_expire(
	    vault, STR("jan"), clock_now() + EMAIL_CHANGE_LIFETIME + 1);
	return 0;
}

static void
an_hour_ends_it(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec jan = hub_account(hub, "jan");
	struct email_change_rec rec;
	struct email_code made;
	struct hub h = hub_of(hub);
	int64_t late = clock_now() + EMAIL_CHANGE_LIFETIME + 1;
	struct txn *txn;
	bool gone;

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	assert_int_equal(
	    email_change_code(&h, STR("jan"), jan.born, late, &made),
	    HUB_ENOENT);
	assert_int_equal(
	    email_change_code(&h, STR("jan"), jan.born + 1, clock_now(), &made),
	    HUB_ENOENT);
	txn = store_read_begin(hub->vault, hub->arena);
	assert_true(email_change_waits(txn, &jan, late - 10, &rec));
	assert_false(email_change_waits(txn, &jan, late, &rec));
	jan.born++;
	assert_false(email_change_waits(txn, &jan, late - 10, &rec));
	assert_int_equal(store_read_end(txn), 0);
	hub_write(hub, hub->vault, expire_now, &gone);
	assert_true(gone);
	assert_int_equal(confirm(hub, "0000-0000-0000"), EMAIL_ENDED);
}

/* Who has taken an account over cannot keep its owner from hearing of it. */
static void
the_first_address_is_told(void **state)
{
	struct test_hub *hub = *state;
	bool gone;

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_int_equal(ask(hub, "jan@derde.example.nl"), EMAIL_DONE);
	assert_string_equal(former(hub), JAN);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_string_equal(former(hub), JAN);
	/* The record stays for as long as the mail may be tried. */
	hub_write(hub, hub->vault, expire_now, &gone);
	assert_false(gone);
	assert_string_equal(former(hub), JAN);
}

static int
refuse_notice(struct txn *vault, void *arg)
{
	struct test_hub *hub = arg;
	struct str name = STR("jan/address_changed");
	struct mail_rec rec;
	int64_t now = clock_now();

	assert_true(mail_get(vault, name, &rec));
	assert_true(mail_try(vault, &hub->conf, name, &rec, now));
	assert_true(
	    mail_failed(vault, &hub->conf, name, &rec, STR("550"), true, now));
	return 0;
}

/* A mailbox that is no more does not hear in place of one that is read. */
static void
the_next_is_told_where_the_first_is_gone(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	hub_write(hub, hub->vault, refuse_notice, hub);
	assert_int_equal(ask(hub, "jan@derde.example.nl"), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_string_equal(former(hub), NEW);
	assert_false(notice(hub).failed);
}

static int
mail_password(struct txn *vault, void *arg)
{
	struct test_hub *hub = arg;
	struct credential_rec rec;

	credential_get(vault, STR("jan"), &rec);
	rec.temporary = STR("x");
	rec.temporary_until = clock_now() + 1000;
	rec.mailed_to = STR(JAN);
	(void)hub;
	credential_put(vault, STR("jan"), &rec);
	return 0;
}

static void
what_the_old_address_was_mailed_ends(void **state)
{
	struct test_hub *hub = *state;
	uint64_t serial;

	hub_write(hub, hub->vault, mail_password, hub);
	serial = credential_of_jan(hub).temporary_serial;
	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_int_equal(credential_of_jan(hub).temporary.n, 0);
	assert_true(credential_of_jan(hub).temporary_serial > serial);
	assert_int_equal(try_signin(hub, NEW, GOOD, NULL), SIGNIN_DONE);
}

static int
set(struct test_hub *hub, const char *address, const struct dossier_seen *seen,
    bool *taken)
{
	struct hub h = hub_of(hub);
	struct email_set in = {
		.account = seen != NULL ? seen->account.id : STR("jan"),
		.address = str_of(address),
		.seen = seen,
	};
	int rc = email_change_set(&h, &operator_actor, &in, &hub->why);

	*taken = in.taken;
	return rc;
}

static void
an_operator_sets_it(void **state)
{
	struct test_hub *hub = *state;
	bool taken;

	assert_int_equal(ask(hub, JAN), EMAIL_DONE);
	assert_int_equal(confirm(hub, code(hub, NULL)), EMAIL_DONE);
	assert_int_equal(ask(hub, "jan@derde.example.nl"), EMAIL_DONE);
	assert_int_equal(set(hub, "bad", NULL, &taken), HUB_EINVAL);
	assert_int_equal(set(hub, WIL, NULL, &taken), HUB_ECONFLICT);
	assert_true(taken);
	assert_int_equal(set(hub, NEW, NULL, &taken), 0);
	assert_string_equal(hub_who(hub, NEW), "jan");
	assert_false(is_proven(hub));
	assert_string_equal(former(hub), JAN);
	assert_true(notice(hub).due > notice(hub).made);
	/* What jan had asked for is over. */
	assert_string_equal(code(hub, NULL), "");
	assert_int_equal(set(hub, NEW, NULL, &taken), 0);
	assert_int_equal(events_of(hub, "account.address_set", "jan"), 1);
	assert_int_equal(try_signin(hub, NEW, GOOD, NULL), SIGNIN_DONE);
}

static int
prove_wil(struct txn *vault, void *arg)
{
	const struct account_rec *wil = arg;

	proven_put(vault, wil, STR(WIL), clock_now());
	return 0;
}

static void
an_employee_sets_what_nobody_proved(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub), old = seen;
	struct account_rec wil;
	bool taken;

	assert_int_equal(set(hub, NEW, &seen, &taken), 0);
	assert_string_equal(hub_who(hub, NEW), "wil");
	assert_string_equal(former(hub), "");
	assert_int_equal(set(hub, WIL, &seen, &taken), 0);
	wil = hub_account(hub, "wil");
	hub_write(hub, hub->vault, prove_wil, &wil);
	assert_int_equal(set(hub, NEW, &seen, &taken), HUB_ECONFLICT);
	assert_false(taken);
	assert_string_equal(hub_who(hub, WIL), "wil");
	old.shared = true;
	assert_int_equal(set(hub, NEW, &old, &taken), HUB_ECONFLICT);
	old = seen;
	old.account.epoch++;
	assert_int_equal(set(hub, NEW, &old, &taken), HUB_ECONFLICT);
	assert_string_equal(hub_who(hub, WIL), "wil");
}

static void
a_pending_account_is_welcomed_anew(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	struct hub h = hub_of(hub);
	char text[PASSWORD_TEMPORARY_LEN + 1];
	bool taken;

	assert_int_equal(enrol_reset_seen(&h, &operator_actor, &seen, text), 0);
	seen = dossier_see(hub);
	assert_int_equal(set(hub, NEW, &seen, &taken), 0);
	assert_false(has_mail(hub, "wil/welcome"));
	hub->conf.delivery = DELIVERY_MAILED;
	seen = dossier_see(hub);
	assert_int_equal(set(hub, WIL, &seen, &taken), 0);
	assert_true(has_mail(hub, "wil/welcome"));
}

static int
drop_welcomes(struct txn *vault, void *arg)
{
	(void)arg;
	mail_drop_passwords(vault, STR("wil"));
	return 0;
}

static int
fill_queue(struct txn *vault, void *arg)
{
	struct test_hub *hub = arg;
	struct mail_wish wish = { .template = MAIL_NEW_DEVICE };

	for (int i = 0; mail_has_room(vault); i++) {
		wish.account = str_of(arena_printf(txn_arena(vault), "m%d", i));
		assert_int_equal(
		    mail_put(vault, &hub->conf, &wish, clock_now()), 0);
	}
	return 0;
}

/* What is refused has changed nothing, for whoever asks. */
static void
a_full_queue_refuses_the_whole(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	struct hub h = hub_of(hub);
	bool taken;

	hub->conf.delivery = DELIVERY_MAILED;
	assert_int_equal(enrol_reset_seen(&h, &operator_actor, &seen, NULL), 0);
	hub_write(hub, hub->vault, drop_welcomes, NULL);
	hub_write(hub, hub->vault, fill_queue, hub);
	seen = dossier_see(hub);
	assert_int_equal(set(hub, NEW, &seen, &taken), HUB_EFULL);
	assert_string_equal(hub_who(hub, WIL), "wil");
	assert_int_equal(events_of(hub, "account.address_set", NULL), 0);
	assert_int_equal(ask(hub, NEW), EMAIL_FAILED);
	assert_int_equal(events_of(hub, "account.address_asked", NULL), 0);
}

static char crash_code[EMAIL_CODE_TEXT];

static void
confirm_it(struct test_hub *hub)
{
	confirm(hub, crash_code);
}

static int
drop_notice(struct txn *vault, void *arg)
{
	(void)arg;
	return mail_drop(vault, STR("jan/address_changed")) ? 0 : HUB_ENOENT;
}

/*
 * The vault has the proof first: until the directory follows the account has
 * its old address, which nobody is told to have changed, and the mail that
 * finds it so leaves the queue; the same code completes it, and it is told.
 */
static void
a_crash_in_a_change(void **state)
{
	struct test_hub *hub = *state;

	assert_int_equal(ask(hub, NEW), EMAIL_DONE);
	snprintf(crash_code, sizeof(crash_code), "%s", code(hub, NULL));
	assert_true(crash_dies_at(hub, 0, confirm_it));
	assert_int_equal(events_of(hub, "account.address_changed", NULL), 0);
	assert_false(is_proven(hub));
	assert_true(crash_dies_at(hub, 1, confirm_it));
	assert_int_equal(events_of(hub, "account.address_changed", "jan"), 1);
	assert_string_equal(hub_who(hub, JAN), "jan");
	assert_false(is_proven(hub));
	assert_string_equal(former(hub), "");
	hub_write(hub, hub->vault, drop_notice, NULL);
	assert_int_equal(confirm(hub, crash_code), EMAIL_DONE);
	assert_string_equal(hub_who(hub, NEW), "jan");
	assert_true(has_mail(hub, "jan/address_changed"));
	assert_true(is_proven(hub));
	assert_string_equal(former(hub), JAN);
	assert_int_equal(events_of(hub, "account.address_changed", "jan"), 1);
}

static void
set_it(struct test_hub *hub)
{
	bool taken;

	set(hub, NEW, NULL, &taken);
}

static void
set_wil(struct test_hub *hub)
{
	struct dossier_seen seen = dossier_see(hub);
	bool taken;

	set(hub, NEW, &seen, &taken);
}

/* Nor does it leave a customer without any password, and none on its way. */
static void
a_crash_leaves_the_welcome(void **state)
{
	struct test_hub *hub = *state;
	struct dossier_seen seen = dossier_see(hub);
	struct hub h = hub_of(hub);

	hub->conf.delivery = DELIVERY_MAILED;
	assert_int_equal(enrol_reset_seen(&h, &operator_actor, &seen, NULL), 0);
	hub_write(hub, hub->vault, drop_welcomes, NULL);
	assert_false(has_mail(hub, "wil/welcome"));
	assert_true(crash_dies_at(hub, 1, set_wil));
	assert_string_equal(hub_who(hub, WIL), "wil");
	assert_true(has_mail(hub, "wil/welcome"));
}

/* What was mailed to the old address is dead before the account has another. */
static void
a_crash_in_a_change_by_others(void **state)
{
	struct test_hub *hub = *state;

	hub_write(hub, hub->vault, mail_password, hub);
	assert_true(crash_dies_at(hub, 0, set_it));
	assert_int_equal(credential_of_jan(hub).temporary.n, 1);
	assert_true(crash_dies_at(hub, 1, set_it));
	assert_int_equal(credential_of_jan(hub).temporary.n, 0);
	assert_string_equal(hub_who(hub, JAN), "jan");
	assert_false(crash_dies_at(hub, 2, set_it));
	assert_string_equal(hub_who(hub, NEW), "jan");
	assert_int_equal(credential_of_jan(hub).temporary.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(the_owner_changes_it),
		TEST(the_same_address_is_only_proven),
		TEST(a_code_is_typed_as_people_type),
		TEST(wrong_codes_end_it),
		TEST(only_the_last_code_counts),
		TEST(who_may_not_ask),
		TEST(an_address_in_use_is_told_to_nobody),
		TEST(one_that_was_taken_meanwhile),
		TEST(the_owner_thinks_again),
		TEST(an_hour_ends_it),
		TEST(the_first_address_is_told),
		TEST(the_next_is_told_where_the_first_is_gone),
		TEST(what_the_old_address_was_mailed_ends),
		TEST(an_operator_sets_it),
		TEST(an_employee_sets_what_nobody_proved),
		TEST(a_pending_account_is_welcomed_anew),
		TEST(a_crash_in_a_change),
		TEST(a_full_queue_refuses_the_whole),
		TEST(a_crash_leaves_the_welcome),
		TEST(a_crash_in_a_change_by_others),
	};

	return UNIT_RUN(tests);
}
