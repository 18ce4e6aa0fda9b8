/*
 * libfcgi waits for ever in its accept (which a signal may miss), gives up at
 * the first error of it, and has no time-out on what it reads. So it is left
 * only what it does well, records and streams: connections are accepted here,
 * with a poll that also sees the order to stop, and handed over. While libfcgi
 * reads, an alarm stands ready that cuts the connection off.
 */
#include "gateway/libfcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"

#define ARENA_FIRST 32768
#define CHUNK 8192

/* In place of a listening socket: libfcgi must never accept by itself. */
#define NO_SOCKET (-1)

struct responder {
	const struct libfcgi_spec *spec;
	FCGX_Request fcgx;
	struct arena *arena;
	struct req req;
	struct resp resp;
	struct buf head, piece;
	bool stopped;
	int64_t complain_at; /* no sooner is a failure of accept logged again */
	char chunk[CHUNK];
};

/* The connection that the alarm cuts off; -1 when it has done so, or none. */
static volatile sig_atomic_t cut_fd = -1;

/*
 * Whatever read is under way or comes later finds the end of the connection:
 * other than an interrupted call this cannot come a moment too early.
 */
static void
cut_off(int signal_number)
{
	int err = errno;

	(void)signal_number;
	shutdown(cut_fd, SHUT_RDWR);
	cut_fd = -1;
	errno = err;
}

