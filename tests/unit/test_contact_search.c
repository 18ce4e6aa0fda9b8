#include "directory/contact_search.h"

#include <stdio.h>
#include <string.h>
#include "base/b64.h"
#include "directory/contact.h"
#include "hub_fixture.h"
#include "store/schema.h"
#include "unit.h"

/* One more than the entries that a page looks at. */
#define MANY 20001

static const struct str all[] = { STR("1"), STR("11"), STR("2") };

static void
put(struct test_hub *hub, const char *id, const char *organization,
    const char *dossier, const char *first, const char *last, const char *email)
{
	hub_put(hub,
	    arena_printf(hub->arena,
		"{\"type\":\"contact\",\"id\":\"%s\",\"organizationId\":"
		"\"%s\",\"dossierNumber\":\"%s\",\"firstName\":\"%s\","
		"\"lastName\":\"%s\",\"email\":\"%s\"}",
		id, organization, dossier, first, last, email));
}

/* People of organisations 1, 11 and 2. */
static int
setup(void **state)
{
	struct test_hub *hub;

	hub_setup(state);
	hub = *state;
	put(hub, "jose", "1", "A-100", "Jos\xc3\xa9", "de Vries-Smit",
	    "Jose@Example.nl");
	put(hub, "jan2", "1", "A-101", "Jan", "Jansen", "jan@jansen.example");
	put(hub, "jan1", "1", "A-102", "Jan", "Jansen", "");
	put(hub, "mia", "1", "B-103", "Mia", "Jansen", "");
	put(hub, "other", "2", "A-104", "Jan", "Jansen", "");
	put(hub, "eleven", "11", "A-105", "Jan", "Jansen", "");
	return 0;
}

static struct contact_query
query_of(struct test_hub *hub, const char *text)
{
	struct contact_query query;

	assert_true(contact_query_parse(hub->arena, str_of(text), &query));
	return query;
}

static void
run(struct test_hub *hub, struct contact_search *search)
{
	struct txn *txn = hub_look(hub);

	contact_search(txn, search);
	hub_look_end(txn);
}

static void
append(struct buf *text, const struct contact_search *search)
{
	for (size_t i = 0; i < search->n; i++)
		buf_printf(text, "%.*s ", STR_ARG(search->ids[i]));
}

/* All that is found, page by page, each begun from the place as text. */
static const char *
found_by(struct test_hub *hub, const char *text,
    const struct str *organizations, size_t count, size_t page)
{
	struct contact_query query = query_of(hub, text);
	struct contact_search s = {
		.query = &query,
		.organizations = organizations,
		.organization_count = count,
		.most = page,
	};
	struct buf list;

	buf_init_arena(&list, hub->arena, 1 << 20);
	BUF_LIT(&list, "");
	do {
		run(hub, &s);
		assert_true(s.n <= page);
		append(&list, &s);
		if (s.more)
			assert_true(contact_place_parse(&query,
			    contact_place_text(hub->arena, &s.place),
			    &s.place));
	} while (s.more);
	return list.n == 0 ? "" : hub_text(hub, buf_view(&list));
}

/* At organisation 1. */
static void
assert_finds(struct test_hub *hub, const char *text, const char *expected)
{
	assert_string_equal(found_by(hub, text, all, 1, 100), expected);
}

static void
the_beginning_of_each_kind_of_word_finds(void **state)
{
	struct test_hub *hub = *state;

	assert_finds(hub, "J", "jan1 jan2 mia jose ");
	assert_finds(hub, "mi", "mia ");
	assert_finds(hub, "vries", "jose ");
	assert_finds(hub, "smi", "jose ");
	assert_finds(hub, "vries-s", "jose ");
	assert_finds(hub, "a-10", "jose jan2 jan1 ");
	assert_finds(hub, "A-101", "jan2 ");
	assert_finds(hub, "jose@ex", "jose ");
	/* What stands within a word does not. */
	assert_finds(hub, "ansen", "");
	assert_finds(hub, "example", "");
	assert_finds(hub, "101", "");
	assert_finds(hub, "a-1010", "");
}

static void
case_and_accents_do_not_matter(void **state)
{
	struct test_hub *hub = *state;

	assert_finds(hub, "jose", "jose ");
	assert_finds(hub, "JOS\xc3\x89", "jose ");
	assert_finds(hub, "jose\xcc\x81", "jose ");
	assert_finds(hub, "M\xc3\xad\xc3\xa4", "mia ");
	assert_finds(hub, "JOSE@EXAMPLE.NL", "jose ");
}

