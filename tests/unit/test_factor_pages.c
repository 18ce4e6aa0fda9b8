/* The pages of the second factor, as a browser sees them. */
#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "identity/factor_act.h"
#include "identity/opaque.h"
#include "identity/session.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"
#include "visitor.h"

#define FACTOR "/identity/second-factor"
#define ACCOUNT "/identity/account"

/* The secret on the page, as an app takes it over. */
static void
take_secret(struct visitor *v, char secret[TOTP_SECRET])
{
	struct str body = v->f->answer.body;
	const char *p = memmem(body.p, body.n, "<code>", 6);
	char text[40], *bytes;
	size_t n;

	assert_non_null(p);
	snprintf(text, sizeof(text), "%.39s", p + 6);
	assert_int_equal(oath_base32_decode(text, 39, &bytes, &n), OATH_OK);
	assert_int_equal(n, TOTP_SECRET);
	memcpy(secret, bytes, n);
	free(bytes);
}

static const char *
code_of(struct visitor *v, const char *secret, uint64_t steps)
{
	char text[TOTP_DIGITS + 1];

	assert_int_equal(
	    oath_hotp_generate(secret, TOTP_SECRET,
		(uint64_t)clock_now() / TOTP_STEP + steps, TOTP_DIGITS, false,
		OATH_HOTP_DYNAMIC_TRUNCATION, text),
	    OATH_OK);
	return hub_text(v->f->hub, str_of(text));
}

static int
send(struct visitor *v, const char *step, const char *more)
{
	return visitor_send(
	    v, arena_printf(v->f->hub->arena, "step=%s&%s", step, more));
}

static int
send_code(struct visitor *v, const char *step, const char *code)
{
	return send(v, step, arena_printf(v->f->hub->arena, "code=%s", code));
}

static void
who_must_have_one_is_led_to_it_and_then_to_the_client(void **state)
{
	char secret[TOTP_SECRET];
	struct visitor v;

	visitor_begin(&v, *state);
	v.f->hub->conf.second_factor = SECOND_FACTOR_ALL;
	v.f->service.conf = &v.f->hub->conf;
	visitor_get(&v, "/identity/authorize?" REQUEST);
	visitor_follow(&v);
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_equal(visitor_location(&v), BASE_URL FACTOR "?" REQUEST);
	assert_null(visitor_cookie(&v, "__Host-hub"));
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "alleen in twee stappen");
	assert_there(&v, "; form-action 'self' " PORTAL "\r\n");
	take_secret(&v, secret);
	/* Nothing else is open. */
	assert_int_equal(
	    visitor_get(&v, "/identity/authorize?" REQUEST "&prompt=none"),
	    303);
	assert_there(&v, "error=login_required");
	visitor_get(&v, FACTOR "?" REQUEST);
	assert_int_equal(send_code(&v, "add", "000000"), 403);
	assert_there(&v, "aria-invalid=\"true\"");
	assert_int_equal(send_code(&v, "add", code_of(&v, secret, 0)), 200);
	assert_there(&v, "<ul class=\"codes\">");
	assert_there(&v, "href=\"authorize?response_type=code&amp;");
	assert_non_null(visitor_cookie(&v, "__Host-hub"));
	assert_null(visitor_cookie(&v, "__Host-hub-factor"));
	assert_int_equal(visitor_get(&v, "/identity/authorize?" REQUEST), 303);
	assert_int_equal(
	    strncmp(visitor_location(&v), PORTAL "/back?code=", 36), 0);
}