static void
set_alarm(int64_t ms)
{
	const struct itimerval timer = { .it_value = { .tv_sec = ms / 1000,
					     .tv_usec = ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
alarm_arm(int fd, int64_t ms)
{
	cut_fd = fd;
	set_alarm(ms);
}

/* False when the time was over before. */
static bool
alarm_disarm(void)
{
	bool in_time;

	set_alarm(0);
	in_time = cut_fd >= 0;
	cut_fd = -1;
	return in_time;
}

static bool
alarm_setup(void)
{
	struct sigaction action = { .sa_handler = cut_off,
		.sa_flags = SA_RESTART };
	sigset_t alarms;

	sigemptyset(&action.sa_mask);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	return sigaction(SIGALRM, &action, NULL) == 0 &&
	    sigprocmask(SIG_UNBLOCK, &alarms, NULL) == 0;
}

/*
 * Reads STDIN to its end and keeps as much as a body may have. What is over it
 * is thrown away, so that the peer can finish sending and reads the answer.
 */
static bool
read_body(struct responder *r)
{
	struct req *req = &r->req;
	size_t swallowed = 0;
	struct buf body;
	int n;

	buf_init_arena(&body, r->arena, r->spec->limits.body);
	do {
		size_t fits = body.max - body.n;

		n = FCGX_GetStr(r->chunk, CHUNK, r->fcgx.in);
		if (n <= 0)
			break;
		if (fits > (size_t)n)
			fits = (size_t)n;
		buf_put(&body, r->chunk, fits);
		if (fits < (size_t)n)
			req_refuse(req, 413);
		swallowed += (size_t)n - fits;
	} while (n == CHUNK && swallowed <= GATEWAY_SWALLOW_MAX);
	secret_clear(r->chunk, CHUNK);
	req->body = buf_view(&body);
	return FCGX_GetError(r->fcgx.in) == 0 && buf_error(&body) == 0;
}

/*
 * The connection goes over to libfcgi as one that is open already and kept;
 * else it would accept one, or begin by closing this one. It closes it itself
 * only where it fails.
 */
static bool
read_request(struct responder *r, int fd)
{
	struct req *req = &r->req;
	char **variables;

	FCGX_InitRequest(&r->fcgx, NO_SOCKET, 0);
	r->fcgx.ipcFd = fd;
	r->fcgx.keepConnection = 1;
	if (FCGX_Accept_r(&r->fcgx) != 0)
		return false;
	/* libfcgi's own, in front of the web server's. */
	variables = r->fcgx.envp;
	if (strcmp(*variables++, "FCGI_ROLE=RESPONDER") != 0) {
		log_warn("the web server asks for another role than that of a "
			 "responder, which is the only one there is");
		return false;
	}
	req_begin(req, r->arena);
	gateway_params(req, variables, r->spec->limits.headers);
	return read_body(r);
}

static bool
put(struct responder *r, struct str bytes)
{
	return bytes.n == 0 ||
	    FCGX_PutStr(bytes.p, (int)bytes.n, r->fcgx.out) >= 0;
}

/* The rest of a long answer; false when it cannot go on. */
static bool
send_rest(struct responder *r)
{
	enum resp_step step;

	if (!gateway_goes_on(&r->resp))
		return true;
	arena_rewind(r->arena, r->resp.mark);
	do {
		step = gateway_produce(&r->resp, &r->piece);
		if (step == RESP_BROKEN || !put(r, buf_view(&r->piece)))
			return false;
	} while (step == RESP_MORE);
	return true;
}

static void
answer(struct responder *r)
{
	const struct libfcgi_spec *spec = r->spec;

	gateway_answer(&spec->app, &spec->limits, spec->counters, &r->req,
	    &r->resp, &r->head);
	/* Without the end of its streams the web server sees it as broken. */
	if (!put(r, buf_view(&r->head)) || !put(r, resp_payload(&r->resp)) ||
	    !send_rest(r)) {
		log_warn("request %.*s: the answer was broken off",
		    STR_ARG(r->req.id));
		return;
	}
	FCGX_FClose(r->fcgx.err);
	FCGX_FClose(r->fcgx.out);
}

static void
limit_writes(int fd, int64_t ms)
{
	const struct timeval limit = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static void
converse(struct responder *r, int fd)
{
	const struct libfcgi_spec *spec = r->spec;
	bool whole, in_time;

	count(&spec->counters->connections);
	limit_writes(fd, spec->timeout_write);
	alarm_arm(fd, spec->timeout_request);
	whole = read_request(r, fd);
	in_time = alarm_disarm();
	if (whole && in_time)
		answer(r);
	else
		count(in_time ? &spec->counters->protocol_errors
			      : &spec->counters->timeouts);
	FCGX_Free(&r->fcgx, 0);
	if (r->fcgx.ipcFd >= 0)
		close(r->fcgx.ipcFd);
	arena_reset(r->arena);
	buf_free(&r->piece);
}

/* Waits MS milliseconds, -1: for ever, for a connection or the order to stop. */
static int
wait_for(struct responder *r, bool listening, int ms, struct why *why)
{
	struct pollfd fds[] = {
		{ .fd = r->spec->stop_fd, .events = POLLIN },
		{ .fd = r->spec->listen_fd, .events = POLLIN },
	};

	if (poll(fds, listening ? 2 : 1, ms) < 0 && errno != EINTR)
		return why_set(why, HUB_EIO, "poll: %s", strerror(errno));
	if ((fds[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return why_set(
		    why, HUB_EIO, "the listening socket is of no more use");
	r->stopped = fds[0].revents != 0;
	return 0;
}

/*
 * When descriptors or memory are used up the pending connection stays where it
 * is and is asked for again after a pause.
 */
static int
accept_failed(struct responder *r, struct why *why)
{
	int64_t now = clock_mono_ms();

	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return 0;
	if (r->complain_at <= now) {
		log_err("cannot accept connections: %s", strerror(errno));
		r->complain_at = now + GATEWAY_COMPLAINT_PAUSE;
	}
	return wait_for(r, false, GATEWAY_ACCEPT_PAUSE, why);
}

static int
turn(struct responder *r, struct why *why)
{
	int rc = wait_for(r, true, -1, why);
	int fd;

	if (rc != 0 || r->stopped)
		return rc;
	fd = accept4(r->spec->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return accept_failed(r, why);
	converse(r, fd);
	return 0;
}

static int
setup(struct responder *r, struct why *why)
{
	int flags = fcntl(r->spec->listen_fd, F_GETFL);

	buf_init(&r->head, GATEWAY_HEAD_MAX);
	buf_init(&r->piece, RESP_BODY_MAX);
	r->arena = arena_new(ARENA_FIRST, gateway_arena_max(&r->spec->limits));
	if (r->arena == NULL)
		return why_set(why, HUB_ENOMEM, "no memory for requests");
	/* Forms hold passwords. libfcgi's own buffers are out of reach. */
	arena_clears(r->arena);
	/* Other processes may accept what poll() has told of. */
	if (flags < 0 ||
	    fcntl(r->spec->listen_fd, F_SETFL, flags | O_NONBLOCK) != 0)
		return why_set(
		    why, HUB_EIO, "the listening socket: %s", strerror(errno));
	/* It would wait two seconds for a peer that it gives up to go away. */
	if (setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) != 0 ||
	    FCGX_Init() != 0 || !alarm_setup())
		return why_set(why, HUB_EIO, "libfcgi cannot be set up");
	return 0;
}

int
libfcgi_run(const struct libfcgi_spec *spec, struct why *why)
{
	struct responder r = { .spec = spec };
	int rc = setup(&r, why);

	while (rc == 0 && !r.stopped)
		rc = turn(&r, why);
	arena_free(r.arena);
	buf_free(&r.head);
	buf_free(&r.piece);
	return rc;
}
