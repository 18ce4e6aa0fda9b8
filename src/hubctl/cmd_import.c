#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/import.h"
#include "hubctl/ctl.h"

/* More bad lines than this are counted only, unless others are loaded. */
#define BAD_SHOWN 100

/* Milliseconds between two lines of progress. */
#define SHOWN_MS 200

static bool option_continue, option_abandon;

struct progress {
	const char *name;
	bool terminal;
	unsigned long bad; /* lines, those not shown too */
	enum import_step step;
	int64_t since, shown; /* when the step began, the last line came */
	unsigned long before; /* lines that were done when it began */
};

static bool
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0)
			return false;
		p += done;
		n -= (size_t)done;
	}
	return true;
}

static bool
copy_all(int from, int to)
{
	char bytes[65536];
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0) {
		if (!write_all(to, bytes, (size_t)n))
			return false;
	}
	return n == 0;
}

/* A pipe is read twice too: by way of a file without a name. */
static int
spool(int from, const char *name, struct why *why)
{
	FILE *file = tmpfile();
	int fd = file == NULL ? -1 : dup(fileno(file));

	if (fd < 0)
		why_say(
		    why, "cannot make a temporary file: %s", strerror(errno));
	if (file != NULL)
		fclose(file);
	if (fd < 0 || copy_all(from, fd))
		return fd;
	why_say(why, "cannot keep a copy of %s: %s", name, strerror(errno));
	close(fd);
	return -1;
}

