#include "http/resp.h"

#include <string.h>
#include "base/err.h"

static const struct {
	int status;
	struct str phrase;
} phrases[] = {
#define PHRASE(status, text)                                                   \
	{                                                                      \
		status,                                                        \
		{                                                              \
			text, sizeof(text) - 1                                 \
		}                                                              \
	}
	PHRASE(200, "OK"),
	PHRASE(201, "Created"),
	PHRASE(204, "No Content"),
	PHRASE(302, "Found"),
	PHRASE(303, "See Other"),
	PHRASE(304, "Not Modified"),
	PHRASE(400, "Bad Request"),
	PHRASE(401, "Unauthorized"),
	PHRASE(403, "Forbidden"),
	PHRASE(404, "Not Found"),
	PHRASE(405, "Method Not Allowed"),
	PHRASE(409, "Conflict"),
	PHRASE(412, "Precondition Failed"),
	PHRASE(413, "Content Too Large"),
	PHRASE(414, "URI Too Long"),
	PHRASE(415, "Unsupported Media Type"),
	PHRASE(422, "Unprocessable Content"),
	PHRASE(428, "Precondition Required"),
	PHRASE(429, "Too Many Requests"),
	PHRASE(431, "Request Header Fields Too Large"),
	PHRASE(500, "Internal Server Error"),
	PHRASE(503, "Service Unavailable"),
	PHRASE(507, "Insufficient Storage"),
#undef PHRASE
};

static struct str
phrase_of(int status)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		if (phrases[i].status == status)
			return phrases[i].phrase;
	}
	return STR("Unknown");
}

const char *
status_phrase(int status)
{
	return phrase_of(status).p;
}

void
resp_begin(struct resp *resp, struct arena *arena)
{
	*resp = (struct resp){ .arena = arena };
	buf_init_arena(&resp->headers, arena, RESP_HEADERS_MAX);
}

void
resp_clear(struct resp *resp)
{
	resp->status = 0;
	resp->body = STR_NONE;
	resp->produce = NULL;
	buf_reset(&resp->headers);
}

static bool
is_field_value(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void
resp_header(struct resp *resp, const char *name, struct str value)
{
	struct str field = str_of(name);
	char *line;

	if (!is_field_value(value)) {
		buf_fail(&resp->headers, HUB_EINVAL);
		return;
	}
	line = buf_space(&resp->headers, field.n + value.n + 4);
	if (line == NULL)
		return;
	memcpy(line, field.p, field.n);
	line += field.n;
	*line++ = ':';
	*line++ = ' ';
	if (value.n > 0)
		memcpy(line, value.p, value.n);
	line += value.n;
	*line++ = '\r';
	*line = '\n';
}

void
resp_body(struct resp *resp, int status, const char *type, struct str body)
{
	resp->status = status;
	resp->body = body;
	resp_header(resp, "Content-Type", str_of(type));
}

void
resp_produce(struct resp *resp,
    enum resp_step (*fn)(void *ctx, struct buf *piece), void *ctx,
    struct arena_mark mark)
{
	resp->produce = fn;
	resp->produce_ctx = ctx;
	resp->mark = mark;
}

static bool
has_no_body(int status)
{
	return status == 204 || status == 304;
}

int
resp_head(struct resp *resp, struct buf *out)
{
	if (buf_error(&resp->headers) != 0)
		return buf_error(&resp->headers);
	BUF_LIT(out, "Status: ");
	buf_u64(out, (uint64_t)resp->status);
	buf_byte(out, ' ');
	buf_str(out, phrase_of(resp->status));
	BUF_LIT(out, "\r\n");
	buf_put(out, resp->headers.p, resp->headers.n);
	if (!has_no_body(resp->status) && resp->produce == NULL) {
		BUF_LIT(out, "Content-Length: ");
		buf_u64(out, resp->body.n);
		BUF_LIT(out, "\r\n");
	}
	BUF_LIT(out, "\r\n");
	return buf_error(out);
}

struct str
resp_payload(const struct resp *resp)
{
	if (resp->head || has_no_body(resp->status))
		return STR_NONE;
	return resp->body;
}
