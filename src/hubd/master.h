#ifndef HUBD_MASTER_H
#define HUBD_MASTER_H

#include "base/conf.h"

/* How a daemon was called. */
struct master_spec {
	enum pool pool;
	const char *name; /* in the log */
	const char *path; /* of the configuration */
	const char *data; /* --data, or NULL */
};

/*
 * Runs one pool with the configuration that was read as SPEC says: takes or
 * opens its socket, keeps its workers alive, reads the configuration again at
 * HUP, stops at TERM or INT. Gives the exit status: 0 after a stop, 1 if it
 * could not start.
 */
int master_run(const struct master_spec *spec, const struct conf *conf);

#endif
