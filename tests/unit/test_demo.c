#include "hubctl/demo_set.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/map.h"
#include "hubctl/demo_contract.h"
#include "unit.h"

enum kind { ORGANIZATION, GROUP, CONTACT, ACCOUNT, CONTRACT, KINDS };

static const char *const kind_names[KINDS] = { "organization", "group",
	"contact", "account", "contract" };

/* What was found in records; each line is checked as it is read. */
struct findings {
	struct arena *arena; /* of the line */
	struct map *known;   /* "KIND ID", "KIND ORGANIZATION DOSSIER", ... */
	struct map *size;    /* "ORGANIZATION DOSSIER" -> contracts */
	uint64_t count[KINDS];
	uint64_t employees, with_two, without_account, versions;
};

static int
setup(void **state)
{
	struct findings *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->arena = arena_new(65536, 1 << 20);
	f->known = map_new();
	f->size = map_new();
	*state = f;
	return f->arena == NULL || f->known == NULL || f->size == NULL;
}

static int
teardown(void **state)
{
	struct findings *f = *state;

	arena_free(f->arena);
	map_free(f->known);
	map_free(f->size);
	free(f);
	return 0;
}

/* The records of a plan, or the default ones; free() gives them back. */
static struct str
records_of(const struct demo_plan *plan, bool list)
{
	struct demo_out out;
	char *text = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&text, &n);

	assert_non_null(file);
	demo_out_begin(&out, file, list);
	if (plan == NULL)
		demo_set_write(&out);
	else
		demo_plan_write(&out, plan);
	assert_int_equal(demo_out_end(&out), 0);
	assert_int_equal(fclose(file), 0);
	return (struct str){ text, n };
}

static struct str
text_of(const struct json *record, const char *name)
{
	struct str text;

	if (!json_string(json_get(record, name), &text))
		fail_msg("a record has no text %s", name);
	return text;
}

static struct str
name_in(struct findings *f, const char *what, struct str a, struct str b)
{
	char *name = arena_printf(
	    f->arena, "%s %.*s %.*s", what, STR_ARG(a), STR_ARG(b));

	assert_non_null(name);
	return str_of(name);
}

static bool
is_known(struct findings *f, const char *what, struct str a, struct str b)
{
	struct str value;

	return map_get(f->known, name_in(f, what, a, b), &value);
}

static void
claim(struct findings *f, const char *what, struct str a, struct str b)
{
	if (is_known(f, what, a, b))
		fail_msg("twice: %s %.*s %.*s", what, STR_ARG(a), STR_ARG(b));
	assert_true(map_put(f->known, name_in(f, what, a, b), STR("")));
}

static void
need(struct findings *f, const char *what, struct str id)
{
	if (!is_known(f, what, id, STR("")))
		fail_msg("there is no %s %.*s", what, STR_ARG(id));
}

static void
note_contact(struct findings *f, const struct json *r)
{
	struct str organization = text_of(r, "organizationId");
	struct str number = text_of(r, "dossierNumber");

	need(f, "organization", organization);
	claim(f, "contact of", organization, number);
	text_of(r, "kind");
	text_of(r, "lastName");
}

static void
fold(char to[255], struct str name)
{
	assert_true(name.n < 255);
	for (size_t i = 0; i < name.n; i++)
		to[i] = char_lower(name.p[i]);
	to[name.n] = '\0';
}

/* Accounts follow their contacts. */
static void
note_account(struct findings *f, const struct json *r)
{
	const struct json *dossiers = json_get(r, "dossiers");
	const struct json *roles = json_get(r, "roles");
	char name[255];

	fold(name, text_of(r, "name"));
	claim(f, "username", str_of(name), STR(""));
	assert_true(str_is_print(str_of(name)));
	assert_true((dossiers == NULL) != (roles == NULL));
	f->employees += roles != NULL;
	if (roles != NULL) {
		need(f, "organization", roles->child->name);
		need(f, "group", roles->child->child->text);
		return;
	}
	need(f, "group", json_get(r, "groupIds")->child->text);
	assert_in_range(dossiers->count, 1, 2);
	f->with_two += dossiers->count == 2;
	for (const struct json *d = dossiers->child; d != NULL; d = d->next) {
		assert_true(is_known(f, "contact of", d->name, d->text));
		claim(f, "account of", d->name, d->text);
	}
}

