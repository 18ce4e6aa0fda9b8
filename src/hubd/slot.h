#ifndef HUBD_SLOT_H
#define HUBD_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/counters.h"

/*
 * A child process that is kept alive. One that ends is started again: at once,
 * or after a pause if it lived for less than a second; the pause doubles. One
 * that gives no sign of life is ended. Times are clock_mono_ms().
 */
struct slot {
	const char *what;  /* "worker": in the log, and behind "hub-" in ps */
	int64_t pause_max; /* milliseconds */
	struct counters *counters; /* of the process, in shared memory */

	pid_t pid; /* 0: none */
	int64_t started, restart_at, pause;
	int64_t kill_at;     /* told to stop: when it is killed; 0: not told */
	uint64_t beats;      /* as they were at the last look */
	unsigned int silent; /* looks since they moved */
};

/* A time that never comes. */
#define SLOT_NEVER INT64_MAX

/* Of timeout.worker: how often a look is taken, and how often there is a beat. */
#define SLOT_LOOKS 4
#define SLOT_BEATS 8

/*
 * Starts the process if that is due, as a child of ours that runs RUN, with CTX,
 * until it exits with the result. Gives when a start is due, SLOT_NEVER if there
 * is a process.
 */
int64_t slot_start(struct slot *slot, int64_t now,
    int (*run)(struct slot *slot, void *ctx), void *ctx);

/* Its process has ended with a status of waitpid(); says so if that is wrong. */
void slot_ended(struct slot *slot, int status);

/* Tells it to end, by TERM now and by KILL at KILL_AT. */
void slot_stop(struct slot *slot, int64_t kill_at);

/* Kills it if it was told to stop and is late; when that is due. */
int64_t slot_late(struct slot *slot, int64_t now);

/*
 * A look at its signs of life, to be taken SLOT_LOOKS times in SECONDS: a
 * process without any in that time is ended by ABRT, or by KILL a look later.
 * Looks are counted and not time, so that a pause of the whole machine is not
 * held against anybody.
 */
void slot_look(struct slot *slot, uint64_t seconds);

/* Whether it serves and has given a sign of life lately. */
bool slot_is_alive(const struct slot *slot);
bool slot_is_ready(const struct slot *slot);

#endif
