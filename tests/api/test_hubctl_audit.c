#include "hubctl_checks.h"

#include <string.h>
#include "base/json_in.h"
#include "identity/audit.h"
#include "site_store.h"
#include "unit.h"

/* hubctl audit: what is in the log, who may be asked about, since when. */
#define HEADER                                                                 \
	"TIME                  EVENT                   ACCOUNT       "         \
	"                        CLIENT            SOU"                        \
	"RCE                  BY                      ORGANIZATION  CONTACT "  \
	"          DETAIL\n"

struct repeated {
	const struct audit_rec *rec;
	unsigned int n;
};

static int
put_repeated(struct txn *vault, void *arg)
{
	const struct repeated *repeated = arg;

	for (unsigned int i = 0; i < repeated->n; i++)
		audit_put(vault, repeated->rec);
	return 0;
}

/* N times the same event, put by this process. */
static void
put(const struct site *site, const struct audit_rec *rec, unsigned int n)
{
	struct repeated repeated = { rec, n };

	look_write(site, schema_vault, put_repeated, &repeated);
}

/* The log as the command must have printed it without a failure. */
static const char *
log_of(const struct output *o)
{
	assert_done(o);
	return o->out;
}

static void
events_are_listed_the_oldest_first(void **state)
{
	struct output o;
	const char *first, *second;

	site_do((struct site *)*state, "account", "disable", JANSSEN);
	site_do((struct site *)*state, "account", "enable", JANSSEN);
	hubctl(&o, "audit");
	assert_int_equal(strncmp(log_of(&o), HEADER, strlen(HEADER)), 0);
	first = strstr(o.out,
	    "  account.disabled        " JANSSEN_ID
	    "  hubctl            hubctl ");
	second = strstr(o.out,
	    "  account.enabled         " JANSSEN_ID
	    "  hubctl            hubctl ");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	/* No name stands in the log. */
	assert_null(strstr(o.out, JANSSEN));
}

static void
one_accounts_events_are_found_by_name_and_by_id(void **state)
{
	static const struct audit_rec gone = { .event = STR("account.revoked"),
		.account = STR("long-gone") };
	struct output o;

	site_do((struct site *)*state, "account", "revoke", JANSSEN);
	site_do((struct site *)*state, "account", "revoke", BOS);
	put(*state, &gone, 1);
	hubctl(&o, "audit", "--account", "J.Janssen@Example.NL");
	assert_int_equal(count_in(log_of(&o), "\n"), 2);
	assert_says(o.out, JANSSEN_ID);
	hubctl(&o, "audit", "--account", JANSSEN_ID);
	assert_int_equal(count_in(log_of(&o), "\n"), 2);
	hubctl(&o, "audit", "--account", "long-gone");
	assert_int_equal(count_in(log_of(&o), "\n"), 2);
	hubctl(&o, "audit");
	assert_int_equal(count_in(log_of(&o), "account.revoked"), 3);
	hubctl(&o, "audit", "--account", "nobody@example.nl");
	assert_int_equal(o.status, 1);
	assert_string_equal(o.out, "");
	assert_says(o.err, "there is no account nobody@example.nl");
}

