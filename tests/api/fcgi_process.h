#ifndef FCGI_PROCESS_H
#define FCGI_PROCESS_H

#include "hub_process.h"

/*
 * hub.fcgi as web servers start it: with a listening socket as its standard
 * input, or as a CGI program for each request. What it logs goes to
 * site_path(site, "fcgi.log").
 */

/* A new socket of the site to listen on, site_path(site, "fcgi.sock"). */
int fcgi_listen(const struct site *site);

/*
 * Starts it on LISTEN_FD, which stays open here. The environment names the
 * configuration and what POOL is, if it is not NULL; no arguments but those.
 */
pid_t fcgi_spawn(struct site *site, int listen_fd, const char *pool,
    const char *const *arguments);

/* Listens, starts one for the readers and returns when it answers. */
pid_t fcgi_start(struct site *site);

/* Waits until nobody waits in the socket: all have been accepted. */
void fcgi_wait_for_accept(int listen_fd);

/* How often TEXT stands in the log; and waits until it does. */
unsigned int fcgi_log_count(const struct site *site, const char *text);
void fcgi_wait_for_log(const struct site *site, const char *text);

/* A request on a connection of its own; the test fails without an answer. */
void fcgi_ask(const struct site *site, const struct client_request *request,
    struct client_answer *answer);

/* GET URI; the status. */
int fcgi_get(
    const struct site *site, const char *uri, const struct token *token);

/*
 * Runs it as a CGI program with ARGUMENTS, which may be NULL. What it writes
 * is added to OUT; gives its exit status.
 */
int cgi_ask(const struct site *site, const struct client_request *request,
    const char *const *arguments, struct buf *out);

#endif
