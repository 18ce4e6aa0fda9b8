#ifndef HUBD_PASSED_H
#define HUBD_PASSED_H

#include "base/conf.h"
#include "base/err.h"
#include "hubd/socket.h"

/*
 * A listening socket that whoever started this program holds and has passed in,
 * by the protocol of sd_listen_fds(3): descriptors from 3 on, LISTEN_FDS says
 * how many, LISTEN_PID for which process, LISTEN_FDNAMES their names with
 * colons between. The variables are taken out of the environment.
 */
struct passed {
	int first; /* the first descriptor */
	unsigned int count;
	char names[256]; /* "": none are given */
};

/*
 * What has been passed to this process; count is 0 if nothing has. HUB_EINVAL
 * if the variables make no sense: falling back to a socket of our own would
 * then be a guess.
 */
int passed_read(struct passed *passed, struct why *why);

/*
 * The number, from 0, of the descriptor meant for POOL: the only one, or of
 * several the one that has the pool's name. -1 if there is none.
 */
int passed_choose(const struct passed *passed, enum pool pool);

/*
 * Takes that descriptor, which must be a listening UNIX stream socket, and
 * closes the others. PATH is the configured one: where the socket has another,
 * the log says so. Mode, group and file are those of whoever made it.
 */
int passed_take(struct pool_socket *socket, const struct passed *passed,
    enum pool pool, const char *path, struct why *why);

#endif
