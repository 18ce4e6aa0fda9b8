#include "endpoint/error.h"

#include "endpoint/oauth.h"

/* What the hub cannot do now, and what the caller should not have sent. */
static const char *
oauth_code(int status)
{
	return status >= 500 ? "temporarily_unavailable" : "invalid_request";
}

void
error_answer(struct call *call, int status, const char *detail)
{
	enum error_kind kind =
	    call->route == NULL ? ERROR_PROBLEM : call->route->kind;

	if (kind == ERROR_OAUTH)
		oauth_error(call, status, oauth_code(status),
		    detail != NULL ? detail : status_phrase(status));
	else
		problem(call->req, call->resp, status, detail);
}
