#include "endpoint/html.h"

#include "unit.h"

#define REPLACED "\xef\xbf\xbd"

static void
assert_html(struct str text, const char *expected)
{
	struct buf out;

	buf_init(&out, 4096);
	html_put(&out, text);
	assert_int_equal(buf_error(&out), 0);
	if (!str_eq(buf_view(&out), str_of(expected)))
		fail_msg("'%.*s' is not '%s'", (int)out.n, out.p, expected);
	buf_free(&out);
}

static void
what_means_something_is_escaped(void **state)
{
	(void)state;
	assert_html(STR("<script src=\"a\">'&'</script>"),
	    "&lt;script src=&quot;a&quot;&gt;&#39;&amp;&#39;&lt;/script&gt;");
	assert_html(STR("&amp;"), "&amp;amp;");
	assert_html(STR(""), "");
}

static void
other_characters_stand_as_they_are(void **state)
{
	(void)state;
	assert_html(STR("Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x90\x98 =/`{}"),
	    "Zo\xc3\xab \xe2\x82\xac \xf0\x9f\x90\x98 =/`{}");
}

static void
broken_bytes_cannot_swallow_what_follows(void **state)
{
	(void)state;
	assert_html(STR("\xc3\"<"), REPLACED "&quot;&lt;");
	assert_html(STR("\xe2\x82<"), REPLACED REPLACED "&lt;");
	assert_html(STR("a\xff"), "a" REPLACED);
	assert_html(STR("\xc0\xbc"), REPLACED REPLACED);
	assert_html(STR("\xed\xa0\x80"), REPLACED REPLACED REPLACED);
	assert_html(
	    STR("a\0b\r\n\x7f"), "a" REPLACED "b" REPLACED REPLACED REPLACED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_means_something_is_escaped),
		cmocka_unit_test(other_characters_stand_as_they_are),
		cmocka_unit_test(broken_bytes_cannot_swallow_what_follows),
	};

	return UNIT_RUN(tests);
}
