#ifndef ENDPOINT_OAUTH_H
#define ENDPOINT_OAUTH_H

#include "base/json_out.h"
#include "endpoint/call.h"
#include "http/param.h"

/*
 * Replaces the answer by an error of RFC 6749 section 5.2 (RFC 7009 and 7662
 * use the same form). DESCRIPTION is English for developers and never echoes
 * what was sent; NULL leaves it out.
 */
void oauth_error(
    struct call *call, int status, const char *error, const char *description);

/*
 * What every POST of these endpoints begins with: the form, no parameter
 * twice. False after an error was answered.
 */
bool oauth_form(struct call *call, struct param_list *form);

/* The client behind a request to a back-channel endpoint. */
struct oauth_client {
	struct str id;
	const struct client_rec *rec; /* enabled */
};

/*
 * Client authentication (RFC 6749 section 2.3.1): client_secret_basic,
 * client_secret_post, none for public clients. False after invalid_client or
 * invalid_request was answered, or the store failed.
 */
bool oauth_client(
    struct call *call, const struct param_list *form, struct oauth_client *out);

/* 200 with JSON that must not be stored. */
void oauth_answer(struct call *call, struct json_out *json, struct buf *text);

#endif