/* Both notations give an amount two decimals, and none a currency. */
static void
check_amount(const struct json *amount, enum json_type type)
{
	assert_non_null(amount);
	assert_int_equal(amount->type, type);
	assert_true(amount->text.n >= 4);
	assert_int_equal(amount->text.p[amount->text.n - 3], '.');
}

static void
check_date(struct str date, bool afd1)
{
	uint64_t year;

	assert_int_equal(date.n, afd1 ? 8 : 10);
	assert_true(str_u64((struct str){ date.p, 4 }, 2100, &year));
	assert_in_range(year, 2000, 2030);
}

static void
check_notation(const struct json *r, const struct json *metadata)
{
	const struct json *content = json_get(r, "content");
	const struct json *document = json_get(content, "Contractdocument");

	if (str_eq(text_of(r, "format"), STR("AFD1"))) {
		check_date(text_of(metadata, "PP_INGDAT"), true);
		check_date(text_of(metadata, "PP_EXPDAT"), true);
		check_amount(
		    json_get(json_get(document, "PP"), "PP_NJP"), JSON_STRING);
		return;
	}
	assert_true(str_eq(text_of(r, "format"), STR("AFD2")));
	check_date(text_of(metadata, "effectiveDate"), false);
	check_date(text_of(metadata, "expiryDate"), false);
	check_amount(json_get(metadata, "netPremiumInstallment"), JSON_NUMBER);
	for (const struct json *e = content->child; e != NULL; e = e->next) {
		assert_int_equal(e->type, JSON_ARRAY);
		for (const struct json *o = e->child; o != NULL; o = o->next)
			text_of(o, "entityType");
	}
}

static uint64_t
contracts_of(struct findings *f, struct str organization, struct str number)
{
	struct str value;
	uint64_t n = 0;

	if (map_get(f->size, name_in(f, "", organization, number), &value))
		assert_true(str_u64(value, UINT64_MAX, &n));
	return n;
}

static void
note_contract(struct findings *f, const struct json *r)
{
	struct str organization = text_of(r, "organizationId");
	struct str number = text_of(r, "dossierNumber");
	struct str place = name_in(f, "", organization, number), value;
	struct str status = text_of(r, "status");
	char text[24];
	uint64_t n = 0;

	if (!is_known(f, "account of", organization, number))
		f->without_account++;
	assert_true(is_known(f, "contact of", organization, number));
	if (map_get(f->size, place, &value))
		assert_true(str_u64(value, UINT64_MAX, &n));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n + 1);
	assert_true(map_put(f->size, place, str_of(text)));
	if (!is_known(f, "status", status, text_of(r, "format")))
		claim(f, "status", status, text_of(r, "format"));
	f->versions += json_get(r, "version") != NULL;
	check_notation(r, json_get(r, "metadata"));
}

static enum kind
kind_of(struct str type)
{
	enum kind kind = 0;

	while (kind < KINDS && !str_eq(type, str_of(kind_names[kind])))
		kind++;
	assert_in_range(kind, 0, KINDS - 1);
	return kind;
}

static void
note_line(struct findings *f, struct str line)
{
	const struct json *r;
	struct why why;
	enum kind kind;

	if (json_parse(f->arena, line, line.n, &r, &why) != 0)
		fail_msg("%s: %.*s", why.text, STR_ARG(line));
	kind = kind_of(text_of(r, "type"));
	f->count[kind]++;
	assert_true(str_is_id(text_of(r, "id")));
	claim(f, kind_names[kind], text_of(r, "id"), STR(""));
	if (kind == CONTACT)
		note_contact(f, r);
	else if (kind == ACCOUNT)
		note_account(f, r);
	else if (kind == CONTRACT)
		note_contract(f, r);
	arena_reset(f->arena);
}

