/*
 * The master holds the listening socket and the counters and does nothing but
 * wait for signals: a worker that dies is replaced, and its requests wait in
 * the socket meanwhile. The stores are opened by the workers, after fork.
 */
#include "hubd/master.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/counters.h"
#include "base/log.h"
#include "hubd/socket.h"
#include "hubd/worker.h"

#define SHORT_LIFE_MS 1000 /* a worker that dies earlier is held back */
#define FIRST_PAUSE_MS 50
#define LONGEST_PAUSE_MS 1000
#define KILL_AFTER_MS 2000 /* beyond the time that workers have to drain */

struct slot {
	pid_t pid; /* 0: none */
	int64_t started, restart_at;
	int64_t pause;
	struct counters *counters;
};

struct master {
	const struct conf *conf;
	enum pool pool;
	struct pool_socket socket;
	struct counters *counters; /* one for each slot, shared */
	struct slot *slots;
	size_t n;
	sigset_t signals;
	bool proven; /* some worker has been ready */
	bool failed;
};

static int
master_open(struct master *m, struct why *why)
{
	m->n = m->conf->pool[m->pool].workers;
	m->slots = calloc(m->n, sizeof(*m->slots));
	m->counters = mmap(NULL, m->n * sizeof(*m->counters),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (m->slots == NULL || m->counters == MAP_FAILED)
		return why_set(why, HUB_ENOMEM, "out of memory");
	for (size_t i = 0; i < m->n; i++)
		m->slots[i].counters = &m->counters[i];
	sigemptyset(&m->signals);
	sigaddset(&m->signals, SIGCHLD);
	sigaddset(&m->signals, SIGTERM);
	sigaddset(&m->signals, SIGINT);
	sigaddset(&m->signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &m->signals, NULL);
	/* Ignored by whoever started us, it would hide the workers' deaths. */
	signal(SIGCHLD, SIG_DFL);
	return pool_socket_open(&m->socket, m->conf->pool[m->pool].socket,
	    m->conf->socket_group, why);
}

static void
master_close(struct master *m)
{
	if (m->counters != MAP_FAILED)
		munmap(m->counters, m->n * sizeof(*m->counters));
	free(m->slots);
}

/* In the child. A worker must not outlive its master, however that ends. */
static void
become_worker(struct master *m, struct slot *slot, pid_t master)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != master)
		_exit(WORKER_DONE);
	signal(SIGHUP, SIG_IGN);
	exit(worker_run(m->conf, m->pool, m->socket.fd, slot->counters));
}

static void
start_worker(struct master *m, struct slot *slot)
{
	pid_t master = getpid(), pid;

	slot->started = clock_mono_ms();
	pid = fork();
	if (pid == 0)
		become_worker(m, slot, master);
	if (pid > 0) {
		slot->pid = pid;
		return;
	}
	log_err("cannot start a worker: %s", strerror(errno));
	slot->restart_at = slot->started + LONGEST_PAUSE_MS;
}

static void
hold_back(struct slot *slot, int64_t now)
{
	if (now - slot->started >= SHORT_LIFE_MS)
		slot->pause = 0;
	else if (slot->pause == 0)
		slot->pause = FIRST_PAUSE_MS;
	else
		slot->pause *= 2;
	if (slot->pause > LONGEST_PAUSE_MS)
		slot->pause = LONGEST_PAUSE_MS;
	slot->restart_at = now + slot->pause;
}

static void
log_death(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_err("worker %ld was ended by signal %d", (long)pid,
		    WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		log_err("worker %ld ended with status %d", (long)pid,
		    WEXITSTATUS(status));
}

/* Looks after every worker that has ended. */
static void
reap(struct master *m, bool stopping)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!stopping)
			log_death(pid, status);
		for (size_t i = 0; i < m->n; i++) {
			struct slot *slot = &m->slots[i];

			if (slot->pid != pid)
				continue;
			slot->pid = 0;
			atomic_store(&slot->counters->ready, 0);
			hold_back(slot, clock_mono_ms());
		}
		if (WIFEXITED(status) &&
		    WEXITSTATUS(status) == WORKER_CANNOT_START && !m->proven)
			m->failed = true;
	}
}

static void
look_for_ready(struct master *m)
{
	for (size_t i = 0; i < m->n && !m->proven; i++) {
		if (atomic_load(&m->slots[i].counters->ready) != 0)
			m->proven = true;
	}
}

/* Starts what is due; gives the milliseconds until more is, or -1. */
static int64_t
start_due(struct master *m)
{
	int64_t now = clock_mono_ms(), wait = -1;

	for (size_t i = 0; i < m->n; i++) {
		struct slot *slot = &m->slots[i];

		if (slot->pid != 0)
			continue;
		if (slot->restart_at <= now)
			start_worker(m, slot);
		else if (wait < 0 || slot->restart_at - now < wait)
			wait = slot->restart_at - now;
	}
	return wait;
}

/* The signal that came, or 0 after WAIT milliseconds (-1: for ever). */
static int
next_signal(const struct master *m, int64_t wait)
{
	struct timespec limit = { .tv_sec = wait / 1000,
		.tv_nsec = wait % 1000 * 1000000 };
	int signal_number;

	do {
		signal_number =
		    sigtimedwait(&m->signals, NULL, wait < 0 ? NULL : &limit);
	} while (signal_number < 0 && errno == EINTR);
	return signal_number < 0 ? 0 : signal_number;
}

static void
watch(struct master *m)
{
	for (;;) {
		int64_t wait = start_due(m);

		switch (next_signal(m, wait)) {
		case SIGTERM:
		case SIGINT:
			return;
		case SIGHUP:
			log_warn(
			    "HUP: the configuration is read at start only; "
			    "restart the daemon to apply changes");
			break;
		default:
			break;
		}
		look_for_ready(m);
		reap(m, false);
		if (m->failed)
			return;
	}
}

static size_t
signal_workers(const struct master *m, int signal_number)
{
	size_t alive = 0;

	for (size_t i = 0; i < m->n; i++) {
		if (m->slots[i].pid == 0)
			continue;
		kill(m->slots[i].pid, signal_number);
		alive++;
	}
	return alive;
}

/*
 * Nobody is let in any more. Workers drain on TERM; who has not ended long
 * after that is killed.
 */
static void
stop_workers(struct master *m)
{
	int64_t end = clock_mono_ms() + (int64_t)m->conf->timeout_drain * 1000 +
	    KILL_AFTER_MS;
	int64_t left;
	size_t late;

	pool_socket_close(&m->socket);
	signal_workers(m, SIGTERM);
	for (;;) {
		reap(m, true);
		if (signal_workers(m, 0) == 0)
			return;
		left = end - clock_mono_ms();
		if (left <= 0)
			break;
		next_signal(m, left);
	}
	late = signal_workers(m, SIGKILL);
	log_warn("%zu workers did not stop in time and were killed", late);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
}

int
master_run(const struct conf *conf, enum pool pool)
{
	struct master m = { .conf = conf, .pool = pool };
	struct why why = { "" };

	if (master_open(&m, &why) == 0) {
		log_info("%s: %zu workers on %s", pool_name(pool), m.n,
		    m.socket.path);
		watch(&m);
		stop_workers(&m);
		log_info("stopped");
	} else {
		log_err("%s", why.text);
		m.failed = true;
	}
	master_close(&m);
	return m.failed ? 1 : 0;
}
