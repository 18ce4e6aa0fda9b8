/*
 * The queue of mails, for operators. Mails have names without addresses, so
 * that they can be named in a shell, and in events.
 */
#include <inttypes.h>
#include <stdio.h>
#include "base/clock.h"
#include "base/json_out.h"
#include "directory/account.h"
#include "hubctl/ctl.h"
#include "identity/audit.h"
#include "identity/mail.h"
#include "mail/courier.h"

/* Mails that are read in one look, and changed in one transaction. */
#define PAGE 200
#define PAGE_TEXT_MAX (PAGE * 4096)
#define FIELD_MAX 1024

static bool option_json, option_all;

/* How far a walk over the queue has come. */
struct walk {
	char at[MAIL_NAME_MAX]; /* the last mail that was looked at */
	size_t n;
	bool more;
};

static struct str
walk_place(const struct walk *walk)
{
	return (struct str){ walk->at, walk->n };
}

static void
walk_on(struct txn *vault, struct walk *walk, struct str name)
{
	if (name.n > sizeof(walk->at)) {
		txn_fail(vault, HUB_ECORRUPT);
		return;
	}
	memcpy(walk->at, name.p, name.n);
	walk->n = name.n;
}

/* Foreign text must not steer a terminal. */
static void
put_field(struct buf *line, struct str text, int width)
{
	char field[FIELD_MAX];
	size_t n;

	if (text.n == 0)
		text = STR("-");
	n = str_escape(field, sizeof(field), text);
	buf_printf(line, "%-*.*s", width, (int)n, field);
}

static const char *
time_text(int64_t when, char text[CLOCK_TEXT])
{
	clock_text(when, text);
	return text;
}

static void
put_line(struct buf *page, struct str name, const struct mail_rec *rec,
    struct str username)
{
	char since[CLOCK_TEXT], due[CLOCK_TEXT];

	put_field(page, name, 54);
	buf_printf(page, "  %-7s  %-20s  %5" PRIu32 "  %-20s  ",
	    rec->failed ? "failed" : "waiting", time_text(rec->made, since),
	    rec->tries, rec->failed ? "-" : time_text(rec->due, due));
	put_field(page, username, 32);
	buf_str(page, STR("  "));
	put_field(page, rec->fault, 0);
	buf_byte(page, '\n');
}

static void
put_member(struct json_out *j, const char *name, struct str text)
{
	json_out_name(j, name);
	json_out_str(j, text.n > 0 ? text : STR_NONE);
}

static void
put_time(struct json_out *j, const char *name, int64_t when)
{
	char text[CLOCK_TEXT];

	json_out_name(j, name);
	json_out_cstr(j, time_text(when, text));
}

static void
put_json(struct buf *page, struct str name, const struct mail_rec *rec,
    struct str username)
{
	struct json_out j;

	json_out_begin(&j, page);
	json_out_object(&j);
	put_member(&j, "name", name);
	put_member(&j, "template", str_of(mail_template_name(rec->template)));
	put_member(&j, "account", rec->account);
	put_member(&j, "username", username);
	put_member(&j, "about", rec->about);
	put_member(&j, "state", rec->failed ? STR("failed") : STR("waiting"));
	put_time(&j, "since", rec->made);
	json_out_name(&j, "tries");
	json_out_int(&j, rec->tries);
	if (rec->failed)
		put_member(&j, "due", STR_NONE);
	else
		put_time(&j, "due", rec->due);
	put_member(&j, "fault", rec->fault);
	json_out_object_end(&j);
	if (json_out_end(&j) != 0)
		buf_fail(page, HUB_EINVAL);
	buf_byte(page, '\n');
}

/* The name of the account in this life; none if that is over. */
static struct str
username_of(struct txn *directory, const struct mail_rec *mail)
{
	struct account_rec account;

	if (mail->account.n == 0 ||
	    !account_get(directory, mail->account, &account) ||
	    account.born != mail->born)
		return STR("");
	return account.name;
}

