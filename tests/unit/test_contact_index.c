#include "directory/contact_index.h"

#include <stdio.h>
#include <string.h>
#include "directory/contact.h"
#include "hub_fixture.h"
#include "store/rec_list.h"
#include "store/schema.h"
#include "unit.h"

#define CONTACT(id, organization, dossier, members)                            \
	"{\"type\":\"contact\",\"id\":\"" id                                   \
	"\",\"organizationId\":\"" organization                                \
	"\",\"dossierNumber\":\"" dossier "\"" members "}"
#define DELETION(id, members)                                                  \
	"{\"type\":\"contact\",\"id\":\"" id "\",\"deleted\":true" members "}"

/* The table: "ORGANISATION WORD <NAME> ID" of each entry. */
static const char *
entries(struct test_hub *hub)
{
	struct txn *txn = hub_look(hub);
	struct str key, value, piece[4];
	struct cursor cursor;
	struct buf text;

	buf_init_arena(&text, hub->arena, 1 << 20);
	txn_cursor(&cursor, txn, DIR_CONTACT_WORD, NULL, NULL, false);
	while (txn_cursor_next(&cursor, &key, &value)) {
		for (int i = 0; i < 4; i++)
			assert_true(key_take_str(&key, &piece[i]));
		assert_int_equal(key.n, 0);
		buf_printf(&text, "%.*s %.*s <%.*s> %.*s\n", STR_ARG(piece[0]),
		    STR_ARG(piece[1]), STR_ARG(piece[2]), STR_ARG(piece[3]));
	}
	txn_cursor_close(&cursor);
	hub_look_end(txn);
	assert_int_equal(buf_error(&text), 0);
	return text.n == 0 ? "" : hub_text(hub, buf_view(&text));
}

/* The words of contact ID, each with a space after it; and how many. */
static const char *
words_of(struct test_hub *hub, const char *id, size_t *n)
{
	struct txn *txn = hub_look(hub);
	struct contact_words words;
	struct contact_rec rec;
	const char *text;

	assert_true(contact_get(txn, str_of(id), &rec));
	assert_int_equal(contact_words_of(hub->arena, &rec, &words), 0);
	text = hub_list(hub, contact_words_list(hub->arena, &words));
	hub_look_end(txn);
	*n = words.n;
	return text;
}

static void
assert_words(struct test_hub *hub, const char *id, const char *expected)
{
	size_t n;

	assert_string_equal(words_of(hub, id, &n), expected);
}

static void
a_contact_stands_under_each_of_its_words(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "D-10",
		",\"firstName\":\"Jan Piet\",\"middleName\":\"van\","
		"\"lastName\":\"Berg\",\"email\":\"jan@example.nl\""));
	assert_string_equal(entries(hub),
	    "1  <berg jan piet> k\n"
	    "1 berg <berg jan piet> k\n"
	    "1 d-10 <berg jan piet> k\n"
	    "1 jan <berg jan piet> k\n"
	    "1 jan@example.nl <berg jan piet> k\n"
	    "1 piet <berg jan piet> k\n"
	    "1 van <berg jan piet> k\n");
}

static int
list_of_word(struct txn *txn, const char *word, struct str *value)
{
	const struct contact_rec contact = { .organization = STR("1"),
		.id = STR("k") };
	struct key key;

	contact_entry_key(&key, &contact, str_of(word), STR("berg jan"));
	return txn_get(txn, DIR_CONTACT_WORD, &key, value);
}

/* What a search for several words reads, so that it need fetch no record. */
static void
each_entry_holds_all_words_and_the_empty_one_none(void **state)
{
	static const char *const words[] = { "10", "berg", "jan" };
	struct test_hub *hub = *state;
	struct str value;
	struct txn *txn;

	hub_put(hub,
	    CONTACT("k", "1", "10",
		",\"firstName\":\"Jan\",\"lastName\":\"Berg\""));
	txn = hub_look(hub);
	for (size_t i = 0; i < 3; i++) {
		assert_true(list_of_word(txn, words[i], &value));
		assert_string_equal(hub_list(hub, value), "10 berg jan ");
	}
	assert_true(list_of_word(txn, "", &value));
	assert_int_equal(value.n, 0);
	hub_look_end(txn);
}

