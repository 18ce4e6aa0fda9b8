#include "signin_fixture.h"

#include <stdio.h>
#include "base/clock.h"
#include "base/json_in.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "identity/session.h"
#include "store/schema.h"
#include "unit.h"

static int
enrol_it(struct test_hub *hub, struct enrol *in)
{
	struct hub h = hub_of(hub);

	return enrol(&h, &operator_actor, in, &hub->why);
}

/* The item's member as text; "" for null. */
static const char *
member(struct test_hub *hub, struct str account, const char *name)
{
	struct account_rec rec = hub_account(hub, hub_text(hub, account));
	const struct json *item;
	struct str text = STR("");

	assert_int_equal(
	    json_parse(hub->arena, rec.item, 1 << 20, &item, NULL), 0);
	json_string(json_get(item, name), &text);
	return hub_text(hub, text);
}

static void
a_customer_gets_an_account(void **state)
{
	struct test_hub *hub = *state;
	struct enrol in = {
		.email = STR(" Wil@Example.nl "),
		.contact = STR("c1"),
	};
	struct account_rec rec;
	const char *name;
	struct signin signin;

	assert_int_equal(enrol_it(hub, &in), 0);
	assert_str(in.username, "Wil@Example.nl");
	name = hub_text(hub, in.account);
	rec = hub_account(hub, name);
	assert_true(rec.enabled);
	assert_true(rec.pending);
	assert_string_equal(hub_list(hub, rec.groups), "101 ");
	assert_string_equal(hub_list(hub, rec.dossiers), "1 10 ");
	assert_string_equal(hub_whose(hub, "1", "10"), name);
	assert_string_equal(hub_who(hub, "wil@example.nl"), name);
	assert_string_equal(member(hub, in.account, "firstName"), "Wil");
	assert_string_equal(member(hub, in.account, "middleName"), "de");
	assert_string_equal(member(hub, in.account, "lastName"), "Wit");
	assert_string_equal(member(hub, in.account, "email"), "Wil@Example.nl");
	assert_int_equal(events_of(hub, "account.added", name), 1);
	assert_false(audit_holds(hub, in.temporary));
	assert_int_equal(
	    try_signin(hub, "wil@example.nl", in.temporary, &signin),
	    SIGNIN_CHANGE);
	assert_int_equal(
	    try_change(hub, &signin.cookie, GOOD, NULL), CHANGE_DONE);
	assert_false(hub_account(hub, name).pending);
}

static void
an_employee_gets_an_account(void **state)
{
	const struct str groups[] = { STR("102"), STR("101") };
	struct test_hub *hub = *state;
	struct enrol in = {
		.email = STR("piet@example.nl"),
		.organization = STR("1"),
		.groups = groups,
		.group_count = 2,
	};
	struct account_rec rec;

	assert_int_equal(enrol_it(hub, &in), HUB_ENOENT);
	assert_string_equal(hub->why.text, "there is no group 102");
	hub_put(hub,
	    "{\"type\":\"group\",\"id\":\"102\",\"name\":\"Beheer\","
	    "\"permissions\":[]}");
	assert_int_equal(enrol_it(hub, &in), 0);
	rec = hub_account(hub, hub_text(hub, in.account));
	assert_string_equal(hub_list(hub, rec.groups), "102 101 ");
	assert_string_equal(hub_list(hub, rec.organizations), "1 ");
	assert_string_equal(hub_list(hub, rec.dossiers), "");
	in.email = STR("kees@example.nl");
	in.group_count = 0;
	assert_int_equal(enrol_it(hub, &in), 0);
	rec = hub_account(hub, hub_text(hub, in.account));
	assert_string_equal(hub_list(hub, rec.groups), "");
	assert_string_equal(hub_list(hub, rec.organizations), "1 ");
}

static void
assert_refused(struct test_hub *hub, struct enrol in, int err, const char *why)
{
	assert_int_equal(enrol_it(hub, &in), err);
	assert_string_equal(hub->why.text, why);
	assert_string_equal(in.temporary, "");
}

