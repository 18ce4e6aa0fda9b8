/*
 * The hub for web servers that start their programs themselves. How it was
 * started decides what it is: with a listening socket on descriptor 0 a
 * FastCGI responder, as a CGI program the answer to one request.
 */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/conf.h"
#include "base/descriptors.h"
#include "base/log.h"
#include "endpoint/service.h"
#include "gateway/cgi.h"
#include "gateway/libfcgi.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Milliseconds before it ends, so that a web server does not spin starting it. */
#define FAILURE_PAUSE 1000

static const char help[] =
    "Usage: hub.fcgi [OPTION]...\n"
    "Serves one pool of the hub to the web server that starts it.\n"
    "\n"
    "  --pool NAME      readers (else $HUB_POOL, else this one), keepers or "
    "signin\n"
    "  --config FILE    configuration; else $HUB_CONF, else "
    "/etc/hub/hub.conf\n"
    "  --data DIR       folder of the stores, in place of the configured "
    "one\n"
    "  --help           this text\n"
    "  --version        the version\n"
    "\n"
    "With a listening UNIX socket on descriptor 0 it speaks FastCGI until TERM "
    "or INT.\n"
    "Where GATEWAY_INTERFACE is set it answers one request as a CGI program "
    "and takes\n"
    "no options, since what a client sends could come as one. See "
    "hub.fcgi(8).\n";

struct options {
	const char *config, *data;
	const char *pool;
};

static int
usage(const char *fmt, const char *word)
{
	fputs("hub.fcgi: ", stderr);
	fprintf(stderr, fmt, word);
	fputs("\nTry: hub.fcgi --help\n", stderr);
	return EXIT_USAGE;
}

/* -1 to go on, else the exit status. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "pool", required_argument, NULL, 'p' },
		{ "config", required_argument, NULL, 'c' },
		{ "data", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->pool = optarg;
			break;
		case 'c':
			o->config = optarg;
			break;
		case 'd':
			o->data = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_OK;
		case 'V':
			puts("hub.fcgi " PACKAGE_VERSION);
			return EXIT_OK;
		default:
			fputs("Try: hub.fcgi --help\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return usage("unexpected argument '%s'", argv[optind]);
	return -1;
}

static int
configure(const struct options *o, struct conf *conf, enum pool *pool,
    struct why *why)
{
	static const char *const names[POOL_COUNT] = { "hub.fcgi-readers",
		"hub.fcgi-keepers", "hub.fcgi-signin" };
	const char *name = o->pool != NULL ? o->pool : getenv("HUB_POOL");
	int rc;

	conf_defaults(conf);
	*pool = POOL_READERS;
	if (name != NULL && !pool_by_name(name, pool))
		return why_set(why, HUB_EINVAL, "there is no pool '%s'", name);
	rc = conf_load(conf, conf_path(o->config), why);
	if (rc == 0 && o->data != NULL)
		rc = conf_set_data(conf, o->data, why);
	if (rc == 0)
		log_open(names[*pool], (enum log_level)conf->log_level);
	return rc;
}

static int
socket_option(int option)
{
	int value = 0;
	socklen_t size = sizeof(value);

	if (getsockopt(STDIN_FILENO, SOL_SOCKET, option, &value, &size) != 0)
		return -1;
	return value;
}

/* What ends it, as something to read: no wait is ever interrupted. */
static int
open_stop_fd(void)
{
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	sigset_t stop;

	sigemptyset(&stop);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaddset(&stop, ends[i]);
	if (sigprocmask(SIG_SETMASK, &stop, NULL) != 0)
		return -1;
	return signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int
serve(struct service *service, struct why *why)
{
	const struct conf *conf = service->conf;
	struct libfcgi_spec spec = {
		.listen_fd = STDIN_FILENO,
		.stop_fd = open_stop_fd(),
		.timeout_request = (int64_t)conf->timeout_request * 1000,
		.timeout_write = (int64_t)conf->timeout_write * 1000,
		.counters = service->counters,
		.app = { service_serve, service },
	};

	if (spec.stop_fd < 0)
		return why_set(why, HUB_EIO, "cannot wait for signals: %s",
		    strerror(errno));
	req_limits_of(&spec.limits, conf);
	log_info("%s: ready", pool_name(service->pool));
	return libfcgi_run(&spec, why);
}

static int
check_socket(struct why *why)
{
	if (socket_option(SO_DOMAIN) == AF_UNIX)
		return 0;
	return why_set(why, HUB_EINVAL,
	    "the listening socket on descriptor 0 is no UNIX socket, which "
	    "alone keeps others out; give the web server a path instead of a "
	    "port");
}

static int
run_fastcgi(const struct options *o)
{
	struct counters counters = { 0 };
	struct why why = { "" };
	struct service service;
	struct conf conf;
	enum pool pool;
	int rc;

	if ((rc = check_socket(&why)) == 0 &&
	    (rc = configure(o, &conf, &pool, &why)) == 0 &&
	    (rc = service_open(&service, &conf, pool, &counters, &why)) == 0) {
		rc = serve(&service, &why);
		service_close(&service);
	}
	if (rc != 0) {
		log_err("%s", why.text);
		poll(NULL, 0, FAILURE_PAUSE);
		return EXIT_FAILED;
	}
	log_info("stopped");
	return EXIT_OK;
}

/*
 * The web server gets an answer whatever happens, where it can have one: the
 * reason is for the log.
 */
static int
run_cgi(const struct options *o)
{
	struct counters counters = { 0 };
	struct service service;
	struct why why = { "" };
	struct conf conf;
	enum pool pool;
	struct cgi_spec spec = {
		.variables = environ,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.counters = &counters,
		.app = { service_unavailable, NULL },
	};
	bool open = configure(o, &conf, &pool, &why) == 0 &&
	    service_open(&service, &conf, pool, &counters, &why) == 0;
	int rc;

	if (open)
		spec.app = (struct app){ service_serve, &service };
	else
		log_err("%s", why.text);
	req_limits_of(&spec.limits, &conf);
	spec.timeout_request = (int64_t)conf.timeout_request * 1000;
	spec.timeout_write = (int64_t)conf.timeout_write * 1000;
	rc = cgi_run(&spec, &why);
	if (rc != 0)
		log_err("%s", why.text);
	if (open)
		service_close(&service);
	return rc == 0 ? EXIT_OK : EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	bool listening = socket_option(SO_ACCEPTCONN) == 1;
	struct options o = { NULL, NULL, NULL };
	int rc;

	if (!descriptors_guard())
		return EXIT_FAILED;
	log_open("hub.fcgi", LOG_LEVEL_INFO);
	signal(SIGPIPE, SIG_IGN);
	/*
	 * A query without "=" comes to a CGI program as its arguments (RFC
	 * 3875 section 4.4), so they are the client's.
	 */
	if (!listening && getenv("GATEWAY_INTERFACE") != NULL)
		return run_cgi(&o);
	rc = read_options(argc, argv, &o);
	if (rc >= 0)
		return rc;
	if (!listening)
		return usage("%s is no listening socket: a web server or "
			     "spawn-fcgi starts this program",
		    "descriptor 0");
	/* What a long list needed goes back to the system, as in hubd. */
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	return run_fastcgi(&o);
}
