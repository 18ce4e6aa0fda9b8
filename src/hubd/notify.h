#ifndef HUBD_NOTIFY_H
#define HUBD_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "base/err.h"

/*
 * What a service manager is told, by the protocol of sd_notify(3): datagrams to
 * the socket that NOTIFY_SOCKET names, "@" standing for the abstract namespace.
 * Where nobody wants to hear, nothing is sent.
 */
struct notify {
	int fd; /* -1: nobody listens */
	struct sockaddr_un address;
	socklen_t address_size;
	bool complained;  /* that a message did not get through */
	int64_t watchdog; /* milliseconds between two signs of life; 0: none */
	int64_t beat_at;  /* when the next is due */
};

/*
 * Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID and takes them out of the
 * environment. An error leaves NOTIFY usable: nothing is sent then.
 */
int notify_open(struct notify *notify, struct why *why);
void notify_close(struct notify *notify);

/* Sends one message: lines of "NAME=value" without an end of line. */
void notify_send(struct notify *notify, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Sends a sign of life if one is due and the program is ALIVE. Gives the time
 * of the next, INT64_MAX if none is wanted. NOW is clock_mono_ms().
 */
int64_t notify_beat(struct notify *notify, int64_t now, bool alive);

#endif
