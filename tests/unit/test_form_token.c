#include "endpoint/browser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "unit.h"

#define BASE_URL "https://hub.example.nl"

/* One request of a browser that has COOKIE, or none. */
struct turn {
	struct arena *arena;
	struct conf conf;
	struct service service;
	struct req req;
	struct resp resp;
	struct call call;
};

static int
setup(void **state)
{
	struct turn *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->arena = arena_new(4096, 1 << 20);
	assert_non_null(t->arena);
	snprintf(t->conf.base_url, sizeof(t->conf.base_url), BASE_URL);
	t->service.conf = &t->conf;
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct turn *t = *state;

	arena_free(t->arena);
	free(t);
	return 0;
}

static struct call *
turn(struct turn *t, const char *cookie, const char *origin)
{
	req_begin(&t->req, t->arena);
	t->req.cookie = str_of(cookie);
	t->req.origin = str_of(origin);
	resp_begin(&t->resp, t->arena);
	t->call = (struct call){
		.service = &t->service, .req = &t->req, .resp = &t->resp
	};
	return &t->call;
}

/* "NAME=VALUE" of the cookie that the answer sets; NULL for none. */
static const char *
set_cookie(struct turn *t)
{
	static const char field[] = "Set-Cookie: ";
	char *text, *end;

	if (t->resp.headers.n == 0)
		return NULL;
	text = arena_printf(
	    t->arena, "%.*s", (int)t->resp.headers.n, t->resp.headers.p);
	text = strstr(text, field);
	assert_non_null(text);
	assert_null(strstr(text + 1, field));
	text += strlen(field);
	assert_non_null(
	    strstr(text, "; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"));
	end = strchr(text, ';');
	*end = '\0';
	return text;
}

static void
a_form_comes_back_with_the_token_and_the_cookie(void **state)
{
	struct turn *t = *state;
	struct str token = browser_form_token(turn(t, NULL, NULL));
	const char *cookie = set_cookie(t);

	assert_int_equal(token.n, OPAQUE_LEN);
	assert_non_null(cookie);
	assert_int_equal(strncmp(cookie, "__Host-hub-form=", 16), 0);
	assert_true(browser_form_is_ours(turn(t, cookie, BASE_URL), token));
	assert_true(browser_form_is_ours(turn(t, cookie, NULL), token));
	/* What browsers say on a page without a referrer. */
	assert_true(browser_form_is_ours(turn(t, cookie, "null"), token));
	assert_int_equal(t->call.failed, 0);
}

static void
several_forms_of_a_browser_share_the_cookie(void **state)
{
	struct turn *t = *state;
	struct str first = browser_form_token(turn(t, NULL, NULL)), second;
	const char *cookie = set_cookie(t);

	second = browser_form_token(turn(t, cookie, NULL));
	assert_null(set_cookie(t));
	assert_true(str_eq(first, second));
}

static void
the_page_does_not_tell_the_cookie(void **state)
{
	struct turn *t = *state;
	struct str token = browser_form_token(turn(t, NULL, NULL));
	const char *cookie = set_cookie(t);

	assert_null(memmem(cookie, strlen(cookie), token.p, token.n));
}

static void
another_browsers_token_is_refused(void **state)
{
	struct turn *t = *state;
	struct str mine = browser_form_token(turn(t, NULL, NULL)), other;
	const char *cookie = set_cookie(t);

	other = browser_form_token(turn(t, NULL, NULL));
	assert_false(str_eq(mine, other));
	assert_false(browser_form_is_ours(turn(t, cookie, NULL), other));
	assert_false(browser_form_is_ours(turn(t, cookie, NULL), STR("")));
	assert_false(browser_form_is_ours(turn(t, cookie, NULL), STR_NONE));
	mine.n--;
	assert_false(browser_form_is_ours(turn(t, cookie, NULL), mine));
}

/* Without these a foreign page could know both halves. */
static void
a_cookie_that_is_none_of_ours_counts_for_nothing(void **state)
{
	static const char *const cookies[] = {
		"", "__Host-hub-form=", "__Host-hub-form=x",
		"hub-form=x; other=y",
		"__Host-hub-form=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	};
	struct turn *t = *state;

	for (size_t i = 0; i < sizeof(cookies) / sizeof(cookies[0]); i++) {
		struct str token =
		    browser_form_token(turn(t, cookies[i], NULL));

		assert_non_null(set_cookie(t));
		assert_false(
		    browser_form_is_ours(turn(t, cookies[i], NULL), token));
	}
}

static void
another_origin_is_refused_whatever_it_brings(void **state)
{
	static const char *const origins[] = { "https://evil.example",
		"http://hub.example.nl", "https://hub.example.nl:8443",
		"https://hub.example.nl.evil.example", "https://hub.example.n",
		"NULL", "https://HUB.example.nl", "file://" };
	struct turn *t = *state;
	struct str token = browser_form_token(turn(t, NULL, NULL));
	const char *cookie = set_cookie(t);

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		if (browser_form_is_ours(turn(t, cookie, origins[i]), token))
			fail_msg("%s", origins[i]);
	}
}

/* Behind a path prefix the origin is still that of the host. */
static void
the_origin_is_the_base_url_without_its_path(void **state)
{
	struct turn *t = *state;
	struct str token = browser_form_token(turn(t, NULL, NULL));
	const char *cookie = set_cookie(t);

	snprintf(t->conf.base_url, sizeof(t->conf.base_url), BASE_URL "/hub");
	assert_true(browser_form_is_ours(turn(t, cookie, BASE_URL), token));
	assert_false(
	    browser_form_is_ours(turn(t, cookie, BASE_URL "/hub"), token));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_form_comes_back_with_the_token_and_the_cookie),
		TEST(several_forms_of_a_browser_share_the_cookie),
		TEST(the_page_does_not_tell_the_cookie),
		TEST(another_browsers_token_is_refused),
		TEST(a_cookie_that_is_none_of_ours_counts_for_nothing),
		TEST(another_origin_is_refused_whatever_it_brings),
		TEST(the_origin_is_the_base_url_without_its_path),
	};

	return UNIT_RUN(tests);
}
