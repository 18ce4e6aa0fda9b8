#ifndef HUB_PROCESS_H
#define HUB_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/conf.h"
#include "fcgi_client.h"

/*
 * A hub of its own for a test: a folder with a configuration, made and filled
 * by hubctl, served by hubd, spoken to over its sockets. The programs are those
 * that $HUBD, $HUBCTL and $HUBFCGI name, else ./hubd, ./hubctl and ./hub.fcgi.
 *
 * Whatever waits here gives up after a time that no machine needs, with a
 * failed test; nothing is decided by how long something took.
 */
#define SITE_DAEMONS 8

/* Accounts of the demo records: a customer, another, an employee. */
#define JANSSEN "j.janssen@example.nl"
#define JANSSEN_ID "5f3c1a90-7d1e-4a55-9a0e-2f7f6f0c1b11"
#define BOS "s.bos@example.nl"

struct site {
	char root[64]; /* the folder */
	char conf[96]; /* hub.conf in it */
	char data[96]; /* the folder of the stores */
	char socket[POOL_COUNT][CONF_SOCKET_MAX];
	pid_t daemon[SITE_DAEMONS]; /* that run; 0: none */
};

/* For cmocka; *STATE is a site with nothing but its configuration. */
int site_setup(void **state);

/* The same with stores, a key and the demo records. */
int site_setup_filled(void **state);

/* Kills what still runs and removes the folder. */
int site_teardown(void **state);

/* Writes the configuration anew, with MORE lines behind it. */
void site_configure(struct site *site, const char *more);

/* A path in the site's folder; valid until the next but three calls. */
const char *site_path(const struct site *site, const char *name);

/* Writes a file in the site's folder and gives its path, as site_path(). */
const char *site_file(
    const struct site *site, const char *name, const char *content);

/* How a program ended and what it said. */
struct output {
	int status; /* exit status, or minus the signal that ended it */
	char out[65536], err[65536];
};

/*
 * Runs a program with NULL-ended arguments and INPUT (NULL: nothing) until its
 * end. WITH, if not NULL, is called in the child before the program starts.
 */
void site_run(struct output *output, const char *input, void (*with)(void),
    const char *program, const char *const *arguments);

/*
 * The demo records but for the fleet of thousands: all accounts, and few
 * contracts.
 */
void site_demo(struct output *output);

/* hubctl --config ... with these words. */
#define site_hubctl(site, output, input, ...)                                  \
	site_run((output), (input), NULL, site_program("HUBCTL", "./hubctl"),  \
	    (const char *const[]){                                             \
		"--config", (site)->conf, __VA_ARGS__, NULL })

/* The same where it must succeed. */
#define site_do(site, ...)                                                     \
	site_must((const char *const[]){                                       \
	    "--config", (site)->conf, __VA_ARGS__, NULL })
void site_must(const char *const *arguments);

/* The program that the variable names, or the other one. */
const char *site_program(const char *variable, const char *otherwise);

/* An access token of the account. */
struct token {
	char text[4096];
};
struct token site_token(const struct site *site, const char *username);

/*
 * Starts hubd for POOL, its log going to site_path("POOL.log"). WITH as above.
 * site_start() returns when it answers; site_spawn() at once.
 */
pid_t site_spawn(struct site *site, enum pool pool, void (*with)(void));
pid_t site_start(struct site *site, enum pool pool);

/*
 * Starts any program, with IN as its standard input and its output and errors
 * going to the end of the file LOG.
 */
pid_t site_launch(struct site *site, int in, const char *log,
    void (*with)(void), const char *program, const char *const *arguments);

/* Waits until the daemon ends by itself; its status as in struct output. */
int site_wait(struct site *site, pid_t daemon);

/* Sends it a signal and waits for its end. */
int site_stop(struct site *site, pid_t daemon, int signal_number);

/* Waits until the log of POOL holds TEXT. */
void site_wait_for_log(
    const struct site *site, enum pool pool, const char *text);

/* How often TEXT stands in the log of POOL. */
unsigned int site_log_count(
    const struct site *site, enum pool pool, const char *text);

/* The children of a daemon that have this name; gives their number. */
size_t site_children(
    pid_t daemon, const char *name, pid_t *children, size_t max);

/* The worker processes of a daemon, likewise. */
size_t site_workers(pid_t daemon, pid_t *workers, size_t max);

/* Waits until the daemon has N workers and none of them is NOT. */
void site_wait_for_workers(pid_t daemon, size_t n, pid_t not );

/* Waits until the process is no more, or is a zombie. */
void site_wait_for_end(pid_t process);

/* A short rest between two looks; fails the test when START is long ago. */
void site_rest(int64_t start);

/* Connects; the test fails if that does. */
void site_connect(const struct site *site, enum pool pool, struct client *c);

/* GET URI on a kept connection; the status, or -1 if there is no answer. */
int site_get(struct client *c, const char *uri, const struct token *token);

/* The same on a connection of its own, which must give an answer. */
int site_ask(const struct site *site, enum pool pool, const char *uri,
    const struct token *token);

/*
 * Processes that send POOL the request, or ask for its health if that is NULL,
 * without pause, each time on a connection of its own, from site_load_begin()
 * to site_load_end(). The test fails if a request was not answered with 200;
 * else how many there were.
 */
void site_load_begin(const struct site *site, enum pool pool,
    const struct client_request *request);
unsigned int site_load_end(void);

/* Puts a request as site_get() sends it into a buffer. */
void site_put_get(struct buf *out, const char *uri, const struct token *token);

/* Whether TEXT stands in WHERE; the test fails if not. */
#define assert_says(where, text)                                               \
	do {                                                                   \
		if (strstr((where), (text)) == NULL)                           \
			fail_msg("'%s' is not in: %s", (text), (where));       \
	} while (0)

#endif