static int
gather_page(struct ctl *ctl, struct walk *walk, struct buf *page)
{
	struct txn *directory = store_read_begin(ctl->directory, ctl->arena);
	struct txn *vault = store_read_begin(ctl->vault, ctl->arena);
	struct str name = walk_place(walk);
	struct mail_rec rec;
	int rc, end, n = 0;

	while (n < PAGE && mail_next(vault, &name, &rec)) {
		struct str username = username_of(directory, &rec);

		if (option_json)
			put_json(page, name, &rec, username);
		else
			put_line(page, name, &rec, username);
		walk_on(vault, walk, name);
		n++;
	}
	walk->more = n == PAGE;
	rc = store_read_end(vault);
	end = store_read_end(directory);
	if (rc == 0)
		rc = end;
	return rc == 0 ? buf_error(page) : rc;
}

/* A page is printed when the look is over: a reader of ours may be slow. */
static int
print_pages(struct ctl *ctl, struct buf *page)
{
	struct walk walk = { .more = true };
	int rc = 0;

	while (rc == 0 && walk.more && !ferror(stdout)) {
		rc = gather_page(ctl, &walk, page);
		if (rc == 0 && page->n > 0)
			fwrite(page->p, 1, page->n, stdout);
		buf_reset(page);
		arena_reset(ctl->arena);
	}
	return rc;
}

static enum ctl_exit
run_list(struct ctl *ctl, int argc, char **argv)
{
	struct buf page;
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	if (!option_json)
		printf("%-54s  %-7s  %-20s  %5s  %-20s  %-32s  %s\n", "NAME",
		    "STATE", "SINCE", "TRIES", "DUE", "USERNAME", "FAULT");
	buf_init(&page, PAGE_TEXT_MAX);
	rc = print_pages(ctl, &page);
	buf_free(&page);
	return rc == 0 ? CTL_OK : ctl_fail("the queue: %s", err_text(rc));
}

/* What is done to mails, in one transaction, which may be run twice. */
struct job {
	struct ctl *ctl;
	struct str name;
	struct walk from, to; /* of all */
	int64_t now;
	bool (*fn)(struct txn *vault, struct str name, const struct job *job);
	const char *event;
	unsigned int done;
};

static bool
retry(struct txn *vault, struct str name, const struct job *job)
{
	return mail_retry(vault, name, job->now);
}

static bool
drop(struct txn *vault, struct str name, const struct job *job)
{
	(void)job;
	return mail_drop(vault, name);
}

static void
do_one(struct txn *vault, struct job *job, struct str name,
    const struct mail_rec *rec)
{
	struct audit_rec event;

	if (!job->fn(vault, name, job))
		return;
	ctl_event(job->ctl, &event, job->event, rec->account,
	    mail_template_name(rec->template));
	audit_put(vault, &event);
	job->done++;
}

static int
do_named(struct txn *vault, void *arg)
{
	struct job *job = arg;
	struct mail_rec rec;

	job->done = 0;
	if (mail_get(vault, job->name, &rec))
		do_one(vault, job, job->name, &rec);
	return 0;
}

/* One that no try was made for is about to be sent as it is. */
static int
do_page(struct txn *vault, void *arg)
{
	struct job *job = arg;
	struct str name = walk_place(&job->from);
	struct mail_rec rec;
	unsigned int n = 0;

	job->done = 0;
	job->to = job->from;
	while (n < PAGE && mail_next(vault, &name, &rec)) {
		if (rec.failed || rec.tries > 0)
			do_one(vault, job, name, &rec);
		walk_on(vault, &job->to, name);
		n++;
	}
	job->to.more = n == PAGE;
	return 0;
}

static enum ctl_exit
retry_all(struct job *job)
{
	struct ctl *ctl = job->ctl;
	unsigned int done = 0;

	do {
		int rc = store_write(ctl->vault, ctl->arena, do_page, job);

		arena_reset(ctl->arena);
		if (rc != 0)
			return ctl_fail("%u mails are to be sent again, then: "
					"%s; give the command again",
			    done, err_text(rc));
		done += job->done;
		job->from = job->to;
	} while (job->to.more);
	printf("%u mails are to be sent again\n", done);
	return CTL_OK;
}

