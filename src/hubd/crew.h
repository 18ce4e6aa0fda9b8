#ifndef HUBD_CREW_H
#define HUBD_CREW_H

#include "hubd/fleet.h"

/*
 * All workers of a pool: those who serve, those of a new configuration who are
 * to take over from them, and those who drain. At a reload the new ones start
 * beside the old ones; when each of them serves, the old ones are told to
 * drain, so somebody serves at every moment. If the new ones cannot serve, the
 * old ones stay.
 */
LIST_HEAD(fleet_list, fleet);

struct crew {
	const struct station *station;
	const char *path;   /* of the configuration */
	const char *data;   /* --data, or NULL */
	struct fleet *now;  /* NULL: being stopped */
	struct fleet *next; /* NULL: no reload is under way */
	struct fleet_list leaving;
	bool asked; /* for a reload */
	unsigned int takeovers;
	bool complete;      /* all workers have served at one moment */
	int64_t give_up_at; /* NEXT has to serve by then */
};

/* CONF is what was read from PATH and changed by DATA. */
int crew_open(struct crew *crew, const struct station *station,
    const struct conf *conf, const char *path, const char *data);

/* When no worker is left. */
void crew_close(struct crew *crew);

/* Starts, ends and replaces workers as is due; when more is. */
int64_t crew_turn(struct crew *crew, int64_t now);

/* Takes note of the end of a process; false if it was no worker. */
bool crew_ended(struct crew *crew, pid_t pid, int status);

/*
 * Asks for a reload. One is under way at a time; who asks during one gets
 * another after it, with the file as it is then.
 */
void crew_reload(struct crew *crew);
bool crew_is_reloading(const struct crew *crew);

/* Tells all workers to drain; from then on none is started. */
void crew_stop(struct crew *crew, int64_t now);

/*
 * fleet_look() at who serves. The new ones of a reload have their own time to
 * get ready, and their own configuration to beat by.
 */
void crew_look(struct crew *crew);

/* Whether no worker is left; whether none can be started at all. */
bool crew_is_gone(const struct crew *crew);
bool crew_has_failed(const struct crew *crew);

/* Whether somebody serves and shows signs of life, or all are to end. */
bool crew_is_alive(const struct crew *crew);

/* The configuration in force, until the next turn; NULL when being stopped. */
const struct conf *crew_conf(const struct crew *crew);

/* One line for people: how many workers do what. */
void crew_describe(const struct crew *crew, char *text, size_t size);

#endif
