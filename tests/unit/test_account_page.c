#include <stdio.h>
#include <string.h>
#include "identity/app.h"
#include "identity/consent.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"
#include "visitor.h"

#define LOGIN "/identity/login"
#define ACCOUNT "/identity/account"
#define NEW "negen+natte+nijlpaarden"

static void
open_account(struct visitor *v, struct fixture *f)
{
	visitor_begin(v, f);
	visitor_sign_in(v);
	assert_int_equal(visitor_get(v, ACCOUNT), 200);
}

static int
send_change(struct visitor *v, const char *current, const char *first,
    const char *second)
{
	return visitor_send(v,
	    arena_printf(v->f->hub->arena,
		"do=password&current_password=%s&new_password=%s&"
		"new_password_repeat=%s",
		current, first, second));
}

/* What stands in the page between FROM and the next quote. */
static const char *
between(struct visitor *v, const char *from)
{
	const char *body = hub_text(v->f->hub, v->f->answer.body);
	const char *at = strstr(body, from);

	if (at == NULL)
		fail_msg("missing: %s in %s", from, body);
	at += strlen(from);
	return arena_printf(
	    v->f->hub->arena, "%.*s", (int)strcspn(at, "\""), at);
}

static void
who_is_not_signed_in_comes_back_after_it(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_int_equal(visitor_get(&v, ACCOUNT "?ui_locales=en"), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL LOGIN "?ui_locales=en&to=account");
	assert_int_equal(visitor_follow(&v), 200);
	assert_int_equal(visitor_try(&v, "verkeerd+wachtwoord"), 403);
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL ACCOUNT "?ui_locales=en");
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "<h1>My account</h1>");
	/* Nowhere else, whatever the address says. */
	visitor_set_cookie(&v, "__Host-hub", "");
	visitor_get(&v, LOGIN "?to=https%3A%2F%2Fevil.example");
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN);
}

static void
a_temporary_password_opens_only_the_change_form(void **state)
{
	const char *temporary;
	struct visitor v;

	visitor_begin(&v, *state);
	temporary = visitor_reset(&v);
	visitor_get(&v, ACCOUNT);
	visitor_follow(&v);
	assert_int_equal(visitor_try(&v, temporary), 303);
	assert_int_equal(visitor_get(&v, ACCOUNT), 303);
	visitor_get(&v, "/identity/password?to=account");
	assert_int_equal(
	    visitor_send(&v, "new_password=" NEW "&new_password_repeat=" NEW),
	    303);
	assert_string_equal(visitor_location(&v), BASE_URL ACCOUNT);
}

static void
the_page_begins_with_the_password(void **state)
{
	struct visitor v;

	open_account(&v, *state);
	assert_string_equal(v.action, "account");
	assert_there(&v,
	    "<h1>Mijn account</h1>\n<section aria-labelledby=\"password\">");
	assert_there(&v,
	    " name=\"current_password\" type=\"password\" "
	    "autocomplete=\"current-password\" required>");
	assert_there(&v, " name=\"new_password\" type=\"password\" ");
	assert_there(&v, "value=\"Jan@example.nl\">");
	assert_there(&v, ">Deze browser</h3>");
	assert_not_there(&v, ">Een andere browser</h3>");
	assert_there(&v, "Vanaf netwerkadres 192.0.2.\xe2\x80\xa6");
	assert_not_there(&v, "192.0.2.1");
	assert_there(&v, "Geen app heeft toegang");
	assert_field(v.f, "Cache-Control", "no-store");
	assert_field(v.f, "X-Frame-Options", "DENY");
	/* Every form of it is bound to the one cookie. */
	assert_non_null(visitor_cookie(&v, "__Host-hub-form"));
}

static void
a_new_password_gives_a_new_session_and_says_so_once(void **state)
{
	struct visitor v;
	const char *old;

	open_account(&v, *state);
	old = arena_printf(
	    v.f->hub->arena, "%s", visitor_cookie(&v, "__Host-hub"));
	assert_int_equal(send_change(&v, JAN_PASSWORD, NEW, NEW), 303);
	assert_string_equal(visitor_location(&v), BASE_URL ACCOUNT);
	assert_string_not_equal(visitor_cookie(&v, "__Host-hub"), old);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "role=\"status\">Uw wachtwoord is gewijzigd.");
	visitor_get(&v, ACCOUNT);
	assert_not_there(&v, "role=\"status\"");
	visitor_set_cookie(&v, "__Host-hub", old);
	assert_int_equal(visitor_get(&v, ACCOUNT), 303);
}

static void
a_refused_one_says_why(void **state)
{
	struct visitor v;
	int status = 0;

	open_account(&v, *state);
	assert_int_equal(send_change(&v, JAN_PASSWORD, NEW, "x"), 422);
	assert_there(&v, "De twee wachtwoorden zijn niet gelijk.");
	assert_int_equal(send_change(&v, JAN_PASSWORD, "kort", "kort"), 422);
	assert_there(&v, "het moet minstens 15 tekens");
	assert_there(&v,
	    "aria-describedby=\"reason rule\" "
	    "aria-invalid=\"true\" required>");
	/* The delays grow, until one is longer than a slow machine takes. */
	for (int i = 0; i < 12; i++) {
		status = send_change(&v, "verkeerd+wachtwoord", NEW, NEW);
		if (status == 429)
			break;
		assert_int_equal(status, 403);
		assert_there(&v, "Het huidige wachtwoord klopt niet.");
		assert_not_there(&v, "verkeerd");
		assert_not_there(&v, "nijlpaarden");
	}
	assert_int_equal(status, 429);
	assert_true(field(v.f, "Retry-After").n > 0);
	assert_there(&v, "te vaak een verkeerd wachtwoord");
}

