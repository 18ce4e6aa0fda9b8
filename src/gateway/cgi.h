#ifndef GATEWAY_CGI_H
#define GATEWAY_CGI_H

#include <stdint.h>
#include "base/err.h"
#include "gateway/gateway.h"

/*
 * Plain CGI (RFC 3875): one request, whose variables are the environment and
 * whose body comes in on a descriptor; the answer goes out on another.
 */
struct cgi_spec {
	char *const *variables; /* "NAME=VALUE", NULL-ended */
	int in, out;
	struct req_limits limits;

	/* Milliseconds. */
	int64_t timeout_request; /* until the body is there */
	int64_t timeout_write;   /* without progress of the answer */

	struct counters *counters;
	struct app app;
};

/*
 * Answers the request. A long answer is made whole before its first byte goes
 * out and always tells its length: the end of the output alone would not say
 * whether something is missing. Not 0: there is no answer, or only a part of
 * it has gone out. SIGPIPE is to be ignored.
 */
int cgi_run(const struct cgi_spec *spec, struct why *why);

#endif
