/*
 * The measure of a benchmark: the same event loop and the same answer, byte
 * for byte in length, without any work behind it. Usage: constant SOCKET
 * WORKERS FILE, where FILE holds the body; it stands for an answer of
 * /account/mine and carries the same fields.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "gateway/loop.h"
#include "hubd/socket.h"

static struct str body;

static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	(void)ctx;
	resp_body(resp, 200, "application/json", body);
	resp_header(resp, "ETag", STR("\"0AuN2hBRT4uQWZferpfk_A\""));
	resp_header(resp, "Cache-Control", STR("no-store"));
	resp_header(resp, "X-Content-Type-Options", STR("nosniff"));
	resp_header(resp, "Vary", STR("Origin"));
	resp_header(resp, "X-Request-Id", req->id);
}

static int
run_worker(int listen_fd, const sigset_t *stop)
{
	struct counters *counters = aligned_alloc(64, sizeof(*counters));
	struct loop_spec spec = {
		.listen_fd = listen_fd,
		.stop_fd = signalfd(-1, stop, SFD_CLOEXEC),
		.connections = 1024,
		.keep = true,
		.timeout_request = 10000,
		.timeout_idle = 75000,
		.timeout_write = 30000,
		.timeout_drain = 1000,
		.counters = counters,
		.app = { serve, NULL },
	};
	struct why why;
	struct conf conf;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	conf_defaults(&conf);
	req_limits_of(&spec.limits, &conf);
	if (counters == NULL || spec.stop_fd < 0)
		return 1;
	*counters = (struct counters){ 0 };
	if (loop_run(&spec, &why) == 0)
		return 0;
	fprintf(stderr, "constant: %s\n", why.text);
	return 1;
}

static bool
read_body(const char *path)
{
	FILE *f = fopen(path, "rb");
	static char bytes[65536];

	if (f == NULL)
		return false;
	body = (struct str){ bytes, fread(bytes, 1, sizeof(bytes), f) };
	fclose(f);
	return body.n > 0;
}

int
main(int argc, char **argv)
{
	struct pool_socket socket;
	uint64_t workers;
	struct why why;
	sigset_t stop;

	if (argc != 4 || !str_u64(str_of(argv[2]), 64, &workers) ||
	    !read_body(argv[3])) {
		fputs("Usage: constant SOCKET WORKERS FILE\n", stderr);
		return 2;
	}
	if (pool_socket_open(&socket, argv[1], "", &why) != 0) {
		fprintf(stderr, "constant: %s\n", why.text);
		return 1;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	for (uint64_t i = 0; i < workers; i++) {
		if (fork() == 0)
			exit(run_worker(socket.fd, &stop));
	}
	sigwaitinfo(&stop, NULL);
	pool_socket_close(&socket);
	return 0;
}
