#include "identity/forgotten.h"

#include <stdio.h>
#include "identity/mail.h"
#include "signin_fixture.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"
#include "visitor.h"

#define FORGOT "/identity/forgot"
#define LINK "<a href=\"forgot"

static int
mail_setup(void **state)
{
	int rc = service_setup(state);
	struct fixture *f = *state;

	snprintf(f->hub->conf.mail_server, sizeof(f->hub->conf.mail_server),
	    "%s", "127.0.0.1:25");
	return rc;
}

/* The mails that wait: their names with a space after each. */
static const char *
waiting(struct fixture *f)
{
	struct test_hub *hub = f->hub;
	struct txn *vault = store_read_begin(hub->vault, hub->arena);
	struct str name = STR("");
	struct mail_rec rec;
	struct buf names;

	buf_init_arena(&names, hub->arena, 256);
	while (mail_next(vault, &name, &rec)) {
		assert_int_equal(rec.template, MAIL_FORGOTTEN);
		buf_printf(&names, "%.*s ", STR_ARG(name));
	}
	assert_int_equal(store_read_end(vault), 0);
	return names.n == 0 ? "" : hub_text(hub, buf_view(&names));
}

static enum forgotten_result
ask_for(struct fixture *f, const char *name, const char *source,
    struct forgotten *out)
{
	struct hub hub = hub_of(f->hub);
	struct forgotten in = {
		.username = str_of(name),
		.source = str_of(source),
		.language = MAIL_EN,
	};
	enum forgotten_result result = forgotten_ask(&hub, &in);

	if (out != NULL)
		*out = in;
	return result;
}

static void
only_an_account_is_named_in_the_queue(void **state)
{
	struct fixture *f = *state;
	struct mail_rec rec;
	struct str name = STR("");
	struct txn *vault;

	assert_int_equal(
	    ask_for(f, " Jan@Example.NL ", "192.0.2.1", NULL), FORGOTTEN_DONE);
	assert_string_equal(waiting(f), "jan/forgotten ");
	vault = store_read_begin(f->hub->vault, f->hub->arena);
	assert_true(mail_next(vault, &name, &rec));
	assert_int_equal(rec.language, MAIL_EN);
	assert_str(rec.account, "jan");
	assert_true(rec.born == hub_account(f->hub, "jan").born);
	assert_str(rec.about, "");
	assert_int_equal(store_read_end(vault), 0);
	assert_int_equal(events_of(f->hub, "password.forgotten", "jan"), 1);

	assert_int_equal(
	    ask_for(f, "els@example.nl", "192.0.2.1", NULL), FORGOTTEN_DONE);
	assert_int_equal(events_of(f->hub, "password.forgotten", NULL), 2);
	assert_int_equal(events_of(f->hub, "password.forgotten", "jan"), 1);
	assert_false(audit_holds(f->hub, "els"));
	vault_verify(f->hub);
}

/* What the vault has more after a name was asked for the N-th time. */
static uint64_t
growth(struct fixture *f, const char *name)
{
	uint64_t before = vault_size(f->hub);

	assert_int_equal(ask_for(f, name, "192.0.2.1", NULL), FORGOTTEN_DONE);
	return vault_size(f->hub) - before;
}

static void
every_name_leaves_the_same_behind(void **state)
{
	static const char *const others[] = { "els@example.nl", "", "niemand" };
	struct fixture *f = *state;
	struct hub hub = hub_of(f->hub);
	const struct actor actor = { .client = STR(""), .source = STR("t") };
	uint64_t first, second, third;

	assert_int_equal(ask_for(f, "x", "192.0.2.1", NULL), FORGOTTEN_DONE);
	first = growth(f, JAN);
	second = growth(f, JAN);
	third = growth(f, JAN);
	assert_true(first > second);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_true(growth(f, others[i]) == first);
		assert_true(growth(f, others[i]) == second);
		assert_true(growth(f, others[i]) == third);
	}
	hub_put(f->hub,
	    "{\"type\":\"account\",\"id\":\"off\",\"name\":\"off@example."
	    "nl\"}");
	assert_int_equal(
	    act_end_all(&hub, &actor, "account.disabled", STR("off"), true), 0);
	assert_true(growth(f, "off@example.nl") == first);
	assert_true(growth(f, "off@example.nl") == second);
	vault_verify(f->hub);
}

static void
asking_ends_nothing(void **state)
{
	struct fixture *f = *state;
	struct account_rec before = hub_account(f->hub, "jan"), after;
	struct visitor v;

	visitor_begin(&v, f);
	before = hub_account(f->hub, "jan");
	assert_int_equal(ask_for(f, JAN, "192.0.2.1", NULL), FORGOTTEN_DONE);
	after = hub_account(f->hub, "jan");
	assert_true(after.epoch == before.epoch);
	assert_false(after.pending);
	visitor_sign_in(&v);
}

