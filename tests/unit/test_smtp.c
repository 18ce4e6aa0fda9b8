#include "mail/smtp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "arena_fixture.h"
#include "base/clock.h"
#include "unit.h"

#define ADDRESS "jan@voorbeeld.example"

/* What a server of one connection answers, beside the usual. */
struct script {
	const char *offers; /* a further line of the answer to EHLO */
	const char *begin, *auth, *login, *mail, *rcpt, *data, *end;
	bool hangs_up; /* when the mail has begun to come */
	bool is_silent;
	bool stays; /* after QUIT, without a word */
};

static struct conf conf;
static struct message message;
static struct smtp *smtp;
static char secret[] = "/tmp/hub-smtp.XXXXXX";
static pid_t server = -1;
static int heard_fd = -1;

static int
setup(void **state)
{
	const struct mail_text text = { STR("Één onderwerp"),
		STR("Beste lezer\n.\nTot ziens\n"),
		STR("<p>Beste lezer</p>\n") };
	int fd = mkstemp(secret);

	if (arena_setup(state) != 0 || fd < 0)
		return 1;
	close(fd);
	conf_defaults(&conf);
	snprintf(
	    conf.base_url, sizeof(conf.base_url), "%s", "https://hub.example");
	snprintf(conf.mail_from, sizeof(conf.mail_from), "%s",
	    "hub@voorbeeld.example");
	conf.mail_security = MAIL_PLAIN;
	conf.mail_timeout = 60;
	return message_make(
	    arena, &conf, STR(ADDRESS), &text, 1700000000, &message);
}

static int
teardown(void **state)
{
	unlink(secret);
	return arena_teardown(state);
}

static int
open_smtp(void **state)
{
	(void)state;
	conf.mail_user[0] = '\0';
	smtp = smtp_new();
	return smtp == NULL;
}

static int
close_smtp(void **state)
{
	(void)state;
	smtp_free(smtp);
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	if (heard_fd >= 0)
		close(heard_fd);
	server = -1;
	heard_fd = -1;
	return 0;
}

static void
say(FILE *out, const char *answer, const char *usual)
{
	fprintf(out, "%s\r\n", answer != NULL ? answer : usual);
	fflush(out);
}

/* Takes the text of a mail, up to the dot. */
static void
take_mail(FILE *in, FILE *out, FILE *log, const struct script *s)
{
	char line[1200];

	if (s->data != NULL) {
		say(out, s->data, NULL);
		return;
	}
	say(out, NULL, "354 go on");
	while (fgets(line, sizeof(line), in) != NULL) {
		if (s->hangs_up)
			_exit(0);
		if (strcmp(line, ".\r\n") == 0)
			break;
		fputs(line, log);
	}
	say(out, s->end, "250 taken");
}

static void
serve(int fd, FILE *log, const struct script *s)
{
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[1200];

	if (in == NULL || out == NULL)
		_exit(1);
	if (s->is_silent)
		pause();
	say(out, s->begin, "220 test");
	while (fgets(line, sizeof(line), in) != NULL) {
		fputs(line, log);
		if (strncmp(line, "EHLO", 4) == 0) {
			fprintf(out, "250-test\r\n%s", s->offers);
			say(out, NULL, "250 SIZE 1000000");
		} else if (strncmp(line, "AUTH", 4) == 0) {
			say(out, s->auth, "334 ");
			if (s->auth == NULL &&
			    fgets(line, sizeof(line), in) != NULL)
				say(out, s->login, "235 welcome");
		} else if (strncmp(line, "MAIL", 4) == 0) {
			say(out, s->mail, "250 sender");
		} else if (strncmp(line, "RCPT", 4) == 0) {
			say(out, s->rcpt, "250 recipient");
		} else if (strncmp(line, "DATA", 4) == 0) {
			take_mail(in, out, log, s);
		} else if (strncmp(line, "QUIT", 4) == 0) {
			fflush(log);
			if (s->stays)
				pause();
			say(out, NULL, "221 bye");
			break;
		} else {
			say(out, NULL, "502 what?");
		}
	}
	fflush(log);
	_exit(0);
}

