#include "endpoint/call.h"
#include "endpoint/routes.h"

/*
 * GET /health/ready: 200 when this worker can serve. That the directory can be
 * read has been seen on the way here; a failure there is answered with 503.
 */
void
health_ready(struct call *call)
{
	if (call->service->verifier.keys.n == 0) {
		problem(call->req, call->resp, 503,
		    "There is no signing key; hubctl init makes one.");
		resp_header(call->resp, "Retry-After", STR("5"));
		return;
	}
	resp_body(
	    call->resp, 200, "application/json", STR("{\"status\":\"ready\"}"));
}
