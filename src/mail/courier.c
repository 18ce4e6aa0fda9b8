#include "mail/courier.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "directory/username.h"
#include "identity/mail.h"
#include "mail/compose.h"
#include "mail/smtp.h"

#define ARENA_FIRST (256 * 1024)
#define ARENA_MAX (8 * 1024 * 1024)

/*
 * Milliseconds without another try after the server was in trouble: each makes a
 * password, which is hard work, and for nothing as long as that lasts.
 */
#define PAUSE 5000

/* A try under way: the mail as it stood when that began. */
struct delivery {
	bool busy;
	char name[MAIL_NAME_MAX + 1];
	struct mail_rec rec; /* without its texts */
};

struct courier {
	struct hub hub; /* with an arena of its own: it holds secrets */
	struct mail_texts *texts;
	struct smtp *smtp;
	struct delivery at[SMTP_MOST];
	int64_t rests_until; /* clock_mono_ms() */
	bool more;           /* are due, and could be begun */
};

int
courier_check(const struct conf *conf, struct why *why)
{
	struct mail_texts *texts;
	int rc;

	if (!conf_sends_mail(conf))
		return 0;
	rc = mail_texts_load(&texts, conf->mail_templates, why);
	if (rc == 0)
		mail_texts_free(texts);
	return rc;
}

int
courier_new(struct courier **out, const struct hub *hub, struct why *why)
{
	struct courier *c;
	int rc;

	*out = NULL;
	if (!conf_sends_mail(hub->conf))
		return 0;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return why_set(why, HUB_ENOMEM, "out of memory");
	c->hub = *hub;
	c->hub.arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (c->hub.arena != NULL)
		arena_clears(c->hub.arena);
	c->smtp = smtp_new();
	rc = c->hub.arena == NULL || c->smtp == NULL
	    ? why_set(why, HUB_ENOMEM, "out of memory")
	    : mail_texts_load(&c->texts, hub->conf->mail_templates, why);
	if (rc != 0)
		courier_free(c);
	else
		*out = c;
	return rc;
}

void
courier_free(struct courier *c)
{
	if (c == NULL)
		return;
	smtp_free(c->smtp);
	mail_texts_free(c->texts);
	arena_free(c->hub.arena);
	free(c);
}

/* What is written about a mail. */
struct note {
	const struct courier *courier;
	struct str name;
	struct mail_rec rec;
	int64_t now;
	struct str fault; /* of a try that failed */
	bool for_good;

	/* Results. */
	bool found, given_up;
	struct mail_rec tried; /* REC, with one try more */
};

static int
write_note(struct courier *c, int (*fn)(struct txn *vault, void *arg),
    struct note *note)
{
	int rc = store_write(c->hub.vault, c->hub.arena, fn, note);

	if (rc != 0)
		log_err("the mail queue cannot be written: %s", err_text(rc));
	return rc;
}

static int
begin_try(struct txn *vault, void *arg)
{
	struct note *n = arg;

	n->tried = n->rec;
	n->found =
	    mail_try(vault, n->courier->hub.conf, n->name, &n->tried, n->now);
	return 0;
}

static int
take_off(struct txn *vault, void *arg)
{
	const struct note *n = arg;

	mail_sent(vault, n->name, &n->rec);
	return 0;
}

static int
put_back(struct txn *vault, void *arg)
{
	struct note *n = arg;

	n->given_up = mail_failed(vault, n->courier->hub.conf, n->name, &n->rec,
	    n->fault, n->for_good, n->now);
	return 0;
}

static void
fail(struct courier *c, struct note *note, const char *fault)
{
	note->courier = c;
	note->fault = str_of(fault);
	if (write_note(c, put_back, note) != 0)
		return;
	log_warn("mail %s: %s: %s",
	    mail_template_name((enum mail_template)note->rec.template), fault,
	    note->given_up ? "given up: see hubctl mail list"
			   : "it is tried again");
}

/* What cannot be made: an address is mended by an import, and then a retry. */
static void
refuse(struct courier *c, struct note *note, int err)
{
	note->for_good = err == HUB_EINVAL;
	fail(c, note,
	    note->for_good ? "the account's address is none that mail can go to"
			   : err_text(err));
}

/* The next that is due; false: none, or the store failed. */
static bool
find_due(struct courier *c, int64_t now, struct note *note)
{
	struct txn *txn = store_read_begin(c->hub.vault, c->hub.arena);
	bool found = mail_due(txn, now, &note->name, &note->rec);
	int rc = store_read_end(txn);

	if (rc != 0)
		log_err("the mail queue cannot be read: %s", err_text(rc));
	return rc == 0 && found;
}

static struct delivery *
free_place(struct courier *c)
{
	for (size_t i = 0; i < SMTP_MOST; i++)
		if (!c->at[i].busy)
			return &c->at[i];
	return NULL;
}