/* Has the configuration name a server that plays SCRIPT to one connection. */
static void
start(const struct script *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);
	struct script s = *script;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), log[2];

	if (s.offers == NULL)
		s.offers = "";
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, n), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
	snprintf(conf.mail_server, sizeof(conf.mail_server), "127.0.0.1:%u",
	    ntohs(address.sin_port));
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	server = fork();
	assert_true(server >= 0);
	if (server == 0) {
		close(log[0]);
		serve(accept(fd, NULL, NULL), fdopen(log[1], "w"), &s);
	}
	close(log[1]);
	close(fd);
	heard_fd = log[0];
}

static void
log_in_as(const char *user, const char *password)
{
	FILE *f = fopen(secret, "w");

	assert_non_null(f);
	fprintf(f, "%s\n", password);
	fclose(f);
	snprintf(conf.mail_user, sizeof(conf.mail_user), "%s", user);
	snprintf(conf.mail_password_file, sizeof(conf.mail_password_file), "%s",
	    secret);
}

/* Sends the mail to a server of SCRIPT; how that ends. */
static struct smtp_result
send_to(const struct script *script)
{
	static int tag;
	struct smtp_result result;
	struct why why;

	start(script);
	assert_int_equal(smtp_send(smtp, &conf, &message, &tag, &why), 0);
	assert_int_equal(smtp_count(smtp), 1);
	while (!smtp_done(smtp, &result))
		smtp_wait(smtp, -1, 1000);
	assert_ptr_equal(result.tag, &tag);
	assert_int_equal(smtp_count(smtp), 0);
	return result;
}

