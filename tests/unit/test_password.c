#include "identity/password.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hub_fixture.h"
#include "unit.h"

static int
setup(void **state)
{
	int rc = hub_setup(state);
	struct test_hub *hub = *state;

	hub->conf.password_memory = 64 * 1024;
	return rc;
}

static const char words[] = "#!comment: of the list\n"
			    "welkom\n"
			    "Password\r\n"
			    "geheim  \n"
			    "\n"
			    "ab\n"
			    "caf\xc3\xa9\n"
			    "not\xff"
			    "text\n"
			    "verzekeringsmaatschappij\n"
			    "wachtwoord";

/* The words in a file, or in as many as there are names. */
static void
write_words(struct test_hub *hub, const char *name, struct str text)
{
	char path[CONF_PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", hub->root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

static struct blocklist *
open_words(struct test_hub *hub)
{
	struct blocklist *list;

	write_words(hub, "words", STR(words));
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s/words", hub->root);
	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), 0);
	return list;
}

static void
a_list_is_read(void **state)
{
	struct test_hub *hub = *state;
	struct blocklist *list = open_words(hub);

	assert_int_equal(blocklist_count(list), 6);
	assert_true(blocklist_has(list, STR("welkom")));
	assert_true(blocklist_has(list, STR("password")));
	assert_true(blocklist_has(list, STR("geheim")));
	assert_true(blocklist_has(list, STR("caf\xc3\xa9")));
	assert_true(blocklist_has(list, STR("wachtwoord")));
	assert_false(blocklist_has(list, STR("Welkom")));
	assert_false(blocklist_has(list, STR("welko")));
	assert_false(blocklist_has(list, STR("welkomm")));
	assert_false(blocklist_has(list, STR("ab")));
	assert_false(blocklist_has(list, STR("")));
	assert_false(blocklist_has(NULL, STR("welkom")));
	blocklist_close(list);
	blocklist_close(NULL);
}

static void
several_lists_are_one(void **state)
{
	struct test_hub *hub = *state;
	struct blocklist *list;

	write_words(hub, "one", STR("welkom\nzomer"));
	write_words(hub, "two", STR("winter\nwelkom\n"));
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%.200s/one  %.200s/two",
	    hub->root, hub->root);
	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), 0);
	assert_true(blocklist_has(list, STR("zomer")));
	assert_true(blocklist_has(list, STR("winter")));
	assert_true(blocklist_has(list, STR("welkom")));
	assert_int_equal(blocklist_count(list), 4);
	blocklist_close(list);
}

static void
what_is_no_list(void **state)
{
	struct test_hub *hub = *state;
	struct blocklist *list;
	char path[CONF_PATH_MAX];

	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), 0);
	assert_int_equal(blocklist_count(list), 0);
	assert_false(blocklist_has(list, STR("welkom")));
	blocklist_close(list);
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s/absent", hub->root);
	assert_int_equal(
	    blocklist_open(&list, &hub->conf, &hub->why), HUB_ENOENT);
	assert_null(list);
	assert_non_null(strstr(hub->why.text, "/absent"));
	assert_non_null(strstr(hub->why.text, "password.blocklist"));
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s", hub->root);
	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), HUB_EIO);
	write_words(hub, "huge", STR(""));
	snprintf(path, sizeof(path), "%s/huge", hub->root);
	for (FILE *file = fopen(path, "w"); file != NULL; file = NULL) {
		for (int i = 0; i <= BLOCKLIST_FILE_MAX / 65; i++)
			fprintf(file, "%064d\n", i);
		fclose(file);
	}
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s", path);
	assert_int_equal(
	    blocklist_open(&list, &hub->conf, &hub->why), HUB_ETOOBIG);
	assert_null(list);
}

