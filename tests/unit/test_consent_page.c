#include <string.h>
#include "base/clock.h"
#include "identity/app.h"
#include "identity_fixture.h"
#include "store/schema.h"
#include "unit.h"
#include "vault_fixture.h"

#define CONSENT "/identity/consent"

/* A page's hidden field, and the browser's cookies of the form. */
struct page {
	const char *form, *shown, *cookie;
	const char *uri; /* that it was got from, and goes to */
};

static const char *
hidden(struct fixture *f, const char *name)
{
	const char *body = hub_text(f->hub, f->answer.body);
	const char *mark = form_of(f, "name=\"%s\" value=\"", name);
	const char *at = strstr(body, mark);

	if (at == NULL)
		fail_msg("no field %s in: %s", name, body);
	at += strlen(mark);
	return form_of(f, "%.*s", (int)strcspn(at, "\""), at);
}

static const char *
cookie_of_form(struct fixture *f)
{
	const char *head = hub_text(f->hub, f->answer.head);
	const char *at = strstr(head, "__Host-hub-form=");

	assert_non_null(at);
	return form_of(f, "%.*s", (int)strcspn(at, ";"), at);
}

/* The consent page for an authorization request of the client "third". */
static struct page
open_page(struct fixture *f, const char *session, const char *more)
{
	const char *uri = authorize_uri(f, "third", more);
	struct page page;

	browse(f, uri, session);
	assert_location(f, BASE_URL CONSENT "?");
	page.uri = hub_text(f->hub, field(f, "Location")) + strlen(BASE_URL);
	assert_int_equal(browse(f, page.uri, session), 200);
	page.form = hidden(f, "form");
	page.shown = hidden(f, "shown");
	page.cookie = form_of(f, "%s; %s", session, cookie_of_form(f));
	return page;
}

static int
answer(struct fixture *f, const struct page *page, const char *decision)
{
	return ask(f,
	    (struct ask){
		.method = "POST",
		.uri = page->uri,
		.cookie = page->cookie,
		.origin = "null",
		.body = form_of(f, "form=%s&shown=%s&decision=%s", page->form,
		    page->shown, decision),
	    });
}

static const char *
jan(struct fixture *f)
{
	return sign_in(f, "jan", "s1", clock_now());
}

static uint64_t
consents(struct fixture *f)
{
	return vault_count(f->hub, VAULT_CONSENT);
}

static void
a_third_party_asks_in_words(void **state)
{
	struct fixture *f = *state;

	open_page(f, jan(f), "&ui_locales=nl");
	assert_field(f, "X-Frame-Options", "DENY");
	assert_true(answer_holds(f, "frame-ancestors 'none'"));
	assert_true(
	    answer_holds(f, "form-action 'self' https://third.example.nl"));
	assert_true(answer_holds(f, "<h1>Toestemming voor third</h1>"));
	assert_true(answer_holds(f, "<li>weten dat u het bent"));
	assert_false(answer_holds(f, "e-mailadres zien"));
	assert_true(answer_holds(f, "hooguit 90 dagen"));
	assert_true(answer_holds(f, BASE_URL "/identity/account"));
	assert_true(answer_holds(f, "aangemeld als Jan@example.nl"));
	assert_true(answer_holds(f, ">Toestaan</button>"));
	assert_true(answer_holds(f, ">Weigeren</button>"));
	open_page(f, jan(f), "&ui_locales=en");
	assert_true(answer_holds(f, "<li>know that it is you"));
	assert_true(answer_holds(f, ">Deny</button>"));
	assert_int_equal(consents(f), 0);
}

/* Goes on to the client and comes back with a code; the code. */
static const char *
go_on(struct fixture *f, const char *session)
{
	assert_location(f, BASE_URL "/identity/authorize?");
	browse(f, hub_text(f->hub, field(f, "Location")) + strlen(BASE_URL),
	    session);
	assert_location(f, THIRD_URI "?code=");
	assert_string_equal(location_param(f, "state"), "s t");
	return location_param(f, "code");
}

static void
what_is_allowed_is_remembered(void **state)
{
	struct fixture *f = *state;
	const char *session = jan(f);
	struct page page = open_page(f, session, "");

	assert_int_equal(answer(f, &page, "allow"), 303);
	assert_int_equal(events(f, "consent.given"), 1);
	go_on(f, session);
	browse(f, authorize_uri(f, "third", "&prompt=none"), session);
	assert_location(f, THIRD_URI "?code=");
	/* Another user's is another's. */
	browse(f, authorize_uri(f, "third", "&prompt=none"),
	    sign_in(f, "bare", "s2", clock_now()));
	assert_redirected_error(f, THIRD_URI, "consent_required");
}

static const char *
wider_uri(struct fixture *f)
{
	return form_of(f,
	    "/identity/authorize?response_type=code&client_id=third&"
	    "redirect_uri=" THIRD_URI "&scope=openid+hub.read&state=s+t&"
	    "nonce=n-1&code_challenge=" CHALLENGE
	    "&code_challenge_method=S256&prompt=none");
}

static void
a_new_scope_asks_again(void **state)
{
	struct fixture *f = *state;
	const char *session = jan(f);
	struct page page = open_page(f, session, "");

	answer(f, &page, "allow");
	browse(f, wider_uri(f), session);
	assert_redirected_error(f, THIRD_URI, "consent_required");
}

static void
prompt_consent_asks_again_and_once(void **state)
{
	struct fixture *f = *state;
	const char *session = jan(f);
	struct page page = open_page(f, session, "");

	answer(f, &page, "allow");
	page = open_page(f, session, "&prompt=consent");
	assert_int_equal(answer(f, &page, "allow"), 303);
	go_on(f, session);
	assert_int_equal(consents(f), 1);
	assert_int_equal(events(f, "consent.given"), 2);
}

