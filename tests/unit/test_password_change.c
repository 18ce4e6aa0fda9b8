#include <stdio.h>
#include <string.h>
#include "identity/act.h"
#include "unit.h"
#include "visitor.h"

#define LOGIN "/identity/login"
#define CHANGE "/identity/password"
#define NEW "negen+natte+nijlpaarden"

/* Opens the change form; gives the temporary password. */
static const char *
open_form(struct visitor *v, struct fixture *f)
{
	const char *temporary;

	visitor_begin(v, f);
	temporary = visitor_reset(v);
	visitor_get(v, LOGIN "?" REQUEST);
	assert_int_equal(visitor_try(v, temporary), 303);
	assert_int_equal(visitor_follow(v), 200);
	return temporary;
}

static int
send_new(struct visitor *v, const char *first, const char *second)
{
	return visitor_send(v,
	    arena_printf(v->f->hub->arena,
		"new_password=%s&new_password_repeat=%s", first, second));
}

static void
the_form_asks_for_the_new_one_only(void **state)
{
	struct visitor v;
	const char *temporary = open_form(&v, *state);

	assert_there(&v,
	    "<h1>Kies uw eigen wachtwoord</h1>\n<form "
	    "method=\"post\" action=\"password?response_type=");
	assert_there(&v,
	    " name=\"new_password\" type=\"password\" "
	    "autocomplete=\"new-password\" "
	    "aria-describedby=\"rule\" required autofocus>");
	assert_there(&v, " name=\"new_password_repeat\" type=\"password\" ");
	assert_there(&v, "Minstens 15 tekens. Een zin van een paar woorden");
	assert_there(&v,
	    "autocomplete=\"username\" readonly "
	    "value=\"Jan@example.nl\">");
	assert_not_there(&v, "name=\"username\"");
	assert_not_there(&v, "name=\"password\"");
	assert_not_there(&v, temporary);
	assert_there(&v, "; form-action 'self' " PORTAL "\r\n");
}

static void
the_new_password_leads_on_to_the_client(void **state)
{
	struct visitor v;

	open_form(&v, *state);
	assert_int_equal(send_new(&v, NEW, NEW), 303);
	assert_string_equal(
	    visitor_location(&v), BASE_URL "/identity/authorize?" REQUEST);
	assert_non_null(visitor_cookie(&v, "__Host-hub"));
	assert_null(visitor_cookie(&v, "__Host-hub-change"));
	assert_int_equal(visitor_follow(&v), 303);
	assert_int_equal(
	    strncmp(visitor_location(&v), PORTAL "/back?code=", 36), 0);
}

static void
afterwards_only_the_new_one_signs_in(void **state)
{
	struct visitor v;
	const char *temporary = open_form(&v, *state);
	struct visitor later = { .f = v.f };

	assert_int_equal(send_new(&v, NEW, NEW), 303);
	visitor_get(&later, LOGIN);
	assert_int_equal(visitor_try(&later, temporary), 403);
	assert_int_equal(
	    visitor_send(&later, "username=" JAN "&password=" NEW), 303);
}

static void
assert_refused(struct visitor *v, int status, const char *reason)
{
	assert_int_equal(status, 422);
	assert_there(v, reason);
	assert_there(v, "<p class=\"alert\" id=\"reason\" role=\"alert\">");
	assert_there(v,
	    "aria-describedby=\"reason rule\" "
	    "aria-invalid=\"true\" required autofocus>");
	assert_null(visitor_cookie(v, "__Host-hub"));
}

static void
a_refused_one_shows_the_form_again_with_the_reason(void **state)
{
	struct visitor v;
	const char *temporary = open_form(&v, *state);

	assert_refused(&v, send_new(&v, NEW, "negen"),
	    "De twee wachtwoorden zijn niet gelijk.");
	assert_refused(&v, send_new(&v, "", ""),
	    "te kort: het moet minstens 15 tekens hebben");
	assert_refused(&v, send_new(&v, "kort+maar+zin", "kort+maar+zin"),
	    "te kort: het moet minstens 15 tekens hebben");
	assert_refused(&v, send_new(&v, temporary, temporary),
	    "Dit is een tijdelijk wachtwoord");
	assert_refused(&v, visitor_send(&v, "new_password=" NEW),
	    "De twee wachtwoorden zijn niet gelijk.");
	assert_not_there(&v, "nijlpaarden");
	assert_int_equal(send_new(&v, NEW, NEW), 303);
}

static void
the_other_reasons_have_their_words(void **state)
{
	const char *longest;
	struct visitor v;

	open_form(&v, *state);
	longest = arena_printf(v.f->hub->arena, "%s%s%s%s%s%s", NEW, NEW, NEW,
	    NEW, "een+twee+drie+vier+vijf+zes+zeven",
	    "acht+negen+tien+elf+twaalf+dertien+veertien");
	assert_refused(
	    &v, send_new(&v, longest, longest), "hooguit 128 tekens");
	assert_refused(&v, send_new(&v, NEW "%07", NEW "%07"),
	    "een teken dat niet gebruikt kan worden");
	assert_refused(&v,
	    send_new(&v, "aaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa"),
	    "te makkelijk te raden");
	assert_refused(&v,
	    send_new(&v, "jan%40example.nl+jan", "jan%40example.nl+jan"),
	    "te veel op uw naam of e-mailadres");
}

