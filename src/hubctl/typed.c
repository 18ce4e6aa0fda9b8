#include "hubctl/typed.h"

#include <errno.h>
#include <poll.h>
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

/*
 * One byte. Signals outside of MASK, which are blocked, are let in while it
 * waits and only then: one that came just before must not be waited past. MASK
 * is NULL where none are blocked.
 */
static ssize_t
read_byte(char *c, const sigset_t *mask)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	if (mask != NULL && ppoll(&in, 1, NULL, mask) < 0)
		return -1;
	return read(STDIN_FILENO, c, 1);
}

/* Byte by byte: what follows the line is not this program's to read. */
static int
read_line(struct typed *out, const sigset_t *mask, struct why *why)
{
	char c;

	for (out->n = 0;; out->n++) {
		ssize_t n = read_byte(&c, mask);

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
ask(const char *prompt, struct typed *out, const sigset_t *mask,
    struct why *why)
{
	int rc;

	fputs(prompt, stderr);
	rc = read_line(out, mask, why);
	fputc('\n', stderr);
	return rc;
}

static int
ask_twice(struct typed *out, const sigset_t *mask, struct why *why)
{
	struct typed again = { .n = 0 };
	int rc = ask("New password: ", out, mask, why);

	if (rc == 0)
		rc = ask("The same again: ", &again, mask, why);
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
	sigset_t mask;    /* of blocked signals before */
	sigset_t waiting; /* while a byte is waited for */
};

/*
 * Ctrl-C must not leave a terminal that shows nothing: signals interrupt the
 * waiting and are raised again after the end. Ctrl-Z comes after it, too.
 */
static bool
silence_begin(struct silence *s)
{
	struct sigaction action = { .sa_handler = note };
	struct termios silent;
	sigset_t held;

	if (tcgetattr(STDIN_FILENO, &s->before) != 0)
		return false;
	caught = 0;
	sigemptyset(&held);
	sigaddset(&held, SIGTSTP);
	for (size_t i = 0; i < FATAL_COUNT; i++)
		sigaddset(&held, fatal[i]);
	sigprocmask(SIG_BLOCK, &held, &s->mask);
	s->waiting = s->mask;
	sigaddset(&s->waiting, SIGTSTP);
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL_COUNT; i++) {
		/* What nohup, or a shell, has it ignore ends nothing here. */
		sigaction(fatal[i], NULL, &s->actions[i]);
		if (s->actions[i].sa_handler != SIG_IGN)
			sigaction(fatal[i], &action, NULL);
	}
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
		return read_line(out, NULL, why);
	if (!silence_begin(&silence))
		return why_set(why, HUB_EIO,
		    "the terminal cannot be silenced: %s", strerror(errno));
	rc = ask_twice(out, &silence.waiting, why);
	silence_end(&silence);
	return rc;
}

void
typed_clear(struct typed *typed)
{
	secret_clear(typed, sizeof(*typed));
}
