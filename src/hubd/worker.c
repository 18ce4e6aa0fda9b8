#include "hubd/worker.h"

#include <malloc.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/log.h"
#include "endpoint/service.h"
#include "gateway/loop.h"
#include "hubd/slot.h"

/* Descriptors beside those of connections: store, epoll, signals, log. */
#define OTHER_DESCRIPTORS 64

static void
allow_descriptors(unsigned int connections)
{
	rlim_t want = (rlim_t)connections + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < want)
		log_warn("at most %llu open files are allowed, which is fewer "
			 "than readers.connections needs; raise the limit",
		    (unsigned long long)limit.rlim_cur);
}

/* TERM and INT as something to read, so that no wait is ever interrupted. */
static int
open_stop_fd(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	if (sigprocmask(SIG_SETMASK, &stop, NULL) != 0)
		return -1;
	return signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
serve(struct service *service, int listen_fd, int stop_fd, struct why *why)
{
	const struct conf *conf = service->conf;
	bool reader = service->pool == POOL_READERS;
	struct loop_spec spec = {
		.listen_fd = listen_fd,
		.stop_fd = stop_fd,
		.connections = reader ? (unsigned int)conf->connections : 1,
		.keep = reader,
		.clears = !reader,
		.timeout_request = (int64_t)conf->timeout_request * 1000,
		.timeout_idle = (int64_t)conf->timeout_idle * 1000,
		.timeout_write = (int64_t)conf->timeout_write * 1000,
		.timeout_drain = (int64_t)conf->timeout_drain * 1000,
		.beat = (int64_t)conf->timeout_worker * 1000 / SLOT_BEATS,
		.counters = service->counters,
		.app = { service_serve, service },
	};

	allow_descriptors(spec.connections);
	req_limits_of(&spec.limits, conf);
	return loop_run(&spec, why);
}

int
worker_run(const struct station *station, const struct conf *conf,
    struct counters *counters)
{
	struct service service;
	struct why why = { "" };
	int stop_fd = open_stop_fd();
	int rc;

	station_enter(station, conf);
	if (stop_fd < 0) {
		log_err("cannot wait for signals");
		return WORKER_FAILED;
	}
	/*
	 * What a long list needs goes back to the system when it has gone out;
	 * left to itself the C library would raise this limit and keep it.
	 */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	rc = service_open(&service, conf, station->pool, counters, &why);
	if (rc != 0) {
		log_err("%s", why.text);
		close(stop_fd);
		return WORKER_CANNOT_START;
	}
	atomic_store(&counters->ready, 1);
	eventfd_write(station->ready_fd, 1);
	rc = serve(&service, station->listen_fd, stop_fd, &why);
	atomic_store(&counters->ready, 0);
	if (rc != 0)
		log_err("%s", why.text);
	service_close(&service);
	close(stop_fd);
	return rc == 0 ? WORKER_DONE : WORKER_FAILED;
}