static void
another_record_leaves_no_word_of_the_old_one(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "10",
		",\"firstName\":\"Jan\",\"lastName\":\"Berg\","
		"\"email\":\"jan@example.nl\""));
	hub_put(hub, CONTACT("k", "1", "10", ",\"lastName\":\"Dal\""));
	assert_string_equal(
	    entries(hub), "1  <dal > k\n1 10 <dal > k\n1 dal <dal > k\n");
	/* Another organisation's now. */
	hub_put(hub, CONTACT("k", "2", "20", ",\"lastName\":\"Dal\""));
	assert_string_equal(
	    entries(hub), "2  <dal > k\n2 20 <dal > k\n2 dal <dal > k\n");
	/* The same once more changes nothing. */
	hub_put(hub, CONTACT("k", "2", "20", ",\"lastName\":\"Dal\""));
	assert_string_equal(
	    entries(hub), "2  <dal > k\n2 20 <dal > k\n2 dal <dal > k\n");
}

static void
a_deletion_leaves_nothing(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, CONTACT("k", "1", "10", ",\"lastName\":\"Berg\""));
	hub_put(hub, CONTACT("l", "1", "11", ",\"lastName\":\"Berg\""));
	hub_put(hub, DELETION("k", ""));
	assert_string_equal(
	    entries(hub), "1  <berg > l\n1 11 <berg > l\n1 berg <berg > l\n");
	hub_put(hub, DELETION("l", ",\"version\":2"));
	assert_string_equal(entries(hub), "");
}

static void
a_tombstone_has_no_words_and_may_be_followed(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub, DELETION("k", ",\"version\":2"));
	hub_put(hub, CONTACT("k", "1", "10", ",\"version\":1"));
	assert_string_equal(entries(hub), "");
	hub_put(hub, CONTACT("k", "1", "10", ",\"version\":3"));
	assert_string_equal(entries(hub), "1  < > k\n1 10 < > k\n");
	/* One that is older than what stands here is left out whole. */
	hub_put(hub,
	    CONTACT("k", "1", "10", ",\"version\":1,\"lastName\":\"Old\""));
	hub_put(hub, DELETION("k", ",\"version\":2"));
	assert_string_equal(entries(hub), "1  < > k\n1 10 < > k\n");
}

static void
a_refused_record_leaves_the_index_as_it_was(void **state)
{
	struct test_hub *hub = *state;
	const char *before;

	hub_put(hub, CONTACT("k", "1", "10", ",\"lastName\":\"Berg\""));
	hub_put(hub, CONTACT("l", "1", "11", ",\"lastName\":\"Dal\""));
	before = entries(hub);
	assert_int_equal(
	    hub_try(hub, CONTACT("l", "1", "10", ",\"lastName\":\"Duin\"")),
	    HUB_ECONFLICT);
	assert_string_equal(entries(hub), before);
}

static void
case_and_accents_are_folded(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "AbC/9",
		",\"firstName\":\"JOS\xc3\x89\",\"lastName\":\"M\xc3\xbcller "
		"Stra\xc3\x9f"
		"e \xef\xac\x81jn\",\"email\":\"Jos\xc3\xa9@Example.NL\""));
	assert_words(
	    hub, "k", "abc/9 fijn jose jose@example.nl muller strasse ");
	/* The accent as a letter of its own, which is the same text. */
	hub_put(
	    hub, CONTACT("l", "1", "11", ",\"lastName\":\"Mu\xcc\x88ller\""));
	assert_words(hub, "l", "11 muller ");
	/* Other scripts have case, too; those without stay. */
	hub_put(hub,
	    CONTACT("m", "1", "12",
		",\"firstName\":\"\xe6\x9d\x8e\",\"lastName\":\"\xce\x94\xce"
		"\xad\xce\xbb\xcf\x84\xce\xb1\""));
	assert_words(hub, "m",
	    "12 \xce\xb4\xce\xb5\xce\xbb\xcf\x84\xce\xb1 \xe6\x9d\x8e ");
}

