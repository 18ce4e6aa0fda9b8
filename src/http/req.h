#ifndef HTTP_REQ_H
#define HTTP_REQ_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"

/* Methods that some route knows; any other is METHOD_OTHER. */
enum method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_DELETE,
	METHOD_OPTIONS,
};

const char *method_name(enum method method);

struct req_limits {
	size_t uri, headers, body; /* bytes */
};

void req_limits_of(struct req_limits *limits, const struct conf *conf);

/*
 * One request, the same from every gateway. All text lives in the arena or in
 * the gateway's input, until the answer is gone.
 */
struct req {
	struct arena *arena;
	enum method method;
	int refused; /* status of a limit that was broken, or 0 */
	bool https;
	bool two_credentials; /* a second Authorization came */
	struct str uri;       /* REQUEST_URI as the client sent it */
	struct str path;      /* of it, not decoded */
	struct str query;
	struct str id; /* what X-Request-Id says; never empty when ready */
	struct str body;

	/* Header fields as received; n is 0 where absent. */
	struct str method_text;
	struct str authorization;
	struct str content_type;
	struct str content_length;
	struct str cookie;
	struct str origin;
	struct str if_match;
	struct str if_none_match;
	struct str accept;
	struct str accept_language;
	struct str remote_addr;
	struct str https_text;
	struct str request_id; /* the web server's own for the request */
	struct str unique_id;  /* Apache's, by mod_unique_id */

	/* Variable segments of the path, decoded; filled by the router. */
	struct str param[4];
	unsigned int param_count;
};

void req_begin(struct req *req, struct arena *arena);

/*
 * One CGI parameter (RFC 3875 section 4.1), e.g. "REQUEST_URI". Names that no
 * one reads are passed over. The text is not copied. A name that comes twice
 * refuses the request, but for a second Authorization: what to say of that the
 * credential check knows.
 */
void req_param(struct req *req, struct str name, struct str value);

/* The request breaks a limit: STATUS 400, 413, 414 or 431. The first sticks. */
void req_refuse(struct req *req, int status);

/*
 * To be called when all parameters and the body are there: splits the target,
 * checks the limits and the content length, makes an id where the web server
 * gave none.
 */
void req_ready(struct req *req, const struct req_limits *limits);

#endif