/* An empty file and lines without an end are lists, too. */
static void
odd_lists(void **state)
{
	static char line[3000];
	struct test_hub *hub = *state;
	struct blocklist *list;
	struct buf text;

	write_words(hub, "words", STR(""));
	snprintf(hub->conf.password_blocklist,
	    sizeof(hub->conf.password_blocklist), "%s/words", hub->root);
	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), 0);
	assert_int_equal(blocklist_count(list), 0);
	blocklist_close(list);
	memset(line, 'x', sizeof(line));
	buf_init(&text, 8192);
	buf_put(&text, line, sizeof(line));
	BUF_LIT(&text, "\nzomer\n");
	buf_put(&text, line, BLOCKLIST_WORD_MAX);
	BUF_LIT(&text, "\n");
	buf_put(&text, line, BLOCKLIST_WORD_MAX + 1);
	write_words(hub, "words", buf_view(&text));
	buf_free(&text);
	assert_int_equal(blocklist_open(&list, &hub->conf, &hub->why), 0);
	assert_int_equal(blocklist_count(list), 2);
	assert_true(blocklist_has(list, STR("zomer")));
	blocklist_close(list);
}

static const char *const fault_names[PASSWORD_FAULTS] = { "good", "short",
	"long", "unreadable", "common", "own", "temporary" };

#define OWN "jan.jansen@voorbeeld-advies.nl Jan van der Jansen"

static void
assert_judged(struct test_hub *hub, const struct blocklist *list,
    const char *password, enum password_fault fault)
{
	enum password_fault got = password_judge(
	    &hub->conf, list, hub->arena, str_of(password), STR(OWN));

	if (got != fault)
		fail_msg("'%s' is %s, not %s", password, fault_names[got],
		    fault_names[fault]);
}

static void
good_passwords(void **state)
{
	static const char *const good[] = {
		"een fiets zonder bel",
		"correct horse battery staple",
		"Mijn kat eet op maandag vis.",
		"T4k!eRz0Qw9#mPv",
		"8273640918273645",
		"dertien zware kratten bier",
		"\xe6\x88\x91\xe7\x88\xb1\xe5\x90\x83\xe8\x8b\xb9\xe6\x9e\x9c"
		"\xe5\x92\x8c\xe6\xa2\xa8\xe5\xad\x90\xe6\xaf\x8f\xe5\xa4\xa9"
		"\xe6\x97\xa9\xe4\xb8\x8a\xe9\x83\xbd\xe5\x90\x83\xe4\xb8\x8d",
		/* Words of the list and of the user, and more. */
		"welkom bij de fanfare van geheim",
		"jansen koopt nooit meer kaas",
		"abcdef en nog veel meer",
	};
	struct test_hub *hub = *state;
	struct blocklist *list = open_words(hub);

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_judged(hub, list, good[i], PASSWORD_GOOD);
	blocklist_close(list);
}

static void
lengths(void **state)
{
	struct test_hub *hub = *state;
	char text[600] = "";
	size_t n = 0;

	assert_judged(hub, NULL, "", PASSWORD_SHORT);
	assert_judged(hub, NULL, "een fiets nope", PASSWORD_SHORT);
	assert_judged(hub, NULL, "een fiets nope!", PASSWORD_GOOD);
	/* Fourteen characters of two bytes are fourteen. */
	assert_judged(hub, NULL,
	    "\xc3\xa9\xc3\xa8\xc3\xa0\xc3\xb9\xc3\xaa\xc3\xa2\xc3\xbb"
	    "\xc3\xae\xc3\xb4\xc3\xab\xc3\xaf\xc3\xbc\xc3\xa7\xc3\xb1",
	    PASSWORD_SHORT);
	for (unsigned int i = 0; n < 4 * PASSWORD_LONGEST; i++) {
		/* Four bytes each, none like its neighbours. */
		memcpy(text + n, "\xf0\x9f\x98", 3);
		text[n + 3] = (char)(0x80 + (i * 29) % 64);
		n += 4;
	}
	assert_judged(hub, NULL, text, PASSWORD_GOOD);
	memcpy(text + n, "!", 2);
	assert_judged(hub, NULL, text, PASSWORD_LONG);
	hub->conf.password_min = 8;
	assert_judged(hub, NULL, "x7#kQ9zb", PASSWORD_GOOD);
	assert_judged(hub, NULL, "x7#kQ9z", PASSWORD_SHORT);
}

#define E_ACUTE_5 "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"

