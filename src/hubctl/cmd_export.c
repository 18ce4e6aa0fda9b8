#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "directory/export.h"
#include "hubctl/ctl.h"

static const char *option_type;

static int
print(void *ctx, struct str lines)
{
	(void)ctx;
	return fwrite(lines.p, 1, lines.n, stdout) == lines.n ? 0 : HUB_EIO;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	enum record_kind first = 0, last = RECORD_KINDS - 1;
	struct why why;

	(void)argc;
	(void)argv;
	if (option_type != NULL) {
		if (!record_kind_by_name(str_of(option_type), &first))
			return ctl_usage(&command_export,
			    "--type is none of organization, group, contact, "
			    "account, contract");
		last = first;
	}
	if (ctl_open(ctl, &why) != 0)
		return ctl_fail("%s", why.text);
	for (enum record_kind kind = first; kind <= last; kind++) {
		why.text[0] = '\0';
		if (export_kind(ctl->directory, kind, print, NULL, &why) == 0)
			continue;
		return why.text[0] != '\0' ? ctl_fail("%s", why.text)
					   : ctl_output_failed();
	}
	return CTL_OK;
}

static const struct option_spec options[] = {
	{ "type", &option_type, NULL },
	{ NULL, NULL, NULL },
};

const struct command command_export = {
	.name = "export",
	.usage = "[--type TYPE]",
	.brief = "Prints the records, as hubctl import takes them.",
	.text =
	    "One JSON object a line: organizations, groups, contacts, accounts "
	    "and contracts,\neach in the order of the ids. Passwords and "
	    "sessions are never part of it: it is\nno backup. Nor is it the "
	    "hub at one moment: what others write meanwhile may be in\nit or "
	    "not, but each record is whole.\n\n"
	    "  --type TYPE  only records of this kind\n",
	.options = options,
	.run = run,
};
