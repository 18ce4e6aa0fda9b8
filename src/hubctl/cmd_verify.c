#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "base/clock.h"
#include "directory/verify.h"
#include "hubctl/ctl.h"
#include "identity/verify_vault.h"

/* Milliseconds between two lines of progress. */
#define SHOWN_MS 200

struct progress {
	bool terminal;
	int64_t shown;
};

static void
clear_progress(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", stderr);
}

static void
print(void *ctx, const char *table, const char *key, const char *reason)
{
	clear_progress(ctx);
	printf("%s %s: %s\n", table, key, reason);
}

static void
show_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;
	int64_t now = clock_mono_ms();

	if (!p->terminal || now - p->shown < SHOWN_MS || total == 0)
		return;
	p->shown = now;
	fprintf(stderr, "\rverifying %3" PRIu64 "%%\033[K",
	    done >= total ? 100 : done * 100 / total);
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	struct progress progress = { .terminal = isatty(STDERR_FILENO) };
	struct verify v = {
		.found = print,
		.progress = show_progress,
		.ctx = &progress,
	};
	struct why why;
	int rc;

	(void)argc;
	(void)argv;
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	v.directory = ctl->directory;
	v.vault = ctl->vault;
	v.vault_checks = verify_vault;
	rc = verify_run(&v, &why);
	clear_progress(&progress);
	if (rc != 0)
		return ctl_fail("%s", why.text);
	if (v.unfinished) {
		char began[CLOCK_TEXT];

		clock_text(v.mark.began, began);
		printf("unfinished import, begun %s: complete it with hubctl "
		       "import and the same input\n",
		    began);
	}
	if (v.errors > 0)
		return ctl_fail("%" PRIu64 " records, %" PRIu64 " errors",
		    v.records, v.errors);
	printf("%" PRIu64 " records, no errors\n", v.records);
	return CTL_OK;
}

const struct command command_verify = {
	.name = "verify",
	.usage = "",
	.brief = "Walks all records and indexes and tells what is damaged.",
	.text =
	    "A line for each error: TABLE KEY: reason. The exit status is 1 "
	    "if there is one.\nThe daemons may run. An unfinished import is "
	    "named; what its records refer to is\nlooked for once it is "
	    "complete.\n",
	.run = run,
};