static void
deny_goes_to_the_client(void **state)
{
	struct fixture *f = *state;
	struct page page = open_page(f, jan(f), "");

	assert_int_equal(answer(f, &page, "deny"), 303);
	assert_redirected_error(f, THIRD_URI, "access_denied");
	assert_int_equal(consents(f), 0);
	assert_int_equal(events(f, "consent.given"), 0);
}

static void
only_our_own_form_gives_consent(void **state)
{
	struct fixture *f = *state;
	struct page page = open_page(f, jan(f), ""), other;

	other = page;
	other.form = "x";
	assert_int_equal(answer(f, &other, "allow"), 400);
	assert_page(f, 400);
	other = page;
	other.cookie = jan(f); /* without the form's cookie */
	assert_int_equal(answer(f, &other, "allow"), 400);
	assert_int_equal(
	    ask(f,
		(struct ask){
		    .method = "POST",
		    .uri = page.uri,
		    .cookie = page.cookie,
		    .origin = "https://evil.example",
		    .body = form_of(f, "form=%s&shown=%s&decision=allow",
			page.form, page.shown),
		}),
	    400);
	/* In the address it counts for nothing. */
	browse(f, form_of(f, "%s&decision=allow&form=%s", page.uri, page.form),
	    page.cookie);
	assert_page(f, 200);
	assert_int_equal(consents(f), 0);
}

/* What was shown is what is granted: no other scope, client, address, user. */
static void
a_form_counts_for_what_it_has_shown(void **state)
{
	struct fixture *f = *state;
	struct page page = open_page(f, jan(f), ""), other = page;
	const char *wider = strchr(wider_uri(f), '?');
	size_t n = strlen(wider) - strlen("&prompt=none");

	other.uri = form_of(f, CONSENT "%.*s", (int)n, wider);
	assert_int_equal(answer(f, &other, "allow"), 409);
	assert_true(answer_holds(f, "intussen veranderd"));
	other = page;
	other.cookie =
	    form_of(f, "%s; %s", sign_in(f, "bare", "s2", clock_now()),
		strchr(page.cookie, ' ') + 1);
	assert_int_equal(answer(f, &other, "allow"), 409);
	other = page;
	other.shown = "x";
	assert_int_equal(answer(f, &other, "allow"), 409);
	other.shown = page.form;
	assert_int_equal(answer(f, &other, "allow"), 409);
	assert_int_equal(answer(f, &page, "perhaps"), 409);
	assert_int_equal(consents(f), 0);
	/* The page that came back is the one that counts. */
	page.shown = hidden(f, "shown");
	assert_int_equal(answer(f, &page, "allow"), 303);
	assert_int_equal(consents(f), 1);
}

static void
nobody_comes_here_without_a_question(void **state)
{
	struct fixture *f = *state;
	const char *session = jan(f);
	const char *query = strchr(authorize_uri(f, "third", ""), '?');
	const char *first = strchr(authorize_uri(f, "portal", ""), '?');

	browse(f, CONSENT, session);
	assert_page(f, 400);
	/* authorize knows what has to come first. */
	browse(f, form_of(f, CONSENT "%s", query), NULL);
	assert_location(f, BASE_URL "/identity/authorize?");
	browse(f, form_of(f, CONSENT "%s&prompt=none", query), session);
	assert_location(f, BASE_URL "/identity/authorize?");
	browse(f, form_of(f, CONSENT "%s", first), session);
	assert_location(f, BASE_URL "/identity/authorize?");
}

static int
withdraw(struct fixture *f)
{
	const struct actor actor = { .source = STR("192.0.2.1") };
	struct hub hub = hub_of(f->hub);

	return app_end(&hub, &actor, STR("jan"), STR("third"));
}

static void
redeem(struct fixture *f, const char *code)
{
	post(f, "token",
	    form_of(
		f, "%s&%s", code_form(f, "third", code), auth_of(f, "third")));
}

static void
withdrawing_ends_tokens_and_codes(void **state)
{
	struct fixture *f = *state;
	const char *session = jan(f), *code, *late;
	struct page page = open_page(f, session, "");
	struct tokens tokens;

	answer(f, &page, "allow");
	code = go_on(f, session);
	late = code_for(f, session, "third", "");
	redeem(f, code);
	tokens = answered(f);
	assert_int_equal(
	    ask(f,
		(struct ask){ .uri = "/identity/userinfo",
		    .authorization = form_of(f, "Bearer %s", tokens.access) }),
	    200);
	assert_int_equal(withdraw(f), 0);
	assert_int_equal(
	    ask(f,
		(struct ask){ .uri = "/identity/userinfo",
		    .authorization = form_of(f, "Bearer %s", tokens.access) }),
	    401);
	if (tokens.refresh != NULL) {
		refresh(f, "third", tokens.refresh, "");
		assert_oauth_error(f, 400, "invalid_grant");
	}
	redeem(f, late);
	assert_oauth_error(f, 400, "invalid_grant");
	browse(f, authorize_uri(f, "third", "&prompt=none"), session);
	assert_redirected_error(f, THIRD_URI, "consent_required");
	assert_int_equal(vault_count(f->hub, VAULT_GRANT), 0);
	vault_verify(f->hub);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(a_third_party_asks_in_words),
		T(what_is_allowed_is_remembered),
		T(a_new_scope_asks_again),
		T(prompt_consent_asks_again_and_once),
		T(deny_goes_to_the_client),
		T(only_our_own_form_gives_consent),
		T(a_form_counts_for_what_it_has_shown),
		T(nobody_comes_here_without_a_question),
		T(withdrawing_ends_tokens_and_codes),
	};

	return UNIT_RUN(tests);
}
