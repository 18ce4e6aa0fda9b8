#include "endpoint/shown_token.h"

#include "base/clock.h"
#include "endpoint/credential.h"
#include "identity/grant.h"

static int
read_refresh(struct call *call, struct str text, struct shown_token *out)
{
	struct service *s = call->service;
	struct txn *vault = store_read_begin(s->vault, call->req->arena);
	bool found = grant_of_refresh(vault, text, &out->gid) &&
	    grant_get(vault, out->gid, &out->grant);
	int rc;

	if (found) {
		out->kind = SHOWN_REFRESH;
		out->current =
		    grant_is_current(s->conf, &out->grant, text, clock_now());
	}
	rc = store_read_end(vault);
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

int
shown_token_read(struct call *call, struct str text, struct shown_token *out)
{
	const char *reason;
	int rc;

	*out = (struct shown_token){ .kind = SHOWN_NONE };
	if (text.n == REFRESH_LEN)
		return read_refresh(call, text, out);
	rc = credential_verify_any(
	    call, text, &out->claims, &out->audience, &reason);
	if (rc == 0)
		out->kind = SHOWN_ACCESS;
	else if (rc != HUB_EDENIED && rc != HUB_EEXPIRED) {
		call_failed(call, rc);
		return rc;
	}
	return 0;
}
