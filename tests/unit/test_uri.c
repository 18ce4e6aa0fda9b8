#include "identity/uri.h"

#include <string.h>
#include "unit.h"

static struct why why;

static void
assert_all(int (*check)(struct str text, struct why *why),
    const char *const *texts, size_t n, int rc)
{
	for (size_t i = 0; i < n; i++) {
		why.text[0] = '\0';
		if (check(str_of(texts[i]), &why) != rc)
			fail_msg("'%s': %s", texts[i], why.text);
		if (rc != 0)
			assert_true(why.text[0] != '\0');
	}
}

#define assert_taken(check, texts)                                             \
	assert_all((check), (texts), sizeof(texts) / sizeof((texts)[0]), 0)
#define assert_refused(check, texts)                                           \
	assert_all(                                                            \
	    (check), (texts), sizeof(texts) / sizeof((texts)[0]), HUB_EINVAL)

static void
an_origin_is_what_a_browser_sends(void **state)
{
	static const char *const good[] = { "https://app.example.nl",
		"https://app.example.nl:8443", "https://a", "https://a:65535",
		"https://xn--caf-dma.example", "https://a-b.1c.example",
		"https://192.0.2.1", "https://[2001:db8::1]:444",
		"https://a:80", "http://localhost", "http://localhost:3000",
		"http://127.0.0.1:443", "http://[::1]:8080" };

	(void)state;
	assert_taken(uri_check_origin, good);
}

static void
nothing_else_is_an_origin(void **state)
{
	static const char *const bad[] = { "", "null", "*", "https://",
		"https://*", "https://*.example.nl", "app.example.nl",
		"//app.example.nl", "https:app.example.nl",
		"https:/app.example.nl", "HTTPS://app.example.nl",
		"https://App.example.nl", "https://app.example.nl/",
		"https://app.example.nl/a", "https://app.example.nl?a",
		"https://app.example.nl#a", "https://app.example.nl.",
		"https://.example.nl", "https://app..nl", "https://-a.nl",
		"https://a-.nl", "https://a_b.nl", "https://caf\xc3\xa9.nl",
		"https://app.example.nl:443", "http://localhost:80",
		"https://app.example.nl:", "https://app.example.nl:0",
		"https://app.example.nl:08443", "https://app.example.nl:65536",
		"https://app.example.nl:+1", "https://app.example.nl:1a",
		"https://me@app.example.nl", "https://me:x@app.example.nl",
		"https://a.nl https://b.nl", "https://a.nl,https://b.nl",
		" https://a.nl", "https://a.nl ", "https://a.nl\n",
		"http://app.example.nl", "http://localhost.example.nl",
		"http://127.0.0.2", "http://127.1", "http://[::2]",
		"ftp://app.example.nl", "nl.example.app://a", "file://",
		"https://1", "https://127.1", "https://0x7f.1",
		"https://127.0.0.01", "https://127.0.0.0x1",
		"https://256.0.0.1", "https://a.1", "https://[::1",
		"https://::1", "https://[::1]a", "https://[::1].",
		"https://[0::1]", "https://[::0001]", "https://[2001:DB8::1]",
		"https://[::ffff:192.0.2.1]", "https://[fe80::1%25eth0]",
		"https://[]", "https://[a.nl]" };

	(void)state;
	assert_refused(uri_check_origin, bad);
}

/* The library reads an address up to it. */
static void
a_nul_ends_no_address(void **state)
{
	(void)state;
	assert_int_equal(
	    uri_check_origin(STR("https://[::1\0]"), &why), HUB_EINVAL);
	assert_int_equal(
	    uri_check_origin(STR("https://[::1\0x]:8080"), &why), HUB_EINVAL);
	assert_int_equal(
	    uri_check_origin(STR("https://127.0.0.1\0"), &why), HUB_EINVAL);
}

