#include "token/jwks.h"

#include "base/clock.h"
#include "endpoint/oauth.h"
#include "endpoint/routes.h"

/* GET /identity/jwks: the public signing keys (RFC 7517). */
void
jwks(struct call *call)
{
	uint64_t age = call->service->conf->key_ahead;
	struct str json;
	int rc;

	if (call_look(call) != 0)
		return;
	rc = jwks_render(call->req->arena, &call->service->verifier.keys,
	    clock_now(), &json);
	if (rc != 0) {
		call_failed(call, rc);
		return;
	}
	resp_body(call->resp, 200, "application/json", json);
	/* A new key is published longer ahead than old answers are kept. */
	call->cache = arena_printf(call->req->arena, "public, max-age=%llu",
	    (unsigned long long)(age / 2));
}
