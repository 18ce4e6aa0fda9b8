#ifndef HUBD_SOCKET_H
#define HUBD_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/err.h"

/* The UNIX socket that a pool listens on. */
struct pool_socket {
	int fd;
	const char *path;
	bool passed; /* by a service manager, which goes on holding it */
	dev_t dev;   /* of the file as we made it; not of one passed in */
	ino_t ino;
};

/*
 * Listens at PATH, mode 0660 and GROUP ("": left alone). A socket that a dead
 * daemon left is replaced; one that somebody answers on is HUB_ECONFLICT. The
 * folder is locked (flock) meanwhile, so of several daemons that start at once
 * one gets the place; the caller needs the right to read it.
 */
int pool_socket_open(struct pool_socket *socket, const char *path,
    const char *group, struct why *why);

/*
 * Closes it. One of our own lets nobody in from here on, whoever else holds it:
 * it is shut down for reading, so that what waits in it can still be accepted,
 * and its file is removed, unless another has taken the place. One that was
 * passed in stays as it is, file and backlog.
 */
void pool_socket_close(struct pool_socket *socket);

#endif
