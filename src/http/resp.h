#ifndef HTTP_RESP_H
#define HTTP_RESP_H

#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* How far the making of a long body has come. */
enum resp_step { RESP_MORE, RESP_DONE, RESP_BROKEN };

/*
 * One answer. Endpoints fill it, the gateway sends it. Its memory is the
 * request's arena; a body may also point to text that lives as long.
 */
#define RESP_HEADERS_MAX 8192
#define RESP_BODY_MAX (3 * 1024 * 1024) /* twice a record of 1 MiB and more */

struct resp {
	struct arena *arena;
	int status;
	bool head;          /* of HEAD: the length is told, no body sent */
	struct buf headers; /* "Name: value\r\n" ... */
	struct str body;

	/* The rest of a body that is made piece by piece; see resp_produce(). */
	enum resp_step (*produce)(void *ctx, struct buf *piece);
	void *produce_ctx;
	struct arena_mark mark;
};

void resp_begin(struct resp *resp, struct arena *arena);

/* Back to the state after resp_begin(), for an error in place of an answer. */
void resp_clear(struct resp *resp);

/*
 * Adds a header field. A value with a control character makes the answer
 * fail: resp_head() then gives an error.
 */
void resp_header(struct resp *resp, const char *name, struct str value);

/* Status, content type and body. */
void resp_body(
    struct resp *resp, int status, const char *type, struct str body);

/*
 * The body goes on after what resp_body() has given: FN is called when the
 * client takes more and appends a piece, until it says RESP_DONE. RESP_BROKEN
 * breaks the connection off, so that the client sees that something is
 * missing. The length is not told beforehand. CTX lives in the request's
 * arena, which stays until the end; what was taken from it after MARK, the
 * first part among it, goes back as soon as the gateway has copied that part.
 */
void resp_produce(struct resp *resp,
    enum resp_step (*fn)(void *ctx, struct buf *piece), void *ctx,
    struct arena_mark mark);

/*
 * Appends the CGI form (RFC 3875 section 6) of status and header fields, with
 * Content-Length, where the length is known, and the empty line. What follows
 * in a FastCGI or CGI answer is resp_payload(). HUB_E* if a buffer or header
 * failed on the way.
 */
int resp_head(struct resp *resp, struct buf *out);

/* The body as sent: nothing for HEAD, 204 and 304. */
struct str resp_payload(const struct resp *resp);

/* "Not Found" for 404; "Unknown" for a status that is not in use here. */
const char *status_phrase(int status);

#endif
