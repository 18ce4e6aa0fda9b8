#include "hubd/passed.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/log.h"

#define FIRST_PASSED 3
#define PASSED_MAX 64

static bool
is_number(const char *text, uint64_t max, uint64_t *out)
{
	return text != NULL && str_u64(str_of(text), max, out);
}

static int
read_variables(struct passed *p, struct why *why)
{
	const char *names = getenv("LISTEN_FDNAMES");
	uint64_t pid, count;
	int n;

	if (getenv("LISTEN_PID") == NULL && getenv("LISTEN_FDS") == NULL)
		return 0;
	if (!is_number(getenv("LISTEN_PID"), INT32_MAX, &pid))
		return why_set(why, HUB_EINVAL,
		    "LISTEN_PID is not the number of a process; unset it and "
		    "LISTEN_FDS, or set both as sd_listen_fds(3) tells");
	/* Meant for another process, such as the shell that started us. */
	if (pid != (uint64_t)getpid())
		return 0;
	if (!is_number(getenv("LISTEN_FDS"), PASSED_MAX, &count) || count == 0)
		return why_set(why, HUB_EINVAL,
		    "LISTEN_FDS is not a number from 1 to %d; unset it and "
		    "LISTEN_PID, or set both as sd_listen_fds(3) tells",
		    PASSED_MAX);
	n = snprintf(
	    p->names, sizeof(p->names), "%s", names == NULL ? "" : names);
	if (n < 0 || (size_t)n >= sizeof(p->names))
		return why_set(why, HUB_ETOOBIG,
		    "LISTEN_FDNAMES is longer than %zu bytes",
		    sizeof(p->names) - 1);
	p->count = (unsigned int)count;
	return 0;
}

int
passed_read(struct passed *p, struct why *why)
{
	int rc;

	*p = (struct passed){ .first = FIRST_PASSED };
	rc = read_variables(p, why);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return rc;
}

int
passed_choose(const struct passed *p, enum pool pool)
{
	struct str rest = str_of(p->names), name;

	if (p->count == 1)
		return 0;
	for (unsigned int i = 0; i < p->count && str_split(&rest, ':', &name);
	     i++) {
		if (str_eq(name, str_of(pool_name(pool))))
			return (int)i;
	}
	return -1;
}

static bool
has_option(int fd, int option, int wanted)
{
	int value = 0;
	socklen_t n = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &n) == 0 &&
	    value == wanted;
}

/* The web server asks at the configured place; the socket may be elsewhere. */
static void
compare_path(int fd, const char *path)
{
	struct sockaddr_un address = { 0 };
	socklen_t n = sizeof(address);
	const char *text = address.sun_path;
	size_t length;

	if (getsockname(fd, (struct sockaddr *)&address, &n) != 0)
		return;
	length = n - offsetof(struct sockaddr_un, sun_path);
	if (length == 0)
		text = "no place at all", length = strlen(text);
	else if (*text != '\0')
		length = strnlen(text, length);
	if (str_eq((struct str){ text, length }, str_of(path)))
		return;
	log_warn("the socket that was passed in is at %.*s, not at %s as the "
		 "configuration says; the web server has to ask the former",
	    (int)length, text, path);
}

static int
check(int fd, struct why *why)
{
	int flags = fcntl(fd, F_GETFL);

	if (!has_option(fd, SO_DOMAIN, AF_UNIX) ||
	    !has_option(fd, SO_TYPE, SOCK_STREAM) ||
	    !has_option(fd, SO_ACCEPTCONN, 1))
		return why_set(why, HUB_EINVAL,
		    "descriptor %d, passed in by LISTEN_FDS, is no listening "
		    "UNIX stream socket; correct ListenStream= of the unit",
		    fd);
	/* Without O_NONBLOCK a worker would wait for what another took. */
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return why_set(
		    why, HUB_EIO, "descriptor %d: %s", fd, strerror(errno));
	return 0;
}

int
passed_take(struct pool_socket *s, const struct passed *p, enum pool pool,
    const char *path, struct why *why)
{
	int chosen = passed_choose(p, pool);
	int rc;

	*s = (struct pool_socket){ .fd = -1, .path = path, .passed = true };
	if (chosen < 0)
		return why_set(why, HUB_EINVAL,
		    "%u sockets were passed in and none has the name %s; give "
		    "it by FileDescriptorName= of the unit",
		    p->count, pool_name(pool));
	for (unsigned int i = 0; i < p->count; i++) {
		if ((int)i != chosen)
			close(p->first + (int)i);
	}
	rc = check(p->first + chosen, why);
	if (rc != 0)
		return rc;
	s->fd = p->first + chosen;
	compare_path(s->fd, path);
	return 0;
}