static void
what_is_refused(void **state)
{
	struct test_hub *hub = *state;
	struct enrol wil = { .email = STR("wil@example.nl"),
		.contact = STR("c1") };

	assert_refused(hub,
	    (struct enrol){ .email = STR("wil"), .contact = STR("c1") },
	    HUB_EINVAL, "the address 'wil': not an e-mail address");
	assert_refused(hub, (struct enrol){ .email = STR("wil@example.nl") },
	    HUB_EINVAL, "either a contact or an organisation must be named");
	assert_refused(hub,
	    (struct enrol){ .email = STR("wil@example.nl"),
		.contact = STR("c1"),
		.organization = STR("1") },
	    HUB_EINVAL, "either a contact or an organisation must be named");
	assert_refused(hub,
	    (struct enrol){
		.email = STR("wil@example.nl"), .contact = STR("c2") },
	    HUB_ENOENT, "there is no contact c2");
	assert_refused(hub,
	    (struct enrol){
		.email = STR("wil@example.nl"), .organization = STR("2") },
	    HUB_ENOENT, "there is no organisation 2");
	assert_refused(hub,
	    (struct enrol){
		.email = STR("JAN@example.nl"), .contact = STR("c1") },
	    HUB_ECONFLICT,
	    "the address is the username of account jan already");
	assert_int_equal(events_of(hub, "account.added", NULL), 0);
	assert_int_equal(enrol_it(hub, &wil), 0);
	wil.email = STR("wilhelmina@example.nl");
	assert_int_equal(enrol_it(hub, &wil), HUB_EEXIST);
	assert_str(wil.username, "wil@example.nl");
	assert_string_equal(wil.temporary, "");
	assert_null(strstr(hub->why.text, "@"));
}

static unsigned int
credentials(struct test_hub *hub)
{
	struct txn *txn = store_read_begin(hub->vault, hub->arena);
	uint64_t n = txn_count(txn, VAULT_CREDENTIAL);

	assert_int_equal(store_read_end(txn), 0);
	return (unsigned int)n;
}

static void
take_the_address(struct test_hub *hub)
{
	hub_put(hub,
	    "{\"type\":\"account\",\"id\":\"wim\",\"name\":"
	    "\"wil@example.nl\"}");
}

static void
what_comes_between_leaves_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct enrol in = { .email = STR("wil@example.nl"),
		.contact = STR("c1") };

	signin_meanwhile = take_the_address;
	assert_int_equal(enrol_it(hub, &in), HUB_ECONFLICT);
	assert_string_equal(in.temporary, "");
	assert_int_equal(credentials(hub), 0);
	assert_int_equal(events_of(hub, "account.not_added", NULL), 1);
	assert_string_equal(hub_whose(hub, "1", "10"), "");
}

static void
change_the_dossier(struct test_hub *hub)
{
	hub_put(hub,
	    "{\"type\":\"contact\",\"id\":\"c1\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"11\",\"kind\":\"person\",\"lastName\":"
	    "\"Wit\"}");
}

static void
a_dossier_that_changes_meanwhile_is_not_taken(void **state)
{
	struct test_hub *hub = *state;
	struct enrol in = { .email = STR("wil@example.nl"),
		.contact = STR("c1") };

	signin_meanwhile = change_the_dossier;
	assert_int_equal(enrol_it(hub, &in), HUB_ECONFLICT);
	assert_int_equal(credentials(hub), 0);
	assert_string_equal(hub_whose(hub, "1", "10"), "");
	assert_int_equal(enrol_it(hub, &in), 0);
	assert_string_equal(
	    hub_whose(hub, "1", "11"), hub_text(hub, in.account));
}

static void
a_reset_ends_the_old_at_once(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	char one[PASSWORD_TEMPORARY_LEN + 1], two[PASSWORD_TEMPORARY_LEN + 1];
	struct credential_rec rec;
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	put_grant_of_jan(hub, "g1");
	give_temporary(hub, one);
	rec = credential_of_jan(hub);
	assert_int_equal(rec.lasting.n, 0);
	assert_in_range(
	    rec.temporary_until - clock_now(), 72 * 3600 - 600, 72 * 3600);
	assert_false(is_signed_in(hub, &in.cookie));
	assert_false(has_grant(hub, "g1"));
	assert_true(hub_account(hub, "jan").pending);
	assert_int_equal(events_of(hub, "password.reset", "jan"), 1);
	give_temporary(hub, two);
	assert_string_not_equal(one, two);
	assert_int_equal(
	    credential_of_jan(hub).temporary_serial, rec.temporary_serial + 1);
	assert_int_equal(try_signin(hub, JAN, one, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, two, NULL), SIGNIN_CHANGE);
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("piet"), one, &hub->why),
	    HUB_ENOENT);
	assert_string_equal(one, "");
}

static int
set_password(struct test_hub *hub, const char *id, const char *password)
{
	struct hub h = hub_of(hub);

	return enrol_set_password(
	    &h, &operator_actor, NULL, str_of(id), str_of(password), &hub->why);
}

