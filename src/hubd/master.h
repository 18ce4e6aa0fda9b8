#ifndef HUBD_MASTER_H
#define HUBD_MASTER_H

#include "base/conf.h"

/*
 * Runs one pool: opens its socket, keeps its workers alive, stops them at TERM
 * or INT. Gives the exit status: 0 after a stop, 1 if it could not start.
 */
int master_run(const struct conf *conf, enum pool pool);

#endif
