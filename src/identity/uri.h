#ifndef IDENTITY_URI_H
#define IDENTITY_URI_H

#include <stdbool.h>
#include "base/err.h"
#include "base/str.h"

/*
 * What of a client's addresses is let in. They are compared as exact strings
 * later, so each is refused here unless it is spelled as it will be sent. The
 * sentence of a failure, which is HUB_EINVAL, says what to mend and does not
 * name the address.
 */

/* Bytes of an address. */
#define URI_MAX 1024

/*
 * An origin as a browser sends it (RFC 6454 section 6.2): scheme, host in
 * lower case, the port if it is not the scheme's own, and nothing else. https,
 * or http on the loopback host.
 */
int uri_check_origin(struct str text, struct why *why);

/*
 * A redirect URI (RFC 6749 section 3.1.2, RFC 8252 section 7): https, http on
 * the loopback host, or a private scheme that has a dot; no fragment.
 */
int uri_check_redirect(struct str text, struct why *why);

/*
 * Whether a redirect URI that was sent is the registered one: the same string,
 * or on the loopback host with http the same but for the port (RFC 8252 section
 * 7.3).
 */
bool uri_is_redirect(struct str registered, struct str sent);

/* Scheme, host and port of a web address that was let in; else p is NULL. */
struct str uri_origin(struct str uri);

/*
 * How a Content-Security-Policy names what a redirect URI leads to: its origin,
 * or as narrow as it gets "SCHEME:".
 */
struct str uri_source(struct str redirect_uri);

/* An absolute URI that names a resource (RFC 8707 section 2). */
int uri_check_resource(struct str text, struct why *why);

#endif
