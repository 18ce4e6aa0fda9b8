#include "endpoint/call.h"

int
call_look(struct call *call)
{
	struct service *s = call->service;
	int rc;

	if (call->txn != NULL)
		return call->failed;
	call->txn = store_read_begin(s->directory, call->req->arena);
	rc = service_refresh(s, call->txn);
	if (rc == 0)
		call->looked = true;
	else
		call_failed(call, rc);
	return rc;
}

int
call_look_end(struct call *call)
{
	int rc;

	if (call->txn == NULL)
		return 0;
	rc = store_read_end(call->txn);
	call->txn = NULL;
	if (rc != 0)
		call_failed(call, rc);
	return rc;
}

struct hub
call_hub(struct call *call)
{
	return (struct hub){
		.conf = call->service->conf,
		.directory = call->service->directory,
		.vault = call->service->vault,
		.arena = call->req->arena,
	};
}

void
call_failed(struct call *call, int err)
{
	if (call->failed == 0)
		call->failed = err;
}