static enum ctl_exit
do_to_named(struct job *job, const char *name, const char *says)
{
	struct ctl *ctl = job->ctl;
	int rc;

	job->name = str_of(name);
	/* What is too long for a key is no mail's name either. */
	if (job->name.n == 0 || job->name.n > MAIL_NAME_MAX)
		rc = HUB_ENOENT;
	else
		rc = store_write(ctl->vault, ctl->arena, do_named, job);
	if (rc == 0 && job->done == 0)
		rc = HUB_ENOENT;
	if (rc == HUB_ENOENT)
		return ctl_fail("no mail is called %.200s: hubctl mail list "
				"tells the names",
		    name);
	if (rc != 0)
		return ctl_fail("%s: %s", name, err_text(rc));
	printf("%s %s\n", name, says);
	return CTL_OK;
}

static enum ctl_exit
run_retry(struct ctl *ctl, int argc, char **argv)
{
	struct job job = { .ctl = ctl, .fn = retry, .event = "mail.retried" };
	struct why why;

	if ((argc == 1) == option_all)
		return ctl_usage(&command_mail_retry,
		    option_all ? "both NAME and --all are given"
			       : "NAME or --all is missing");
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	if (!conf_sends_mail(&ctl->conf))
		return ctl_fail("no mail is sent: mail.server is empty in the "
				"configuration");
	job.now = clock_now();
	return option_all ? retry_all(&job)
			  : do_to_named(&job, argv[0], "is to be sent again");
}

static enum ctl_exit
run_drop(struct ctl *ctl, int argc, char **argv)
{
	struct job job = { .ctl = ctl, .fn = drop, .event = "mail.dropped" };
	struct why why;

	(void)argc;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	return do_to_named(&job, argv[0], "is dropped");
}

/* Not by the queue: what the server says is told here. */
static enum ctl_exit
run_test(struct ctl *ctl, int argc, char **argv)
{
	struct why why;

	(void)argc;
	if (ctl_conf(ctl, &why) != 0 || ctl_become_owner(ctl, false, &why) != 0)
		return ctl_fail("%s", why.text);
	if (courier_test(&ctl->conf, ctl->arena, str_of(argv[0]), &why) != 0)
		return ctl_fail("%s", why.text);
	printf("%s has taken a mail for %s\n", ctl->conf.mail_server, argv[0]);
	return CTL_OK;
}

static const struct option_spec list_options[] = {
	{ "json", NULL, &option_json },
	{ NULL, NULL, NULL },
};

static const struct option_spec retry_options[] = {
	{ "all", NULL, &option_all },
	{ NULL, NULL, NULL },
};

const struct command command_mail_list = {
	.name = "mail list",
	.usage = "[--json]",
	.brief = "Shows the mails that wait and those that were given up.",
	.text =
	    "What was sent is not in the queue any more. FAULT is what the "
	    "last try came to,\nDUE when the next one is made. One that was "
	    "given up (failed) goes after 30 days.\n\n"
	    "  --json  one JSON object a line\n",
	.options = list_options,
	.run = run_list,
};

const struct command command_mail_retry = {
	.name = "mail retry",
	.usage = "NAME | --all",
	.brief = "Sends mails again, at once and as if they were new.",
	.text = "For when what was wrong is mended. NAME is what hubctl mail "
		"list shows.\n\n"
		"  --all  every mail that was tried, given up or not\n",
	.options = retry_options,
	.max = 1,
	.run = run_retry,
};

const struct command command_mail_drop = {
	.name = "mail drop",
	.usage = "NAME",
	.brief = "Takes a mail out of the queue, unsent.",
	.text = "What it was to tell is not told. A try that is under way may "
		"still arrive.\n",
	.min = 1,
	.max = 1,
	.run = run_drop,
};

const struct command command_mail_test = {
	.name = "mail test",
	.usage = "ADDRESS",
	.brief = "Sends a mail that only says that it has come.",
	.text = "It goes out at once, past the queue, and what the mail server "
		"says is told. The\ntexts are looked at, too. As root it does "
		"so as "
		"store_user, who must be able to\nread what the "
		"configuration names.\n",
	.min = 1,
	.max = 1,
	.run = run_test,
};
