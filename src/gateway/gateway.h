#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "http/req.h"
#include "http/resp.h"

/*
 * What a gateway needs to know of the application: one call that answers one
 * request. RESP is always filled when it returns. Neither keeps anything of
 * the other.
 */
struct app {
	void (*serve)(void *ctx, struct req *req, struct resp *resp);
	void *ctx;
};

#endif
