#ifndef ENDPOINT_COLLEAGUE_H
#define ENDPOINT_COLLEAGUE_H

#include "base/json_in.h"
#include "endpoint/employee.h"

/*
 * What the endpoints of an organisation share that show its employees to each
 * other. To everybody else the organisation does not exist.
 */

/*
 * The organisation that the path names, at which the token's user has group 102
 * or 103; 103 if it MANAGES. False: the answer (403, or 404 as for one that is
 * not there) stands in the call's resp, or the call has failed.
 */
bool colleague_enter(struct call *call, bool manages, struct str *organization);

/* An employee of the organisation as its colleagues see him. */
struct colleague {
	struct contact_account account;
	const struct json *roles; /* groups there */
	struct str text, etag;    /* the item */
};

/*
 * Fills it but for account.rec, which is. Within looks at both stores; errors
 * stick in them.
 */
void colleague_get(struct call *call, struct txn *vault,
    struct str organization, struct colleague *out);

/*
 * The one with this account id, with looks of its own. False: 404 stands in the
 * call's resp, or the call has failed.
 */
bool colleague_find(struct call *call, struct str organization, struct str id,
    struct colleague *out);

/*
 * Whether the request's If-Match names the item as it is; false: 412 or 428
 * stands in the call's resp.
 */
bool colleague_is_as_seen(struct call *call, const struct colleague *colleague);
void colleague_has_changed(struct call *call);

/* What an act must still find. */
struct dossier_seen colleague_seen(
    struct str organization, const struct colleague *colleague);

#endif
