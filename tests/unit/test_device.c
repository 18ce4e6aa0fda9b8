#include "identity/device.h"

#include <stdio.h>
#include "identity/credential.h"
#include "identity/mail.h"
#include "identity/sweep.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

static int
put_credential(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;
	const struct credential_rec rec = {
		.lasting = STR("hash"),
		.lasting_at = T0,
		.born = account->born,
	};

	credential_put(vault, account->id, &rec);
	return 0;
}

static int
mail_setup(void **state)
{
	int rc = vault_setup(state);
	struct test_hub *hub = *state;
	struct account_rec account = hub_account(hub, "a");

	hub_write(hub, hub->vault, put_credential, &account);
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
	return rc;
}

struct entry {
	struct test_hub *hub;
	struct account_rec account;
	struct device device;
	int64_t now;
};

static int
sign_in_now(struct txn *vault, void *arg)
{
	const struct entry *e = arg;

	device_sign_in(vault, &e->hub->conf, &e->account, &e->device,
	    STR("192.0.2.1"), e->now);
	return 0;
}

/* Account "a" signs in with the browser of this name ("": one without). */
static void
sign_in(struct test_hub *hub, const char *browser, int64_t now)
{
	struct entry e = {
		.hub = hub,
		.account = hub_account(hub, "a"),
		.device.language = MAIL_EN,
		.now = now,
	};

	if (browser[0] != '\0')
		assert_int_equal(
		    opaque_digest_any(str_of(browser), &e.device.cookie), 0);
	hub_write(hub, hub->vault, sign_in_now, &e);
}

static int
drop_mail(struct txn *vault, void *arg)
{
	*(bool *)arg = mail_drop(vault, STR("a/new_device"));
	return 0;
}

/* Whether the notice waits; it does no more then. */
static bool
was_told(struct test_hub *hub)
{
	bool found;

	hub_write(hub, hub->vault, drop_mail, &found);
	return found;
}

static void
the_first_sign_in_is_no_news(void **state)
{
	struct test_hub *hub = *state;
	struct txn *vault;

	sign_in(hub, "laptop", T0);
	assert_false(was_told(hub));
	sign_in(hub, "laptop", T0 + 60);
	assert_false(was_told(hub));
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 1);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(credential_signed_in(vault, STR("a")) == T0 + 60);
	assert_int_equal(store_read_end(vault), 0);
	assert_int_equal(vault_events(hub, "signin.new_device"), 0);
	vault_verify(hub);
}

static void
an_unknown_device_is_told_of_once(void **state)
{
	struct test_hub *hub = *state;
	struct mail_rec rec;
	struct str name = STR("");
	struct txn *vault;

	sign_in(hub, "laptop", T0);
	sign_in(hub, "phone", T0 + 1);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(mail_next(vault, &name, &rec));
	assert_int_equal(rec.template, MAIL_NEW_DEVICE);
	assert_int_equal(rec.language, MAIL_EN);
	assert_str(rec.account, "a");
	assert_int_equal(store_read_end(vault), 0);
	assert_true(was_told(hub));
	assert_int_equal(vault_events(hub, "signin.new_device"), 1);
	sign_in(hub, "phone", T0 + 2);
	sign_in(hub, "laptop", T0 + 3);
	assert_false(was_told(hub));
}

static void
who_sends_no_cookie_is_not_noted(void **state)
{
	struct test_hub *hub = *state;

	sign_in(hub, "", T0);
	sign_in(hub, "", T0 + 1);
	assert_false(was_told(hub));
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 0);
}

static void
the_oldest_makes_room(void **state)
{
	struct test_hub *hub = *state;
	char name[16];

	for (int i = 0; i < DEVICE_MAX; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		sign_in(hub, name, T0 + i);
	}
	assert_int_equal(vault_count(hub, VAULT_DEVICE), DEVICE_MAX);
	sign_in(hub, "d0", T0 + 100);
	was_told(hub);
	sign_in(hub, "one more", T0 + 101);
	assert_true(was_told(hub));
	assert_int_equal(vault_count(hub, VAULT_DEVICE), DEVICE_MAX);
	sign_in(hub, "d0", T0 + 102);
	assert_false(was_told(hub));
	sign_in(hub, "d1", T0 + 103);
	assert_true(was_told(hub));
}