static void
all_words_must_be_met_in_any_order(void **state)
{
	struct test_hub *hub = *state;

	assert_finds(hub, "jansen mia", "mia ");
	assert_finds(hub, "mia jansen", "mia ");
	assert_finds(hub, " mi\t jan  b-1 ", "mia ");
	assert_finds(hub, "mia smit", "");
	assert_finds(hub, "jan nobody", "");
	/* Two words that one word of the contact meets. */
	assert_finds(hub, "m mi mia mia", "mia ");
	assert_finds(hub, "jan jansen", "jan1 jan2 mia ");
}

/* Of "Jan Jansen" both words begin so, and the address as well. */
static void
a_contact_is_found_once(void **state)
{
	struct test_hub *hub = *state;

	for (size_t page = 1; page < 5; page++)
		assert_string_equal(
		    found_by(hub, "jan", all, 1, page), "jan1 jan2 mia ");
}

static void
without_a_word_all_come_by_name(void **state)
{
	struct test_hub *hub = *state;

	assert_finds(hub, "", "jose jan1 jan2 mia ");
	assert_finds(hub, " \t ", "jose jan1 jan2 mia ");
	assert_string_equal(
	    found_by(hub, "", all, 3, 1), "jose jan1 jan2 mia eleven other ");
	assert_string_equal(found_by(hub, "", all, 0, 1), "");
}

static void
other_organisations_are_never_come_across(void **state)
{
	struct test_hub *hub = *state;

	assert_string_equal(found_by(hub, "jan", all + 1, 1, 10), "eleven ");
	assert_string_equal(found_by(hub, "jan", all + 2, 1, 10), "other ");
	assert_string_equal(
	    found_by(hub, "jan", all + 1, 2, 1), "eleven other ");
	assert_string_equal(
	    found_by(hub, "", (const struct str[]){ STR("3") }, 1, 10), "");
	/* Words of others count neither as a hit nor as a choice. */
	assert_string_equal(found_by(hub, "jan smit", all + 1, 2, 10), "");
}

/* A page from behind a place in another organisation's part of the table. */
static const char *
page_behind(struct test_hub *hub, const char *text, struct str organization,
    const struct contact_place *place)
{
	struct contact_query query = query_of(hub, text);
	struct contact_search s = {
		.query = &query,
		.organizations = &organization,
		.organization_count = 1,
		.most = 10,
		.place = *place,
	};
	struct buf list;

	buf_init_arena(&list, hub->arena, 1 << 16);
	run(hub, &s);
	append(&list, &s);
	return list.n == 0 ? "" : hub_text(hub, buf_view(&list));
}

static struct contact_place
place_at(const char *organization, const char *word, const char *name,
    const char *id)
{
	struct contact_place place = { .begun = true };

	key_begin(&place.key);
	key_str(&place.key, str_of(organization));
	key_str(&place.key, str_of(word));
	key_str(&place.key, str_of(name));
	key_str(&place.key, str_of(id));
	return place;
}

static void
a_place_elsewhere_leads_to_nobody_elses(void **state)
{
	struct test_hub *hub = *state;
	struct contact_place place = place_at("1", "jan", "a", "a");

	assert_string_equal(
	    page_behind(hub, "jan", STR("11"), &place), "eleven ");
	place = place_at("11", "jan", "a", "a");
	assert_string_equal(page_behind(hub, "jan", STR("1"), &place), "");
	assert_string_equal(
	    page_behind(hub, "jan", STR("2"), &place), "other ");
	/* Behind their first word, by which alone the Jans are found. */
	place = place_at("1", "jan", "zz", "zz");
	assert_string_equal(page_behind(hub, "jan", STR("1"), &place), "mia ");
}

static void
ties_come_in_one_order_on_pages_of_any_size(void **state)
{
	struct test_hub *hub = *state;
	const char *whole;
	char id[8];

	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "t%02d", i * 7 % 40);
		put(hub, id, "1", id, "Tie", "Tie", "");
	}
	whole = found_by(hub, "tie", all, 1, 100);
	assert_int_equal(strlen(whole), 40 * 4);
	assert_true(str_starts(str_of(whole), STR("t00 t01 t02 ")));
	for (size_t page = 1; page <= 41; page++)
		assert_string_equal(found_by(hub, "tie", all, 1, page), whole);
}

