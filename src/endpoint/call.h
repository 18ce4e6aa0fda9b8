#ifndef ENDPOINT_CALL_H
#define ENDPOINT_CALL_H

#include "endpoint/service.h"
#include "http/problem.h"
#include "http/req.h"
#include "http/resp.h"
#include "http/route.h"
#include "identity/act.h"
#include "store/account_rec.h"

/*
 * One request on its way through an endpoint. The credential check fills what
 * the route's column asks for; TXN is the request's one look at the directory
 * (NULL before it has begun) and ends after the endpoint, before any byte goes
 * out. An endpoint that writes ends the look itself, with call_look_end(),
 * before it does; when a route asks for no credential, the look is the
 * endpoint's to begin.
 */
struct call {
	struct service *service;
	struct req *req;
	struct resp *resp;
	const struct route *route;
	struct str methods; /* of the path, if the request has none of them */
	struct txn *txn;
	const struct claims *claims; /* of CREDENTIAL_USER */
	struct account_rec account;  /* likewise; in the readers it may be
					without its source */
	struct claims storage;
	bool looked;            /* keys and clients are those of this request */
	const char *cache;      /* Cache-Control; NULL: no-store */
	struct str form_cookie; /* that the answer sets, see browser.h */
	int failed; /* HUB_E*: what the hub could not do, see call_failed() */
};

/*
 * Begins the look at the directory, unless one is open, and loads keys and
 * clients again if they have changed. No transaction of the vault is open. 0,
 * or the error, which call_failed() knows already: the endpoint returns.
 */
int call_look(struct call *call);

/* Ends the look, if one is open; 0 or the first error, as above. */
int call_look_end(struct call *call);

/* Both stores, for acts and for writing. Keepers and signin only. */
struct hub call_hub(struct call *call);

/*
 * Says that the hub, and not the caller, is at fault; the endpoint returns.
 * Whatever it has put into the answer, the client gets an error in the form of
 * the route's: 503 with Retry-After, or 507 for HUB_EFULL. The first ERR counts
 * and is logged.
 */
void call_failed(struct call *call, int err);

#endif
