/* Employees and passwords that are mailed, which nobody but the owner sees. */
#include "endpoint/employee.h"

#include <stdio.h>
#include "base/clock.h"
#include "directory/account.h"
#include "identity/credential.h"
#include "identity/enrol.h"
#include "identity/mail.h"
#include "identity/proven.h"
#include "identity_fixture.h"
#include "store/schema.h"
#include "unit.h"

#define MAILED                                                                 \
	"\"temporaryPassword\":null,\"temporaryPasswordUntil\":null,"          \
	"\"delivery\":\"mailed\""
#define ADDRESS "c@example.nl"
#define TWO                                                                    \
	"{\"type\":\"organization\",\"id\":\"2\",\"organizationType\":"        \
	"\"insurer\",\"code\":\"2\",\"name\":\"Two\"}"

static int
setup(void **state)
{
	struct fixture *f;

	if (identity_setup(state) != 0)
		return -1;
	f = *state;
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"e\",\"name\":\"e@b.nl\",\"roles\":"
	    "{\"1\":[\"102\"]}}");
	hub_put(f->hub,
	    "{\"type\":\"contact\",\"id\":\"k\",\"organizationId\":\"1\","
	    "\"dossierNumber\":\"D\"}");
	snprintf(f->hub->conf.mail_server, sizeof(f->hub->conf.mail_server),
	    "127.0.0.1:25");
	f->hub->conf.delivery = DELIVERY_MAILED;
	return 0;
}

static int
ask_as_employee(struct fixture *f, struct ask request)
{
	struct claims claims = jan_claims();

	snprintf(claims.sub, sizeof(claims.sub), "e");
	snprintf(claims.scope, sizeof(claims.scope), "hub.read hub.manage");
	claims.epoch = hub_account(f->hub, "e").epoch;
	request.authorization = bearer_of(f, &claims);
	return ask(f, request);
}

static void
assert_holds(const struct fixture *f, const char *text)
{
	if (!answer_holds(f, text))
		fail_msg("%s is not in %.*s", text, STR_ARG(f->answer.body));
}

/* The contact as it is now; gives its ETag. */
static const char *
look(struct fixture *f)
{
	struct str etag;

	f->service.pool = POOL_KEEPERS;
	assert_int_equal(
	    ask_as_employee(f, (struct ask){ .uri = "/contact/contacts/k" }),
	    200);
	etag = field(f, "ETag");
	return arena_printf(f->hub->arena, "%.*s", STR_ARG(etag));
}

static int
add(struct fixture *f)
{
	f->service.pool = POOL_SIGNIN;
	return ask_as_employee(f,
	    (struct ask){
		.method = "POST",
		.uri = "/contact/contacts/k/account",
		.body = "{\"email\":\"" ADDRESS "\"}",
		.content_type = "application/json",
	    });
}

static int
reset(struct fixture *f)
{
	const char *etag = look(f);

	f->service.pool = POOL_SIGNIN;
	return ask_as_employee(f,
	    (struct ask){
		.method = "POST",
		.uri = "/contact/contacts/k/account/reset-password",
		.if_match = etag,
	    });
}

/* The account that is made with "add", as the directory has it. */
static struct account_rec
account_of(struct fixture *f)
{
	struct txn *txn = store_read_begin(f->hub->directory, f->hub->arena);
	struct account_rec rec;

	assert_true(account_by_name(txn, STR(ADDRESS), &rec));
	hub_look_end(txn);
	return rec;
}

static struct credential_rec
credential_of(struct fixture *f, const struct account_rec *account)
{
	struct txn *txn = store_read_begin(f->hub->vault, f->hub->arena);
	struct credential_rec rec;

	assert_true(credential_for(txn, account->id, account->born, &rec));
	hub_look_end(txn);
	return rec;
}

/* Whether a mail of this kind waits for the account. */
static bool
waits(struct fixture *f, enum mail_template template)
{
	struct account_rec account = account_of(f);
	struct txn *txn = store_read_begin(f->hub->vault, f->hub->arena);
	struct mail_rec rec;
	bool found = mail_find(txn, account.id, account.born, template, &rec);

	hub_look_end(txn);
	return found;
}

/* A password of the owner's choice. */
static int
choose(struct txn *vault, void *arg)
{
	static const char hash[PASSWORD_HASH] = "$";
	const struct account_rec *account = arg;
	struct credential_rec rec;

	credential_for(vault, account->id, account->born, &rec);
	credential_set_lasting(&rec, hash, 1);
	credential_put(vault, account->id, &rec);
	return 0;
}

static int
prove(struct txn *vault, void *arg)
{
	const struct account_rec *account = arg;

	proven_put(vault, account, STR(ADDRESS), 1);
	return 0;
}

/* A try to send it that the server refuses for good. */
static int
give_up(struct txn *vault, void *arg)
{
	struct str name;
	struct mail_rec rec;
	struct fixture *f = arg;

	assert_true(mail_due(vault, INT64_MAX, &name, &rec));
	assert_true(mail_try(vault, &f->hub->conf, name, &rec, 1));
	assert_true(
	    mail_failed(vault, &f->hub->conf, name, &rec, STR("550"), true, 1));
	return 0;
}

static void
change_vault(struct fixture *f, int (*fn)(struct txn *vault, void *arg))
{
	struct account_rec account = account_of(f);

	hub_write(f->hub, f->hub->vault, fn, &account);
}

