#ifndef HUBD_FLEET_H
#define HUBD_FLEET_H

#include <sys/queue.h>
#include "base/conf.h"
#include "hubd/slot.h"
#include "hubd/worker.h"

/* The workers of one configuration, as many as it says. */
struct fleet {
	LIST_ENTRY(fleet) entry; /* for whoever has several */
	const struct station *station;
	struct conf conf;
	size_t n;
	struct counters *counters; /* one for each slot, shared */
	bool proven;               /* some worker of it has been ready */
	bool cannot_start;         /* one has said so */
	struct slot slots[];
};

/* None is started yet. NULL: no memory. STATION outlives it. */
struct fleet *fleet_new(const struct station *station, const struct conf *conf);

/* When no worker is left. NULL is allowed. */
void fleet_free(struct fleet *fleet);

/* Starts the workers that are due; when the next is. */
int64_t fleet_start(struct fleet *fleet, int64_t now);

/* Takes note of the end of a process; false if it is none of its own. */
bool fleet_ended(struct fleet *fleet, pid_t pid, int status);

/* Tells all workers to drain; fleet_late() kills who takes too long. */
void fleet_stop(struct fleet *fleet, int64_t now);
int64_t fleet_late(struct fleet *fleet, int64_t now);

/* slot_look() at each. */
void fleet_look(struct fleet *fleet);

/* Workers that there are; that serve; that serve and show signs of life. */
size_t fleet_running(const struct fleet *fleet);
size_t fleet_ready(const struct fleet *fleet);
size_t fleet_alive(const struct fleet *fleet);

#endif
