/* The texts of mails as files, filled in, and as a message's header. */
#include "mail/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "hub_fixture.h"
#include "mail/message.h"
#include "unit.h"

static char folder[400]; /* a copy of the texts that come along */

static const char *
source_folder(void)
{
	static char path[400];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/mail", srcdir != NULL ? srcdir : ".");
	return path;
}

static struct str
file_text(struct test_hub *hub, const char *in, const char *name)
{
	char path[600];
	struct buf text;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", in, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		fail_msg("%s: %s", path, strerror(errno));
	buf_init_arena(&text, hub->arena, 65536);
	do {
		char piece[4096];

		n = read(fd, piece, sizeof(piece));
		buf_put(&text, piece, n > 0 ? (size_t)n : 0);
	} while (n > 0);
	close(fd);
	return buf_view(&text);
}

static void
put_file(const char *name, struct str text)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

static const char *const names[] = { "welcome", "reset", "forgotten",
	"invitation", "address_code", "address_changed", "password_changed",
	"factor_added", "factor_removed", "new_device" };

static int
setup(void **state)
{
	static const char *const ends[] = { "nl.txt", "nl.html", "en.txt",
		"en.html" };
	struct test_hub *hub;
	char name[64];

	if (hub_setup(state) != 0)
		return -1;
	hub = *state;
	snprintf(folder, sizeof(folder), "%s/texts", hub->root);
	if (mkdir(folder, 0700) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t j = 0; j < 4; j++) {
			snprintf(
			    name, sizeof(name), "%s.%s", names[i], ends[j]);
			put_file(name, file_text(hub, source_folder(), name));
		}
	return 0;
}

static void
assert_loads(void)
{
	struct mail_texts *texts;
	struct why why = { "" };

	if (mail_texts_load(&texts, folder, &why) != 0)
		fail_msg("%s", why.text);
	mail_texts_free(texts);
}

static void
those_that_come_along_are_whole(void **state)
{
	(void)state;
	assert_loads();
}

/* Puts TEXT into the file, which must be refused with a sentence that ends so. */
static void
refuses(
    struct test_hub *hub, const char *name, struct str text, const char *says)
{
	struct str before = file_text(hub, folder, name);
	struct mail_texts *texts;
	struct why why = { "" };

	put_file(name, text);
	assert_int_equal(mail_texts_load(&texts, folder, &why), HUB_EINVAL);
	assert_null(texts);
	if (strstr(why.text, says) == NULL || strstr(why.text, name) == NULL)
		fail_msg("'%s' does not hold '%s'", why.text, says);
	put_file(name, before);
}

#define REFUSES(name, text, says) refuses(*state, name, STR(text), says)

static void
a_bad_text_is_refused_with_its_place(void **state)
{
	static char large[70000];

	REFUSES("reset.nl.txt", "", ":1: the first line is not");
	REFUSES("reset.nl.txt", "Beste\n\nx\n", ":1: the first line is not");
	REFUSES("reset.nl.txt", "Subject:  \n\nx\n", ":1: the subject is");
	REFUSES("reset.nl.txt", "Subject: a\nb\n", ":2: not empty");
	REFUSES("reset.nl.txt", "Subject: a", ":2: not empty");
	REFUSES("reset.nl.txt", "Subject: a\n\n \n", ":3: there is no body");
	REFUSES("reset.nl.txt",
	    "Subject: a\n\n{{password}}\n\n{{word}} {{hours}}",
	    ":5: {{word is no place");
	REFUSES(
	    "reset.nl.txt", "Subject: a\n\n{{password", ":3: {{password is");
	REFUSES("reset.nl.txt", "Subject: a\n\n{{hours}}",
	    "{{password}} is missing");
	REFUSES("reset.nl.html", "Subject: a\n\n{{password}}",
	    "{{hours}} is missing");
	REFUSES("reset.nl.txt",
	    "Subject: {{password}}\n\n{{password}}{{hours}}",
	    ":1: {{password}} must not");
	REFUSES("reset.nl.txt", "Subject: {{name}}\n\n{{password}}{{hours}}",
	    ":1: {{name}} must not");
	REFUSES("factor_added.en.txt", "Subject: a\n\n{{time}}\n{{password}}",
	    ":4: {{password}} must not");
	REFUSES("reset.nl.txt", "Subject: a\r\n\r\nx", ":1: ends with CR");
	REFUSES("reset.nl.txt", "Subject: a\n\n\033[0m", ":3: holds a control");
	REFUSES("reset.nl.txt", "Subject: \xff\n\nx", "not UTF-8");
	memset(large, 'x', sizeof(large));
	refuses(*state, "reset.nl.txt", (struct str){ large, sizeof(large) },
	    "longer than");
	assert_loads();
}

static void
a_missing_file_is_named(void **state)
{
	struct mail_texts *texts;
	struct why why;
	char path[600];

	(void)state;
	snprintf(path, sizeof(path), "%s/new_device.en.html", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mail_texts_load(&texts, folder, &why), HUB_EIO);
	assert_non_null(strstr(why.text, path));
	assert_non_null(strstr(why.text, "mail.templates"));
}

