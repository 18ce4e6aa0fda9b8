#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "identity/act.h"
#include "signin_fixture.h"
#include "unit.h"
#include "visitor.h"

#define LOGIN "/identity/login"
#define DEVICE "__Host-hub-device"
#define RIGHT "username=" JAN "&password=" JAN_PASSWORD
#define WRONG "username=" JAN "&password=vijf+paarse+olifanten"

static void
the_form_is_first_and_says_for_whom(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_int_equal(visitor_get(&v, LOGIN "?" REQUEST), 200);
	assert_there(&v,
	    "<h1>Aanmelden voor Polissen &amp; &lt;meer&gt;</h1>\n<form "
	    "method=\"post\" action=\"login?response_type=code&amp;");
	assert_there(&v,
	    "<title>Aanmelden voor Polissen &amp; &lt;meer&gt; - hub</title>");
	assert_there(&v, " name=\"username\" type=\"text\" ");
	assert_there(&v, " inputmode=\"email\" autocomplete=\"username\" ");
	assert_there(&v, " autocapitalize=\"none\" ");
	assert_there(&v,
	    " name=\"password\" type=\"password\" "
	    "autocomplete=\"current-password\" required>");
	assert_there(&v, "<button type=\"submit\">Aanmelden</button>");
	assert_not_there(&v, "role=\"alert\"");
	assert_int_equal(strlen(v.token), 43);
}

static void
the_policy_lets_the_form_lead_to_the_client(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_there(&v, "; form-action 'self' " PORTAL "\r\n");
	visitor_get(&v,
	    LOGIN "?response_type=code&client_id=portal&redirect_uri="
		  "nl.example.app%3A%2Fback&code_challenge=" CHALLENGE
		  "&code_challenge_method=S256");
	assert_there(&v, "; form-action 'self' nl.example.app:\r\n");
	visitor_get(&v, LOGIN);
	assert_there(&v, "; form-action 'self'\r\n");
}

static void
a_right_password_goes_on_to_the_client(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, "/identity/authorize?" REQUEST);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN "?" REQUEST);
	visitor_follow(&v);
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL "/identity/authorize?" REQUEST);
	assert_non_null(visitor_cookie(&v, "__Host-hub"));
	assert_int_equal(visitor_follow(&v), 303);
	assert_int_equal(
	    strncmp(visitor_location(&v), PORTAL "/back?code=", 36), 0);
	assert_non_null(strstr(visitor_location(&v), "&state=s1&"));
}

/* It stays when the session goes, and another browser has another one. */
static void
a_browser_gets_a_cookie_that_outlives_the_session(void **state)
{
	struct visitor v, other;
	const char *first;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN);
	assert_int_equal(visitor_send(&v, WRONG), 403);
	assert_null(visitor_cookie(&v, DEVICE));
	assert_int_equal(visitor_send(&v, RIGHT), 303);
	assert_there(&v, "; Max-Age=34560000\r\n");
	assert_int_equal(strlen(visitor_cookie(&v, DEVICE)), 43);
	first = hub_text(v.f->hub, str_of(visitor_cookie(&v, DEVICE)));
	visitor_set_cookie(&v, "__Host-hub", "");
	visitor_sign_in(&v);
	assert_string_equal(visitor_cookie(&v, DEVICE), first);
	visitor_set_cookie(&v, "__Host-hub", "");
	visitor_set_cookie(&v, DEVICE, "not one of ours");
	visitor_sign_in(&v);
	assert_int_equal(strlen(visitor_cookie(&v, DEVICE)), 43);

	visitor_begin(&other, *state);
	visitor_sign_in(&other);
	assert_string_not_equal(visitor_cookie(&other, DEVICE), first);
	assert_int_equal(events_of(v.f->hub, "signin.new_device", "jan"), 2);
}

/* The answered wishes are gone, so that nobody is asked twice. */
static void
a_sign_in_that_was_asked_for_is_asked_for_once(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	visitor_get(
	    &v, "/identity/authorize?" REQUEST "&prompt=login&max_age=0");
	assert_int_equal(visitor_follow(&v), 200);
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL "/identity/authorize?" REQUEST);
	assert_int_equal(visitor_follow(&v), 303);
	assert_int_equal(
	    strncmp(visitor_location(&v), PORTAL "/back?code=", 36), 0);
}

