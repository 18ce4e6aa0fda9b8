#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};

/*
 * One line an event on standard error, in a single write. Where that is
 * systemd's journal the line begins with its priority, elsewhere with the
 * time. All but printable ASCII is written as \xNN, so that foreign text can
 * neither forge a line nor steer a terminal; what is too long is cut. Never a
 * secret: no token, password, cookie or code.
 *
 * NAME stands in each line ("hubd[readers]"); the text is kept, not copied.
 */
void log_open(const char *name, enum log_level level);

/* A line of level debug costs nothing when this is false. */
bool log_wants(enum log_level level);

void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
