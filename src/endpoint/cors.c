#include "endpoint/cors.h"

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
	    STR("Authorization, Content-Type, If-None-Match"));
	resp_header(resp, "Access-Control-Max-Age", STR("600"));
}
