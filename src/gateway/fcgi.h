#ifndef GATEWAY_FCGI_H
#define GATEWAY_FCGI_H

#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "http/req.h"

/*
 * The FastCGI 1.0 record layer of a responder, without any input or output of
 * its own: bytes go in, requests and answers to records come out. One request
 * at a time on a connection (multiplexing is refused as the specification
 * allows). What a peer can make it hold is bounded by the request's limits;
 * what is over them is read on, thrown away and answered.
 */
struct fcgi_in {
	const struct req_limits *limits;
	unsigned int connections; /* what FCGI_GET_VALUES is told */
	struct arena *arena;
	struct buf *out;

	/* The record that is being read. */
	unsigned char header[8];
	unsigned int have; /* bytes of the header so far */
	uint8_t type;
	uint16_t record_id;
	size_t length;           /* of the content */
	size_t content, padding; /* bytes still to come */
	char small[256];         /* content of records that are not streams */
	size_t small_n;

	/* The request. */
	bool active; /* between FCGI_BEGIN_REQUEST and the answer */
	bool keep;   /* the peer wants the connection kept */
	bool params_done;
	uint16_t id;
	int refused;      /* a limit was broken: this status */
	size_t swallowed; /* bytes thrown away for it */
	struct buf params, body;
};

enum fcgi_event {
	FCGI_MORE,    /* all input is used; more is needed */
	FCGI_REQUEST, /* a request is whole: fcgi_request(), fcgi_in_next() */
	FCGI_ENDED,   /* one ended without an answer; its end stands in OUT */
	FCGI_BROKEN,  /* not FastCGI: close the connection */
};

/*
 * The start of a connection. ARENA holds the request, OUT receives answers to
 * records; both and LIMITS belong to the caller and outlive IN, which has
 * nothing to be freed.
 */
void fcgi_in_begin(struct fcgi_in *in, const struct req_limits *limits,
    unsigned int connections, struct arena *arena, struct buf *out);

/*
 * Takes input from *INPUT, which shrinks from the front, until something
 * happens. After FCGI_ENDED and FCGI_REQUEST the caller looks at in->keep:
 * without it the connection is closed once the answer is gone, since input may
 * be left in the middle of a record.
 */
enum fcgi_event fcgi_feed(struct fcgi_in *in, struct str *input);

/*
 * Fills REQ, which has begun in the same arena, from the whole request; after
 * FCGI_REQUEST only. A malformed or ambiguous parameter refuses the request.
 */
void fcgi_request(struct fcgi_in *in, struct req *req);

/* The request is answered: its memory is given back, the next one may come. */
void fcgi_in_next(struct fcgi_in *in);

/* Between two requests, with no byte of a record read. */
bool fcgi_in_idle(const struct fcgi_in *in);

/*
 * An answer: its bytes as STDOUT records, HEAD and PAYLOAD behind each other,
 * in as many calls as it takes; then an empty one and END_REQUEST. Errors
 * stick in OUT.
 */
void fcgi_put_stdout(
    struct buf *out, uint16_t id, struct str head, struct str payload);
void fcgi_put_end(struct buf *out, uint16_t id);

#endif