static void
hosts_and_labels_have_their_lengths(void **state)
{
	char text[400] = "https://";
	struct str origin = { text, 0 };

	(void)state;
	memset(text + 8, 'a', 300);
	origin.n = 8 + 63;
	assert_int_equal(uri_check_origin(origin, &why), 0);
	origin.n++;
	assert_int_equal(uri_check_origin(origin, &why), HUB_EINVAL);
	for (size_t i = 8 + 50; i < sizeof(text); i += 51)
		text[i] = '.';
	origin.n = 8 + 253;
	assert_int_equal(uri_check_origin(origin, &why), 0);
	origin.n++;
	assert_int_equal(uri_check_origin(origin, &why), HUB_EINVAL);
}

static void
a_redirect_uri_is_https_loopback_or_an_apps_own(void **state)
{
	static const char *const good[] = { "https://app.example.nl",
		"https://app.example.nl/",
		"https://app.example.nl/a/b?c=d&e=%2F",
		"https://app.example.nl?a", "https://app.example.nl:443/cb",
		"http://localhost:3000/cb", "http://127.0.0.1/cb",
		"http://[::1]:5/cb", "nl.example.app:/callback",
		"nl.example.app://callback", "nl.example.app:callback?a=b",
		"https://app.example.nl/a@b", "https://app.example.nl/a:b" };

	(void)state;
	assert_taken(uri_check_redirect, good);
}

static void
nothing_else_is_a_redirect_uri(void **state)
{
	static const char *const bad[] = { "", "/cb", "cb", "//a.nl/cb",
		"http://app.example.nl/cb", "http://localhost.evil.nl/cb",
		"http://localhost@evil.nl/cb", "http://127.0.0.1.evil.nl",
		"https://app.example.nl/cb#", "https://app.example.nl/#a",
		"https://user@app.example.nl/cb", "https:///cb", "https://",
		"https:app.example.nl/cb", "https://App.example.nl/cb",
		"HTTPS://app.example.nl/cb", "https://app.example.nl\\@a.nl",
		"https://app.example.nl/a b", "https://app.example.nl/\t",
		"https://app.example.nl/caf\xc3\xa9",
		"https://app.example.nl/%", "https://app.example.nl/%2",
		"https://app.example.nl/%2g", "https://app.example.nl/<a>",
		"https://app.example.nl/\"", "https://*.example.nl/cb",
		"https://app.example.nl:0/cb", "javascript:alert(1)",
		"data:text/html,a", "myapp:/cb", "Nl.example.app:/cb",
		"1.app:/cb", ".app:/cb", "nl.exa_mple.app:/cb",
		"nl.example.app:", "nl.example.app", ":a.b", "urn:a.b:c" };

	(void)state;
	assert_refused(uri_check_redirect, bad);
}

static void
a_redirect_uri_has_its_length(void **state)
{
	char text[URI_MAX + 1] = "https://app.example.nl/";
	size_t n = strlen(text);

	(void)state;
	memset(text + n, 'a', sizeof(text) - n);
	assert_int_equal(
	    uri_check_redirect((struct str){ text, URI_MAX }, &why), 0);
	assert_int_equal(
	    uri_check_redirect((struct str){ text, URI_MAX + 1 }, &why),
	    HUB_EINVAL);
	assert_int_equal(
	    uri_check_redirect((struct str){ "https://a/\0b", 12 }, &why),
	    HUB_EINVAL);
}

static void
a_resource_is_an_absolute_uri(void **state)
{
	static const char *const good[] = { "https://api.example.nl",
		"https://api.example.nl/v1", "urn:example:api",
		"http://localhost:8080/" };
	static const char *const bad[] = { "", "api", "/api",
		"urn:", "http://api.example.nl", "https://api.example.nl#a",
		"https://API.example.nl", "URN:example:api", "urn:a b" };

	(void)state;
	assert_taken(uri_check_resource, good);
	assert_refused(uri_check_resource, bad);
}

