#ifndef ENDPOINT_CREDENTIAL_H
#define ENDPOINT_CREDENTIAL_H

#include <stdbool.h>
#include "endpoint/call.h"

/*
 * What can be said of the credentials before the store is asked: that there is
 * exactly one Bearer token (RFC 6750 section 2), which goes to *TOKEN. False:
 * the answer (400 or 401) stands in the call's resp.
 */
bool credential_read(
    struct call *call, const struct route *route, struct str *token);

/*
 * Whether the token and the account behind it open the route at this moment;
 * fills call->claims and call->account. False: the answer (401 or 403) stands
 * in the call's resp, unless the transaction has failed, which it also does
 * when the token could not be checked.
 */
bool credential_check(
    struct call *call, const struct route *route, struct str token);

/*
 * For an answer that takes several looks at the directory: whether what
 * credential_check() has found still holds in the call's present one, with
 * call->account read anew: a client that reads slowly does not read on behind
 * the end of its token. Also false when the transaction has failed.
 */
bool credential_holds(struct call *call);

#endif