static void
each_line_of_json_is_one_event(void **state)
{
	static const struct audit_rec odd = { .event = STR("odd"),
		.client = STR("app"),
		.source = STR("192.0.2.1"),
		.detail = STR("a \"quoted\"\x1b[31m word") };
	struct arena *arena = arena_new(4096, 1 << 20);
	struct site *site = *state;
	const struct json *event;
	struct output o;
	struct str rest, line;
	struct why why;
	unsigned int n = 0;

	put(site, &odd, 2);
	hubctl(&o, "audit", "--json");
	rest = str_of(log_of(&o));
	while (str_split(&rest, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (json_parse(arena, line, line.n, &event, &why) != 0)
			fail_msg("%s: %.*s", why.text, STR_ARG(line));
		n++;
	}
	assert_true(n > 2);
	assert_int_equal(count_in(o.out, "\n"), n);
	assert_int_equal(count_in(o.out,
			     "Z\",\"event\":\"odd\",\"account\":null,"
			     "\"client\":\"app\",\"source\":\"192.0.2.1\","
			     "\"by\":null,\"organization\":null,"
			     "\"contact\":null,\"detail\":\"a "
			     "\\\"quoted\\\"\\u001B[31m word\"}"
			     "\n"),
	    2);
	hubctl(&o, "audit");
	assert_says(log_of(&o), "a \"quoted\"\\x1b[31m word\n");
	arena_free(arena);
}

/* What an employee did, as the endpoints write it. */
static const struct audit_rec by_an_employee = {
	.event = STR("password.reset"),
	.account = STR(JANSSEN_ID),
	.client = STR("hub-beheer"),
	.source = STR("192.0.2.7"),
	.by = STR("e-102"),
	.organization = STR("o1"),
	.contact = STR("c1"),
	.detail = STR("=1+1, \"so\""),
};

static void
events_are_found_by_organisation_contact_and_who_did_it(void **state)
{
	static const struct {
		const char *option, *value;
		int lines; /* with that of the titles */
	} asked[] = {
		{ "--organization", "o1", 2 },
		{ "--organization", "o2", 1 },
		{ "--contact", "c1", 2 },
		{ "--contact", "c2", 1 },
		{ "--account", "e-102", 2 },
		{ "--account", JANSSEN_ID, 2 },
	};
	struct output o;

	put(*state, &by_an_employee, 1);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		hubctl(&o, "audit", asked[i].option, asked[i].value);
		assert_int_equal(count_in(log_of(&o), "\n"), asked[i].lines);
	}
	hubctl(
	    &o, "audit", "--organization", "o1", "--contact", "c1", "--json");
	assert_says(log_of(&o),
	    "\"by\":\"e-102\",\"organization\":\"o1\",\"contact\":\"c1\",");
	hubctl(&o, "audit", "--organization", "o1", "--contact", "c2");
	assert_string_equal(log_of(&o), HEADER);
}

static void
a_table_computes_nothing(void **state)
{
	struct output o;

	put(*state, &by_an_employee, 1);
	hubctl(&o, "audit", "--csv", "--contact", "c1");
	assert_ptr_equal(strstr(log_of(&o),
			     "time,event,account,client,source,by,"
			     "organization,contact,detail\r\n20"),
	    o.out);
	assert_says(o.out,
	    "Z,password.reset," JANSSEN_ID ",hub-beheer,192.0.2.7,e-102,o1,c1,"
	    "\"'=1+1, \"\"so\"\"\"\r\n");
	hubctl(&o, "audit", "--csv", "--json");
	assert_int_equal(o.status, 2);
	assert_says(o.err, "which of the two?");
}

static void
a_log_of_many_pages_comes_whole(void **state)
{
	static const struct audit_rec many = { .event = STR("e") };
	static const struct audit_rec last = { .event = STR("last"),
		.account = STR("a") };
	struct output o;

	put(*state, &last, 1);
	put(*state, &many, 1200);
	put(*state, &last, 2);
	hubctl(&o, "audit", "--account", "a", "--since=1d");
	assert_int_equal(count_in(log_of(&o), "  last "), 3);
	assert_int_equal(count_in(o.out, "\n"), 4);
}

static void
since_takes_a_moment_or_a_span(void **state)
{
	static const char *const all[] = { "3d", "2h", "60m", "3600s",
		"2020-01-31", "2020-01-31T12:00:00Z" };
	static const char *const none[] = { "9999-01-01",
		"9999-01-01T12:00:00Z" };
	static const char *const bad[] = { "", "h", "2", "2w", "-2h", "1.5h",
		"yesterday", "2026-02-30", "99999999d" };
	struct output o;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		hubctl(&o, "audit", "--since", all[i]);
		assert_true(count_in(log_of(&o), "key.created") == 1);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		hubctl(&o, "audit", "--since", none[i]);
		assert_string_equal(log_of(&o), HEADER);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		hubctl(&o, "audit", "--since", bad[i]);
		assert_int_equal(o.status, 2);
		assert_says(o.err, "--since: ");
		assert_says(o.err, "Try: hubctl audit --help");
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, site_setup_filled, site_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_listed_the_oldest_first),
		TEST(one_accounts_events_are_found_by_name_and_by_id),
		TEST(each_line_of_json_is_one_event),
		TEST(events_are_found_by_organisation_contact_and_who_did_it),
		TEST(a_table_computes_nothing),
		TEST(a_log_of_many_pages_comes_whole),
		TEST(since_takes_a_moment_or_a_span),
	};

	return UNIT_RUN(tests);
}
