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
 * Whether the token and the account behind it open the route, a row of routes[],
 * at this moment; fills call->claims and call->account. False: the answer (401 or 403) stands
 * in the call's resp, unless the transaction has failed, which it also does
 * when the token could not be checked.
 */
bool credential_check(
    struct call *call, const struct route *route, struct str token);

/*
 * jwt_verify() of a token for whatever audience, past the cache; call->claims
 * points to CLAIMS from then on.
 */
int credential_verify_any(struct call *call, struct str token,
    struct claims *claims, struct str *audience, const char **reason);

/*
 * Why the token of call->claims opens nothing at this moment, whatever it says:
 * static words for the log, or NULL if it is alive. Fills call->account of a
 * user's. To be believed when the transaction has not failed.
 */
const char *credential_why_dead(struct call *call);

/*
 * For an answer that takes several looks at the directory: whether what
 * credential_check() has found still holds in the call's present one, with
 * call->account read anew: a client that reads slowly does not read on behind
 * the end of its token. Also false when the transaction has failed.
 */
bool credential_holds(struct call *call);

#endif
