/*
 * The operator's tool: a table of commands, each in a file of its group. It
 * opens the stores itself, whether the daemons run or not.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/descriptors.h"
#include "hubctl/args.h"
#include "hubctl/ctl.h"

#define ARENA_FIRST (64 * 1024)
#define ARENA_MAX (256 * 1024 * 1024)

static const struct command command_help;

static const struct command *const commands[] = {
	&command_init,
	&command_import,
	&command_export,
	&command_backup,
	&command_restore,
	&command_demo,
	&command_account_add,
	&command_account_link,
	&command_account_invite,
	&command_account_withdraw_invitation,
	&command_account_change_email,
	&command_account_role,
	&command_account_list,
	&command_account_show,
	&command_account_enable,
	&command_account_disable,
	&command_account_revoke,
	&command_account_reset_password,
	&command_account_set_password,
	&command_account_reset_second_factor,
	&command_account_sessions,
	&command_client_add,
	&command_client_list,
	&command_client_show,
	&command_client_enable,
	&command_client_disable,
	&command_client_remove,
	&command_client_rotate_secret,
	&command_token,
	&command_key_list,
	&command_key_rotate,
	&command_mail_list,
	&command_mail_retry,
	&command_mail_drop,
	&command_mail_test,
	&command_audit,
	&command_stat,
	&command_verify,
	&command_doctor,
	&command_help,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const char global_help[] =
    "\n"
    "Everywhere:\n"
    "  --config FILE  configuration; else $HUB_CONF, else "
    "/etc/hub/hub.conf\n"
    "  --data DIR     folder of the stores; else $HUB_DATA, else as "
    "configured\n"
    "  --help, -h     help on a command\n"
    "  --version      the version\n"
    "\n"
    "Exit status: 0 done, 1 failed (nothing is half done, unless it says so), "
    "2\nwrong usage.\n";

static void
print_commands(void)
{
	puts("Usage: hubctl COMMAND [ARGUMENT]...\n"
	     "Sets up and looks after a hub.\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-29s %s\n", commands[i]->name, commands[i]->brief);
	fputs(global_help, stdout);
}

static void
print_help(const struct command *c)
{
	printf("Usage: hubctl %s%s%s\n%s\n\n%s", c->name,
	    *c->usage != '\0' ? " " : "", c->usage, c->brief, c->text);
	fputs(global_help, stdout);
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
	for (size_t i = 0; argc > 0 && i < COMMAND_COUNT; i++) {
		*words = 1;
		if (commands[i]->alone &&
		    strcmp(strchr(commands[i]->name, ' ') + 1, argv[0]) == 0)
			return commands[i];
	}
	return NULL;
}

/* Whether commands have this word before their own: "account". */
static bool
is_of_group(const struct command *c, const char *word)
{
	size_t n = strlen(word);

	return n > 0 && strncmp(c->name, word, n) == 0 && c->name[n] == ' ';
}

static bool
is_group(const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (is_of_group(commands[i], word))
			return true;
	}
	return false;
}

static void
print_group(FILE *to, const char *word)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (is_of_group(commands[i], word))
			fprintf(to, "  %-29s %s\n", commands[i]->name,
			    commands[i]->brief);
	}
	fprintf(to, "\nMore on one of them: hubctl help %s ...\n", word);
}

static enum ctl_exit
unknown_command(int argc, char **argv)
{
	struct why why;

	if (argc > 1 && is_group(argv[0]))
		why_say(&why, "no such command: %s %s", argv[0], argv[1]);
	else
		why_say(&why, "no such command: %s", argv[0]);
	return ctl_usage(NULL, why.text);
}

/* The one command, a group of them, or all. */
static enum ctl_exit
run_help(struct ctl *ctl, int argc, char **argv)
{
	const struct command *command;
	int words;

	(void)ctl;
	if (argc == 0) {
		print_commands();
		return CTL_OK;
	}
	command = find_command(argc, argv, &words);
	if (command != NULL && words == argc) {
		print_help(command);
		return CTL_OK;
	}
	if (argc > 1 || !is_group(argv[0]))
		return unknown_command(argc, argv);
	print_group(stdout, argv[0]);
	return CTL_OK;
}