static void
common_passwords(void **state)
{
	static const char *const common[] = {
		"123456789012345",
		"987654321098765",
		"qwertyuiopasdfgh",
		"QWERTYUIOPasdfgh",
		"azertyuiop12345678",
		"1qaz2wsx3edc4rfv5tgb",
		"abcdefghijklmnop",
		"aaaaaaaaaaaaaaaa",
		"aaaaaaaabbbbbbbb",
		"abababababababab",
		"!@#$%^&*()!@#$%^&*()",
		"...............",
		"               ",
		"x9kx9kx9kx9kx9kx9k",
		E_ACUTE_5 E_ACUTE_5 E_ACUTE_5,
		"passwordpassword",
		"welkom01welkom01",
		"blauwe fiets blauwe fiets",
		"VerzekeringsMaatschappij",
		"verzekeringsmaatschappij2024!",
		"Welkom2024!2024?#",
		"welkom01welkom02",
		"2024 Welkom 2025 geheim",
		"wachtwoord-geheim",
		"Password1234567",
	};
	struct test_hub *hub = *state;
	struct blocklist *list = open_words(hub);

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_judged(hub, list, common[i], PASSWORD_COMMON);
	/* Without a list only what is in itself too little. */
	assert_judged(hub, NULL, common[0], PASSWORD_COMMON);
	assert_judged(hub, NULL, "welkom01welkom01", PASSWORD_COMMON);
	assert_judged(hub, NULL, "verzekeringsmaatschappij", PASSWORD_GOOD);
	blocklist_close(list);
}

static void
own_words(void **state)
{
	static const char *const own[] = {
		"jan jansen 2024!",
		"Jan.Jansen@Voorbeeld-Advies.nl",
		"janjansenjan1234",
		"voorbeeldadvies1!",
		"jansen-jansen-01-jan",
		"JANJANSEN........",
	};
	struct test_hub *hub = *state;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_judged(hub, NULL, own[i], PASSWORD_OWN);
	/* Somebody else's name is somebody else's. */
	assert_judged(hub, NULL, "piet pietersen 24!", PASSWORD_GOOD);
	assert_int_equal(password_judge(&hub->conf, NULL, hub->arena,
			     STR("jan jansen 2024!"), STR("")),
	    PASSWORD_GOOD);
}

static void
temporary_passwords(void **state)
{
	struct test_hub *hub = *state;
	char one[PASSWORD_TEMPORARY_LEN + 1], two[PASSWORD_TEMPORARY_LEN + 1];
	bool seen[256] = { false };
	unsigned int symbols = 0;

	for (int i = 0; i < 200; i++) {
		password_make_temporary(one);
		assert_int_equal(strlen(one), PASSWORD_TEMPORARY_LEN);
		assert_true(password_is_temporary(str_of(one), two));
		assert_string_equal(one, two);
		assert_judged(hub, NULL, one, PASSWORD_TEMPORARY);
		for (const char *p = one; *p != '\0'; p++) {
			symbols += !seen[(unsigned char)*p];
			seen[(unsigned char)*p] = true;
		}
	}
	/* 3600 picks: that one of the 31 is missing has 10^-50. */
	assert_int_equal(symbols, 32);
	for (const char *p = "ilo01"; *p != '\0'; p++)
		assert_false(seen[(unsigned char)*p]);
	assert_true(password_is_temporary(STR(" ABCDEF-ghjkmn-234567\t"), two));
	assert_string_equal(two, "abcdef-ghjkmn-234567");
	assert_false(password_is_temporary(STR("abcdef-ghjkmn-23456"), two));
	assert_false(password_is_temporary(STR("abcdef-ghjkmn-2345678"), two));
	assert_false(password_is_temporary(STR("abcdef ghjkmn-234567"), two));
	assert_false(password_is_temporary(STR("abcdefgghjkmn-234567"), two));
	assert_false(password_is_temporary(STR("abcdei-ghjkmn-234567"), two));
	assert_false(password_is_temporary(STR("abcde\0-ghjkmn-234567"), two));
	assert_false(password_is_temporary(STR(""), two));
	assert_string_equal(two, "");
}

