/*
 * A connection waits for one of three things, each with one fixed time-out:
 * so the connections that wait for the same stand in a list in the order of
 * their deadlines, and only the heads are looked at.
 */
#include "gateway/loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "gateway/fcgi.h"
#include "gateway/work.h"

#define EVENTS 256

enum wait { WAIT_REQUEST, WAIT_NEXT, WAIT_WRITE, WAIT_COUNT };

struct conn {
	TAILQ_ENTRY(conn) entry;
	int fd;
	enum wait wait;
	int64_t deadline;
	bool kept;     /* a request has ended on it */
	bool last;     /* closed when the answer is gone */
	bool progress; /* the wait begins anew */
	struct work *work;
};

TAILQ_HEAD(conn_list, conn);

struct loop {
	const struct loop_spec *spec;
	int epoll;
	int64_t now; /* read once a turn */

	struct conn *conns;
	unsigned int open;
	struct conn_list unused;
	struct conn_list waiting[WAIT_COUNT];
	int64_t timeout[WAIT_COUNT];

	bool listening;
	int64_t accept_at;   /* the end of its pause */
	int64_t complain_at; /* no sooner is its failure logged again */
	bool draining;
	bool emptying; /* draining, and what waits in the socket is ours */
	int64_t drain_end;

	struct work_pool work;
	struct buf head; /* of the answer that is being made */
	struct buf piece;
	char input[WORK_INPUT];
	struct epoll_event events[EVENTS];
};

/*
 * EPOLLEXCLUSIVE wakes one worker for one connection. Such an entry cannot be
 * changed, only taken out and put in again.
 */
static void
listen_on(struct loop *l)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE,
		.data.ptr = l };

	if (l->listening || (l->draining && !l->emptying) ||
	    l->open == l->spec->connections)
		return;
	l->listening =
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->spec->listen_fd, &event) == 0;
	if (!l->listening)
		l->accept_at = l->now + GATEWAY_ACCEPT_PAUSE;
}

static void
listen_off(struct loop *l)
{
	if (l->listening)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->spec->listen_fd, NULL);
	l->listening = false;
}

/*
 * Nobody more is let in. The socket ends with its last holder, so that none
 * that drains for long keeps a place that a new daemon wants.
 */
static void
listen_end(struct loop *l)
{
	listen_off(l);
	close(l->spec->listen_fd);
	l->emptying = false;
}

static void
conn_close(struct loop *l, struct conn *c)
{
	close(c->fd);
	c->fd = -1;
	if (c->work != NULL)
		work_give(&l->work, c->work);
	c->work = NULL;
	TAILQ_REMOVE(&l->waiting[c->wait], c, entry);
	TAILQ_INSERT_HEAD(&l->unused, c, entry);
	l->open--;
	l->accept_at = l->now;
}

/*
 * Idle connections give way to new ones, the one that has waited longest
 * first: the web server keeps as many as it likes, and a full worker would
 * answer nobody new while it has nothing to do. Where all are busy it stops
 * accepting, and the next that has its answer is not kept.
 */
static void
make_room(struct loop *l)
{
	struct conn *idle = TAILQ_FIRST(&l->waiting[WAIT_NEXT]);

	if (l->open < l->spec->connections)
		return;
	if (idle != NULL)
		conn_close(l, idle);
	else
		listen_off(l);
}

static void
conn_open(struct loop *l, int fd)
{
	struct conn *c = TAILQ_FIRST(&l->unused);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		log_err("epoll refuses a connection: %s", strerror(errno));
		close(fd);
		return;
	}
	TAILQ_REMOVE(&l->unused, c, entry);
	*c = (struct conn){ .fd = fd, .wait = WAIT_REQUEST };
	c->deadline = l->now + l->timeout[WAIT_REQUEST];
	TAILQ_INSERT_TAIL(&l->waiting[WAIT_REQUEST], c, entry);
	count(&l->spec->counters->connections);
	l->open++;
	make_room(l);
}

/*
 * One connection a turn, so that the workers share them out. When descriptors
 * or memory are used up the pending connection stays where it is: listening
 * goes on after a pause or when a connection closes, instead of spinning.
 */