static void
what_follows_a_hyphen_or_an_apostrophe_is_a_word_too(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "A-10",
		",\"firstName\":\"Anne-Marie\",\"middleName\":\"van 't\","
		"\"lastName\":\"D\xe2\x80\x99"
		"Angelo\xe2\x80\x90Smit\",\"email\":\"a-b@example.nl\""));
	/* Of a dossier number and an address it is not. */
	assert_words(hub, "k",
	    "'t a-10 a-b@example.nl angelo\xe2\x80\x90smit anne-marie "
	    "d\xe2\x80\x99"
	    "angelo\xe2\x80\x90smit marie smit t van ");
}

static void
each_word_counts_once_and_blanks_are_none(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "10",
		",\"firstName\":\"  Jan\\t\\nJAN \",\"middleName\":\" - \","
		"\"lastName\":\"jan\xc2\xa0"
		"10\",\"email\":\"\""));
	assert_words(hub, "k", "- 10 jan ");
	hub_put(hub,
	    CONTACT("l", "1", "11", ",\"firstName\":null,\"lastName\":\"\""));
	assert_words(hub, "l", "11 ");
}

/* What is not to be found by stands nowhere. */
static void
other_members_are_no_words(void **state)
{
	struct test_hub *hub = *state;

	hub_put(hub,
	    CONTACT("k", "1", "10",
		",\"kind\":\"person\",\"phone\":\"0101234567\","
		"\"address\":{\"city\":\"Delft\"}"));
	assert_words(hub, "k", "10 ");
}

/* A contact with N letters "a" for a last name. */
static const char *
long_named(struct test_hub *hub, const char *id, const char *dossier, int n)
{
	char name[401];

	assert_true(n < (int)sizeof(name));
	memset(name, 'a', (size_t)n);
	name[n] = '\0';
	return arena_printf(hub->arena,
	    "{\"type\":\"contact\",\"id\":\"%s\",\"organizationId\":\"%s\","
	    "\"dossierNumber\":\"%s\",\"firstName\":\"%s\",\"lastName\":"
	    "\"%s\"}",
	    id, id, dossier, name, name);
}

static void
of_a_long_word_the_beginning_is_kept(void **state)
{
	struct test_hub *hub = *state;
	const char *words;
	size_t n;

	hub_put(hub, long_named(hub, "k", "10", CONTACT_WORD_LEN));
	words = words_of(hub, "k", &n);
	assert_int_equal(strlen(words), 3 + CONTACT_WORD_LEN + 1);
	hub_put(hub, long_named(hub, "k", "10", CONTACT_WORD_LEN + 1));
	assert_string_equal(words_of(hub, "k", &n), words);
	assert_int_equal(n, 2);
	hub_put(hub, long_named(hub, "k", "10", 400));
	assert_string_equal(words_of(hub, "k", &n), words);
}

/* The longest that each piece of a key can be, together. */
static void
the_longest_of_everything_fits_a_key(void **state)
{
	struct test_hub *hub = *state;
	char id[65], dossier[65];
	struct txn *txn;

	memset(id, 'i', 64);
	memset(dossier, 'd', 64);
	id[64] = dossier[64] = '\0';
	hub_put(hub, long_named(hub, id, dossier, 400));
	txn = hub_look(hub);
	assert_int_equal(txn_count(txn, DIR_CONTACT_WORD), 3);
	hub_look_end(txn);
	hub_put(hub, arena_printf(hub->arena, DELETION("%s", ""), id));
	assert_string_equal(entries(hub), "");
}