static void
a_device_is_forgotten_after_its_time(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct sweep sweep = { .steps = 4 };

	sign_in(hub, "laptop", T0);
	sign_in(hub, "phone", T0 + 1000);
	was_told(hub);
	assert_int_equal(sweep_round(&h, &sweep, T0 + DEVICE_LIFETIME - 1), 0);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 2);
	assert_int_equal(sweep_round(&h, &sweep, T0 + DEVICE_LIFETIME), 0);
	assert_int_equal(sweep.swept.devices, 1);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 1);
	/* Also before it is swept. */
	sign_in(hub, "phone", T0 + 1000 + DEVICE_LIFETIME);
	assert_true(was_told(hub));
}

static int
delete_credential(struct txn *vault, void *arg)
{
	(void)arg;
	credential_del(vault, STR("a"));
	return 0;
}

static void
devices_go_with_the_credential(void **state)
{
	struct test_hub *hub = *state;
	struct entry other = {
		.hub = hub,
		.account = { .id = STR("ab") },
		.now = T0,
	};

	sign_in(hub, "laptop", T0);
	sign_in(hub, "phone", T0);
	assert_int_equal(
	    opaque_digest_any(STR("laptop"), &other.device.cookie), 0);
	hub_write(hub, hub->vault, sign_in_now, &other);
	hub_write(hub, hub->vault, delete_credential, NULL);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 1);
	assert_int_equal(vault_count(hub, VAULT_SIGNED_IN), 1);
}

/* Its owner hears of every browser that the one before had. */
static void
an_account_of_the_same_id_knows_none_of_them(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec next = hub_account(hub, "a");

	sign_in(hub, "laptop", T0);
	hub_write(hub, hub->vault, put_credential, &next);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 1);
	next.born++;
	hub_write(hub, hub->vault, put_credential, &next);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 0);
}

static void
a_long_table_is_swept_in_pieces(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct sweep sweep = { .steps = 1 };
	struct entry e = { .hub = hub, .now = T0 };
	unsigned int gone = 0;
	char id[16];

	for (int i = 0; i < SWEEP_STEP + 10; i++) {
		snprintf(id, sizeof(id), "m%d", i);
		e.account = (struct account_rec){ .id = str_of(id) };
		assert_int_equal(
		    opaque_digest_any(str_of(id), &e.device.cookie), 0);
		hub_write(hub, hub->vault, sign_in_now, &e);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    sweep_round(&h, &sweep, T0 + DEVICE_LIFETIME), 0);
		gone += sweep.swept.devices;
	}
	assert_int_equal(gone, SWEEP_STEP + 10);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 0);
}

static void
without_a_server_devices_are_noted_all_the_same(void **state)
{
	struct test_hub *hub = *state;

	hub->conf.mail_server[0] = '\0';
	sign_in(hub, "laptop", T0);
	sign_in(hub, "phone", T0);
	assert_int_equal(vault_count(hub, VAULT_DEVICE), 2);
	assert_int_equal(vault_count(hub, VAULT_MAIL), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, mail_setup, hub_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_first_sign_in_is_no_news),
		T(an_unknown_device_is_told_of_once),
		T(who_sends_no_cookie_is_not_noted),
		T(the_oldest_makes_room),
		T(a_device_is_forgotten_after_its_time),
		T(devices_go_with_the_credential),
		T(an_account_of_the_same_id_knows_none_of_them),
		T(a_long_table_is_swept_in_pieces),
		T(without_a_server_devices_are_noted_all_the_same),
	};

	return UNIT_RUN(tests);
}
