#include "hubd/passed.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "unit.h"

static struct passed passed;
static struct why why;

/* Reads these values of the three variables; NULL: not set. */
static int
read_them(const char *pid, const char *count, const char *names)
{
	const char *const set[][2] = { { "LISTEN_PID", pid },
		{ "LISTEN_FDS", count }, { "LISTEN_FDNAMES", names } };

	why.text[0] = '\0';
	for (size_t i = 0; i < 3; i++) {
		if (set[i][1] == NULL)
			unsetenv(set[i][0]);
		else
			setenv(set[i][0], set[i][1], 1);
	}
	return passed_read(&passed, &why);
}

static const char *
own_pid(void)
{
	static char text[16];

	snprintf(text, sizeof(text), "%ld", (long)getpid());
	return text;
}

static void
nothing_is_passed_without_the_variables(void **state)
{
	(void)state;
	assert_int_equal(read_them(NULL, NULL, NULL), 0);
	assert_int_equal(passed.count, 0);
	assert_int_equal(read_them(NULL, NULL, "readers"), 0);
	assert_int_equal(passed.count, 0);
}

static void
what_is_meant_for_another_process_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(read_them("1", "3", "a:b:c"), 0);
	assert_int_equal(passed.count, 0);
	/* How many there are is then not ours to judge. */
	assert_int_equal(read_them("1", "many", NULL), 0);
	assert_int_equal(passed.count, 0);
}

static void
the_descriptors_begin_at_three(void **state)
{
	(void)state;
	assert_int_equal(read_them(own_pid(), "2", "keepers:readers"), 0);
	assert_int_equal(passed.first, 3);
	assert_int_equal(passed.count, 2);
	assert_string_equal(passed.names, "keepers:readers");
	assert_int_equal(read_them(own_pid(), "1", NULL), 0);
	assert_int_equal(passed.count, 1);
	assert_string_equal(passed.names, "");
}

static void
variables_that_make_no_sense_are_refused(void **state)
{
	static const char *const counts[] = { NULL, "", "0", "-1", "1x", " 1",
		"65", "18446744073709551617" };
	static const char *const pids[] = { NULL, "", "self", "-1",
		"4294967297" };
	char names[300];

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		assert_int_equal(
		    read_them(own_pid(), counts[i], NULL), HUB_EINVAL);
		assert_non_null(strstr(why.text, "LISTEN_FDS"));
		assert_int_equal(passed.count, 0);
	}
	for (size_t i = 0; i < sizeof(pids) / sizeof(pids[0]); i++) {
		assert_int_equal(read_them(pids[i], "1", NULL), HUB_EINVAL);
		assert_non_null(strstr(why.text, "LISTEN_PID"));
	}
	memset(names, 'n', sizeof(names));
	names[255] = '\0';
	assert_int_equal(read_them(own_pid(), "1", names), 0);
	assert_int_equal(strlen(passed.names), 255);
	names[255] = 'n';
	names[256] = '\0';
	assert_int_equal(read_them(own_pid(), "1", names), HUB_ETOOBIG);
	assert_int_equal(passed.count, 0);
}

/* A child that started programs would pass them on. */
static void
the_variables_are_gone_whatever_the_result(void **state)
{
	const char *const pids[] = { own_pid(), "1", "x" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		read_them(pids[i], "1", "readers");
		assert_null(getenv("LISTEN_PID"));
		assert_null(getenv("LISTEN_FDS"));
		assert_null(getenv("LISTEN_FDNAMES"));
	}
}

static int
choose(unsigned int count, const char *names, enum pool pool)
{
	struct passed p = { .first = 3, .count = count };

	snprintf(p.names, sizeof(p.names), "%s", names);
	return passed_choose(&p, pool);
}

static void
the_only_one_is_taken_and_of_several_the_one_with_the_name(void **state)
{
	(void)state;
	assert_int_equal(choose(1, "", POOL_READERS), 0);
	assert_int_equal(choose(1, "hub-readers.socket", POOL_READERS), 0);
	assert_int_equal(choose(2, "readers:keepers", POOL_READERS), 0);
	assert_int_equal(choose(2, "readers:keepers", POOL_KEEPERS), 1);
	assert_int_equal(choose(2, "readers:keepers", POOL_SIGNIN), -1);
	assert_int_equal(choose(2, "", POOL_READERS), -1);
	assert_int_equal(choose(3, "a::signin", POOL_SIGNIN), 2);
	assert_int_equal(choose(2, "readers2:xreaders", POOL_READERS), -1);
	/* A name without a descriptor. */
	assert_int_equal(choose(2, "a:b:readers", POOL_READERS), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_passed_without_the_variables),
		cmocka_unit_test(
		    what_is_meant_for_another_process_is_left_alone),
		cmocka_unit_test(the_descriptors_begin_at_three),
		cmocka_unit_test(variables_that_make_no_sense_are_refused),
		cmocka_unit_test(the_variables_are_gone_whatever_the_result),
		cmocka_unit_test(
		    the_only_one_is_taken_and_of_several_the_one_with_the_name),
	};

	return UNIT_RUN(tests);
}