/* The page without what the visitor typed and what is the browser's own. */
static const char *
refusal(struct fixture *f, const char *fields, int *status)
{
	struct visitor v = { .f = f };
	const char *page;
	char *value;

	visitor_get(&v, LOGIN "?" REQUEST);
	*status = visitor_send(&v, fields);
	assert_null(visitor_cookie(&v, "__Host-hub"));
	assert_null(visitor_cookie(&v, "__Host-hub-change"));
	page = hub_text(f->hub, f->answer.body);
	value = strstr(page, v.token);
	assert_non_null(value);
	memset(value, 'x', strlen(v.token));
	value = strstr(page, "spellcheck=\"false\" value=\"");
	assert_non_null(value);
	memset(value + 26, 'x', strcspn(value + 26, "\""));
	return page;
}

/* Names of the same length, so that only what differs can differ. */
static void
wrong_unknown_and_disabled_look_the_same(void **state)
{
	struct fixture *f = *state;
	struct hub hub = hub_of(f->hub);
	const struct actor actor = { .client = STR(""), .source = STR("t") };
	int wrong, unknown, disabled;
	const char *first;
	struct visitor v;

	visitor_begin(&v, f);
	first = refusal(f, WRONG, &wrong);
	assert_string_equal(first,
	    refusal(
		f, "username=jon%40example.nl&password=vier+paarse", &unknown));
	assert_int_equal(
	    act_end_all(&hub, &actor, "account.disabled", STR("jan"), true), 0);
	assert_string_equal(first, refusal(f, RIGHT, &disabled));
	assert_int_equal(wrong, 403);
	assert_int_equal(unknown, 403);
	assert_int_equal(disabled, 403);
	assert_non_null(strstr(first, "role=\"alert\""));
}

static void
a_refused_form_keeps_the_name_and_not_the_password(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_int_equal(visitor_send(&v,
			     "username=%22%3E%3Cscript%3E&"
			     "password=geheim%3Cb%3E"),
	    403);
	assert_there(&v, " value=\"&quot;&gt;&lt;script&gt;\" ");
	assert_not_there(&v, "<script");
	assert_not_there(&v, "geheim");
	assert_there(&v,
	    "aria-describedby=\"reason\" aria-invalid=\"true\" "
	    "required autofocus>\n<button");
	assert_there(&v, "<p class=\"alert\" id=\"reason\" role=\"alert\">");
	assert_there(&v, "; form-action 'self' " PORTAL "\r\n");
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
}

static void
nothing_typed_is_wrong_like_anything_else(void **state)
{
	static const char *const fields[] = { "",
		"username=&password=", "username=" JAN,
		"password=" JAN_PASSWORD, "username=%00&password=%00",
		"username=%ff&password=%ff" };
	struct visitor v;

	visitor_begin(&v, *state);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		int status;

		visitor_get(&v, LOGIN "?" REQUEST);
		status = visitor_send(&v, fields[i]);
		/* What cannot be decoded is no form. */
		if (status != 403 && status != 400)
			fail_msg("%s: %d", fields[i], status);
		assert_null(visitor_cookie(&v, "__Host-hub"));
	}
}

static void
too_many_tries_have_to_wait_on_a_page(void **state)
{
	struct visitor v;
	uint64_t seconds;
	int status = 0;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN "?" REQUEST);
	for (int i = 0; i < 10 && status != 429; i++)
		status = visitor_try(&v, "vijf+paarse+olifanten");
	assert_int_equal(status, 429);
	assert_true(str_u64(field(v.f, "Retry-After"), 900, &seconds));
	assert_true(seconds > 0);
	assert_there(&v, "role=\"alert\">Er is te vaak");
	assert_there(&v, " seconden en probeer het dan opnieuw.");
	assert_there(&v, " value=\"jan@example.nl\" ");
	assert_not_there(&v, "aria-invalid");
	/* The right one waits as well. */
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 429);
}