/* All that the server has read, when its end has come. */
static const char *
heard(void)
{
	static char text[16384];
	size_t n = 0;
	ssize_t got;

	smtp_free(smtp); /* Its connection ends. */
	smtp = smtp_new();
	assert_non_null(smtp);
	while (n < sizeof(text) - 1 &&
	    (got = read(heard_fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	return text;
}

static void
a_mail_is_taken(void **state)
{
	const struct script script = { 0 };
	struct smtp_result result = send_to(&script);
	const char *text;

	(void)state;
	assert_true(result.sent);
	text = heard();
	assert_non_null(strstr(text, "MAIL FROM:<hub@voorbeeld.example>"));
	assert_non_null(strstr(text, "RCPT TO:<" ADDRESS ">\r\n"));
	assert_non_null(strstr(text, "\r\nTo: " ADDRESS "\r\n"));
	assert_non_null(strstr(text, "multipart/alternative"));
	assert_non_null(strstr(text, "text/plain; charset=utf-8"));
	assert_non_null(strstr(text, "text/html; charset=utf-8"));
	/* A line of a dot alone does not end the mail. */
	assert_non_null(strstr(text, "\r\n..\r\nTot ziens"));
}

/* What each answer comes to, and that nothing but codes is told of it. */
static void
answers_are_told_by_their_codes(void **state)
{
	static const struct {
		struct script script;
		const char *why;
		bool for_good;
	} cases[] = {
		{ { .rcpt = "550 5.1.1 <" ADDRESS "> is not here" },
		    "the mail server answered 550 5.1.1 to RCPT", true },
		{ { .rcpt = "450 4.2.1 <" ADDRESS "> is full" },
		    "the mail server answered 450 4.2.1 to RCPT", false },
		{ { .rcpt = "550-<" ADDRESS ">\r\n550 nobody" },
		    "the mail server answered 550 to RCPT", true },
		{ { .data = "554 5.7.1 " ADDRESS },
		    "the mail server answered 554 5.7.1 to DATA", true },
		{ { .end = "552 5.3.4 too large for " ADDRESS },
		    "the mail server answered 552 5.3.4 to DATA", true },
		{ { .end = "451 4.7.1 greylisted" },
		    "the mail server answered 451 4.7.1 to DATA", false },
		{ { .mail = "550 5.7.1 hub@voorbeeld.example is no sender" },
		    "the mail server answered 550 5.7.1 to MAIL", false },
		{ { .mail = "421 4.3.2 closing" },
		    "the mail server answered 421 4.3.2 to MAIL", false },
	};
	struct smtp_result result;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		result = send_to(&cases[i].script);
		assert_false(result.sent);
		assert_string_equal(result.why.text, cases[i].why);
		assert_int_equal(result.for_good, cases[i].for_good);
		assert_int_equal(result.trouble, cases[i].script.mail != NULL);
		close_smtp(state);
		open_smtp(state);
	}
}

/* The greeting comes before any command. */
static void
a_server_that_takes_nobody_is_tried_again(void **state)
{
	const struct script script = { .begin = "554 5.3.2 not now" };
	struct smtp_result result = send_to(&script);

	(void)state;
	assert_false(result.sent);
	assert_false(result.for_good);
	assert_string_equal(result.why.text,
	    "the mail server answered 554 5.3.2 to the connection");
}

static void
a_server_that_dies_is_tried_again(void **state)
{
	const struct script script = { .hangs_up = true };
	struct smtp_result result = send_to(&script);

	(void)state;
	assert_false(result.sent);
	assert_false(result.for_good);
	assert_true(result.trouble);
	assert_null(strstr(result.why.text, ADDRESS));
}

/*
 * What goes over the line in a login is told by no sentence, whatever it looks
 * like and however short it is; and the mail is none the worse for it.
 */
static void
a_refused_login_tells_nothing(void **state)
{
	static const struct {
		const char *offers, *user, *password, *line;
	} cases[] = {
		{ "250-AUTH PLAIN\r\n", "hub", "wrong", "AGh1Yg" },
		{ "250-AUTH PLAIN\r\n", "hub", "\xff\xfe?>", "AGh1Yg" },
		{ "250-AUTH LOGIN\r\n", "hub", "wrong", "aHVi" },
		{ "250-AUTH LOGIN\r\n", "RCPT", "DATA", "UkNQVA" },
	};
	const struct script base = { .login = "535 5.7.8 wrong: hub" };
	struct smtp_result result;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct script script = base;

		script.offers = cases[i].offers;
		log_in_as(cases[i].user, cases[i].password);
		result = send_to(&script);
		assert_false(result.sent);
		assert_false(result.for_good);
		assert_true(result.trouble);
		assert_null(strstr(result.why.text, cases[i].line));
		assert_string_equal(result.why.text,
		    "the mail server answered 535 5.7.8 to AUTH");
		close_smtp(state);
		open_smtp(state);
	}
}

static void
a_login_is_made(void **state)
{
	const struct script script = { .offers = "250-AUTH PLAIN\r\n" };

	(void)state;
	log_in_as("hub", "geheim");
	assert_true(send_to(&script).sent);
	assert_non_null(strstr(heard(), "\r\nAUTH PLAIN"));
}

/* A password for mail that others may read is used no more. */
static void
a_password_file_is_for_its_owner(void **state)
{
	static const mode_t modes[] = { 0604, 0640, 0666 };
	struct why why;

	(void)state;
	log_in_as("hub", "geheim");
	snprintf(conf.mail_server, sizeof(conf.mail_server), "127.0.0.1:1");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(secret, modes[i]), 0);
		assert_int_equal(
		    smtp_send(smtp, &conf, &message, NULL, &why), HUB_EIO);
		assert_non_null(strstr(why.text, "chmod 0600"));
	}
	assert_int_equal(chmod(secret, 0600), 0);
	log_in_as("hub", "");
	assert_int_equal(smtp_send(smtp, &conf, &message, NULL, &why), HUB_EIO);
	assert_non_null(strstr(why.text, "empty"));
	assert_int_equal(unlink(secret), 0);
	assert_int_equal(mkfifo(secret, 0600), 0);
	assert_int_equal(smtp_send(smtp, &conf, &message, NULL, &why), HUB_EIO);
	assert_int_equal(unlink(secret), 0);
	assert_int_equal(smtp_send(smtp, &conf, &message, NULL, &why), HUB_EIO);
	assert_int_equal(smtp_count(smtp), 0);
}

