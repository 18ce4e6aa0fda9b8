#ifndef ENDPOINT_AUTHORIZE_REQUEST_H
#define ENDPOINT_AUTHORIZE_REQUEST_H

#include "base/arena.h"
#include "http/param.h"
#include "identity/authorize.h"

/*
 * An authorization request as parameters, and back. Of a state that stands
 * twice neither comes back.
 */
void authorize_request_of(
    const struct param_list *list, struct authorize_request *request);

/*
 * What the user has just done, so that the request goes on without what asked
 * for it.
 */
enum authorize_step { STEP_NONE, STEP_SIGN_IN, STEP_CONSENT };

/*
 * The request as a query, in the arena, for the way through the pages and
 * behind them. p is NULL if it would not fit into an address.
 */
struct str authorize_request_query(struct arena *arena,
    const struct authorize_request *request, enum authorize_step done);

#endif