static void
hashes(void **state)
{
	struct test_hub *hub = *state;
	struct conf *conf = &hub->conf;
	char one[PASSWORD_HASH], two[PASSWORD_HASH];

	assert_int_equal(password_hash(conf, STR("een fiets"), one), 0);
	assert_int_equal(password_hash(conf, STR("een fiets"), two), 0);
	assert_string_not_equal(one, two);
	assert_int_equal(strncmp(one, "$argon2id$v=19$m=64,t=2,p=1$", 28), 0);
	assert_int_equal(
	    password_verify(conf, str_of(one), STR("een fiets")), 0);
	assert_int_equal(
	    password_verify(conf, str_of(one), STR("een Fiets")), HUB_EDENIED);
	assert_int_equal(
	    password_verify(conf, str_of(one), STR("")), HUB_EDENIED);
	assert_int_equal(
	    password_verify(conf, STR(""), STR("een fiets")), HUB_EDENIED);
	assert_int_equal(password_verify(conf, STR(""), STR("")), HUB_EDENIED);
	assert_int_equal(
	    password_verify(conf, STR("rubbish"), STR("een fiets")),
	    HUB_EDENIED);
	/* What cannot be computed is no wrong password. */
	conf->password_memory = UINT64_C(1) << 60;
	assert_int_equal(
	    password_hash(conf, STR("een fiets"), one), HUB_ENOMEM);
	assert_string_equal(one, "");
	assert_int_equal(
	    password_verify(conf, STR(""), STR("een fiets")), HUB_ENOMEM);
}

static void
the_default_cost(void **state)
{
	struct test_hub *hub = *state;
	char hash[PASSWORD_HASH];
	struct conf conf;

	(void)hub;
	conf_defaults(&conf);
	assert_int_equal(password_hash(&conf, STR("een fiets"), hash), 0);
	assert_int_equal(
	    strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_false(password_is_cheap(&conf, str_of(hash)));
	conf.password_passes = 3;
	assert_true(password_is_cheap(&conf, str_of(hash)));
	conf.password_passes = 2;
	conf.password_memory *= 2;
	assert_true(password_is_cheap(&conf, str_of(hash)));
	/* A cost that was lowered is no reason to make a hash worse. */
	conf.password_memory /= 4;
	assert_false(password_is_cheap(&conf, str_of(hash)));
	assert_true(password_is_cheap(
	    &conf, STR("$argon2i$v=19$m=99999,t=9,p=1$c2FsdHNhbHQ$aGFzaA")));
}

static void
normal_forms(void **state)
{
	struct test_hub *hub = *state;
	char lots[PASSWORD_INPUT_MAX + 1];
	struct str out;

	memset(lots, 'x', sizeof(lots));
	assert_int_equal(
	    password_normalize(hub->arena, STR("cafe\xcc\x81 "), &out), 0);
	assert_str(out, "caf\xc3\xa9 ");
	assert_int_equal(password_normalize(hub->arena, STR(""), &out), 0);
	assert_int_equal(out.n, 0);
	assert_int_equal(
	    password_normalize(hub->arena, STR("a\nb"), &out), HUB_EINVAL);
	assert_int_equal(password_normalize(hub->arena,
			     (struct str){ lots, PASSWORD_INPUT_MAX }, &out),
	    0);
	assert_int_equal(out.n, PASSWORD_INPUT_MAX);
	assert_int_equal(
	    password_normalize(
		hub->arena, (struct str){ lots, PASSWORD_INPUT_MAX + 1 }, &out),
	    HUB_ETOOBIG);
	assert_int_equal(out.n, 0);
}

/* The first chunk of an arena outlives the reset: what is there then? */
static void
a_reset_clears_the_text(void **state)
{
	struct arena *arena = arena_new(4096, 4096);
	struct str out;

	(void)state;
	assert_int_equal(
	    password_normalize(arena, STR("een fiets zonder bel"), &out), 0);
	assert_str(out, "een fiets zonder bel");
	arena_reset(arena);
	for (size_t i = 0; i < out.n; i++)
		assert_int_equal(out.p[i], '\0');
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(a_list_is_read),
		TEST(several_lists_are_one),
		TEST(what_is_no_list),
		TEST(odd_lists),
		TEST(good_passwords),
		TEST(lengths),
		TEST(common_passwords),
		TEST(own_words),
		TEST(temporary_passwords),
		TEST(hashes),
		TEST(the_default_cost),
		TEST(normal_forms),
		cmocka_unit_test(a_reset_clears_the_text),
	};

	return UNIT_RUN(tests);
}
