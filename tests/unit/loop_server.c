#include "loop_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gateway/libfcgi.h"
#include "unit.h"

#define BACKLOG 2048
#define TRIES 2000 /* of ten milliseconds */

/* "/large": so much text, different at every place. */
static struct str
large_text(struct arena *arena)
{
	char *p = arena_alloc(arena, RESP_BODY_MAX);

	for (size_t i = 0; p != NULL && i < RESP_BODY_MAX; i++)
		p[i] = (char)(i * 7 % 251);
	return (struct str){ p, p == NULL ? 0 : RESP_BODY_MAX };
}

static void
serve(void *ctx, struct req *req, struct resp *resp)
{
	const struct server *s = ctx;

	if (req->refused != 0)
		resp_body(resp, req->refused, "text/plain", STR("refused"));
	else if (str_eq(req->path, STR("/large")))
		resp_body(resp, 200, "text/plain", large_text(resp->arena));
	else if (str_eq(req->path, STR("/echo")))
		resp_body(resp, 201, "text/plain", req->body);
	else if (str_eq(req->path, STR("/bad-header")))
		resp_body(resp, 200, "text/\nplain", STR("never seen"));
	else
		resp_body(resp, 200, "text/plain", req->uri);
	if (str_eq(req->path, STR("/free")))
		close(s->spare);
}

void
server_defaults(struct server *s)
{
	memset(s, 0, sizeof(*s));
	s->spec.connections = 64;
	s->spec.keep = true;
	s->spec.limits =
	    (struct req_limits){ 1024, SERVER_HEADERS_MAX, SERVER_BODY_MAX };
	s->spec.timeout_request = FOREVER;
	s->spec.timeout_idle = FOREVER;
	s->spec.timeout_write = FOREVER;
	s->spec.timeout_drain = FOREVER;
	s->spec.app = (struct app){ serve, s };
	s->spec.counters = mmap(NULL, sizeof(*s->spec.counters),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(s->spec.counters != MAP_FAILED);
}

static int
listen_at(struct server *s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(s->dir, sizeof(s->dir), "%s/test_loop.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/socket", s->dir);
	assert_true(strlen(s->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, s->path, strlen(s->path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, BACKLOG), 0);
	return fd;
}

/* Leaves room for one descriptor of the loop itself and some connections. */
static void
limit_descriptors(unsigned int connections)
{
	struct rlimit limit = { 0 };
	int probe[64];
	unsigned int n = 0;

	/* The next ones to be given out, whatever gaps there are. */
	while (n < connections + 1 && n < 64 &&
	    (probe[n] = dup(STDERR_FILENO)) >= 0)
		n++;
	if (n == 0)
		_exit(2);
	limit.rlim_cur = limit.rlim_max = (rlim_t)probe[n - 1] + 1;
	while (n > 0)
		close(probe[--n]);
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(2);
}

static int
run(const struct server *s, struct why *why)
{
	const struct libfcgi_spec spec = {
		.listen_fd = s->spec.listen_fd,
		.stop_fd = s->spec.stop_fd,
		.limits = s->spec.limits,
		.timeout_request = s->spec.timeout_request,
		.timeout_write = s->spec.timeout_write,
		.counters = s->spec.counters,
		.app = s->spec.app,
	};

	return s->libfcgi ? libfcgi_run(&spec, why) : loop_run(&s->spec, why);
}

static _Noreturn void
child(struct server *s)
{
	struct why why = { "" };
	int rc;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Complaints that a test provokes have no place in its output. */
	close(STDERR_FILENO);
	open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (s->descriptors > 0)
		limit_descriptors(s->descriptors + 1);
	s->spare = dup(STDERR_FILENO);
	rc = run(s, &why);
	exit(rc == 0 ? 0 : 1);
}

void
server_start(struct server *s)
{
	int stop[2];

	assert_int_equal(pipe2(stop, O_CLOEXEC), 0);
	s->spec.listen_fd = listen_at(s);
	s->spec.stop_fd = stop[0];
	/* Nothing that the child would write a second time at its exit. */
	fflush(NULL);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		close(stop[1]);
		child(s);
	}
	close(stop[0]);
	s->listener = s->spec.listen_fd;
	if (!s->hold)
		close(s->listener);
	s->stop = stop[1];
}

void
server_stop(struct server *s)
{
	close(s->stop);
	s->stop = -1;
}

void
server_end(struct server *s)
{
	int status = -1;

	if (s->stop >= 0)
		server_stop(s);
	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	if (s->hold)
		close(s->listener);
	assert_int_equal(unlink(s->path), 0);
	assert_int_equal(rmdir(s->dir), 0);
	assert_int_equal(
	    munmap(s->spec.counters, sizeof(*s->spec.counters)), 0);
}

void
server_run(struct server *s)
{
	server_defaults(s);
	server_start(s);
}

void
assert_counts(_Atomic uint64_t *counter, uint64_t value)
{
	for (int i = 0; i < TRIES && atomic_load(counter) < value; i++)
		poll(NULL, 0, 10);
	assert_int_equal(atomic_load(counter), value);
}

void
open_client(const struct server *s, struct client *c)
{
	assert_true(client_open(c, s->path));
}

void
send_request(struct client *c, const char *uri, bool keep)
{
	const struct client_request request = { .uri = uri, .keep = keep };
	struct buf out;

	buf_init(&out, 1 << 16);
	put_request(&out, &request);
	assert_true(client_send(c, buf_view(&out)));
	buf_free(&out);
}

void
expect_answer(struct client *c, int status, struct str body)
{
	struct client_answer answer;

	assert_int_equal(client_answer(c, &answer), 0);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.protocol_status, FCGI_REQUEST_COMPLETE);
	assert_int_equal(answer.app_status, 0);
	assert_int_equal(answer.body.n, body.n);
	if (body.n > 0)
		assert_memory_equal(answer.body.p, body.p, body.n);
	client_answer_free(&answer);
}

void
expect_large(struct client *c)
{
	struct arena *arena = arena_new(1024, 2 * RESP_BODY_MAX);

	assert_non_null(arena);
	expect_answer(c, 200, large_text(arena));
	arena_free(arena);
}

void
assert_served(struct client *c, const char *uri)
{
	send_request(c, uri, true);
	expect_answer(c, 200, str_of(uri));
}
