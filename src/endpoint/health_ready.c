#include "endpoint/call.h"
#include "endpoint/routes.h"

/* GET /health/ready: 200 when this worker can read its stores and serve. */
void
health_ready(struct call *call)
{
	const struct service *s = call->service;

	if (call_look(call) != 0)
		return;
	if (s->verifier.keys.n == 0 || (s->vault != NULL && s->signer.n == 0)) {
		problem(call->req, call->resp, 503,
		    "There is no signing key; hubctl init makes one.");
		resp_header(call->resp, "Retry-After", STR("5"));
		return;
	}
	resp_body(
	    call->resp, 200, "application/json", STR("{\"status\":\"ready\"}"));
}
