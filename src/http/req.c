#include "http/req.h"

#include "base/rand.h"

static const char *const method_names[] = {
	[METHOD_OTHER] = "",
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS",
};

/* The parameters that someone reads, and where they go. */
static const struct {
	struct str name;
	size_t offset;
} params[] = {
#define PARAM(name, member)                                                    \
	{                                                                      \
		{ name, sizeof(name) - 1 }, offsetof(struct req, member)       \
	}
	PARAM("REQUEST_METHOD", method_text),
	PARAM("REQUEST_URI", uri),
	PARAM("HTTP_AUTHORIZATION", authorization),
	PARAM("REQUEST_ID", request_id),
	PARAM("UNIQUE_ID", unique_id),
	PARAM("REMOTE_ADDR", remote_addr),
	PARAM("HTTPS", https_text),
	PARAM("CONTENT_TYPE", content_type),
	PARAM("CONTENT_LENGTH", content_length),
	PARAM("HTTP_IF_NONE_MATCH", if_none_match),
	PARAM("HTTP_IF_MATCH", if_match),
	PARAM("HTTP_ORIGIN", origin),
	PARAM("HTTP_COOKIE", cookie),
	PARAM("HTTP_ACCEPT", accept),
	PARAM("HTTP_ACCEPT_LANGUAGE", accept_language),
#undef PARAM
};

const char *
method_name(enum method method)
{
	return method_names[method];
}

void
req_limits_of(struct req_limits *limits, const struct conf *conf)
{
	limits->uri = conf->limit_uri;
	limits->headers = conf->limit_headers;
	limits->body = conf->limit_body;
}

void
req_begin(struct req *req, struct arena *arena)
{
	memset(req, 0, sizeof(*req));
	req->arena = arena;
}

void
req_refuse(struct req *req, int status)
{
	if (req->refused == 0)
		req->refused = status;
}

void
req_param(struct req *req, struct str name, struct str value)
{
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		struct str *to;

		if (!str_eq(name, params[i].name))
			continue;
		to = (struct str *)(void *)((char *)req + params[i].offset);
		/* Two values would let two readers see two requests. */
		if (to->p != NULL && to == &req->authorization)
			req->two_credentials = true;
		else if (to->p != NULL)
			req_refuse(req, 400);
		*to = value;
		return;
	}
}

static enum method
method_of(struct str text)
{
	for (int m = METHOD_GET; m <= METHOD_OPTIONS; m++) {
		if (str_eq(text, str_of(method_names[m])))
			return (enum method)m;
	}
	return METHOD_OTHER;
}

/* Cuts the target in two; control characters and spaces have no place in it. */
static void
split_target(struct req *req, size_t limit)
{
	ptrdiff_t mark = str_index(req->uri, '?');

	if (req->uri.n > limit) {
		req_refuse(req, 414);
		return;
	}
	req->path = req->uri;
	if (mark >= 0) {
		req->path.n = (size_t)mark;
		req->query.p = req->uri.p + mark + 1;
		req->query.n = req->uri.n - (size_t)mark - 1;
	}
	if (req->uri.n == 0)
		req_refuse(req, 400);
	for (size_t i = 0; i < req->uri.n; i++) {
		unsigned char c = (unsigned char)req->uri.p[i];

		if (c <= ' ' || c == 0x7f)
			req_refuse(req, 400);
	}
}

static void
check_length(struct req *req, size_t limit)
{
	uint64_t length = 0;

	if (req->body.n > limit)
		req_refuse(req, 413);
	if (req->content_length.n == 0) {
		if (req->body.n > 0)
			req_refuse(req, 400);
		return;
	}
	if (!str_u64(req->content_length, UINT64_MAX, &length))
		req_refuse(req, 400);
	else if (length > limit)
		req_refuse(req, 413);
	else if (length != req->body.n)
		req_refuse(req, 400);
}

/*
 * The web server's id if it is fit to be shown in headers and logs. A client
 * cannot set either of the two: what it sends arrives as HTTP_*.
 */
static void
choose_id(struct req *req)
{
	char fresh[RAND_ID];

	if (str_is_id(req->request_id)) {
		req->id = req->request_id;
	} else if (str_is_id(req->unique_id)) {
		req->id = req->unique_id;
	} else {
		rand_id(fresh);
		req->id = arena_str(req->arena, str_of(fresh));
	}
	if (req->id.n == 0)
		req->id = STR("none");
}

void
req_ready(struct req *req, const struct req_limits *limits)
{
	choose_id(req);
	req->method = method_of(req->method_text);
	req->https = str_eq_nocase(req->https_text, STR("on"));
	split_target(req, limits->uri);
	check_length(req, limits->body);
}
