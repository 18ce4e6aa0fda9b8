#include "endpoint/error.h"

void
error_answer(struct call *call, int status, const char *detail)
{
	problem(call->req, call->resp, status, detail);
}