static const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND]",
	.brief = "Tells more on a command, or which there are.",
	.text = "The same as --help behind the command. The first word alone, "
		"such as account,\nlists the commands that begin with it.\n",
	.max = 2,
	.run = run_help,
};

/*
 * The word of the usage that stands for argument number PLACE: what is in
 * brackets or belongs to an option is none.
 */
static struct str
argument_name(const char *usage, int place)
{
	struct str rest = str_of(usage), word;
	bool value = false;
	int depth = 0;

	while (str_split(&rest, ' ', &word)) {
		bool option = str_starts(word, STR("--"));
		bool counts = depth == 0 && !str_starts(word, STR("[")) &&
		    !option && !value;

		for (size_t i = 0; i < word.n; i++)
			depth += (word.p[i] == '[') - (word.p[i] == ']');
		value = option && depth == 0;
		if (counts && place-- == 0)
			return word;
	}
	return STR("an argument");
}

static enum ctl_exit
wrong_number(const struct command *c, int argc, char **argv)
{
	struct why why;

	if (argc < c->min)
		why_say(&why, "%.*s is missing: hubctl %s %s",
		    STR_ARG(argument_name(c->usage, argc)), c->name, c->usage);
	else
		why_say(&why,
		    "too many arguments: '%.100s' is one more than "
		    "hubctl %s takes",
		    argv[c->max], c->name);
	return ctl_usage(c, why.text);
}

static enum ctl_exit
print_version(void)
{
	puts("hubctl " PACKAGE_VERSION);
	return CTL_OK;
}

static enum ctl_exit
run_command(struct ctl *ctl, const struct command *command,
    const struct option_spec *global, int argc, char **argv)
{
	struct why why;

	if (args_take(&argc, argv, global, command->options, false, &why) != 0)
		return ctl_usage(command, why.text);
	if (ctl->version)
		return print_version();
	if (ctl->help) {
		print_help(command);
		return CTL_OK;
	}
	if (argc < command->min || argc > command->max)
		return wrong_number(command, argc, argv);
	return command->run(ctl, argc, argv);
}

/* The first word of commands, without a second that would make it one. */
static enum ctl_exit
run_group(
    struct ctl *ctl, const struct option_spec *global, int argc, char **argv)
{
	struct why why;

	if (args_take(&argc, argv, global, NULL, false, &why) != 0)
		return ctl_usage(NULL, why.text);
	if (ctl->version)
		return print_version();
	if (ctl->help) {
		print_group(stdout, argv[0]);
		return CTL_OK;
	}
	if (argc > 1)
		return unknown_command(argc, argv);
	ctl_fail("%s is the first word of several commands:", argv[0]);
	print_group(stderr, argv[0]);
	return CTL_USAGE;
}

static enum ctl_exit
run(struct ctl *ctl, int argc, char **argv)
{
	const struct option_spec global[] = {
		{ "config", &ctl->config, NULL },
		{ "data", &ctl->data, NULL },
		{ "help", NULL, &ctl->help },
		{ "version", NULL, &ctl->version },
		{ NULL, NULL, NULL },
	};
	const struct command *command;
	struct why why;
	int words;

	if (args_take(&argc, argv, global, NULL, true, &why) != 0)
		return ctl_usage(NULL, why.text);
	command = find_command(argc, argv, &words);
	if (command != NULL)
		return run_command(
		    ctl, command, global, argc - words, argv + words);
	if (argc > 0 && is_group(argv[0]))
		return run_group(ctl, global, argc, argv);
	if (ctl->version)
		return print_version();
	if (ctl->help) {
		print_commands();
		return CTL_OK;
	}
	if (argc == 0)
		return ctl_usage(NULL, "a command is missing");
	return unknown_command(argc, argv);
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .caller = getuid() };
	enum ctl_exit status;

	if (!descriptors_guard())
		return CTL_FAILED;
	/* A reader that goes away must not leave a look at a store behind. */
	signal(SIGPIPE, SIG_IGN);
	ctl.arena = arena_new(ARENA_FIRST, ARENA_MAX);
	if (ctl.arena == NULL)
		return (int)ctl_fail("out of memory");
	status = run(&ctl, argc - 1, argv + 1);
	ctl_close(&ctl);
	arena_free(ctl.arena);
	/* What was cut off earlier is remembered, and no less lost. */
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CTL_OK)
		status = ctl_output_failed();
	return (int)status;
}
