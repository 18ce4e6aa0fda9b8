#ifndef ENDPOINT_ITEMS_H
#define ENDPOINT_ITEMS_H

#include "endpoint/call.h"

/*
 * Answers with one rendered item in the envelope of all successes,
 * {"data":{"items":[ITEM]}}, with its entity tag; 304 if the client has it.
 */
void items_one(struct call *call, struct str item, struct str etag);

#endif
