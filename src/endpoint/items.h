#ifndef ENDPOINT_ITEMS_H
#define ENDPOINT_ITEMS_H

#include "endpoint/call.h"

/*
 * The envelope of all successes, {"data":{"items":[...]}}, around items that
 * are rendered already, with an entity tag over those of the items; 304 if the
 * client has it.
 */
#define ITEMS_HEAD "{\"data\":{\"items\":["
#define ITEMS_TAIL "]}}"

/* One item; its own entity tag is the answer's. */
void items_one(struct call *call, struct str item, struct str etag);

/* Several, one after the other. */
struct items {
	struct call *call;
	struct buf body, tags;
	bool any;
};

void items_begin(struct items *items, struct call *call);

/* TAG changes when the item does. */
void items_add(struct items *items, struct str item, struct str tag);

void items_end(struct items *items);

/* The same for a page that another follows. */
void items_end_with_cursor(struct items *items, struct str cursor);

/* A body whose end is written, with what its entity tag is made of. */
void items_answer(struct call *call, struct buf *body, struct buf *tags);

#endif