static void
a_form_to_add_one_ends_with_another_that_has_added_it(void **state)
{
	char secret[TOTP_SECRET];
	struct visitor slow, quick;

	visitor_begin(&slow, *state);
	slow.f->hub->conf.second_factor = SECOND_FACTOR_ALL;
	slow.f->service.conf = &slow.f->hub->conf;
	visitor_get(&slow, "/identity/login");
	assert_int_equal(visitor_try(&slow, JAN_PASSWORD), 303);
	quick = (struct visitor){ .f = slow.f };
	visitor_get(&quick, "/identity/login");
	assert_int_equal(visitor_try(&quick, JAN_PASSWORD), 303);
	assert_int_equal(visitor_get(&quick, FACTOR), 200);
	take_secret(&quick, secret);
	assert_int_equal(
	    send_code(&quick, "add", code_of(&quick, secret, 0)), 200);
	assert_int_equal(visitor_get(&slow, FACTOR), 303);
	assert_string_equal(
	    visitor_location(&slow), BASE_URL "/identity/login");
	assert_int_equal(visitor_get(&slow, FACTOR ".svg"), 404);
}

struct aging {
	struct opaque_digest cookie;
	struct conf *conf;
};

static int
age(struct txn *vault, void *arg)
{
	const struct aging *a = arg;
	struct session_rec rec;

	assert_true(session_get(vault, a->conf, &a->cookie, clock_now(), &rec));
	rec.auth_time -= 301;
	rec.proposed -= FACTOR_PROPOSAL_LIFETIME;
	session_update(vault, &a->cookie, &rec);
	return 0;
}

/* As if the sign-in, and what was proposed, were of some time ago. */
static void
let_time_pass(struct visitor *v)
{
	struct aging a = { .conf = &v->f->hub->conf };

	assert_int_equal(
	    opaque_digest_of(
		str_of(visitor_cookie(v, "__Host-hub")), &a.cookie),
	    0);
	hub_write(v->f->hub, v->f->hub->vault, age, &a);
}