static void
note_all(struct findings *f, struct str records)
{
	struct str line;

	assert_true(records.n > 0 && records.p[records.n - 1] == '\n');
	records.n--;
	while (str_split(&records, '\n', &line))
		note_line(f, line);
}

static void
note_plan(struct findings *f, const struct demo_plan *plan)
{
	struct str records = records_of(plan, false);

	note_all(f, records);
	free((char *)records.p);
}

static void
the_default_records_hold_together_and_show_every_case(void **state)
{
	static const char *const states[] = { DEMO_ACTIVE, DEMO_SUSPENDED,
		DEMO_PAID_UP, DEMO_CANCELLED };
	struct findings *f = *state;

	note_plan(f, NULL);
	assert_int_equal(f->count[ORGANIZATION], 2);
	assert_int_equal(f->count[GROUP], 3);
	assert_int_equal(f->count[ACCOUNT], 7);
	assert_int_equal(f->employees, 2);
	assert_in_range(contracts_of(f, STR("1001"), STR("204517")), 1, 20);
	assert_in_range(contracts_of(f, STR("1001"), STR("204533")), 1, 20);
	assert_int_equal(contracts_of(f, STR("1001"), STR("204602")), 0);
	assert_in_range(contracts_of(f, STR("1001"), STR("204710")), 1, 20);
	assert_in_range(contracts_of(f, STR("1007"), STR("88012")), 1, 20);
	assert_int_equal(contracts_of(f, STR("1007"), STR("90001")), 5000);
	assert_int_equal(f->with_two, 1);
	assert_in_range(f->without_account, 1, 20);
	assert_true(f->versions > 0);
	for (size_t i = 0; i < 4; i++) {
		assert_true(
		    is_known(f, "status", str_of(states[i]), STR("AFD1")));
		assert_true(
		    is_known(f, "status", str_of(states[i]), STR("AFD2")));
	}
	assert_true(is_known(f, "contact of", STR("1001"), STR("204801")));
	assert_false(is_known(f, "account of", STR("1001"), STR("204801")));
	assert_true(is_known(f, "contact of", STR("1007"), STR("90101")));
	assert_false(is_known(f, "account of", STR("1007"), STR("90101")));
}

static void
assert_holds(struct str records, const char *text)
{
	if (memmem(records.p, records.n, text, strlen(text)) == NULL)
		fail_msg("nowhere: %s", text);
}

static void
the_default_records_have_the_examples_of_the_api(void **state)
{
	struct str records = records_of(NULL, false);

	(void)state;
	assert_holds(records,
	    "{\"type\":\"contact\",\"id\":\"k-204517\",\"organizationId\":"
	    "\"1001\",\"dossierNumber\":\"204517\",\"kind\":\"person\","
	    "\"firstName\":\"Jan\",\"middleName\":\"van\",\"lastName\":"
	    "\"Janssen\",\"email\":\"j.janssen@example.nl\"}\n");
	assert_holds(records,
	    "{\"type\":\"account\",\"id\":"
	    "\"5f3c1a90-7d1e-4a55-9a0e-2f7f6f0c1b11\",\"name\":"
	    "\"j.janssen@example.nl\",\"email\":\"j.janssen@example.nl\","
	    "\"firstName\":\"Jan\",\"middleName\":\"van\",\"lastName\":"
	    "\"Janssen\",\"dossiers\":{\"1001\":\"204517\"},\"groupIds\":["
	    "\"101\"]}\n");
	assert_holds(records,
	    "\"c-900001\",\"version\":7,\"organizationId\":\"1001\","
	    "\"dossierNumber\":\"204517\",\"format\":\"AFD2\",\"status\":"
	    "\"ACTIVE\",\"metadata\":{\"contractNumber\":\"P20220101-010\","
	    "\"businessLine\":\"021\",\"porCompany\":\"A001\","
	    "\"description\":\"Personenauto AB-12-CD\",\"effectiveDate\":"
	    "\"2022-04-01\",\"expiryDate\":\"2027-04-01\","
	    "\"netPremiumInstallment\":85.90},");
	free((char *)records.p);
}

