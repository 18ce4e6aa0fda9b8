#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "directory/import.h"
#include "hubctl/ctl.h"

/* More bad lines than this are counted only. */
#define BAD_SHOWN 100

struct progress {
	const char *name;
	bool terminal;
	unsigned long shown;
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
		why_set(why, HUB_EIO, "cannot make a temporary file: %s",
		    strerror(errno));
	if (file != NULL)
		fclose(file);
	if (fd < 0 || copy_all(from, fd))
		return fd;
	why_set(why, HUB_EIO, "cannot keep a copy of %s: %s", name,
	    strerror(errno));
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
		why_set(
		    why, HUB_EIO, "cannot read %s: %s", name, strerror(errno));
		return -1;
	}
	if (!standard && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		return fd;
	copy = spool(fd, name, why);
	if (!standard)
		close(fd);
	return copy;
}

static void
show_bad(void *ctx, unsigned long place, const char *reason)
{
	struct progress *p = ctx;

	if (p->shown++ < BAD_SHOWN)
		fprintf(stderr, "%s:%lu: %s\n", p->name, place, reason);
}

static void
show_progress(void *ctx, int pass, unsigned long done)
{
	struct progress *p = ctx;

	if (p->terminal)
		fprintf(stderr, "\r%s %lu lines\033[K",
		    pass == 1 ? "checked" : "loaded", done);
}

static void
end_progress(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

static enum ctl_exit
finish(struct ctl *ctl, const struct import *im, const char *name)
{
	char detail[200];
	int rc;

	snprintf(detail, sizeof(detail),
	    "%lu organizations, %lu groups, %lu accounts, %lu deleted",
	    im->counts[RECORD_ORGANIZATION], im->counts[RECORD_GROUP],
	    im->counts[RECORD_ACCOUNT], im->deleted);
	printf("%s: imported %s\n", name, detail);
	rc = ctl_audit(ctl, "import", STR(""), detail);
	if (rc != 0)
		return ctl_fail(
		    "imported, but the audit log failed: %s", err_text(rc));
	return CTL_OK;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	const char *name =
	    strcmp(argv[0], "-") == 0 ? "(standard input)" : argv[0];
	struct progress progress = { .name = name,
		.terminal = isatty(STDERR_FILENO) };
	struct import im = {
		.bad = show_bad, .progress = show_progress, .ctx = &progress
	};
	struct why why;
	int rc;

	(void)argc;
	im.fd = open_input(argv[0], name, &why);
	if (im.fd < 0 || ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	im.directory = ctl->directory;
	rc = import_run(&im, &why);
	close(im.fd);
	end_progress(&progress);
	if (im.bad_lines > 0)
		return ctl_fail("%s: %lu bad lines; nothing was imported", name,
		    im.bad_lines);
	if (rc != 0)
		return ctl_fail("%s: %s", name, why.text);
	return finish(ctl, &im, name);
}

const struct command command_import = {
	.name = "import",
	.usage = "FILE|-",
	.brief = "Brings records in: one JSON object a line.",
	.text =
	    "Kinds of records (member `type`): organization, group, account.\n"
	    "All lines are checked first; if one is bad, each bad one is "
	    "reported as\nFILE:LINE: POINTER: reason and nothing is imported. "
	    "Passwords are never part of\nan import, and an account that is "
	    "known keeps what the line does not say.\n",
	.min = 1,
	.max = 1,
	.run = run,
};