static void
an_old_session_shows_a_secret_for_the_password_only(void **state)
{
	char secret[TOTP_SECRET];
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	let_time_pass(&v);
	assert_int_equal(visitor_get(&v, FACTOR), 200);
	assert_there(&v, "name=\"password\"");
	assert_not_there(&v, "otpauth");
	assert_int_equal(visitor_get(&v, FACTOR ".svg"), 404);
	visitor_get(&v, FACTOR);
	/* The form of a later step does not skip this one. */
	assert_int_equal(send_code(&v, "add", "000000"), 303);
	visitor_get(&v, FACTOR);
	assert_int_equal(send(&v, "password", "password=vijf+olifanten"), 403);
	assert_not_there(&v, "otpauth");
	assert_int_equal(send(&v, "password", "password=" JAN_PASSWORD), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "otpauth://totp/hub.example.nl:Jan%40example.nl?");
	take_secret(&v, secret);
	assert_int_equal(visitor_get(&v, FACTOR ".svg"), 200);
	assert_there(&v, "Cache-Control: no-store");
	/* Neither does it last. */
	let_time_pass(&v);
	visitor_get(&v, FACTOR);
	assert_there(&v, "name=\"password\"");
	assert_int_equal(send_code(&v, "add", code_of(&v, secret, 0)), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_not_there(&v, "<ul class=\"codes\">");
}

static void
an_abandoned_form_takes_nobody_else_in(void **state)
{
	char secret[TOTP_SECRET];
	const char *form;
	struct visitor v, other;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	visitor_get(&v, FACTOR);
	take_secret(&v, secret);
	assert_int_equal(send_code(&v, "add", code_of(&v, secret, 0)), 200);

	other = (struct visitor){ .f = v.f };
	visitor_get(&other, "/identity/login");
	assert_int_equal(visitor_try(&other, JAN_PASSWORD), 303);
	form = visitor_cookie(&other, "__Host-hub-factor");
	assert_non_null(form);
	form = hub_text(v.f->hub, str_of(form));
	assert_int_equal(visitor_follow(&other), 200);
	assert_there(&other, "inputmode=\"numeric\"");
	assert_there(&other, "autocomplete=\"one-time-code\"");
	assert_int_equal(
	    send_code(&other, "code", code_of(&other, secret, 1)), 303);
	assert_null(visitor_cookie(&other, "__Host-hub-factor"));

	/* What its cookie was opens nothing any more. */
	other = (struct visitor){ .f = v.f };
	visitor_set_cookie(&other, "__Host-hub-factor", form);
	assert_int_equal(visitor_get(&other, FACTOR), 303);
	assert_string_equal(
	    visitor_location(&other), BASE_URL "/identity/login");
}

static void
the_account_page_tells_of_it_and_leads_there_and_back(void **state)
{
	char secret[TOTP_SECRET];
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
	assert_there(&v,
	    "<section aria-labelledby=\"second-factor\">\n"
	    "<h2 id=\"second-factor\">Aanmelden in twee stappen</h2>");
	assert_there(&v, "Staat uit.");
	assert_there(&v, "href=\"second-factor\">");
	assert_int_equal(visitor_get(&v, FACTOR "?ui_locales=en"), 200);
	assert_there(&v, " href=\"account?ui_locales=en\">To my account</a>");
	visitor_get(&v, FACTOR);
	take_secret(&v, secret);
	assert_int_equal(send_code(&v, "add", code_of(&v, secret, 0)), 200);
	assert_there(&v, "href=\"account\">");

	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
	assert_there(&v, "Staat aan sinds <time datetime=\"20");
	assert_there(&v, "Ongebruikte herstelcodes: 10");
	assert_not_there(&v, "Staat uit.");

	/* Neither button, neither act. */
	visitor_get(&v, FACTOR);
	assert_int_equal(send(&v, "on",
			     arena_printf(v.f->hub->arena,
				 "password=" JAN_PASSWORD "&code=%s",
				 code_of(&v, secret, 1))),
	    303);
	assert_string_equal(visitor_location(&v), BASE_URL FACTOR);
	visitor_get(&v, FACTOR);
	assert_int_equal(
	    send(&v, "on", "act=renew&password=" JAN_PASSWORD "&code=000000"),
	    403);
	assert_int_equal(send(&v, "on",
			     arena_printf(v.f->hub->arena,
				 "act=renew&password=" JAN_PASSWORD "&code=%s",
				 code_of(&v, secret, 1))),
	    200);
	assert_there(&v, "nieuwe herstelcodes; de oude werken niet meer");
	assert_there(&v, "<ul class=\"codes\">");
	assert_field(v.f, "Cache-Control", "no-store");
	assert_int_equal(
	    vault_events(v.f->hub, "second-factor.recovery-renewed"), 1);
}

/* One of the codes that the page has just shown. */
static const char *
shown_code(struct visitor *v)
{
	struct str body = v->f->answer.body;
	const char *p = memmem(body.p, body.n, "<li><code>", 10);

	assert_non_null(p);
	return arena_printf(v->f->hub->arena, "%.19s", p + 10);
}

static void
turning_it_off_ends_on_the_account_page(void **state)
{
	char secret[TOTP_SECRET];
	const char *code;
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	visitor_get(&v, FACTOR);
	take_secret(&v, secret);
	assert_int_equal(send_code(&v, "add", code_of(&v, secret, 0)), 200);
	code = shown_code(&v);
	visitor_get(&v, FACTOR);
	assert_int_equal(
	    send(&v, "on",
		arena_printf(v.f->hub->arena,
		    "act=remove&password=" JAN_PASSWORD "&code=%s", code)),
	    303);
	assert_string_equal(visitor_location(&v), BASE_URL ACCOUNT);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(
	    &v, "role=\"status\">Aanmelden in twee stappen staat uit.");
	assert_there(&v, "Staat uit.");
	assert_int_equal(vault_count(v.f->hub, VAULT_SECOND_FACTOR), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_must_have_one_is_led_to_it_and_then_to_the_client),
		TEST(a_form_to_add_one_ends_with_another_that_has_added_it),
		TEST(an_old_session_shows_a_secret_for_the_password_only),
		TEST(an_abandoned_form_takes_nobody_else_in),
		TEST(the_account_page_tells_of_it_and_leads_there_and_back),
		TEST(turning_it_off_ends_on_the_account_page),
	};

	return UNIT_RUN(tests);
}