static int
open_input(const char *file, const char *name, struct why *why)
{
	bool standard = strcmp(file, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int copy;

	if (fd < 0 || fstat(fd, &st) != 0) {
		why_unread(
		    why, name, "name another file, or - for standard input");
		return -1;
	}
	if (!standard && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return fd;
	copy = spool(fd, name, why);
	if (!standard)
		close(fd);
	return copy;
}

/* Takes the line of progress away before another one is written. */
static void
clear_progress(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

static void
show_bad(void *ctx, unsigned long place, const char *reason)
{
	struct progress *p = ctx;
	char name[1024];
	size_t n = str_escape(name, sizeof(name), str_of(p->name));

	if (!option_continue && p->bad++ >= BAD_SHOWN)
		return;
	clear_progress(p);
	fprintf(stderr, "%.*s:%lu: %s\n", (int)n, name, place, reason);
}

static void
show_progress(void *ctx, const struct import_progress *now)
{
	static const char *const steps[] = { [IMPORT_READ] = "reading",
		[IMPORT_CHECK] = "checking",
		[IMPORT_COMPARE] = "comparing",
		[IMPORT_LOAD] = "loading" };
	struct progress *p = ctx;
	int64_t ms = clock_mono_ms();

	if (!p->terminal)
		return;
	if (p->step != now->step || p->since == 0) {
		p->step = now->step;
		p->since = ms;
		p->before = now->lines;
	}
	if (ms - p->shown < SHOWN_MS)
		return;
	p->shown = ms;
	fprintf(stderr, "\r%s %3u%%", steps[now->step],
	    now->total == 0 ? 100U
			    : (unsigned int)(now->bytes * 100 / now->total));
	if (now->lines > p->before && ms > p->since)
		fprintf(stderr, "  %lu lines, %lld a second", now->lines,
		    (long long)(now->lines - p->before) * 1000 /
			(ms - p->since));
	fputs("\033[K", stderr);
}

struct counted {
	char text[64];
};

static struct counted
counted(unsigned long n, const char *one, const char *many)
{
	struct counted c;

	snprintf(c.text, sizeof(c.text), "%lu %s", n, n == 1 ? one : many);
	return c;
}

/* What came in, for people: to print and for the audit log. */
struct summary {
	char text[400];
};

static struct summary
summarize(const struct import *im)
{
	const unsigned long *c = im->counts;
	struct summary s;
	size_t n;

	n = (size_t)snprintf(s.text, sizeof(s.text),
	    "%s, %s, %s, %s, %s, %lu deleted",
	    counted(c[RECORD_ORGANIZATION], "organization", "organizations")
		.text,
	    counted(c[RECORD_GROUP], "group", "groups").text,
	    counted(c[RECORD_CONTACT], "contact", "contacts").text,
	    counted(c[RECORD_ACCOUNT], "account", "accounts").text,
	    counted(c[RECORD_CONTRACT], "contract", "contracts").text,
	    im->deleted);
	if (im->absent > 0)
		n += (size_t)snprintf(s.text + n, sizeof(s.text) - n,
		    ", %s of what was not there",
		    counted(im->absent, "deletion", "deletions").text);
	if (im->older > 0)
		n += (size_t)snprintf(s.text + n, sizeof(s.text) - n,
		    ", %s that changed nothing",
		    counted(im->older, "older line", "older lines").text);
	if (im->behind > 0)
		snprintf(s.text + n, sizeof(s.text) - n,
		    " (going on behind line %lu)", im->behind);
	return s;
}

/* Not one line that stood for a record, good or bad. */
static bool
held_nothing(const struct import *im)
{
	unsigned long n = im->deleted + im->absent + im->older + im->bad_lines;

	for (size_t kind = 0; kind < RECORD_KINDS; kind++)
		n += im->counts[kind];
	return n == 0 && im->behind == 0;
}

/* A part that is in is something that happened, whatever ended the rest. */
static void
record_stop(struct ctl *ctl, const struct import *im)
{
	char detail[500];
	int rc;

	if (im->done == im->behind)
		return;
	snprintf(detail, sizeof(detail), "done up to line %lu: %s", im->done,
	    summarize(im).text);
	rc = ctl_audit(ctl, "import.stopped", STR(""), detail);
	if (rc != 0)
		ctl_fail("the audit log failed: %s", err_text(rc));
}

static enum ctl_exit
report_stop(
    const struct import *im, const struct progress *p, const struct why *why)
{
	const char *name = p->name;
	struct counted rest = { "" };

	if (p->bad > BAD_SHOWN)
		snprintf(rest.text, sizeof(rest.text),
		    ", of which %d are shown", BAD_SHOWN);
	if (im->stopped > 0) {
		fprintf(stderr, "%s:%lu: %s\n", name, im->stopped, why->text);
		return ctl_fail("%s: the directory changed meanwhile; all "
				"before line %lu is in, and the same command "
				"goes on there",
		    name, im->stopped);
	}
	if (im->bad_lines > 0 && !option_continue)
		return ctl_fail("%s: %s%s; nothing %swas imported", name,
		    counted(im->bad_lines, "bad line", "bad lines").text,
		    rest.text, im->behind > 0 ? "more " : "");
	if (im->done > 0)
		return ctl_fail("%s: done up to line %lu, then: %s; the same "
				"command goes on there",
		    name, im->done, why->text);
	return ctl_fail("%s: %s; nothing was imported", name, why->text);
}

static volatile sig_atomic_t told_to_stop;

static void
note_signal(int signal_number)
{
	(void)signal_number;
	told_to_stop = 1;
}

static bool
is_told_to_stop(void *ctx)
{
	(void)ctx;
	return told_to_stop != 0;
}

/*
 * From here on Ctrl-C stops between two transactions and leaves a word on how
 * far it came; a second one ends at once, as it did before.
 */
static void
catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = {
		.sa_handler = note_signal,
		.sa_flags = (int)(SA_RESTART | SA_RESETHAND),
	};
	struct sigaction old;

	/* What whoever started us ignores, nohup for one, stays ignored. */
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

static enum ctl_exit
finish(struct ctl *ctl, const struct import *im, const char *name)
{
	struct summary summary = summarize(im);
	int rc;

	printf("%s: imported %s\n", name, summary.text);
	if (held_nothing(im))
		ctl_fail("%s: it held no record", name);
	rc = ctl_audit(ctl, "import", STR(""), summary.text);
	if (rc != 0)
		return ctl_fail(
		    "imported, but the audit log failed: %s", err_text(rc));
	if (im->bad_lines > 0)
		return ctl_fail("%s: %s left out", name,
		    counted(im->bad_lines, "bad line was", "bad lines were")
			.text);
	return CTL_OK;
}

/* Forgets what is unfinished, if anything is, and says so. */
static int
abandon(struct ctl *ctl, struct why *why)
{
	char began[CLOCK_TEXT], detail[100];
	struct import_mark mark;
	int rc = import_abandon(ctl->directory, &mark, why);

	if (rc != 0)
		return rc == HUB_ENOENT ? 0 : rc;
	clock_text(mark.began, began);
	snprintf(detail, sizeof(detail), "done up to line %llu, begun %s",
	    (unsigned long long)mark.line, began);
	rc = ctl_audit(ctl, "import.abandoned", STR(""), detail);
	if (rc != 0)
		return why_set(why, rc,
		    "the unfinished import is forgotten, but the audit log "
		    "failed: %s",
		    err_text(rc));
	return 0;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	const char *name =
	    strcmp(argv[0], "-") == 0 ? "(standard input)" : argv[0];
	struct progress progress = { .name = name,
		.terminal = isatty(STDERR_FILENO) };
	struct import im = {
		.continues = option_continue,
		.bad = show_bad,
		.progress = show_progress,
		.stop = is_told_to_stop,
		.ctx = &progress,
	};
	struct why why;
	int rc;

	(void)argc;
	im.fd = open_input(argv[0], name, &why);
	if (im.fd < 0 || ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	if (option_abandon && abandon(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	im.directory = ctl->directory;
	catch_signals();
	rc = import_run(&im, &why);
	close(im.fd);
	clear_progress(&progress);
	if (rc == 0)
		return finish(ctl, &im, name);
	record_stop(ctl, &im);
	return report_stop(&im, &progress, &why);
}

static const struct option_spec options[] = {
	{ "continue", NULL, &option_continue },
	{ "abandon", NULL, &option_abandon },
	{ NULL, NULL, NULL },
};

const struct command command_import = {
	.name = "import",
	.usage = "[--continue] [--abandon] FILE|-",
	.brief = "Brings records in: one JSON object a line.",
	.text =
	    "Kinds of records (member `type`): organization, group, contact, "
	    "account, contract;\nhubctl(8), RECORDS, tells their members, and "
	    "hubctl demo prints some of each. A line\nwith \"deleted\":true "
	    "beside type and id takes a record away.\n"
	    "All lines are checked first; if one is bad, each bad one is "
	    "reported as\nFILE:LINE: POINTER: reason and nothing is imported; "
	    "of many, 100 are shown.\nPasswords are never part of an import.\n"
	    "A line replaces all of the record that is there. Only whether an "
	    "account is\nenabled stays what it is where the line does not say "
	    "it.\n"
	    "Ctrl-C tells how far it came. After that, or a crash, the same "
	    "command goes on\nwhere it stopped; until then no other input is "
	    "taken.\n\n"
	    "  --continue  loads the good lines and reports the bad ones; the "
	    "exit status is\n              1 then\n"
	    "  --abandon   forgets an unfinished import first, then takes this "
	    "input; what the\n              other brought stays\n",
	.min = 1,
	.max = 1,
	.options = options,
	.run = run,
};
