#include "hubctl/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"

/* FastCGI 1.0, section 8. */
enum record_type {
	RECORD_BEGIN = 1,
	RECORD_END = 3,
	RECORD_PARAMS = 4,
	RECORD_STDIN = 5,
	RECORD_STDOUT = 6,
};

#define FCGI_VERSION 1
#define HEADER 8
#define ROLE_RESPONDER 1
#define REQUEST_ID 1

/* Answers are short; what does not end within this is no answer of a hub. */
#define ANSWER_MAX 65536

struct link {
	int fd;
	const char *path;
	int64_t end; /* when patience ends */
};

static void
put_record(struct buf *out, enum record_type type, struct str content)
{
	buf_byte(out, FCGI_VERSION);
	buf_byte(out, (char)type);
	buf_byte(out, 0);
	buf_byte(out, REQUEST_ID);
	buf_byte(out, (char)(content.n >> 8));
	buf_byte(out, (char)(content.n & 0xff));
	buf_byte(out, 0);
	buf_byte(out, 0);
	buf_str(out, content);
}

/* Both shorter than 128 bytes, so that a length is one byte. */
static void
put_param(struct buf *out, const char *name, const char *value)
{
	buf_byte(out, (char)strlen(name));
	buf_byte(out, (char)strlen(value));
	buf_str(out, str_of(name));
	buf_str(out, str_of(value));
}

static void
put_request(struct buf *out, const char *uri)
{
	char begin[8] = { 0, ROLE_RESPONDER };
	struct buf params;

	buf_init(&params, 1024);
	put_param(&params, "REQUEST_METHOD", "GET");
	put_param(&params, "REQUEST_URI", uri);
	put_param(&params, "SERVER_PROTOCOL", "HTTP/1.1");
	put_record(out, RECORD_BEGIN, (struct str){ begin, sizeof(begin) });
	put_record(out, RECORD_PARAMS, buf_view(&params));
	put_record(out, RECORD_PARAMS, STR(""));
	put_record(out, RECORD_STDIN, STR(""));
	buf_free(&params);
}

static int
no_hub(const struct link *l, struct why *why)
{
	return why_set(why, HUB_EINVAL,
	    "what listens at %s does not answer as the hub does", l->path);
}

static int
refused(const struct link *l, struct why *why)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return why_set(
		    why, HUB_ENOENT, "there is no socket %s", l->path);
	case ECONNREFUSED:
		return why_set(
		    why, HUB_ESTORE, "nobody listens at %s", l->path);
	case EACCES:
	case EPERM:
		return why_set(why, HUB_EDENIED,
		    "this user may not connect to %s", l->path);
	case EAGAIN:
		return why_set(why, HUB_EEXPIRED,
		    "so many requests wait at %s that it takes no more",
		    l->path);
	case EPIPE:
	case ECONNRESET:
		return no_hub(l, why);
	default:
		return why_set(
		    why, HUB_EIO, "%s: %s", l->path, strerror(errno));
	}
}

/* Until there is something to do; HUB_EEXPIRED when the time is over. */
static int
wait_for(const struct link *l, short events, struct why *why)
{
	struct pollfd p = { .fd = l->fd, .events = events };
	int64_t left = l->end - clock_mono_ms();
	int n;

	do
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return why_set(
		    why, HUB_EEXPIRED, "no answer comes from %s", l->path);
	return n < 0 ? refused(l, why) : 0;
}

static int
open_link(struct link *l, long *pid, struct why *why)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t n = sizeof(peer);

	if (strlen(l->path) >= sizeof(address.sun_path))
		return why_set(why, HUB_EINVAL, "%s is too long", l->path);
	memcpy(address.sun_path, l->path, strlen(l->path));
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0 ||
	    connect(
		l->fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return refused(l, why);
	if (getsockopt(l->fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0)
		*pid = peer.pid;
	return 0;
}

static int
send_all(const struct link *l, struct str bytes, struct why *why)
{
	while (bytes.n > 0) {
		ssize_t n = send(l->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		int rc;

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return refused(l, why);
		if (n < 0) {
			if ((rc = wait_for(l, POLLOUT, why)) != 0)
				return rc;
			continue;
		}
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return 0;
}

/* Takes whole records off the front of IN; true when the answer has ended. */
static bool
take_records(struct str *in, struct buf *text)
{
	while (in->n >= HEADER) {
		const unsigned char *h = (const unsigned char *)in->p;
		size_t content = (size_t)h[4] << 8 | h[5];
		size_t whole = HEADER + content + h[6];

		if (h[1] == RECORD_END)
			return true;
		if (in->n < whole)
			return false;
		if (h[1] == RECORD_STDOUT)
			buf_str(text, (struct str){ in->p + HEADER, content });
		in->p += whole;
		in->n -= whole;
	}
	return false;
}

/* "Status: 200 OK" in front of the answer, as the hub writes it. */
static int
status_of(struct str text, int *status)
{
	const struct str name = STR("Status: ");
	uint64_t v;

	if (!str_starts(text, name) || text.n < name.n + 3 ||
	    !str_u64((struct str){ text.p + name.n, 3 }, 999, &v))
		return HUB_EINVAL;
	*status = (int)v;
	return 0;
}

/* Reads on until the answer has ended, into TEXT. */
static int
read_answer(
    const struct link *l, struct buf *bytes, struct buf *text, struct why *why)
{
	size_t done = 0;

	for (;;) {
		struct str in;
		char *to;
		ssize_t n;
		int rc = wait_for(l, POLLIN, why);

		if (rc != 0)
			return rc;
		to = buf_space(bytes, 4096);
		if (to == NULL)
			break;
		n = recv(l->fd, to, 4096, 0);
		bytes->n -= 4096 - (n > 0 ? (size_t)n : 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			break;
		in = buf_view(bytes);
		in.p += done;
		in.n -= done;
		if (take_records(&in, text))
			return 0;
		done = bytes->n - in.n;
	}
	return no_hub(l, why);
}

static int
ask(const struct link *l, const char *uri, int *status, struct why *why)
{
	struct buf bytes, text;
	int rc;

	buf_init(&bytes, ANSWER_MAX);
	buf_init(&text, ANSWER_MAX);
	put_request(&bytes, uri);
	rc = send_all(l, buf_view(&bytes), why);
	buf_reset(&bytes);
	if (rc == 0)
		rc = read_answer(l, &bytes, &text, why);
	if (rc == 0 && status_of(buf_view(&text), status) != 0)
		rc = no_hub(l, why);
	buf_free(&text);
	buf_free(&bytes);
	return rc;
}

int
probe_get(struct probe *probe, const char *socket, const char *uri,
    int64_t timeout_ms, struct why *why)
{
	struct link l = {
		.fd = -1, .path = socket, .end = clock_mono_ms() + timeout_ms
	};
	int rc;

	*probe = (struct probe){ 0 };
	rc = open_link(&l, &probe->pid, why);
	if (rc == 0)
		rc = ask(&l, uri, &probe->status, why);
	if (l.fd >= 0)
		close(l.fd);
	return rc;
}