static void
a_temporary_password_opens_the_change_form_only(void **state)
{
	struct visitor v;
	const char *temporary;

	visitor_begin(&v, *state);
	temporary = visitor_reset(&v);
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_int_equal(visitor_try(&v, temporary), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL "/identity/password?" REQUEST);
	assert_null(visitor_cookie(&v, "__Host-hub"));
	/* Nor is the other cookie a session when it is shown as one. */
	visitor_set_cookie(
	    &v, "__Host-hub", visitor_cookie(&v, "__Host-hub-change"));
	visitor_get(&v, "/identity/authorize?" REQUEST);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN "?" REQUEST);
}

static void
an_expired_one_tells_whom_to_ask(void **state)
{
	struct visitor v;
	const char *temporary;

	visitor_begin(&v, *state);
	v.f->hub->conf.temporary_lifetime = 0;
	temporary = visitor_reset(&v);
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_int_equal(visitor_try(&v, temporary), 403);
	assert_there(&v, "<h1>Uw tijdelijke wachtwoord is verlopen</h1>");
	assert_there(&v, "Vraag een nieuw aan degene van wie u het kreeg");
	assert_there(&v, "href=\"login?response_type=code&amp;");
	assert_null(visitor_cookie(&v, "__Host-hub"));
	assert_null(visitor_cookie(&v, "__Host-hub-change"));
}

static void
assert_refused_form(struct visitor *v, int status)
{
	assert_int_equal(status, 400);
	assert_there(v, "Dit formulier is niet meer geldig");
	assert_there(v, "<a class=\"button\" href=\"login?response_type=");
	assert_null(visitor_cookie(v, "__Host-hub"));
}

static void
a_form_that_is_not_ours_is_not_even_tried(void **state)
{
	struct visitor v, other;

	visitor_begin(&v, *state);
	other = (struct visitor){ .f = v.f };
	visitor_get(&other, LOGIN "?" REQUEST);
	visitor_get(&v, LOGIN "?" REQUEST);
	v.origin = "https://evil.example";
	assert_refused_form(&v, visitor_try(&v, JAN_PASSWORD));
	v.origin = NULL;
	visitor_get(&v, LOGIN "?" REQUEST);
	memcpy(v.token, other.token, sizeof(v.token));
	assert_refused_form(&v, visitor_try(&v, JAN_PASSWORD));
	visitor_get(&v, LOGIN "?" REQUEST);
	visitor_set_cookie(&v, "__Host-hub-form", "");
	assert_refused_form(&v, visitor_try(&v, JAN_PASSWORD));
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_refused_form(
	    &v, visitor_send(&v, "username=a&username=b&password=c"));
	visitor_get(&v, LOGIN "?" REQUEST);
	v.origin = BASE_URL;
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
}

static void
a_session_never_is_what_the_browser_brought(void **state)
{
	static const char planted[] =
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct visitor v;
	char first[64];

	visitor_begin(&v, *state);
	visitor_set_cookie(&v, "__Host-hub", planted);
	visitor_sign_in(&v);
	snprintf(first, sizeof(first), "%s", visitor_cookie(&v, "__Host-hub"));
	assert_string_not_equal(first, planted);
	visitor_get(&v, LOGIN "?" REQUEST "&prompt=login");
	assert_int_equal(visitor_try(&v, JAN_PASSWORD), 303);
	assert_string_not_equal(visitor_cookie(&v, "__Host-hub"), first);
}

static void
a_hint_fills_in_the_name(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN "?" REQUEST "&login_hint=p%40x.nl%22");
	assert_there(&v, " value=\"p@x.nl&quot;\" required>");
	assert_there(
	    &v, "autocomplete=\"current-password\" required autofocus>");
	visitor_get(&v, LOGIN "?" REQUEST);
	assert_there(&v, " value=\"\" required autofocus>");
}

