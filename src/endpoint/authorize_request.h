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
 * The request as a query, in the arena, for the way through the sign-in form.
 * SIGNED_IN: as it goes on afterwards, without what asked for a sign-in. p is
 * NULL if it would not fit into an address.
 */
struct str authorize_request_query(struct arena *arena,
    const struct authorize_request *request, bool signed_in);

#endif
