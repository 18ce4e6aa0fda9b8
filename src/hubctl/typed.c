#include "hubctl/typed.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include "base/secret.h"

/* What ends the program while somebody types. */
static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define FATAL_COUNT (sizeof(fatal) / sizeof(fatal[0]))

static volatile sig_atomic_t caught;

static void
note(int signal_number)
{
	caught = signal_number;
}

/* Byte by byte: what follows the line is not this program's to read. */
static int
read_line(struct typed *out, struct why *why)
{
	char c;

	for (out->n = 0;; out->n++) {
		ssize_t n = read(STDIN_FILENO, &c, 1);

		if (n < 0)
			return why_set(why, HUB_EIO, "standard input: %s",
			    strerror(errno));
		if (n == 0 || c == '\n')
			break;
		if (out->n == PASSWORD_INPUT_MAX)
			return why_set(why, HUB_ETOOBIG,
			    "the password is longer than %d bytes",
			    PASSWORD_INPUT_MAX);
		out->text[out->n] = c;
	}
	out->text[out->n] = '\0';
	if (out->n == 0)
		return why_set(why, HUB_EINVAL,
		    "standard input has no password: one line is read");
	return 0;
}

static int
ask(const char *prompt, struct typed *out, struct why *why)
{
	int rc;

	fputs(prompt, stderr);
	rc = read_line(out, why);
	fputc('\n', stderr);
	return rc;
}

static int
ask_twice(struct typed *out, struct why *why)
{
	struct typed again = { .n = 0 };
	int rc = ask("New password: ", out, why);

	if (rc == 0)
		rc = ask("The same again: ", &again, why);
	if (rc == 0 &&
	    !secret_eq((struct str){ out->text, out->n },
		(struct str){ again.text, again.n }))
		rc = why_set(
		    why, HUB_EINVAL, "these are two different passwords");
	typed_clear(&again);
	return rc;
}

/* A terminal that shows nothing, and what it was before. */
struct silence {
	struct termios before;
	struct sigaction actions[FATAL_COUNT];
	sigset_t mask;
};

/*
 * Ctrl-C must not leave a terminal that shows nothing: signals interrupt the
 * read and are raised again after the end. Ctrl-Z waits until then.
 */
static bool
silence_begin(struct silence *s)
{
	struct sigaction action = { .sa_handler = note };
	struct termios silent;
	sigset_t stop;

	if (tcgetattr(STDIN_FILENO, &s->before) != 0)
		return false;
	caught = 0;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, &s->mask);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL_COUNT; i++)
		sigaction(fatal[i], &action, &s->actions[i]);
	silent = s->before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
	return true;
}

static void
silence_end(const struct silence *s)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &s->before);
	for (size_t i = 0; i < FATAL_COUNT; i++)
		sigaction(fatal[i], &s->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &s->mask, NULL);
	if (caught != 0)
		raise(caught);
}

int
typed_password(struct typed *out, struct why *why)
{
	struct silence silence;
	int rc;

	if (isatty(STDIN_FILENO) != 1)
		return read_line(out, why);
	if (!silence_begin(&silence))
		return why_set(why, HUB_EIO,
		    "the terminal cannot be silenced: %s", strerror(errno));
	rc = ask_twice(out, why);
	silence_end(&silence);
	return rc;
}

void
typed_clear(struct typed *typed)
{
	secret_clear(typed, sizeof(*typed));
}
