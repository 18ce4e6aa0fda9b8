#include "endpoint/page.h"

#include "endpoint/style.h"
#include "service_fixture.h"
#include "unit.h"

#define BAD_REQUEST "/identity/authorize?client_id=nobody"

static void
assert_holds(const struct fixture *f, const char *text, bool wanted)
{
	if (answer_holds(f, text) != wanted)
		fail_msg("%s: %s\n%.*s%.*s", wanted ? "missing" : "there", text,
		    STR_ARG(f->answer.head), STR_ARG(f->answer.body));
}

static void
setup_error_page(struct fixture *f, struct ask request)
{
	f->service.pool = POOL_KEEPERS;
	if (request.uri == NULL)
		request.uri = BAD_REQUEST;
	assert_int_equal(ask(f, request), 400);
}

static void
every_page_has_the_fields_that_keep_it_to_itself(void **state)
{
	struct fixture *f = *state;

	setup_error_page(f, (struct ask){ 0 });
	assert_field(f, "Content-Type", "text/html; charset=utf-8");
	assert_field(f, "Cache-Control", "no-store");
	assert_field(f, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri "
	    "'none'; frame-ancestors 'none'; form-action 'self'");
	assert_field(f, "X-Frame-Options", "DENY");
	assert_field(f, "X-Content-Type-Options", "nosniff");
	assert_field(f, "Referrer-Policy", "no-referrer");
	assert_field(f, "Cross-Origin-Opener-Policy", "same-origin");
	assert_field(f, "X-Robots-Tag", "noindex");
	assert_true(field(f, "Permissions-Policy").n > 0);
	assert_field(f, "Access-Control-Allow-Origin", NULL);
}

static void
a_page_has_no_script_and_no_style_of_its_own(void **state)
{
	struct fixture *f = *state;

	setup_error_page(f, (struct ask){ 0 });
	assert_holds(f, "<script", false);
	assert_holds(f, "<style", false);
	assert_holds(f, " style=", false);
	assert_holds(f, " onclick", false);
	assert_holds(f, "<base", false);
}

static void
the_language_is_chosen_and_told(void **state)
{
	struct fixture *f = *state;

	setup_error_page(f, (struct ask){ 0 });
	assert_field(f, "Content-Language", "nl");
	assert_holds(f, "<html lang=\"nl\">", true);
	assert_holds(f, "<title>Er ging iets mis - hub</title>", true);
	assert_holds(f, "<h1>Er ging iets mis</h1>", true);
	setup_error_page(f, (struct ask){ .language = "en-GB,en;q=0.5" });
	assert_field(f, "Content-Language", "en");
	assert_holds(f, "<html lang=\"en\">", true);
	assert_holds(f, "<h1>Something went wrong</h1>", true);
	setup_error_page(f,
	    (struct ask){
		.uri = BAD_REQUEST "&ui_locales=fr%20nl",
		.language = "en",
	    });
	assert_field(f, "Content-Language", "nl");
}

/* The other language has the same request, but for the one parameter. */
static void
the_other_language_is_a_link_that_keeps_the_request(void **state)
{
	struct fixture *f = *state;

	setup_error_page(f, (struct ask){ 0 });
	assert_holds(f, "<span>Nederlands</span>", true);
	assert_holds(f,
	    "<a lang=\"en\" hreflang=\"en\" "
	    "href=\"authorize?ui_locales=en&amp;client_id=nobody\">English</a>",
	    true);
	setup_error_page(f,
	    (struct ask){
		.uri = "/identity/authorize?a=%22x&ui_locales=en&&ui%5flocales="
		       "nl&b='%3E<\"&=c&%zz=d&e=\xc3\xab",
	    });
	assert_holds(f,
	    "href=\"authorize?ui_locales=nl&amp;a=%22x&amp;b=&#39;%3E&lt;"
	    "&quot;&amp;=c&amp;%zz=d&amp;e=%C3%AB\"",
	    true);
}