static void
values_are_put_in_and_escaped(void **state)
{
	struct test_hub *hub = *state;
	struct mail_values values;
	struct mail_texts *texts;
	struct mail_text text;
	struct why why;

	put_file("invitation.en.txt",
	    STR("Subject: From {{organization}}\n\n"
		"{{name}}: {{organization}} {{days}} {{account_page}}"));
	put_file("invitation.en.html",
	    STR("Subject: From {{organization}}\n\n"
		"<p>{{name}}: {{organization}} {{days}} {{account_page}}</p>"));
	assert_int_equal(mail_texts_load(&texts, folder, &why), 0);
	for (int i = 0; i < MAIL_PLACES; i++)
		values.at[i] = STR("");
	values.at[PLACE_NAME] = STR("<b>\"Jan\" & 'Piet'");
	values.at[PLACE_ORGANIZATION] = STR("Kantoor\r\nBcc: x@y.nl");
	values.at[PLACE_DAYS] = STR("14");
	assert_int_equal(mail_text_fill(texts, MAIL_INVITATION, MAIL_EN,
			     &values, hub->arena, &text),
	    0);
	assert_string_equal(
	    hub_text(hub, text.subject), "From Kantoor  Bcc: x@y.nl");
	assert_string_equal(hub_text(hub, text.plain),
	    "<b>\"Jan\" & 'Piet': Kantoor  Bcc: x@y.nl 14 ");
	assert_string_equal(hub_text(hub, text.html),
	    "<p>&lt;b&gt;&quot;Jan&quot; &amp; &#39;Piet&#39;: "
	    "Kantoor  Bcc: x@y.nl 14 </p>");
	mail_texts_free(texts);
}

static const char *
words_of(struct test_hub *hub, const char *text)
{
	struct buf out;

	buf_init_arena(&out, hub->arena, 4096);
	message_put_words(&out, str_of(text));
	assert_int_equal(buf_error(&out), 0);
	return hub_text(hub, buf_view(&out));
}

static void
a_subject_is_encoded_where_it_must_be(void **state)
{
	struct test_hub *hub = *state;
	const char *words;
	char many[200];

	assert_string_equal(words_of(hub, "Your account"), "Your account");
	assert_string_equal(
	    words_of(hub, "caf\xc3\xa9 1"), "=?UTF-8?Q?caf=C3=A9_1?=");
	assert_string_equal(words_of(hub, "=?x"), "=?UTF-8?Q?=3D=3Fx?=");
	assert_string_equal(
	    words_of(hub, "a\r\nBcc: b"), "=?UTF-8?Q?a=0D=0ABcc=3A_b?=");
	/* Each encoded word is whole characters, and short. */
	for (size_t i = 0; i < 40; i++)
		memcpy(many + 4 * i, "\xf0\x9f\x98\x80", 5);
	words = words_of(hub, many);
	while (words != NULL) {
		const char *end = strstr(words, "\r\n ");
		size_t n = end != NULL ? (size_t)(end - words) : strlen(words);

		assert_in_range(n, 13, 75);
		assert_memory_equal(words, "=?UTF-8?Q?=F0=9F=98=80", 22);
		assert_memory_equal(words + n - 2, "?=", 2);
		words = end == NULL ? NULL : end + 3;
	}
}

static void
a_message_has_its_fields(void **state)
{
	struct test_hub *hub = *state;
	const struct mail_text text = { STR("Dag"), STR("a\nb\n"),
		STR("<p>a\n") };
	struct message message;

	snprintf(hub->conf.base_url, sizeof(hub->conf.base_url), "%s",
	    "https://hub.example.nl:8443");
	snprintf(hub->conf.mail_from, sizeof(hub->conf.mail_from), "%s",
	    "hub@example.nl");
	snprintf(hub->conf.mail_name, sizeof(hub->conf.mail_name), "%s",
	    "Kantoor \"De Hoop\"");
	assert_int_equal(
	    message_make(hub->arena, &hub->conf, STR("jan@example.nl"), &text,
		1800000000, &message),
	    0);
	assert_string_equal(message.to, "jan@example.nl");
	assert_string_equal(message.from, "hub@example.nl");
	assert_string_equal(
	    message.fields[0], "Date: Fri, 15 Jan 2027 08:00:00 +0000");
	assert_string_equal(message.fields[1],
	    "From: \"Kantoor \\\"De Hoop\\\"\" <hub@example.nl>");
	assert_string_equal(message.fields[2], "To: jan@example.nl");
	assert_string_equal(message.fields[3], "Subject: Dag");
	assert_memory_equal(message.fields[4], "Message-ID: <", 13);
	assert_non_null(strstr(message.fields[4], "@hub.example.nl>"));
	assert_string_equal(message.plain, "a\r\nb\r\n");
	assert_string_equal(message.html, "<p>a\r\n");
}

static void
an_address_that_is_none_gets_nothing(void **state)
{
	static const char *const bad[] = { "", "a@b.nl\r\nRCPT TO:<c@d.nl>",
		"a b@c.nl", "<a@b.nl>", "a@b.nl\x01", "caf\xc3\xa9@b.nl" };
	struct test_hub *hub = *state;
	const struct mail_text text = { STR("Dag"), STR("a"), STR("a") };
	struct message message;

	snprintf(hub->conf.mail_from, sizeof(hub->conf.mail_from), "%s",
	    "hub@example.nl");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(message_make(hub->arena, &hub->conf,
				     str_of(bad[i]), &text, 1, &message),
		    HUB_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, hub_teardown)
		TEST(those_that_come_along_are_whole),
		TEST(a_bad_text_is_refused_with_its_place),
		TEST(a_missing_file_is_named),
		TEST(values_are_put_in_and_escaped),
		TEST(a_subject_is_encoded_where_it_must_be),
		TEST(a_message_has_its_fields),
		TEST(an_address_that_is_none_gets_nothing),
#undef TEST
	};

	return UNIT_RUN(tests);
}
