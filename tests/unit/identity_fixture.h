#ifndef IDENTITY_FIXTURE_H
#define IDENTITY_FIXTURE_H

#include "directory/revoked.h"
#include "service_fixture.h"

/*
 * The service fixture as a keeper, over TLS, with people who can be signed in
 * and clients of each kind:
 *
 * portal   public, code and refresh, every scope of a user, two redirect URIs
 * shop     confidential, all grants, and records.write for itself
 * plain    confidential, code only, and PKCE is optional
 * phone    public; its tokens are for API
 * api      confidential; the service that API names
 * third    confidential, of a third party
 * hubctl   the built-in one
 */
#define PORTAL_URI "https://portal.example.nl/callback"
#define LOOP_URI "http://127.0.0.1/callback"
#define SHOP_URI "https://shop.example.nl/callback?from=hub"
#define PLAIN_URI "https://plain.example.nl/callback"
#define PHONE_URI "nl.example.phone:/callback"
#define THIRD_URI "https://third.example.nl/callback"
#define SIGNED_OUT_URI "https://portal.example.nl/signed-out"
#define PORTAL_ORIGIN "https://portal.example.nl"
#define API "https://api.example.nl"

/* RFC 7636, appendix B. */
#define VERIFIER "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

int identity_setup(void **state);

/* A client's secret: 43 characters. */
const char *secret_of(struct fixture *f, const char *client);

/* "Basic ..." of these two, escaped as a form escapes them. */
const char *basic_of(struct fixture *f, const char *id, const char *secret);

/* A new session of the account since AUTH_TIME: what HTTP_COOKIE says. */
const char *sign_in(
    struct fixture *f, const char *account, const char *sid, int64_t auth_time);

/* printf() into the fixture's memory. */
const char *form_of(struct fixture *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The address of an authorization request with PKCE: the client's first
 * redirect URI, scope "openid profile email", state "s t", nonce "n-1", and
 * MORE behind that.
 */
const char *authorize_uri(
    struct fixture *f, const char *client, const char *more);

/* GET as the browser with this cookie; the status. */
int browse(struct fixture *f, const char *uri, const char *cookie);

/* POST of a form to /identity/ENDPOINT. */
int post(struct fixture *f, const char *endpoint, const char *form);

/* The code that such a request, which must succeed, gives. */
const char *code_for(struct fixture *f, const char *cookie, const char *client,
    const char *more);

/* The form that redeems it, without the client's authentication. */
const char *code_form(struct fixture *f, const char *client, const char *code);

/* "client_id=...", and the secret if the client has one. */
const char *auth_of(struct fixture *f, const char *client);

/* Jan's tokens for a client, fresh: what the answer holds. */
struct tokens {
	const char *access, *refresh, *id; /* NULL: not there */
	const char *scope;
};

struct tokens tokens_for(struct fixture *f, const char *cookie,
    const char *client, const char *more);

/* The same by a refresh token; MORE begins with "&" or is "". */
int refresh(
    struct fixture *f, const char *client, const char *token, const char *more);

/* The tokens of the last answer, which must be 200. */
struct tokens answered(struct fixture *f);

/* A member of the last answer's JSON; NULL if there is none that is a string. */
const char *member(struct fixture *f, const char *name);

/* What an access token says, for whomever it is; it must be valid. */
struct claims claims_of(struct fixture *f, const char *token, const char **aud);

/* A parameter of the last answer's Location; NULL for none. */
const char *location_param(struct fixture *f, const char *name);

/* The last answer is a redirect to an address that begins so. */
void assert_location(const struct fixture *f, const char *begin);

/* The last answer is an error of RFC 6749 section 5.2. */
void assert_oauth_error(struct fixture *f, int status, const char *error);

/* The last answer redirects to the client with this error, state and iss. */
void assert_redirected_error(
    struct fixture *f, const char *uri, const char *error);

/* The last answer is a page of ours and no redirect. */
void assert_page(struct fixture *f, int status);

/* Changes of the directory. */
void revoke_in_directory(
    struct fixture *f, enum revoked_kind kind, const char *id);
void raise_epoch(struct fixture *f, const char *account);
void enable_client(struct fixture *f, const char *client, bool enabled);

/* How many events of this name the audit log has. */
unsigned int events(struct fixture *f, const char *event);

#endif
