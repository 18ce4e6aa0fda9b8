#ifndef LOOP_SERVER_H
#define LOOP_SERVER_H

#include <sys/types.h>
#include "fcgi_client.h"
#include "gateway/loop.h"

/*
 * A gateway in a child process for tests, the loop where nothing else is said,
 * with a small application: "/echo" answers 201 with the body, "/large"
 * RESP_BODY_MAX bytes, "/bad-header" what cannot be sent, "/free" closes the
 * spare descriptor, any other URI 200 with itself.
 */

/* Milliseconds: no test waits that long, and none is decided by it. */
#define FOREVER 60000

/* Limits of a request. */
#define SERVER_HEADERS_MAX 4096
#define SERVER_BODY_MAX 65536

struct server {
	struct loop_spec spec;
	bool libfcgi; /* by that gateway, with what of the spec it has */
	bool hold;    /* the test has the listening socket too, as LISTENER */
	int listener;
	unsigned int descriptors; /* for connections; 0: as many as there are */
	char dir[128], path[160];
	int spare; /* a descriptor of the child that "/free" gives back */
	int stop;  /* closed: the loop drains */
	pid_t pid;
};

/* Time-outs that no test waits for, 64 connections, kept. */
void server_defaults(struct server *s);

/* Starts the child; fails the test if that is not possible. */
void server_start(struct server *s);

/* Asks the loop to drain; it may take its time until server_end(). */
void server_stop(struct server *s);

/* Stops it, unless that is done, and checks that it ended well. */
void server_end(struct server *s);

/* The defaults, started. */
void server_run(struct server *s);

/* Waits for a counter to reach a value. */
void assert_counts(_Atomic uint64_t *counter, uint64_t value);

/* The client's side; each fails the test where something else happens. */
void open_client(const struct server *s, struct client *c);
void send_request(struct client *c, const char *uri, bool keep);
void expect_answer(struct client *c, int status, struct str body);

/* The body of "/large". */
void expect_large(struct client *c);

/* One request on a connection that stays. */
void assert_served(struct client *c, const char *uri);

#endif