static void
an_error_names_the_request_and_says_why(void **state)
{
	struct fixture *f = *state;

	setup_error_page(f, (struct ask){ 0 });
	assert_holds(f, "Kenmerk: 0123456789abcdef", true);
	assert_holds(
	    f, "<span lang=\"en\">there is no such client</span>", true);
	assert_holds(f, "nobody</", false);
}

static void
what_has_no_row_or_method_has_the_form_of_its_neighbours(void **state)
{
	struct fixture *f = *state;

	f->service.pool = POOL_KEEPERS;
	assert_int_equal(ask(f,
			     (struct ask){ .method = "DELETE",
				 .uri = "/identity/authorize" }),
	    405);
	assert_field(f, "Content-Type", "text/html; charset=utf-8");
	assert_field(f, "Allow", "GET, HEAD, POST, OPTIONS");
	assert_int_equal(
	    ask(f, (struct ask){ .uri = "/identity/authorise" }), 404);
	assert_field(f, "Content-Type", "application/problem+json");
}

static void
without_tls_there_is_a_page_that_says_so(void **state)
{
	struct fixture *f = *state;

	f->service.pool = POOL_KEEPERS;
	assert_int_equal(
	    ask(f, (struct ask){ .uri = "/identity/authorize", .http = true }),
	    403);
	assert_field(f, "Content-Type", "text/html; charset=utf-8");
	assert_holds(f, "This address needs TLS.", true);
}

static void
signing_out_ends_on_a_page(void **state)
{
	struct fixture *f = *state;

	f->service.pool = POOL_KEEPERS;
	assert_int_equal(
	    ask(f, (struct ask){ .uri = "/identity/logout?ui_locales=en" }),
	    200);
	assert_holds(f, "<h1>You are signed out</h1>", true);
}

static const char *
style_link(struct fixture *f, const char *name)
{
	char version[STYLE_VERSION];

	style_version(version);
	return arena_printf(f->hub->arena, "/identity/%s?v=%s", name, version);
}

static void
the_looks_are_kept_for_ever_under_the_name_of_their_content(void **state)
{
	struct fixture *f = *state;
	const char *uri = style_link(f, "hub.css");

	setup_error_page(f, (struct ask){ 0 });
	assert_holds(f, uri + strlen("/identity/"), true);
	assert_int_equal(ask(f, (struct ask){ .uri = uri }), 200);
	assert_field(f, "Content-Type", "text/css; charset=utf-8");
	assert_field(f, "Cache-Control", "public, max-age=31536000, immutable");
	assert_holds(f, ":focus-visible{", true);
	uri = style_link(f, "hub.svg");
	assert_int_equal(ask(f, (struct ask){ .uri = uri }), 200);
	assert_field(f, "Content-Type", "image/svg+xml");
	assert_holds(f, "</svg>", true);
}

static void
under_any_other_name_they_are_not_kept(void **state)
{
	struct fixture *f = *state;

	f->service.pool = POOL_KEEPERS;
	assert_int_equal(
	    ask(f, (struct ask){ .uri = "/identity/hub.css" }), 200);
	assert_field(f, "Cache-Control", "no-store");
	assert_int_equal(
	    ask(f, (struct ask){ .uri = "/identity/hub.css?v=0" }), 200);
	assert_field(f, "Cache-Control", "no-store");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_page_has_the_fields_that_keep_it_to_itself),
		TEST(a_page_has_no_script_and_no_style_of_its_own),
		TEST(the_language_is_chosen_and_told),
		TEST(the_other_language_is_a_link_that_keeps_the_request),
		TEST(an_error_names_the_request_and_says_why),
		TEST(what_has_no_row_or_method_has_the_form_of_its_neighbours),
		TEST(without_tls_there_is_a_page_that_says_so),
		TEST(signing_out_ends_on_a_page),
		TEST(
		    the_looks_are_kept_for_ever_under_the_name_of_their_content),
		TEST(under_any_other_name_they_are_not_kept),
	};

	return UNIT_RUN(tests);
}
