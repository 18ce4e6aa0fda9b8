#include "mail/smtp.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/secret.h"

#define PASSWORD_MAX 512

/* A mail under way. */
struct transfer {
	CURL *curl;
	curl_mime *mime;
	struct curl_slist *fields, *to;
	void *tag;
	int fd;              /* of the connection; -1: none yet */
	const char *command; /* that was sent last, of commands[] */
	char answer[16];     /* codes of the last answer: "550 5.1.1" */
	bool quits;          /* what follows is not about the mail */
};

struct smtp {
	CURLM *multi;
	struct transfer *at[SMTP_MOST];
	unsigned int n;
};

struct smtp *
smtp_new(void)
{
	struct smtp *smtp = calloc(1, sizeof(*smtp));

	if (smtp == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(smtp);
		return NULL;
	}
	smtp->multi = curl_multi_init();
	if (smtp->multi != NULL)
		return smtp;
	curl_global_cleanup();
	free(smtp);
	return NULL;
}

static void
free_transfer(struct transfer *t)
{
	if (t == NULL)
		return;
	curl_easy_cleanup(t->curl);
	curl_mime_free(t->mime);
	curl_slist_free_all(t->fields);
	curl_slist_free_all(t->to);
	free(t);
}

void
smtp_free(struct smtp *smtp)
{
	if (smtp == NULL)
		return;
	for (size_t i = 0; i < SMTP_MOST; i++) {
		if (smtp->at[i] == NULL)
			continue;
		curl_multi_remove_handle(smtp->multi, smtp->at[i]->curl);
		free_transfer(smtp->at[i]);
	}
	curl_multi_cleanup(smtp->multi);
	curl_global_cleanup();
	free(smtp);
}

unsigned int
smtp_count(const struct smtp *smtp)
{
	return smtp->n;
}

/* What can be told of a line that went out; the other lines are secrets. */
static const char *const commands[] = { "EHLO", "HELO", "STARTTLS", "AUTH",
	"MAIL", "RCPT", "DATA" };

static bool
is_command(const struct transfer *t, const char *name)
{
	return strcmp(t->command, name) == 0;
}

static void
note_command(struct transfer *t, struct str line)
{
	struct str word = line;

	/* An answer to the server's challenge may look like anything. */
	if (is_command(t, "AUTH") && strncmp(t->answer, "334", 3) == 0)
		return;
	word.n = 0;
	while (word.n < line.n && char_is_alnum(line.p[word.n]))
		word.n++;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (str_eq(word, str_of(commands[i])))
			t->command = commands[i];
}

/* The codes that an answer begins with, and not its text. */
static void
note_answer(struct transfer *t, struct str line)
{
	size_t n = 0;

	while (n < line.n && n < 3 && char_is_digit(line.p[n]))
		n++;
	if (n != 3)
		return;
	if (line.n > 5 && char_is_digit(line.p[4]) && line.p[5] == '.') {
		n = 4;
		while (n < line.n && n < sizeof(t->answer) - 1 &&
		    (char_is_digit(line.p[n]) || line.p[n] == '.'))
			n++;
	}
	memcpy(t->answer, line.p, n);
	t->answer[n] = '\0';
	if (n > 3)
		t->answer[3] = ' ';
}

/*
 * libcurl takes its leave before it tells how a mail has ended, and waits up to
 * two minutes for the answer, all the process with it. Nobody needs that one.
 */
static void
take_leave(struct transfer *t)
{
	t->quits = true;
	if (t->fd >= 0)
		shutdown(t->fd, SHUT_RD);
}

/* libcurl gives it its type. */
static int
listen_in(CURL *curl, curl_infotype type,
    char *data, /* NOLINT(readability-non-const-parameter) */
    size_t size, void *arg)
{
	struct transfer *t = arg;
	const struct str line = { data, size };

	(void)curl;
	if (t->quits)
		return 0;
	if (type == CURLINFO_HEADER_IN)
		note_answer(t, line);
	else if (type == CURLINFO_HEADER_OUT && str_starts(line, STR("QUIT")))
		take_leave(t);
	else if (type == CURLINFO_HEADER_OUT)
		note_command(t, line);
	return 0;
}

static int
note_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct transfer *t = arg;

	(void)purpose;
	t->fd = fd;
	return CURL_SOCKOPT_OK;
}

