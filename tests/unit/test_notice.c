#include "identity/notice.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/account.h"
#include "identity/factor_act.h"
#include "identity/mail.h"
#include "identity/own_password.h"
#include "identity/proven.h"
#include "identity/totp.h"
#include "signin_fixture.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

static int
mail_setup(void **state)
{
	int rc = signin_setup(state);
	struct test_hub *hub = *state;

	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	return rc;
}

/* The mails that wait: their names with a space after each. */
static const char *
waiting(struct test_hub *hub)
{
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct str name = STR("");
	struct mail_rec rec;
	struct buf names;

	buf_init_arena(&names, hub->arena, 256);
	while (mail_next(vault, &name, &rec))
		buf_printf(&names, "%.*s ", STR_ARG(name));
	assert_int_equal(store_read_end(vault), 0);
	return names.n == 0 ? "" : hub_text(hub, buf_view(&names));
}

static bool
is_proven(struct test_hub *hub)
{
	const struct account_rec account = hub_account(hub, "jan");
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	bool proven = proven_is(vault, &account);

	assert_int_equal(store_read_end(vault), 0);
	return proven;
}

/* Signs jan in with a temporary password that was mailed, or was not. */
static struct opaque
open_form(struct test_hub *hub, bool mailed, bool forgotten)
{
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct credential_rec before = credential_of_jan(hub), rec;
	struct signin in;

	give_temporary(hub, temporary);
	rec = credential_of_jan(hub);
	rec.mailed_to = mailed ? STR(JAN) : STR("");
	if (forgotten)
		rec.lasting = before.lasting;
	put_credential_of_jan(hub, &rec);
	assert_int_equal(try_signin(hub, JAN, temporary, &in), SIGNIN_CHANGE);
	return in.cookie;
}

static int
prove_jan(struct txn *vault, void *arg)
{
	const struct account_rec *jan = arg;

	proven_put(vault, jan, STR(JAN), clock_now());
	return 0;
}

static void
a_mailed_password_proves_the_address(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec jan = hub_account(hub, "jan");
	struct opaque form = open_form(hub, true, false);

	assert_false(is_proven(hub));
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_DONE);
	assert_true(is_proven(hub));
	assert_int_equal(events_of(hub, "account.address_proven", "jan"), 1);
	/* It was the first one: nobody else can have made it. */
	assert_string_equal(waiting(hub), "");
	form = open_form(hub, true, false);
	/* The form was opened by an operator's act, which ends the proof. */
	hub_write(hub, hub->vault, prove_jan, &jan);
	assert_int_equal(try_change(hub, &form, BETTER, NULL), CHANGE_DONE);
	assert_int_equal(events_of(hub, "account.address_proven", "jan"), 1);
	vault_verify(hub);
}

static void
a_shown_password_proves_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub, false, false);

	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_DONE);
	assert_false(is_proven(hub));
	assert_int_equal(events_of(hub, "account.address_proven", NULL), 0);
}

static void
a_refused_one_proves_nothing_yet(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form = open_form(hub, true, false);

	assert_int_equal(try_change(hub, &form, "kort", NULL), CHANGE_REFUSED);
	assert_false(is_proven(hub));
	assert_int_equal(try_change(hub, &form, GOOD, NULL), CHANGE_DONE);
	assert_true(is_proven(hub));
}

static void
a_change_after_a_forgotten_one_is_told(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form;

	give_password(hub, GOOD);
	form = open_form(hub, true, true);
	assert_string_equal(waiting(hub), "");
	assert_int_equal(try_change(hub, &form, BETTER, NULL), CHANGE_DONE);
	assert_string_equal(waiting(hub), "jan/password_changed ");
	assert_true(is_proven(hub));
}

static void
ones_own_change_is_told(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct signin in;
	struct own_change change = {
		.current = STR(GOOD),
		.password = STR("kort"),
		.source = STR(ADDRESS),
		.language = MAIL_EN,
	};
	struct mail_rec rec;
	struct str name = STR("");
	struct txn *vault;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	change.session = digest_of(&in.cookie);
	assert_int_equal(own_password_change(&h, NULL, &change), OWN_REFUSED);
	assert_string_equal(waiting(hub), "");
	change.password = STR(BETTER);
	assert_int_equal(own_password_change(&h, NULL, &change), OWN_DONE);
	assert_string_equal(waiting(hub), "jan/password_changed ");
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(mail_next(vault, &name, &rec));
	assert_int_equal(rec.language, MAIL_EN);
	assert_int_equal(store_read_end(vault), 0);
}

static void
without_a_server_nothing_is_told(void **state)
{
	struct test_hub *hub = *state;
	struct opaque form;

	hub->conf.mail_server[0] = '\0';
	give_password(hub, GOOD);
	form = open_form(hub, true, true);
	assert_int_equal(try_change(hub, &form, BETTER, NULL), CHANGE_DONE);
	assert_string_equal(waiting(hub), "");
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, mail_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_mailed_password_proves_the_address),
		T(a_shown_password_proves_nothing),
		T(a_refused_one_proves_nothing_yet),
		T(a_change_after_a_forgotten_one_is_told),
		T(ones_own_change_is_told),
		T(without_a_server_nothing_is_told),
	};

	return UNIT_RUN(tests);
}
