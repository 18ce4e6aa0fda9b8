#ifndef ENDPOINT_CORS_H
#define ENDPOINT_CORS_H

#include "endpoint/call.h"

/*
 * Adds the fields that let a page of an enabled client's origin read the
 * answer, errors included (the CORS protocol of the Fetch standard); for
 * OPTIONS of a known path those of a preflight as well, with its methods.
 * Nothing for any other origin, and never leave for the browser's own
 * credentials. What the web server answers by itself goes without.
 */
void cors_put(struct call *call);

#endif
