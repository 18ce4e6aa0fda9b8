#ifndef HUBD_RELOAD_H
#define HUBD_RELOAD_H

#include "base/conf.h"

/*
 * Reads the configuration PATH again for a daemon of POOL that serves with NOW;
 * DATA (--data) is NULL or stands above it. What needs a restart keeps its
 * value of NOW, with a line in the log if it matters to POOL. An error names
 * the file and the line and leaves NEXT without use; what is no regular file
 * is one.
 */
int reload_read(struct conf *next, const struct conf *now, enum pool pool,
    const char *path, const char *data, struct why *why);

#endif
