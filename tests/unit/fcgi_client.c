#include "fcgi_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/err.h"

/* Milliseconds; far more than any answer needs, so that only a fault sees it. */
#define PATIENCE 20000

#define TEXT_MAX (4 * 1024 * 1024)

void
put_record(struct buf *out, uint8_t type, uint16_t id, struct str content,
    uint8_t padding)
{
	static const char zeros[UINT8_MAX];
	FCGI_Header header = {
		.version = FCGI_VERSION_1,
		.type = type,
		.requestIdB1 = (unsigned char)(id >> 8),
		.requestIdB0 = (unsigned char)id,
		.paddingLength = padding,
	};

	if (content.n > FCGI_MAX_LENGTH)
		content.n = FCGI_MAX_LENGTH;
	header.contentLengthB1 = (unsigned char)(content.n >> 8);
	header.contentLengthB0 = (unsigned char)content.n;
	buf_put(out, &header, sizeof(header));
	buf_str(out, content);
	buf_put(out, zeros, padding);
}

void
put_begin(struct buf *out, uint16_t id, uint16_t role, bool keep)
{
	FCGI_BeginRequestBody body = {
		.roleB1 = (unsigned char)(role >> 8),
		.roleB0 = (unsigned char)role,
		.flags = keep ? FCGI_KEEP_CONN : 0,
	};

	put_record(out, FCGI_BEGIN_REQUEST, id,
	    (struct str){ (const char *)&body, sizeof(body) }, 0);
}

static void
put_length(struct buf *out, size_t n)
{
	if (n > 127) {
		buf_byte(out, (char)(n >> 24 | 0x80));
		buf_byte(out, (char)(n >> 16));
		buf_byte(out, (char)(n >> 8));
	}
	buf_byte(out, (char)n);
}

void
put_param(struct buf *out, struct str name, struct str value)
{
	put_length(out, name.n);
	put_length(out, value.n);
	buf_str(out, name);
	buf_str(out, value);
}

void
put_stream(struct buf *out, uint8_t type, uint16_t id, struct str content,
    size_t piece, uint8_t padding)
{
	while (content.n > 0) {
		size_t n = content.n < piece ? content.n : piece;

		put_record(
		    out, type, id, (struct str){ content.p, n }, padding);
		content.p += n;
		content.n -= n;
	}
	put_record(out, type, id, STR_NONE, 0);
}

void
put_request(struct buf *out, const struct client_request *request)
{
	uint16_t id = request->id == 0 ? 1 : request->id;
	const char *method = request->method;
	const char *const *p = request->params;
	struct buf params;
	char length[24];

	buf_init(&params, TEXT_MAX);
	put_param(&params, STR("REQUEST_METHOD"),
	    str_of(method == NULL ? "GET" : method));
	put_param(&params, STR("REQUEST_URI"), str_of(request->uri));
	if (request->body.n > 0) {
		snprintf(length, sizeof(length), "%zu", request->body.n);
		put_param(&params, STR("CONTENT_LENGTH"), str_of(length));
	}
	for (; p != NULL && *p != NULL; p += 2)
		put_param(&params, str_of(p[0]), str_of(p[1]));

	put_begin(out, id, FCGI_RESPONDER, request->keep);
	put_stream(out, FCGI_PARAMS, id, buf_view(&params), FCGI_MAX_LENGTH, 0);
	put_stream(out, FCGI_STDIN, id, request->body, 32768, 0);
	buf_free(&params);
}

bool
client_open(struct client *client, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int n =
	    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);

	buf_init(&client->in, 2 * (FCGI_HEADER_LEN + FCGI_MAX_LENGTH + 255));
	client->fd = -1;
	if (n < 0 || (size_t)n >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return false;
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) ==
	    0)
		return true;
	client_close(client);
	return false;
}

void
client_close(struct client *client)
{
	int err = errno;

	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	buf_free(&client->in);
	errno = err;
}

static bool
ready(const struct client *client, short events)
{
	struct pollfd fd = { .fd = client->fd, .events = events };

	return poll(&fd, 1, PATIENCE) == 1;
}

