/*
 * Whether mail goes out: what the queue tells of the mail server, which is not
 * asked itself, and what can be seen of the configuration.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "hubctl/doctor.h"
#include "identity/mail.h"
#include "mail/courier.h"

/* Seconds that a mail may wait before that is worth a look. */
#define WAIT_LONG (15 * 60)

/* As the owner of the stores, who is the one that sends. */
static void
check_password_file(struct doctor *d)
{
	const char *path = d->ctl->conf.mail_password_file;
	struct stat st;
	int fd, rc;

	if (path[0] == '\0')
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* Whoever may not open the vault is not who sends. */
	if (fd < 0 && errno == EACCES && d->ctl->vault == NULL)
		return;
	if (fd < 0) {
		doctor_say(d, FINDING_FAIL, "mail",
		    "%s cannot be read: %s; give it to %s with mode 0600", path,
		    strerror(errno), d->ctl->conf.store_user);
		return;
	}
	rc = fstat(fd, &st);
	close(fd);
	if (rc != 0 || !S_ISREG(st.st_mode))
		doctor_say(d, FINDING_FAIL, "mail",
		    "%s is no plain file: name one in mail.password_file",
		    path);
	else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		doctor_say(d, FINDING_FAIL, "mail",
		    "%s is open to others: chmod 0600 %s", path, path);
	else
		doctor_say(d, FINDING_OK, "mail",
		    "the password file can be read by %s alone",
		    d->ctl->conf.store_user);
}

static void
check_texts(struct doctor *d)
{
	struct why why;

	if (!conf_sends_mail(&d->ctl->conf))
		return;
	if (courier_check(&d->ctl->conf, &why) != 0)
		doctor_say(d, FINDING_FAIL, "mail", "%s", why.text);
	else
		doctor_say(d, FINDING_OK, "mail", "the texts can be filled in");
}

static void
say_queue(struct doctor *d, const struct mail_count *count, int64_t now)
{
	bool sends = conf_sends_mail(&d->ctl->conf);

	if (count->failed > 0)
		doctor_say(d, FINDING_WARN, "mail",
		    "%" PRIu64 " were given up: see hubctl mail list, then "
		    "send them with hubctl mail retry, or hubctl mail drop",
		    count->failed);
	if (count->waiting > 0 && !sends)
		doctor_say(d, FINDING_WARN, "mail",
		    "%" PRIu64 " wait, and mail.server is empty: name a "
		    "server, or drop them (hubctl mail list)",
		    count->waiting);
	else if (count->waiting > 0 && now - count->oldest > WAIT_LONG)
		doctor_say(d, FINDING_WARN, "mail",
		    "%" PRIu64 " wait, one of them for %" PRId64
		    " minutes: hubctl mail list tells what the server says; "
		    "the keepers' daemon sends",
		    count->waiting, (now - count->oldest) / 60);
	else if (count->failed == 0)
		doctor_say(d, FINDING_OK, "mail", "%" PRIu64 " wait%s",
		    count->waiting, sends ? "" : ", and none is sent");
}

void
doctor_mail(struct doctor *d)
{
	struct ctl *ctl = d->ctl;
	struct mail_count count;
	struct txn *txn;
	int rc;

	check_password_file(d);
	check_texts(d);
	if (ctl->vault == NULL) {
		doctor_say(d, FINDING_SKIP, "mail",
		    "not looked at: it takes the vault");
		return;
	}
	txn = store_read_begin(ctl->vault, ctl->arena);
	mail_count(txn, &count);
	rc = store_read_end(txn);
	if (rc != 0)
		doctor_say(d, FINDING_FAIL, "mail",
		    "the queue cannot be read: %s; see hubctl verify",
		    err_text(rc));
	else
		say_queue(d, &count, clock_now());
}
