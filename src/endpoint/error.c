#include "endpoint/error.h"

#include "endpoint/page.h"

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
	if (call->route != NULL && call->route->kind == ERROR_PAGE)
		page_error(
		    call, page_locales(call), status, text_for(status), detail);
	else
		problem(call->req, call->resp, status, detail);
}