/* The contact that a page ended with is gone, and others have come. */
static void
a_place_holds_while_contacts_come_and_go(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "jansen");
	struct contact_search s = {
		.query = &query,
		.organizations = all,
		.organization_count = 1,
		.most = 1,
	};

	run(hub, &s);
	assert_int_equal(s.n, 1);
	assert_str(s.ids[0], "jan1");
	assert_true(s.more);
	hub_put(hub, "{\"type\":\"contact\",\"id\":\"jan1\",\"deleted\":true}");
	put(hub, "before", "1", "C-1", "Ab", "Jansen", "");
	put(hub, "behind", "1", "C-2", "Zef", "Jansen", "");
	s.most = 10;
	run(hub, &s);
	assert_int_equal(s.n, 3);
	assert_str(s.ids[0], "jan2");
	assert_str(s.ids[2], "behind");
	assert_false(s.more);
}

static void
more_is_said_only_when_there_is_more(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "jansen");
	struct contact_search s = {
		.query = &query,
		.organizations = all,
		.organization_count = 1,
	};

	for (s.most = 1; s.most <= 4; s.most++) {
		s.place.begun = false;
		run(hub, &s);
		assert_int_equal(s.n, s.most < 3 ? s.most : 3);
		assert_int_equal(s.more, s.most < 3);
	}
}

static bool
takes(const struct contact_query *query, const struct contact_place *place,
    struct arena *arena)
{
	struct contact_place out;

	return contact_place_parse(
	    query, contact_place_text(arena, place), &out);
}

static void
a_place_is_taken_for_its_query_only(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query jan = query_of(hub, "jan"),
			     mia = query_of(hub, "mia"),
			     none = query_of(hub, "");
	struct contact_place place = place_at("1", "jansen", "jansen jan", "x");

	assert_true(takes(&jan, &place, hub->arena));
	assert_false(takes(&mia, &place, hub->arena));
	assert_false(takes(&none, &place, hub->arena));
	place.pivot = 1;
	assert_false(takes(&jan, &place, hub->arena));
	place = place_at("1", "", "jansen jan", "x");
	assert_true(takes(&none, &place, hub->arena));
	assert_false(takes(&jan, &place, hub->arena));
	place = place_at("1 1", "jan", "n", "x");
	assert_false(takes(&jan, &place, hub->arena));
	place = place_at("1", "jan", "n", "");
	assert_false(takes(&jan, &place, hub->arena));
	place = place_at("1", "jan", "n", "x");
	key_str(&place.key, STR("y"));
	assert_false(takes(&jan, &place, hub->arena));
	place = place_at("1", "jan", "n", "x");
	place.key.n--;
	assert_false(takes(&jan, &place, hub->arena));
}

/* A place as text of KEY_MAX bytes and one more, behind the pivot's. */
static struct str
long_place(struct test_hub *hub, size_t bytes)
{
	unsigned char key[KEY_MAX + 2];
	struct buf text;

	memset(key, 'a', sizeof(key));
	memcpy(key,
	    "\0"
	    "1\0jan",
	    6);
	key[bytes - 3] = key[bytes - 1] = '\0';
	buf_init_arena(&text, hub->arena, 2 * sizeof(key));
	b64url_put(&text, key, bytes);
	return buf_view(&text);
}

static void
what_is_no_place_is_refused(void **state)
{
	static const char *const bad[] = { "", "A", "AA", "AAA", "jan", "=",
		"AA==", "AAA_-*", "AGphbg" };
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "jan");
	struct contact_place place;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (contact_place_parse(&query, str_of(bad[i]), &place))
			fail_msg("'%s' is taken", bad[i]);
	}
	assert_false(contact_place_parse(&query, STR_NONE, &place));
	/* One whose last pieces are "aaa..." and "a", of any length. */
	assert_false(
	    contact_place_parse(&query, long_place(hub, KEY_MAX + 2), &place));
	assert_false(
	    contact_place_parse(&query, long_place(hub, KEY_MAX + 1), &place));
}

static void
a_query_has_bounds(void **state)
{
	struct test_hub *hub = *state;
	char text[CONTACT_QUERY_MAX + 2];
	struct contact_query query;

	memset(text, 'x', sizeof(text));
	text[CONTACT_QUERY_MAX] = '\0';
	query = query_of(hub, text);
	assert_int_equal(query.n, 1);
	assert_int_equal(query.word[0].n, CONTACT_QUERY_MAX);
	text[CONTACT_QUERY_MAX] = 'x';
	assert_false(contact_query_parse(
	    hub->arena, (struct str){ text, CONTACT_QUERY_MAX + 1 }, &query));
	assert_int_equal(query.n, 0);
	assert_false(contact_query_parse(hub->arena, STR("a\xff"), &query));
	assert_false(contact_query_parse(hub->arena, STR("\xc3"), &query));
	/* Blanks are no words. */
	assert_int_equal(query_of(hub, "").n, 0);
}