/* One that has answered for the mail has no more to say. */
static void
no_leave_is_waited_for(void **state)
{
	static const struct script scripts[] = {
		{ .stays = true },
		{ .rcpt = "550 nobody", .stays = true },
	};
	int64_t start = clock_mono_ms();

	assert_true(send_to(&scripts[0]).sent);
	close_smtp(state);
	open_smtp(state);
	assert_true(send_to(&scripts[1]).for_good);
	close_smtp(state);
	open_smtp(state);
	/* libcurl's own patience would be two minutes for each. */
	assert_true(clock_mono_ms() - start < 60000);
}

/* Nothing is said in the clear where TLS is asked for. */
static void
tls_is_not_left_out(void **state)
{
	const struct script script = { .offers = "250-AUTH PLAIN\r\n" };
	struct smtp_result result;
	const char *text;

	(void)state;
	log_in_as("hub", "geheim");
	conf.mail_security = MAIL_STARTTLS;
	result = send_to(&script);
	conf.mail_security = MAIL_PLAIN;
	assert_false(result.sent);
	assert_false(result.for_good);
	text = heard();
	assert_null(strstr(text, "AUTH"));
	assert_null(strstr(text, "MAIL"));
}

static void
a_silent_server_has_its_time(void **state)
{
	const struct script script = { .is_silent = true };
	struct smtp_result result;

	(void)state;
	conf.mail_timeout = 1;
	result = send_to(&script);
	conf.mail_timeout = 60;
	assert_false(result.sent);
	assert_false(result.for_good);
	assert_non_null(strcasestr(result.why.text, "time"));
}

/* A few at most are under way, and a stop breaks them off without waiting. */
static void
what_is_under_way_can_be_left(void **state)
{
	const struct script script = { .is_silent = true };
	struct smtp_result result;
	struct why why;

	(void)state;
	start(&script);
	for (unsigned int i = 0; i < SMTP_MOST; i++)
		assert_int_equal(
		    smtp_send(smtp, &conf, &message, NULL, &why), 0);
	assert_int_equal(
	    smtp_send(smtp, &conf, &message, NULL, &why), HUB_EFULL);
	assert_false(smtp_done(smtp, &result));
	assert_int_equal(smtp_count(smtp), SMTP_MOST);
}

/* As RestrictAddressFamilies=AF_UNIX of the unit does it. */
static void
allow_local_sockets_only(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAFNOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {
		.len = sizeof(rules) / sizeof(rules[0]),
		.filter = rules,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
		_exit(2);
}

/* Not the server or its name: what is in the way is named. */
static void
a_unit_without_network_is_told(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct smtp_result result;
		struct why why;

		allow_local_sockets_only();
		snprintf(conf.mail_server, sizeof(conf.mail_server), "%s",
		    "127.0.0.1:25");
		if (smtp_send(smtp, &conf, &message, NULL, &why) != 0)
			_exit(3);
		while (!smtp_done(smtp, &result))
			smtp_wait(smtp, -1, 1000);
		_exit(!result.sent && !result.for_good && result.trouble &&
			    strstr(result.why.text, "mail.conf") != NULL
			? 0
			: 4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, open_smtp, close_smtp)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_mail_is_taken),
		CASE(answers_are_told_by_their_codes),
		CASE(a_server_that_takes_nobody_is_tried_again),
		CASE(a_server_that_dies_is_tried_again),
		CASE(a_refused_login_tells_nothing),
		CASE(a_login_is_made),
		CASE(no_leave_is_waited_for),
		CASE(tls_is_not_left_out),
		CASE(a_silent_server_has_its_time),
		CASE(what_is_under_way_can_be_left),
		CASE(a_unit_without_network_is_told),
		CASE(a_password_file_is_for_its_owner),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, setup, teardown);
}