static void
an_operator_sets_a_password(void **state)
{
	struct test_hub *hub = *state;
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin in;

	give_temporary(hub, temporary);
	assert_int_equal(set_password(hub, "jan", GOOD), 0);
	assert_false(hub_account(hub, "jan").pending);
	assert_int_equal(try_signin(hub, JAN, temporary, NULL), SIGNIN_WRONG);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	put_grant_of_jan(hub, "g1");
	assert_int_equal(set_password(hub, "jan", BETTER), 0);
	assert_false(is_signed_in(hub, &in.cookie));
	assert_false(has_grant(hub, "g1"));
	assert_int_equal(events_of(hub, "password.set", "jan"), 2);
	assert_int_equal(set_password(hub, "piet", GOOD), HUB_ENOENT);
	assert_int_equal(set_password(hub, "jan", "kort"), HUB_EINVAL);
	assert_string_equal(hub->why.text,
	    "the password is refused: it is too short: 15 "
	    "characters are the least (password.min)");
	assert_int_equal(try_signin(hub, JAN, BETTER, NULL), SIGNIN_DONE);
}

/* With the old password, at the moment when another is being set. */
static struct signin between;

static void
sign_in_between(struct test_hub *hub)
{
	assert_int_equal(try_signin(hub, JAN, GOOD, &between), SIGNIN_DONE);
}

static void
who_signs_in_before_the_change_is_out(void **state)
{
	struct test_hub *hub = *state;

	give_password(hub, GOOD);
	signin_meanwhile = sign_in_between;
	assert_int_equal(set_password(hub, "jan", BETTER), 0);
	assert_string_not_equal(between.cookie.text, "");
	assert_false(is_signed_in(hub, &between.cookie));
}

struct intruder {
	struct test_hub *hub;
	struct opaque cookie;
};

/*
 * The credential is being replaced; just before that somebody signed in with
 * the old one, when the epoch had been raised already.
 */
static int
begin_between(struct txn *vault, void *arg)
{
	struct intruder *i = arg;
	struct opaque_digest digest;
	struct session_rec rec = {
		.kind = SESSION_SIGNED_IN,
		.account = STR("jan"),
		.sid = STR("s1"),
		.epoch = hub_account(i->hub, "jan").epoch,
		.auth_time = clock_now(),
		.source = STR(ADDRESS),
	};

	assert_int_equal(opaque_digest_any(str_of(i->cookie.text), &digest), 0);
	session_put(vault, &i->hub->conf, &digest, &rec);
	return 0;
}

static void
who_signs_in_between_is_out(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct intruder intruder = { .hub = hub };
	struct account_rec before, after;
	struct session_rec rec;

	give_password(hub, GOOD);
	before = hub_account(hub, "jan");
	opaque_make(&intruder.cookie);
	assert_int_equal(
	    credential_replace(&h, STR("jan"), false, begin_between, &intruder),
	    0);
	after = hub_account(hub, "jan");
	assert_int_equal(after.epoch, before.epoch + 2);
	assert_false(session_of(hub, &intruder.cookie, &rec));
}

static int
refuse(struct txn *vault, void *arg)
{
	(void)vault;
	(void)arg;
	return HUB_EDENIED;
}

/* What the vault refuses has ended the sessions, and changed nothing else. */
static void
a_replacement_that_fails(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct signin in;

	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(credential_replace(&h, STR("jan"), true, refuse, NULL),
	    HUB_EDENIED);
	assert_false(hub_account(hub, "jan").pending);
	assert_false(is_signed_in(hub, &in.cookie));
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
	assert_int_equal(
	    credential_replace(&h, STR("piet"), true, refuse, NULL),
	    HUB_ENOENT);
}

static void
send_mail(struct test_hub *hub)
{
	snprintf(hub->conf.mail_server, sizeof(hub->conf.mail_server), "%s",
	    "127.0.0.1:25");
}

/* The mail of this kind that waits for an account. */
static bool
mail_of(struct test_hub *hub, const char *account, enum mail_template template,
    struct mail_rec *rec)
{
	uint64_t born = hub_account(hub, account).born;
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	bool found = mail_find(vault, str_of(account), born, template, rec);

	assert_int_equal(store_read_end(vault), 0);
	return found;
}

static void
a_password_that_is_mailed_is_made_when_it_is_sent(void **state)
{
	struct test_hub *hub = *state;
	struct enrol in = {
		.email = STR("wil@example.nl"),
		.contact = STR("c1"),
		.mailed = true,
	};
	struct credential_rec rec;
	struct mail_rec mail;
	struct txn *vault;
	const char *id;

	assert_int_equal(enrol_it(hub, &in), HUB_EINVAL);
	assert_non_null(strstr(hub->why.text, "mail.server"));
	send_mail(hub);
	assert_int_equal(enrol_it(hub, &in), 0);
	assert_string_equal(in.temporary, "");
	id = hub_text(hub, in.account);
	assert_true(hub_account(hub, id).pending);
	vault = store_read_begin(hub->vault, hub->arena);
	assert_true(credential_get(vault, in.account, &rec));
	assert_int_equal(store_read_end(vault), 0);
	assert_int_equal(rec.lasting.n + rec.temporary.n, 0);
	assert_true(rec.born == hub_account(hub, id).born);
	assert_true(mail_of(hub, id, MAIL_WELCOME, &mail));
	assert_int_equal(mail.language, hub->conf.mail_language);
	/* The account is there before the first try. */
	assert_true(mail.due > mail.made);
	assert_int_equal(events_of(hub, "account.added", id), 1);
	assert_int_equal(
	    try_signin(hub, "wil@example.nl", "", NULL), SIGNIN_WRONG);
}