/* The service anew, as a sign-in worker with this file of words. */
static int
reopen(struct fixture *f, const char *words)
{
	struct conf *conf = &f->hub->conf;
	int rc;

	service_close(&f->service);
	snprintf(conf->password_blocklist, sizeof(conf->password_blocklist),
	    "%s", words);
	rc = service_open(
	    &f->service, conf, POOL_SIGNIN, &f->counters, &f->hub->why);
	f->hub->directory = f->service.directory;
	f->hub->vault = f->service.vault;
	return rc;
}

static void
a_listed_one_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *words =
	    arena_printf(f->hub->arena, "%s/words", f->hub->root);
	FILE *file = fopen(words, "w");
	struct visitor v;

	assert_non_null(file);
	fputs("negen natte nijlpaarden\n", file);
	fclose(file);
	open_form(&v, f);
	assert_int_equal(reopen(f, words), 0);
	assert_refused(&v, send_new(&v, NEW, NEW), "te makkelijk te raden");
	assert_int_equal(
	    send_new(&v, "zeven+zure+zebras", "zeven+zure+zebras"), 303);
}

static void
a_list_that_is_not_there_is_told_at_the_start(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(reopen(f, "/nowhere/words"), HUB_ENOENT);
	assert_non_null(strstr(f->hub->why.text, "/nowhere/words"));
	assert_int_equal(reopen(f, ""), 0);
}

static void
assert_closed(struct visitor *v, int status)
{
	assert_int_equal(status, 403);
	assert_there(v, "<h1>Meld u opnieuw aan</h1>");
	assert_there(v, "href=\"login?response_type=code&amp;");
	assert_not_there(v, "<form");
}

static void
without_the_temporary_password_there_is_no_form(void **state)
{
	struct visitor v;

	visitor_begin(&v, *state);
	assert_closed(&v, visitor_get(&v, CHANGE "?" REQUEST));
	/* Nor does a session open it. */
	visitor_sign_in(&v);
	visitor_set_cookie(
	    &v, "__Host-hub-change", visitor_cookie(&v, "__Host-hub"));
	assert_closed(&v, visitor_get(&v, CHANGE "?" REQUEST));
	assert_null(visitor_cookie(&v, "__Host-hub-change"));
}

static void
a_form_that_has_ended_is_refused_when_it_comes(void **state)
{
	struct visitor v;

	open_form(&v, *state);
	visitor_reset(&v);
	assert_closed(&v, send_new(&v, NEW, NEW));
	assert_null(visitor_cookie(&v, "__Host-hub"));
}

static void
a_disabled_account_has_no_form(void **state)
{
	const struct actor actor = { .client = STR(""), .source = STR("t") };
	struct fixture *f = *state;
	struct hub hub = hub_of(f->hub);
	struct visitor v;

	open_form(&v, f);
	assert_int_equal(
	    act_end_all(&hub, &actor, "account.disabled", STR("jan"), true), 0);
	assert_closed(&v, send_new(&v, NEW, NEW));
}

static void
a_form_that_is_not_ours_changes_nothing(void **state)
{
	struct visitor v;
	char token[64];

	open_form(&v, *state);
	snprintf(token, sizeof(token), "%s", v.token);
	memset(v.token, 'A', 43);
	assert_int_equal(send_new(&v, NEW, NEW), 400);
	assert_there(&v, "href=\"password?response_type=code&amp;");
	visitor_get(&v, CHANGE "?" REQUEST);
	v.origin = "https://evil.example";
	assert_int_equal(send_new(&v, NEW, NEW), 400);
	v.origin = "null";
	visitor_get(&v, CHANGE "?" REQUEST);
	assert_string_equal(v.token, token);
	assert_int_equal(send_new(&v, NEW, NEW), 303);
}

static void
without_a_request_it_ends_on_the_page_of_who_is_signed_in(void **state)
{
	struct visitor v;

	open_form(&v, *state);
	visitor_get(&v, CHANGE);
	assert_string_equal(v.action, "password");
	assert_int_equal(send_new(&v, NEW, NEW), 303);
	assert_string_equal(visitor_location(&v), BASE_URL LOGIN);
	assert_int_equal(visitor_follow(&v), 200);
	assert_there(&v, "U bent aangemeld als Jan@example.nl.");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, service_setup, service_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_form_asks_for_the_new_one_only),
		TEST(the_new_password_leads_on_to_the_client),
		TEST(afterwards_only_the_new_one_signs_in),
		TEST(a_refused_one_shows_the_form_again_with_the_reason),
		TEST(the_other_reasons_have_their_words),
		TEST(a_listed_one_is_refused),
		TEST(a_list_that_is_not_there_is_told_at_the_start),
		TEST(without_the_temporary_password_there_is_no_form),
		TEST(a_form_that_has_ended_is_refused_when_it_comes),
		TEST(a_disabled_account_has_no_form),
		TEST(a_form_that_is_not_ours_changes_nothing),
		TEST(without_a_request_it_ends_on_the_page_of_who_is_signed_in),
	};

	return UNIT_RUN(tests);
}
