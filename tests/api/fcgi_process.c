#include "fcgi_process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/clock.h"
#include "unit.h"

#define BACKLOG 1024
#define VARIABLES_MAX 64

int
fcgi_listen(const struct site *site)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    site_path(site, "fcgi.sock"));
	unlink(address.sun_path);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, BACKLOG), 0);
	return fd;
}

/* For the child that is about to become the program. */
static const char *spawned_conf, *spawned_pool;

static void
set_spawned(void)
{
	setenv("HUB_CONF", spawned_conf, 1);
	if (spawned_pool != NULL)
		setenv("HUB_POOL", spawned_pool, 1);
}

pid_t
fcgi_spawn(struct site *site, int listen_fd, const char *pool,
    const char *const *arguments)
{
	static const char *const none[] = { NULL };

	spawned_conf = site->conf;
	spawned_pool = pool;
	return site_launch(site, listen_fd, site_path(site, "fcgi.log"),
	    set_spawned, site_program("HUBFCGI", "./hub.fcgi"),
	    arguments == NULL ? none : arguments);
}

pid_t
fcgi_start(struct site *site)
{
	int fd = fcgi_listen(site);
	pid_t pid = fcgi_spawn(site, fd, NULL, NULL);

	close(fd);
	assert_int_equal(fcgi_get(site, "/health/ready", NULL), 200);
	return pid;
}

void
fcgi_wait_for_accept(int listen_fd)
{
	struct pollfd fd = { .fd = listen_fd, .events = POLLIN };
	int64_t start = clock_mono_ms();

	while (poll(&fd, 1, 0) != 0)
		site_rest(start);
}

unsigned int
fcgi_log_count(const struct site *site, const char *text)
{
	FILE *file = fopen(site_path(site, "fcgi.log"), "r");
	unsigned int n = 0;
	char line[2048];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, text) != NULL;
	if (file != NULL)
		fclose(file);
	return n;
}

void
fcgi_wait_for_log(const struct site *site, const char *text)
{
	int64_t start = clock_mono_ms();

	while (fcgi_log_count(site, text) == 0)
		site_rest(start);
}

void
fcgi_ask(const struct site *site, const struct client_request *request,
    struct client_answer *answer)
{
	struct client c;

	assert_true(client_open(&c, site_path(site, "fcgi.sock")));
	assert_int_equal(client_call(&c, request, answer), 0);
	assert_true(answer->ended);
	client_close(&c);
}

int
fcgi_get(const struct site *site, const char *uri, const struct token *token)
{
	struct client c;
	int status;

	assert_true(client_open(&c, site_path(site, "fcgi.sock")));
	status = site_get(&c, uri, token);
	client_close(&c);
	assert_int_not_equal(status, -1);
	return status;
}

/* The environment of a CGI program, for the child. */
static char *variables[VARIABLES_MAX];
static size_t variable_count;

static void
put_variable(const char *name, const char *value)
{
	assert_true(variable_count < VARIABLES_MAX - 1);
	assert_true(
	    asprintf(&variables[variable_count], "%s=%s", name, value) > 0);
	variables[++variable_count] = NULL;
}

static const char *cgi_output;

/* Its output may be more than struct output holds. */
static void
become_cgi(void)
{
	int fd = open(cgi_output, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(126);
	environ = variables;
}

static void
make_variables(const struct site *site, const struct client_request *request)
{
	const char *const *p = request->params;
	char length[24];

	put_variable("GATEWAY_INTERFACE", "CGI/1.1");
	put_variable("HUB_CONF", site->conf);
	put_variable("REQUEST_METHOD",
	    request->method == NULL ? "GET" : request->method);
	put_variable("REQUEST_URI", request->uri);
	if (request->body.n > 0) {
		snprintf(length, sizeof(length), "%zu", request->body.n);
		put_variable("CONTENT_LENGTH", length);
	}
	for (; p != NULL && *p != NULL; p += 2)
		put_variable(p[0], p[1]);
}

static void
read_file(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	static char chunk[65536];
	ssize_t n;

	assert_true(fd >= 0);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_put(out, chunk, (size_t)n);
	assert_int_equal(n, 0);
	assert_int_equal(buf_error(out), 0);
	close(fd);
}

int
cgi_ask(const struct site *site, const struct client_request *request,
    const char *const *arguments, struct buf *out)
{
	static const char *const none[] = { NULL };
	char *body = strndup(
	    request->body.n > 0 ? request->body.p : "", request->body.n);
	struct output o;
	FILE *log;

	assert_non_null(body);
	make_variables(site, request);
	cgi_output = site_path(site, "cgi.out");
	site_run(&o, body, become_cgi, site_program("HUBFCGI", "./hub.fcgi"),
	    arguments == NULL ? none : arguments);
	while (variable_count > 0)
		free(variables[--variable_count]);
	free(body);
	read_file(cgi_output, out);
	log = fopen(site_path(site, "fcgi.log"), "a");
	assert_non_null(log);
	fputs(o.err, log);
	assert_int_equal(fclose(log), 0);
	return o.status;
}
