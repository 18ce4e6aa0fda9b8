#ifndef ENDPOINT_JSON_BODY_H
#define ENDPOINT_JSON_BODY_H

#include "base/json_in.h"
#include "endpoint/call.h"

/*
 * The body of a request: one JSON object whose members are among NAMES (ended
 * by NULL). An empty body is taken for an empty object if it MAY_BE_EMPTY.
 * False: 400, 415 or 422 stands in the call's resp.
 */
bool json_body_read(struct call *call, const char *const *names,
    bool may_be_empty, const struct json **out);

/* 422 over one member of the body; DETAIL is a sentence without its name. */
void json_body_refuse(struct call *call, struct str member, const char *detail);

#endif