static void
accept_one(struct loop *l)
{
	int fd = accept4(
	    l->spec->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0) {
		conn_open(l, fd);
		return;
	}
	if (errno == EAGAIN && l->emptying)
		listen_end(l);
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	if (l->complain_at <= l->now) {
		log_err("cannot accept connections: %s", strerror(errno));
		l->complain_at = l->now + GATEWAY_COMPLAINT_PAUSE;
	}
	l->accept_at = l->now + GATEWAY_ACCEPT_PAUSE;
	listen_off(l);
}

/* Sends what the peer takes; false when the connection is of no more use. */
static bool
flush(struct conn *c)
{
	struct work *w = c->work;

	if (buf_error(&w->out) != 0) {
		log_err("an answer could not be built: %s",
		    err_text(buf_error(&w->out)));
		return false;
	}
	while (w->sent < w->out.n) {
		ssize_t n = send(c->fd, w->out.p + w->sent, w->out.n - w->sent,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		w->sent += (size_t)n;
		w->taken += (size_t)n;
	}
	buf_reset(&w->out);
	w->sent = 0;
	return true;
}

/*
 * Makes the next piece of a long body. False when it cannot go on: the peer
 * must see that something is missing.
 */
static bool
produce(struct loop *l, struct work *w)
{
	enum resp_step step;

	if (w->out.cap > WORK_OUT_COMMON)
		buf_free(&w->out);
	step = gateway_produce(&w->resp, &l->piece);
	if (step == RESP_BROKEN)
		return false;
	fcgi_put_stdout(&w->out, w->in.id, buf_view(&l->piece), STR_NONE);
	if (step == RESP_MORE)
		return true;
	fcgi_put_end(&w->out, w->in.id);
	w->unfinished = false;
	fcgi_in_next(&w->in);
	return true;
}

/* One piece a turn, so that a long list does not keep others waiting. */
static bool
pump(struct loop *l, struct conn *c)
{
	struct work *w = c->work;

	if (!flush(c))
		return false;
	if (!w->unfinished || w->out.n > 0)
		return true;
	return produce(l, w) && flush(c);
}

/* Whether the peer still has to take something of the answer. */
static bool
is_busy(const struct work *w)
{
	return w->out.n > 0 || w->unfinished;
}

static void
answer(struct loop *l, struct work *w)
{
	const struct loop_spec *spec = l->spec;

	req_begin(&w->req, w->arena);
	fcgi_request(&w->in, &w->req);
	gateway_answer(&spec->app, &spec->limits, spec->counters, &w->req,
	    &w->resp, &l->head);
	fcgi_put_stdout(
	    &w->out, w->in.id, buf_view(&l->head), resp_payload(&w->resp));
	w->unfinished = gateway_goes_on(&w->resp);
	if (w->unfinished) {
		arena_rewind(w->arena, w->resp.mark);
		return;
	}
	fcgi_put_end(&w->out, w->in.id);
	fcgi_in_next(&w->in);
}

/* Whether the connection stays open after the request that has just ended. */
static bool
keeps(const struct loop *l, const struct work *w)
{
	return l->spec->keep && l->open < l->spec->connections && w->in.keep;
}

/*
 * Works on input until it is used up or an answer has to wait for the peer;
 * false when the connection is to be closed.
 */
static bool
advance(struct loop *l, struct conn *c, struct str input)
{
	struct work *w = c->work;
	enum fcgi_event event;

	do {
		event = fcgi_feed(&w->in, &input);
		if (event == FCGI_BROKEN) {
			count(&l->spec->counters->protocol_errors);
			return false;
		}
		if (event == FCGI_REQUEST)
			answer(l, w);
		if (event != FCGI_MORE) {
			c->kept = c->progress = true;
			c->last = !keeps(l, w);
		}
		if (!pump(l, c))
			return false;
		if (is_busy(w)) {
			buf_str(&w->rest, input);
			/*
			 * Only an answer waits. A peer that does not take the
			 * answers to its records would gain time by them.
			 */
			return event != FCGI_MORE && buf_error(&w->rest) == 0;
		}
	} while (event != FCGI_MORE && !c->last);
	return event == FCGI_MORE;
}

/* The same with the first N bytes of the loop's input. */
static bool
advance_input(struct loop *l, struct conn *c, size_t n)
{
	bool open = advance(l, c, (struct str){ l->input, n });

	if (l->spec->clears)
		secret_clear(l->input, n);
	return open;
}

static bool
receive(struct loop *l, struct conn *c)
{
	ssize_t n = read(c->fd, l->input, sizeof(l->input));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	if (c->work == NULL)
		c->work = work_take(&l->work);
	if (c->work == NULL)
		return false;
	return advance_input(l, c, (size_t)n);
}

/* The peer takes more of the answer that waits. */
static bool
send_on(struct loop *l, struct conn *c)
{
	struct work *w = c->work;
	size_t before = w->taken, n;

	if (!pump(l, c))
		return false;
	c->progress = w->taken != before || w->out.n == 0;
	if (is_busy(w))
		return true;
	if (c->last)
		return false;
	n = w->rest.n;
	if (n > 0)
		memcpy(l->input, w->rest.p, n);
	work_rest_clear(&l->work, w);
	return advance_input(l, c, n);
}

static void
wait_for(struct loop *l, struct conn *c, enum wait wait)
{
	struct epoll_event event = { .data.ptr = c };

	if ((wait == WAIT_WRITE) != (c->wait == WAIT_WRITE)) {
		event.events = wait == WAIT_WRITE ? EPOLLOUT : EPOLLIN;
		epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &event);
	}
	if (wait == c->wait && !c->progress)
		return;
	TAILQ_REMOVE(&l->waiting[c->wait], c, entry);
	c->wait = wait;
	c->progress = false;
	c->deadline = l->now + l->timeout[wait];
	TAILQ_INSERT_TAIL(&l->waiting[wait], c, entry);
}

