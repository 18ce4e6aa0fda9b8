#ifndef SMALL_HUB_H
#define SMALL_HUB_H

#include "endpoint/service.h"
#include "http/resp.h"

/*
 * A hub with a few records, for targets that ask it. Its files have no name
 * any more once it is open, so that nothing stays behind, however the process
 * ends. It lives as long as the process; there is one.
 */
struct small_hub {
	struct conf conf;
	struct counters counters;
	struct service service;
	struct arena *arena;   /* of the request or the work under way */
	char token[1200];      /* of "jan", who may call all endpoints */
	char dead_token[1200]; /* of "piet", whose account is disabled */
};

/* The one hub, made at the first call. */
struct small_hub *small_hub(void);

/*
 * What an answer with data of "jan" has in it, and nothing else: a request's id,
 * which comes back, cannot hold it.
 */
#define SMALL_HUB_SECRET "Van Janssen"

struct small_answer {
	int status;
	bool broken; /* off in the middle of its body */
	struct str head, body;
};

/*
 * Answers REQ, which is ready and in the hub's arena, as a gateway does; the
 * answer is valid until the next one. Fails if a client could not read it.
 */
void small_hub_ask(
    struct small_hub *hub, struct req *req, struct small_answer *answer);

#endif
