#ifndef HUBCTL_PROBE_H
#define HUBCTL_PROBE_H

#include <stdint.h>
#include "base/err.h"

/*
 * One GET over a pool's socket, as a web server would send it: the least of a
 * FastCGI 1.0 client that tells whether a daemon answers.
 */
struct probe {
	int status; /* of the answer, such as 200 */
	long pid;   /* the process that listens; 0: not known */
};

/*
 * Asks at SOCKET for URI and waits TIMEOUT_MS at most, all in all. HUB_ENOENT:
 * there is no socket; HUB_ESTORE: nobody listens; HUB_EDENIED: this user may
 * not connect; HUB_EEXPIRED: no answer in time; HUB_EINVAL: what answers is no
 * hub; HUB_EIO. The sentence names the socket. PROBE->pid is set as soon as a
 * connection stands, whatever comes of it.
 */
int probe_get(struct probe *probe, const char *socket, const char *uri,
    int64_t timeout_ms, struct why *why);

#endif
