#ifndef TOKEN_ACR_H
#define TOKEN_ACR_H

#include "base/json_out.h"
#include "base/str.h"

/* How somebody has signed in; bits of one number. 0: nothing is said of it. */
enum auth_method {
	AUTH_PASSWORD = 1,
	AUTH_CODE = 2, /* of the second factor, or one for recovery */
};

/* Values of acr (OpenID Connect Core 1.0 section 2). */
#define ACR_PASSWORD "urn:hub:acr:password"
#define ACR_MFA "urn:hub:acr:mfa"

/* The acr of these methods, "" for none. */
const char *acr_of(unsigned int methods);

/* The methods that an acr stands for, 0 for one that is not ours. */
unsigned int acr_methods(struct str acr);

/*
 * Writes acr, and for an ID token amr (RFC 8176), into the object that is open;
 * nothing of no method.
 */
void acr_put(struct json_out *j, unsigned int methods);
void amr_put(struct json_out *j, unsigned int methods);

#endif