/* Two hundred bytes of words of one letter and of two. */
static void
a_query_of_many_words_is_searched(void **state)
{
	struct test_hub *hub = *state;
	struct buf text;

	buf_init_arena(&text, hub->arena, CONTACT_QUERY_MAX);
	for (int i = 0; i < CONTACT_QUERY_MAX / 2; i++)
		buf_printf(&text, "%c ", 'a' + i % 26);
	assert_int_equal(query_of(hub, hub_text(hub, buf_view(&text))).n, 26);
	assert_finds(hub, hub_text(hub, buf_view(&text)), "");
	buf_reset(&text);
	for (int i = 0; i < CONTACT_QUERY_MAX / 4; i++)
		BUF_LIT(&text, "m j ");
	assert_finds(hub, hub_text(hub, buf_view(&text)), "mia ");
}

static void
what_begins_another_word_is_left_out(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "ja jan b jansen b ja jam");

	assert_int_equal(query.n, 3);
	for (size_t i = 0; i < query.n; i++) {
		for (size_t k = 0; k < query.n; k++)
			assert_true(k == i ||
			    !str_starts(query.word[k], query.word[i]));
	}
}

/* Entries alone: a search fetches no record. */
static void
put_entry(struct txn *txn, const char *word, unsigned int number)
{
	struct arena_mark mark = arena_mark(txn_arena(txn));
	struct contact_rec rec = { .organization = STR("1") };
	struct contact_words words = { .n = 1, .word = { str_of(word) } };
	char id[16];
	struct key key;

	snprintf(id, sizeof(id), "%c%06u", word[0], number);
	rec.id = str_of(id);
	contact_entry_key(&key, &rec, str_of(word), STR("name"));
	txn_put(txn, DIR_CONTACT_WORD, &key,
	    contact_words_list(txn_arena(txn), &words));
	arena_rewind(txn_arena(txn), mark);
}

static int
put_many(struct txn *txn, void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < MANY; i++) {
		put_entry(txn, "xx", i);
		if (i < 1001)
			put_entry(txn, "y", i);
	}
	return 0;
}

/* Many have either word and one has both, behind all others. */
static void
a_search_that_looks_long_goes_on_from_its_place(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "xx y");
	struct contact_search s = {
		.query = &query,
		.organizations = all,
		.organization_count = 1,
		.most = 10,
	};

	hub_write(hub, hub->directory, put_many, NULL);
	put(hub, "both", "1", "D", "xx", "y", "");
	run(hub, &s);
	assert_int_equal(s.n, 0);
	assert_true(s.more);
	run(hub, &s);
	assert_int_equal(s.n, 1);
	assert_str(s.ids[0], "both");
	assert_false(s.more);
	/* A rare word beside it is walked instead, at once. */
	assert_finds(hub, "xx d", "both ");
}

static int
put_short_key(struct txn *txn, void *arg)
{
	struct key key;

	(void)arg;
	contact_word_key(&key, STR("1"), STR("jan"));
	txn_put(txn, DIR_CONTACT_WORD, &key, STR(""));
	return 0;
}

static void
damage_in_the_table_fails_the_look(void **state)
{
	struct test_hub *hub = *state;
	struct contact_query query = query_of(hub, "jan");
	struct contact_search s = {
		.query = &query,
		.organizations = all,
		.organization_count = 1,
		.most = 10,
	};
	struct txn *txn;

	hub_write(hub, hub->directory, put_short_key, NULL);
	txn = hub_look(hub);
	contact_search(txn, &s);
	assert_int_equal(store_read_end(txn), HUB_ECORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(the_beginning_of_each_kind_of_word_finds),
		TEST(case_and_accents_do_not_matter),
		TEST(all_words_must_be_met_in_any_order),
		TEST(a_contact_is_found_once),
		TEST(without_a_word_all_come_by_name),
		TEST(other_organisations_are_never_come_across),
		TEST(a_place_elsewhere_leads_to_nobody_elses),
		TEST(ties_come_in_one_order_on_pages_of_any_size),
		TEST(a_place_holds_while_contacts_come_and_go),
		TEST(more_is_said_only_when_there_is_more),
		TEST(a_place_is_taken_for_its_query_only),
		TEST(what_is_no_place_is_refused),
		TEST(a_query_has_bounds),
		TEST(a_query_of_many_words_is_searched),
		TEST(what_begins_another_word_is_left_out),
		TEST(a_search_that_looks_long_goes_on_from_its_place),
		TEST(damage_in_the_table_fails_the_look),
#undef TEST
	};

	return UNIT_RUN(tests);
}
