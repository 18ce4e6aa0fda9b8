#include "hubctl/args.h"

#include <stdio.h>
#include <string.h>
#include "unit.h"

#define WORDS_MAX (2 * ARGS_TIMES + 4)

static const char *config, *ttl, *all_value;
static const char *origin[ARGS_TIMES + 1];
static bool help, all;

static const struct option_spec common[] = {
	{ "config", &config, NULL },
	{ "help", NULL, &help },
	{ NULL, NULL, NULL },
};

static const struct option_spec own[] = {
	{ "ttl", &ttl, NULL },
	{ "all", NULL, &all },
	{ "all-values", &all_value, NULL },
	{ "origin...", origin, NULL },
	{ NULL, NULL, NULL },
};

static struct why why;

/*
 * Takes the options out of the words, which are split at spaces ("_" stands
 * for an empty word), and joins what is left; NULL if that is refused.
 */
static const char *
taken(const char *text, bool stop)
{
	static char words[1000], left[200];
	char *argv[WORDS_MAX + 1] = { NULL };
	int argc = 0;

	config = ttl = all_value = NULL;
	help = all = false;
	memset(origin, 0, sizeof(origin));
	why.text[0] = '\0';
	strncpy(words, text, sizeof(words) - 1);
	for (char *p = words; p != NULL && *p != '\0';) {
		char *space = strchr(p, ' ');

		if (space != NULL)
			*space++ = '\0';
		assert_true(argc < WORDS_MAX);
		argv[argc++] = *p == '_' ? p + 1 : p;
		p = space;
	}
	if (args_take(&argc, argv, common, own, stop, &why) != 0)
		return NULL;
	left[0] = '\0';
	for (int i = 0; i < argc; i++) {
		size_t n = strlen(left);

		snprintf(left + n, sizeof(left) - n, "%s%s", i > 0 ? "|" : "",
		    argv[i]);
	}
	return left;
}

static void
assert_refused(const char *text, const char *reason)
{
	assert_null(taken(text, false));
	assert_string_equal(why.text, reason);
}

static void
words_stay_in_their_order(void **state)
{
	(void)state;
	assert_string_equal(taken("", false), "");
	assert_string_equal(taken("b a", false), "b|a");
	assert_string_equal(taken("a _ b", false), "a||b");
}

static void
a_value_follows_or_stands_behind_the_equals_sign(void **state)
{
	(void)state;
	assert_string_equal(taken("--ttl 60", false), "");
	assert_string_equal(ttl, "60");
	assert_string_equal(taken("--ttl=60", false), "");
	assert_string_equal(ttl, "60");
	assert_string_equal(taken("--ttl=a=b", false), "");
	assert_string_equal(ttl, "a=b");
	assert_string_equal(taken("--ttl=", false), "");
	assert_string_equal(ttl, "");
	assert_string_equal(taken("--ttl _", false), "");
	assert_string_equal(ttl, "");
	assert_string_equal(taken("--ttl --all", false), "");
	assert_string_equal(ttl, "--all");
	assert_false(all);
}

static void
options_are_taken_wherever_they_stand(void **state)
{
	(void)state;
	assert_string_equal(
	    taken("one --config file two --all --help three", false),
	    "one|two|three");
	assert_string_equal(config, "file");
	assert_true(all);
	assert_true(help);
	assert_null(ttl);
}

static void
the_last_of_two_values_counts(void **state)
{
	(void)state;
	assert_non_null(taken("--ttl 1 --ttl=2", false));
	assert_string_equal(ttl, "2");
}

static void
an_option_that_repeats_keeps_all_its_values(void **state)
{
	(void)state;
	assert_string_equal(taken("--origin a x --origin=b", false), "x");
	assert_string_equal(origin[0], "a");
	assert_string_equal(origin[1], "b");
	assert_null(origin[2]);
	assert_refused("--origin...=a", "unknown option --origin...");
	assert_refused("--origin", "--origin needs a value");
}

static void
an_option_does_not_repeat_for_ever(void **state)
{
	char text[1000] = "";
	size_t n = 0;

	(void)state;
	for (int i = 0; i < ARGS_TIMES; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, "--origin=%02d ", i);
	assert_non_null(taken(text, false));
	assert_string_equal(origin[ARGS_TIMES - 1], "31");
	assert_null(origin[ARGS_TIMES]);
	snprintf(text + n, sizeof(text) - n, "--origin=x");
	assert_refused(text, "--origin stands more than 32 times");
}

static void
the_whole_name_is_compared(void **state)
{
	(void)state;
	assert_non_null(taken("--all-values=x", false));
	assert_string_equal(all_value, "x");
	assert_false(all);
	assert_refused("--al", "unknown option --al");
	assert_refused("--alll", "unknown option --alll");
	assert_refused("--ALL", "unknown option --ALL");
}

static void
a_dash_is_a_word_and_two_end_the_options(void **state)
{
	(void)state;
	assert_string_equal(taken("-", false), "-");
	assert_string_equal(taken("--ttl -", false), "");
	assert_string_equal(ttl, "-");
	assert_string_equal(taken("-- --ttl -x --", false), "--ttl|-x|--");
	assert_null(ttl);
	assert_string_equal(taken("--all a --", false), "a");
	assert_true(all);
}

static void
the_rest_is_left_alone_after_the_first_word(void **state)
{
	(void)state;
	assert_string_equal(taken("--help token --ttl 5 --unknown --", true),
	    "token|--ttl|5|--unknown|--");
	assert_true(help);
	assert_null(ttl);
}

static void
the_short_form_of_help_is_known(void **state)
{
	(void)state;
	assert_string_equal(taken("one -h", false), "one");
	assert_true(help);
	assert_string_equal(taken("--ttl -h", false), "");
	assert_string_equal(ttl, "-h");
	assert_false(help);
	assert_string_equal(taken("-- -h", false), "-h");
	assert_false(help);
}

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	assert_refused("--nothing", "unknown option --nothing");
	assert_refused("--nothing=x", "unknown option --nothing");
	assert_refused("-H", "unknown option -H");
	assert_refused("--=x", "unknown option --");
	assert_refused("--all=yes", "--all takes no value");
	assert_refused("word --ttl", "--ttl needs a value");
}

static void
a_list_may_be_missing(void **state)
{
	char word[] = "--ttl=1";
	char *argv[] = { word, NULL };
	int argc = 1;

	(void)state;
	assert_int_equal(
	    args_take(&argc, argv, NULL, NULL, false, &why), HUB_EINVAL);
	argc = 1;
	assert_int_equal(args_take(&argc, argv, NULL, own, false, &why), 0);
	assert_int_equal(argc, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stay_in_their_order),
		cmocka_unit_test(
		    a_value_follows_or_stands_behind_the_equals_sign),
		cmocka_unit_test(options_are_taken_wherever_they_stand),
		cmocka_unit_test(the_last_of_two_values_counts),
		cmocka_unit_test(an_option_that_repeats_keeps_all_its_values),
		cmocka_unit_test(an_option_does_not_repeat_for_ever),
		cmocka_unit_test(the_whole_name_is_compared),
		cmocka_unit_test(a_dash_is_a_word_and_two_end_the_options),
		cmocka_unit_test(the_rest_is_left_alone_after_the_first_word),
		cmocka_unit_test(the_short_form_of_help_is_known),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_list_may_be_missing),
	};

	return UNIT_RUN(tests);
}