static void
a_first_password_is_mailed(void **state)
{
	struct fixture *f = *state;
	struct account_rec account;
	struct credential_rec rec;

	assert_int_equal(add(f), 201);
	assert_holds(f, "\"state\":\"pending\"," MAILED);
	account = account_of(f);
	rec = credential_of(f, &account);
	assert_int_equal(rec.temporary.n, 0);
	assert_int_equal(rec.lasting.n, 0);
	assert_true(waits(f, MAIL_WELCOME));
	look(f);
	assert_holds(f, "\"state\":\"pending\"");
	assert_holds(
	    f, "\"mail\":{\"template\":\"welcome\",\"state\":\"waiting\"");
	assert_holds(f, "\"tries\":0}");
	assert_holds(f, "\"emailProven\":false");
	hub_write(f->hub, f->hub->vault, give_up, f);
	look(f);
	assert_holds(
	    f, "\"mail\":{\"template\":\"welcome\",\"state\":\"failed\"");
	assert_holds(f, "\"tries\":1}");
}

static void
a_reset_ends_the_password_and_mails_another(void **state)
{
	struct fixture *f = *state;
	struct account_rec account;
	uint64_t epoch;

	assert_int_equal(add(f), 201);
	change_vault(f, choose);
	epoch = account_of(f).epoch;
	assert_int_equal(reset(f), 200);
	assert_holds(f, "\"state\":\"pending\"," MAILED);
	account = account_of(f);
	assert_true(account.epoch > epoch);
	assert_int_equal(credential_of(f, &account).lasting.n, 0);
	assert_false(waits(f, MAIL_WELCOME));
	assert_true(waits(f, MAIL_RESET));
	look(f);
	assert_holds(
	    f, "\"mail\":{\"template\":\"reset\",\"state\":\"waiting\"");
}

/* What one organisation asks for takes nothing away at another. */
static void
the_owner_of_a_shared_account_keeps_the_password(void **state)
{
	struct fixture *f = *state;
	struct account_rec account;
	uint64_t epoch;

	assert_int_equal(add(f), 201);
	change_vault(f, choose);
	hub_put(f->hub, TWO);
	account = account_of(f);
	hub_put(f->hub,
	    arena_printf(f->hub->arena,
		"{\"type\":\"account\",\"id\":\"%.*s\",\"name\":\"" ADDRESS
		"\",\"dossiers\":{\"1\":\"D\",\"2\":\"E\"}}",
		STR_ARG(account.id)));
	epoch = account_of(f).epoch;
	assert_int_equal(reset(f), 409);
	assert_holds(f, "\"reason\":\"shared-account\"");
	assert_false(waits(f, MAIL_FORGOTTEN));
	change_vault(f, prove);
	assert_int_equal(reset(f), 202);
	assert_holds(f, "\"state\":\"active\"," MAILED);
	assert_true(waits(f, MAIL_FORGOTTEN));
	assert_false(waits(f, MAIL_RESET));
	account = account_of(f);
	assert_true(account.epoch == epoch);
	assert_int_equal(credential_of(f, &account).lasting.n, 1);
}

struct sending {
	struct account_rec account;
	const struct conf *conf;
	int64_t ago;
	bool sent;
};

/* The housekeeper's part: made so many seconds ago, and taken by the server. */
static int
send(struct txn *vault, void *arg)
{
	const struct sending *s = arg;
	struct credential_rec rec;

	if (s->sent)
		mail_drop_passwords(vault, s->account.id);
	credential_for(vault, s->account.id, s->account.born, &rec);
	rec.temporary = STR("$");
	rec.mailed_to = STR(ADDRESS);
	rec.temporary_until =
	    clock_now() - s->ago + (int64_t)s->conf->temporary_lifetime;
	credential_put(vault, s->account.id, &rec);
	return 0;
}

static void
was_made(struct fixture *f, int64_t ago, bool sent)
{
	struct sending s = { account_of(f), &f->hub->conf, ago, sent };

	hub_write(f->hub, f->hub->vault, send, &s);
}

static bool
is_given_up(struct fixture *f)
{
	struct account_rec account = account_of(f);
	struct txn *txn = store_read_begin(f->hub->vault, f->hub->arena);
	struct mail_rec rec;

	assert_true(
	    mail_find(txn, account.id, account.born, MAIL_FORGOTTEN, &rec));
	hub_look_end(txn);
	return rec.failed;
}

/* An organisation cannot keep the owner from using what is mailed. */
static void
one_that_was_just_mailed_stays(void **state)
{
	struct fixture *f = *state;

	the_owner_of_a_shared_account_keeps_the_password(state);
	was_made(f, 60, true);
	assert_int_equal(reset(f), 202);
	assert_holds(f, "\"state\":\"active\"," MAILED);
	assert_false(waits(f, MAIL_FORGOTTEN));
	was_made(f, ENROL_REMINDER_PAUSE + 60, true);
	assert_int_equal(reset(f), 202);
	assert_true(waits(f, MAIL_FORGOTTEN));
	/* What the mail server has refused for good has not come. */
	hub_write(f->hub, f->hub->vault, give_up, f);
	was_made(f, 60, false);
	assert_true(is_given_up(f));
	assert_int_equal(reset(f), 202);
	assert_false(is_given_up(f));
}

/* Without a server nothing is mailed to anybody, proven or not. */
static void
without_a_server_a_shared_account_is_refused(void **state)
{
	struct fixture *f = *state;

	the_owner_of_a_shared_account_keeps_the_password(state);
	f->hub->conf.mail_server[0] = '\0';
	f->hub->conf.delivery = DELIVERY_SHOWN;
	assert_int_equal(reset(f), 409);
	assert_holds(f, "\"reason\":\"shared-account\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, setup, service_teardown)
		TEST(a_first_password_is_mailed),
		TEST(a_reset_ends_the_password_and_mails_another),
		TEST(the_owner_of_a_shared_account_keeps_the_password),
		TEST(one_that_was_just_mailed_stays),
		TEST(without_a_server_a_shared_account_is_refused),
#undef TEST
	};

	return UNIT_RUN(tests);
}
