/*
 * The master holds the listening socket and does nothing but wait: for signals,
 * for a worker to get ready, for the time that something is due. A worker that
 * dies is replaced, and its requests wait in the socket meanwhile. The stores
 * are opened by the children, after fork.
 */
#include "hubd/master.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "hubd/crew.h"
#include "hubd/housekeeper.h"
#include "hubd/notify.h"
#include "hubd/passed.h"
#include "hubd/socket.h"

/* The housekeeper stops at once; its chores are short. */
#define HOUSEKEEPER_STOP_MS 5000
#define HOUSEKEEPER_PAUSE_MS (60 * 1000)

struct master {
	const struct master_spec *spec;
	struct station station;
	struct pool_socket socket;
	struct notify notify;
	struct crew crew;
	struct slot housekeeper;   /* of the keepers' master only */
	unsigned int housekept;    /* the takeover that it was started after */
	struct counters *counters; /* the housekeeper's */
	int64_t look_at;
	bool stopping;
	bool failed;
	bool told_ready; /* to the service manager */
	bool told_reloading;
	char status[160]; /* as it was told */
};

static int
open_socket(struct master *m, const struct conf *conf, struct why *why)
{
	const char *path = conf->pool[m->spec->pool].socket;
	struct passed passed;
	int rc = passed_read(&passed, why);

	if (rc != 0)
		return rc;
	if (passed.count > 0)
		return passed_take(
		    &m->socket, &passed, m->spec->pool, path, why);
	return pool_socket_open(&m->socket, path, conf->socket_group, why);
}

static int
open_signals(struct master *m, struct why *why)
{
	static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&signals, numbers[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* Ignored by whoever started us, it would hide the workers' deaths. */
	signal(SIGCHLD, SIG_DFL);
	m->station.signals_fd =
	    signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	m->station.ready_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->station.signals_fd < 0 || m->station.ready_fd < 0)
		return why_set(why, HUB_EIO, "cannot wait for signals");
	return 0;
}

static int
master_open(struct master *m, const struct conf *conf, struct why *why)
{
	int rc;

	m->counters = mmap(NULL, sizeof(*m->counters), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m->counters == MAP_FAILED)
		return why_set(why, HUB_ENOMEM, "out of memory");
	m->housekeeper = (struct slot){ .what = "housekeeper",
		.pause_max = HOUSEKEEPER_PAUSE_MS,
		.counters = m->counters };
	if ((rc = open_signals(m, why)) != 0 ||
	    (rc = open_socket(m, conf, why)) != 0)
		return rc;
	m->station.listen_fd = m->socket.fd;
	if (crew_open(
		&m->crew, &m->station, conf, m->spec->path, m->spec->data) != 0)
		return why_set(why, HUB_ENOMEM, "out of memory");
	return 0;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void
master_close(struct master *m)
{
	pool_socket_close(&m->socket);
	crew_close(&m->crew);
	notify_close(&m->notify);
	close_fd(m->station.signals_fd);
	close_fd(m->station.ready_fd);
	if (m->counters != MAP_FAILED)
		munmap(m->counters, sizeof(*m->counters));
}

static int
run_housekeeper(struct slot *slot, void *ctx)
{
	const struct master *m = ctx;

	return housekeeper_run(
	    &m->station, crew_conf(&m->crew), slot->counters);
}

/*
 * The housekeeper is one: that of the old configuration ends before that of
 * the new one starts. When it is next to be started or killed.
 */
static int64_t
keep_house(struct master *m, int64_t now)
{
	const struct conf *conf = crew_conf(&m->crew);

	if (m->spec->pool != POOL_KEEPERS)
		return SLOT_NEVER;
	if (m->housekeeper.pid != 0) {
		if (m->housekept != m->crew.takeovers)
			slot_stop(&m->housekeeper, now + HOUSEKEEPER_STOP_MS);
		return slot_late(&m->housekeeper, now);
	}
	/* Where no worker can start, it could not either. */
	if (conf == NULL || !m->crew.complete)
		return SLOT_NEVER;
	m->housekept = m->crew.takeovers;
	return slot_start(&m->housekeeper, now, run_housekeeper, m);
}

/* Looks at the children's signs of life; when next. */
static int64_t
look(struct master *m, int64_t now)
{
	const struct conf *conf = crew_conf(&m->crew);
	int64_t interval;

	if (conf == NULL)
		return SLOT_NEVER;
	interval = (int64_t)conf->timeout_worker * 1000 / SLOT_LOOKS;
	if (m->look_at <= now) {
		crew_look(&m->crew);
		slot_look(&m->housekeeper, conf->timeout_worker);
		m->look_at = now + interval;
	}
	/* A reload may have made it shorter. */
	if (m->look_at > now + interval)
		m->look_at = now + interval;
	return m->look_at;
}

/* Tells the service manager what has changed; when a sign of life is due. */
static int64_t
report(struct master *m, int64_t now)
{
	const struct crew *crew = &m->crew;
	char status[sizeof(m->status)];

	if (m->told_reloading && !crew_is_reloading(crew)) {
		m->told_reloading = false;
		m->told_ready = false;
	}
	if (crew->complete && !m->told_ready && !m->told_reloading) {
		notify_send(&m->notify, "READY=1");
		m->told_ready = true;
	}
	crew_describe(crew, status, sizeof(status));
	if (strcmp(status, m->status) != 0) {
		notify_send(&m->notify, "STATUS=%s", status);
		memcpy(m->status, status, sizeof(status));
	}
	return notify_beat(&m->notify, now, crew_is_alive(crew));
}

/* Takes note of every child that has ended. */
static void
reap(struct master *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!crew_ended(&m->crew, pid, status) &&
		    pid == m->housekeeper.pid)
			slot_ended(&m->housekeeper, status);
	}
}

