#ifndef ENDPOINT_ERROR_H
#define ENDPOINT_ERROR_H

#include "endpoint/call.h"

/*
 * Replaces the answer by an error in the form that the route's column asks
 * for; problem+json where no row has the path. DETAIL is as for problem().
 */
void error_answer(struct call *call, int status, const char *detail);

#endif
