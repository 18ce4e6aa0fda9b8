#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stddef.h>
#include "base/conf.h"
#include "http/req.h"

/*
 * What a caller has to show. That there is a user behind a token is seen to
 * before the route's function runs; the function sees to the others, which need
 * its form or its page, with what is named here.
 */
enum credential {
	CREDENTIAL_NONE,
	CREDENTIAL_CLIENT,   /* a client authenticates: oauth_client() */
	CREDENTIAL_USER,     /* an access token with a user behind it */
	CREDENTIAL_USERINFO, /* the same, for whatever audience; a form may
				hold it (RFC 6750 section 2.2) */
	CREDENTIAL_SESSION,  /* a signed-in browser: browser_look() */
};

/* The shape of a route's errors. */
enum error_kind {
	ERROR_PROBLEM, /* application/problem+json */
	ERROR_OAUTH,   /* RFC 6749 section 5.2 */
	ERROR_PAGE,    /* HTML */
};

/* Whose pages may read a route's answers (CORS). */
enum cors {
	CORS_CLIENTS, /* those of an enabled client's origins */
	CORS_ANYBODY, /* what is public */
	CORS_NOBODY,  /* what browsers go to, not scripts */
};

#define POOL_BIT(pool) (1U << (pool))
#define POOL_ALL ((1U << POOL_COUNT) - 1)

struct call; /* endpoint/call.h */

/*
 * A row of the one table of routes (endpoint/routes.c). A path is literal but
 * for segments in braces, which match any one segment. GET stands for HEAD
 * too, and every known path answers OPTIONS.
 */
struct route {
	enum method method;
	const char *path;
	unsigned int pools; /* POOL_BIT() of those that answer it */
	enum credential credential;
	const char *scope;      /* that the token must have, or NULL */
	const char *permission; /* that the account must have, or NULL */
	enum error_kind kind;
	void (*fn)(struct call *call);
	enum cors cors;
};

enum route_result {
	ROUTE_FOUND,
	ROUTE_UNKNOWN, /* 404 */
	ROUTE_METHOD,  /* 405; the path is known */
	ROUTE_OPTIONS, /* OPTIONS of a known path */
};

/*
 * Finds the row for REQ among those of POOL. The path is split at slashes
 * before each segment is decoded, once; dot segments, empty ones, %2F, %00 and
 * bad escapes make it unknown. Fills req->param of the row that is found. Where
 * no row has the method, *OUT is the last one of the path, for the form of its
 * errors (NULL: unknown), and *ALLOW has a bit (1 << method) for each method
 * that the path has.
 */
enum route_result route_find(const struct route *table, size_t n,
    enum pool pool, struct req *req, const struct route **out,
    unsigned int *allow);

#endif