static void
the_list_has_the_accounts_in_their_order(void **state)
{
	static const char wanted[] =
	    "[{\"role\":\"customer\",\"username\":\"j.janssen@example.nl\"},"
	    "{\"role\":\"customer\",\"username\":\"F.el.Amrani@example.nl\"},"
	    "{\"role\":\"customer\",\"username\":\"s.bos@example.nl\"},"
	    "{\"role\":\"customer\",\"username\":\"z.yilmaz@example.nl\"},"
	    "{\"role\":\"customer\",\"username\":\"wagenpark@example.nl\"},"
	    "{\"role\":\"relatiebeheerder\",\"username\":"
	    "\"r.devries@example.nl\"},"
	    "{\"role\":\"organisatiebeheerder\",\"username\":"
	    "\"o.smit@example.nl\"}]\n";
	struct str list = records_of(NULL, true);

	(void)state;
	assert_int_equal(list.n, sizeof(wanted) - 1);
	assert_memory_equal(list.p, wanted, list.n);
	free((char *)list.p);
}

static void
a_planned_list_has_every_account(void **state)
{
	const struct demo_plan plan = { 2, 100, 400, 1 }, none = { 0 };
	struct findings *f = *state;
	struct str list = records_of(&plan, true);
	const struct json *array;

	assert_int_equal(json_parse(f->arena, list, list.n, &array, NULL), 0);
	assert_int_equal(array->count, 100);
	free((char *)list.p);
	list = records_of(&none, true);
	assert_true(str_eq(list, STR("[]\n")));
	free((char *)list.p);
}

static void
a_plan_is_met_exactly(void **state)
{
	static const struct demo_plan plans[] = { { 0, 0, 0, 1 },
		{ 3, 0, 0, 1 }, { 1, 1, 0, 1 }, { 1, 1, 1, 2 }, { 2, 1, 50, 3 },
		{ 40, 20, 7, 4 }, { 1, 60, 1, 5 },
		{ 7, 333, 2222, UINT64_MAX } };
	struct findings *f;

	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		assert_int_equal(setup((void **)&f), 0);
		note_plan(f, &plans[i]);
		assert_int_equal(
		    f->count[ORGANIZATION], plans[i].organizations);
		assert_int_equal(f->count[GROUP], 3);
		assert_int_equal(f->count[ACCOUNT], plans[i].accounts);
		assert_int_equal(f->count[CONTRACT], plans[i].contracts);
		assert_int_equal(f->without_account, 0);
		teardown((void **)&f);
	}
}

static void
a_plan_is_spread_as_in_life(void **state)
{
	const struct demo_plan plan = { 5, 2000, 8000, 1 };
	struct findings *f = *state;
	uint64_t few = 0, hundreds = 0, dossiers, n;
	struct str records = records_of(&plan, false), rest = records, line;

	note_all(f, records);
	dossiers = f->count[ACCOUNT] - f->employees + f->with_two;
	while (str_split(&rest, '\n', &line)) {
		const struct json *r;

		if (!str_starts(line, STR("{\"type\":\"contact\"")))
			continue;
		assert_int_equal(
		    json_parse(f->arena, line, line.n, &r, NULL), 0);
		n = contracts_of(f, text_of(r, "organizationId"),
		    text_of(r, "dossierNumber"));
		few += n >= 1 && n <= 8;
		hundreds += n >= 100;
		arena_reset(f->arena);
	}
	free((char *)records.p);
	assert_in_range(few, dossiers * 8 / 10, dossiers);
	assert_in_range(hundreds, 1, 20);
	assert_in_range(f->with_two, 10, 40);
	assert_int_equal(f->employees, 10);
	/* Contacts whom nobody has given an account yet. */
	assert_in_range(f->count[CONTACT], dossiers + 150, dossiers + 250);
}