static void
a_session_ends_from_another_browser(void **state)
{
	struct visitor v, other;
	const char *sid;

	open_account(&v, *state);
	sid = between(&v, "name=\"session\" value=\"");
	other = (struct visitor){ .f = v.f };
	visitor_sign_in(&other);
	assert_int_equal(visitor_get(&other, ACCOUNT), 200);
	assert_there(&other, ">Deze browser</h3>");
	assert_there(&other, ">Een andere browser</h3>");
	assert_int_equal(
	    visitor_send(&other,
		arena_printf(v.f->hub->arena, "do=session&session=%s", sid)),
	    303);
	assert_int_equal(visitor_follow(&other), 200);
	assert_there(&other, "U bent in die browser afgemeld.");
	assert_not_there(&other, ">Een andere browser</h3>");
	assert_int_equal(visitor_get(&v, ACCOUNT), 303);
	/* Once more: nothing is there to end. */
	assert_int_equal(
	    visitor_send(&other,
		arena_printf(v.f->hub->arena, "do=session&session=%s", sid)),
	    303);
	visitor_follow(&other);
	assert_there(&other, "Dat was al be\xc3\xabindigd.");
	/* And the own one: signed out. */
	sid = between(&other, "name=\"session\" value=\"");
	assert_int_equal(
	    visitor_send(&other,
		arena_printf(v.f->hub->arena, "do=session&session=%s", sid)),
	    303);
	assert_string_equal(visitor_location(&other), BASE_URL LOGIN);
	assert_null(visitor_cookie(&other, "__Host-hub"));
}

static int
allow(struct txn *vault, void *arg)
{
	const uint64_t *born = arg;

	consent_put(vault, STR("jan"), *born, STR("portal"),
	    STR("openid email"), T0 - 10 * 86400);
	return 0;
}

static void
an_app_is_named_and_ends(void **state)
{
	struct fixture *f = *state;
	uint64_t born = hub_account(f->hub, "jan").born;
	struct visitor v;

	open_account(&v, f);
	hub_write(f->hub, f->hub->vault, allow, &born);
	vault_grant(f->hub, "bare", "portal", "not-his", "s", T0);
	visitor_get(&v, ACCOUNT);
	assert_there(&v, ">Polissen &amp; &lt;meer&gt;</h3>");
	assert_there(&v,
	    "Sinds <time datetime=\"2027-01-05T08:00:00Z\">5 januari 2027, "
	    "08:00 UTC</time> mag deze app:");
	v.language = "en";
	visitor_get(&v, ACCOUNT);
	assert_there(&v, ">5 January 2027, 08:00 UTC</time>");
	assert_there(&v, "Times on this page are in UTC.");
	v.language = NULL;
	visitor_get(&v, ACCOUNT);
	assert_there(&v, "<li>uw e-mailadres zien</li>");
	assert_int_equal(visitor_send(&v, "do=app&client=portal"), 303);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "Die app heeft geen toegang meer.");
	assert_there(&v, "Geen app heeft toegang");
	assert_int_equal(vault_count(f->hub, VAULT_CONSENT), 0);
	assert_int_equal(vault_events(f->hub, "consent.withdrawn"), 1);
	assert_true(vault_has_grant(f->hub, "not-his"));
}

static void
signing_out_everywhere_ends_all(void **state)
{
	struct visitor v, other;

	open_account(&v, *state);
	other = (struct visitor){ .f = v.f };
	visitor_sign_in(&other);
	assert_int_equal(visitor_send(&v, "do=everywhere"), 303);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN);
	assert_null(visitor_cookie(&v, "__Host-hub"));
	assert_int_equal(visitor_get(&other, ACCOUNT), 303);
	assert_int_equal(vault_events(v.f->hub, "account.revoked"), 1);
}

static void
only_our_own_form_does_anything(void **state)
{
	struct visitor v;

	open_account(&v, *state);
	v.origin = "https://evil.example";
	assert_int_equal(visitor_send(&v, "do=everywhere"), 400);
	v.origin = NULL;
	visitor_get(&v, ACCOUNT);
	snprintf(v.token, sizeof(v.token), "x");
	assert_int_equal(visitor_send(&v, "do=everywhere"), 400);
	visitor_get(&v, ACCOUNT "?do=everywhere");
	assert_int_equal(visitor_send(&v, "do=nothing"), 400);
	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
	/* A form from before the session's end leads to sign-in. */
	visitor_set_cookie(&v, "__Host-hub", "");
	assert_int_equal(visitor_send(&v, "do=everywhere"), 303);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN "?to=account");
	assert_int_equal(vault_events(v.f->hub, "account.revoked"), 0);
}

static void
the_page_has_a_bound(void **state)
{
	struct visitor v;
	struct fixture *f = *state;

	open_account(&v, f);
	vault_grants(f->hub, "jan", "portal", "g", "s", 200);
	vault_sessions(f->hub, "jan", "s", 200);
	assert_int_equal(visitor_get(&v, ACCOUNT), 200);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(who_is_not_signed_in_comes_back_after_it),
		T(a_temporary_password_opens_only_the_change_form),
		T(the_page_begins_with_the_password),
		T(a_new_password_gives_a_new_session_and_says_so_once),
		T(a_refused_one_says_why),
		T(a_session_ends_from_another_browser),
		T(an_app_is_named_and_ends),
		T(signing_out_everywhere_ends_all),
		T(only_our_own_form_does_anything),
		T(the_page_has_a_bound),
	};

	return UNIT_RUN(tests);
}
