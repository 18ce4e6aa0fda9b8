#include "endpoint/error.h"

#include "endpoint/oauth.h"
#include "endpoint/page.h"

/* What the hub cannot do now, or what the caller should not have sent. */
static const char *
oauth_code(int status)
{
	return status >= 500 ? "temporarily_unavailable" : "invalid_request";
}

static enum text
text_for(int status)
{
	if (status == 404)
		return TEXT_ERROR_NOT_FOUND;
	return status >= 500 ? TEXT_ERROR_UNAVAILABLE : TEXT_ERROR_REQUEST;
}

void
error_answer(struct call *call, int status, const char *detail)
{
	switch (call->route == NULL ? ERROR_PROBLEM : call->route->kind) {
	case ERROR_PROBLEM:
		problem(call->req, call->resp, status, detail);
		break;
	case ERROR_OAUTH:
		oauth_error(call, status, oauth_code(status),
		    detail != NULL ? detail : status_phrase(status));
		break;
	case ERROR_PAGE:
		page_error(
		    call, page_locales(call), status, text_for(status), detail);
		break;
	}
}