static void
reload(struct master *m)
{
	if (m->stopping)
		return;
	notify_send(&m->notify, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_us());
	m->told_reloading = true;
	crew_reload(&m->crew);
}

/*
 * Nobody new comes in by a socket of our own, and the workers answer those who
 * wait in it. One that was passed in is for the next daemon, with all of them.
 */
static void
stop(struct master *m, int64_t now)
{
	if (m->stopping)
		return;
	m->stopping = true;
	notify_send(&m->notify, "STOPPING=1");
	pool_socket_close(&m->socket);
	crew_stop(&m->crew, now);
	slot_stop(&m->housekeeper, now + HOUSEKEEPER_STOP_MS);
}

/* Does what the signals that have come ask for. */
static void
take_signals(struct master *m)
{
	struct signalfd_siginfo info;

	while (read(m->station.signals_fd, &info, sizeof(info)) ==
	    (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(m);
		else if (info.ssi_signo != SIGCHLD)
			stop(m, clock_mono_ms());
	}
}

/* Until something happens, or the time DUE. */
static void
wait_until(struct master *m, int64_t due)
{
	struct pollfd fds[] = {
		{ .fd = m->station.signals_fd, .events = POLLIN },
		{ .fd = m->station.ready_fd, .events = POLLIN },
	};
	int64_t left = due - clock_mono_ms();
	eventfd_t workers;

	if (left < 0)
		left = 0;
	poll(fds, 2,
	    due == SLOT_NEVER    ? -1
		: left > INT_MAX ? INT_MAX
				 : (int)left);
	eventfd_read(m->station.ready_fd, &workers);
}

/* Does what is due; when more is. */
static int64_t
turn(struct master *m)
{
	int64_t now = clock_mono_ms();
	const int64_t due[] = {
		crew_turn(&m->crew, now),
		keep_house(m, now),
		look(m, now),
		report(m, now),
	};
	int64_t first = SLOT_NEVER;

	for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
		if (due[i] < first)
			first = due[i];
	}
	return first;
}

static void
run(struct master *m)
{
	for (;;) {
		int64_t due = turn(m);

		if (crew_is_gone(&m->crew) && m->housekeeper.pid == 0)
			return;
		wait_until(m, due);
		/* Signals first: a child that ends after its own was read has
		   sent another. */
		take_signals(m);
		reap(m);
		if (crew_has_failed(&m->crew)) {
			m->failed = true;
			stop(m, clock_mono_ms());
		}
	}
}

int
master_run(const struct master_spec *spec, const struct conf *conf)
{
	struct master m = { .spec = spec,
		.counters = MAP_FAILED,
		.socket.fd = -1,
		.station = { spec->pool, spec->name, -1, -1, -1, -1 } };
	struct why why = { "" };

	if (notify_open(&m.notify, &why) != 0)
		log_warn("%s", why.text);
	m.station.notify_fd = m.notify.fd;
	if (master_open(&m, conf, &why) == 0) {
		log_info("%s: %llu workers on %s%s", pool_name(spec->pool),
		    (unsigned long long)conf->pool[spec->pool].workers,
		    m.socket.path, m.socket.passed ? ", passed in" : "");
		run(&m);
		log_info("stopped");
	} else {
		log_err("%s", why.text);
		m.failed = true;
	}
	master_close(&m);
	return m.failed ? 1 : 0;
}
