#include "http/problem.h"

#include "base/json_out.h"

#define PROBLEM_MAX 2048

static int
render(struct buf *body, const struct req *req, int status, const char *detail)
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
	json_out_object_end(&j);
	return json_out_end(&j);
}

void
problem(
    const struct req *req, struct resp *resp, int status, const char *detail)
{
	struct buf body;

	resp_clear(resp);
	buf_init_arena(&body, req->arena, PROBLEM_MAX);
	if (render(&body, req, status, detail) != 0)
		buf_reset(&body);
	resp_body(resp, status, "application/problem+json", buf_view(&body));
}