/* The connection has something to read, or takes more to send. */
static void
conn_turn(struct loop *l, struct conn *c)
{
	struct work *w;

	if (!(c->wait == WAIT_WRITE ? send_on(l, c) : receive(l, c))) {
		conn_close(l, c);
		return;
	}
	w = c->work;
	if (w != NULL && is_busy(w)) {
		wait_for(l, c, WAIT_WRITE);
		return;
	}
	if (w != NULL && !fcgi_in_idle(&w->in)) {
		wait_for(l, c, WAIT_REQUEST);
		return;
	}
	if (w != NULL)
		work_give(&l->work, w);
	c->work = NULL;
	/* One that has just been accepted has a request to bring. */
	if (c->kept && l->draining)
		conn_close(l, c);
	else
		wait_for(l, c, c->kept ? WAIT_NEXT : WAIT_REQUEST);
}

static void
expire(struct loop *l)
{
	for (int wait = 0; wait < WAIT_COUNT; wait++) {
		struct conn *c;

		while ((c = TAILQ_FIRST(&l->waiting[wait])) != NULL &&
		    c->deadline <= l->now) {
			if (wait != WAIT_NEXT)
				count(&l->spec->counters->timeouts);
			conn_close(l, c);
		}
	}
	if (l->accept_at <= l->now)
		listen_on(l);
}

/* Shut down for reading, the socket takes nobody new and keeps who waits. */
static bool
is_shut(int listen_fd)
{
	struct pollfd fd = { .fd = listen_fd, .events = POLLRDHUP };

	return poll(&fd, 1, 0) == 1 && (fd.revents & POLLRDHUP) != 0;
}

static void
begin_drain(struct loop *l)
{
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, l->spec->stop_fd, NULL);
	l->draining = true;
	l->emptying = is_shut(l->spec->listen_fd);
	if (!l->emptying)
		listen_end(l);
	l->drain_end = l->now + l->spec->timeout_drain;
	/* A last look: what has come in by now is still answered. */
	for (unsigned int i = 0; i < l->spec->connections; i++) {
		struct conn *c = &l->conns[i];

		if (c->fd >= 0 && c->wait != WAIT_WRITE)
			conn_turn(l, c);
	}
}

