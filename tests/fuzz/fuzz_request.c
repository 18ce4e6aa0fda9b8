/* Covers: http/req.c http/problem.c http/resp.c */
/*
 * The parameters of a request as the web server sends them: names and values
 * in turn, each ended by a NUL; what is behind a second NUL is the body.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "http/form.h"
#include "http/problem.h"

#define TEXT_MAX (64 * 1024)

static const struct req_limits limits = { 200, TEXT_MAX, 100 };

static void
read_parameters(struct req *req, struct str rest)
{
	struct str name, value;

	while (str_split(&rest, '\0', &name) && name.n > 0 &&
	    str_split(&rest, '\0', &value))
		req_param(req, name, value);
	if (rest.p != NULL)
		req->body = rest;
	req_ready(req, &limits);
}

static void
check_request(const struct req *req)
{
	uint64_t length = 0;

	FUZZ_HOLDS(req->refused == 0 || req->refused == 400 ||
	    req->refused == 413 || req->refused == 414);
	FUZZ_HOLDS(str_is_id(req->id));
	if (req->refused != 0)
		return;
	FUZZ_HOLDS(req->uri.n > 0 && req->uri.n <= limits.uri);
	FUZZ_HOLDS(req->body.n <= limits.body);
	FUZZ_HOLDS(req->content_length.n == 0 ||
	    str_u64(req->content_length, UINT64_MAX, &length));
	FUZZ_HOLDS(req->body.n == length);
	FUZZ_HOLDS(str_index(req->path, '?') < 0);
	FUZZ_HOLDS(str_index(req->uri, ' ') < 0);
	FUZZ_HOLDS(str_index(req->uri, '\r') < 0);
	FUZZ_HOLDS(str_index(req->uri, '\n') < 0);
	FUZZ_HOLDS(str_index(req->uri, '\0') < 0);
	FUZZ_HOLDS(
	    req->path.n + (req->query.p != NULL) + req->query.n == req->uri.n);
	FUZZ_HOLDS(req->method == METHOD_OTHER ||
	    str_eq(req->method_text, str_of(method_name(req->method))));
}

/* The request's id comes back whole in a problem that is JSON. */
static void
check_problem(const struct req *req)
{
	const struct json *root;
	struct resp resp;
	struct str instance;
	struct buf head;

	resp_begin(&resp, req->arena);
	problem(req, &resp, 400, "A detail.");
	buf_init_arena(&head, req->arena, RESP_HEADERS_MAX);
	FUZZ_HOLDS(resp_head(&resp, &head) == 0);
	FUZZ_HOLDS(
	    json_parse(req->arena, resp.body, TEXT_MAX, &root, NULL) == 0);
	FUZZ_HOLDS(json_string(json_get(root, "instance"), &instance));
	FUZZ_HOLDS(str_starts(instance, STR("urn:request:")));
	instance.p += strlen("urn:request:");
	instance.n -= strlen("urn:request:");
	FUZZ_HOLDS(str_eq(instance, req->id));
}

/* A field's value is sent to the letter or not at all. */
static void
check_field(struct arena *arena, struct str value)
{
	struct str expected, got;
	struct resp resp;
	struct buf head;
	bool clean = true;

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		clean = clean && (c == '\t' || (c >= ' ' && c != 0x7f));
	}
	resp_begin(&resp, arena);
	resp.status = 204;
	resp_header(&resp, "X", value);
	buf_init_arena(&head, arena, 2 * TEXT_MAX);
	if (resp_head(&resp, &head) != 0) {
		FUZZ_HOLDS(!clean || value.n > RESP_HEADERS_MAX - 8);
		return;
	}
	FUZZ_HOLDS(clean);
	got = buf_view(&head);
	expected = STR("Status: 204 No Content\r\nX: ");
	FUZZ_HOLDS(str_starts(got, expected));
	FUZZ_HOLDS(got.n == expected.n + value.n + 4);
	FUZZ_HOLDS(
	    value.n == 0 || memcmp(got.p + expected.n, value.p, value.n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct arena *arena = arena_new(TEXT_MAX, 16 * 1024 * 1024);
	struct req req;

	if (size <= TEXT_MAX) {
		req_begin(&req, arena);
		read_parameters(&req, text);
		check_request(&req);
		check_problem(&req);
		check_field(arena, text);
		check_field(arena, req.uri);
	}
	arena_free(arena);
	return 0;
}
