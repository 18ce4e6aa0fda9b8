#include "endpoint/browser.h"

#include "base/clock.h"
#include "identity_fixture.h"
#include "unit.h"

#define CLEARED "__Host-hub=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"

static int
try_token(struct fixture *f, const char *token)
{
	return ask(f,
	    (struct ask){ .uri = "/identity/userinfo",
		.authorization = form_of(f, "Bearer %s", token) });
}

static void
log_out(struct fixture *f, const char *cookie, const char *query)
{
	browse(f, form_of(f, "/identity/logout?%s", query), cookie);
}

static void
assert_signed_out(struct fixture *f, const char *cookie)
{
	browse(f, authorize_uri(f, "portal", "&prompt=none"), cookie);
	assert_redirected_error(f, PORTAL_URI, "login_required");
}

static void
it_ends_the_session_and_all_that_it_led_to(void **state)
{
	struct fixture *f = *state;
	const char *cookie = sign_in(f, "jan", "s1", clock_now());
	struct tokens a = tokens_for(f, cookie, "portal", ""),
		      b = tokens_for(f, cookie, "shop", ""),
		      other = tokens_for(f,
			  sign_in(f, "jan", "s2", clock_now()), "portal", "");

	log_out(f, cookie,
	    form_of(f,
		"id_token_hint=%s&state=s%%20t&post_logout_redirect_"
		"uri=" SIGNED_OUT_URI,
		a.id));
	assert_location(f, SIGNED_OUT_URI "?state=s%20t");
	assert_field(f, "Set-Cookie", CLEARED);
	assert_signed_out(f, cookie);
	assert_int_equal(try_token(f, a.access), 401);
	assert_int_equal(try_token(f, b.access), 401);
	refresh(f, "portal", a.refresh, "");
	assert_oauth_error(f, 400, "invalid_grant");
	refresh(f, "shop", b.refresh, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(try_token(f, other.access), 200);
	refresh(f, "portal", other.refresh, "");
	answered(f);
	assert_int_equal(events(f, "session.ended"), 1);
}

static void
a_code_that_was_not_redeemed_yet_is_dead_as_well(void **state)
{
	struct fixture *f = *state;
	const char *cookie = sign_in(f, "jan", "s1", clock_now());
	const char *code = code_for(f, cookie, "portal", "");

	log_out(f, cookie, "");
	assert_page(f, 200);
	post(f, "token",
	    form_of(f, "%s&client_id=portal", code_form(f, "portal", code)));
	assert_oauth_error(f, 400, "invalid_grant");
}

/* It signs out all the same, and says so on a page; and why it stays there. */
static void
nobody_is_sent_to_an_address_that_is_not_clear(void **state)
{
	struct fixture *f = *state;
	struct tokens portal = tokens_for(
			  f, sign_in(f, "jan", "s", clock_now()), "portal", ""),
		      shop = tokens_for(
			  f, sign_in(f, "jan", "s", clock_now()), "shop", "");
	const char *id = portal.id;
	const char *const queries[] = {
		"",
		"state=x",
		"ui_locales=en",
		"post_logout_redirect_uri=" SIGNED_OUT_URI,
		"client_id=portal&post_logout_redirect_uri=" SIGNED_OUT_URI,
		"id_token_hint=x&post_logout_redirect_uri=" SIGNED_OUT_URI,
		form_of(f, "id_token_hint=%s", id),
		form_of(f,
		    "id_token_hint=%sA&post_logout_redirect_"
		    "uri=" SIGNED_OUT_URI,
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI,
		    portal.access),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI,
		    shop.id),
		form_of(f,
		    "id_token_hint=%s&client_id=shop&post_logout_redirect_"
		    "uri=" SIGNED_OUT_URI,
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI
		    "/x",
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI
		    "%%3Fa=b",
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" PORTAL_URI,
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri="
		    "https://evil.example/",
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI
		    "&post_logout_redirect_uri=" SIGNED_OUT_URI,
		    id),
		form_of(f,
		    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI
		    "&state=%%zz",
		    id),
	};

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		const char *cookie =
		    sign_in(f, "jan", form_of(f, "s-%zu", i), clock_now());

		log_out(f, cookie, queries[i]);
		if (f->answer.status != 200)
			fail_msg("%s: %d", queries[i], f->answer.status);
		assert_page(f, 200);
		assert_true(answer_holds(f, "role=\"status\""));
		assert_int_equal(answer_holds(f, "role=\"alert\""),
		    strstr(queries[i], "post_logout_redirect_uri=") != NULL);
		assert_field(f, "Set-Cookie", CLEARED);
		assert_signed_out(f, cookie);
	}
}

