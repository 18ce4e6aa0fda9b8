/*
 * The operator's tool: a table of commands, each in a file of its group. It
 * opens the stores itself, whether the daemons run or not.
 */
#include <stdio.h>
#include <string.h>
#include "hubctl/args.h"
#include "hubctl/ctl.h"

#define ARENA_FIRST (64 * 1024)
#define ARENA_MAX (256 * 1024 * 1024)

static const struct command *const commands[] = {
	&command_init,
	&command_import,
	&command_demo,
	&command_account_list,
	&command_account_show,
	&command_account_enable,
	&command_account_disable,
	&command_account_revoke,
	&command_token,
	&command_key_list,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char global_help[] =
    "\n"
    "Everywhere:\n"
    "  --config FILE  configuration; else $HUB_CONF, else "
    "/etc/hub/hub.conf\n"
    "  --data DIR     folder of the stores; else $HUB_DATA, else as "
    "configured\n"
    "  --help         help on a command\n"
    "  --version      the version\n"
    "\n"
    "Exit status: 0 done, 1 failed (nothing is half done), 2 wrong usage.\n";

static void
print_commands(void)
{
	puts("Usage: hubctl COMMAND [ARGUMENT]...\n"
	     "Sets up and looks after a hub.\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-16s %s\n", commands[i]->name, commands[i]->brief);
	fputs(global_help, stdout);
}

static void
print_help(const struct command *c)
{
	printf("Usage: hubctl %s%s%s\n%s\n\n%s", c->name,
	    *c->usage != '\0' ? " " : "", c->usage, c->brief, c->text);
	fputs(global_help, stdout);
}

static enum ctl_exit
wrong_usage(const struct command *c, const char *reason)
{
	fprintf(stderr, "hubctl: %s\nTry: hubctl %s%s--help\n", reason,
	    c == NULL ? "" : c->name, c == NULL ? "" : " ");
	return CTL_USAGE;
}

/* How many of the words are the command's name; 0 if they are not. */
static int
name_words(const struct command *c, int argc, char **argv)
{
	const char *space = strchr(c->name, ' ');
	size_t n = space == NULL ? strlen(c->name) : (size_t)(space - c->name);

	if (argc < 1 || strlen(argv[0]) != n ||
	    strncmp(argv[0], c->name, n) != 0)
		return 0;
	if (space == NULL)
		return 1;
	return argc >= 2 && strcmp(argv[1], space + 1) == 0 ? 2 : 0;
}

static const struct command *
find_command(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		*words = name_words(commands[i], argc, argv);
		if (*words > 0)
			return commands[i];
	}
	return NULL;
}

static enum ctl_exit
run_command(
    struct ctl *ctl, const struct option_spec *global, int argc, char **argv)
{
	const struct command *command;
	struct why why;
	int words, rc;

	command = find_command(argc, argv, &words);
	if (command == NULL && ctl->help) {
		print_commands();
		return CTL_OK;
	}
	if (command == NULL)
		return wrong_usage(NULL,
		    argc == 0 ? "a command is missing" : "no such command");
	argc -= words;
	argv += words;
	rc = args_take(&argc, argv, global, command->options, false, &why);
	if (rc != 0)
		return wrong_usage(command, why.text);
	if (ctl->help) {
		print_help(command);
		return CTL_OK;
	}
	if (argc < command->min || argc > command->max)
		return wrong_usage(command,
		    argc < command->min ? "an argument is missing"
					: "too many arguments");
	return command->run(ctl, argc, argv);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { 0 };
	bool version = false;
	const struct option_spec global[] = {
		{ "config", &ctl.config, NULL },
		{ "data", &ctl.data, NULL },
		{ "help", NULL, &ctl.help },
		{ "version", NULL, &version },
		{ NULL, NULL, NULL },
	};
	enum ctl_exit status;
	struct why why;

	argc--;
	argv++;
	if (args_take(&argc, argv, global, NULL, true, &why) != 0)
		return wrong_usage(NULL, why.text);
	if (version) {
		puts("hubctl " PACKAGE_VERSION);
		return CTL_OK;
	}
	ctl.arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (ctl.arena == NULL)
		return ctl_fail("out of memory");
	status = run_command(&ctl, global, argc, argv);
	ctl_close(&ctl);
	arena_free(ctl.arena);
	if (fflush(stdout) != 0 && status == CTL_OK)
		return ctl_fail("cannot write to standard output");
	return status;
}
