#include "hubctl_checks.h"

#include <stdlib.h>
#include "base/json_in.h"
#include "unit.h"

/* Runs a line of shell in which $0 is hubctl. */
static void
shell(struct output *o, const char *line)
{
	site_run(o, NULL, NULL, "/bin/sh",
	    (const char *const[]){
		"-c", line, site_program("HUBCTL", "./hubctl"), NULL });
}

static void
demo_needs_no_store(void **state)
{
	struct output o;

	(void)state;
	shell(&o, "\"$0\" --config /nowhere demo | tail -n 1");
	assert_int_equal(o.status, 0);
	assert_string_equal(o.err, "");
	assert_says(o.out, "{\"type\":\"contract\",\"id\":\"c-915000\"");
}

/* Numbers of the lines of each kind. */
#define COUNT " | cut -d '\"' -f 4 | sort | uniq -c | tr -s ' \\n' ' '"

static void
numbers_that_are_not_given_follow_from_the_others(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "\"$0\" demo --accounts 10" COUNT, "40 contract " },
		{ "\"$0\" demo --accounts 10" COUNT, "2 organization " },
		{ "\"$0\" demo --contracts=41" COUNT, "11 account " },
		{ "\"$0\" demo --seed 3" COUNT, "1000 account " },
		{ "\"$0\" demo --seed 3" COUNT, "4000 contract " },
		{ "\"$0\" demo --seed 3" COUNT, "3 organization " },
		{ "\"$0\" demo --organizations 7 --accounts 1 --contracts "
		  "9" COUNT,
		    "7 organization " },
		{ "\"$0\" demo --organizations 7 --accounts 1 --contracts "
		  "9" COUNT,
		    "9 contract " },
		{ "\"$0\" demo --organizations 0 --accounts 0" COUNT,
		    "3 group " },
	};
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		shell(&o, rows[i].line);
		assert_int_equal(o.status, 0);
		assert_says(o.out, rows[i].says);
	}
}

static void
what_cannot_be_made_up_is_wrong_usage(void **state)
{
	static const struct {
		const char *words[6];
		const char *says;
	} rows[] = {
		{ { "demo", "--accounts", "-1" }, "--accounts: '-1' is not" },
		{ { "demo", "--accounts", "" }, "--accounts: '' is not" },
		{ { "demo", "--accounts", "10000001" }, "0 to 10000000" },
		{ { "demo", "--contracts", "100000001" }, "0 to 100000000" },
		{ { "demo", "--organizations", "1e3" }, "0 to 100000" },
		{ { "demo", "--seed", "18446744073709551616" }, "--seed" },
		{ { "demo", "--accounts", "0", "--contracts", "1" },
		    "contracts need accounts" },
		{ { "demo", "--organizations", "0", "--accounts", "1" },
		    "accounts need organizations" },
		{ { "demo", "--organizations", "0" },
		    "accounts need organizations" },
	};
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		site_run(&o, NULL, NULL, site_program("HUBCTL", "./hubctl"),
		    rows[i].words);
		assert_int_equal(o.status, 2);
		assert_string_equal(o.out, "");
		assert_says(o.err, rows[i].says);
	}
}

/* The records would fill a disk if the program went on. */
static void
an_interrupted_pipe_is_1(void **state)
{
	struct output o;

	(void)state;
	shell(&o,
	    "{ \"$0\" demo --contracts 100000000 --accounts 9; echo $? >&2; }"
	    " | head -n 1 >/dev/null");
	assert_string_equal(o.err, "1\n");
	shell(&o, "{ \"$0\" demo; echo $? >&2; } | head -n 1 >/dev/null");
	assert_string_equal(o.err, "1\n");
}

static void
a_full_disk_is_1(void **state)
{
	static const char *const lines[] = { "\"$0\" demo >/dev/full",
		"\"$0\" demo --list >/dev/full",
		"\"$0\" demo --seed 1 >/dev/full" };
	struct output o;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		shell(&o, lines[i]);
		assert_int_equal(o.status, 1);
		assert_string_equal(
		    o.err, "hubctl: cannot write to standard output\n");
	}
}

static void
demo_lists_its_accounts_as_json(void **state)
{
	struct arena *arena = arena_new(4096, 1 << 20);
	const struct json *list;
	struct str role, username;
	struct output o;
	struct why why;

	hubctl(&o, "demo", "--list");
	assert_done(&o);
	assert_int_equal(json_parse(arena,
			     str_trim((struct str){ o.out, strlen(o.out) - 1 }),
			     65536, &list, &why),
	    0);
	assert_int_equal(list->type, JSON_ARRAY);
	assert_int_equal(list->count, 7);
	assert_true(json_string(json_get(list->child, "role"), &role));
	assert_true(str_eq(role, STR("customer")));
	assert_true(json_string(json_get(list->child, "username"), &username));
	assert_true(str_eq(username, STR(JANSSEN)));
	assert_int_equal(count_in(o.out, "relatiebeheerder"), 1);
	assert_int_equal(count_in(o.out, "organisatiebeheerder"), 1);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demo_needs_no_store),
		cmocka_unit_test(
		    numbers_that_are_not_given_follow_from_the_others),
		cmocka_unit_test(what_cannot_be_made_up_is_wrong_usage),
		cmocka_unit_test(an_interrupted_pipe_is_1),
		cmocka_unit_test(a_full_disk_is_1),
		cmocka_unit_test_setup_teardown(
		    demo_lists_its_accounts_as_json, site_setup, site_teardown),
	};

	return UNIT_RUN(tests);
}
