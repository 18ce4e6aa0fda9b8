#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include "http/req.h"
#include "http/resp.h"

/*
 * Replaces the answer by application/problem+json (RFC 9457): type
 * "about:blank", the status's phrase as title, the request's id as instance.
 * DETAIL helps the caller, or is NULL; it never holds internals or any part of
 * a credential. Header fields set before are gone; set others afterwards.
 */
void problem(
    const struct req *req, struct resp *resp, int status, const char *detail);

/* What a program is told beside that, as members of its own. */
struct problem_more {
	const char *reason;  /* a word that does not change; or NULL */
	struct str username; /* p NULL: none */

	/* One fault in the body, as the only one in "errors". */
	struct str pointer; /* RFC 6901; p NULL: none */
	const char *fault;
};

void problem_more(const struct req *req, struct resp *resp, int status,
    const char *detail, const struct problem_more *more);

#endif