static void
who_asks_too_often_waits(void **state)
{
	struct fixture *f = *state;
	struct forgotten out;
	int let_in = 0;

	while (
	    ask_for(f, "els@example.nl", "192.0.2.7", &out) == FORGOTTEN_DONE)
		assert_true(++let_in < 20);
	assert_true(let_in >= 3);
	assert_true(out.wait_ms > 0);
	assert_int_equal(
	    events_of(f->hub, "password.forgotten_throttled", NULL), 1);
	assert_int_equal(ask_for(f, "els@example.nl", "192.0.2.7", NULL),
	    FORGOTTEN_THROTTLED);
	assert_int_equal(
	    events_of(f->hub, "password.forgotten_throttled", NULL), 1);
	/* Another name does not wait, nor does a sign-in of this one. */
	assert_int_equal(ask_for(f, JAN, "192.0.2.7", NULL), FORGOTTEN_DONE);
	assert_int_equal(
	    try_signin(f->hub, "els@example.nl", "x", NULL), SIGNIN_WRONG);
}

static void
an_address_with_many_names_waits(void **state)
{
	struct fixture *f = *state;
	enum forgotten_result result = FORGOTTEN_DONE;
	char name[32];
	int n = 0;

	while (result == FORGOTTEN_DONE && n < 100) {
		snprintf(name, sizeof(name), "n%d@example.nl", n++);
		result = ask_for(f, name, "192.0.2.8", NULL);
	}
	assert_int_equal(result, FORGOTTEN_THROTTLED);
	assert_true(n > 20);
	assert_int_equal(
	    ask_for(f, "n1@example.nl", "192.0.2.9", NULL), FORGOTTEN_DONE);
}

static void
without_mail_there_is_no_page(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	v.f->hub->conf.mail_server[0] = '\0';
	assert_int_equal(visitor_get(&v, FORGOT), 404);
	assert_there(&v, "Kenmerk: ");
	visitor_get(&v, "/identity/login");
	assert_not_there(&v, LINK);
}

static void
the_link_takes_the_request_along(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_int_equal(visitor_get(&v, "/identity/login?" REQUEST), 200);
	assert_there(&v, LINK "?response_type=code&amp;client_id=portal&amp;");
	assert_int_equal(visitor_get(&v, FORGOT "?" REQUEST), 200);
	assert_there(&v,
	    "<h1>Wachtwoord vergeten</h1>\n<form method=\"post\" "
	    "action=\"forgot?response_type=code&amp;client_id=portal");
	assert_int_equal(visitor_send(&v, "username=" JAN), 200);
	assert_there(
	    &v, "href=\"login?response_type=code&amp;client_id=portal");
	assert_string_equal(waiting(v.f), "jan/forgotten ");
}

/* The page without what is the browser's own. */
static const char *
answer_for(struct visitor *v, const char *name)
{
	assert_int_equal(visitor_get(v, FORGOT), 200);
	assert_int_equal(
	    visitor_send(
		v, arena_printf(v->f->hub->arena, "username=%s", name)),
	    200);
	return hub_text(v->f->hub, v->f->answer.body);
}

static void
every_name_gets_the_same_page(void **state)
{
	struct visitor v;
	const char *page;

	visitor_begin(&v, *state);
	page = answer_for(&v, JAN);
	assert_non_null(strstr(page, "Kijk in uw e-mail"));
	assert_string_equal(page, answer_for(&v, "els@example.nl"));
	assert_string_equal(page, answer_for(&v, ""));
	assert_string_equal(page, answer_for(&v, "%3Cscript%3E%c3%a9"));
}

static void
a_form_that_is_not_ours_sends_nothing(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, FORGOT);
	snprintf(v.token, sizeof(v.token), "%s", "x");
	assert_int_equal(visitor_send(&v, "username=" JAN), 400);
	visitor_get(&v, FORGOT);
	v.origin = "https://evil.example";
	assert_int_equal(visitor_send(&v, "username=" JAN), 400);
	assert_string_equal(waiting(v.f), "");
}

static void
a_wait_is_told_on_the_form(void **state)
{
	struct visitor v;
	int status = 200;

	visitor_begin(&v, *state);
	v.language = "en";
	for (int i = 0; i < 20 && status == 200; i++) {
		visitor_get(&v, FORGOT);
		status = visitor_send(&v, "username=" JAN);
	}
	assert_int_equal(status, 429);
	assert_there(&v, "A temporary password was asked for too often.");
	assert_there(&v, "value=\"" JAN "\"");
	assert_true(field(v.f, "Retry-After").n > 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, mail_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(only_an_account_is_named_in_the_queue),
		T(every_name_leaves_the_same_behind),
		T(asking_ends_nothing),
		T(who_asks_too_often_waits),
		T(an_address_with_many_names_waits),
		T(without_mail_there_is_no_page),
		T(the_link_takes_the_request_along),
		T(every_name_gets_the_same_page),
		T(a_form_that_is_not_ours_sends_nothing),
		T(a_wait_is_told_on_the_form),
	};

	return UNIT_RUN(tests);
}
