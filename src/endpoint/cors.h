#ifndef ENDPOINT_CORS_H
#define ENDPOINT_CORS_H

#include "endpoint/call.h"

/*
 * Adds the fields that let a page of an enabled client's origin read the
 * answer, errors included (the CORS protocol of the Fetch standard); for
 * OPTIONS those of a preflight as well. Nothing for any other origin, and never
 * leave for the browser's own credentials.
 */
void cors_put(struct call *call);

#endif