bool
client_send(struct client *client, struct str bytes)
{
	while (bytes.n > 0) {
		ssize_t n;

		if (!ready(client, POLLOUT)) {
			errno = ETIMEDOUT;
			return false;
		}
		n = send(
		    client->fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return false;
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
	return true;
}

/* Reads until N bytes are there. */
static int
need(struct client *client, size_t n)
{
	while (client->in.n < n) {
		char *to;
		ssize_t got;

		if (!ready(client, POLLIN))
			return HUB_EEXPIRED;
		to = buf_space(&client->in, n - client->in.n);
		if (to == NULL)
			return HUB_ENOMEM;
		client->in.n = (size_t)(to - client->in.p);
		got = read(client->fd, to, n - client->in.n);
		/* A peer that closes with our bytes unread resets instead. */
		if (got <= 0)
			return client->in.n == 0 ? HUB_ENOENT : HUB_ECORRUPT;
		client->in.n += (size_t)got;
	}
	return 0;
}

int
client_record(struct client *client, struct client_record *record)
{
	const unsigned char *h;
	size_t length;
	int rc;

	buf_reset(&client->in);
	rc = need(client, FCGI_HEADER_LEN);
	if (rc != 0)
		return rc;
	h = (const unsigned char *)client->in.p;
	if (h[0] != FCGI_VERSION_1)
		return HUB_ECORRUPT;
	length = (size_t)(h[4] << 8 | h[5]);
	rc = need(client, FCGI_HEADER_LEN + length + h[6]);
	if (rc != 0)
		return rc;
	h = (const unsigned char *)client->in.p;
	record->type = h[1];
	record->id = (uint16_t)(h[2] << 8 | h[3]);
	record->content =
	    (struct str){ client->in.p + FCGI_HEADER_LEN, length };
	return 0;
}

bool
client_is_closed(struct client *client)
{
	struct client_record record;

	return client_record(client, &record) == HUB_ENOENT;
}

/* Finds the head's end and the status; without "Status:" it is 200. */
static void
split_answer(struct client_answer *answer)
{
	struct str text = buf_view(&answer->text);
	struct str status;
	uint64_t number = 200;

	for (size_t i = 0; i + 4 <= text.n; i++) {
		if (memcmp(text.p + i, "\r\n\r\n", 4) != 0)
			continue;
		answer->head = (struct str){ text.p, i + 2 };
		answer->body = (struct str){ text.p + i + 4, text.n - i - 4 };
		status = client_header(answer, "Status");
		if (status.n >= 3)
			str_u64((struct str){ status.p, 3 }, 999, &number);
		answer->status = (int)number;
		return;
	}
}

int
client_answer(struct client *client, struct client_answer *answer)
{
	struct client_record record;
	int rc;

	memset(answer, 0, sizeof(*answer));
	buf_init(&answer->text, TEXT_MAX);
	while ((rc = client_record(client, &record)) == 0) {
		const unsigned char *p =
		    (const unsigned char *)record.content.p;

		answer->id = record.id;
		if (record.type == FCGI_STDOUT)
			buf_str(&answer->text, record.content);
		if (record.type != FCGI_END_REQUEST)
			continue;
		if (record.content.n != sizeof(FCGI_EndRequestBody)) {
			rc = HUB_ECORRUPT;
			break;
		}
		answer->ended = true;
		answer->app_status = (uint32_t)p[0] << 24 |
		    (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
		answer->protocol_status = p[4];
		break;
	}
	split_answer(answer);
	return rc;
}

void
client_answer_free(struct client_answer *answer)
{
	buf_free(&answer->text);
}

struct str
client_header(const struct client_answer *answer, const char *name)
{
	struct str rest = answer->head, line;

	while (str_split(&rest, '\n', &line)) {
		ptrdiff_t colon = str_index(line, ':');

		if (colon < 0 || line.p[line.n - 1] != '\r' ||
		    !str_eq_nocase(
			(struct str){ line.p, (size_t)colon }, str_of(name)))
			continue;
		return str_trim((struct str){
		    line.p + colon + 1, line.n - (size_t)colon - 2 });
	}
	return STR_NONE;
}

int
client_call(struct client *client, const struct client_request *request,
    struct client_answer *answer)
{
	struct buf out;
	int rc;

	buf_init(&out, TEXT_MAX);
	put_request(&out, request);
	/* Where the peer stops reading there may be an answer all the same. */
	client_send(client, buf_view(&out));
	rc = client_answer(client, answer);
	buf_free(&out);
	return rc;
}
