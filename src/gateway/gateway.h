#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include "base/counters.h"
#include "http/req.h"
#include "http/resp.h"

/*
 * What a gateway needs to know of the application: one call that answers one
 * request. RESP is always filled when it returns. Neither keeps anything of
 * the other.
 */
struct app {
	void (*serve)(void *ctx, struct req *req, struct resp *resp);
	void *ctx;
};

/* Room for the head of any answer. */
#define GATEWAY_HEAD_MAX (RESP_HEADERS_MAX + 256)

/*
 * So much over a limit is read on and thrown away, so that its sender can
 * finish and reads the answer; who sends even more is not worth an ear.
 */
#define GATEWAY_SWALLOW_MAX (1024 * 1024)

/* Milliseconds of rest for accept, and for the log, when descriptors are out. */
#define GATEWAY_ACCEPT_PAUSE 100
#define GATEWAY_COMPLAINT_PAUSE 10000

/* What the arena of a request may hold: request, answer, and what is between. */
size_t gateway_arena_max(const struct req_limits *limits);

/*
 * Hands the request all variables of a NULL-ended list of "NAME=VALUE". Names
 * and values together may be LIMIT bytes, counted as FastCGI packs them; at
 * the first that is over it the request is refused with 431.
 */
void gateway_params(struct req *req, char *const *variables, size_t limit);

/*
 * Answers the request, whose parameters and body are there: checks it against
 * LIMITS, asks APP, fills HEAD with the answer's head and counts it. An answer
 * that cannot be sent becomes a 500. What follows HEAD is resp_payload(), and,
 * if gateway_goes_on(), what the producer makes.
 */
void gateway_answer(const struct app *app, const struct req_limits *limits,
    struct counters *counters, struct req *req, struct resp *resp,
    struct buf *head);

/* Whether more of the body is made as the peer takes it. */
static inline bool
gateway_goes_on(const struct resp *resp)
{
	return resp->produce != NULL && !resp->head;
}

/*
 * The next piece of a long body, in place of what PIECE holds. RESP_BROKEN
 * also where the piece has failed: the peer must see that something is
 * missing.
 */
enum resp_step gateway_produce(const struct resp *resp, struct buf *piece);

#endif
