#include "endpoint/text.h"

#include "unit.h"

static unsigned int
places(struct str text)
{
	unsigned int n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '{';
	return n;
}

/* Also that what is not ASCII is UTF-8, and that nothing would be escaped. */
static void
every_text_stands_in_every_language(void **state)
{
	(void)state;
	for (enum text t = 0; t < TEXTS; t++) {
		unsigned int wanted = places(text_of(t, LANGUAGE_NL));

		for (enum language l = 0; l < LANGUAGES; l++) {
			struct str text = text_of(t, l);

			if (text.n == 0)
				fail_msg("text %u, %s", t, language_code(l));
			assert_true(str_is_utf8(text));
			assert_true(str_eq(text, str_trim(text)));
			assert_int_equal(places(text), wanted);
			assert_int_equal(
			    memmem(text.p, text.n, "{}", 2) != NULL, wanted);
		}
	}
}

/* A text that was not translated would be the same twice. */
static void
languages_differ(void **state)
{
	(void)state;
	for (enum text t = TEXT_LANGUAGE; t < TEXTS; t++) {
		if (str_eq(text_of(t, LANGUAGE_NL), text_of(t, LANGUAGE_EN)))
			fail_msg("text %u", t);
	}
	assert_string_equal(language_code(LANGUAGE_NL), "nl");
	assert_string_equal(language_code(LANGUAGE_EN), "en");
	assert_string_equal(language_name(LANGUAGE_NL), "Nederlands");
	assert_string_equal(language_name(LANGUAGE_EN), "English");
}

static void
months_have_their_names(void **state)
{
	(void)state;
	for (unsigned int m = 1; m <= 12; m++) {
		for (enum language l = 0; l < LANGUAGES; l++)
			assert_true(strlen(language_month(l, m)) >= 3);
	}
	assert_string_equal(language_month(LANGUAGE_NL, 1), "januari");
	assert_string_equal(language_month(LANGUAGE_NL, 12), "december");
	assert_string_equal(language_month(LANGUAGE_EN, 3), "March");
	assert_string_equal(language_month(LANGUAGE_EN, 12), "December");
}

struct choice {
	const char *ui_locales, *accept;
	enum language language;
};

static void
assert_choices(const struct choice *choices, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum language is = language_choose(
		    str_of(choices[i].ui_locales), str_of(choices[i].accept));

		if (is != choices[i].language)
			fail_msg("'%s', '%s': %s", choices[i].ui_locales,
			    choices[i].accept, language_code(is));
	}
}

#define ASSERT_CHOICES(c) assert_choices((c), sizeof(c) / sizeof((c)[0]))

static void
the_parameter_comes_first(void **state)
{
	static const struct choice choices[] = {
		{ "en", "nl", LANGUAGE_EN },
		{ "nl", "en", LANGUAGE_NL },
		{ "en-GB nl", "nl", LANGUAGE_EN },
		{ "EN", "nl", LANGUAGE_EN },
		{ "fr de-AT nl en", "en", LANGUAGE_NL },
		{ "fr", "en", LANGUAGE_EN },
		{ "  en", "nl", LANGUAGE_EN },
		{ "english", "nl", LANGUAGE_NL },
		{ "e", "nl", LANGUAGE_NL },
	};

	(void)state;
	ASSERT_CHOICES(choices);
}

static void
then_the_field_by_its_weights(void **state)
{
	static const struct choice choices[] = {
		{ "", "en", LANGUAGE_EN },
		{ "", "en-US,en;q=0.9", LANGUAGE_EN },
		{ "", "nl-NL,nl;q=0.9,en-US;q=0.8,en;q=0.7", LANGUAGE_NL },
		{ "", "nl;q=0.5, en;q=0.501", LANGUAGE_EN },
		{ "", "nl;q=0.50, en;q=0.5", LANGUAGE_NL },
		{ "", "en ; q=1.000 , nl;q=0.999", LANGUAGE_EN },
		{ "", "fr, de;q=0.9, en;q=0.1", LANGUAGE_EN },
		{ "", "\tEN\t", LANGUAGE_EN },
		{ "", "nl;Q=0.2,en;q=0.3", LANGUAGE_EN },
	};

	(void)state;
	ASSERT_CHOICES(choices);
}

static void
what_is_refused_or_broken_does_not_count(void **state)
{
	static const struct choice choices[] = {
		{ "", "en;q=0", LANGUAGE_NL },
		{ "", "en;q=0.000, nl;q=0.001", LANGUAGE_NL },
		{ "", "en;q=1.5", LANGUAGE_NL },
		{ "", "en;q=2", LANGUAGE_NL },
		{ "", "en;q=", LANGUAGE_NL },
		{ "", "en;q=0.1234", LANGUAGE_NL },
		{ "", "en;q=0x1", LANGUAGE_NL },
		{ "", "en;q=0.x", LANGUAGE_NL },
		{ "", "en;level=1", LANGUAGE_NL },
		{ "", "en;q", LANGUAGE_NL },
		{ "", ";q=1", LANGUAGE_NL },
		{ "", ",,;,", LANGUAGE_NL },
		{ "", "*", LANGUAGE_NL },
		{ "", "fr", LANGUAGE_NL },
		{ "", "", LANGUAGE_NL },
	};

	(void)state;
	ASSERT_CHOICES(choices);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_stands_in_every_language),
		cmocka_unit_test(languages_differ),
		cmocka_unit_test(months_have_their_names),
		cmocka_unit_test(the_parameter_comes_first),
		cmocka_unit_test(then_the_field_by_its_weights),
		cmocka_unit_test(what_is_refused_or_broken_does_not_count),
	};

	return UNIT_RUN(tests);
}