/* Dossier number and address go before the name, whatever its length. */
static void
of_many_words_the_first_are_kept(void **state)
{
	struct test_hub *hub = *state;
	struct buf name;
	const char *line, *words;
	size_t n;

	buf_init_arena(&name, hub->arena, 1000);
	for (int i = 0; i < 99; i++)
		buf_printf(&name, "n%02d ", i);
	line = arena_printf(hub->arena,
	    CONTACT("k", "1", "zzz",
		",\"email\":\"z@example.nl\",\"firstName\":\"Jan\","
		"\"lastName\":\"%.*s\""),
	    STR_ARG(buf_view(&name)));
	hub_put(hub, line);
	words = words_of(hub, "k", &n);
	assert_int_equal(n, CONTACT_WORDS_MAX);
	assert_non_null(strstr(words, " zzz "));
	assert_non_null(strstr(words, " z@example.nl "));
	assert_non_null(strstr(words, " n45 "));
	assert_null(strstr(words, "n46"));
	assert_null(strstr(words, "jan"));
	hub_put(hub, DELETION("k", ""));
	assert_string_equal(entries(hub), "");
}

/* A letter can grow to eighteen when it is folded. */
static void
a_text_that_grows_is_still_found(void **state)
{
	struct test_hub *hub = *state;
	struct buf name;
	const char *words;
	size_t n;

	buf_init_arena(&name, hub->arena, 1000);
	for (int i = 0; i < 133; i++)
		BUF_LIT(&name, "\xef\xb7\xba");
	hub_put(hub,
	    arena_printf(hub->arena,
		CONTACT("k", "1", "10", ",\"lastName\":\"%.*s\""),
		STR_ARG(buf_view(&name))));
	words = words_of(hub, "k", &n);
	assert_true(n > 3);
	assert_true(strlen(words) > 40);
}

static void
a_text_that_comes_in_is_split_the_same_way(void **state)
{
	struct test_hub *hub = *state;
	struct str words[3];

	assert_int_equal(
	    contact_words_split(hub->arena, STR(" \xc3\x89\x65n \t twee-drie "),
		false, words, 3),
	    2);
	assert_str(words[0], "een");
	assert_str(words[1], "twee-drie");
	assert_int_equal(
	    contact_words_split(hub->arena, STR("een-twee"), true, words, 3),
	    2);
	assert_str(words[1], "twee");
	assert_int_equal(
	    contact_words_split(hub->arena, STR("a b c d"), false, words, 3),
	    3);
	assert_str(words[2], "c");
	assert_int_equal(
	    contact_words_split(hub->arena, STR(""), false, words, 3), 0);
	assert_int_equal(
	    contact_words_split(hub->arena, STR("a\xff"), false, words, 3), 0);
}

static int
put_unreadable(struct txn *txn, void *arg)
{
	const struct contact_rec rec = {
		.id = STR("k"),
		.organization = STR("1"),
		.dossier = STR("10"),
		.source = str_of(arg),
	};

	contact_index_put(txn, &rec);
	return 0;
}

static void
a_source_that_is_no_json_fails_the_transaction(void **state)
{
	static char bad[] = "{";
	struct test_hub *hub = *state;

	assert_int_equal(
	    store_write(hub->directory, hub->arena, put_unreadable, bad),
	    HUB_ECORRUPT);
	assert_string_equal(entries(hub), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)
		TEST(a_contact_stands_under_each_of_its_words),
		TEST(each_entry_holds_all_words_and_the_empty_one_none),
		TEST(another_record_leaves_no_word_of_the_old_one),
		TEST(a_deletion_leaves_nothing),
		TEST(a_tombstone_has_no_words_and_may_be_followed),
		TEST(a_refused_record_leaves_the_index_as_it_was),
		TEST(case_and_accents_are_folded),
		TEST(what_follows_a_hyphen_or_an_apostrophe_is_a_word_too),
		TEST(each_word_counts_once_and_blanks_are_none),
		TEST(other_members_are_no_words),
		TEST(of_a_long_word_the_beginning_is_kept),
		TEST(the_longest_of_everything_fits_a_key),
		TEST(of_many_words_the_first_are_kept),
		TEST(a_text_that_grows_is_still_found),
		TEST(a_text_that_comes_in_is_split_the_same_way),
		TEST(a_source_that_is_no_json_fails_the_transaction),
#undef TEST
	};

	return UNIT_RUN(tests);
}