static void
who_is_signed_in_goes_straight_on(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_sign_in(&v);
	assert_int_equal(visitor_get(&v, LOGIN "?" REQUEST), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL "/identity/authorize?" REQUEST);
	assert_int_equal(
	    visitor_get(&v, LOGIN "?" REQUEST "&max_age=1000"), 303);
	assert_int_equal(
	    visitor_get(&v, LOGIN "?" REQUEST "&prompt=login"), 200);
	assert_int_equal(
	    visitor_get(&v, LOGIN "?" REQUEST "&id_token_hint=x"), 200);
}

static void
without_a_request_there_is_a_page_to_sign_out_from(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_int_equal(visitor_get(&v, LOGIN), 200);
	assert_there(&v, "<h1>Aanmelden</h1>");
	visitor_sign_in(&v);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "U bent aangemeld als Jan@example.nl.");
	assert_string_equal(v.action, "logout");
	assert_int_equal(visitor_send(&v, ""), 200);
	assert_there(&v, "<h1>U bent afgemeld</h1>");
	assert_null(visitor_cookie(&v, "__Host-hub"));
	assert_int_equal(visitor_get(&v, LOGIN), 200);
	assert_there(&v, "<h1>Aanmelden</h1>");
}

static void
a_request_that_is_not_right_never_shows_a_form(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_int_equal(visitor_get(&v,
			     LOGIN "?response_type=code&client_id=portal&"
				   "redirect_uri=https%3A%2F%2Fevil.example"),
	    400);
	assert_not_there(&v, "<form");
	assert_not_there(&v, "href=\"https://evil");
	assert_field(v.f, "Location", NULL);
	/* What the client may hear of, authorize tells it. */
	assert_int_equal(
	    visitor_get(&v, LOGIN "?" REQUEST "&prompt=none"), 303);
	assert_string_equal(visitor_location(&v),
	    BASE_URL
	    "/identity/authorize?response_type=code&client_id=portal"
	    "&redirect_uri=https%3A%2F%2Fportal.example.nl%2Fback"
	    "&scope=openid&state=s1&prompt=none&code_challenge=" CHALLENGE
	    "&code_challenge_method=S256");
	assert_int_equal(
	    visitor_get(&v, LOGIN "?" REQUEST "&prompt=nonsense"), 303);
	assert_int_equal(visitor_follow(&v), 303);
	assert_non_null(
	    strstr(visitor_location(&v), PORTAL "/back?error=invalid_request"));
}

static void
the_language_goes_with_the_visitor(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	visitor_get(&v, LOGIN "?" REQUEST "&ui_locales=en");
	assert_there(&v, "<h1>Sign in to Polissen &amp; &lt;meer&gt;</h1>");
	assert_int_equal(visitor_try(&v, "vijf+paarse+olifanten"), 403);
	assert_there(&v, "The email address or the password is not right.");
	assert_there(&v, "href=\"login?ui_locales=nl&amp;response_type=code");
	visitor_try(&v, JAN_PASSWORD);
	assert_non_null(strstr(visitor_location(&v), "&ui_locales=en"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_form_is_first_and_says_for_whom),
		TEST(the_policy_lets_the_form_lead_to_the_client),
		TEST(a_right_password_goes_on_to_the_client),
		TEST(a_browser_gets_a_cookie_that_outlives_the_session),
		TEST(a_sign_in_that_was_asked_for_is_asked_for_once),
		TEST(wrong_unknown_and_disabled_look_the_same),
		TEST(a_refused_form_keeps_the_name_and_not_the_password),
		TEST(nothing_typed_is_wrong_like_anything_else),
		TEST(too_many_tries_have_to_wait_on_a_page),
		TEST(a_temporary_password_opens_the_change_form_only),
		TEST(an_expired_one_tells_whom_to_ask),
		TEST(a_form_that_is_not_ours_is_not_even_tried),
		TEST(a_session_never_is_what_the_browser_brought),
		TEST(a_hint_fills_in_the_name),
		TEST(who_is_signed_in_goes_straight_on),
		TEST(without_a_request_there_is_a_page_to_sign_out_from),
		TEST(a_request_that_is_not_right_never_shows_a_form),
		TEST(the_language_goes_with_the_visitor),
	};

	return UNIT_RUN(tests);
}
