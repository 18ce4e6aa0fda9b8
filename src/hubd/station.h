#ifndef HUBD_STATION_H
#define HUBD_STATION_H

#include <unistd.h>
#include "base/conf.h"
#include "base/log.h"

/* What all processes of a daemon have in common, whatever its configuration. */
struct station {
	enum pool pool;
	const char *name; /* in the log */
	int listen_fd;
	int ready_fd; /* an eventfd: raised by a worker that serves */
	int signals_fd, notify_fd; /* the master's own; -1: there is none */
};

/* For the start of a child: its log, and nothing of the master's. */
static inline void
station_enter(const struct station *station, const struct conf *conf)
{
	log_open(station->name, (enum log_level)conf->log_level);
	if (station->signals_fd >= 0)
		close(station->signals_fd);
	if (station->notify_fd >= 0)
		close(station->notify_fd);
}

#endif