/* A pipe would wait for its writer, and mail with it. */
static int
open_password(const char *path, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	const char *fault = NULL;

	if (fd < 0 || fstat(fd, &st) != 0)
		fault = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		fault = "it is no plain file";
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		fault = "it can be read by others: chmod 0600 it";
	if (fault == NULL)
		return fd;
	why_say(why, "mail.password_file is not used: %s", fault);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
read_password(const struct conf *conf, char *to, struct why *why)
{
	int fd = open_password(conf->mail_password_file, why);
	ssize_t n;

	if (fd < 0)
		return HUB_EIO;
	n = read(fd, to, PASSWORD_MAX);
	close(fd);
	to[n > 0 ? n : 0] = '\0';
	to[strcspn(to, "\r\n")] = '\0';
	if (to[0] == '\0' || n == PASSWORD_MAX)
		return why_set(
		    why, HUB_EIO, "mail.password_file is empty or too long");
	return 0;
}

/* The first fault of a row of settings. */
#define SET(option, value)                                                     \
	(rc == CURLE_OK ? (rc = curl_easy_setopt(t->curl, option, value)) : rc)

static CURLcode
set_server(struct transfer *t, const struct conf *conf)
{
	CURLcode rc = CURLE_OK;
	char url[sizeof(conf->mail_server) + 16];
	long most = (long)conf->mail_timeout;

	snprintf(url, sizeof(url), "%s://%s",
	    conf->mail_security == MAIL_TLS ? "smtps" : "smtp",
	    conf->mail_server);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_USE_SSL,
	    conf->mail_security == MAIL_PLAIN ? (long)CURLUSESSL_NONE
					      : (long)CURLUSESSL_ALL);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (conf->mail_ca[0] != '\0') {
		SET(CURLOPT_CAINFO, conf->mail_ca);
		SET(CURLOPT_CAPATH, NULL);
	}
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_TIMEOUT, most);
	/* To libcurl that ends with the login; some let callers wait. */
	SET(CURLOPT_CONNECTTIMEOUT, most);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_SOCKOPTFUNCTION, note_socket);
	SET(CURLOPT_SOCKOPTDATA, t);
	/* A name server that is slow does not hold up the end. */
	SET(CURLOPT_QUICK_EXIT, 1L);
	/* Nothing of it is kept but the codes. */
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, listen_in);
	SET(CURLOPT_DEBUGDATA, t);
	return rc;
}

static CURLcode
set_login(struct transfer *t, const struct conf *conf, const char *password)
{
	CURLcode rc = CURLE_OK;

	if (conf->mail_user[0] == '\0')
		return rc;
	SET(CURLOPT_USERNAME, conf->mail_user);
	SET(CURLOPT_PASSWORD, password);
	return rc;
}

static CURLcode
add_part(curl_mime *mime, const char *text, const char *type)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	CURLcode rc;

	if (part == NULL)
		return CURLE_OUT_OF_MEMORY;
	rc = curl_mime_data(part, text, CURL_ZERO_TERMINATED);
	if (rc == CURLE_OK)
		rc = curl_mime_type(part, type);
	if (rc == CURLE_OK)
		rc = curl_mime_encoder(part, "quoted-printable");
	return rc;
}

/* Both forms as alternatives, the plainest first (RFC 2046 section 5.1.4). */
static CURLcode
set_body(struct transfer *t, const struct message *message)
{
	curl_mime *both;
	curl_mimepart *part;
	CURLcode rc;

	t->mime = curl_mime_init(t->curl);
	both = curl_mime_init(t->curl);
	part = t->mime == NULL ? NULL : curl_mime_addpart(t->mime);
	if (both == NULL || part == NULL) {
		curl_mime_free(both);
		return CURLE_OUT_OF_MEMORY;
	}
	rc = add_part(both, message->plain, "text/plain; charset=utf-8");
	if (rc == CURLE_OK)
		rc = add_part(both, message->html, "text/html; charset=utf-8");
	if (rc == CURLE_OK)
		rc = curl_mime_subparts(part, both);
	if (rc != CURLE_OK) {
		curl_mime_free(both);
		return rc;
	}
	rc = curl_mime_type(part, "multipart/alternative");
	SET(CURLOPT_MIMEPOST, t->mime);
	return rc;
}

static CURLcode
append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer == NULL)
		return CURLE_OUT_OF_MEMORY;
	*list = longer;
	return CURLE_OK;
}

static CURLcode
set_message(struct transfer *t, const struct message *message)
{
	CURLcode rc = append(&t->to, message->to);

	for (size_t i = 0; rc == CURLE_OK && message->fields[i] != NULL; i++)
		rc = append(&t->fields, message->fields[i]);
	SET(CURLOPT_MAIL_FROM, message->from);
	SET(CURLOPT_MAIL_RCPT, t->to);
	SET(CURLOPT_HTTPHEADER, t->fields);
	return rc == CURLE_OK ? set_body(t, message) : rc;
}