/* Milliseconds until the next deadline; -1 when there is none. */
static int
time_left(const struct loop *l)
{
	int64_t until = INT64_MAX;

	for (int wait = 0; wait < WAIT_COUNT; wait++) {
		const struct conn *c = TAILQ_FIRST(&l->waiting[wait]);

		if (c != NULL && c->deadline < until)
			until = c->deadline;
	}
	if (l->draining && l->drain_end < until)
		until = l->drain_end;
	if (!l->listening && (!l->draining || l->emptying) &&
	    l->open < l->spec->connections && l->accept_at < until)
		until = l->accept_at;
	if (l->spec->beat > 0 && l->now + l->spec->beat < until)
		until = l->now + l->spec->beat;
	if (until == INT64_MAX)
		return -1;
	if (until <= l->now)
		return 0;
	return until - l->now > INT_MAX ? INT_MAX : (int)(until - l->now);
}

static int
turn(struct loop *l, struct why *why)
{
	int n = epoll_wait(l->epoll, l->events, EVENTS, time_left(l));
	bool stop = false, accept = false;

	if (n < 0 && errno != EINTR)
		return why_set(why, HUB_EIO, "epoll_wait: %s", strerror(errno));
	l->now = clock_mono_ms();
	count(&l->spec->counters->beats);
	for (int i = 0; i < n; i++) {
		void *what = l->events[i].data.ptr;

		if (what == NULL)
			stop = true;
		else if (what == l)
			accept = true;
		else
			conn_turn(l, what);
	}
	/* After the events, which name connections that these two may close. */
	if (accept)
		accept_one(l);
	if (stop)
		begin_drain(l);
	expire(l);
	return 0;
}

static int
setup(struct loop *l, struct why *why)
{
	const struct loop_spec *spec = l->spec;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	for (int wait = 0; wait < WAIT_COUNT; wait++)
		TAILQ_INIT(&l->waiting[wait]);
	TAILQ_INIT(&l->unused);
	l->timeout[WAIT_REQUEST] = spec->timeout_request;
	l->timeout[WAIT_NEXT] = spec->timeout_idle;
	l->timeout[WAIT_WRITE] = spec->timeout_write;
	work_pool_init(&l->work, spec);
	buf_init(&l->head, GATEWAY_HEAD_MAX);
	buf_init(&l->piece, RESP_BODY_MAX);
	l->now = clock_mono_ms();

	l->conns = calloc(spec->connections, sizeof(*l->conns));
	if (l->conns == NULL)
		return why_set(why, HUB_ENOMEM, "no memory for connections");
	for (unsigned int i = 0; i < spec->connections; i++) {
		l->conns[i].fd = -1;
		TAILQ_INSERT_TAIL(&l->unused, &l->conns[i], entry);
	}
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0)
		return why_set(why, HUB_EIO, "epoll: %s", strerror(errno));
	listen_on(l);
	if (!l->listening ||
	    epoll_ctl(l->epoll, EPOLL_CTL_ADD, spec->stop_fd, &event) != 0)
		return why_set(why, HUB_EIO,
		    "epoll refuses the listening socket: %s", strerror(errno));
	return 0;
}

static void
teardown(struct loop *l)
{
	l->draining = true;
	if (l->open > 0)
		log_warn("%u connections were cut off at the end", l->open);
	if (l->emptying) {
		log_warn("connections still waited in the socket at the end");
		listen_end(l);
	}
	for (unsigned int i = 0; l->open > 0; i++) {
		if (l->conns[i].fd >= 0)
			conn_close(l, &l->conns[i]);
	}
	work_pool_free(&l->work);
	if (l->epoll >= 0)
		close(l->epoll);
	buf_free(&l->head);
	buf_free(&l->piece);
	free(l->conns);
	free(l);
}

static bool
is_over(const struct loop *l)
{
	return l->draining &&
	    (l->now >= l->drain_end || (l->open == 0 && !l->emptying));
}

int
loop_run(const struct loop_spec *spec, struct why *why)
{
	struct loop *l = calloc(1, sizeof(*l));
	int rc;

	if (l == NULL)
		return why_set(why, HUB_ENOMEM, "no memory for the loop");
	l->spec = spec;
	l->epoll = -1;
	rc = setup(l, why);
	while (rc == 0 && !is_over(l))
		rc = turn(l, why);
	teardown(l);
	return rc;
}
