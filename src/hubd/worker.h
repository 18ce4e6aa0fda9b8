#ifndef HUBD_WORKER_H
#define HUBD_WORKER_H

#include "base/conf.h"
#include "base/counters.h"

/* How a worker ends: see master.c. */
enum worker_exit {
	WORKER_DONE = 0, /* told to stop, and drained */
	WORKER_FAILED = 1,
	WORKER_CANNOT_START = 3, /* a new one would fail in the same way */
};

/* A worker process from its fork to its end; gives its exit status. */
int worker_run(const struct conf *conf, enum pool pool, int listen_fd,
    struct counters *counters);

#endif
