#include "directory/username.h"

#include <stdio.h>
#include <string.h>
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define LOCAL_64                                                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL_63                                                               \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
assert_taken(const char *text, const char *wanted)
{
	struct why why = { "" };
	struct str out;

	if (username_check(str_of(text), &out, &why) != 0 ||
	    !str_eq(out, str_of(wanted)))
		fail_msg("'%s' became '%.*s' %s", text, STR_ARG(out), why.text);
}

static void
assert_refused(struct str text, const char *reason)
{
	struct str out = STR("untouched");
	struct why why = { "" };

	if (username_check(text, &out, &why) != HUB_EINVAL)
		fail_msg("'%.*s' was taken", STR_ARG(text));
	assert_string_equal(why.text, reason);
	assert_null(out.p);
}

static void
addresses_are_taken_as_they_are_given(void **state)
{
	static const char *const good[] = {
		"j.janssen@example.nl",
		"J.Janssen@Example.NL",
		"a@b",
		"a+tag@example.nl",
		"!#$%&'*+-/=?^_`{|}~@example.nl",
		"1@2.3",
		"a@xn--bcher-kva.example",
		"a@b-c.d--e",
		LOCAL_64 "@" LABEL_63 ".nl",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_taken(good[i], good[i]);
}

static void
blanks_at_both_ends_are_trimmed(void **state)
{
	(void)state;
	assert_taken("  a@b.nl\t ", "a@b.nl");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"  ",
		"@",
		"a",
		"a@",
		"@b",
		"a@b@c",
		"a b@c",
		"a@b c",
		".a@b",
		"a.@b",
		"a..b@c",
		"a@.b",
		"a@b.",
		"a@b..c",
		"a@-b",
		"a@b-",
		"a@b_c",
		"a@[127.0.0.1]",
		"\"a\"@b",
		"<a@b>",
		"a(x)@b",
		"a,b@c",
		"a;b@c",
		"a:b@c",
		"a\\b@c",
		"a@b\n",
		"\na@b",
		"a\x7f@b",
		"caf\xc3\xa9@b",
		"a@caf\xc3\xa9",
		LOCAL_64 "a@b",
		"a@" LABEL_63 "b.nl",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_refused(str_of(bad[i]), "not an e-mail address");
	assert_refused(STR("a\0@b"), "not an e-mail address");
	assert_refused(STR("a@b\0"), "not an e-mail address");
	assert_refused(STR_NONE, "not an e-mail address");
}

/* Blanks around it do not count. */
static void
the_length_is_bounded_after_trimming(void **state)
{
	char text[] = "  " LOCAL_64 "@" LABEL_63 "." LABEL_63 "." LABEL_63;
	size_t n = sizeof(text) - 1;
	struct str out;

	(void)state;
	assert_int_equal(n - 2, 256);
	assert_refused(str_of(text), "longer than 254 bytes");
	text[n - 1] = ' ';
	assert_refused(str_of(text), "longer than 254 bytes");
	text[n - 2] = '\t';
	assert_int_equal(str_trim(str_of(text)).n, USERNAME_MAX);
	assert_int_equal(username_check(str_of(text), &out, NULL), 0);
	assert_int_equal(out.n, USERNAME_MAX);
}

static void
what_a_person_gave_is_quoted(void **state)
{
	char text[100], want[200];
	struct str out;
	struct why why;

	(void)state;
	assert_int_equal(username_given(STR(" jan@b.nl "), &out, &why), 0);
	assert_true(str_eq(out, STR("jan@b.nl")));
	assert_int_equal(username_given(STR("jan"), &out, &why), HUB_EINVAL);
	assert_string_equal(
	    why.text, "the address 'jan': not an e-mail address");
	assert_int_equal(username_given(STR(""), &out, &why), HUB_EINVAL);
	assert_string_equal(why.text, "the address '': not an e-mail address");
	memset(text, 'x', sizeof(text));
	username_given((struct str){ text, 60 }, &out, &why);
	snprintf(want, sizeof(want),
	    "the address '%.60s': not an e-mail address", text);
	assert_string_equal(why.text, want);
	username_given((struct str){ text, 61 }, &out, &why);
	snprintf(want, sizeof(want),
	    "the address '%.60s...': not an e-mail address", text);
	assert_string_equal(why.text, want);
}

static void
folding_changes_the_case_of_ascii_only(void **state)
{
	struct arena *arena = arena_new(1024, 4096);
	struct arena *small = arena_new(16, 16);
	struct str name = STR("J.Janssen@EXAMPLE.nl{Z}\xc3\x89");

	(void)state;
	assert_true(str_eq(username_fold(arena, name),
	    STR("j.janssen@example.nl{z}\xc3\x89")));
	assert_true(str_eq(name, STR("J.Janssen@EXAMPLE.nl{Z}\xc3\x89")));
	assert_null(username_fold(small, name).p);
	arena_free(small);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_taken_as_they_are_given),
		cmocka_unit_test(blanks_at_both_ends_are_trimmed),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(the_length_is_bounded_after_trimming),
		cmocka_unit_test(what_a_person_gave_is_quoted),
		cmocka_unit_test(folding_changes_the_case_of_ascii_only),
	};

	return UNIT_RUN(tests);
}
