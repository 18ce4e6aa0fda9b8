#ifndef HUBD_WORKER_H
#define HUBD_WORKER_H

#include "base/conf.h"
#include "base/counters.h"
#include "hubd/station.h"

/* How a worker ends: see fleet.c. */
enum worker_exit {
	WORKER_DONE = 0, /* told to stop, and drained */
	WORKER_FAILED = 1,
	WORKER_CANNOT_START = 3, /* a new one would fail in the same way */
};

/*
 * A worker process from its fork to its end; gives its exit status. It raises
 * the station's ready_fd when it serves. TERM and INT, blocked by the caller,
 * make it drain.
 */
int worker_run(const struct station *station, const struct conf *conf,
    struct counters *counters);

#endif