static void
only_the_port_of_a_loopback_address_may_differ(void **state)
{
	static const struct {
		const char *registered, *sent;
		bool same;
	} rows[] = {
		{ "https://a.nl/b", "https://a.nl/b", true },
		{ "https://a.nl/b", "https://a.nl:444/b", false },
		{ "https://a.nl/b", "https://a.nl/b/", false },
		{ "https://a.nl/b", "https://a.nl/b?c", false },
		{ "https://a.nl/b", "https://a.nl/%62", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:1/b", true },
		{ "http://127.0.0.1:1/b?c", "http://127.0.0.1:65535/b?c",
		    true },
		{ "http://127.0.0.1:1/b", "http://127.0.0.1/b", true },
		{ "http://localhost", "http://localhost:5", true },
		{ "http://[::1]:1/b", "http://[::1]:2/b", true },
		{ "http://127.0.0.1/b", "http://127.0.0.1:/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:0/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:01/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:65536/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:1/B", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:1/b#c", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:1@a.nl/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.1:1.a.nl/b", false },
		{ "http://127.0.0.1/b", "http://localhost:1/b", false },
		{ "http://127.0.0.1/b", "http://127.0.0.2:1/b", false },
		{ "http://127.0.0.1/b", "http://127.1:1/b", false },
		{ "http://127.0.0.1/b", "https://127.0.0.1:1/b", false },
		{ "http://127.0.0.1/b", "HTTP://127.0.0.1:1/b", false },
		{ "http://127.0.0.1/b", "", false },
		{ "https://127.0.0.1/b", "https://127.0.0.1:1/b", false },
		{ "nl.a:/b", "nl.a:/b", true },
		{ "nl.a:/b", "nl.a://b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (uri_is_redirect(str_of(rows[i].registered),
			str_of(rows[i].sent)) != rows[i].same)
			fail_msg("%s and %s", rows[i].registered, rows[i].sent);
	}
	assert_false(
	    uri_is_redirect(STR("https://a.nl/"), STR("https://a.nl/\0")));
}

static void
a_policy_names_the_origin_or_the_scheme(void **state)
{
	static const struct {
		const char *uri, *origin, *source;
	} rows[] = {
		{ "https://a.nl/b?c", "https://a.nl", "https://a.nl" },
		{ "https://a.nl?c", "https://a.nl", "https://a.nl" },
		{ "https://a.nl", "https://a.nl", "https://a.nl" },
		{ "https://a.nl:444/b", "https://a.nl:444",
		    "https://a.nl:444" },
		{ "http://127.0.0.1:5/b", "http://127.0.0.1:5",
		    "http://127.0.0.1:5" },
		{ "http://[::1]:5/b", "http://[::1]:5", "http:" },
		{ "https://[2001:db8::1]/b", "https://[2001:db8::1]",
		    "https:" },
		{ "nl.a:/b", NULL, "nl.a:" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str uri = str_of(rows[i].uri);

		if (!str_eq(uri_origin(uri), str_of(rows[i].origin)) ||
		    !str_eq(uri_source(uri), str_of(rows[i].source)))
			fail_msg("%s", rows[i].uri);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_origin_is_what_a_browser_sends),
		cmocka_unit_test(nothing_else_is_an_origin),
		cmocka_unit_test(a_nul_ends_no_address),
		cmocka_unit_test(hosts_and_labels_have_their_lengths),
		cmocka_unit_test(
		    a_redirect_uri_is_https_loopback_or_an_apps_own),
		cmocka_unit_test(nothing_else_is_a_redirect_uri),
		cmocka_unit_test(a_redirect_uri_has_its_length),
		cmocka_unit_test(a_resource_is_an_absolute_uri),
		cmocka_unit_test(
		    only_the_port_of_a_loopback_address_may_differ),
		cmocka_unit_test(a_policy_names_the_origin_or_the_scheme),
	};

	return UNIT_RUN(tests);
}