static void
a_reset_by_mail_ends_the_old_at_once(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin in, form;
	struct mail_rec mail;
	uint64_t serial;

	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why),
	    HUB_EINVAL);
	send_mail(hub);
	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why), 0);
	assert_false(is_signed_in(hub, &in.cookie));
	assert_true(hub_account(hub, "jan").pending);
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_WRONG);
	assert_true(mail_of(hub, "jan", MAIL_RESET, &mail));

	/* One that is shown takes the place of what was to be mailed. */
	give_temporary(hub, temporary);
	assert_false(mail_of(hub, "jan", MAIL_RESET, &mail));
	assert_int_equal(try_signin(hub, JAN, temporary, &form), SIGNIN_CHANGE);
	serial = credential_of_jan(hub).temporary_serial;
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why), 0);
	assert_int_equal(credential_of_jan(hub).temporary_serial, serial + 1);
	assert_int_equal(
	    try_change(hub, &form.cookie, GOOD, NULL), CHANGE_CLOSED);
	assert_int_equal(set_password(hub, "jan", GOOD), 0);
	assert_false(mail_of(hub, "jan", MAIL_RESET, &mail));
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

static void
a_reset_that_cannot_be_mailed_ends_nothing(void **state)
{
	struct test_hub *hub = *state;
	struct hub h = hub_of(hub);
	struct signin in;

	send_mail(hub);
	give_password(hub, GOOD);
	assert_int_equal(try_signin(hub, JAN, GOOD, &in), SIGNIN_DONE);
	hub_write(hub, hub->vault, fill_queue, hub);
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why),
	    HUB_EFULL);
	assert_non_null(strstr(hub->why.text, "hubctl mail list"));
	assert_true(is_signed_in(hub, &in.cookie));
	assert_int_equal(try_signin(hub, JAN, GOOD, NULL), SIGNIN_DONE);
}

static int
prove(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;

	proven_put(vault, account, STR(JAN), clock_now());
	return 0;
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

/* Who was shown a password signs in as the owner, and reads no mail of his. */
static void
a_password_that_others_know_ends_the_proof(void **state)
{
	struct test_hub *hub = *state;
	struct account_rec account = hub_account(hub, "jan");
	struct hub h = hub_of(hub);
	char temporary[PASSWORD_TEMPORARY_LEN + 1];
	struct signin form;

	send_mail(hub);
	give_password(hub, GOOD);
	hub_write(hub, hub->vault, prove, &account);
	assert_int_equal(
	    enrol_reset(&h, &operator_actor, STR("jan"), NULL, &hub->why), 0);
	assert_true(is_proven(hub));
	give_temporary(hub, temporary);
	assert_false(is_proven(hub));
	assert_int_equal(try_signin(hub, JAN, temporary, &form), SIGNIN_CHANGE);
	assert_int_equal(
	    try_change(hub, &form.cookie, GOOD, NULL), CHANGE_DONE);
	assert_false(is_proven(hub));
	hub_write(hub, hub->vault, prove, &account);
	assert_int_equal(set_password(hub, "jan", BETTER), 0);
	assert_false(is_proven(hub));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, signin_setup, hub_teardown)
		TEST(a_customer_gets_an_account),
		TEST(an_employee_gets_an_account),
		TEST(what_is_refused),
		TEST(what_comes_between_leaves_nothing),
		TEST(a_dossier_that_changes_meanwhile_is_not_taken),
		TEST(a_reset_ends_the_old_at_once),
		TEST(a_password_that_is_mailed_is_made_when_it_is_sent),
		TEST(a_reset_by_mail_ends_the_old_at_once),
		TEST(a_reset_that_cannot_be_mailed_ends_nothing),
		TEST(a_password_that_others_know_ends_the_proof),
		TEST(an_operator_sets_a_password),
		TEST(who_signs_in_before_the_change_is_out),
		TEST(who_signs_in_between_is_out),
		TEST(a_replacement_that_fails),
	};

	return UNIT_RUN(tests);
}
