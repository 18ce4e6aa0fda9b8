#include "http/problem.h"

#include "base/json_out.h"

#define PROBLEM_MAX 2048

static void
put_more(struct json_out *j, const struct problem_more *more)
{
	if (more->reason != NULL) {
		json_out_name(j, "reason");
		json_out_cstr(j, more->reason);
	}
	if (more->username.p != NULL) {
		json_out_name(j, "username");
		json_out_str(j, more->username);
	}
	if (more->pointer.p == NULL)
		return;
	json_out_name(j, "errors");
	json_out_array(j);
	json_out_object(j);
	json_out_name(j, "pointer");
	json_out_str(j, more->pointer);
	json_out_name(j, "detail");
	json_out_cstr(j, more->fault);
	json_out_object_end(j);
	json_out_array_end(j);
}

static int
render(struct buf *body, const struct req *req, int status, const char *detail,
    const struct problem_more *more)
{
	struct json_out j;
	const char *instance;

	instance =
	    arena_printf(req->arena, "urn:request:%.*s", STR_ARG(req->id));
	json_out_begin(&j, body);
	json_out_object(&j);
	json_out_name(&j, "type");
	json_out_cstr(&j, "about:blank");
	json_out_name(&j, "title");
	json_out_cstr(&j, status_phrase(status));
	json_out_name(&j, "status");
	json_out_int(&j, status);
	if (detail != NULL) {
		json_out_name(&j, "detail");
		json_out_cstr(&j, detail);
	}
	json_out_name(&j, "instance");
	json_out_cstr(&j, instance);
	put_more(&j, more);
	json_out_object_end(&j);
	return json_out_end(&j);
}

void
problem(
    const struct req *req, struct resp *resp, int status, const char *detail)
{
	const struct problem_more none = { 0 };

	problem_more(req, resp, status, detail, &none);
}

void
problem_more(const struct req *req, struct resp *resp, int status,
    const char *detail, const struct problem_more *more)
{
	struct buf body;

	resp_clear(resp);
	buf_init_arena(&body, req->arena, PROBLEM_MAX);
	if (render(&body, req, status, detail, more) != 0)
		buf_reset(&body);
	resp_body(resp, status, "application/problem+json", buf_view(&body));
}
