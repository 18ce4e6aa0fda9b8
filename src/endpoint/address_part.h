#ifndef ENDPOINT_ADDRESS_PART_H
#define ENDPOINT_ADDRESS_PART_H

#include "base/arena.h"
#include "base/str.h"

/*
 * As much of an IP address as one needs to know a place again, and an ellipsis:
 * three pieces of it. What is no address comes back as it is; p is NULL when
 * memory is short.
 */
struct str address_part(struct arena *arena, struct str source);

#endif