static void
a_seed_decides_about_every_byte(void **state)
{
	struct demo_plan plan = { 3, 200, 800, 7 };
	struct str first = records_of(&plan, false);
	struct str again = records_of(&plan, false), other;

	(void)state;
	plan.seed = 8;
	other = records_of(&plan, false);
	assert_true(str_eq(first, again));
	assert_false(str_eq(first, other));
	free((char *)first.p);
	free((char *)again.p);
	free((char *)other.p);
}

/* The numbers that the inventor of the generator gives for a state of 0. */
static void
the_random_numbers_are_the_same_everywhere(void **state)
{
	struct demo_random r = { 0 };

	(void)state;
	assert_int_equal(demo_random_next(&r), UINT64_C(0xe220a8397b1dcdaf));
	assert_int_equal(demo_random_next(&r), UINT64_C(0x6e789e6aa1b965f4));
	assert_int_equal(demo_random_next(&r), UINT64_C(0x06c45d188009454f));
	for (int i = 0; i < 1000; i++)
		assert_in_range(demo_random_below(&r, 3), 0, 2);
}

static void
a_file_that_takes_no_more_ends_it(void **state)
{
	const struct demo_plan plan = { 10, DEMO_ACCOUNTS_MAX / 100,
		DEMO_CONTRACTS_MAX, 1 };
	FILE *full = fopen("/dev/full", "w");
	struct demo_out out;

	(void)state;
	assert_non_null(full);
	demo_out_begin(&out, full, false);
	demo_plan_write(&out, &plan);
	assert_int_equal(demo_out_end(&out), HUB_EIO);
	fclose(full);
}

static void
assert_refused(const struct demo_person *holder)
{
	const struct demo_dossier dossier = { "1001", "1" };
	struct demo_contract c = { .id = "c-1",
		.dossier = &dossier,
		.holder = holder,
		.status = DEMO_ACTIVE };
	struct demo_random random;
	struct demo_out out;
	char *text = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&text, &n);

	demo_random_begin(&random, 1, 1, 1);
	demo_contract_fill(&c, &random, 1);
	demo_out_begin(&out, file, false);
	demo_contract_write(&out, &c);
	assert_int_equal(demo_out_end(&out), HUB_EINVAL);
	fclose(file);
	assert_int_equal(n, 0);
	free(text);
}

/* Contracts are made from templates, which know of no escapes. */
static void
a_contract_is_refused_before_it_is_no_json(void **state)
{
	static char longest[5000];
	struct demo_person p = { .street = "S", .city = "C", .house = 1 };

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	assert_refused(&p);
	p.last = "a\"b";
	assert_refused(&p);
	p.last = "a\\b";
	assert_refused(&p);
	p.last = "a\nb";
	assert_refused(&p);
	p.last = longest;
	assert_refused(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(the_default_records_hold_together_and_show_every_case),
		cmocka_unit_test(
		    the_default_records_have_the_examples_of_the_api),
		cmocka_unit_test(the_list_has_the_accounts_in_their_order),
		TEST(a_planned_list_has_every_account),
		cmocka_unit_test(a_plan_is_met_exactly),
		TEST(a_plan_is_spread_as_in_life),
		cmocka_unit_test(a_seed_decides_about_every_byte),
		cmocka_unit_test(the_random_numbers_are_the_same_everywhere),
		cmocka_unit_test(a_file_that_takes_no_more_ends_it),
		cmocka_unit_test(a_contract_is_refused_before_it_is_no_json),
#undef TEST
	};

	return UNIT_RUN(tests);
}