static int
prepare(struct transfer *t, const struct conf *conf,
    const struct message *message, struct why *why)
{
	char password[PASSWORD_MAX + 1] = "";
	CURLcode code;
	int rc = 0;

	if (conf->mail_user[0] != '\0')
		rc = read_password(conf, password, why);
	if (rc == 0) {
		code = set_server(t, conf);
		if (code == CURLE_OK)
			code = set_login(t, conf, password);
		if (code == CURLE_OK)
			code = set_message(t, message);
		if (code != CURLE_OK)
			rc = why_set(why,
			    code == CURLE_OUT_OF_MEMORY ? HUB_ENOMEM
							: HUB_EINVAL,
			    "%s", curl_easy_strerror(code));
	}
	secret_clear(password, sizeof(password));
	return rc;
}

int
smtp_send(struct smtp *smtp, const struct conf *conf,
    const struct message *message, void *tag, struct why *why)
{
	struct transfer *t;
	size_t i = 0;
	int rc;

	while (i < SMTP_MOST && smtp->at[i] != NULL)
		i++;
	if (i == SMTP_MOST)
		return why_set(why, HUB_EFULL, "too many are under way");
	t = calloc(1, sizeof(*t));
	if (t == NULL || (t->curl = curl_easy_init()) == NULL) {
		free(t);
		return why_set(why, HUB_ENOMEM, "out of memory");
	}
	t->tag = tag;
	t->fd = -1;
	t->command = "the connection";
	rc = prepare(t, conf, message, why);
	if (rc == 0 && curl_multi_add_handle(smtp->multi, t->curl) != CURLM_OK)
		rc = why_set(why, HUB_ENOMEM, "out of memory");
	if (rc != 0) {
		free_transfer(t);
		return rc;
	}
	smtp->at[i] = t;
	smtp->n++;
	return 0;
}

/* Whether who gets it or the mail was refused, and not all there is. */
static bool
is_of_mail(const struct transfer *t)
{
	return is_command(t, "RCPT") || is_command(t, "DATA");
}

/*
 * Whether the service manager lets this process open no network socket at all,
 * as the unit that comes with the hub does: libcurl then blames the server or
 * its name.
 */
static bool
is_shut_off(CURLcode code)
{
	int fd, err;

	if (code != CURLE_COULDNT_RESOLVE_HOST && code != CURLE_COULDNT_CONNECT)
		return false;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	err = errno;
	if (fd >= 0)
		close(fd);
	return fd < 0 && (err == EAFNOSUPPORT || err == EPERM || err == EACCES);
}

static void
tell(const struct transfer *t, CURLcode code, struct smtp_result *out)
{
	bool answered = t->answer[0] == '4' || t->answer[0] == '5';

	*out = (struct smtp_result){
		.tag = t->tag,
		.sent = code == CURLE_OK,
	};
	if (out->sent)
		return;
	/* All else is the server's trouble or ours, and may be mended. */
	out->for_good = t->answer[0] == '5' && is_of_mail(t);
	out->trouble = !answered || !is_of_mail(t);
	if (answered && code != CURLE_OPERATION_TIMEDOUT)
		why_say(&out->why, "the mail server answered %s to %s",
		    t->answer, t->command);
	else if (is_shut_off(code))
		why_say(&out->why,
		    "the keepers' unit shuts them off from the network: put "
		    "share/hub/systemd/mail.conf into hub-keepers.service.d");
	else
		why_say(&out->why, "%s", curl_easy_strerror(code));
}

bool
smtp_done(struct smtp *smtp, struct smtp_result *out)
{
	struct CURLMsg *message;
	int left;

	curl_multi_perform(smtp->multi, &left);
	while ((message = curl_multi_info_read(smtp->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		for (size_t i = 0; i < SMTP_MOST; i++) {
			struct transfer *t = smtp->at[i];

			if (t == NULL || t->curl != message->easy_handle)
				continue;
			tell(t, message->data.result, out);
			curl_multi_remove_handle(smtp->multi, t->curl);
			free_transfer(t);
			smtp->at[i] = NULL;
			smtp->n--;
			return true;
		}
	}
	return false;
}

void
smtp_wait(struct smtp *smtp, int fd, int64_t ms)
{
	struct curl_waitfd extra = { .fd = fd, .events = CURL_WAIT_POLLIN };
	int most = ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;

	curl_multi_poll(smtp->multi, &extra, fd >= 0 ? 1 : 0, most, NULL);
}
