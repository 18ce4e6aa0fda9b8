#include "endpoint/cors.h"

/* Whether the path takes a form or other content. */
static bool
takes_content(const struct call *call)
{
	struct str rest = call->methods, method;

	while (str_split(&rest, ',', &method)) {
		if (str_eq(str_trim(method), STR("POST")))
			return true;
	}
	return false;
}

void
cors_put(struct call *call)
{
	enum cors policy =
	    call->route == NULL ? CORS_CLIENTS : call->route->cors;
	struct resp *resp = call->resp;
	struct str origin = call->req->origin;

	if (origin.n == 0 || policy == CORS_NOBODY)
		return;
	if (policy == CORS_ANYBODY)
		origin = STR("*");
	else if (!client_set_has_origin(&call->service->clients, origin))
		return;
	resp_header(resp, "Access-Control-Allow-Origin", origin);
	resp_header(resp, "Access-Control-Expose-Headers",
	    STR("ETag, X-Request-Id, WWW-Authenticate, Retry-After"));
	if (call->req->method != METHOD_OPTIONS || call->methods.n == 0)
		return;
	resp_header(resp, "Access-Control-Allow-Methods", call->methods);
	resp_header(resp, "Access-Control-Allow-Headers",
	    takes_content(call) ? STR("Authorization, Content-Type")
				: STR("Authorization, If-None-Match"));
	resp_header(resp, "Access-Control-Max-Age", STR("600"));
}
