#ifndef GATEWAY_LIBFCGI_H
#define GATEWAY_LIBFCGI_H

#include <stdint.h>
#include "base/err.h"
#include "gateway/gateway.h"

/*
 * A FastCGI responder on libfcgi, for processes that a web server or
 * spawn-fcgi starts: one thread, one connection at a time, one request a
 * connection. Every wait for a peer has a limit.
 */
struct libfcgi_spec {
	int listen_fd; /* made non-blocking */
	int stop_fd;   /* readable: return after the request under way */
	struct req_limits limits;

	/* Milliseconds. */
	int64_t timeout_request; /* from accept until a request is whole */
	int64_t timeout_write;   /* without progress of an answer */

	struct counters *counters;
	struct app app;
};

/*
 * Serves until stop_fd is readable; then it returns 0, at once where it is
 * idle. Another result means that it could not be set up or that the listening
 * socket is of no more use. Takes over SIGALRM and the signals that libfcgi
 * takes (SIGPIPE, SIGUSR1, SIGTERM) where they had their default action; a
 * caller that wants those for stop_fd blocks them before.
 */
int libfcgi_run(const struct libfcgi_spec *spec, struct why *why);

#endif
