#ifndef GATEWAY_LOOP_H
#define GATEWAY_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/counters.h"
#include "base/err.h"
#include "gateway/gateway.h"

/*
 * Our own FastCGI responder: one thread, epoll, many kept connections, one
 * read and one write a request. Every wait for a peer has a limit.
 */
struct loop_spec {
	int listen_fd; /* non-blocking; closed when nobody more is let in */
	int stop_fd;   /* readable: drain and return */
	/* At most at a time; idle ones give way to new ones. 1: a keeper. */
	unsigned int connections;
	bool keep;   /* honour FCGI_KEEP_CONN; never by a keeper */
	bool clears; /* what requests bring, and what is made of it, is
			overwritten when they are over: they bring passwords */
	struct req_limits limits;

	/* Milliseconds. */
	int64_t timeout_request; /* until a request is there, from accept or
				    its first byte, however slowly it comes */
	int64_t timeout_idle;    /* a kept connection between two */
	int64_t timeout_write;   /* without progress of an answer */
	int64_t timeout_drain;
	int64_t beat; /* at least so often a turn is made and counted; 0: when
			 there is something to do */

	struct counters *counters;
	struct app app;
};

/*
 * Serves until stop_fd is readable, then accepts nothing more, closes idle
 * kept connections, lets the requests under way end (at most timeout_drain)
 * and returns 0. If the listening socket has been shut down for reading, the
 * connections that wait in it are nobody else's: they are accepted and answered
 * first, within the same time. Another result means that the loop could not be
 * set up or that epoll failed.
 */
int loop_run(const struct loop_spec *spec, struct why *why);

#endif
