/*
 * The measure of a benchmark: the same event loop and the same answer, field
 * for field and byte for byte in length, without any work behind it. Usage:
 * constant SOCKET WORKERS HEAD BODY, where the files hold an answer as curl
 * writes it down. One without a length goes out in pieces, as the hub does it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "gateway/loop.h"
#include "hubd/socket.h"

/* As large as the endpoint makes them. */
#define FIRST_PIECE (256 * 1024)
#define PIECE (64 * 1024)

#define FIELDS_MAX 16

static struct {
	char name[64];
	struct str value;
} fields[FIELDS_MAX];

static size_t field_count;
static struct str body;
static bool has_length;

static enum resp_step
produce(void *ctx, struct buf *piece)
{
	struct str *rest = ctx;
	size_t n = rest->n < PIECE ? rest->n : PIECE;

	buf_put(piece, rest->p, n);
	rest->p += n;
	rest->n -= n;
	return rest->n == 0 ? RESP_DONE : RESP_MORE;
}

static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	struct str first = body;

	(void)ctx;
	if (!has_length && body.n > FIRST_PIECE) {
		struct str *rest = arena_alloc(req->arena, sizeof(*rest));

		if (rest == NULL)
			return;
		first.n = FIRST_PIECE;
		*rest = (struct str){ body.p + first.n, body.n - first.n };
		resp_produce(resp, produce, rest, arena_mark(resp->arena));
	}
	resp_body(resp, 200, "application/json", first);
	for (size_t i = 0; i < field_count; i++)
		resp_header(resp, fields[i].name, fields[i].value);
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
read_file(const char *path, char *bytes, size_t room, struct str *out)
{
	FILE *f = fopen(path, "rb");
	bool whole;

	if (f == NULL)
		return false;
	*out = (struct str){ bytes, fread(bytes, 1, room, f) };
	whole = out->n > 0 && out->n < room;
	fclose(f);
	return whole;
}

/* Fields that somebody else adds: the web server, or the code above. */
static bool
is_added(struct str name)
{
	static const char *const others[] = { "Server", "Date", "Connection",
		"Content-Type", "Content-Length", "Transfer-Encoding",
		"X-Request-Id" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (str_eq_nocase(name, str_of(others[i])))
			return true;
	}
	return false;
}

/* Status line and fields; false if there is more than there is room for. */
static bool
read_fields(struct str head)
{
	struct str line, name;

	str_split(&head, '\n', &line);
	while (str_split(&head, '\n', &line)) {
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (!str_split(&line, ':', &name) || name.n == 0)
			continue;
		if (str_eq_nocase(name, STR("Content-Length")))
			has_length = true;
		if (is_added(name))
			continue;
		if (field_count == FIELDS_MAX ||
		    name.n >= sizeof(fields[0].name))
			return false;
		memcpy(fields[field_count].name, name.p, name.n);
		fields[field_count++].value = str_trim(line);
	}
	return true;
}

int
main(int argc, char **argv)
{
	static char head_bytes[8192], body_bytes[128 * 1024 * 1024];
	struct pool_socket socket;
	uint64_t workers;
	struct str head;
	struct why why;
	sigset_t stop;

	if (argc != 5 || !str_u64(str_of(argv[2]), 64, &workers) ||
	    !read_file(argv[3], head_bytes, sizeof(head_bytes), &head) ||
	    !read_file(argv[4], body_bytes, sizeof(body_bytes), &body) ||
	    !read_fields(head)) {
		fputs("Usage: constant SOCKET WORKERS HEAD BODY\n", stderr);
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
