#ifndef ENDPOINT_CALL_H
#define ENDPOINT_CALL_H

#include "endpoint/service.h"
#include "http/problem.h"
#include "http/req.h"
#include "http/resp.h"
#include "http/route.h"
#include "store/account_rec.h"

/*
 * One request on its way through an endpoint. The credential check fills what
 * the route's column asks for; TXN is the request's one look at the directory
 * (NULL before it has begun) and ends after the endpoint, before any byte goes
 * out.
 *
 * What is no fault of the caller's an endpoint does not answer itself: it sets
 * FAILED, to what store_write() has said for example, and returns. The answer
 * is 507 for HUB_EFULL and 503 for everything else; what the endpoint has put
 * into the answer is gone.
 */
struct call {
	struct service *service;
	struct req *req;
	struct resp *resp;
	const struct route *route;
	struct str methods; /* of the path, if the request has none of them */
	struct txn *txn;
	const struct claims *claims; /* of CREDENTIAL_USER */
	struct account_rec account;  /* likewise */
	int failed; /* HUB_E*: what the endpoint tried and the hub could not do */
	struct claims storage;
};

#endif