static void
post_reads_its_form(void **state)
{
	struct fixture *f = *state;
	const char *cookie = sign_in(f, "jan", "s1", clock_now());
	struct tokens t = tokens_for(f, cookie, "portal", "");

	ask(f,
	    (struct ask){
		.method = "POST",
		.uri = "/identity/logout?state=other",
		.cookie = cookie,
		.body = form_of(f,
		    "id_token_hint=%s&client_id=portal"
		    "&post_logout_redirect_uri=" SIGNED_OUT_URI,
		    t.id),
	    });
	assert_location(f, SIGNED_OUT_URI);
	assert_field(f, "Location", SIGNED_OUT_URI);
	assert_signed_out(f, cookie);
	cookie = sign_in(f, "jan", "s2", clock_now());
	ask(f,
	    (struct ask){ .method = "POST",
		.uri = "/identity/logout",
		.cookie = cookie });
	assert_page(f, 200);
	assert_signed_out(f, cookie);
}

/* A browser whose session has lapsed still holds what came of it. */
static void
the_hint_ends_its_session_without_a_cookie(void **state)
{
	struct fixture *f = *state;
	const char *cookie = sign_in(f, "jan", "s1", clock_now());
	struct tokens a = tokens_for(f, cookie, "portal", ""),
		      b = tokens_for(f, sign_in(f, "bare", "s2", clock_now()),
			  "portal", "");
	const char *query = form_of(f,
	    "id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI, a.id);

	log_out(f, NULL, query);
	assert_location(f, SIGNED_OUT_URI);
	assert_int_equal(try_token(f, a.access), 401);
	refresh(f, "portal", a.refresh, "");
	assert_oauth_error(f, 400, "invalid_grant");
	assert_int_equal(try_token(f, b.access), 200);
	assert_int_equal(events(f, "session.ended"), 1);
	/* What is ended already is no event. */
	log_out(f, NULL, query);
	assert_location(f, SIGNED_OUT_URI);
	assert_int_equal(events(f, "session.ended"), 1);
	/* Beside a session of the browser's both end. */
	cookie = sign_in(f, "jan", "s3", clock_now());
	log_out(f, cookie, form_of(f, "id_token_hint=%s", b.id));
	assert_page(f, 200);
	assert_signed_out(f, cookie);
	assert_int_equal(try_token(f, b.access), 401);
	assert_int_equal(events(f, "session.ended"), 3);
}

static void
nothing_happens_to_who_is_not_signed_in(void **state)
{
	struct fixture *f = *state;

	log_out(f, NULL, "");
	assert_page(f, 200);
	log_out(
	    f, "__Host-hub=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "");
	assert_page(f, 200);
	assert_int_equal(events(f, "session.ended"), 0);
	ask(f, (struct ask){ .uri = "/identity/logout", .http = true });
	assert_page(f, 403);
}

static void
a_disabled_client_has_no_address(void **state)
{
	struct fixture *f = *state;
	struct tokens t =
	    tokens_for(f, sign_in(f, "jan", "s1", clock_now()), "portal", "");

	enable_client(f, "portal", false);
	log_out(f, NULL,
	    form_of(f,
		"id_token_hint=%s&post_logout_redirect_uri=" SIGNED_OUT_URI,
		t.id));
	assert_page(f, 200);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, identity_setup, service_teardown)
	const struct CMUnitTest tests[] = {
		T(it_ends_the_session_and_all_that_it_led_to),
		T(a_code_that_was_not_redeemed_yet_is_dead_as_well),
		T(nobody_is_sent_to_an_address_that_is_not_clear),
		T(post_reads_its_form),
		T(the_hint_ends_its_session_without_a_cookie),
		T(nothing_happens_to_who_is_not_signed_in),
		T(a_disabled_client_has_no_address),
	};

	return UNIT_RUN(tests);
}