static void
hand_over(struct courier *c, struct delivery *d, struct note *note,
    const struct message *message)
{
	struct why why;

	d->rec = note->rec;
	d->rec.account = d->rec.about = d->rec.fault = STR("");
	snprintf(d->name, sizeof(d->name), "%.*s", STR_ARG(note->name));
	d->busy = smtp_send(c->smtp, c->hub.conf, message, d, &why) == 0;
	if (d->busy)
		return;
	c->rests_until = clock_mono_ms() + PAUSE;
	fail(c, note, why.text);
}

/*
 * Begins one try; false: none is due, or nothing can be done now. A mail to
 * nobody has done its duty by having waited like the others.
 */
static bool
begin(struct courier *c, struct delivery *d, int64_t now)
{
	struct note note = { .courier = c, .now = now };
	struct message message;
	int rc;

	if (!find_due(c, now, &note))
		return false;
	if (note.rec.account.n == 0)
		return write_note(c, take_off, &note) == 0;
	if (write_note(c, begin_try, &note) != 0)
		return false;
	if (!note.found)
		return true;
	note.rec = note.tried;
	rc = compose(&c->hub, c->texts, note.name, &note.rec, now, &message);
	if (rc == 0)
		hand_over(c, d, &note, &message);
	else if (rc == HUB_ENOENT)
		write_note(c, take_off, &note);
	else
		refuse(c, &note, rc);
	return true;
}

static void
finish(struct courier *c, const struct smtp_result *result, int64_t now)
{
	struct delivery *d = result->tag;
	struct note note = {
		.courier = c,
		.name = str_of(d->name),
		.rec = d->rec,
		.now = now,
		.for_good = result->for_good,
	};

	d->busy = false;
	if (result->trouble)
		c->rests_until = clock_mono_ms() + PAUSE;
	if (result->sent)
		write_note(c, take_off, &note);
	else
		fail(c, &note, result->why.text);
}

bool
courier_turn(struct courier *c, int64_t now)
{
	struct smtp_result result;
	struct delivery *d;
	unsigned int n = 0;

	while (smtp_done(c->smtp, &result))
		finish(c, &result, now);
	/*
	 * Some end at once. There may be thousands of those, which whoever asks
	 * for them must not be able to let others wait for.
	 */
	c->more = true;
	while (c->more && n++ < COURIER_DROPS) {
		c->more = clock_mono_ms() >= c->rests_until &&
		    (d = free_place(c)) != NULL && begin(c, d, now);
		arena_reset(c->hub.arena);
	}
	return c->more || smtp_count(c->smtp) > 0;
}

void
courier_wait(struct courier *c, int fd, int64_t ms)
{
	smtp_wait(c->smtp, fd, c->more ? 0 : ms);
}

#define TEST_SUBJECT STR("hub: test")
#define TEST_PLAIN                                                             \
	STR("Dit is een testbericht: de hub kan e-mail versturen.\n"           \
	    "This is a test: the hub can send mail.\n")
#define TEST_HTML                                                              \
	STR("<!DOCTYPE html>\n<html lang=\"nl\"><head><meta "                  \
	    "charset=\"utf-8\"><title>hub: test</title></head>\n<body>"        \
	    "<p>Dit is een testbericht: de hub kan e-mail versturen.</p>\n"    \
	    "<p lang=\"en\">This is a test: the hub can send mail.</p>"        \
	    "</body></html>\n")

static int
send_test(struct smtp *smtp, const struct conf *conf,
    const struct message *message, struct why *why)
{
	struct smtp_result result;
	int rc = smtp_send(smtp, conf, message, NULL, why);

	if (rc != 0)
		return rc;
	while (!smtp_done(smtp, &result))
		smtp_wait(smtp, -1, 1000);
	return result.sent ? 0 : why_set(why, HUB_EIO, "%s", result.why.text);
}

int
courier_test(const struct conf *conf, struct arena *arena, struct str address,
    struct why *why)
{
	const struct mail_text text = { TEST_SUBJECT, TEST_PLAIN, TEST_HTML };
	struct message message;
	struct smtp *smtp;
	int rc;

	if (!conf_sends_mail(conf))
		return why_set(why, HUB_EINVAL,
		    "no mail is sent: set mail.server in the configuration");
	if (username_check(address, &address, why) != 0) {
		why_prefix(why, "the address");
		return HUB_EINVAL;
	}
	if ((rc = courier_check(conf, why)) != 0)
		return rc;
	rc = message_make(arena, conf, address, &text, clock_now(), &message);
	if (rc != 0)
		return why_set(why, rc, "the message: %s", err_text(rc));
	smtp = smtp_new();
	rc = smtp == NULL ? why_set(why, HUB_ENOMEM, "out of memory")
			  : send_test(smtp, conf, &message, why);
	smtp_free(smtp);
	return rc;
}
