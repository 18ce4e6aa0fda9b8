#include "base/log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/str.h"

static struct {
	const char *name;
	enum log_level level;
	bool journal;
} state = { "hub", LOG_LEVEL_INFO, false };

static const struct {
	int priority; /* of syslog(3) */
	const char *word;
} levels[] = {
	[LOG_LEVEL_ERR] = { 3, "error" },
	[LOG_LEVEL_WARN] = { 4, "warning" },
	[LOG_LEVEL_INFO] = { 6, "info" },
	[LOG_LEVEL_DEBUG] = { 7, "debug" },
};

/*
 * The variable names the journal's stream by device and inode; it is inherited
 * by programs whose output goes elsewhere, so that alone says nothing.
 */
static bool
is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (stream == NULL || fstat(fd, &st) != 0)
		return false;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

void
log_open(const char *name, enum log_level level)
{
	state.name = name;
	state.level = level;
	state.journal = is_journal(STDERR_FILENO);
}

bool
log_wants(enum log_level level)
{
	return level <= state.level;
}

static void
write_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[1024], line[2048], when[CLOCK_TEXT];
	int head;
	size_t n;

	if (!log_wants(level))
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	clock_text(clock_now(), when);
	if (state.journal)
		head = snprintf(line, sizeof(line),
		    "<%d>%s[%ld]: ", levels[level].priority, state.name,
		    (long)getpid());
	else
		head = snprintf(line, sizeof(line), "%s %s[%ld] %s: ", when,
		    state.name, (long)getpid(), levels[level].word);
	if (head < 0 || (size_t)head >= sizeof(line) / 2)
		head = 0;
	n = (size_t)head;
	n += str_escape(line + n, sizeof(line) - n - 1, str_of(text));
	line[n++] = '\n';
	/* Where standard error is gone there is nobody to tell. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

#define LOG_FUNCTION(function, level)                                          \
	void function(const char *fmt, ...)                                    \
	{                                                                      \
		va_list ap;                                                    \
                                                                               \
		va_start(ap, fmt);                                             \
		write_line(level, fmt, ap);                                    \
		va_end(ap);                                                    \
	}

LOG_FUNCTION(log_err, LOG_LEVEL_ERR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
